"""Counts of papers on two sides -> intervals, tests, the verdict's rule, and how well it stands.

Everywhere k of m papers of the left side assert a code, and l of n of the right. Intervals are at 95 %.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

MIN_PAPERS = 5  # papers that a side must have before a verdict is given
MIN_SHARED = 2  # papers that must assert a code on each side before it is called shared
DRAWS = 2000  # resamples of the bootstrap
SEED = 1  # of the bootstrap: every code meets the same stream of draws
DECIMALS = 6
Z95 = 1.959963984540054  # of the standard normal distribution

Interval = tuple[float, float, float] | tuple[None, None, None]  # value, lower end, upper end
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

ABSENT, SILENT, WEAK, ASSERTED = range(4)  # a paper is not on a side, says nothing, proposes or negates, asserts
STANDINGS = tuple((a, b) for a in range(4) for b in range(4) if a or b)


class Verdict(IntEnum):
    """What the rule can say, in the order of the rule."""

    NOT_FOUND = 0
    TOO_FEW_ON_A_SIDE = 1
    NOT_ASSERTED = 2
    ONLY_LEFT = 3
    ONLY_RIGHT = 4
    MORE_LEFT = 5
    MORE_RIGHT = 6
    SHARED = 7
    TOO_FEW = 8


@dataclass(frozen=True, slots=True)
class Weighed:
    """A code's two sides weighed against each other.

    `difference` with Newcombe's interval; `without_one` is the range of the difference when any one paper
    is left out; `bootstrap` the percentile interval over papers; `held` the share of resamples, in [0, 1],
    that give the same verdict; `flips_to` what the verdict becomes where one paper can change it.
    """

    difference: Interval
    verdict: Verdict
    without_one: tuple[float, float] | tuple[None, None]
    bootstrap: tuple[float, float] | tuple[None, None]
    held: float
    flips_to: Verdict | None


def share(papers: int, of_papers: int) -> Interval:
    """Share with its score interval (Wilson 1927, J. Am. Stat. Assoc. 22:209)."""
    if not of_papers:
        return None, None, None
    from statsmodels.stats.proportion import proportion_confint  # slow to load, hence here

    low, high = proportion_confint(papers, of_papers, alpha=0.05, method="wilson")
    return rounded(papers / of_papers), rounded(low), rounded(high)


def odds_ratio(k: int, m: int, l: int, n: int) -> Interval:  # noqa: E741 - k, l, m, n as in the module's head
    """Odds of the left side over the right with the logit interval (Woolf 1955, Ann. Hum. Genet. 19:251).

    Where a cell is zero, 0.5 is added to each (Haldane 1956, Ann. Hum. Genet. 20:309), so that the ratio is
    finite. None where no paper asserts the code, or all do.
    """
    if not 0 < k + l < m + n or not m or not n:
        return None, None, None
    from statsmodels.stats.contingency_tables import Table2x2

    cells = np.array([[k, m - k], [l, n - l]], dtype=float)
    table = Table2x2(cells if cells.all() else cells + 0.5)
    low, high = table.oddsratio_confint(0.05)
    return rounded(table.oddsratio), rounded(low), rounded(high)


def fisher(k: int, m: int, l: int, n: int) -> float | None:  # noqa: E741 - as above
    """Two-sided p of Fisher's exact test (Fisher 1935, J. R. Stat. Soc. 98:39); None without papers on a side."""
    if not m or not n:
        return None
    from scipy.stats import fisher_exact

    return float(fisher_exact([[k, m - k], [l, n - l]]).pvalue)


def adjusted(p: Sequence[float | None]) -> list[float | None]:
    """False discovery rates over the values given (Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57:289)."""
    from scipy.stats import false_discovery_control

    known = [value for value in p if value is not None]
    rates = iter(false_discovery_control(known) if known else ())
    return [None if value is None else float(next(rates)) for value in p]


def weigh(standings: Counter[tuple[int, int]]) -> Weighed:
    """Weigh a code by its papers, each a pair of what it is to the left and to the right.

    Each paper is left out in turn, as in the jackknife (Efron & Tibshirani 1993, An Introduction to the Bootstrap,
    chapter 11). Whole papers are resampled with replacement within those of the left side alone, of the right alone
    and of both, so that a mixed paper stays one draw (the same, chapters 8 and 13).
    """
    counts = np.array([standings[standing] for standing in STANDINGS])
    fewer = counts - np.eye(len(counts), dtype=np.int64)[counts > 0]
    rows = np.vstack([counts, fewer, _resampled(counts)])
    difference, low, high, verdict = _outcomes(rows @ _TALLY)
    others, drawn = slice(1, 1 + len(fewer)), slice(1 + len(fewer), None)
    flips = verdict[others][verdict[others] != verdict[0]]
    return Weighed(
        difference=_numbers(difference[0], low[0], high[0]),
        verdict=Verdict(verdict[0]),
        without_one=_range(difference[others], 0, 100),
        bootstrap=_range(difference[drawn], 2.5, 97.5),
        held=rounded(np.mean(verdict[drawn] == verdict[0])),
        flips_to=Verdict(min(flips)) if len(flips) else None,
    )


def verdicts(tallies: Sequence[tuple[int, int, int, int, int]]) -> list[Verdict]:
    """The verdict on each (k, m, l, n, papers that name the code in any way)."""
    return [Verdict(v) for v in _outcomes(np.array(tallies, dtype=np.int64))[-1]] if tallies else []


# Of each standing, what a paper of it adds to k, m, l, n, and to the papers that name the code in any way.
_TALLY = np.array(
    [[a == ASSERTED, a > ABSENT, b == ASSERTED, b > ABSENT, max(a, b) >= WEAK] for a, b in STANDINGS], int
)
_GROUPS = [
    np.array([(a > ABSENT, b > ABSENT) == group for a, b in STANDINGS])
    for group in ((True, False), (False, True), (True, True))
]


def _resampled(counts: Integers) -> Integers:
    rng = np.random.default_rng(SEED)
    drawn = np.zeros((DRAWS, len(counts)), dtype=np.int64)
    for group in _GROUPS:
        if papers := int(counts[group].sum()):
            drawn[:, group] = rng.multinomial(papers, counts[group] / papers, DRAWS)
    return drawn


def _outcomes(tallies: Integers) -> tuple[Floats, Floats, Floats, Integers]:
    """Per row of (k, m, l, n, found): difference, its interval, the verdict. Not a number where a side is empty.

    The interval is Newcombe's hybrid score interval (Newcombe 1998, Stat. Med. 17:873, method 10).
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    k, m, l, n, found = tallies.T  # noqa: E741 - as in the module's head
    empty = (m == 0) | (n == 0)
    of_left, of_right = np.maximum(m, 1), np.maximum(n, 1)
    low, high = confint_proportions_2indep(k, of_left, l, of_right, method="newcomb", compare="diff")
    difference, low, high = (np.where(empty, np.nan, x) for x in (k / of_left - l / of_right, low, high))
    rule = {
        Verdict.NOT_FOUND: found == 0,
        Verdict.TOO_FEW_ON_A_SIDE: np.minimum(m, n) < MIN_PAPERS,
        Verdict.NOT_ASSERTED: k + l == 0,
        Verdict.ONLY_LEFT: (low > 0) & (l == 0),
        Verdict.ONLY_RIGHT: (high < 0) & (k == 0),
        Verdict.MORE_LEFT: low > 0,
        Verdict.MORE_RIGHT: high < 0,
        Verdict.SHARED: np.minimum(k, l) >= MIN_SHARED,
    }
    return difference, low, high, np.select(list(rule.values()), list(rule), Verdict.TOO_FEW)


def _numbers(value: float, low: float, high: float) -> Interval:
    return (None, None, None) if np.isnan(value) else (rounded(value), rounded(low), rounded(high))


def _range(values: Floats, least: float, most: float) -> tuple[float, float] | tuple[None, None]:
    """The percentiles `least` and `most` of the values that are numbers."""
    known = values[~np.isnan(values)]
    low, high = np.percentile(known, [least, most]) if len(known) else (np.nan, np.nan)
    return (rounded(low), rounded(high)) if len(known) else (None, None)


def rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0  # adding zero turns -0.0, which tables would show, into 0.0
