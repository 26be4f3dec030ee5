"""A bibliography joined to one of the same name: what is there stays as it is, and what is new comes behind it."""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.bibliography.normal import normal_title
from pipeline.bibliography.parsed import Item
from pipeline.bibliography.read import decode, parse


class Merged(NamedTuple):
    """The joined bibliography as UTF-8, how many entries are new, and how many were left for those that are there
    say otherwise of the same work."""

    content: bytes
    added: int
    differing: int


def merge(old: bytes, new: bytes, ending: str) -> Merged | None:
    """`new` joined to `old`; None where that cannot be done without harm: one key stands for two works, or entries
    hang on abbreviations of their own file."""
    before, after = decode(old), decode(new)
    blocks = _objects(after) if ending == ".json" else _stretches(after, ending)
    if blocks is None:
        return None
    there = parse(before, ending).entries
    kept: list[str] = []
    differing = 0
    for item, raw in blocks:
        known = _known(item, there)
        if known is None and item.key and any(item.key == other.key for other in there):
            return None
        if known is None:
            kept.append(raw.strip())
        elif known._replace(line=0) != item._replace(line=0):
            differing += 1
    if not kept:
        return Merged(old, 0, differing)
    text = _list_with(before, kept) if ending == ".json" else "\n\n".join([before.rstrip(), *kept]) + "\n"
    return None if text is None else Merged(text.encode(errors="replace"), len(kept), differing)


def _known(item: Item, there: Sequence[Item]) -> Item | None:
    """The entry of the same work: with its key, if both have one, and its DOI or title."""
    title, doi = normal_title(item.metadata.title), item.metadata.doi
    for other in there:
        same = normal_title(other.metadata.title) == title or (doi and other.metadata.doi == doi)
        if same and item.key == other.key:
            return other
    return None


def _stretches(text: str, ending: str) -> list[tuple[Item, str]] | None:
    """The entries of a BibTeX or RIS file, each with its text: from its line to that of the next."""
    parsed = parse(text, ending)
    starts = sorted([item.line for item in parsed.entries] + [line for line, _ in parsed.broken])
    if len(set(starts)) < len(starts) or re.search(r"@string\b", text, re.IGNORECASE):
        return None
    lines = text.splitlines()
    ends = dict(zip(starts, [*starts[1:], len(lines) + 1], strict=True))
    return [(item, "\n".join(lines[item.line - 1 : ends[item.line] - 1])) for item in parsed.entries]


def _objects(text: str) -> list[tuple[Item, str]] | None:
    try:
        raws = [json.dumps(value, ensure_ascii=False) for value in json.loads(text)]
    except (ValueError, RecursionError):
        return None
    return [(item, raw) for raw in raws for item in parse(f"[{raw}]", ".json").entries]


def _list_with(before: str, more: Sequence[str]) -> str | None:
    """A JSON list with more at its end; None where it is none."""
    try:
        values = [*json.loads(before), *map(json.loads, more)]
    except (ValueError, TypeError, RecursionError):
        return None
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
