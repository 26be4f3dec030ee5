"""Frozen records of what the tables stage finds over all papers: topics, comparisons, links."""

from dataclasses import dataclass
from typing import Literal

TopicMethod = Literal["nmf", "lda"]  # non-negative matrix factorisation, latent Dirichlet allocation


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the corpus: its number (from 1), name, top words with weights, and NPMI coherence.

    `sides` gives, for each domain that is compared, the topic's share of that side's text, in [0, 1].
    `axis` in [-1, 1] places it between the sides, 1 being the left side's alone, with its 95 % interval;
    None where it is on neither. `typical` are its most typical papers, `sentences` their most typical
    sentences as document id and place among the document's sentences (from 0). `id` stays over refits, and
    `terms` are its 30 most specific words and phrases with their weights, which it is known again by.
    """

    number: int
    name: str
    words: tuple[tuple[str, float], ...]
    coherence: float
    papers: int
    sides: dict[str, float]
    id: int = 0
    axis: float | None = None
    axis_low: float | None = None
    axis_high: float | None = None
    typical: tuple[str, ...] = ()
    sentences: tuple[tuple[str, int], ...] = ()
    terms: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How a number of topics does: mean coherence in [-1, 1], and stability over refits in [0, 1]."""

    topics: int
    coherence: float
    stability: float


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Topics and, per document, weights that sum to one. `note` says why there are none, if so.

    `curve` holds the numbers of topics that were tried, fewest first; empty where the number was given.
    `next_id` is greater than any id that this model or those before it gave: that of the next topic born.
    """

    topics: tuple[Topic, ...]
    weights: dict[str, tuple[float, ...]]
    note: str
    curve: tuple[TopicCount, ...] = ()
    next_id: int = 1


@dataclass(frozen=True, slots=True)
class TopicPeriod:
    """A topic, by number, in the papers of some years of publication, first and last; None: without a year.

    `papers` have topics at all; `weight` is the topic's mean weight in them; `main` of them have it as their
    main topic, a `share` with its 95 % interval [`low`, `high`].
    """

    topic: int
    years: tuple[int, int] | None
    papers: int
    weight: float
    main: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RememberedTopic:
    """What a topic is known again by: id, name, and terms with their weights."""

    id: int
    name: str
    terms: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class RememberedTopics:
    """What the next refresh must know of this one's topics. `main` gives, per document id, the id of its
    main topic; `next_id` is greater than any id that was ever given."""

    topics: tuple[RememberedTopic, ...]
    main: dict[str, int]
    next_id: int


@dataclass(frozen=True, slots=True)
class KeptTopic:
    """A topic that was there before. `name` is its name now, `before` the one it had; `drift` in [0, 1] is one
    minus the cosine of its terms now and when it was given its name; `drifted` where that is much."""

    id: int
    name: str
    before: str
    drift: float
    drifted: bool


@dataclass(frozen=True, slots=True)
class MovedPaper:
    """A paper of both refreshes whose main topic is another one now: ids of that before and that now."""

    document_id: str
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class TopicChanges:
    """What became of topics since the last refresh. `born` and `died` are ids with names, all by id; `moved`
    is in order of document id. born + kept are the topics now, died + kept those before."""

    born: tuple[tuple[int, str], ...]
    died: tuple[tuple[int, str], ...]
    kept: tuple[KeptTopic, ...]
    moved: tuple[MovedPaper, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison row. Papers are the unit; sentences are shown beside them.

    `papers` of `of_papers` papers on this side assert the code; `share` with its 95 % interval
    [`low`, `high`] (None where the side has no papers). `proposed` and `negated` count papers whose
    mention of the code is only of that status. `own` of `papers` assert it in a sentence of their own, the
    others only where they cite. `mixed` of `papers`, and `of_mixed` of `of_papers`, stand on both sides.
    """

    domain: str
    of_papers: int
    papers: int
    sentences: int
    proposed: int
    negated: int
    share: float | None
    low: float | None
    high: float | None
    own: int = 0
    of_mixed: int = 0
    mixed: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """One code, left side against right: `difference` is left share minus right share, in [-1, 1].

    `quotes` are ids of the best codings, those of the left side first, best first within a side.

    The rest is None where a side has no papers, and for codes that no coding carries. `odds_ratio` is that of
    the left side over the right; `p` that of Fisher's exact test, `q` its false discovery rate over the codes
    found. The difference runs from `least` to `most` when any one paper is left out; [`boot_low`, `boot_high`]
    is its bootstrap interval over papers, and `held` the share of resamples, in [0, 1], that give the same
    verdict. `flips_to` is what the verdict becomes where leaving out one paper can change it, else empty.
    """

    family: str
    code: str
    left: Side
    right: Side
    difference: float | None
    low: float | None
    high: float | None
    verdict: str
    quotes: tuple[str, ...]
    odds_ratio: float | None = None
    odds_low: float | None = None
    odds_high: float | None = None
    p: float | None = None
    q: float | None = None
    least: float | None = None
    most: float | None = None
    boot_low: float | None = None
    boot_high: float | None = None
    held: float | None = None
    flips_to: str = ""


@dataclass(frozen=True, slots=True)
class LinkSide:
    """How often two codes meet on one side: distinct papers and sentences, and up to five quotes.

    `quotes` are ids of the codings of the link's first code, best first; their sentences hold both.
    """

    domain: str
    papers: int
    sentences: int
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A code of the codebook's first family that is asserted in the same sentence as one of another."""

    family: str
    code: str
    with_family: str
    with_code: str
    left: LinkSide
    right: LinkSide


# ---- what changed from run to run ----


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
    """A coding as a run made it, in short; `quote` holds the opening words of its sentence."""

    id: str
    document_id: str
    family: str
    code: str
    domain: str
    status: str
    quote: str


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
    the tables. Codings are in the order of `papers` and of the text, verdicts in the codebook's order.
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


ChangeKind = Literal[
    "paper in",
    "paper out",
    "paper replaced",  # another version of a paper, in a file of other bytes
    "coding gained",
    "coding lost",
    "coding changed",  # in status or domain
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
