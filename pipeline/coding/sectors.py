"""Which industry sector a sentence or a paper speaks of, each under one name; they stand in sectors.toml."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.coding.named import Finder
from pipeline.terms import pattern

_FILE = Path(__file__).parent / "sectors.toml"
_JOIN = r"[\s‐‑–-]+"
# more of a list that ends in a noun: ", steel and paper" before "mills"
_LIST = rf"(?:(?:,|,?\s+(?:and|or)|/)\s*\w+(?:{_JOIN}\w+)?){{0,4}}?"


def sectors(text: str) -> tuple[tuple[str, tuple[int, int]], ...]:
    """The sectors that the text names, each with its span, in text order. Where terms overlap the longest counts."""
    found = tuple(_finder("terms").find(text, ()))
    vetoes = tuple(_finder("unless").find(text, ())) if found else ()
    return tuple(hit for hit in found if not any(_vetoes(veto, hit) for veto in vetoes))


def _vetoes(veto: tuple[str, tuple[int, int]], hit: tuple[str, tuple[int, int]]) -> bool:
    return veto[0] == hit[0] and veto[1][0] < hit[1][1] and hit[1][0] < veto[1][1]


@cache
def _finder(kind: str) -> Finder:
    return Finder(_entries(kind))


def _entries(kind: str) -> Iterator[tuple[str, str, bool, str]]:
    """What a `Finder` is made of."""
    listed = _listed()
    noun = rf"(?={_LIST}{_JOIN}{pattern(listed['nouns'])})"
    for row in listed["sector"]:
        yield from ((row["name"], term, False, "") for term in row.get(kind, ()))
        if kind == "terms":
            yield from ((row["name"], term, False, noun) for term in row.get("before", ()))


@cache
def _listed() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
