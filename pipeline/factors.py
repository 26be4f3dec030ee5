"""Blocks of terms -> k topics: fitting, top words, coherence, and how many. No stage: `topics` alone uses it."""

import contextlib
import math
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.blocks import Blocks
from pipeline.phrases import JOINT
from pipeline.topic_outcomes import TopicCount, TopicMethod

TOP_WORDS = 10
MOST_TOPICS = 40  # of what the rule chooses by itself
TRIED = (1 / 2, 3 / 4, 1, 5 / 4, 3 / 2)  # times sqrt(papers / 2)
SAMPLE_PAPERS, SAMPLE_BLOCKS = 1500, 1500  # for choosing the number of topics; enough, and no more in a large corpus
SAMPLE_TERMS = 5000  # those of most blocks: top words are among them
LDA_PASSES = 10
MOST_TURNS = 100  # of a rotation; some twenty do
DRAWS, PART = 3, 0.8  # refits to draws of this part of the papers
DECIMALS = 6

Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]
Start = tuple[Floats, Floats]  # (blocks, k) and (k, terms), from which a factorisation starts


@dataclass(frozen=True, slots=True)
class Table:
    """Blocks by terms, as sparse matrices: `counts`, and `weights`, their tf-idf. `papers` (blocks) is the
    place of each block's paper; `single` (terms) says which terms are no phrases."""

    counts: Any
    weights: Any
    papers: Integers
    single: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fit:
    """k topics: `terms` (k, terms) and `mix` (blocks, k), rows summing to one (a row of `mix` may be all
    zero), and of each topic its ten top words, as places in the vocabulary."""

    terms: Floats
    mix: Floats
    top: tuple[tuple[int, ...], ...]


def table_of(blocks: Blocks) -> Table:
    """Weights are 1 + log of the count, times 1 - log of the term's spread (over papers, so that a long paper's words
    do not count as common), to length one; then every paper's blocks have the same sum of squares.
    """
    from scipy.sparse import csr_matrix, diags
    from sklearn.preprocessing import normalize

    counts = csr_matrix(blocks.counts)
    damped = counts.copy()
    damped.data = 1 + np.log(damped.data)
    damped = damped @ diags(1 - np.log(blocks.spread))
    evenly = diags(np.bincount(blocks.paper)[blocks.paper] ** -0.5)
    return Table(
        counts=counts,
        weights=(evenly @ normalize(damped)).tocsr(),
        papers=blocks.paper,
        single=np.array([JOINT not in term for term in blocks.terms]),
    )


def fit(table: Table, count: int, method: TopicMethod, seed: int) -> Fit:
    """`count` topics of the table, or fewer where some would be empty."""
    with _quiet():
        return fits(table, [count], method, seed)[0]


def fits(table: Table, counts: Sequence[int], method: TopicMethod, seed: int) -> list[Fit]:
    """Fits to the table with each of these numbers of topics."""
    vectors = _vectors(table.weights, max(counts))
    return [_fit(table, _start(vectors, count), method, seed) for count in counts]


def _fit(table: Table, start: Start, method: TopicMethod, seed: int) -> Fit:
    terms, mix = _nmf(table.weights, start) if method == "nmf" else _lda(table, start, seed)
    sums = terms.sum(axis=1)
    found = sums * mix.sum(axis=0) > 0  # a topic that took nothing is none
    terms = terms[found] / sums[found, None]
    return Fit(terms, to_one(mix[:, found] * sums[found]), _top_words(terms, table.single))


# ---- two ways to fit ----


def _nmf(weights: Any, start: Start) -> tuple[Floats, Floats]:
    """Non-negative matrix factorisation (Lee & Seung 1999, Nature 401:788): nothing is left to chance."""
    from sklearn.decomposition import NMF

    rows, columns = start
    model = NMF(rows.shape[1], init="custom", tol=1e-3, max_iter=400)
    mix = model.fit_transform(weights, W=rows, H=columns)
    return model.components_, mix


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No warning of a factorisation that does not converge: its tolerance is relative to the first step, so that a
    start at the optimum never meets it."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():  # for all threads: not to be entered in one of several
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def _vectors(weights: Any, count: int) -> tuple[Floats, Floats]:
    """The singular vectors of the largest values, the largest last: (blocks, count), times the values, and (terms,
    count)."""
    from scipy.sparse.linalg import svds

    u, s, vt = svds(weights, min(count, min(weights.shape) - 1), v0=np.ones(min(weights.shape)))
    return u * s, vt.T


def _start(vectors: tuple[Floats, Floats], count: int) -> Start:
    """Singular vectors, turned until every term is on few of them, without what is negative then; largest first.

    That such vectors are topics: Rohe & Zeng 2023, J. R. Stat. Soc. B 85:1037. A few more papers turn single
    singular vectors, and the topics that start from them, but hardly the space that they span.
    """
    u, v = (np.ascontiguousarray(side[:, -count:]) for side in vectors)
    turn = _varimax(v)
    turn = turn * np.where(((v @ turn) ** 3).sum(axis=0) < 0, -1, 1)
    rows, columns = np.maximum(u @ turn, 0), np.maximum(v @ turn, 0)
    order = np.argsort(-rows.sum(axis=0) * columns.sum(axis=0), kind="stable")
    return np.ascontiguousarray(rows[:, order]), np.ascontiguousarray(columns[:, order].T)


def _varimax(vectors: Floats) -> Floats:
    """The rotation that is varimax (Kaiser 1958, Psychometrika 23:187), by repeated singular value decomposition.

    Gradient projection, as in statsmodels, comes to the same and takes sixty times as long.
    """
    turn, reached = np.eye(vectors.shape[1]), 0.0
    for _ in range(MOST_TURNS):
        turned = vectors @ turn
        squares = turned * turned  # not ** 3, which takes several times as long
        left, s, right = np.linalg.svd(vectors.T @ (turned * (squares - squares.mean(axis=0))))
        turn = left @ right
        if s.sum() < reached * (1 + 1e-7):
            break
        reached = s.sum()
    return turn


def _lda(table: Table, start: Start, seed: int) -> tuple[Floats, Floats]:
    """Latent Dirichlet allocation (Blei et al. 2003, J. Mach. Learn. Res. 3:993), priors learnt, as in gensim.

    It starts from the topics of the factorisation: from random ones, as is usual, two seeds have a third of their top
    words in common. Every pass is over all blocks, and steps are full ones (decay 0), as in the paper.
    """
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaModel

    terms, mix = _nmf(table.weights, start)
    heavy = terms.sum(axis=1) * mix.sum(axis=0)
    bags = Sparse2Corpus(table.counts, documents_columns=False)
    words = {i: str(i) for i in range(table.counts.shape[1])}
    priors = {"alpha": "auto", "eta": "auto", "dtype": np.float64}
    model = LdaModel(None, len(terms), words, update_every=0, decay=0, passes=LDA_PASSES, random_state=seed, **priors)
    model.state.sstats = to_one(terms) * heavy[:, None] / heavy.sum() * table.counts.sum()
    model.sync_state()
    model.update(bags)
    mix, _ = model.inference(bags)  # all weights: get_document_topics drops the small ones
    return model.get_topics() * mix.sum(axis=0)[:, None] / mix.sum(), mix


def to_one(rows: Floats) -> Floats:
    """Rows divided by their sums; rows of zeros stay."""
    sums = rows.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)
    return shares


def part(terms: Floats) -> Floats:
    """Each topic's part in the weight of each term over all topics, (k, terms), in [0, 1]."""
    return to_one(terms.T).T


def _top_words(terms: Floats, single: NDArray[np.bool_]) -> tuple[tuple[int, ...], ...]:
    scores = np.where(single, terms * np.sqrt(part(terms)), 0).round(12)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :TOP_WORDS]
    return tuple(tuple(int(i) for i in row if scores[k, i] > 0) for k, row in enumerate(order))


# ---- coherence, stability, and how many ----


def coherence(counts: Any, top: Sequence[Sequence[int]]) -> list[float]:
    """Mean normalised pointwise mutual information (Bouma 2009) of the pairs of each topic's words within
    a block, in [-1, 1]; 0 for a topic of fewer than two words."""
    words = sorted({i for topic in top for i in topic})
    place = {word: i for i, word in enumerate(words)}
    held = (counts[:, words] > 0).astype(float)
    joint = (held.T @ held).toarray() / held.shape[0] + 1e-12
    alone = joint.diagonal()
    npmi = np.log(joint / np.outer(alone, alone)) / -np.log(np.minimum(joint, 1 - 1e-12))
    return [round(_mean_of_pairs(npmi, [place[i] for i in topic]), DECIMALS) for topic in top]


def _mean_of_pairs(values: Floats, places: Sequence[int]) -> float:
    upper = np.triu_indices(len(places), 1)
    return float(values[np.ix_(places, places)][upper].mean()) if len(places) > 1 else 0.0


def agreement(first: Sequence[Sequence[Any]], second: Sequence[Sequence[Any]]) -> float:
    """Mean share of top words in common after the best matching of topics, in [0, 1]."""
    from scipy.optimize import linear_sum_assignment

    shared = np.array([[len(set(a) & set(b)) / TOP_WORDS for b in second] for a in first])
    return float(shared[linear_sum_assignment(-shared)].sum() / max(len(first), len(second)))


def curve(table: Table, most: int, method: TopicMethod, seed: int) -> tuple[TopicCount, ...]:
    """Coherence and stability over a range of numbers of topics, fewest first.

    Stability is the mean agreement with refits to three draws of 80 % of the papers (Greene et al. 2014,
    ECML PKDD, LNCS 8724:498). Of a large corpus, a sample of 1,500 blocks of 1,500 papers is looked at, and the 5,000
    terms that most of these hold.
    """
    middle = math.sqrt(len(np.unique(table.papers)) / 2)
    counts = sorted({min(max(round(middle * times), 2), most, MOST_TOPICS) for times in TRIED})
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(_of_papers(table, rng, SAMPLE_PAPERS))[:SAMPLE_BLOCKS])
    sample = _common(_rows(table, rows), SAMPLE_TERMS)
    draws = [_rows(sample, _of_papers(sample, rng, PART)) for _ in range(DRAWS)]
    with _quiet(), ThreadPoolExecutor() as threads:  # what takes the time holds no lock
        whole, *refits = threads.map(lambda part: fits(part, counts, method, seed), (sample, *draws))
    return tuple(_point(sample, n, fit, others) for n, fit, *others in zip(counts, whole, *refits, strict=True))


def chosen(points: Sequence[TopicCount]) -> int:
    """The number of topics where coherence and stability, each scaled to [0, 1] over the range, have the
    highest sum; of equals, the fewest."""
    scaled = [_scaled([p.coherence for p in points]), _scaled([p.stability for p in points])]
    best = np.argmax(np.sum(scaled, axis=0).round(DECIMALS))
    return points[int(best)].topics


def _scaled(values: Sequence[float]) -> Floats:
    low, high = min(values), max(values)
    return (np.array(values) - low) / (high - low or 1)


def _of_papers(table: Table, rng: np.random.Generator, most: float) -> Integers:
    """The rows of a random choice of papers: so many, or that part of them."""
    papers = np.unique(table.papers)
    size = round(most * len(papers)) if most < 1 else min(int(most), len(papers))
    return np.flatnonzero(np.isin(table.papers, rng.permutation(papers)[:size]))


def _rows(table: Table, rows: Integers) -> Table:
    return Table(table.counts[rows], table.weights[rows], table.papers[rows], table.single)


def _common(table: Table, most: int) -> Table:
    """The table without the terms that fewest blocks hold, so that so many are left."""
    held = table.counts.getnnz(axis=0)
    terms = np.sort(np.argsort(-held, kind="stable")[:most])
    return Table(table.counts[:, terms], table.weights[:, terms], table.papers, table.single[terms])


def _point(sample: Table, count: int, whole: Fit, refits: Sequence[Fit]) -> TopicCount:
    mean = float(np.mean(coherence(sample.counts, whole.top)))
    stability = float(np.mean([agreement(whole.top, refit.top) for refit in refits]))
    return TopicCount(count, round(mean, DECIMALS), round(stability, DECIMALS))
