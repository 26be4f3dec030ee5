"""What the head knows of a sentence: its words, the terms and cues that fired, and those around it."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pipeline.coding.matching import Matches

NEAR = 4  # sentences to either side whose hits count as context
STEM = 7  # letters of a word that are kept, so that forms of one word fall together

_TOKEN = re.compile(r"[^\W\d_][\w'’-]*[^\W_]|\d+|%")

Features = dict[str, float]


def ngrams(sentence: str) -> set[str]:
    """The words of a sentence, cut to STEM letters, and its pairs of words; numbers are `0`."""
    words = [word for word, _ in tokens(sentence)]
    return {*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))}


def tokens(sentence: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each word as the n-grams have it, with its span."""
    for match in _TOKEN.finditer(sentence.lower()):
        yield ("0" if match[0].isdigit() else match[0][:STEM]), match.span()


def domain_shares(found: Sequence[Matches]) -> dict[str, float]:
    """The share, in [0, 1], of a document's sentences that hold a term of each domain."""
    domains = found[0].domains if found else ()
    return {domain: sum(m.domains[domain] > 0 for m in found) / len(found) for domain in domains}


def describe(at: int, found: Sequence[Matches], sentence: str, title: Matches, shares: Mapping[str, float]) -> Features:
    """The features of sentence `at` of a document, but for its n-grams.

    `found` are the matches of all sentences of the document, in order; `shares` are their `domain_shares`.
    """
    own = found[at]
    features: defaultdict[str, float] = defaultdict(float)
    for hit in own.hits:
        features[f"hit {hit.family} {hit.code}"] = 1
        features[f"family {hit.family}"] += 1
        features[f"cued {hit.family}" if hit.cued else f"sure {hit.family} {hit.code}"] = 1
        features[f"several {hit.family}"] += len(hit.terms) > 1
        features.update({f"term {hit.family} {term}": 1.0 for term in hit.terms})
    for family, cue in own.cues:
        features[f"cues {family}"] += 0.5
        features[f"cue {family} {cue}"] = 1
    features["length"] = min(len(sentence), 600) / 300
    _domains(features, at, found, title, shares)
    _around(features, at, found, title)
    return dict(features)


def _domains(
    features: defaultdict[str, float], at: int, found: Sequence[Matches], title: Matches, shares: Mapping[str, float]
) -> None:
    """Terms of each domain in the sentence, beside it, in the title and in the whole paper."""
    beside = [*found[max(0, at - 2) : at], *found[at + 1 : at + 3]]
    for domain, count in found[at].domains.items():
        features[f"domain {domain}"] = min(count, 3) / 2
        features[f"domain {domain} none"] = count == 0
        features[f"beside {domain}"] = sum(m.domains[domain] > 0 for m in beside) / 2
        features[f"title {domain}"] = min(title.domains[domain], 2) / 2
        features[f"paper {domain}"] = 2 * shares[domain]


def _around(features: defaultdict[str, float], at: int, found: Sequence[Matches], title: Matches) -> None:
    """Families and codes that terms name in the title, just beside and not far from the sentence."""
    for hit in title.hits:
        features[f"title {hit.family}"] = 1
        features[f"title {hit.family} {hit.code}"] = 1
    for other in range(max(0, at - NEAR), min(len(found), at + NEAR + 1)):
        for hit in found[other].hits if other != at else ():
            features[f"near {hit.family} {hit.code}"] += 0.25
            if abs(other - at) == 1:
                features[f"{'next' if other > at else 'last'} {hit.family}"] = 1
