"""Tests and intervals against published numbers and other libraries, and how well a verdict stands."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.inference import (
    ABSENT,
    ASSERTED,
    SILENT,
    STANDINGS,
    WEAK,
    Verdict,
    adjusted,
    fisher,
    odds_ratio,
    share,
    weigh,
)


def _standings(k: int, m: int, l: int, n: int) -> Counter[tuple[int, int]]:  # noqa: E741 - k of m, l of n
    left = {(ASSERTED, ABSENT): k, (SILENT, ABSENT): m - k}
    return Counter({**left, (ABSENT, ASSERTED): l, (ABSENT, SILENT): n - l})


# ---- published numbers ----


def test_odds_ratio_of_the_aspirin_trial_is_the_one_published() -> None:
    # Agresti 2002, Categorical Data Analysis, 2nd edition, section 3.1: log odds .605, standard error .123
    assert odds_ratio(189, 11034, 104, 11037) == pytest.approx((1.832, 1.440, 2.331), abs=6e-4)


@pytest.mark.parametrize("table", [(8, 20, 3, 15), (30, 60, 10, 50), (1, 9, 8, 9)])
def test_odds_ratio_and_its_interval_agree_with_those_of_scipy(table: tuple[int, int, int, int]) -> None:
    from scipy.stats.contingency import odds_ratio as theirs

    k, m, l, n = table  # noqa: E741 - k of m, l of n
    found = theirs([[k, m - k], [l, n - l]], kind="sample")
    interval = found.confidence_interval(0.95)
    assert odds_ratio(*table) == pytest.approx((found.statistic, interval.low, interval.high), abs=1e-6)


def test_odds_ratio_with_an_empty_cell_is_finite() -> None:
    ratio, low, high = odds_ratio(5, 6, 0, 6)
    assert ratio == pytest.approx((5.5 * 6.5) / (1.5 * 0.5), abs=1e-5)
    assert None not in (low, high)


@pytest.mark.parametrize("table", [(0, 6, 0, 6), (6, 6, 6, 6), (0, 0, 3, 6), (3, 6, 0, 0)])
def test_there_is_no_odds_ratio_where_nothing_varies(table: tuple[int, int, int, int]) -> None:
    assert odds_ratio(*table) == (None, None, None)


def test_fisher_p_values_are_those_published() -> None:
    # Fisher 1935, The Design of Experiments, chapter 2: the lady tasting tea, two-sided 34/70
    assert fisher(3, 4, 1, 4) == pytest.approx(34 / 70)
    # Fisher 1935, J. R. Stat. Soc. 98:39: convictions of like-sex twins, as computed by R 4 (fisher.test)
    assert fisher(2, 17, 10, 13) == pytest.approx(0.0005367, abs=5e-8)
    assert fisher(0, 0, 3, 6) is None


def test_false_discovery_rates_reject_what_the_paper_rejects_and_agree_with_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    # Benjamini & Hochberg 1995, section 4.1: four of fifteen at .05, where Bonferroni has three
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759]
    q = adjusted([*p, 1.0])
    assert [i for i, rate in enumerate(q) if rate is not None and rate <= 0.05] == [0, 1, 2, 3]
    assert q == pytest.approx(multipletests([*p, 1.0], method="fdr_bh")[1], abs=1e-6)


# Newcombe 1998, Stat. Med. 17:857, Table I, method 3, and agreement with scipy's interval of the same name
@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (29, 29, 0.8830, 1)]
)
def test_shares_have_the_wilson_interval_that_is_published_and_that_scipy_gives(
    k: int, n: int, low: float, high: float
) -> None:
    from scipy.stats import binomtest

    theirs = binomtest(k, n).proportion_ci(0.95, "wilson")
    assert share(k, n) == pytest.approx((k / n, low, high), abs=6e-5)
    assert share(k, n) == pytest.approx((k / n, theirs.low, theirs.high), abs=1e-6)
    assert share(0, 0) == (None, None, None)


@pytest.mark.parametrize(("k", "m", "l", "n"), [(56, 70, 48, 80), (9, 10, 3, 10), (5, 56, 0, 29)])
def test_the_difference_has_newcombe_s_interval_made_of_the_two_wilson_ones(k: int, m: int, l: int, n: int) -> None:  # noqa: E741 - as above
    from scipy.stats import binomtest

    # Newcombe 1998, Stat. Med. 17:873, method 10, from scipy's Wilson limits; Table II stands in test_compare
    left, right = (binomtest(a, b).proportion_ci(0.95, "wilson") for a, b in ((k, m), (l, n)))
    difference = k / m - l / n
    low = difference - np.hypot(k / m - left.low, right.high - l / n)
    high = difference + np.hypot(left.high - k / m, l / n - right.low)
    assert weigh(_standings(k, m, l, n)).difference == pytest.approx((difference, low, high), abs=1e-6)


def test_leaving_one_out_is_the_jackknife() -> None:
    # each of the 35 papers left out by itself, one after the other
    left, right = np.repeat([1.0, 0.0], [8, 12]), np.repeat([1.0, 0.0], [3, 12])
    without = [np.delete(left, i).mean() - right.mean() for i in range(20)]
    without += [left.mean() - np.delete(right, i).mean() for i in range(15)]
    assert weigh(_standings(8, 20, 3, 15)).without_one == pytest.approx((min(without), max(without)), abs=1e-6)


def test_codes_without_a_test_take_no_part_in_the_false_discovery_rate() -> None:
    assert adjusted([0.01, None, 0.02]) == [0.02, None, 0.02]
    assert adjusted([None]) == [None]


@pytest.mark.parametrize(("k", "m", "l", "n"), [(8, 20, 3, 15), (30, 60, 10, 50)])
def test_the_bootstrap_agrees_with_that_of_scipy(k: int, m: int, l: int, n: int) -> None:  # noqa: E741 - k of m, l of n
    from scipy.stats import bootstrap

    samples = np.repeat([1.0, 0.0], [k, m - k]), np.repeat([1.0, 0.0], [l, n - l])
    theirs = bootstrap(
        samples, lambda a, b, axis: a.mean(axis) - b.mean(axis), method="percentile", n_resamples=9999, rng=7
    ).confidence_interval
    assert weigh(_standings(k, m, l, n)).bootstrap == pytest.approx(tuple(theirs), abs=0.03)


def test_papers_of_both_sides_are_resampled_whole() -> None:
    # all papers stand on both sides and say the same on each: the difference cannot vary
    weighed = weigh(Counter({(ASSERTED, ASSERTED): 7, (SILENT, SILENT): 7}))
    assert weighed.bootstrap == weighed.without_one == (0.0, 0.0)
    assert weighed.verdict is Verdict.SHARED


# ---- what one paper can do ----


def test_one_paper_flips_what_stands_on_two_but_not_on_three() -> None:
    assert weigh(_standings(2, 20, 2, 20)).flips_to is Verdict.TOO_FEW
    assert weigh(_standings(3, 20, 3, 20)).flips_to is None


def test_a_side_of_five_is_lost_with_one_paper() -> None:
    assert weigh(_standings(3, 5, 3, 9)).flips_to is Verdict.TOO_FEW_ON_A_SIDE


def test_what_one_paper_proposes_is_found_only_through_it() -> None:
    papers = Counter({(WEAK, ABSENT): 1, (SILENT, ABSENT): 9, (ABSENT, SILENT): 9})
    weighed = weigh(papers)
    assert (weighed.verdict, weighed.flips_to) == (Verdict.NOT_ASSERTED, Verdict.NOT_FOUND)


def test_a_verdict_far_from_the_edge_holds_in_nearly_every_resample_and_one_at_the_edge_does_not() -> None:
    assert weigh(_standings(50, 60, 5, 60)).held > 0.99
    assert weigh(_standings(12, 30, 5, 30)).held < 0.75


tallies = st.dictionaries(st.sampled_from(STANDINGS), st.integers(0, 6), max_size=8).map(Counter)


@given(tallies)
def test_leaving_one_out_is_weighing_the_others(papers: Counter[tuple[int, int]]) -> None:
    weighed = weigh(papers)
    others = [weigh(papers - Counter([standing])) for standing, n in papers.items() if n]
    known = [other.difference[0] for other in others if other.difference[0] is not None]
    assert weighed.without_one == ((min(known), max(known)) if known else (None, None))
    flips = {other.verdict for other in others} - {weighed.verdict}
    assert weighed.flips_to == (min(flips) if flips else None)


@given(tallies)
def test_the_difference_lies_within_its_ranges(papers: Counter[tuple[int, int]]) -> None:
    weighed = weigh(papers)
    value, low, high = weighed.difference
    if value is not None and weighed.bootstrap[0] is not None and weighed.bootstrap[1] is not None:
        assert low is not None
        assert high is not None
        assert -1 <= low <= value <= high <= 1
        assert weighed.bootstrap[0] - 1e-6 <= value <= weighed.bootstrap[1] + 1e-6
    assert 0 <= weighed.held <= 1
