"""Frozen records of topics: as they are, over the years, and against the last refresh."""

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
