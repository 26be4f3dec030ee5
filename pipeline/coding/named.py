"""Which instrument, actor and place a sentence names, each under one name across papers.

The names and the ways they are written stand in named.toml and places.toml, in the language of `pipeline.terms`.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline.records import Named
from pipeline.terms import anchor, pattern

HERE = Path(__file__).parent
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Mention:
    """What a sentence names: instruments, actors and places, each with its span, in text order."""

    instruments: tuple[tuple[str, tuple[int, int]], ...]
    actors: tuple[tuple[str, tuple[int, int]], ...]
    places: tuple[tuple[str, tuple[int, int]], ...]


def instruments() -> Mapping[str, Named]:
    """Every named instrument that is known, by its name."""
    rows = _entries("named.toml")["instrument"]
    return {r["name"]: Named(r["name"], r["jurisdiction"], r.get("year")) for r in rows}


def mentions(sentence: str) -> Mention:
    """What the sentence names. Where ways of writing overlap the longest counts."""
    return Mention(*(tuple(_finder(kind).find(sentence)) for kind in ("instrument", "actor", "place")))


def nearest(found: Sequence[tuple[str, tuple[int, int]]], spans: Sequence[tuple[int, int]]) -> str:
    """The name that stands nearest to any of the spans, or "" where there is none; the first of equals."""
    gaps = [(min((_gap(span, s) for s in spans), default=span[0]), at) for at, (_, span) in enumerate(found)]
    return found[min(gaps)[1]][0] if gaps else ""


def _gap(a: tuple[int, int], b: tuple[int, int]) -> int:
    return max(a[0] - b[1], b[0] - a[1], 0)


class _Finder:
    """The names of one kind, compiled. A name is looked for only in sentences that hold an anchor word of it."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        self._rules: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        self._stems: list[tuple[str, tuple[str, re.Pattern[str]]]] = []
        for name, term in entries:
            rule = (name, re.compile(pattern(term), re.IGNORECASE))
            for word in anchor(term):
                if word.endswith("*"):
                    self._stems.append((word[:-1], rule))
                else:
                    self._rules.setdefault(word, []).append(rule)
        self._rules_for = lru_cache(maxsize=50_000)(self._look_up)

    def _look_up(self, word: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return (*self._rules.get(word, ()), *(rule for stem, rule in self._stems if word.startswith(stem)))

    def find(self, sentence: str) -> Iterator[tuple[str, tuple[int, int]]]:
        """Names with their spans in text order, none overlapping another."""
        rules = {rule: None for word in set(_WORD.findall(sentence.lower())) for rule in self._rules_for(word)}
        hits = [(name, match.span()) for name, regex in rules for match in regex.finditer(sentence)]
        kept: list[tuple[str, tuple[int, int]]] = []
        for name, span in sorted(hits, key=lambda hit: (hit[1][0] - hit[1][1], hit[1], hit[0])):
            if all(span[1] <= a or b <= span[0] for _, (a, b) in kept):
                kept.append((name, span))
        yield from sorted(kept, key=lambda hit: hit[1])


@cache
def _finder(kind: str) -> _Finder:
    rows = _entries("places.toml" if kind == "place" else "named.toml")[kind]
    return _Finder((row["name"], term) for row in rows for term in row["terms"])


@cache
def _entries(file: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((HERE / file).read_text(encoding="utf-8"))
