"""Sentences of the corpus -> topics, with names, coherence, and weights per paper."""

import math
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.blocks import JOINT, Block, Sentence, blocks_of, count_words, runs_of, vocabulary_of
from pipeline.records import Topic, TopicModel

MIN_PAPERS = 8  # papers with text enough
MIN_WORDS = 50  # words that a paper needs to be one of them
MIN_TERMS = 50  # terms that at least three papers share
TOP_WORDS = 10
NAME_TERMS = 3
MOST_TOPICS = 40  # of what the rule chooses by itself
DECIMALS = 6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Fit:
    """k topics: `terms` (k, terms) and `mix` (blocks, k), rows summing to one (a row of `mix` may be all
    zero), and of each topic its ten top words and its coherence."""

    terms: Floats
    mix: Floats
    top: tuple[tuple[int, ...], ...]
    coherence: tuple[float, ...]


def find_topics(
    texts: Mapping[str, Sequence[Sentence]], sides: tuple[str, str], count: int = 0, seed: int = 1
) -> TopicModel:
    """Topics of a corpus: non-negative matrix factorisation of tf-idf over blocks of about 200 words.

    `texts` gives per document id its sentences in order, each with its domain; leave out what is no prose
    of the paper, such as references. `count` topics are sought, at most one per two papers and per ten
    terms; 0 chooses among two thirds, all and four thirds of sqrt(papers / 2), from 2 to 40, by mean
    coherence. `seed` in [0, 2**32). The same input gives the same output, whatever the order of `texts`
    and the number of threads; numbers are rounded to six decimals.

    Terms are words and, beside them, phrases (collocations by NPMI, Bouma 2009, as gensim finds them) that
    three papers and 1 % of them hold, but no more than half of the text; all papers weigh the same,
    however long. Topics are numbered by their weight over papers. `words` are single words, in order of
    the topic's weight for the word times the root of the topic's part in the word's weight over all topics,
    so that words of every topic come late. Names use the most specific phrases and words, each once.
    `coherence` is the mean NPMI of pairs of `words` within a block, in [-1, 1] (Röder et al. 2015).
    `papers` counts papers in which the topic weighs most. `sides` is the topic's share of a paper's
    sentences of that side or `both`, averaged over the papers that have such; 0 where none has.

    With fewer than 8 papers of 50 words, or fewer than 50 terms in common, there are no topics, and `note`
    says so. Papers with less than 50 words or without any term of the vocabulary have no weights.
    """
    read = {paper: runs_of(sentences) for paper, sentences in sorted(texts.items())}
    papers = [paper for paper, runs in read.items() if count_words(runs) >= MIN_WORDS]
    if len(papers) < MIN_PAPERS:
        return TopicModel((), {}, _too_few_papers(len(papers)))
    blocks = blocks_of([read[paper] for paper in papers], sides)
    vocabulary = vocabulary_of(blocks)
    if len(vocabulary) < MIN_TERMS:
        return TopicModel((), {}, _too_few_terms(len(papers), len(vocabulary)))
    most = min(len(papers) // 2, len(vocabulary) // TOP_WORDS)
    fit = _best_fit(blocks, vocabulary, _counts(min(count, most), len(papers), most), seed)
    note = f"{count} topics were asked for; this corpus carries at most {most}." if count > most else ""
    return _model(fit, blocks, papers, list(vocabulary), sides, note)


def _too_few_papers(papers: int) -> str:
    return (
        f"No topics: {papers} papers have {MIN_WORDS} words or more, and topics need {MIN_PAPERS} at the "
        "least. Some 30 papers make topics worth reading."
    )


def _too_few_terms(papers: int, terms: int) -> str:
    return (
        f"No topics: the {papers} papers have only {terms} telling words in common, and topics need "
        f"{MIN_TERMS}. Longer texts, or more papers on related matters, would be enough."
    )


def _counts(count: int, papers: int, most: int) -> list[int]:
    """The numbers of topics to try."""
    if count:
        return [count]
    middle = math.sqrt(papers / 2)
    ceiling = min(most, MOST_TOPICS)
    return sorted({min(max(round(middle * part), 2), ceiling) for part in (2 / 3, 1, 4 / 3)})


# ---- factorisation ----


def _best_fit(blocks: Sequence[Block], spread: Mapping[str, float], counts: Sequence[int], seed: int) -> _Fit:
    """The fit of the highest mean coherence; of equals, the one with fewer topics."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # sums in threads round differently from machine to machine
        weights = _weights(blocks, spread)
        fits = [_fit(blocks, list(spread), weights, count, seed) for count in counts]
    return max(fits, key=lambda fit: round(float(np.mean(fit.coherence)), DECIMALS))


def _weights(blocks: Sequence[Block], spread: Mapping[str, float]) -> Any:
    """Tf-idf as a sparse matrix (blocks, terms), scaled so that every paper has the same sum of squares.

    The document frequency is the spread over papers, so that a long paper's words do not count as common.
    """
    from scipy.sparse import diags
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    vectorizer = TfidfVectorizer(
        analyzer=lambda block: block.terms, vocabulary=list(spread), sublinear_tf=True, use_idf=False, norm=None
    )
    frequencies = vectorizer.fit_transform(blocks)
    rarity = diags(1 - np.log(list(spread.values())))
    per_paper = Counter(block.paper for block in blocks)
    evenly = diags([per_paper[block.paper] ** -0.5 for block in blocks])
    return (evenly @ normalize(frequencies @ rarity)).tocsr()


def _fit(blocks: Sequence[Block], vocabulary: list[str], weights: Any, count: int, seed: int) -> _Fit:
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    # nndsvd starts from the singular vectors, so that hardly anything is left to chance
    model = NMF(count, init="nndsvd", random_state=seed, tol=1e-3, max_iter=400)
    with warnings.catch_warnings():
        # the tolerance is relative to the first step: a start at the optimum never meets it
        warnings.simplefilter("ignore", ConvergenceWarning)
        mix = model.fit_transform(weights)
    sums = model.components_.sum(axis=1)
    found = sums * mix.sum(axis=0) > 0  # a topic that took nothing is none
    terms = model.components_[found] / sums[found, None]
    mix = _to_one(mix[:, found] * sums[found])
    top = _top_words(terms, vocabulary)
    return _Fit(terms, mix, top, _coherence(blocks, vocabulary, top))


def _to_one(rows: Floats) -> Floats:
    """Rows divided by their sums; rows of zeros stay."""
    sums = rows.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)
    return shares


def _part(terms: Floats) -> Floats:
    """Each topic's part in the weight of each term over all topics, (k, terms), in [0, 1]."""
    return _to_one(terms.T).T


def _top_words(terms: Floats, vocabulary: list[str]) -> tuple[tuple[int, ...], ...]:
    single = np.array([JOINT not in term for term in vocabulary])
    scores = np.where(single, terms * np.sqrt(_part(terms)), 0).round(12)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :TOP_WORDS]
    return tuple(tuple(int(i) for i in row if scores[k, i] > 0) for k, row in enumerate(order))


def _coherence(blocks: Sequence[Block], vocabulary: list[str], top: tuple[tuple[int, ...], ...]) -> tuple[float, ...]:
    """Mean NPMI of the pairs of each topic's words over whole blocks."""
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    topics = [[vocabulary[i] for i in words] for words in top]
    texts = [block.terms for block in blocks]
    model = CoherenceModel(
        topics=topics,
        texts=texts,
        dictionary=Dictionary(texts),
        coherence="c_npmi",
        window_size=max(len(text) for text in texts),
        processes=1,
    )
    return tuple(round(float(c), DECIMALS) for c in np.nan_to_num(model.get_coherence_per_topic()))


# ---- topics to records ----


def _model(
    fit: _Fit,
    blocks: Sequence[Block],
    ids: list[str],
    vocabulary: list[str],
    sides: tuple[str, str],
    note: str,
) -> TopicModel:
    whole, *halves = (_per_paper(fit.mix, blocks, len(ids), which) for which in range(3))
    told = [i for i in range(len(ids)) if whole[i].any()]
    order = np.argsort(-whole.sum(axis=0).round(DECIMALS), kind="stable")
    weights = {ids[i]: _exactly_one(whole[i, order]) for i in told}
    leading = Counter(row.index(max(row)) for row in weights.values())
    shares = {side: _average(half) for side, half in zip(sides, halves, strict=True)}
    names = _names(fit.terms[order], vocabulary)
    topics = tuple(
        Topic(
            number=place + 1,
            name=names[place],
            words=tuple((vocabulary[i], round(float(fit.terms[k, i]), DECIMALS)) for i in fit.top[k]),
            coherence=fit.coherence[k],
            papers=leading[place],
            sides={side: round(float(share[k]), DECIMALS) for side, share in shares.items()},
        )
        for place, k in enumerate(order)
    )
    return TopicModel(topics, weights, note)


def _per_paper(mix: Floats, blocks: Sequence[Block], papers: int, which: int) -> Floats:
    """The topics' parts in each paper's words, (papers, k); `which` as in `Block.words`."""
    total = np.zeros((papers, mix.shape[1]))
    words = np.array([block.words[which] for block in blocks], dtype=float)
    np.add.at(total, [block.paper for block in blocks], mix * words[:, None])
    return _to_one(total)


def _average(rows: Floats) -> Floats:
    """Mean of the rows that are not all zero; zeros where there are none."""
    held = rows.any(axis=1)
    return rows[held].mean(axis=0) if held.any() else np.zeros(rows.shape[1])


def _exactly_one(row: Floats) -> tuple[float, ...]:
    """The row rounded; its largest weight takes what rounding left over."""
    rounded = row.round(DECIMALS)
    largest = int(rounded.argmax())
    rounded[largest] += 1 - rounded.sum()
    return tuple(float(weight) for weight in rounded.round(DECIMALS))


def _names(terms: Floats, vocabulary: list[str]) -> list[str]:
    """A name per topic: its most specific terms, phrases before their words; a term names one topic only."""
    order = np.argsort(-(terms * _part(terms)).round(12), axis=1, kind="stable")
    names: list[str] = []
    taken: set[str] = set()
    for row in order:
        ranked = [vocabulary[i] for i in row[: len(taken) + 10 * NAME_TERMS]]
        chosen = _distinct([term for term in ranked if term not in taken])
        taken.update(chosen)
        names.append(", ".join(term.replace(JOINT, " ") for term in chosen))
    return names


def _distinct(ranked: Sequence[str]) -> list[str]:
    """The first terms that share no word, nor a word's first five letters; a phrase stands for its words."""
    chosen: list[str] = []
    stems: set[str] = set()
    for term in ranked:
        whole = next((t for t in ranked[: 2 * TOP_WORDS] if JOINT in t and term in t.split(JOINT)), term)
        own = {word[:5] for word in whole.split(JOINT)}
        if not own & stems and len(chosen) < NAME_TERMS:
            chosen.append(whole)
            stems |= own
    return chosen
