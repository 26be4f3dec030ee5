"""What every export is made of."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from pipeline.codebook import Codebook
from pipeline.documents import Document
from pipeline.history import FIRST, Changes
from pipeline.outcomes import Carried, Comparison, Link, Marker, Stratum, Unanchored
from pipeline.places import places_of
from pipeline.records import Coding, Doubt, Named, Paper, Place, Rejection, Target
from pipeline.topic_outcomes import TopicModel, TopicPeriod

HIGHLIGHTED = "highlighted"  # folder of highlighted copies in a folder of exports


@dataclass(frozen=True, slots=True)
class Results:
    """The outcome of a run. `document` looks a document up by id, so that one at a time is in memory; `places` gives
    those of its sentences that are kept, by their spans.

    `codings` are in the order of `papers` and of the text; `versions` holds run_id, model_version,
    codebook_version and precedent. `targets` are in the order of `codings`, those of a coding together.
    `named` holds what is known of instruments, by their names. `topic_sentences` gives, by a topic's number,
    its most typical sentences as document id, start and end.
    `changes` are those since the last run.
    `evidence` are the `codings` and, in their places, those that count nowhere, such as what people rejected;
    empty, it is the same as `codings`. `unanchored` are decisions of people that have no effect.
    `settings` are those of the run that its results depend on, by name. `highlighted` are the paths of papers of
    which a highlighted copy lies beside the report, in HIGHLIGHTED.
    """

    papers: tuple[Paper, ...]
    document: Callable[[str], Document]
    codings: tuple[Coding, ...]
    rejected: tuple[Rejection, ...]
    topics: TopicModel
    comparisons: tuple[Comparison, ...]
    links: tuple[Link, ...]
    codebook: Codebook
    versions: Mapping[str, str]
    targets: tuple[Target, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    named: Mapping[str, Named] = field(default_factory=dict)
    carried: tuple[Carried, ...] = ()
    topic_periods: tuple[TopicPeriod, ...] = ()
    topic_sentences: Mapping[int, tuple[tuple[str, int, int], ...]] = field(default_factory=dict)
    changes: Changes = FIRST
    strata: tuple[Stratum, ...] = ()
    words: tuple[Marker, ...] = ()
    evidence: tuple[Coding, ...] = ()
    unanchored: tuple[Unanchored, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    highlighted: frozenset[str] = frozenset()
    places: Callable[[str], Mapping[tuple[int, int], Place]] = lambda _: {}

    def placed(self, document_id: str, spans: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], Place]:
        """The places of these spans of a document: those that are kept, else from the document itself."""
        kept = self.places(document_id)
        if all(span in kept for span in spans):
            return kept
        return {(place.start, place.end): place for place in places_of(self.document(document_id), spans)}
