"""Adapt a head to what people decided on the papers of a corpus, and say what that gains.

The texts that the shipped head learnt from do not ship; its weights do. So training on a corpus starts from them and
is drawn back to them: people's decisions move a weight only as far as they insist.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipeline.codebook import Codebook
from pipeline.coding.document import code_document
from pipeline.coding.examples import Example, examples, folds
from pipeline.coding.head import Head, probability
from pipeline.coding.labels import Label
from pipeline.coding.scoring import Key, Scored, f1, score, tallies
from pipeline.coding.train import Goal, best_thresholds, goals_of, matrix_of, truth_of

PULL = 10.0  # of a weight towards the head's
PRIOR = 200.0  # sentences of a family that move its thresholds half of the way
FOLDS = 5

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gain:
    """What a head does better or worse: `before` and `after` are F1, in [0, 1], on papers that it did not learn from.

    `code` is empty for a family, and both are for all codes together. `cases` are sentences that people gave it.
    """

    family: str
    code: str
    before: float
    after: float
    cases: int


def adapt(head: Head, seen: Sequence[Example], codebook: Codebook, pull: float = PULL) -> Head:
    """A head that is moved from `head` by labelled sentences. Pure and without chance.

    The weights of the first step are estimated anew with a Gaussian prior around those of `head` (Chelba & Acero 2006,
    Comput. Speech Lang. 20:382), whose precision is `pull`. Each family's thresholds move towards those that are best
    on scores of sentences whose paper was not learnt from, by the share n / (n + PRIOR) for n sentences of the family.
    Biases, the second step, outputs that the sentences say nothing of, and words that the head does not know stay.
    """
    if not seen:
        return head
    threshold = _thresholds(head, seen, codebook, pull)
    return replace(_first_step(head, seen, pull), threshold=threshold)


def _first_step(head: Head, seen: Sequence[Example], pull: float) -> Head:
    if not seen:  # one paper leaves none to hold out from
        return head
    matrix, weights = matrix_of(head, seen), head.weights.copy()
    for at, goal in enumerate(goals_of(seen, head)):
        if goal.counts.any():
            columns, moved = _moved(matrix, goal, matrix @ weights[:, at] + head.bias[at], pull)
            weights[columns, at] += moved
    return replace(head, weights=weights)


def _thresholds(head: Head, seen: Sequence[Example], codebook: Codebook, pull: float) -> dict[str, Sequence[float]]:
    """The thresholds of `head`, those of each family moved towards the best on scores that did not see the paper."""
    scores = np.zeros((len(seen), len(head.outputs)))
    fold = np.array(folds(seen))
    for k in set(fold.tolist()):
        others = _first_step(head, [e for e, of in zip(seen, fold, strict=True) if of != k], pull)
        for at in np.flatnonzero(fold == k).tolist():
            scores[at] = others.scores(seen[at].label.text, seen[at].features)
    threshold = dict(head.threshold)
    for family in codebook.families:
        truth = truth_of(seen, family, np.ones(len(seen)))
        cases = int(truth.true.any(axis=1).sum())
        if cases:
            present = probability(scores[:, head.outputs[f"family {family.id}"]])
            best = best_thresholds(present, head.confidence(family, scores, truth.known), truth)
            share = cases / (cases + PRIOR)
            pairs = zip(head.threshold[family.id], best, strict=True)
            threshold[family.id] = [share * new + (1 - share) * old for old, new in pairs]
    return threshold


def _moved(matrix: csr_matrix, goal: Goal, scores: Array, pull: float) -> tuple[NDArray[np.int64], Array]:
    """The features that occur, and how far their weights move."""
    rows = matrix[goal.counts]
    columns = np.unique(rows.indices)
    own, true, offset = rows[:, columns], goal.true[goal.counts], scores[goal.counts]

    def loss(step: Array) -> tuple[float, Array]:
        odds = offset + own @ step
        value = np.logaddexp(0, np.where(true, -odds, odds)).sum() + pull * step @ step / 2
        return float(value), own.T @ (probability(odds) - true) + pull * step

    return columns, minimize(loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B").x


# ---- what it gains ----


def gains(head: Head, labels: Sequence[Label], codebook: Codebook) -> list[Gain]:
    """What adapting `head` to these labels gains on papers not learnt from: all codes, families, codes in their order.

    Cross-validated over papers in FOLDS parts, fewer where there are fewer papers. Raises ValueError with fewer than
    two papers.
    """
    seen = examples(labels, codebook)
    before, after = (_counts(scored, codebook) for scored in _held_out(head, seen, labels, codebook))
    return list(_gains(before, after, codebook))


def _held_out(
    head: Head, seen: Sequence[Example], labels: Sequence[Label], codebook: Codebook
) -> tuple[list[Scored], list[Scored]]:
    """Every labelled sentence as coded by the head, and by it adapted to the other papers."""
    count = min(FOLDS, len({e.label.document for e in seen}))
    if count < 2:
        raise ValueError("cross-validation over papers needs decisions on two papers or more")
    fold = {e.label.document: k for e, k in zip(seen, folds(seen, count), strict=True)}
    before: list[Scored] = []
    after: list[Scored] = []
    for k in range(count):
        adapted = adapt(head, [e for e in seen if fold[e.label.document] != k], codebook)
        held = [label for label in labels if fold.get(label.document) == k]
        before += score(held, codebook, partial(code_document, head=head))
        after += score(held, codebook, partial(code_document, head=adapted))
    return before, after


def _counts(scored: Sequence[Scored], codebook: Codebook) -> dict[Key, Array]:
    return {key: table.sum(axis=0) for key, table in tallies(scored, codebook).items()}


def _gains(before: Mapping[Key, Array], after: Mapping[Key, Array], codebook: Codebook) -> Iterator[Gain]:
    none = np.zeros(3)
    keys: list[Key] = []
    for family in codebook.families:
        keys += [("family", family.id), *(("code", family.id, code.id) for code in family.codes)]
    codes = [key for key in keys if key[0] == "code"]
    yield _gain("", "", *(sum((of.get(key, none) for key in codes), none) for of in (before, after)))
    for _, of_family, *code in keys:
        key = ("code", of_family, *code) if code else ("family", of_family)
        if key in before or key in after:
            yield _gain(of_family, "".join(code), before.get(key, none), after.get(key, none))


def _gain(family: str, code: str, before: Array, after: Array) -> Gain:
    return Gain(family, code, float(f1(before)), float(f1(after)), int(before[0] + before[2]))
