"""The trained head: from a sentence's features to how likely each code, the status and the domain are.

Two steps, both logistic regressions. The first scores each family, each code with enough labels, the status
and the domain from all features. The second weighs, for every code of a family alike, the scores against
what the terms say, so that codes with few labels lean on the others; it gives the confidence.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import UNSPECIFIED, Family
from pipeline.coding.features import Features, ngrams
from pipeline.coding.matching import Hit, Matches
from pipeline.errors import PrecedentError

Array = NDArray[np.float64]
WORD = "word "  # what the names of n-gram features begin with
WORDS_WEIGHT = 4.0  # length of the vector of n-grams, beside features of about 1

EVIDENCE = (  # what the second step weighs for each code
    *("family", "code", "modelled", "prior", "cued", "sure", "several", "hits", "near", "title"),
    *("unspecified", "unspecified named", "unspecified rival", "rival"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A trained head with F features, K outputs and the evidence weights of each family.

    names: feature -> row. scale (F,): weight of a feature's value, the idf of n-grams. weights (F, K), bias
    (K,): the first step, giving log-odds. outputs: name -> column. evidence: family -> weights of EVIDENCE
    and, last, the bias. prior: log-odds of each "family code" in the labels. threshold: family -> the
    probability from which it is present, and the confidence from which it gets more than one code; "status"
    -> the probability from which a sentence is proposed; "confidence" -> slope and shift of the log-odds of
    the codes that are given. about: what it was trained on.
    """

    names: Mapping[str, int]
    scale: Array
    weights: Array
    bias: Array
    outputs: Mapping[str, int]
    evidence: Mapping[str, Sequence[float]]
    prior: Mapping[str, float]
    threshold: Mapping[str, Sequence[float]]
    about: Mapping[str, Any]

    def scores(self, sentence: str, features: Features) -> Array:
        """Log-odds of every output, shape (K,)."""
        rows, values = self.vector(sentence, features)
        out: Array = values @ self.weights[rows] + self.bias
        return out

    def vector(self, sentence: str, features: Features) -> tuple[list[int], Array]:
        """The rows of the features that the head knows, and their values."""
        grams = [row for gram in sorted(ngrams(sentence)) if (row := self.names.get(WORD + gram)) is not None]
        known = [(row, value) for name, value in features.items() if (row := self.names.get(name)) is not None]
        words = self.scale[grams]
        length = float(np.sqrt((words**2).sum())) or 1.0
        values = np.concatenate([WORDS_WEIGHT * words / length, [value for _, value in known]])
        return [*grams, *(row for row, _ in known)], values

    def confidence(self, family: Family, scores: Array, own: Matches, features: Features) -> Array:
        """The probability of each code of the family, in the codebook's order."""
        weights = np.array(self.evidence[family.id])
        logits = weigh(self, family, scores, own, features) @ weights[:-1] + weights[-1]
        out: Array = 1 / (1 + np.exp(-logits))
        return out

    def calibrated(self, confidence: float) -> float:
        """The probability that a code is right, given that it was chosen."""
        slope, shift = self.threshold["confidence"]
        return float(1 / (1 + np.exp(-slope * _log_odds(confidence) - shift)))

    def choose(self, family: str, scores: Array, confidence: Array) -> list[int]:
        """Which codes a sentence gets: none where the family is unlikely, else the surest and all that are sure."""
        present, sure = self.threshold[family]
        if self.likely(f"family {family}", scores) < present:
            return []
        surest = int(confidence.argmax())
        return [at for at, c in enumerate(confidence) if at == surest or c >= sure]

    def word_weights(self, family: str, code: str) -> dict[str, float]:
        """How much each single word speaks for a code (or for its family, where the code has no scores)."""
        column = self.outputs.get(f"code {family} {code}", self.outputs[f"family {family}"])
        rows = {name[len(WORD) :]: row for name, row in self.names.items() if name.startswith(WORD)}
        return {word: float(self.weights[row, column] * self.scale[row]) for word, row in rows.items()}

    def likely(self, output: str, scores: Array) -> float:
        """The probability of one output of the first step."""
        return float(1 / (1 + np.exp(-scores[self.outputs[output]])))


def _log_odds(p: float) -> float:
    return float(np.log(max(p, 1e-6) / max(1 - p, 1e-6)))


def weigh(head: Head, family: Family, scores: Array, own: Matches, features: Features) -> Array:
    """The evidence for each code of a family in a sentence, shape (codes, len(EVIDENCE))."""
    hits = {hit.code: hit for hit in own.hits if hit.family == family.id}
    columns = [head.outputs.get(f"code {family.id} {code.id}") for code in family.codes]
    logits = np.array([0.0 if c is None else scores[c] for c in columns])
    of_family = scores[head.outputs[f"family {family.id}"]]
    rows = []
    for at, code in enumerate(family.codes):
        modelled = columns[at] is not None
        rivals = [logits[i] for i, c in enumerate(columns) if c is not None and i != at]
        rival = max(rivals, default=0.0)
        blank = float(code.id == UNSPECIFIED)
        named = sum(c != UNSPECIFIED for c in hits)
        rows.append(
            [
                of_family,
                logits[at],
                float(modelled),
                head.prior[f"{family.id} {code.id}"],
                *_hit(hits.get(code.id)),
                min(len(hits), 4),
                min(features.get(f"near {family.id} {code.id}", 0.0), 1.0),
                features.get(f"title {family.id} {code.id}", 0.0),
                blank,
                blank * named,
                blank * rival,
                rival,
            ]
        )
    return np.array(rows, dtype=float)


def _hit(hit: Hit | None) -> tuple[float, float, float]:
    """Whether the code's terms fired only with a cue, by themselves, and more than one of them."""
    if hit is None:
        return 0.0, 0.0, 0.0
    return float(hit.cued), float(not hit.cued), float(len(hit.terms) > 1)


def save_head(head: Head, path: Path) -> None:
    """Write a head as npz without pickle: numbers as arrays, everything else as JSON."""
    texts = {name: getattr(head, name) for name in ("names", "outputs", "evidence", "prior", "threshold", "about")}
    data = np.frombuffer(json.dumps(texts, sort_keys=True).encode(), np.uint8)
    arrays = {name: getattr(head, name).astype(np.float32) for name in ("scale", "weights", "bias")}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, texts=data, **arrays)
    path.write_bytes(buffer.getvalue())


def load_head(path: Path) -> Head:
    """Read what save_head wrote. Raises PrecedentError where the file is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            texts = json.loads(bytes(file["texts"]))
            arrays = {name: file[name].astype(float) for name in ("scale", "weights", "bias")}
        return Head(**texts, **arrays)
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = "install Precedent anew, or train a head: python -m pipeline.coding.train LABELS.jsonl"
        raise PrecedentError(f"the trained head can't be read: {error}", str(path), remedy) from error
