"""CSL-JSON: a list of objects, as reference managers export them for citation processors."""

import json
import re
from typing import Any

from pipeline.bibliography.normal import normal_doi, year_in
from pipeline.bibliography.parsed import Item, Parsed
from pipeline.documents import Metadata

_BEGINS = re.compile(r"\s*\[\s*\{")
_FIELD = re.compile(r"\"(?:author|issued|container-title|DOI|citation-key)\"\s*:")
_BLANK = re.compile(r"[\s,]*")


def looks_like(head: str) -> bool:
    """Whether a JSON file's first characters are those of CSL-JSON: a list of objects with its fields."""
    return bool(_BEGINS.match(head) and '"title"' in head and '"type"' in head and _FIELD.search(head))


def parse(text: str) -> Parsed:
    """The entries of a CSL-JSON file: those before the first mistake in its grammar, which is told by line."""
    entries: list[Item] = []
    broken: list[tuple[int, str]] = []
    decoder = json.JSONDecoder()
    at, line, counted = text.index("[") + 1, 1, 0
    while (at := _past(text, at)) < len(text) and text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            broken.append((_line(error, line), f"the JSON breaks off here ({_why(error)}); what follows was not read"))
            return Parsed(tuple(entries), tuple(broken))
        if isinstance(value, dict) and _text(value.get("title")):
            entries.append(_item(value, line))
        else:
            broken.append((line, "the entry has no title"))
    if at >= len(text):
        broken.append((line, "the list does not end: the file seems to be cut short"))
    return Parsed(tuple(entries), tuple(broken))


def _past(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _line(error: Exception, line: int) -> int:
    return error.lineno if isinstance(error, json.JSONDecodeError) else line


def _why(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deep, or holds an absurd number"


def _item(value: dict[str, Any], line: int) -> Item:
    metadata = Metadata(
        title=re.sub(r"</?\w[^<>]*>", "", _text(value.get("title"))),  # CSL allows <i>, <sub> and the like
        authors=tuple(filter(None, map(_name, _list(value.get("author"))))),
        year=_year(value.get("issued")),
        doi=normal_doi(_text(value.get("DOI"))) or normal_doi(_text(value.get("URL"))),
    )
    key = _text(value.get("citation-key")) or _text(value.get("id"))
    custom = value.get("custom")
    file = _text(custom.get("file")) if isinstance(custom, dict) else ""  # as a harvest of ours names it
    journal = _text(value.get("container-title")) or _text(value.get("publisher"))
    return Item(line, key, metadata, journal, (file,) if file else ())


def _text(value: object) -> str:
    """A value as one line of text; lists, objects and truth values are none."""
    return " ".join(str(value).split()) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(value: object) -> str:
    """A name as "Family, Given", or as it stands where it is that of an organisation."""
    if not isinstance(value, dict):
        return _text(value)
    family = " ".join(filter(None, (_text(value.get("non-dropping-particle")), _text(value.get("family")))))
    given = _text(value.get("given"))
    return _text(value.get("literal")) or (f"{family}, {given}" if family and given else family or given)


def _year(value: object) -> int | None:
    """The year of {"date-parts": [[2009, 5]]}, {"raw": "2009"}, {"literal": "May 2009"} or a bare date."""
    if isinstance(value, dict):
        parts = _list(value.get("date-parts"))
        first = _list(parts[0]) if parts else []
        return year_in(_text(first[0])) if first else year_in(_text(value.get("raw")) or _text(value.get("literal")))
    return year_in(_text(value))
