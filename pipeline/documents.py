"""Frozen records of a paper that was read: one string, and what lies on it.

A document is one immutable string; everything else is half-open offsets into it. Offsets count
Unicode code points. Pages count from 1. Boxes are in PDF points with the origin at the top left.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Role = Literal[
    "front",  # title block, affiliations, anything before the first heading
    "abstract",
    "introduction",
    "methods",
    "results",
    "discussion",
    "conclusion",
    "policy",
    "body",  # a section whose heading tells no role
    "references",
    "appendix",
    "back",  # acknowledgements, funding, author notes
]
PartKind = Literal[
    "title",
    "authors",
    "affiliation",  # addresses, correspondence, dates and licences on the title page
    "caption",  # of a figure, table or box
    "footnote",
]
ABSTRACT = "abstract"  # reader of a paper of which only title and abstract are known
ABSTRACT_FILE = ".abstract.txt"  # ends the name of its file


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page: `page` from 1, the rest in points from the page's top left."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its number (from 1), printed label, size in points, and its span of the text.

    `ocr` says that its words were read from a picture.
    """

    number: int
    label: str
    width: float
    height: float
    start: int
    end: int
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what follows it, up to the next heading; `start` is where the heading begins.

    `level` is 1 for a section, 2 for one within it, and so on.
    """

    title: str
    role: Role
    start: int
    end: int
    level: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text that is something by itself, within its section. Parts do not overlap."""

    kind: PartKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table: where it stands, and its cells row by row as spans of the text; an empty cell has start == end."""

    box: Box
    rows: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of the reference list: its span of the text and what it tells; empty or None where it does not.

    `label` is its mark in the list, such as "12" or "[12]"; `authors` are surnames, as written.
    """

    start: int
    end: int
    label: str
    authors: tuple[str, ...]
    year: int | None
    title: str
    doi: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a paper. Empty strings and None stand for what is not known."""

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a document as columns of equal length n, in text order.

    `start`, `end`: int32 offsets; `page`: int32 from 1; `box`: float32 (n, 4) as x0, top, x1, bottom.
    A word that a line break split is two words here, one for each of its boxes.
    """

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    page: NDArray[np.int32]
    box: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A paper that was read. `id` is the sha256 of its file; `reader` names what read it.

    `language` is an ISO 639-1 code such as "en", or empty where there is too little text to tell.
    Parts, tables and references are in the order of the text. `damage` says what of the file is lost, in words.
    """

    id: str
    text: str
    pages: tuple[Page, ...]
    words: Words
    sections: tuple[Section, ...]
    metadata: Metadata
    reader: str
    language: str = ""
    parts: tuple[Part, ...] = ()
    tables: tuple[Table, ...] = ()
    references: tuple[Reference, ...] = ()
    damage: str = ""

    def page_at(self, offset: int) -> Page:
        """The page that holds the character at `offset`."""
        at = bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        return self.pages[max(at, 0)]

    def section_at(self, offset: int) -> Section | None:
        """The section that holds the character at `offset`, or None before the first heading."""
        at = bisect_right(self.sections, offset, key=lambda section: section.start) - 1
        return self.sections[at] if at >= 0 else None

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """The boxes of the words that [start, end) touches, words of one line joined into one box."""
        first = int(np.searchsorted(self.words.end, start, side="right"))
        last = int(np.searchsorted(self.words.start, end, side="left"))
        pages, corners = self.words.page[first:last].tolist(), self.words.box[first:last].tolist()
        lines: list[list[float]] = []  # plain lists: a table asks for the boxes of every sentence
        for page, (x0, top, x1, bottom) in zip(pages, corners, strict=True):
            line = lines[-1] if lines else None
            if line and _same_line(line, page, x0, top, bottom):
                line[2:] = min(line[2], top), max(line[3], x1), max(line[4], bottom)
            else:
                lines.append([page, x0, top, x1, bottom])
        return tuple(Box(int(page), *edges) for page, *edges in lines)


def _same_line(line: list[float], page: int, x0: float, top: float, bottom: float) -> bool:
    """Whether a word carries on the line [page, x0, top, x1, bottom]: same page, to the right, overlapping by half
    its height."""
    overlap = min(line[4], bottom) - max(line[2], top)
    return line[0] == page and x0 >= line[1] and overlap >= min(line[4] - line[2], bottom - top) / 2


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence of a document, the unit of coding, by its offsets.

    `cited` says that the sentence reports another's finding: an in-text citation stands in it.
    """

    start: int
    end: int
    role: Role
    cited: bool = False
