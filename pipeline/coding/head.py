"""The trained head: from a sentence's features to how likely each code, the status and the domain are.

Two steps, both logistic regressions. The first scores each family, each code with enough labels, the status
and the domain from all features, the mean of the sentence's word vectors among them. The second weighs, for
every code of a family alike, the scores against what the terms say, so that codes with few labels lean on the
others; it gives the confidence.
"""

import io
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import UNSPECIFIED, Family
from pipeline.coding.features import Features, ngrams
from pipeline.coding.matching import Hit, Matches
from pipeline.coding.words import UNREADABLE, shipped_vectors
from pipeline.errors import PrecedentError
from pipeline.files import write_bytes

Array = NDArray[np.float64]
WORD = "word "  # what the names of n-gram features begin with
WORDS_WEIGHT = 4.0  # length of the vector of n-grams, beside features of about 1
MEANING = "meaning "  # what the names of the dimensions of word vectors begin with
MEANING_WEIGHT = 0.15  # spread of a dimension

KNOWN = ("cued", "sure", "several", "hits", "near", "title", "unspecified", "unspecified named")  # from the terms
SCORES = ("family", "code", "modelled", "prior", "rival", "unspecified rival")  # from the first step
# what bends the line: a high score says more where another is high, and terms say less where scores are sure
JOINT = ("family p", "code p", "both p", "family code", "cued family", "sure family", "cued code", "sure code")
BENDS = ("family high", "code high", "ahead", "behind")
EVIDENCE = (*KNOWN, *SCORES, *JOINT, *BENDS)  # what the second step weighs for each code
FAMILY_LOW, CODE_LOW = -2.0, -3.0  # log-odds under which a score's "high" says nothing more


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A trained head with F features, K outputs and the evidence weights of each family.

    names: feature -> row. scale (F,): weight of a feature's value, the idf of n-grams. weights (F, K), bias
    (K,): the first step, giving log-odds. outputs: name -> column. evidence: family -> weights of EVIDENCE
    and, last, the bias. prior: log-odds of each "family code" in the labels. threshold: family -> the
    probability from which it is present, the confidence from which it gets more than one code, and the least
    confidence of its surest code; "status"
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
        """The rows of the features that the head knows, and their values; with word vectors, if it was trained on
        them."""
        grams = [row for gram in sorted(ngrams(sentence)) if (row := self.names.get(WORD + gram)) is not None]
        known = [(row, value) for name, value in features.items() if (row := self.names.get(name)) is not None]
        words = self.scale[grams]
        length = float(np.sqrt((words**2).sum())) or 1.0
        values = np.concatenate([WORDS_WEIGHT * words / length, [value for _, value in known]])
        rows = [*grams, *(row for row, _ in known)]
        first = self.names.get(MEANING + "0")
        if first is None:
            return rows, values
        mean = MEANING_WEIGHT * shipped_vectors().mean(sentence)
        return [*rows, *range(first, first + len(mean))], np.concatenate([values, mean])

    def confidence(self, family: Family, scores: Array, known: Array) -> Array:
        """The probability of each code of the family, shape (n, codes), from `scores` (n, K) and what the
        terms say (see `known`), shape (n, codes, len(KNOWN))."""
        weights = np.array(self.evidence[family.id])
        return probability(weigh(self, family, scores, known) @ weights[:-1] + weights[-1])

    def calibrated(self, confidence: float) -> float:
        """The probability that a code is right, given that it was chosen."""
        slope, shift = self.threshold["confidence"]
        return float(probability(slope * log_odds(np.array(confidence)) + shift))

    def choose(
        self,
        family: Family,
        scores: Array,
        own: Matches,
        features: Features,
        share: float = 1.0,
        named: AbstractSet[str] = frozenset(),
    ) -> dict[str, float]:
        """The codes that a sentence gets, with the confidence of each: none where the family is less likely than
        `share` of its threshold, else the surest, all that are sure, and those `named`."""
        present, sure, least = self.threshold[family.id]
        if self.likely(f"family {family.id}", scores) < share * present:
            return {}
        confidence = self.confidence(family, scores[None], known(family, own, features)[None])
        given = chosen(np.ones(1), confidence, 0, sure, share * least)[0]
        pairs = zip(family.codes, confidence[0], given, strict=True)
        return {code.id: float(p) for code, p, on in pairs if on or code.id in named}

    def word_weight(self, word: str, family: str, code: str) -> float:
        """How much a word speaks for a code (or for its family, where the code has no scores)."""
        row = self.names.get(WORD + word)
        column = self.outputs.get(f"code {family} {code}", self.outputs[f"family {family}"])
        return 0.0 if row is None else float(self.weights[row, column] * self.scale[row])

    def likely(self, output: str, scores: Array) -> float:
        """The probability of one output of the first step."""
        return float(probability(scores[self.outputs[output]]))


def probability(log_odds: Array) -> Array:
    """The logistic function."""
    out: Array = 1 / (1 + np.exp(-log_odds))
    return out


def log_odds(p: Array) -> Array:
    """The inverse of `probability`, finite also at 0 and 1."""
    kept = np.clip(p, 1e-6, 1 - 1e-6)
    out: Array = np.log(kept / (1 - kept))
    return out


def chosen(present: Array, confidence: Array, least: float, sure: float, floor: float) -> NDArray[np.bool_]:
    """Which codes sentences get, shape (n, codes): those from `sure` on, and the surest if it reaches `floor`, where
    the family's probability `present` (n,) is `least` or more."""
    surest = (confidence == confidence.max(axis=1, keepdims=True)) & (confidence >= floor)
    out: NDArray[np.bool_] = (surest | (confidence >= sure)) & (present >= least)[:, None]
    return out


def known(family: Family, own: Matches, features: Features) -> Array:
    """What the terms say of each code of the family in a sentence, shape (codes, len(KNOWN))."""
    hits = {hit.code: hit for hit in own.hits if hit.family == family.id}
    named = float(sum(code != UNSPECIFIED for code in hits))
    rows = []
    for code in family.codes:
        blank = float(code.id == UNSPECIFIED)
        near = min(features.get(f"near {family.id} {code.id}", 0.0), 1.0)
        title = features.get(f"title {family.id} {code.id}", 0.0)
        rows.append((*_hit(hits.get(code.id)), min(len(hits), 4), near, title, blank, blank * named))
    return np.array(rows, dtype=float)


def weigh(head: Head, family: Family, scores: Array, known: Array) -> Array:
    """The evidence for each code of a family in n sentences, shape (n, codes, len(EVIDENCE))."""
    columns = [head.outputs.get(f"code {family.id} {code.id}") for code in family.codes]
    modelled = np.array([column is not None for column in columns])
    logits = np.where(modelled, scores[:, [column or 0 for column in columns]], 0.0)
    prior = np.array([head.prior[f"{family.id} {code.id}"] for code in family.codes])
    of_family = scores[:, [head.outputs[f"family {family.id}"]]]
    rival = _rival(logits, modelled)
    blank = np.array([float(code.id == UNSPECIFIED) for code in family.codes])
    weighed = np.broadcast_arrays(of_family, logits, modelled, prior, rival, blank * rival)
    joint = _joint(known, *np.broadcast_arrays(of_family, logits, rival))
    return np.concatenate([known, np.stack(weighed, axis=-1), joint], axis=-1)


def _joint(known: Array, family: Array, code: Array, rival: Array) -> Array:
    """JOINT and BENDS for each code in n sentences, from scores of shape (n, codes)."""
    cued, sure = known[..., KNOWN.index("cued")], known[..., KNOWN.index("sure")]
    likely, right = probability(family), probability(code)
    joint = (likely, right, likely * right, family * code / 10, cued * family, sure * family, cued * code, sure * code)
    high = np.maximum(family, FAMILY_LOW), np.maximum(code, CODE_LOW)
    lead = code - rival
    return np.stack([*joint, *high, np.maximum(lead, 0), np.minimum(lead, 0)], axis=-1)


def _rival(logits: Array, modelled: NDArray[np.bool_]) -> Array:
    """For each code the highest score of another that has scores; 0 without one."""
    if modelled.sum() < 2:
        return np.zeros_like(logits)
    scored = np.where(modelled, logits, -np.inf)
    second, first = np.sort(scored, axis=1)[:, -2:].T
    out: Array = np.where(scored == first[:, None], second[:, None], first[:, None])
    return out


def _hit(hit: Hit | None) -> tuple[float, float, float]:
    """Whether the code's terms fired only with a cue, by themselves, and more than one of them."""
    if hit is None:
        return 0.0, 0.0, 0.0
    return float(hit.cued), float(not hit.cued), float(len(hit.terms) > 1)


def save_head(head: Head, path: Path) -> None:
    """Write a head as npz without pickle: numbers as arrays, everything else as JSON. Raises StoreError; then, as after
    a kill, the head that was there is still there."""
    texts = {name: getattr(head, name) for name in ("names", "outputs", "evidence", "prior", "threshold", "about")}
    data = np.frombuffer(json.dumps(texts, sort_keys=True).encode(), np.uint8)
    arrays = {name: getattr(head, name).astype(np.float16) for name in ("scale", "weights", "bias")}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, texts=data, **arrays)
    write_bytes(path, buffer.getvalue())


def load_head(path: Path) -> Head:
    """Read what save_head wrote. Raises PrecedentError where the file is missing, damaged or holds anything else.

    Nothing in it is ever run: it is read without pickle."""
    try:
        with np.load(path, allow_pickle=False) as file:
            texts = json.loads(bytes(file["texts"]))
            arrays = {name: file[name].astype(float) for name in ("scale", "weights", "bias")}
        if any(len(weights) != len(EVIDENCE) + 1 for weights in texts["evidence"].values()):
            raise ValueError("it is of another version, which weighs other evidence")
        return Head(**texts, **arrays)
    except UNREADABLE as error:
        remedy = "install Precedent anew; a head of your own train anew: precedent train"
        raise PrecedentError(f"the trained head can't be read: {error}", str(path), remedy) from error
