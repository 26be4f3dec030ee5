"""Which instrument a motivator or deterrent is tied to: one of its own sentence, else of a neighbouring one."""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.documents import Passage
from pipeline.records import Coding

INSTRUMENT = "instrument"  # the family that others are tied to


def tie(text: str, passages: Sequence[Passage], codings: Sequence[Coding]) -> tuple[Coding, ...]:
    """The codings of one document in their order, those of other families with `tied_to` filled in.

    A coding is tied to an instrument of its own sentence; where there is none, to one of the sentence right
    before or after in the same paragraph. An instrument with a name goes before others, then the one whose
    evidence stands nearest.
    """
    held: defaultdict[int, list[Coding]] = defaultdict(list)
    for coding in codings:
        if coding.family == INSTRUMENT:
            held[coding.start].append(coding)
    beside = _beside(text, passages)
    return tuple(c if c.family == INSTRUMENT else replace(c, tied_to=_instrument(c, held, beside)) for c in codings)


def _instrument(coding: Coding, held: Mapping[int, Sequence[Coding]], beside: Mapping[int, Sequence[int]]) -> str:
    """The id of the instrument that the coding is tied to, or "" where there is none."""
    near = held.get(coding.start) or [c for start in beside[coding.start] for c in held.get(start, ())]
    best = min(near, key=lambda c: (not c.named_instrument, _gap(coding, c), c.start, c.code), default=None)
    return best.id if best else ""


def _beside(text: str, passages: Sequence[Passage]) -> dict[int, list[int]]:
    """Starts of the sentences right before and after each, by its own start.

    A paragraph is a line of the text; what stands between two sentences, such as a heading, parts them.
    """
    beside: dict[int, list[int]] = {passage.start: [] for passage in passages}
    for one, other in itertools.pairwise(passages):
        between = text[one.end : other.start]
        if one.role == other.role and "\n" not in between and not between.strip():
            beside[one.start].append(other.start)
            beside[other.start].append(one.start)
    return beside


def _gap(a: Coding, b: Coding) -> int:
    """Characters between the evidence of two codings, 0 where it overlaps."""
    return min((max(p - y, x - q, 0) for x, y in a.evidence for p, q in b.evidence), default=0)
