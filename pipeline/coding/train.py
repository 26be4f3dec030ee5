"""Train the head from labelled sentences.

`python -m pipeline.coding.train LABELS.jsonl ...` writes models/head.npz. Thresholds are chosen on sentences
that the first step did not see (folds by document). Confidence is calibrated on documents that were coded
whole, since single sentences are picked for coding because they are hard.
"""

import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.codebook import Codebook, Family, load_codebook
from pipeline.coding.examples import FOLDS, Example, examples, folds
from pipeline.coding.features import ngrams
from pipeline.coding.head import EVIDENCE, MEANING, WORD, Head, chosen, known, log_odds, probability, save_head, weigh
from pipeline.coding.labels import Label, read_labels
from pipeline.coding.words import DIMENSIONS
from pipeline.records import BOTH, OTHER

MODEL = Path(__file__).parents[2] / "models" / "head.npz"
DOCUMENTS = 5  # in which a word or pair of words must stand to become a feature
ENOUGH = 8  # labelled sentences that a code needs for scores of its own
STRENGTH = 0.3  # inverse of the penalty of the first step
ALONE = 0.6  # weight of a sentence without neighbours, such as a constructed one, in the first step
TWICE = 3.0  # weight of a sentence that two coders coded, against 1 for a sentence that one did
SURER = 3.0  # their further weight in the calibration, where a slip of a single coder looks like an error
# thresholds to choose from; see `chosen`
PRESENT, SURE, FLOOR = np.arange(0.1, 0.6, 0.03), np.arange(0.2, 0.6, 0.04), np.arange(0, 0.3, 0.05)

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def train(seen: Sequence[Example], codebook: Codebook) -> Head:
    """A head from coded sentences. Pure and without chance: the same examples give the same head."""
    blank, matrix = _laid_out(seen, codebook)
    goals = goals_of(seen, blank)
    weight = np.array([ALONE if e.alone else TWICE if e.label.coders > 1 else 1.0 for e in seen])
    held = _held_out(matrix, goals, weight, np.array(folds(seen)))
    evidence: dict[str, list[float]] = {}
    threshold: dict[str, Sequence[float]] = {}
    odds = []
    for family in codebook.families:
        truth = truth_of(seen, family, weight)
        table = weigh(blank, family, held, truth.known)
        evidence[family.id] = _second_step(table, truth)
        confidence = probability(table @ np.array(evidence[family.id][:-1]) + evidence[family.id][-1])
        present = probability(held[:, blank.outputs[f"family {family.id}"]])
        threshold[family.id] = best_thresholds(present, confidence, truth)
        odds.append(_judged(chosen(present, confidence, *threshold[family.id]), confidence, truth))
    threshold["status"] = [_status_threshold(probability(held[:, blank.outputs["status proposed"]]), seen, weight)]
    threshold["confidence"] = _calibration(*(np.concatenate(part) for part in zip(*odds, strict=True)))
    weights, bias = _first_step(matrix, goals, weight)
    return replace(blank, weights=weights, bias=bias, evidence=evidence, threshold=threshold)


# ---- first step ----


@dataclass(frozen=True, slots=True)
class Goal:
    """An output of the first step: which examples count, and which of these are true."""

    counts: Flags
    true: Flags


def _laid_out(seen: Sequence[Example], codebook: Codebook) -> tuple[Head, csr_matrix]:
    """A head with features, outputs and priors but no weights, and the features of the examples."""
    names, scale = _vocabulary(seen)
    outputs = {name: at for at, name in enumerate(_outputs(seen, codebook))}
    blank = Head(names, scale, np.zeros((len(names), 0)), np.zeros(0), outputs, {}, _prior(seen, codebook), {}, {})
    return blank, matrix_of(blank, seen)


def matrix_of(head: Head, seen: Sequence[Example]) -> csr_matrix:
    """The features of examples that a head knows, shape (n, F)."""
    vectors = [head.vector(e.label.text, e.features) for e in seen]
    starts = np.cumsum([0, *(len(rows) for rows, _ in vectors)])
    columns = np.concatenate([np.array(rows, dtype=int) for rows, _ in vectors])
    values = np.concatenate([v for _, v in vectors])
    return csr_matrix((values, columns, starts), (len(seen), len(head.names)))


def _held_out(matrix: csr_matrix, goals: Sequence[Goal], weight: Array, fold: NDArray[np.int_]) -> Array:
    """Scores of every example, shape (n, K), by a first step that did not see its document."""
    scores = np.zeros((matrix.shape[0], len(goals)))
    for k in range(FOLDS):
        weights, bias = _first_step(matrix, goals, weight, fold != k)
        scores[fold == k] = matrix[fold == k] @ weights + bias
    return scores


def _first_step(
    matrix: csr_matrix, goals: Sequence[Goal], weight: Array, use: Flags | None = None
) -> tuple[Array, Array]:
    """Weights (F, K) and bias (K,) of every output, learnt on the examples in `use` or, without it, on all."""
    fitted = []
    for goal in goals:
        counts = goal.counts if use is None else goal.counts & use
        fitted.append(_fit(matrix[counts], goal.true[counts], weight[counts]))
    return np.array([weights for weights, _ in fitted]).T, np.array([bias for _, bias in fitted])


def _vocabulary(seen: Sequence[Example]) -> tuple[dict[str, int], Array]:
    """Features that occur in DOCUMENTS documents or more, with the idf of n-grams and 1 for the rest; last, in
    their order, the dimensions of word vectors."""
    where: defaultdict[str, set[str]] = defaultdict(set)
    sentences: Counter[str] = Counter()
    for e in seen:
        for name in (*(WORD + gram for gram in ngrams(e.label.text)), *e.features):
            where[name].add(e.label.document)
            sentences[name] += 1
    kept = sorted(name for name, documents in where.items() if len(documents) >= DOCUMENTS)
    scale = [np.log((1 + len(seen)) / (1 + sentences[n])) + 1 if n.startswith(WORD) else 1.0 for n in kept]
    dimensions = [f"{MEANING}{at}" for at in range(DIMENSIONS)]
    return {name: at for at, name in enumerate([*kept, *dimensions])}, np.array([*scale, *(1.0 for _ in dimensions)])


def _outputs(seen: Sequence[Example], codebook: Codebook) -> Iterator[str]:
    """The names of what the first step tells: families, codes with labels enough, status and domains."""
    for family in codebook.families:
        yield f"family {family.id}"
        for code in family.codes:
            if sum(code.id in e.label.codes[family.id] for e in seen) >= ENOUGH:
                yield f"code {family.id} {code.id}"
    yield "status proposed"
    yield from (f"domain {side}" for side in (*(d.id for d in codebook.domains), BOTH, OTHER))


def goals_of(seen: Sequence[Example], head: Head) -> list[Goal]:
    """What the labels say of each output of a head, column by column."""
    labels = [e.label for e in seen]
    return [_goal(labels, *name.split(" ")) for name in sorted(head.outputs, key=head.outputs.__getitem__)]


def _goal(labels: Sequence[Label], kind: str, of: str, code: str = "") -> Goal:
    """What the labels say of one output, by the parts of its name."""
    if kind == "family":
        cases = [(bool(x.codes[of]) or not x.disputed[of], bool(x.codes[of])) for x in labels]
    elif kind == "code":
        cases = [(not x.open(of, code), code in x.codes[of]) for x in labels]
    elif kind == "status":
        cases = [(x.status in ("asserted", "proposed"), x.status == of) for x in labels]
    else:
        cases = [(bool(x.domain), x.domain == of) for x in labels]
    counts, true = np.array(cases, dtype=bool).T
    return Goal(counts, true)


def _fit(matrix: csr_matrix, true: Flags, weight: Array) -> tuple[Array, float]:
    """Weights and bias of a logistic regression; no weight where there is nothing to tell apart."""
    if len(set(true.tolist())) < 2:
        return np.zeros(matrix.shape[1]), -10.0
    model = LogisticRegression(C=STRENGTH, max_iter=2000, solver="liblinear", random_state=1, intercept_scaling=10)
    model.fit(matrix, true, sample_weight=weight)
    return model.coef_[0], float(model.intercept_[0])


def _prior(seen: Sequence[Example], codebook: Codebook) -> dict[str, float]:
    """Log-odds of each code among all examples."""
    out = {}
    for family in codebook.families:
        for code in family.codes:
            true = sum(code.id in e.label.codes[family.id] for e in seen)
            out[f"{family.id} {code.id}"] = float(np.log((true + 1) / (len(seen) - true + 1)))
    return out


# ---- second step ----


@dataclass(frozen=True, slots=True)
class Truth:
    """What the labels say of one family: `known` (n, codes, len(KNOWN)) of the terms, the codes that are `true`
    and those `disputed` (n, codes), and the weight of each example (n,), 0 outside documents coded whole."""

    known: Array
    true: Flags
    disputed: Flags
    weight: Array
    whole: Array


def truth_of(seen: Sequence[Example], family: Family, weight: Array) -> Truth:
    """What the labels of examples say of one family; `weight` (n,) is that of each example."""
    codes = [code.id for code in family.codes]
    return Truth(
        np.array([known(family, e.own, e.features) for e in seen]),
        np.array([[code in e.label.codes[family.id] for code in codes] for e in seen]),
        np.array([[code in e.label.disputed[family.id] for code in codes] for e in seen]),
        weight,
        weight * [e.whole for e in seen],
    )


def _second_step(table: Array, truth: Truth) -> list[float]:
    """Weights of EVIDENCE and the bias, the same for all codes of the family."""
    clear = ~truth.disputed
    true, weight = truth.true[clear], np.broadcast_to(truth.weight[:, None], clear.shape)[clear]
    if len(set(true.tolist())) < 2:
        return [0.0] * len(EVIDENCE) + [-10.0]
    model = LogisticRegression(solver="newton-cholesky").fit(table[clear], true, sample_weight=weight)
    return [*map(float, model.coef_[0]), float(model.intercept_[0])]


def best_thresholds(present: Array, confidence: Array, truth: Truth) -> list[float]:
    """The best sum of the family's and its codes' F1 on documents coded whole (on all, where none is)."""
    grid = itertools.product(PRESENT, SURE, FLOOR)
    best = max(grid, key=lambda thresholds: _gain(present, confidence, truth, *thresholds))
    return [round(float(threshold), 2) for threshold in best]


def _gain(present: Array, confidence: Array, truth: Truth, least: float, sure: float, floor: float) -> float:
    weight = truth.whole if truth.whole.any() else truth.weight
    given = chosen(present, confidence, least, sure, floor)
    any_true = truth.true.sum(axis=1) > 0
    counts = any_true | (truth.disputed.sum(axis=1) == 0)
    family = _f1(given.any(axis=1) & counts, any_true & counts, weight)
    return family + _f1(given & ~truth.disputed, truth.true, weight[:, None])


def _f1(given: Flags, true: Flags, weight: Array) -> float:
    total = float((given * weight).sum() + (true * weight).sum()) or 1.0
    return float(2 * ((given & true) * weight).sum() / total)


def _judged(given: Flags, confidence: Array, truth: Truth) -> tuple[Array, Flags, Array]:
    """Log-odds, rightness and weight of the codes that are given in documents coded whole."""
    use = given & ~truth.disputed & (truth.whole > 0)[:, None]
    weight = np.where(truth.whole == TWICE, SURER, 1.0) * truth.whole
    return log_odds(confidence[use]), truth.true[use], np.broadcast_to(weight[:, None], use.shape)[use]


def _calibration(odds: Array, right: Flags, weight: Array) -> list[float]:
    """Slope and shift (Platt) of the log-odds of the codes that are given."""
    if len(set(right.tolist())) < 2:
        return [1.0, 0.0]
    model = LogisticRegression(C=100.0).fit(odds[:, None], right, sample_weight=weight)
    return [float(model.coef_[0][0]), float(model.intercept_[0])]


def _status_threshold(likely: Array, seen: Sequence[Example], weight: Array) -> float:
    """The probability of `proposed` that gives the best F1 on sentences of documents that were coded whole."""
    use = np.array([e.whole and e.label.status in ("asserted", "proposed") for e in seen])
    true: Flags = np.array([e.label.status == "proposed" for e in seen])
    grid = np.arange(0.2, 0.7, 0.02)
    f1 = [_f1((likely >= t) & use, true & use, weight) for t in grid]
    return round(float(grid[int(np.argmax(f1))]), 2)


def main(paths: Sequence[Path]) -> None:
    """Train on the sentences of labelled files and write models/head.npz."""
    codebook = load_codebook()
    labels = [label for path in paths for label in read_labels(path, [f.id for f in codebook.families])]
    seen = examples(labels, codebook)
    about = {
        "codebook": codebook.fingerprint,
        "labels": [path.name for path in paths],
        "sentences": len(seen),
        "documents": sorted({e.label.document for e in seen}),
    }
    save_head(replace(train(seen, codebook), about=about), MODEL)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
