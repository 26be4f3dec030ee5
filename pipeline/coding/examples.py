"""Labelled sentences as the head sees them, and the folds in which they are held out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.codebook import Codebook
from pipeline.coding.features import Features, describe, domain_shares
from pipeline.coding.labels import Label, by_document, lay_out
from pipeline.coding.matching import Matches, matcher

FOLDS = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A coded sentence as the head sees it. `whole`: all of its document, of several sentences, was coded;
    `alone`: it has no neighbours."""

    label: Label
    own: Matches
    features: Features
    whole: bool
    alone: bool


def examples(labels: Sequence[Label], codebook: Codebook) -> list[Example]:
    """The coded sentences with their features, in the order of documents and sentences."""
    match = matcher(codebook).match
    out = []
    for group in by_document(labels).values():
        document, passages = lay_out(group)
        texts = [document.text[p.start : p.end] for p in passages]
        found, title = [match(text) for text in texts], match(document.metadata.title)
        shares = domain_shares(found)
        whole = len(group) > 1 and not any(label.context for label in group)
        out += [
            Example(label, found[at], describe(at, found, texts[at], title, shares), whole, len(group) == 1)
            for at, label in enumerate(group)
            if not label.context
        ]
    return out


def folds(seen: Sequence[Example], count: int = FOLDS) -> list[int]:
    """A fold for each example, the same within a document; documents in order of size, then of name."""
    sizes = Counter(e.label.document for e in seen)
    ranked = sorted(sizes, key=lambda d: (-sizes[d], d))
    return [{d: at % count for at, d in enumerate(ranked)}[e.label.document] for e in seen]
