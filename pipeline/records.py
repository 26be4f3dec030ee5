"""Frozen records that pass between stages: codings, and the papers, entries and refusals of a corpus."""

from dataclasses import dataclass
from typing import Literal

from pipeline.documents import ABSTRACT, Metadata, Role

Status = Literal["asserted", "negated", "proposed"]
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
