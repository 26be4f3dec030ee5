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
from scipy.sparse import csr_matrix, hstack

from pipeline.codebook import Codebook
from pipeline.coding.document import code_document
from pipeline.coding.head import Head, probability
from pipeline.coding.labels import Label
from pipeline.coding.scoring import Key, Scored, f1, score, tallies
from pipeline.coding.train import Example, Goal, examples, folds, goals_of, matrix_of

PULL = 3.0  # of a weight towards the head's
SHIFT = 1.0  # of the bias of an output towards the head's
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


def adapt(head: Head, seen: Sequence[Example], pull: float = PULL, shift: float = SHIFT) -> Head:
    """A head whose first step is moved from `head` by labelled sentences. Pure and without chance.

    Maximum a posteriori: logistic regression with a Gaussian prior around the weights of `head` (Chelba & Acero 2006,
    Comput. Speech Lang. 20:382). Outputs that the sentences say nothing of stay as they are; so do the second step, the
    thresholds and the features: words that the head does not know get no weight.
    """
    if not seen:
        return head
    matrix = matrix_of(head, seen)
    weights, bias = head.weights.copy(), head.bias.copy()
    for at, goal in enumerate(goals_of(seen, head)):
        if goal.counts.any():
            columns, moved, shifted = _moved(matrix, goal, matrix @ weights[:, at] + bias[at], pull, shift)
            weights[columns, at] += moved
            bias[at] += shifted
    return replace(head, weights=weights, bias=bias)


def _moved(
    matrix: csr_matrix, goal: Goal, scores: Array, pull: float, shift: float
) -> tuple[NDArray[np.int64], Array, float]:
    """The features that occur, how far their weights move, and how far the bias does."""
    rows = matrix[goal.counts]
    columns = np.unique(rows.indices)
    own = hstack([rows[:, columns], np.ones((rows.shape[0], 1))]).tocsr()
    true, offset = goal.true[goal.counts], scores[goal.counts]
    pulls = np.append(np.full(len(columns), pull), shift)

    def loss(step: Array) -> tuple[float, Array]:
        odds = offset + own @ step
        value = np.logaddexp(0, np.where(true, -odds, odds)).sum() + pulls @ step**2 / 2
        return float(value), own.T @ (probability(odds) - true) + pulls * step

    step = minimize(loss, np.zeros(len(pulls)), jac=True, method="L-BFGS-B").x
    return columns, step[:-1], float(step[-1])


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
        adapted = adapt(head, [e for e in seen if fold[e.label.document] != k])
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
