"""A bibliography joined to one of the same name: what is there stays as it is, and what is new comes behind it."""

import json
import re
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from pipeline.bibliography.normal import normal_title
from pipeline.bibliography.parsed import Item
from pipeline.bibliography.read import LARGE, MEMORY_MB, SECONDS, decode, parse
from pipeline.workers import run_limited


class Merged(NamedTuple):
    """The joined bibliography as UTF-8, how many entries are new, and how many were left for those that are there
    say otherwise of the same work."""

    content: bytes
    added: int
    differing: int


def merge(old: bytes, new: bytes, ending: str) -> Merged | None:
    """`new` joined to `old`; None where that cannot be done without harm: one key stands for two works, entries hang on
    abbreviations of their own file, or joining takes more than the limits on reading."""
    if max(len(old), len(new)) < LARGE:
        return _joined(ending, (old, new))
    ((_, joined),) = run_limited(partial(_joined, ending), [(old, new)], 1, SECONDS, MEMORY_MB)
    return None if isinstance(joined, BaseException) else joined


def _joined(ending: str, files: tuple[bytes, bytes]) -> Merged | None:
    before, after = map(decode, files)
    try:
        blocks = _objects(after) if ending == ".json" else _stretches(after, ending)
        there = parse(before, ending).entries
    except Exception:  # noqa: BLE001 - a parser's fault on a hostile file: the two stay apart
        return None
    known = {mark: item for item in reversed(there) for mark in _marks(item)}
    pairs = [(item, raw, next((known[m] for m in _marks(item) if m in known), None)) for item, raw in blocks or ()]
    keys = {item.key for item in there if item.key}
    if blocks is None or any(same is None and item.key in keys for item, _, same in pairs):
        return None
    kept = [raw.strip() for _, raw, same in pairs if same is None]
    differing = sum(item._replace(line=0) != same._replace(line=0) for item, _, same in pairs if same)
    if not kept:
        return Merged(files[0], 0, differing)
    text = _list_with(before, kept) if ending == ".json" else "\n\n".join([before.rstrip(), *kept]) + "\n"
    return None if text is None else Merged(text.encode(errors="replace"), len(kept), differing)


def _marks(item: Item) -> list[tuple[str, str]]:
    """What entries of one work have in common: the key, if there is one, and the title or the DOI."""
    about = item.metadata
    return [(item.key, mark) for mark in (f"title {normal_title(about.title)}", about.doi) if mark]


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
