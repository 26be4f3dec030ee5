"""Comparison + codings -> what one side has evidence of and the other has not: a precedent that may carry over."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.codebook import UNSPECIFIED, Codebook
from pipeline.evidence import QUOTES, Held, best, by_side, codes_of, count_papers, sentence_of, sides_of
from pipeline.inference import MIN_PAPERS
from pipeline.outcomes import (
    BETWEEN,
    CARRIES,
    MORE,
    ON_BOTH,
    OPEN,
    THIN,
    UNSEEN,
    WELL,
    Carried,
    Company,
    Comparison,
    Mention,
    Side,
    Standing,
)
from pipeline.records import Coding, Paper

WELL_PAPERS = 3  # papers that assert a code before it is called well evidenced
THIN_PAPERS = 1  # up to so many are thin evidence whatever their share
STRAY = 0.05  # share of papers that stray codings of a machine may bring about


def carry(
    comparisons: Iterable[Comparison], papers: Sequence[Paper], codings: Iterable[Coding], codebook: Codebook
) -> tuple[Carried, ...]:
    """One row per code that a paper asserts, proposes or negates, in the order of the comparison.

    With k of n papers of a side asserting the code and Wilson's 95 % interval on k / n, as in `compare`, the
    evidence of that side is the first of these that holds:

    - `too few papers on the side`: n < 5, as for a verdict;
    - `well evidenced`: k >= 3, and the interval lies above 5 %;
    - `thin`: k <= 1, or the interval lies below 5 %;
    - `in between`: anything else.

    Three papers, so that no two slips of the coding make the evidence. One paper in
    twenty, because so many may carry a code by stray codings alone: above it the side surely has the code,
    below it nothing tells what it has from noise. Both are round figures, a judgement and no estimate; with 20
    papers they ask for 3 that assert a code, with 100 for 10, with 1000 for 64.

    The finding is the first of these that holds:

    - `too few papers to say`: n < 5 on a side;
    - `may carry over`, from `origin` to `target`: well evidenced on the one, thin on the other, and the interval
      of the difference excludes 0. It says that the papers of the folder leave a gap there, not that policy
      does, nor that what worked on the one side will work on the other;
    - `already on both sides`: well evidenced on both, equally or not, or `shared` by the verdict;
    - `more on one side`: the interval of the difference excludes 0, but the evidence is not so far apart;
    - `too few papers to say`: anything else, so also 3 of 8 against none of 9.

    Codes stand beside each other where both are asserted on that side in one sentence, or the coding of one is
    tied to that of the other. A family's catch-all code tells nothing: it has no row and keeps no company.
    """
    sides = sides_of(codebook)
    place = {pair: at for at, pair in enumerate(codes_of(codebook))}
    held = by_side(papers, codings, sides)
    beside = {side: _beside(_asserted_on(side, held, place)) for side in sides}
    rows = (row for row in comparisons if row.code != UNSPECIFIED and row.verdict != "not found")
    return tuple(_row(row, held, beside, place) for row in rows)


def evidence(side: Side) -> str:
    """What the papers of a side are evidence of, in words; the rule stands in `carry`."""
    if side.of_papers < MIN_PAPERS or side.low is None or side.high is None:
        return UNSEEN
    if side.papers >= WELL_PAPERS and side.low > STRAY:
        return WELL
    return THIN if side.papers <= THIN_PAPERS or side.high < STRAY else BETWEEN


Place = dict[tuple[str, str], int]  # (family, code) -> its place in the codebook
Beside = dict[tuple[str, str], list[Coding]]  # (family, code) -> codings of other families that stand beside it


def _row(row: Comparison, held: Held, beside: dict[str, Beside], place: Place) -> Carried:
    pair = row.family, row.code
    left, right = (
        _standing(side, held.get((side.domain, *pair), []), beside[side.domain].get(pair, []), place)
        for side in (row.left, row.right)
    )
    return Carried(row, *_finding(row, left.evidence, right.evidence), left, right)


def _finding(row: Comparison, left: str, right: str) -> tuple[str, str, str]:
    if UNSEEN in (left, right):
        return OPEN, "", ""
    if (left, right) == (WELL, WELL) or row.verdict == "shared":
        return ON_BOTH, "", ""
    more_left, more_right = (row.low or 0) > 0, (row.high or 0) < 0
    if more_left and (left, right) == (WELL, THIN):
        return CARRIES, row.left.domain, row.right.domain
    if more_right and (left, right) == (THIN, WELL):
        return CARRIES, row.right.domain, row.left.domain
    return MORE if more_left or more_right else OPEN, "", ""


def _standing(side: Side, codings: Sequence[Coding], beside: Sequence[Coding], place: Place) -> Standing:
    asserted = [c for c in codings if c.status == "asserted"]
    sure = {c.document_id for c in asserted}
    proposed = [c for c in codings if c.status == "proposed" and c.document_id not in sure]
    return Standing(
        evidence=evidence(side),
        beside=_company(beside, place),
        named=_named(asserted),
        quotes=tuple(c.id for c in best(asserted)),
        proposing=tuple(c.id for c in best(proposed, min(QUOTES, count_papers(proposed)))),  # papers first
    )


def _asserted_on(side: str, held: Held, place: Place) -> list[Coding]:
    """The codings that assert a telling code of the codebook on a side."""
    found = (c for (where, *pair), codings in held.items() if where == side and tuple(pair) in place for c in codings)
    return [c for c in found if c.status == "asserted" and c.code != UNSPECIFIED]


def _beside(asserted: Sequence[Coding]) -> Beside:
    sentences: dict[tuple[str, int, int], list[Coding]] = defaultdict(list)
    for coding in asserted:
        sentences[sentence_of(coding)].append(coding)
    by_id = {c.id: c for c in asserted}
    several = (together for together in sentences.values() if len(together) > 1)
    met = (pair for together in several for pair in itertools.permutations(together, 2))
    tied = [(c, by_id[c.tied_to]) for c in asserted if c.tied_to in by_id]
    found: Beside = defaultdict(list)
    for one, other in itertools.chain(met, tied, ((to, c) for c, to in tied)):
        if one.family != other.family:
            found[one.family, one.code].append(other)
    return found


def _company(beside: Iterable[Coding], place: Place) -> tuple[Company, ...]:
    of_code: dict[tuple[str, str], dict[str, Coding]] = defaultdict(dict)  # by id: one may both meet it and be tied
    for coding in beside:
        of_code[coding.family, coding.code][coding.id] = coding
    made = []
    for family, pairs in itertools.groupby(sorted(of_code, key=place.__getitem__), key=lambda pair: pair[0]):
        found = {code: list(of_code[family, code].values()) for _, code in pairs}
        papers = count_papers(c for codings in found.values() for c in codings)
        made.append(Company(family, papers, _mentions(found)))
    return tuple(made)


def _named(asserted: Iterable[Coding]) -> tuple[Mention, ...]:
    naming: dict[str, list[Coding]] = defaultdict(list)
    for coding in asserted:
        if coding.named_instrument:
            naming[coding.named_instrument].append(coding)
    return _mentions(dict(sorted(naming.items())))


def _mentions(found: Mapping[str, Sequence[Coding]]) -> tuple[Mention, ...]:
    """Those of most papers first, then in the order given."""
    made = [Mention(name, count_papers(codings), tuple(c.id for c in best(codings))) for name, codings in found.items()]
    return tuple(sorted(made, key=lambda mention: -mention.papers))
