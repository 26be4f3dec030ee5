"""RIS: a line a field, as two letters or a letter and a digit, two spaces, a hyphen, a space and the value.

Read here and not by rispy, which tells no lines and drops broken entries without a word.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from pipeline.bibliography.normal import normal_doi, year_in
from pipeline.bibliography.parsed import Item, Parsed
from pipeline.documents import Metadata

_LINE = re.compile(r"\s*([A-Z][A-Z0-9])\s{1,2}-(?:\s(.*)|$)")


@dataclass(slots=True)
class _Record:
    """A record: its first line, its values by tag, and whether ER ended it."""

    line: int
    values: dict[str, list[str]] = field(default_factory=dict)
    ended: bool = False


def parse(text: str) -> Parsed:
    """The entries of a RIS file; one without a title, or that another begins within, is broken."""
    entries: list[Item] = []
    records, strays = _records(text)
    broken = [(line, f"the field {tag} stands outside of all entries (TY  - is missing)") for line, tag in strays]
    for number, record in enumerate(records, 1):
        item = _item(record)
        if not record.ended and number < len(records):
            broken.append((record.line, "the entry has no end (ER  -)"))
        elif not item.metadata.title:
            broken.append((record.line, "the entry has no title (TI  -)"))
        else:
            entries.append(item)
    return Parsed(tuple(entries), tuple(sorted(broken)))


def _records(text: str) -> tuple[list[_Record], list[tuple[int, str]]]:
    """The records of a file, and by line and tag the fields outside all records, the first of each run."""
    records: list[_Record] = []
    strays: list[tuple[int, str]] = []
    strayed = False
    for line, tag, value in _fields(text):
        is_open = bool(records) and not records[-1].ended
        if tag == "TY":
            records.append(_Record(line))
            strayed = False
        elif is_open and tag == "ER":
            records[-1].ended = True
        elif is_open:
            records[-1].values.setdefault(tag, []).append(value)
        elif tag != "ER" and not strayed:
            strays.append((line, tag))
            strayed = True
    return records, strays


def _fields(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, tag and value of each field; a line without a tag goes on with the value before it."""
    at, tag, parts = 0, "", [""]
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if found := _LINE.match(line):
            if tag:
                yield at, tag, " ".join(parts)
            at, tag, parts = number, found[1], [(found[2] or "").strip()]
        elif line.strip():
            parts.append(line.strip())
    if tag:
        yield at, tag, " ".join(parts)


def _item(record: _Record) -> Item:
    values = record.values
    metadata = Metadata(
        title=_first(values, "TI", "T1", "CT", "BT"),
        authors=tuple(name for tag in ("AU", "A1") for name in values.get(tag, []) if name),
        year=year_in(_first(values, "PY", "Y1", "DA")),
        doi=next(filter(None, (normal_doi(v) for tag in ("DO", "UR", "L3", "M3") for v in values.get(tag, []))), ""),
    )
    journal = _first(values, "JO", "JF", "T2", "JA", "J2")
    return Item(record.line, _first(values, "ID", "LB"), metadata, journal, tuple(_files(values)))


def _files(values: Mapping[str, list[str]]) -> Iterator[str]:
    """The names of attachments; an address in the web is none."""
    for value in (value for tag in ("L1", "L2", "L4", "UR") for value in values.get(tag, [])):
        if value.lower().endswith(".pdf") and not re.match(r"https?:", value):
            yield unquote(value.removeprefix("file://")) if value.startswith("file:") else value


def _first(values: Mapping[str, list[str]], *tags: str) -> str:
    return next((value for tag in tags for value in values.get(tag, []) if value), "")
