"""Which codings are most worth a look, each with the reason in words."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from pipeline.codebook import Codebook
from pipeline.compare import verdicts_after
from pipeline.double_coding import Unit, drawn
from pipeline.evidence import by_side, labels_of, sentence_of, sides_of
from pipeline.outcomes import Comparison
from pipeline.records import Coding, Paper

Order = Literal["influential", "uncertain", "disputed", "paper", "random"]
ORDERS: tuple[Order, ...] = get_args(Order)
STEPS = 3  # papers fewer on a side that are tried on a verdict

Rank = tuple[tuple[float, ...], str]  # what a coding is sorted by, smallest first, and the reason
Ranks = Callable[[Coding], Rank]


@dataclass(frozen=True, slots=True)
class Look:
    """A coding that is worth a look, and why, in words for the reader."""

    coding_id: str
    reason: str


def worth_a_look(
    codings: Sequence[Coding],
    papers: Sequence[Paper],
    comparisons: Sequence[Comparison],
    codebook: Codebook,
    by: Order = "influential",
    decided: Collection[str] = frozenset(),
    disputed: Collection[tuple[Unit, str]] = frozenset(),
    seed: int = 1,
) -> tuple[Look, ...]:
    """The codings that no one has decided, the most worth a look first; the same input gives the same order.

    `decided` are ids of codings; `disputed` are the (sentence, family) on which coders differ, not yet settled.
    Orders:

    - influential: those that a verdict hangs on. A paper carries a code on a side by its asserted codings; first come
      those of papers without which the verdict is another, then of those where two or three papers fewer would change
      it, the likeliest to be wrong first (all of the paper's codings of the code, by their confidence). A proposed
      coding that would change the verdict, were it asserted, stands with the first. The rest follow as uncertain.
    - uncertain: confidence nearest to one half first.
    - disputed: those on which coders differ, then the rest as uncertain.
    - paper: as they stand in the papers, in the order given.
    - random: by chance, from `seed`; a coding keeps its place among the others when papers are added.
    """
    ranks: Mapping[Order, Callable[[], Ranks]] = {
        "influential": lambda: _influential(codings, papers, comparisons, codebook),
        "uncertain": lambda: _uncertain,
        "disputed": lambda: _disputed(frozenset(disputed), codebook),
        "paper": lambda: _in_papers(papers),
        "random": lambda: lambda coding: ((drawn((coding.id, 0, 0), seed),), "by chance"),
    }
    rank = ranks[by]()
    ranked = sorted(((*rank(c), c) for c in codings if c.id not in decided), key=lambda r: (r[0], r[2].id))
    return tuple(Look(coding.id, reason) for _, reason, coding in ranked)


def _uncertain(coding: Coding) -> Rank:
    return (abs(coding.confidence - 0.5),), f"confidence {coding.confidence:.2f}"


def _disputed(disputed: Collection[tuple[Unit, str]], codebook: Codebook) -> Ranks:
    labels = {family.id: family.label.lower() for family in codebook.families}

    def rank(coding: Coding) -> Rank:
        itself = coding.review_status == "disputed"  # also where coders have not judged its whole sentence
        if itself or (sentence_of(coding), coding.family) in disputed:
            return (0.0 if itself else 0.5,), f"coders differ here: {labels.get(coding.family, coding.family)}"
        (doubt,), reason = _uncertain(coding)
        return (1.0, doubt), reason

    return rank


def _in_papers(papers: Sequence[Paper]) -> Ranks:
    place = {paper.document_id: at for at, paper in enumerate(papers)}
    return lambda coding: ((place.get(coding.document_id, len(place)), coding.start), "next in its paper")


# ---- influence on verdicts ----

Change = tuple[int, int]  # papers more or fewer to the left and to the right


def _influential(
    codings: Sequence[Coding], papers: Sequence[Paper], comparisons: Sequence[Comparison], codebook: Codebook
) -> Ranks:
    turns = _turns(comparisons, codebook)
    weighed: dict[str, Rank] = {}
    for pair, of_paper in _by_paper(codings, papers, sides_of(codebook)):
        for coding, change, doubt in _changes(of_paper):
            found = _influence(pair, change, turns, labels_of(codebook))
            if found:
                steps, reason = found
                mine: Rank = ((float(steps), 1 - doubt), reason)
                weighed[coding.id] = min(mine, weighed.get(coding.id, mine))

    def rank(coding: Coding) -> Rank:
        (doubt,), reason = _uncertain(coding)
        return weighed.get(coding.id, ((STEPS + 1.0, doubt), reason))

    return rank


def _by_paper(
    codings: Sequence[Coding], papers: Sequence[Paper], sides: tuple[str, str]
) -> Iterator[tuple[tuple[str, str], list[tuple[Coding, Change]]]]:
    """Per code and paper, its codings, each with the sides on which it counts."""
    counted: defaultdict[tuple[str, str, str], dict[str, tuple[Coding, list[int]]]] = defaultdict(dict)
    for (side, family, code), held in by_side(papers, codings, sides).items():
        for coding in held:
            of_paper = counted[family, code, coding.document_id]
            of_paper.setdefault(coding.id, (coding, [0, 0]))[1][sides.index(side)] = 1
    for (family, code, _), of_paper in counted.items():
        yield (family, code), [(coding, (on[0], on[1])) for coding, on in of_paper.values()]


def _changes(of_paper: Sequence[tuple[Coding, Change]]) -> Iterator[tuple[Coding, Change, float]]:
    """What each coding of a code in a paper could change, with how likely, in [0, 1], it does."""
    asserted = [(coding, on) for coding, on in of_paper if coding.status == "asserted"]
    there = tuple(max((on[side] for _, on in asserted), default=0) for side in (0, 1))
    for coding, on in asserted:
        wrong = math.prod(1 - other.confidence for other, sides in asserted if sides == on)
        yield coding, (-on[0], -on[1]), wrong
    for coding, on in of_paper:
        gain = max(on[0] - there[0], 0), max(on[1] - there[1], 0)
        if coding.status == "proposed" and any(gain):
            yield coding, gain, coding.confidence / 2  # the code may be right and its status still is


Turns = dict[tuple[str, str, Change], tuple[int, str, Comparison]]


def _turns(comparisons: Sequence[Comparison], codebook: Codebook) -> Turns:
    """By code and change of one paper: how often it must be made for another verdict, up to STEPS, and which."""
    ways = [(-1, 0), (0, -1), (-1, -1), (1, 0), (0, 1), (1, 1)]
    tried = [
        (row, way, steps, (steps * way[0], steps * way[1]))
        for steps in range(1, STEPS + 1)
        for row in comparisons
        for way in ways
        if steps == 1 or sum(way) < 0
    ]
    possible = [t for t in tried if _possible(t[0], t[3])]
    turns: Turns = {}
    for (row, way, steps, _), verdict in zip(
        possible, verdicts_after([(row, *change) for row, _, _, change in possible], codebook), strict=True
    ):
        if verdict != row.verdict:
            turns.setdefault((row.family, row.code, way), (steps, verdict, row))
    return turns


def _possible(row: Comparison, change: Change) -> bool:
    sides = zip((row.left, row.right), change, strict=True)
    return all(0 <= side.papers + more <= side.of_papers for side, more in sides)


def _influence(pair: tuple[str, str], change: Change, turns: Turns, labels: tuple[str, str]) -> tuple[int, str] | None:
    if (*pair, change) not in turns:
        return None
    steps, verdict, row = turns[(*pair, change)]
    if sum(change) > 0:
        return steps, f"proposed; if it is asserted, “{row.verdict}” becomes “{verdict}”"
    at = 0 if change[0] else 1
    papers = (row.left, row.right)[at].papers
    behind = f"one of {papers} papers" if papers > 1 else "the only paper"
    fewer = "without it" if steps == 1 else f"with {steps} fewer"
    return steps, f"{behind} in {labels[at]} behind “{row.verdict}”; {fewer}: “{verdict}”"
