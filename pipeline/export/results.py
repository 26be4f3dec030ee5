"""What every export is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.codebook import Codebook
from pipeline.outcomes import Comparison, Link, TopicModel, Unanchored
from pipeline.records import Coding, Document, Doubt, Named, Paper, Rejection, Target


@dataclass(frozen=True, slots=True)
class Results:
    """The outcome of a run. `document` looks a document up by id, so that one at a time is in memory.

    `codings` are in the order of `papers` and of the text; `versions` holds run_id, model_version,
    codebook_version and precedent. `targets` are in the order of `codings`, those of a coding together.
    `named` holds what is known of instruments, by their names. `set_aside` are codings that count nowhere,
    such as those that people rejected; `unanchored` are decisions of people that have no effect.
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
    set_aside: tuple[Coding, ...] = ()
    unanchored: tuple[Unanchored, ...] = ()
