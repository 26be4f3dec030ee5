"""Train the head from labelled sentences.

`python -m pipeline.coding.train LABELS.jsonl ...` writes models/head.npz. Thresholds are chosen on sentences
that the first step did not see (folds by document). Confidence is calibrated on documents that were coded
whole, since single sentences are picked for coding because they are hard.
"""

import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.codebook import Codebook, Family, load_codebook
from pipeline.coding.features import Features, describe, domain_shares, ngrams
from pipeline.coding.head import EVIDENCE, WORD, Head, save_head, weigh
from pipeline.coding.labels import Label, by_document, lay_out, read_labels
from pipeline.coding.matching import Matches, matcher
from pipeline.records import BOTH, OTHER

MODEL = Path(__file__).parents[2] / "models" / "head.npz"
DOCUMENTS = 3  # in which a word or pair of words must stand to become a feature
ENOUGH = 8  # labelled sentences that a code needs for scores of its own
STRENGTH = 0.5  # inverse of the penalty of the first step
ALONE = 0.6  # weight of a sentence without neighbours, such as a constructed one, in the first step
FOLDS = 5

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A coded sentence as the head sees it. `whole`: all of its document, of several sentences, was coded;
    `alone`: it has no neighbours."""

    label: Label
    own: Matches
    features: Features
    whole: bool
    alone: bool


def examples(labels: Sequence[Label], codebook: Codebook) -> list[Example]:
    """The coded sentences with their features, in the order of documents and sentences."""
    match = matcher(codebook).match
    out = []
    for group in by_document(labels).values():
        document, passages = lay_out(group)
        texts = [document.text[p.start : p.end] for p in passages]
        found, title = [match(text) for text in texts], match(document.metadata.title)
        shares = domain_shares(found)
        whole = len(group) > 1 and not any(label.context for label in group)
        out += [
            Example(label, found[at], describe(at, found, texts[at], title, shares), whole, len(group) == 1)
            for at, label in enumerate(group)
            if not label.context
        ]
    return out


def train(seen: Sequence[Example], codebook: Codebook) -> Head:
    """A head from coded sentences. Pure and without chance: the same examples give the same head."""
    held = held_out(seen, codebook)
    evidence = {family.id: _second_step(held, family) for family in codebook.families}
    threshold = {family.id: _thresholds(held, family, evidence[family.id]) for family in codebook.families}
    threshold["status"] = [_status_threshold(held)]
    threshold["confidence"] = _calibration(held, codebook, evidence, threshold)
    return replace(_first_step(seen, codebook), evidence=evidence, threshold=threshold)


def held_out(seen: Sequence[Example], codebook: Codebook) -> list[tuple[Head, Array, Example]]:
    """Scores of every example by a first step that did not see its document."""
    fold = folds(seen)
    out = []
    for k in range(FOLDS):
        head = _first_step([e for e, f in zip(seen, fold, strict=True) if f != k], codebook)
        out += [(head, head.scores(e.label.text, e.features), e) for e, f in zip(seen, fold, strict=True) if f == k]
    return out


def folds(seen: Sequence[Example], count: int = FOLDS) -> list[int]:
    """A fold for each example, the same within a document; documents in order of size, then of name."""
    sizes = Counter(e.label.document for e in seen)
    ranked = sorted(sizes, key=lambda d: (-sizes[d], d))
    return [{d: at % count for at, d in enumerate(ranked)}[e.label.document] for e in seen]


# ---- first step ----


def _first_step(seen: Sequence[Example], codebook: Codebook) -> Head:
    """Features, their weights for every output, and the prior of every code; no evidence weights yet."""
    names, scale = _vocabulary(seen)
    blank = Head(names, scale, np.zeros((len(names), 0)), np.zeros(0), {}, {}, {}, {}, {})
    vectors = [blank.vector(e.label.text, e.features) for e in seen]
    starts = np.cumsum([0, *(len(rows) for rows, _ in vectors)])
    columns = np.concatenate([np.array(rows, dtype=int) for rows, _ in vectors])
    matrix = csr_matrix((np.concatenate([v for _, v in vectors]), columns, starts), (len(seen), len(names)))
    weight = np.array([ALONE if e.alone else 1.0 for e in seen])
    fitted = {name: _fit(matrix[use], true[use], weight[use]) for name, use, true in _targets(seen, codebook)}
    return replace(
        blank,
        weights=np.array([weights for weights, _ in fitted.values()]).T,
        bias=np.array([bias for _, bias in fitted.values()]),
        outputs={name: at for at, name in enumerate(fitted)},
        prior=_prior(seen, codebook),
    )


def _vocabulary(seen: Sequence[Example]) -> tuple[dict[str, int], Array]:
    """Features that occur in DOCUMENTS documents or more, with the idf of n-grams and 1 for the rest."""
    where: defaultdict[str, set[str]] = defaultdict(set)
    sentences: Counter[str] = Counter()
    for e in seen:
        for name in (*(WORD + gram for gram in ngrams(e.label.text)), *e.features):
            where[name].add(e.label.document)
            sentences[name] += 1
    kept = sorted(name for name, documents in where.items() if len(documents) >= DOCUMENTS)
    scale = [np.log((1 + len(seen)) / (1 + sentences[n])) + 1 if n.startswith(WORD) else 1.0 for n in kept]
    return {name: at for at, name in enumerate(kept)}, np.array(scale)


def _targets(seen: Sequence[Example], codebook: Codebook) -> Iterator[tuple[str, Array, Array]]:
    """Each output: its name, which examples count, and which of these are true."""
    labels = [e.label for e in seen]
    for family in codebook.families:
        true = np.array([bool(label.codes[family.id]) for label in labels])
        clear = np.array([not label.disputed[family.id] for label in labels])
        yield f"family {family.id}", true | clear, true
        for code in family.codes:
            true = np.array([code.id in label.codes[family.id] for label in labels])
            if true.sum() >= ENOUGH:
                yield f"code {family.id} {code.id}", _usable(labels, family, code.id), true
    stated = np.array([label.status in ("asserted", "proposed") for label in labels])
    yield "status proposed", stated, np.array([label.status == "proposed" for label in labels])
    sided = np.array([bool(label.domain) for label in labels])
    for side in (*(d.id for d in codebook.domains), BOTH, OTHER):
        yield f"domain {side}", sided, np.array([label.domain == side for label in labels])


def _usable(labels: Sequence[Label], family: Family, code: str) -> Any:
    return np.array([not label.open(family.id, code) for label in labels])


def _fit(matrix: csr_matrix, true: Array, weight: Array) -> tuple[Array, float]:
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

Held = Sequence[tuple[Head, Array, Example]]


def _second_step(held: Held, family: Family) -> list[float]:
    """Weights of EVIDENCE and the bias, the same for all codes of the family."""
    pairs = [
        (row, code.id in e.label.codes[family.id])
        for head, scores, e in held
        for code, row in zip(family.codes, weigh(head, family, scores, e.own, e.features), strict=True)
        if not e.label.open(family.id, code.id)
    ]
    matrix, true = np.array([x for x, _ in pairs]), np.array([y for _, y in pairs])
    if len(set(true.tolist())) < 2:
        return [0.0] * len(EVIDENCE) + [-10.0]
    model = LogisticRegression(max_iter=2000).fit(matrix, true)
    return [*map(float, model.coef_[0]), float(model.intercept_[0])]


def _thresholds(held: Held, family: Family, evidence: Sequence[float]) -> list[float]:
    """The best sum of the family's and its codes' F1 on sentences with neighbours."""
    kept = []
    for head, scores, e in held:
        if not e.alone:
            head = replace(head, evidence={family.id: evidence})
            kept.append((head, scores, head.confidence(family, scores, e.own, e.features), e.label))
    grid = itertools.product(np.arange(0.1, 0.6, 0.02), np.arange(0.2, 0.6, 0.05))
    best = max(grid, key=lambda pair: _gain(kept, family, pair))
    return [round(float(t), 2) for t in best]


def _gain(kept: Sequence[tuple[Head, Array, Array, Label]], family: Family, pair: tuple[float, float]) -> float:
    counts = np.zeros((2, 3))  # rows: family, codes; columns: right, given, true
    for head, scores, confidence, label in kept:
        true, disputed = label.codes[family.id], label.disputed[family.id]
        chosen = replace(head, threshold={family.id: pair}).choose(family.id, scores, confidence)
        given = {family.codes[at].id for at in chosen}
        if true or not disputed:
            counts[0] += bool(given and true), bool(given), bool(true)
        counts[1] += len(given & true), len(given - disputed), len(true)
    f1 = 2 * counts[:, 0] / np.maximum(counts[:, 1] + counts[:, 2], 1)
    return float(f1.sum())


def _calibration(
    held: Held, codebook: Codebook, evidence: Mapping[str, Sequence[float]], threshold: Mapping[str, Sequence[float]]
) -> list[float]:
    """Slope and shift (Platt) of the log-odds of the codes that are given in documents coded whole."""
    odds, right = [], []
    for first, scores, e in held:
        head = replace(first, evidence=evidence, threshold=threshold)
        for family in codebook.families if e.whole else ():
            confidence = head.confidence(family, scores, e.own, e.features)
            for at in head.choose(family.id, scores, confidence):
                if not e.label.open(family.id, family.codes[at].id):
                    odds.append([np.log(confidence[at] / (1 - confidence[at]))])
                    right.append(family.codes[at].id in e.label.codes[family.id])
    if len(set(right)) < 2:
        return [1.0, 0.0]
    model = LogisticRegression(C=100.0).fit(odds, right)
    return [float(model.coef_[0][0]), float(model.intercept_[0])]


def _status_threshold(held: Held) -> float:
    """The probability of `proposed` that gives the best F1 on documents that were coded whole."""
    cases = [
        (head.likely("status proposed", scores), e.label.status == "proposed")
        for head, scores, e in held
        if e.whole and e.label.status in ("asserted", "proposed")
    ]
    likely, true = np.array([p for p, _ in cases]), np.array([y for _, y in cases], dtype=bool)
    grid = np.arange(0.3, 0.7, 0.02)
    f1 = [2 * (true & (likely >= t)).sum() / max(true.sum() + (likely >= t).sum(), 1) for t in grid]
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
