"""Score coding against labelled sentences: tallies by document, figures with intervals.

A code that coders dispute on a sentence is left out there, and a family of which only disputed codes stand
on a sentence is left out too. Intervals are 95 % bootstrap percentiles over documents, since sentences of
one document are alike.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import Codebook
from pipeline.coding.document import code_document
from pipeline.coding.labels import Label, by_document, lay_out
from pipeline.documents import Document, Passage
from pipeline.records import BOTH, OTHER, CodedPaper, Coding

RESAMPLES = 1000
COMMON = 10  # sentences that a code needs to count in the macro average
BINS = 10

Coder = Callable[[Document, Sequence[Passage], Codebook], CodedPaper]
Figures = NDArray[np.float64]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """One labelled sentence and what the coding made of it."""

    label: Label
    domain: str
    codings: tuple[Coding, ...]

    def codes(self, family: str) -> set[str]:
        """The codes of the family that the coding gave."""
        return {c.code for c in self.codings if c.family == family}


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the overview: a figure with its interval, the coders' own agreement, and the number of cases."""

    name: str
    value: float
    low: float
    high: float
    coders: float | None
    cases: int


def score(labels: Sequence[Label], codebook: Codebook, code: Coder = code_document) -> list[Scored]:
    """Every coded sentence with what `code` made of it, in the order of documents and sentences."""
    scored = []
    for group in by_document(labels).values():
        document, passages = lay_out(group)
        paper = code(document, passages, codebook)
        found = defaultdict(list)
        for coding in paper.codings:
            found[coding.start].append(coding)
        for label, passage, domain in zip(group, passages, paper.domains, strict=True):
            if not label.context:
                scored.append(Scored(label, domain, tuple(found[passage.start])))
    return scored


# ---- counting ----


def tallies(scored: Sequence[Scored], codebook: Codebook) -> dict[Key, Figures]:
    """Right, wrong and missed cases by document, shape (documents, 3), under the key of each class."""
    rows = {document: at for at, document in enumerate(dict.fromkeys(s.label.document for s in scored))}
    counts: defaultdict[Key, Figures] = defaultdict(lambda: np.zeros((len(rows), 3)))
    for sentence in scored:
        at = rows[sentence.label.document]
        for key, found, true in _cases(sentence, codebook):
            if found or true:
                counts[key][at, 0 if found and true else 1 if found else 2] += 1
    return dict(counts)


def _cases(sentence: Scored, codebook: Codebook) -> list[tuple[Key, bool, bool]]:
    """(class, found, true) for everything that can be scored in a sentence."""
    label = sentence.label
    cases: list[tuple[Key, bool, bool]] = []
    for family in codebook.families:
        true, found = label.codes[family.id], sentence.codes(family.id)
        if true or not label.disputed[family.id]:
            cases.append((("family", family.id), bool(found), bool(true)))
        codes = [code.id for code in family.codes if not label.open(family.id, code.id)]
        cases += [(("code", family.id, code), code in found, code in true) for code in codes]
    if label.domain:
        sides = [*(d.id for d in codebook.domains), BOTH, OTHER]
        cases += [(("domain", side), sentence.domain == side, label.domain == side) for side in sides]
    if label.status and sentence.codings and any(label.codes.values()):
        found_status = sentence_status(sentence.codings)
        cases += [(("status", s), found_status == s, label.status == s) for s in ("asserted", "proposed", "negated")]
    return cases


def sentence_status(codings: Sequence[Coding]) -> str:
    """The status that most of a sentence's codings have."""
    given = [c.status for c in codings]
    return max(sorted(set(given)), key=given.count)


def judged(scored: Sequence[Scored]) -> list[tuple[str, float, bool]]:
    """(document, confidence, right) of every coding that can be scored."""
    return [
        (s.label.document, c.confidence, c.code in s.label.codes[c.family])
        for s in scored
        for c in s.codings
        if not s.label.open(c.family, c.code)
    ]


def f1(counts: Figures) -> Figures:
    """F1 from right, wrong and missed on the last axis; 0 where there is no case."""
    right, wrong, missed = counts[..., 0], counts[..., 1], counts[..., 2]
    total = 2 * right + wrong + missed
    return np.divide(2 * right, total, out=np.zeros_like(right), where=total > 0)


# ---- figures ----


def measure(scored: Sequence[Scored], codebook: Codebook, seed: int = 1) -> list[Measure]:
    """The overview: families, codes, domains, status and calibration, each with its interval."""
    counts = tallies(scored, codebook)
    documents = len({s.label.document for s in scored})
    draws = np.random.default_rng(seed).multinomial(documents, np.full(documents, 1 / documents), RESAMPLES)
    weights = np.vstack([np.ones(documents), draws])  # the first row is the sample itself
    drawn = {key: weights @ table for key, table in counts.items()}
    none = np.zeros((len(weights), 3))
    codes = [key for key in drawn if key[0] == "code"]
    common = [key for key in codes if _true(counts[key]) >= COMMON]
    measures = [
        _measure(
            f"family: {f.label.lower()}",
            f1(drawn.get(("family", f.id), none)),
            _coders(scored, f.id),
            _true(counts.get(("family", f.id))),
        )
        for f in codebook.families
    ]
    micro = f1(sum((drawn[key] for key in codes), none))
    measures.append(_measure("code, micro", micro, _coders(scored), sum(_true(counts[key]) for key in codes)))
    measures.append(_macro(f"code, macro over {len(common)} codes with {COMMON} or more", common, drawn, counts))
    domains = [key for key in drawn if key[0] == "domain" and _true(counts[key])]
    measures.append(_macro("domain, macro", domains, drawn, counts))
    for status in ("asserted", "proposed", "negated"):
        key = ("status", status)
        measures.append(_measure(f"status: {status}", f1(drawn.get(key, none)), None, _true(counts.get(key))))
    return [*measures, _calibration(scored, weights)]


def _true(table: Figures | None) -> int:
    return 0 if table is None else int(table[:, 0].sum() + table[:, 2].sum())


def _measure(name: str, values: Figures, coders: float | None, cases: int) -> Measure:
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return Measure(name, float(values[0]), float(low), float(high), coders, cases)


def _macro(name: str, keys: Sequence[Key], drawn: Mapping[Key, Figures], counts: Mapping[Key, Figures]) -> Measure:
    """Mean F1 over classes; a resample leaves out classes that it holds no case of."""
    if not keys:
        return Measure(name, 0.0, 0.0, 0.0, None, 0)
    values = np.array([f1(drawn[key]) for key in keys])
    there = np.array([drawn[key][:, 0] + drawn[key][:, 2] > 0 for key in keys])
    means = (values * there).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return _measure(name, means, None, sum(_true(counts[key]) for key in keys))


def _coders(scored: Sequence[Scored], family: str | None = None) -> float | None:
    """F1 of one coder against the other, from what both gave and what only one gave."""
    families = [family] if family else list(scored[0].label.codes)
    both = sum(len(s.label.codes[f]) for s in scored for f in families)
    one = sum(len(s.label.disputed[f]) for s in scored for f in families)
    return 2 * both / (2 * both + one) if one else None


def _calibration(scored: Sequence[Scored], weights: Figures) -> Measure:
    """Expected calibration error over BINS bins of equal width."""
    name = "expected calibration error of confidence"
    rows = {document: at for at, document in enumerate(dict.fromkeys(s.label.document for s in scored))}
    gaps, sizes = (np.zeros((len(rows), BINS)) for _ in range(2))
    cases = judged(scored)
    for document, confidence, right in cases:
        at = (rows[document], min(int(confidence * BINS), BINS - 1))
        gaps[at] += confidence - right
        sizes[at] += 1
    error = np.abs(weights @ gaps).sum(axis=1) / np.maximum((weights @ sizes).sum(axis=1), 1)
    return _measure(name, error, None, len(cases))
