"""Sentences of papers -> blocks of terms, what topics are made from. No stage: `topics` and `words` use it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.records import BOTH

BLOCK_WORDS = 200  # about an abstract; a block of a long paper is as long
MOST_SPREAD = 0.5  # a term of more than half of the text tells nothing apart
LEAST = 10  # occurrences of a phrase
JOINT = "_"  # between the words of a phrase; gensim's own

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

Sentence = tuple[str, str]  # text, domain
Run = tuple[list[str], str]  # words with no punctuation between them, and the domain of their sentence


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive sentences of one paper: its terms in order, and its words in all and on either side."""

    paper: int
    terms: tuple[str, ...]
    words: tuple[int, int, int]


_WORD = re.compile(r"[^\W\d_][^\W_]*(?:-[^\W_]+)*")
_BREAK = re.compile(r"[^\w\s-]+")  # no phrase reaches over it


def runs_of(sentences: Sequence[Sentence]) -> list[Run]:
    """Lower-case words, cut at punctuation; words begin with a letter and may hold digits and hyphens."""
    return [
        (words, domain)
        for text, domain in sentences
        for part in _BREAK.split(text.lower())
        if (words := _WORD.findall(part))
    ]


def count_words(runs: Sequence[Run]) -> int:
    return sum(len(words) for words, _ in runs)


def blocks_of(papers: Sequence[Sequence[Run]], sides: tuple[str, str]) -> list[Block]:
    """The blocks of all papers in order; `Block.paper` is the paper's place in `papers`.

    Phrases are collocations by normalised pointwise mutual information (Bouma 2009), 0.5 and 10 occurrences
    at least. Each stands among the terms after its own words.
    """
    from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, Phrases  # slow to load, hence here

    found = Phrases(
        [words for runs in papers for words, _ in runs],
        min_count=LEAST,
        threshold=0.5,
        scoring="npmi",
        connector_words=ENGLISH_CONNECTOR_WORDS,
    )
    found.vocab = {term: n for term, n in found.vocab.items() if n >= LEAST}  # the others score nothing, slowly
    phrases = found.freeze()
    blocks = []
    for paper, runs in enumerate(papers):
        for chunk in _chunks(runs):
            terms = tuple(t for words, _ in chunk for joint in phrases[words] for t in _terms(joint))
            left, right = (count_words([r for r in chunk if r[1] in (side, BOTH)]) for side in sides)
            blocks.append(Block(paper, terms, (count_words(chunk), left, right)))
    return blocks


def _chunks(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs in groups of about BLOCK_WORDS words, of even length, so that no short tail is left."""
    total = count_words(runs)
    size = total / max(round(total / BLOCK_WORDS), 1)
    chunks: dict[int, list[Run]] = {}
    seen = 0
    for run in runs:
        chunks.setdefault(int(seen / size), []).append(run)
        seen += len(run[0])
    return list(chunks.values())


@lru_cache(maxsize=1_000_000)
def _terms(joint: str) -> tuple[str, ...]:
    """A word, or the words of a phrase and the phrase; without those of the stop lists."""
    words = joint.split(JOINT)
    told = [_tells(word) for word in words]
    singles = tuple(word for word, tells in zip(words, told, strict=True) if tells)
    return (*singles, joint) if len(words) > 1 and told[0] and told[-1] else singles


def telling_words(text: str) -> list[str]:
    """The words of a text, lower-case, without those of the stop lists."""
    return [word for word in _WORD.findall(text.lower()) if _tells(word)]


def _tells(word: str) -> bool:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return len(word) > 2 and word not in BOILERPLATE and word not in ENGLISH_STOP_WORDS


def vocabulary_of(blocks: Sequence[Block]) -> dict[str, float]:
    """The terms in alphabetical order, each with its spread: the share of a paper's blocks that hold it,
    averaged over all papers, in (0, 0.5]. A term is in three papers at least, and in 1 % of them."""
    size = Counter(block.paper for block in blocks)
    papers: Counter[str] = Counter(t for _, t in {(block.paper, t) for block in blocks for t in block.terms})
    spread: Counter[str] = Counter()
    for block in blocks:
        spread.update(dict.fromkeys(block.terms, 1 / size[block.paper]))
    least = max(3, len(size) // 100)
    shares = {term: spread[term] / len(size) for term, n in sorted(papers.items()) if n >= least}
    return {term: share for term, share in shares.items() if share <= MOST_SPREAD}
