"""Sentences of the corpus -> topics, with names, coherence, and weights per paper."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline import factors
from pipeline.blocks import Blocks, Prose, blocks_of, only, prose_of
from pipeline.factors import DECIMALS, TOP_WORDS, Fit, Floats, Table, part, to_one
from pipeline.inference import Z95
from pipeline.phrases import JOINT
from pipeline.tokens import Tokens
from pipeline.topic_outcomes import Topic, TopicMethod, TopicModel

MIN_PAPERS = 8  # papers with text enough
MIN_WORDS = 50  # words that a paper needs to be one of them
MIN_TERMS = 50  # terms that at least three papers share
NAME_TERMS = 3
KNOWN_BY = 30  # terms that a topic is known again by
TYPICAL = 3  # papers, and sentences, that show what a topic is
MEAN_WORDS = 20  # of a sentence: short ones get no prize for their one telling word

Spoken = tuple[Tokens, Sequence[str]]  # the words of a paper's sentences, and the domain of each sentence


def find_topics(
    papers: Mapping[str, Spoken],
    sides: tuple[str, str],
    count: int = 0,
    seed: int = 1,
    method: TopicMethod = "nmf",
) -> TopicModel:
    """Topics of a corpus: non-negative matrix factorisation of tf-idf over blocks of about 200 words.

    `papers` gives per document id the words of its sentences, and the domain of each sentence; leave out what is no
    prose of the paper, such as references. Sentences that three papers have word for word, as publishers' notices
    are, do not count. `count` topics are sought, at most one per two papers and per ten terms; 0 chooses
    among five numbers around sqrt(papers / 2), from 2 to 40, by coherence and stability, and leaves the curve
    in the model. `method` "lda" takes latent Dirichlet allocation by gensim instead, started from the
    default's topics: somewhat less coherent, and known to readers. The same input gives the same output,
    whatever the order of `papers` and the number of threads; `seed`, in [0, 2**32), is for LDA and for the
    draws by which a number is chosen: a factorisation of given size needs none. Numbers are rounded to six
    decimals.

    Terms are words and, beside them, phrases (collocations by NPMI, Bouma 2009, as gensim finds them) that
    three papers and 1 % of them hold, but no more than half of the text; all papers weigh the same,
    however long. Topics are numbered by their weight over papers. `words` are single words, in order of
    the topic's weight for the word times the root of the topic's part in the word's weight over all topics,
    so that words of every topic come late. Names use the most specific phrases and words, each once.
    `coherence` is the mean NPMI of pairs of `words` within a block, in [-1, 1] (Röder et al. 2015).
    `terms` are the 30 words and phrases that are first in the same order, with that product as their weight.
    `papers` counts papers in which the topic weighs most. `sides` is the topic's share of a paper's
    sentences of that side or `both`, averaged over the papers that have such; 0 where none has. `axis` is
    the difference of the two shares over their sum, (r - 1) / (r + 1) of their ratio r, and so is its interval
    that of a ratio (Katz et al. 1978, Biometrics 34:469, with half a paper added to either side as in Walter
    1975, Biometrika 62:371), over papers with their shares for counts; widened, if need be, to hold `axis`.

    With fewer than 8 papers of 50 words, or fewer than 50 terms in common, there are no topics, and `note`
    says so. Papers with less than 50 words or without any term of the vocabulary have no weights.
    """
    from threadpoolctl import threadpool_limits

    prose, ids = _prose(papers, sides)
    if len(ids) < MIN_PAPERS:
        return TopicModel((), {}, _too_few_papers(len(ids)))
    blocks = blocks_of(prose)
    if len(blocks.terms) < MIN_TERMS:
        return TopicModel((), {}, _too_few_terms(len(ids), len(blocks.terms)))
    most = min(len(ids) // 2, len(blocks.terms) // TOP_WORDS)
    note = f"{count} topics were asked for; this corpus carries at most {most}." if count > most else ""
    with threadpool_limits(limits=1):  # sums in threads round differently from machine to machine
        table = factors.table_of(blocks)
        curve = () if count else factors.curve(table, most, method, seed)
        fit = factors.fit(table, min(count, most) or factors.chosen(curve), method, seed)
    model = _model(fit, table, blocks, ids, papers, sides)
    return replace(model, note=note, curve=curve)


def _prose(papers: Mapping[str, Spoken], sides: tuple[str, str]) -> tuple[Prose, list[str]]:
    """The prose of the papers that have words enough, and their ids, in the order of the ids."""
    ids = sorted(papers)
    prose = prose_of([papers[i][0] for i in ids], [papers[i][1] for i in ids], sides)
    enough = np.flatnonzero(np.bincount(prose.paper, prose.lengths, len(ids)) >= MIN_WORDS)
    return only(prose, enough), [ids[at] for at in enough]


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


# ---- topics to records ----


def _model(
    fit: Fit,
    table: Table,
    blocks: Blocks,
    ids: list[str],
    papers: Mapping[str, Spoken],
    sides: tuple[str, str],
) -> TopicModel:
    """The model without its note and curve; topics in order of their weight over papers."""
    vocabulary = blocks.terms
    whole, *halves = (_per_paper(fit.mix, blocks, len(ids), which) for which in range(3))
    order = np.argsort(-whole.sum(axis=0).round(DECIMALS), kind="stable")
    weights = {paper: _exactly_one(row[order]) for paper, row in zip(ids, whole, strict=True) if row.any()}
    leading = Counter(row.index(max(row)) for row in weights.values())
    shares = [_average(half) for half in halves]
    axes = _axes(*halves)
    names = _names(fit.terms[order], vocabulary)
    coherence = factors.coherence(table.counts, fit.top)
    typical = [_typical(whole[:, k], ids) for k in order]
    specific = fit.terms * np.sqrt(part(fit.terms))
    topics = tuple(
        Topic(
            number=place + 1,
            name=names[place],
            words=tuple((vocabulary[i], round(float(fit.terms[k, i]), DECIMALS)) for i in fit.top[k]),
            coherence=coherence[k],
            papers=leading[place],
            sides={side: round(float(share[k]), DECIMALS) for side, share in zip(sides, shares, strict=True)},
            id=place + 1,
            axis=axes[k][0],
            axis_low=axes[k][1],
            axis_high=axes[k][2],
            typical=typical[place],
            sentences=_typical_sentences(typical[place], papers, dict(zip(vocabulary, specific[k], strict=True))),
            terms=_heaviest(specific[k], vocabulary),
        )
        for place, k in enumerate(order)
    )
    return TopicModel(topics, weights, "", next_id=len(topics) + 1)


def _heaviest(weights: Floats, vocabulary: Sequence[str]) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-weights.round(DECIMALS), kind="stable")[:KNOWN_BY]
    return tuple(
        (vocabulary[i].replace(JOINT, " "), weight) for i in order if (weight := round(float(weights[i]), DECIMALS))
    )


def _per_paper(mix: Floats, blocks: Blocks, papers: int, which: int) -> Floats:
    """The topics' parts in each paper's words, (papers, k); `which` is a column of `Blocks.words`."""
    total = np.zeros((papers, mix.shape[1]))
    np.add.at(total, blocks.paper, mix * blocks.words[:, which, None])
    return to_one(total)


def _average(rows: Floats) -> Floats:
    """Mean of the rows that are not all zero; zeros where there are none."""
    held = rows.any(axis=1)
    return rows[held].mean(axis=0) if held.any() else np.zeros(rows.shape[1])


def _axes(left: Floats, right: Floats) -> list[tuple[float, float, float] | tuple[None, None, None]]:
    """Of each topic its place between the sides, with its interval; the rows are the papers' shares."""
    a, b = _average(left), _average(right)
    on = [rows.any(axis=1) for rows in (left, right)]
    n, m = (held.sum() + 0.5 for held in on)
    sum_a, sum_b = left.sum(axis=0) + 0.5, right.sum(axis=0) + 0.5
    spread = ((left**2).sum(axis=0) + 0.5) / sum_a**2 - 1 / n + ((right**2).sum(axis=0) + 0.5) / sum_b**2 - 1 / m
    shared = (left * right).sum(axis=0) / (sum_a * sum_b) - (on[0] & on[1]).sum() / (n * m)  # papers on both sides
    log_ratio = np.log(sum_a / n) - np.log(sum_b / m)
    reach = Z95 * np.sqrt(np.maximum(spread - 2 * shared, 0))
    place = (a - b) / np.where(a + b > 0, a + b, 1)
    low = np.minimum(np.tanh((log_ratio - reach) / 2), place).round(DECIMALS)
    high = np.maximum(np.tanh((log_ratio + reach) / 2), place).round(DECIMALS)
    return [
        (round(float(place[k]), DECIMALS) + 0.0, float(low[k]), float(high[k])) if a[k] + b[k] > 0 else (None,) * 3
        for k in range(len(place))
    ]


def _exactly_one(row: Floats) -> tuple[float, ...]:
    """The row rounded; its largest weight takes what rounding left over."""
    rounded = row.round(DECIMALS)
    largest = int(rounded.argmax())
    rounded[largest] += 1 - rounded.sum()
    return tuple(float(weight) for weight in rounded.round(DECIMALS))


# ---- what shows a topic ----


def _typical(weights: Floats, ids: Sequence[str]) -> tuple[str, ...]:
    """The papers that are most of all of this topic."""
    order = np.argsort(-weights.round(DECIMALS), kind="stable")[:TYPICAL]
    return tuple(ids[i] for i in order if weights[i] > 0)


def _typical_sentences(
    typical: Sequence[str], papers: Mapping[str, Spoken], specific: Mapping[str, float]
) -> tuple[tuple[str, int], ...]:
    """Of each paper the sentence with the most specific words of the topic for its length."""
    best = []
    for paper in typical:
        tokens, _ = papers[paper]
        words = [tokens.sentence(at) for at in range(len(tokens.ends))]
        scores = [sum(specific.get(w, 0.0) for w in set(ws)) / (len(ws) + MEAN_WORDS) for ws in words]
        best.append((paper, int(np.argmax(np.round(scores, 12)))))
    return tuple(best)


def _names(terms: Floats, vocabulary: Sequence[str]) -> list[str]:
    """A name per topic: its most specific terms, phrases before their words; a term names one topic only."""
    order = np.argsort(-(terms * part(terms)).round(12), axis=1, kind="stable")
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
