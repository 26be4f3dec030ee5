"""How likely each sentence of a document holds a code at all: what screening goes by."""

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.codebook import Codebook
from pipeline.coding.document import shipped_head
from pipeline.coding.features import Features, describe, domain_shares
from pipeline.coding.head import Head, known
from pipeline.coding.matching import Matches, matcher
from pipeline.documents import Document, Passage
from pipeline.records import Chance

BY_TERMS, ELSE = 0.5, 0.1  # without a head: the chance of a sentence with terms, and of one without
LEAST = 1e-4  # kept away from 0 and 1


def chances(
    document: Document, passages: Sequence[Passage], codebook: Codebook, head: Head | None = None
) -> tuple[Chance, ...]:
    """What to expect of every passage. Without `head` the one that ships is used, as in `code_document`."""
    head = head or shipped_head(codebook.fingerprint)
    match = matcher(codebook).match
    texts = [document.text[p.start : p.end] for p in passages]
    found, title = [match(text) for text in texts], match(document.metadata.title)
    if head is None:
        return tuple(Chance(BY_TERMS if m.hits else ELSE, len(m.hits) or ELSE) for m in found)
    shares = domain_shares(found)
    seen = [(text, found[at], describe(at, found, text, title, shares)) for at, text in enumerate(texts)]
    return tuple(expected(seen, codebook, head))


def expected(seen: Sequence[tuple[str, Matches, Features]], codebook: Codebook, head: Head) -> Iterator[Chance]:
    """The chance of each sentence, given as its text, matches and features."""
    if not seen:
        return
    scores = np.array([head.scores(text, features) for text, _, features in seen])
    none, codes = np.ones(len(seen)), np.zeros(len(seen))
    for family in codebook.families:
        terms = np.array([known(family, own, features) for _, own, features in seen])
        codes += head.confidence(family, scores, terms).sum(axis=1)
        none *= 1 - np.array([head.likely(f"family {family.id}", row) for row in scores])
    for one, many in zip(np.clip(1 - none, LEAST, 1 - LEAST), np.maximum(codes, LEAST), strict=True):
        yield Chance(float(one), float(many))
