"""Codings and papers -> each code by period of publication, place and sector, side by side. Papers are the unit."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from pipeline.codebook import Codebook
from pipeline.evidence import best, by_side, codes_of, papers_on, said, sentence_of, sides_of
from pipeline.inference import share
from pipeline.outcomes import UNKNOWN, Stratum
from pipeline.periods import period_of
from pipeline.records import Coding, Paper

_share = lru_cache(maxsize=10_000)(share)  # the same few counts come again and again

Strata = tuple[str, ...]
Within = Mapping[tuple[str, str, str], Mapping[str, Sequence[Coding]]]  # (side, family, code) -> stratum -> codings


def stratify(papers: Sequence[Paper], codings: Sequence[Coding], codebook: Codebook) -> tuple[Stratum, ...]:
    """Every code that is found, on each side, in each stratum of three kinds, in the codebook's order.

    Sides, and the one status by which a paper counts, are as in `compare.compare`; the status is now that of its
    codings in the stratum. Shares carry Wilson score intervals (Wilson 1927, J. Am. Stat. Assoc. 22:209).

    - `period`: years of publication from one that five divides, such as "2005-2009". A paper stands in one period, so
      that each count, summed over periods, is that of the comparison.
    - `place`: countries, regions of countries with them ("Zhejiang, China" is China).
    - `sector`: industry sectors.

    A coding stands in the place and sector that its sentence names; where it names none, in those of the paper's
    title or abstract. A paper stands on a side in those of its title or abstract, and in those of its codings that
    count on that side. So it may stand in several places, and such counts do not sum to those of the comparison.

    What has no year, place or sector stands in the stratum "unknown". Strata without papers on a side have no row.
    """
    sides = sides_of(codebook)
    known = set(codes_of(codebook))
    held = by_side(papers, (c for c in codings if (c.family, c.code) in known), sides)
    on = {side: papers_on(papers, side) for side in sides}
    found = [pair for pair in codes_of(codebook) if any(held.get((side, *pair)) for side in sides)]
    rows = []
    for by, of_paper, of_coding in _KINDS:
        own = {paper.document_id: of_paper(paper) for paper in papers}
        within = {key: _within(cell, own, of_coding) for key, cell in held.items()}
        of = {side: _sizes(side, on[side], own, within) for side in sides}
        rows += [row for pair in found for side in sides for row in _rows(by, pair, side, of[side], within)]
    return tuple(rows)


def _rows(by: str, pair: tuple[str, str], side: str, sizes: Mapping[str, int], within: Within) -> Iterator[Stratum]:
    cells = within.get((side, *pair), {})
    for stratum in sorted(sizes, key=lambda name: (name == UNKNOWN, name)):
        codings = cells.get(stratum, ())
        asserting = [c for c in codings if c.status == "asserted"]
        asserted = {c.document_id for c in asserting}
        by_status = Counter(said(codings).values())
        rate, low, high = _share(len(asserted), sizes[stratum])
        yield Stratum(
            by,
            stratum,
            *pair,
            domain=side,
            of_papers=sizes[stratum],
            papers=len(asserted),
            proposed=by_status["proposed"],
            negated=by_status["negated"],
            sentences=len({sentence_of(c) for c in asserting}),
            own=len({c.document_id for c in asserting if not c.cited}),
            share=rate,
            low=low,
            high=high,
            quotes=tuple(c.id for c in best(codings)),
        )


def _within(
    codings: Sequence[Coding], own: Mapping[str, Strata], of_coding: Callable[[Coding], Strata]
) -> dict[str, list[Coding]]:
    """The codings by the strata in which they stand."""
    within: defaultdict[str, list[Coding]] = defaultdict(list)
    for coding in codings:
        for stratum in of_coding(coding) or own[coding.document_id]:
            within[stratum].append(coding)
    return within


def _sizes(side: str, papers: Collection[str], own: Mapping[str, Strata], within: Within) -> dict[str, int]:
    """How many papers of a side stand in each stratum."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for paper in papers:
        for stratum in own[paper]:
            members[stratum].add(paper)
    for (of, _, _), cells in within.items():
        if of == side:
            for stratum, codings in cells.items():
                members[stratum].update(c.document_id for c in codings)
    return {stratum: len(ids) for stratum, ids in members.items()}


def _period(paper: Paper) -> Strata:
    year = paper.metadata.year
    if year is None:
        return (UNKNOWN,)
    first, last = period_of(year)
    return (f"{first}-{last}",)


@cache
def _country(place: str) -> Strata:
    return (place.split(", ")[-1],) if place else ()


def _countries(paper: Paper) -> Strata:
    return tuple(dict.fromkeys(country for place in paper.places for country in _country(place))) or (UNKNOWN,)


_KINDS: tuple[tuple[str, Callable[[Paper], Strata], Callable[[Coding], Strata]], ...] = (
    ("period", _period, lambda coding: ()),  # noqa: ARG005 - a coding has no period of its own
    ("place", _countries, lambda coding: _country(coding.place)),
    ("sector", lambda paper: paper.sectors or (UNKNOWN,), lambda coding: (coding.sector,) if coding.sector else ()),
)
