"""Sentences -> their words as numbers, which are kept with a paper: topics need them of all papers at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

BREAK = -1  # stands for punctuation, over which no phrase reaches

Integers = NDArray[np.integer[Any]]

_WORD = re.compile(r"[^\W\d_][^\W_]*(?:-[^\W_]+)*")
_BREAK = re.compile(r"[^\w\s-]+")


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The words of a paper's sentences, lower-case; they begin with a letter and may hold digits and hyphens.

    `words` are those that occur, `token` numbers each word of the text in them, with BREAK for punctuation; `ends`
    (sentences) tells behind which token each sentence ends, `marks` (sentences, unsigned 64 bit) is a hash of its text.
    """

    words: tuple[str, ...]
    token: Integers
    ends: Integers
    marks: Integers

    def sentence(self, at: int) -> list[str]:
        """The words of a sentence."""
        begin = self.ends[at - 1] if at else 0
        return [self.words[token] for token in self.token[begin : self.ends[at]].tolist() if token != BREAK]


def tokens_of(sentences: Sequence[str]) -> Tokens:
    """The words of some sentences."""
    numbers: dict[str, int] = {}  # of words, in the order in which they are met
    token: list[int] = []
    ends: list[int] = []
    for sentence in sentences:
        for run in _BREAK.split(sentence.lower()):
            token += [numbers.setdefault(word, len(numbers)) for word in _WORD.findall(run)]
            token.append(BREAK)
        ends.append(len(token))
    marks = [int.from_bytes(blake2b(s.encode("utf-8", "surrogatepass"), digest_size=8).digest()) for s in sentences]
    return Tokens(tuple(numbers), np.array(token, np.int32), np.array(ends, np.int32), np.array(marks, np.uint64))


def words_of(text: str) -> list[str]:
    """The words of a text, lower-case."""
    return _WORD.findall(text.lower())
