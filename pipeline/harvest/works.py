"""Works as OpenAlex and Unpaywall describe them, in the little that is needed of them.

What they say is what publishers said to them: text is taken as one line without control characters, and whatever
has another type than it should counts as not said.
"""

import re
from dataclasses import dataclass
from typing import Any

from pipeline.bibliography import normal_doi

LONGEST = 20_000  # characters of an abstract
_TAG = re.compile(r"</?[A-Za-z][\w:-]*(?:\s[^<>]*)?>")
_STATUS = ("diamond", "gold", "hybrid", "green", "bronze", "closed")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a work in the open: where, under what licence ("" where none is said), and which version."""

    url: str
    license: str
    version: str


@dataclass(frozen=True, slots=True)
class Work:
    """A work: its OpenAlex id such as "W2741809807", what is known of it, and its open copies, best first.

    `is_open` is None where nothing is said; `oa_status` is gold, green and so on, or empty.
    """

    id: str
    doi: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    journal: str
    abstract: str
    is_open: bool | None
    oa_status: str
    copies: tuple[Copy, ...]


def work_from(value: object) -> Work | None:
    """A work of OpenAlex's; None where it has no id or no title."""
    said = mapping(value)
    found = re.fullmatch(r"(?:https://openalex\.org/)?(W\d{1,15})", line(said.get("id")))
    title = line(said.get("title")) or line(said.get("display_name"))
    if not found or not title:
        return None
    access = mapping(said.get("open_access"))
    year, open_ = said.get("publication_year"), access.get("is_oa")
    return Work(
        id=found[1],
        doi=normal_doi(line(said.get("doi"))),
        title=title,
        authors=tuple(filter(None, map(_author, listed(said.get("authorships"))))),
        year=year if isinstance(year, int) and 1000 < year < 2200 else None,
        journal=line(mapping(mapping(said.get("primary_location")).get("source")).get("display_name")),
        abstract=abstract_from(said.get("abstract_inverted_index")),
        is_open=open_ if isinstance(open_, bool) else None,
        oa_status=status(access.get("oa_status")),
        copies=copies([said.get("best_oa_location")], "pdf_url"),
    )


def copies(places: list[Any], address: str) -> tuple[Copy, ...]:
    """The copies in a list of locations, whose PDF is at what they call `address`; each address once."""
    found: dict[str, Copy] = {}
    for said in map(mapping, places):
        url = said.get(address)
        if isinstance(url, str) and url.startswith(("https://", "http://")) and said.get("is_oa") is not False:
            found.setdefault(url, Copy(url, word(said.get("license")), word(said.get("version"))))
    return tuple(found.values())


def abstract_from(index: object) -> str:
    """The text of an abstract that is given as the places of each of its words."""
    at = [
        (place, spoken)
        for spoken, places in mapping(index).items()
        for place in listed(places)
        if isinstance(place, int) and not isinstance(place, bool)
    ]
    return line(" ".join(spoken for _, spoken in sorted(at)))[:LONGEST]


def line(value: object) -> str:
    """A value as one line without markup and control characters; empty for what is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in _TAG.sub("", value)).split())


def word(value: object) -> str:
    """A short name such as "cc-by"; empty for anything else."""
    return value if isinstance(value, str) and re.fullmatch(r"[\w.+-]{1,60}", value) else ""


def status(value: object) -> str:
    """A name for how open a work is; empty where it is none of those that are known."""
    return value if isinstance(value, str) and value in _STATUS else ""


def mapping(value: object) -> dict[str, Any]:
    """The value, where it is an object of JSON, else an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """The value, where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def _author(value: object) -> str:
    said = mapping(value)
    return line(mapping(said.get("author")).get("display_name")) or line(said.get("raw_author_name"))
