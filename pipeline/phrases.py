"""Words that stand together far more often than chance would have them. No stage: `blocks` alone uses it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST = 10  # occurrences of a phrase
SCORE = 0.5  # normalised pointwise mutual information above which words are a phrase
JOINT = "_"  # between the words of a phrase
CONNECTORS = frozenset("a an the for of with without at from to in on by and or".split())  # those of gensim
BETWEEN = 15  # connectors within a phrase, at most: their numbers go into 60 bits

Integers = NDArray[np.integer[Any]]


def phrases_in(words: Sequence[str], text: Integers, ends: Integers) -> tuple[list[str], Integers, Integers, Integers]:
    """The phrases of a text: their names, and for each time one is met the places of its first and last word in the
    text, and which it is.

    `text` numbers each word in `words`; no phrase reaches over one of `ends`. A phrase is two words, with nothing but
    connectors between them, whose normalised pointwise mutual information (Bouma 2009) is above 0.5 and that meet ten
    times or more. Phrases do not overlap: of two in a row that share a word, the first is taken. These are the phrases
    of gensim's `Phrases`, to which a test holds them, found in columns in place of text by text.
    """
    connector = np.array([word in CONNECTORS for word in words], bool)
    main = np.flatnonzero(~connector[text])
    first, last = main[:-1], main[1:]
    run = np.searchsorted(ends, main, side="right")
    joined = (run[:-1] == run[1:]) & (last - first <= BETWEEN + 1)
    candidate = np.flatnonzero(joined)
    first, last = first[candidate], last[candidate]
    pair = _pairs(words, text, first, last)
    count = np.bincount(pair)
    often = np.flatnonzero(count[pair] >= LEAST)
    score = _scores(np.bincount(text, minlength=len(words)), text[first[often]], text[last[often]], count[pair[often]])
    hit = often[score > SCORE]
    taken = hit[_alternate(candidate[hit])]
    _, example, which = np.unique(pair[taken], return_index=True, return_inverse=True)
    start, end = first[taken], last[taken]
    names = [JOINT.join(words[i] for i in text[start[e] : end[e] + 1].tolist()) for e in example]
    return names, start, end, which


def _pairs(words: Sequence[str], text: Integers, first: Integers, last: Integers) -> Integers:
    """A number for each candidate, the same for the same words with the same connectors between them."""
    digit = {word: at for at, word in enumerate(sorted(CONNECTORS), 1)}
    digits = np.array([digit.get(word, 0) for word in words], np.int64)
    between = np.zeros(len(first), np.int64)
    longer, gap = np.arange(len(first)), 1
    while len(longer := longer[last[longer] - first[longer] > gap]):
        between[longer] = between[longer] * (len(digit) + 1) + digits[text[first[longer] + gap]]
        gap += 1
    kinds, between = np.unique(between, return_inverse=True)
    ends = text[first].astype(np.int64) * len(words) + text[last]
    return _numbered(ends * len(kinds) + between)


def _numbered(values: Integers) -> Integers:
    """A number for each value, from 0, in the order in which values are met; by hashing, several times as fast as by
    the sorting of np.unique."""
    import pyarrow as pa

    numbers: Integers = pa.array(values).dictionary_encode().indices.to_numpy()
    return numbers


def _scores(alone: Integers, a: Integers, b: Integers, together: Integers) -> NDArray[np.float64]:
    """Normalised pointwise mutual information of words that meet so often."""
    joint = together / alone.sum()
    score: NDArray[np.float64] = np.log(joint / (alone[a] / alone.sum() * (alone[b] / alone.sum()))) / -np.log(joint)
    return score


def _alternate(places: Integers) -> NDArray[np.bool_]:
    """Every other one of places in a row, from the first on."""
    begins = np.diff(places, prepend=-2) != 1
    at = np.arange(len(places))
    every: NDArray[np.bool_] = (at - np.maximum.accumulate(np.where(begins, at, 0))) % 2 == 0
    return every
