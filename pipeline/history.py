"""Frozen records of what one run saw and what the next finds changed."""

from dataclasses import dataclass
from typing import Literal

from pipeline.topic_outcomes import RememberedTopics


@dataclass(frozen=True, slots=True)
class SeenPaper:
    """A paper as a run saw it, in short. Empty strings stand for what is not known."""

    document_id: str
    citation_key: str
    title: str
    doi: str
    path: str
    domain: str


@dataclass(frozen=True, slots=True)
class SeenCoding:
    """A coding as a run left it, in short; `quote` holds the opening words of its sentence.

    `decided` says who made it other than the machine has it, such as "recoded by Ann"; empty where the machine's
    word stands.
    """

    id: str
    document_id: str
    family: str
    code: str
    domain: str
    status: str
    quote: str
    decided: str = ""


@dataclass(frozen=True, slots=True)
class SeenVerdict:
    """A code's verdict and the counts behind it: `papers` of `of_papers` assert it, left side first."""

    family: str
    code: str
    verdict: str
    papers: tuple[int, int]
    of_papers: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run found, as far as the next run needs it to tell what changed.

    `before` names the snapshot that this run was compared with, empty for a first run. `versions` holds what
    codings depend on besides the papers: codebook, model, reading, program, each as some fingerprint.
    `sides` are (id, label) of the two domains, left first. `left_out` gives, by sha256, why a file is not in
    the tables. Codings are in the order of `papers` and of the text, verdicts in the codebook's order; `set_aside`
    are those that count nowhere, such as what people rejected.
    `topics` is what the next run's topics are held against.
    """

    run_id: str
    before: str
    versions: dict[str, str]
    sides: tuple[tuple[str, str], tuple[str, str]]
    papers: tuple[SeenPaper, ...]
    codings: tuple[SeenCoding, ...]
    verdicts: tuple[SeenVerdict, ...]
    left_out: dict[str, str]
    topics: RememberedTopics
    set_aside: tuple[SeenCoding, ...] = ()


ChangeKind = Literal[
    "paper in",
    "paper out",
    "paper replaced",  # another version of a paper, in a file of other bytes
    "coding gained",
    "coding lost",
    "coding changed",  # in code, status or domain
    "verdict flipped",
    "topic born",
    "topic died",
    "topic drifted",
    "paper changed topic",
]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise than in the last run. Fields that do not apply to its kind are empty.

    `before` and `after` say what was and what is, in words; `why` what brought it about. `papers` are ids of
    papers that made a verdict flip; `topic` is the id that a topic keeps from run to run.
    """

    kind: ChangeKind
    document_id: str = ""
    citation_key: str = ""
    family: str = ""
    code: str = ""
    coding_id: str = ""
    quote: str = ""
    before: str = ""
    after: str = ""
    why: str = ""
    papers: tuple[str, ...] = ()
    topic: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the last run: papers, codings, verdicts, topics. `first` says that there was none."""

    first: bool
    rows: tuple[Change, ...] = ()


FIRST = Changes(first=True)
