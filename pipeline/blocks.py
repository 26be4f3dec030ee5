"""Words of papers -> blocks of terms, what topics are made from. No stage: `topics` and `words` use it.

Words are numbers in columns: a corpus of full papers has tens of millions of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.phrases import phrases_in
from pipeline.records import BOTH
from pipeline.tokens import BREAK, Tokens, tokens_of, words_of

BLOCK_WORDS = 200  # about an abstract; a block of a long paper is as long
NOTICE = 3  # papers that hold a sentence word for word, from which it is a notice such as a publisher's
MOST_SPREAD = 0.5  # a term of more than half of the text tells nothing apart

# Words of publishing and of academic prose; they make topics of how papers are written.
BOILERPLATE = frozenset(
    re.findall(
        r"\w+",
        """abstract according aim aimed aims analyse analysed analysis analyze analyzed appendix approach
        approaches article articles author authors based case chapter com conclusion conclusions consider
        considered considering copyright develop developed different discussed discusses discussion doi eds
        elsevier fig figs figure figures finding findings furthermore high higher highest http https
        identified identifies identify important include included includes including introduction journal
        large larger licence license literature low lower main major method methodology methods new number
        order org overall paper papers possible potential present presented presents propose proposed
        proposes provide provided provides purpose regarding research reserved respectively result results
        review rights section showed shown shows significant significantly small springer studies study
        table tables total use used uses using various vol way wiley work www""",
    )
)

Integers = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prose:
    """The words of papers as columns. `word` numbers each word of the text in `words`.

    Words that stand together with no punctuation between them are a run: `ends` (runs) tells behind which word of the
    text each ends, `paper` (runs) the place of its paper, `on` (runs, 2) whether its sentence is of either side.
    """

    words: tuple[str, ...]
    word: Integers
    ends: Integers
    paper: Integers
    on: NDArray[np.bool_]

    @property
    def lengths(self) -> Integers:
        """Words of each run."""
        return np.diff(self.ends, prepend=0)


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of consecutive sentences of a paper, in order: `paper` (blocks) is the place of each one's paper, `words`
    (blocks, 3) are its words in all and on either side; `counts`, a sparse matrix (blocks, terms), says how often it
    holds each of the `terms`, which are in alphabetical order. `spread` (terms) is the share of a paper's blocks that
    hold a term, averaged over all papers, in (0, 0.5].
    """

    paper: Integers
    words: Integers
    terms: tuple[str, ...]
    spread: Floats
    counts: Any


# ---- words ----


def prose_of(papers: Sequence[Tokens], domains: Sequence[Sequence[str]], sides: tuple[str, str]) -> Prose:
    """The words of the papers' sentences, of which the domains are given, but for notices: sentences that stand in
    three papers alike."""
    papers = [*papers, tokens_of([])]  # so that there is one
    words, token = _together(papers)
    lengths = np.concatenate([np.diff(paper.ends, prepend=0) for paper in papers])
    of = np.repeat(np.arange(len(papers)), [len(paper.ends) for paper in papers])
    on = np.array([[d in (side, BOTH) for side in sides] for of_paper in domains for d in of_paper], bool)
    told = (token != BREAK) & np.repeat(~_notices(papers), lengths)
    place = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)[told]
    behind = np.cumsum(token == BREAK)[told]  # breaks before each word
    ends = np.flatnonzero((np.diff(behind, append=-1) != 0) | (np.diff(place, append=-1) != 0)) + 1
    sentence = place[ends - 1]
    return Prose(words, token[told], ends, of[sentence], on.reshape(-1, 2)[sentence])


def _together(papers: Sequence[Tokens]) -> tuple[tuple[str, ...], Integers]:
    """The words of all papers, and the tokens of one paper after the other, which number these."""
    numbers: dict[str, int] = {}  # of words, in the order in which they are met
    found = []
    for paper in papers:
        every = np.array([*(numbers.setdefault(word, len(numbers)) for word in paper.words), BREAK], np.int32)
        found.append(every[paper.token])  # BREAK is the last of them
    return tuple(numbers), np.concatenate(found)


def _notices(papers: Sequence[Tokens]) -> NDArray[np.bool_]:
    """Which sentences of the papers stand in three of them or more."""
    marks, holding = np.unique(np.concatenate([np.unique(paper.marks) for paper in papers]), return_counts=True)
    return np.isin(np.concatenate([paper.marks for paper in papers]), marks[holding >= NOTICE])


def telling_words(text: str) -> list[str]:
    """The words of a text, lower-case, without those of the stop lists."""
    return [word for word in words_of(text) if _tells(word)]


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return BOILERPLATE.union(ENGLISH_STOP_WORDS)


def only(prose: Prose, papers: Integers) -> Prose:
    """The prose of some of the papers, in ascending order, which are counted anew from 0."""
    runs = np.isin(prose.paper, papers)
    ends = np.cumsum(prose.lengths[runs])
    paper = np.searchsorted(papers, prose.paper[runs])
    return Prose(prose.words, prose.word[np.repeat(runs, prose.lengths)], ends, paper, prose.on[runs])


# ---- blocks ----


def blocks_of(prose: Prose) -> Blocks:
    """The blocks of all papers. Their terms are words and, beside them, phrases (see `phrases`) that begin and end with
    a telling word; those that are in three papers at least, and in 1 % of them, but in no more than half of the text.
    """
    from scipy.sparse import csr_array

    block, paper = _blocks(prose)
    words = np.stack([np.bincount(block, prose.lengths * on) for on in (1, *prose.on.T)], axis=1).astype(np.int64)
    names, at, term = _terms(prose)
    row = np.repeat(block.astype(np.int32), prose.lengths)[at]
    counts = csr_array((np.ones(len(row)), (row, term)), shape=(len(paper), len(names)))
    spread, held = _spread(counts, paper)
    kept = np.flatnonzero((held >= max(3, len(np.unique(paper)) // 100)) & (spread <= MOST_SPREAD)).tolist()
    kept.sort(key=names.__getitem__)
    return Blocks(paper, words, tuple(names[i] for i in kept), spread[kept], counts[:, kept].sorted_indices())


def _blocks(prose: Prose) -> tuple[Integers, Integers]:
    """The block of each run, and the paper of each block: about BLOCK_WORDS words, of even length in a paper, so that
    no short tail is left."""
    lengths, paper = prose.lengths, prose.paper
    total = np.bincount(paper, lengths)[paper]
    first = np.flatnonzero(np.diff(paper, prepend=-1))
    before = prose.ends - lengths
    seen = before - np.repeat(before[first], np.diff(first, append=len(paper)))
    chunk = (seen / (total / np.maximum(np.round(total / BLOCK_WORDS), 1))).astype(np.int64)
    begins = (np.diff(paper, prepend=-1) != 0) | (np.diff(chunk, prepend=-1) != 0)
    return np.cumsum(begins) - 1, paper[begins]


def _terms(prose: Prose) -> tuple[list[str], Integers, Integers]:
    """Names of terms, and for each time that one stands in the text, the place of its first word and its number."""
    telling = np.array([_tells(word) for word in prose.words], bool)
    phrases, start, end, phrase = phrases_in(prose.words, prose.word, prose.ends)
    both = telling[prose.word[start]] & telling[prose.word[end]]
    single = np.flatnonzero(telling[prose.word])
    at = np.concatenate([single, start[both]])
    return [*prose.words, *phrases], at, np.concatenate([prose.word[single], len(prose.words) + phrase[both]])


def _spread(counts: Any, paper: Integers) -> tuple[Floats, Integers]:
    """Of each term the share of a paper's blocks that hold it, averaged over papers, and how many papers hold it."""
    from scipy.sparse import csr_array

    size = np.bincount(paper)[paper]
    row = np.repeat(np.arange(len(paper)), np.diff(counts.indptr))
    terms, papers = counts.shape[1], int(paper.max(initial=-1)) + 1
    spread = np.bincount(counts.indices, (1 / size)[row], terms) / max(len(np.unique(paper)), 1)
    held = csr_array((np.ones(len(row), bool), (paper[row], counts.indices)), shape=(papers, terms))
    return spread, np.bincount(held.indices, minlength=terms)
