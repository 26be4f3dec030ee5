"""Topics over years of publication."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipeline.inference import rounded, share
from pipeline.records import Paper
from pipeline.topic_outcomes import TopicModel, TopicPeriod

YEARS = 5  # of a period; the first is divisible by it


def period_of(year: int) -> tuple[int, int]:
    """First and last year of the period that a year of publication is in."""
    first = year // YEARS * YEARS
    return first, first + YEARS - 1


def topic_periods(papers: Sequence[Paper], model: TopicModel) -> tuple[TopicPeriod, ...]:
    """Every topic in every period of five years that has papers with topics, by topic and then by period.

    Papers without a year of publication are a period of their own, the last. Within a period the papers of
    main topics sum to its papers, and the mean weights to one. Intervals are Wilson's, at 95 %.
    """
    held: dict[tuple[int, int] | None, list[tuple[float, ...]]] = defaultdict(list)
    for paper in papers:
        if weights := model.weights.get(paper.document_id):
            year = paper.metadata.year
            held[None if year is None else period_of(year)].append(weights)
    periods = sorted(held.items(), key=lambda item: (item[0] is None, item[0] or (0, 0)))
    return tuple(row for at in range(len(model.topics)) for row in _of_topic(model, at, periods))


def _of_topic(
    model: TopicModel, at: int, periods: Sequence[tuple[tuple[int, int] | None, list[tuple[float, ...]]]]
) -> Iterator[TopicPeriod]:
    for years, rows in periods:
        main = sum(row.index(max(row)) == at for row in rows)
        mean = rounded(sum(row[at] for row in rows) / len(rows))
        yield TopicPeriod(model.topics[at].number, years, len(rows), mean, main, *share(main, len(rows)))
