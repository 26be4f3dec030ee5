"""Frozen records that pass between stages.

A document is one immutable string; everything else is half-open offsets into it. Offsets count
Unicode code points. Pages count from 1. Boxes are in PDF points with the origin at the top left.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Status = Literal["asserted", "negated", "proposed"]
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
ReviewStatus = Literal[
    "unreviewed",
    "accepted",
    "rejected",  # it is in the evidence, and counts nowhere
    "recoded",  # a person gave it another code, domain or status than the machine
    "added",  # a person made it, and the machine did not
    "disputed",  # coders differ and nobody settled it: the machine's coding stands
]
DecidedBy = Literal["machine", "human", "settled"]  # which rule made a coding final; a later one wins
DoubtKind = Literal[
    "near",  # an entry that may be the paper's, but was not taken
    "rival",  # a second entry that fits the paper
    "shared",  # an entry that went to two papers
    "doi",  # the page says otherwise than the entry
    "year",
    "title",
]

BOTH = "both"  # domain of a sentence or paper that joins the two sides of the comparison
OTHER = "other"  # domain of a sentence or paper on neither side
HUMAN = "human"  # method of a coding whose code a person gave
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


@dataclass(frozen=True, slots=True)
class Coding:
    """One code on one sentence.

    `document.text[start:end] == quote`, always. `evidence` are the spans, inside the quote's offsets,
    of the terms that fired or, where none did, of the words that spoke most for the code, which `terms`
    gives marked "~"; `confidence` in [0, 1] is the probability that a coder would agree.
    `named_instrument` (such as "EU ETS"), `actor` addressed, `place` and `sector` are empty where none is stated.
    `tied_to` is, for a motivator or deterrent, the id of the coding of the instrument that it is tied to, if any.
    From `review_status` on stands what people decided: `reviewer` (names joined by "; ") at `reviewed_at` (ISO 8601),
    and in `original_...` what the machine says, where a person recoded it.
    """

    id: str
    document_id: str
    family: str
    code: str
    domain: str
    status: Status
    start: int
    end: int
    quote: str
    role: Role
    method: str
    confidence: float
    terms: tuple[str, ...]
    evidence: tuple[tuple[int, int], ...]
    named_instrument: str = ""
    actor: str = ""
    place: str = ""
    cited: bool = False
    tied_to: str = ""
    sector: str = ""
    review_status: ReviewStatus = "unreviewed"
    reviewer: str = ""
    reviewed_at: str = ""
    decided_by: DecidedBy = "machine"
    original_family: str = ""
    original_code: str = ""
    original_domain: str = ""
    original_status: Status | Literal[""] = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """An instrument with a name of its own: whose it is, and the year of adoption, None where it varies."""

    name: str
    jurisdiction: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """The figures of a quantified target: "20 %" "energy consumption" by 2010 against 2005.

    `quantity` is a number or a range ("40-45") as text; `unit` such as "%" or "million tonnes"; `of_what`,
    `by_year` and `base_year` are empty or None where the sentence does not say.
    """

    document_id: str
    coding_id: str
    quantity: str
    unit: str
    of_what: str
    by_year: int | None
    base_year: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the span [start, end) of a document stands, and what is around it.

    `page` counts from 1, `label` is its printed number; `down` is how far down the page it begins, in percent;
    `section` is the heading above it, if one was found; `note` says how it was read, where that matters. `before` and
    `after` are up to 200 characters of context, `boxes` its rectangles [page, x0, top, x1, bottom] as JSON.
    """

    start: int
    end: int
    page: int
    label: str
    down: int
    section: str
    note: str
    before: str
    after: str
    boxes: str


@dataclass(frozen=True, slots=True)
class CodedPaper:
    """What coding made of one document.

    `domain` is that of the paper; `domains` those of its passages, in their order. `places` and `sectors` are those
    that its title names or, where that names none, its abstract.
    """

    document_id: str
    domain: str
    domains: tuple[str, ...]
    codings: tuple[Coding, ...]
    places: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chance:
    """What the head expects of a sentence: the probability, in (0, 1), that it holds any code, and how many codes."""

    any: float
    codes: float


@dataclass(frozen=True, slots=True)
class Card:
    """What ingest needs of a document that was read: all but its text and words.

    `sketch` holds the smallest hashes of its five-word runs, by which near-duplicates are found.
    """

    id: str
    reader: str
    metadata: Metadata
    sketch: tuple[int, ...]
    pages: int
    characters: int
    language: str = ""
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A bibliography entry: `files` are names of attachments, `source` is its file, `line` counts from 1."""

    key: str
    metadata: Metadata
    journal: str
    files: tuple[str, ...]
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the corpus after ingest: its file, what is known of it, and what became of it.

    `path` is relative to the corpus folder, with forward slashes. `other_paths` are files with the same
    bytes. `places` and `sectors` are those of its title or abstract.
    """

    document_id: str
    path: str
    other_paths: tuple[str, ...]
    citation_key: str
    metadata: Metadata
    journal: str
    pages: int
    reader: str
    domain: str
    sentences: dict[str, int]
    language: str = ""
    damage: str = ""
    places: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()

    @property
    def full_text(self) -> bool:
        """Whether the paper itself was read, and not only its abstract."""
        return self.reader != ABSTRACT


@dataclass(frozen=True, slots=True)
class Rejection:
    """A file that is not in the tables: why, and what would mend it. `kind` is a short stable word."""

    path: str
    sha256: str
    kind: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A match of a paper with a bibliography entry that a person should look at.

    `path` is the paper's file, `source` the bibliography and its line, such as "refs.bib:12".
    """

    path: str
    citation_key: str
    source: str
    kind: DoubtKind
    reason: str
    remedy: str
