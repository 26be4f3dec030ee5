"""Frozen records of what the tables stage finds over all papers: topics, comparisons, links."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the corpus: its number (from 1), name, top words with weights, and NPMI coherence.

    `sides` gives, for each domain that is compared, the topic's share of that side's text, in [0, 1].
    `axis` in [-1, 1] places it between the sides, 1 being the left side's alone, with its 95 % interval;
    None where it is on neither. `typical` are its most typical papers, `sentences` their most typical
    sentences as document id and place among the document's sentences (from 0). `id` stays over refits.
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
    """

    topics: tuple[Topic, ...]
    weights: dict[str, tuple[float, ...]]
    note: str
    curve: tuple[TopicCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison row. Papers are the unit; sentences are shown beside them.

    `papers` of `of_papers` papers on this side assert the code; `share` with its 95 % interval
    [`low`, `high`] (None where the side has no papers). `proposed` and `negated` count papers whose
    mention of the code is only of that status. `own` of `papers` assert it in a sentence of their own, the
    others only where they cite. `mixed` of `papers`, and `of_mixed` of `of_papers`, stand on both sides.
    `reviewed` of `papers` assert it in a coding that a person confirmed or made.
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
    reviewed: int = 0


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
    `reviewed` of `papers` have a sentence in which a person confirmed or made both codings.
    """

    domain: str
    papers: int
    sentences: int
    quotes: tuple[str, ...]
    reviewed: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A code of the codebook's first family that is asserted in the same sentence as one of another."""

    family: str
    code: str
    with_family: str
    with_code: str
    left: LinkSide
    right: LinkSide


@dataclass(frozen=True, slots=True)
class Unanchored:
    """A decision of a person that has no effect on the tables as they are: its last place, and why.

    `start` and `end` are offsets of `quote` in the text of `document_id` when it was decided.
    """

    decision_id: str
    at: str
    coder: str
    action: str
    document_id: str
    citation_key: str
    title: str
    family: str
    code: str
    start: int
    end: int
    quote: str
    note: str
    reason: str
