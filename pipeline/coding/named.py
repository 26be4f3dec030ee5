"""Which instrument, actor and place a sentence names, each under one name across papers.

The names and the ways they are written stand in named.toml and places.toml, in the language of `pipeline.terms`.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline.records import Named
from pipeline.terms import anchor, pattern

HERE = Path(__file__).parent
_WORD = re.compile(r"\w+")

_WIDE = ("international", "European Union")  # jurisdictions of many countries
_Rule = tuple[str, re.Pattern[str], bool]  # a name, a way of writing it, and whether that needs a cue


@dataclass(frozen=True, slots=True)
class Mention:
    """What a sentence names: instruments, actors and places, each with its span, in text order."""

    instruments: tuple[tuple[str, tuple[int, int]], ...]
    actors: tuple[tuple[str, tuple[int, int]], ...]
    places: tuple[tuple[str, tuple[int, int]], ...]


@cache
def instruments() -> Mapping[str, Named]:
    """Every named instrument that is known, by its name."""
    rows = _entries("named.toml")["instrument"]
    return {r["name"]: Named(r["name"], r["jurisdiction"], r.get("year")) for r in rows}


def mentions(sentence: str, known: Collection[str] | None = None) -> Mention:
    """What the sentence names. Where ways of writing overlap the longest counts.

    Some ways of writing ("the CP law") mean an instrument only where it is spoken of: in the sentence, or in its
    paper, of which `known` are the names that `spoken_of` gave. They mean no country's where only others are named.
    """
    places = tuple(_finder("place").find(sentence, ()))
    named = spoken_of(sentence) if known is None else known
    found = tuple(_finder("instrument").find(sentence, _there(named, {name for name, _ in places})))
    return Mention(found, tuple(_finder("actor").find(sentence, ())), places)


def _there(names: Collection[str], places: Collection[str]) -> Collection[str]:
    """Those of the named instruments that can be meant in a sentence with these places."""
    countries = {place.split(", ")[-1] for place in places}  # "Zhejiang, China"
    if not countries:
        return names
    of = instruments()
    return [n for n in names if of[n].jurisdiction in countries or of[n].jurisdiction in _WIDE]


def spoken_of(text: str) -> frozenset[str]:
    """The named instruments of which a cue stands in the text of a paper, so that short names can mean them."""
    return frozenset(_cues().names(text))


def nearest(found: Sequence[tuple[str, tuple[int, int]]], spans: Sequence[tuple[int, int]]) -> str:
    """The name that stands nearest to any of the spans, or "" where there is none; the first of equals."""
    gaps = [(min((_gap(span, s) for s in spans), default=span[0]), at) for at, (_, span) in enumerate(found)]
    return found[min(gaps)[1]][0] if gaps else ""


def _gap(a: tuple[int, int], b: tuple[int, int]) -> int:
    return max(a[0] - b[1], b[0] - a[1], 0)


class Finder:
    """The names of one kind, compiled. A name is looked for only in sentences that hold an anchor word of it.

    An entry is a name, a term, whether that needs a cue and, where something must follow the term, its pattern.
    """

    def __init__(self, entries: Iterable[tuple[str, str, bool, str]]) -> None:
        self._rules: dict[str, list[_Rule]] = {}
        self._stems: list[tuple[str, _Rule]] = []
        for name, term, cued, behind in entries:
            rule = (name, re.compile(pattern(term) + behind, re.IGNORECASE), cued)
            for word in anchor(term):
                if word.endswith("*"):
                    self._stems.append((word[:-1], rule))
                else:
                    self._rules.setdefault(word, []).append(rule)
        self._rules_for = lru_cache(maxsize=50_000)(self._look_up)

    def _look_up(self, word: str) -> tuple[_Rule, ...]:
        return (*self._rules.get(word, ()), *(rule for stem, rule in self._stems if word.startswith(stem)))

    def _rules_of(self, text: str) -> dict[_Rule, None]:
        return {rule: None for word in set(_WORD.findall(text.lower())) for rule in self._rules_for(word)}

    def names(self, text: str) -> set[str]:
        """The names of which some term stands in the text."""
        found: set[str] = set()
        for name, regex, _ in self._rules_of(text):
            if name not in found and regex.search(text):
                found.add(name)
        return found

    def find(self, sentence: str, allowed: Collection[str]) -> Iterator[tuple[str, tuple[int, int]]]:
        """Names with their spans in text order, none overlapping another; cued terms only of `allowed` names."""
        rules = [(name, regex) for name, regex, cued in self._rules_of(sentence) if not cued or name in allowed]
        hits = [(name, match.span()) for name, regex in rules for match in regex.finditer(sentence)]
        kept: list[tuple[str, tuple[int, int]]] = []
        for name, span in sorted(hits, key=lambda hit: (hit[1][0] - hit[1][1], hit[1], hit[0])):
            if all(span[1] <= a or b <= span[0] for _, (a, b) in kept):
                kept.append((name, span))
        yield from sorted(kept, key=lambda hit: hit[1])


@cache
def _finder(kind: str) -> Finder:
    rows = _entries("places.toml" if kind == "place" else "named.toml")[kind]
    return Finder(
        (row["name"], term, listed == "cued_terms", "")
        for row in rows
        for listed in ("terms", "cued_terms")
        for term in row.get(listed, ())
    )


@cache
def _cues() -> Finder:
    rows = _entries("named.toml")["instrument"]
    return Finder((row["name"], cue, False, "") for row in rows for cue in row.get("cues", ()))


@cache
def _entries(file: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((HERE / file).read_text(encoding="utf-8"))
