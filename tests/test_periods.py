"""Topics over years: periods are whole, sums hold, and papers without a year are not lost."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from pipeline.documents import Metadata
from pipeline.periods import topic_periods
from pipeline.records import Paper
from pipeline.topic_outcomes import Topic, TopicModel


def _paper(name: str, year: int | None) -> Paper:
    return Paper(name, f"{name}.pdf", (), name, Metadata("", (), year), "", 1, "", "cp", {})


def _model(weights: dict[str, tuple[float, ...]], topics: int = 2) -> TopicModel:
    return TopicModel(tuple(Topic(n + 1, f"t{n}", (), 0.0, 0, {}) for n in range(topics)), weights, "")


def test_a_topic_is_counted_and_weighed_in_every_period() -> None:
    papers = [_paper("a", 2010), _paper("b", 2014), _paper("c", 2015), _paper("d", None), _paper("short", 2010)]
    rows = topic_periods(papers, _model({"a": (0.8, 0.2), "b": (0.4, 0.6), "c": (0.1, 0.9), "d": (1.0, 0.0)}))
    first = [(r.years, r.papers, r.weight, r.main) for r in rows if r.topic == 1]
    assert first == [((2010, 2014), 2, 0.6, 1), ((2015, 2019), 1, 0.1, 0), (None, 1, 1.0, 1)]
    expected = proportion_confint(1, 2, method="wilson")
    assert (rows[0].share, rows[0].low, rows[0].high) == pytest.approx((0.5, *expected), abs=1e-6)


def test_no_topics_have_no_periods() -> None:
    assert topic_periods([_paper("a", 2010)], TopicModel((), {}, "too few papers")) == ()


@given(st.lists(st.tuples(st.none() | st.integers(1960, 2030), st.integers(0, 100)), max_size=20))
def test_papers_sum_over_topics_and_weights_to_one(shape: list[tuple[int | None, int]]) -> None:
    papers = [_paper(f"p{n}", year) for n, (year, _) in enumerate(shape)]
    weights: dict[str, tuple[float, ...]] = {f"p{n}": (w / 100, 1 - w / 100) for n, (_, w) in enumerate(shape)}
    rows = defaultdict(list)
    for row in topic_periods(papers, _model(weights)):
        rows[row.years].append(row)
    for years, topics in rows.items():
        there = [
            y
            for y, _ in shape
            if (y is None if years is None else y is not None and y in range(years[0], years[1] + 1))
        ]
        assert len(topics) == 2
        assert sum(row.main for row in topics) == topics[0].papers == len(there)
        assert sum(row.weight for row in topics) == pytest.approx(1, abs=1e-5)
    assert sum(topics[0].papers for topics in rows.values()) == len(papers)
