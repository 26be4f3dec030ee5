"""The same features on whole texts: instrument classes of abstracts, and of articles of law.

    .venv/bin/python -m tests.bench.coding_documents [ABSTRACTS_LABELLED.jsonl POLIANNA.jsonl]

prints Markdown. Abstracts: five instrument classes and whether the paper is about an instrument at all, as the
climate-policy map has them (keys "4 - 1. ..." and INCLUDE); a logistic regression over terms, words and the head's
scores of the sentences, ten folds, thresholds chosen within the training folds. Articles: instrument types by the
terms alone, with no training on them, and by the same regression, folds by act of law. Intervals are bootstrapped
over texts (or acts).
"""

import json
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from pipeline.codebook import load_codebook
from pipeline.coding.document import MODEL
from pipeline.coding.features import describe, domain_shares, ngrams
from pipeline.coding.head import Head, load_head, probability
from pipeline.coding.matching import Matcher, matcher
from tests.bench._annotations import sentences_of

SCORES = 0.3  # length of a score, beside features of about 1
Flags = NDArray[np.bool_]
LABELS = Path(__file__).parents[3] / "shared" / "labels"
DEFAULT = [LABELS / "abstract_instruments_dev.jsonl", LABELS / "polianna_articles_dev.jsonl"]
TYPES = {  # codes of the codebook that stand for an instrument type of the articles
    "RegulatoryInstr": {"regulation"},
    "FrameworkPolicy": {"target_strategy"},
    "Edu_Outreach": {"information_training", "label_disclosure"},
    "TradablePermit": {"emissions_trading"},
    "Subsidies_Incentives": {"subsidy_finance"},
    "TaxIncentives": {"tax_charge"},
    "PublicInvt": {"public_investment"},
    "VoluntaryAgrmt": {"voluntary_programme"},
    "RD_D": {"research_technology"},
}


def main() -> None:
    paths = [Path(argument) for argument in sys.argv[1:]] or DEFAULT
    if len(paths) != 2 or not all(path.is_file() for path in paths):
        sys.exit("give the labelled abstracts and the articles of law, both as JSON lines")
    abstracts, articles = (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in paths
    )
    sys.stdout.write("\n".join([*_abstracts(abstracts), "", *_articles(articles)]) + "\n")


def _abstracts(rows: Sequence[dict[str, Any]]) -> list[str]:
    classes = sorted(key for key in rows[0] if key.startswith("4 - "))
    texts = [f"{row['title']}. {row['abstract']}" for row in rows]
    groups = np.arange(len(rows))
    include = np.array([row["INCLUDE"] == 1 for row in rows])
    found = _predict(texts, include, groups)
    lines = ["| abstracts | F1 | 95 % interval | cases |", "|---|---|---|---|"]
    lines.append(_line("about an instrument (all abstracts)", [found], [include], groups))
    inside = np.flatnonzero(include & np.array([all(row[c] is not None for c in classes) for row in rows]))
    some = [text for at, text in enumerate(texts) if at in set(inside.tolist())]
    true = [np.array([row[c] == 1 for row in rows])[inside] for c in classes]
    given = [_predict(some, flags, groups[inside]) for flags in true]
    lines += [_line(c.split(". ")[1], [g], [t], groups[inside]) for c, g, t in zip(classes, given, true, strict=True)]
    return [*lines, _line("macro over the five (included abstracts)", given, true, groups[inside])]


def _articles(rows: Sequence[dict[str, Any]]) -> list[str]:
    acts = ["_".join(row["id"].split("_")[:2]) for row in rows]
    groups = np.unique(acts, return_inverse=True)[1]
    texts = [row["text"] for row in rows]
    true = [np.array([t in row["instruments"] for row in rows]) for t in TYPES]
    match = matcher(load_codebook()).match
    hits = [{hit.code for hit in match(text).hits if hit.family == "instrument"} for text in texts]
    by_terms = [np.array([bool(codes & h) for h in hits]) for codes in TYPES.values()]
    trained = [_predict(texts, flags, groups, folds=5) for flags in true]
    return [
        "| articles of law | micro F1 | 95 % interval | cases |",
        "|---|---|---|---|",
        _line("terms, no training on them", by_terms, true, groups, micro=True),
        _line("terms, words and scores, trained, folds by act", trained, true, groups, micro=True),
    ]


def _matrix(texts: Sequence[str]) -> csr_matrix:
    """Terms and words of whole texts, and the scores of their sentences by the head that ships.

    Words know no labels, so they may be counted over all texts; neither does the head know those of this task.
    """
    codebook = load_codebook()
    match = matcher(codebook).match
    rows = []
    for text in texts:
        found = match(text)
        rows.append(
            {f"code {hit.code}": min(len(hit.spans), 4) / 2 for hit in found.hits}
            | {f"term {term}": 1.0 for hit in found.hits for term in hit.terms}
            | {f"domain {domain}": min(count, 6) / 3 for domain, count in found.domains.items()}
        )
    words = TfidfVectorizer(analyzer=_sorted_ngrams, min_df=3, sublinear_tf=True).fit_transform(texts)
    scores = np.array([_scores(text) for text in texts])
    scores = (scores - scores.mean(axis=0)) / (scores.std(axis=0) + 1e-9)
    return hstack([DictVectorizer().fit_transform(rows), 6 * words, csr_matrix(SCORES * scores)]).tocsr()


@cache
def _tools() -> tuple[Head, Matcher]:
    return load_head(MODEL), matcher(load_codebook())


@cache
def _scores(text: str) -> NDArray[Any]:
    """The highest, the second highest and the mean probability of each output of the head over the sentences."""
    head, terms = _tools()
    sentences = sentences_of(text)
    found = [terms.match(sentence) for sentence in sentences]
    title, rest = found[0], found[1:] or found
    shares = domain_shares(rest)
    scored = [head.scores(s, describe(at, rest, s, title, shares)) for at, s in enumerate(sentences[1:] or sentences)]
    likely = np.sort(probability(np.array(scored)), axis=0)
    return np.concatenate([likely[-1], likely[-2:][0], likely.mean(axis=0)])


def _sorted_ngrams(text: str) -> list[str]:
    return sorted(ngrams(text))


def _predict(texts: Sequence[str], true: Flags, groups: NDArray[Any], folds: int = 10) -> Flags:
    """Which texts are of the class, each judged by a model and a threshold that did not see its group."""
    matrix = _matrix(texts)
    given = np.zeros(len(true), dtype=bool)
    model: Callable[[], LogisticRegression] = partial(
        LogisticRegression, solver="liblinear", class_weight="balanced", C=0.3, random_state=1
    )
    for train, test in GroupKFold(folds).split(matrix, groups=groups):
        inner = cross_val_predict(
            model(), matrix[train], true[train], groups=groups[train], cv=GroupKFold(5), method="predict_proba"
        )[:, 1]
        grid = np.arange(0.2, 0.8, 0.02)
        best = grid[int(np.argmax([_f1([inner >= t], [true[train]]) for t in grid]))]
        given[test] = model().fit(matrix[train], true[train]).predict_proba(matrix[test])[:, 1] >= best
    return given


def _f1(
    given: Sequence[Flags], true: Sequence[Flags], weights: NDArray[Any] | None = None, micro: bool = True
) -> float:
    w = np.ones(len(true[0])) if weights is None else weights
    counts = np.array(
        [((g & t) @ w, g @ w + t @ w) for g, t in zip(np.array(given), np.array(true), strict=True)], dtype=float
    )
    if micro:
        counts = counts.sum(axis=0, keepdims=True)
    return float((2 * counts[:, 0] / np.maximum(counts[:, 1], 1)).mean())


def _line(name: str, given: Sequence[Flags], true: Sequence[Flags], groups: NDArray[Any], micro: bool = False) -> str:
    _, unit = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(500):
        times = np.bincount(rng.integers(0, unit.max() + 1, unit.max() + 1), minlength=unit.max() + 1)
        drawn.append(_f1(given, true, times[unit].astype(float), micro))
    low, high = np.percentile(drawn, [2.5, 97.5])
    cases = sum(int(t.sum()) for t in true)
    return f"| {name} | {_f1(given, true, None, micro):.3f} | {low:.3f} to {high:.3f} | {cases} |"


if __name__ == "__main__":
    main()
