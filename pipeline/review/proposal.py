"""What a change of one term would do: which sentences a code would gain and lose."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.codebook import Code, Codebook, Family
from pipeline.coding.matching import Matcher
from pipeline.terms import pattern

Change = Literal["terms", "cued_terms", "unless", "without"]


@dataclass(frozen=True, slots=True)
class Effect:
    """The sentences, as they were given, that the terms of a code would newly name, and those they no longer would."""

    gained: tuple[int, ...]
    lost: tuple[int, ...]


def effect(codebook: Codebook, pair: tuple[str, str], change: Change, term: str, sentences: Iterable[str]) -> Effect:
    """The effect of one term on a (family, code): places of sentences, from 0, gained and lost.

    `change` says where the term goes: among the `terms`, the `cued_terms`, the `unless` phrases, or out of all of
    them (`without`). It is the terms' part alone; the trained head, which weighs them, has not learnt the change.
    Raises ValueError, saying what is wrong with it, where the term cannot be read.
    """
    within = re.compile(pattern(term), re.IGNORECASE)  # a sentence without it cannot change
    before = Matcher(_only(codebook, pair[0]))
    after = Matcher(_changed(_only(codebook, pair[0]), pair, change, term))
    gained: list[int] = []
    lost: list[int] = []
    for at, sentence in enumerate(sentences):
        if within.search(sentence):
            was, is_now = (any(h.code == pair[1] for h in m.match(sentence).hits) for m in (before, after))
            if was != is_now:
                (gained if is_now else lost).append(at)
    return Effect(tuple(gained), tuple(lost))


def _only(codebook: Codebook, family: str) -> Codebook:
    """The codebook with one family: the terms of others take nothing from it."""
    return replace(codebook, families=tuple(f for f in codebook.families if f.id == family))


def _changed(codebook: Codebook, pair: tuple[str, str], change: Change, term: str) -> Codebook:
    def code(was: Code) -> Code:
        if was.id != pair[1]:
            return was
        left = {name: tuple(t for t in getattr(was, name) if t != term) for name in ("terms", "cued_terms", "unless")}
        if change != "without":
            left[change] = (*left[change], term)
        return replace(was, terms=left["terms"], cued_terms=left["cued_terms"], unless=left["unless"])

    def family(was: Family) -> Family:
        return replace(was, codes=tuple(code(c) for c in was.codes))

    return replace(codebook, families=tuple(family(f) for f in codebook.families))
