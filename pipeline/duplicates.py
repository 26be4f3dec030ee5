"""Papers that are one and the same in other bytes, told by their text, DOI and title."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from rapidfuzz import fuzz

from pipeline.bibliography import normal_doi, normal_title
from pipeline.documents import ABSTRACT, Metadata
from pipeline.records import Card

SKETCH = 256  # hashes kept of a text
SAME_TEXT = 0.5  # estimated Jaccard similarity of five-word runs from which two texts are one paper
RELATED_TEXT = 0.2  # the same where the DOI agrees too
TELLING = 4  # words from which a title can tell a paper by itself
SAME_TITLE = 95  # of 100, where the DOI agrees too


def sketch(text: str) -> tuple[int, ...]:
    """The smallest SKETCH hashes (unsigned 64 bit, ascending) of a text's five-word runs.

    A bottom-k sketch: Broder, "On the resemblance and containment of documents", 1997.
    """
    words = re.findall(r"\w+", text.lower())
    runs = {" ".join(words[i : i + 5]) for i in range(max(len(words) - 4, 1))}
    hashes = {int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest()) for run in runs}
    return tuple(sorted(hashes)[:SKETCH])


def resemblance(a: Sequence[int], b: Sequence[int]) -> float:
    """Estimated Jaccard similarity, in [0, 1], of the texts behind two sketches."""
    union = sorted(set(a) | set(b))[:SKETCH]
    common = set(a) & set(b)
    return sum(h in common for h in union) / len(union) if union else 0.0


def find_duplicates(cards: Sequence[Card], order: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Papers that are another one in other bytes: id -> (id of the one that is kept, why).

    Two are one where their texts are near the same, or where their DOI agrees and their text or title is
    alike; a DOI alone is not enough, since one is easily misread. `order` lists ids, those to keep first.
    """
    rank = {document_id: at for at, document_id in enumerate(order)}
    by_id = {card.id: card for card in sorted(cards, key=lambda card: rank[card.id])}
    dropped: dict[str, tuple[str, str]] = {}
    for first, second in sorted(_candidates(by_id), key=lambda pair: (rank[pair[0]], rank[pair[1]])):
        if first not in dropped and second not in dropped:
            why = _why_same(by_id[first], by_id[second])
            if why:
                dropped[second] = (first, why)
    return dropped


def _candidates(by_id: Mapping[str, Card]) -> set[tuple[str, str]]:
    """Pairs, in the mapping's order, that share a DOI, a title or one of their 16 smallest hashes."""
    groups: dict[object, list[str]] = defaultdict(list)
    for card in by_id.values():
        for mark in (*card.sketch[:16], normal_doi(card.metadata.doi), normal_title(card.metadata.title)):
            if mark:
                groups[mark].append(card.id)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


def _why_same(a: Card, b: Card) -> str:
    """Why two papers are one, in words, or an empty string."""
    if ABSTRACT in (a.reader, b.reader):
        return _why_abstract(a.metadata, b.metadata)
    alike = resemblance(a.sketch, b.sketch)
    doi = normal_doi(a.metadata.doi)
    if doi and doi == normal_doi(b.metadata.doi):
        titles = normal_title(a.metadata.title), normal_title(b.metadata.title)
        if alike >= RELATED_TEXT or (all(titles) and fuzz.ratio(*titles) >= SAME_TITLE):
            return f"the same DOI {doi} and {'text' if alike >= RELATED_TEXT else 'title'}"
    return f"near-same text ({alike:.0%} of it in common)" if alike >= SAME_TEXT else ""


def _why_abstract(a: Metadata, b: Metadata) -> str:
    """Why an abstract is that of a paper: by its DOI, else by a title that can tell a paper by itself."""
    dois = normal_doi(a.doi), normal_doi(b.doi)
    if all(dois):
        return f"the abstract alone of the same DOI {dois[0]}" if dois[0] == dois[1] else ""
    title = normal_title(a.title)
    same = title == normal_title(b.title) and len(title.split()) >= TELLING
    return "the abstract alone of the same title" if same else ""
