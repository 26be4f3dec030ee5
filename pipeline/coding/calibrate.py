"""Measure how often evidence of each kind is right on labelled sentences, and keep it as confidence.

`python -m pipeline.coding.calibrate LABELS.jsonl` writes models/confidence.json. Sentences that coders
dispute for a code are left out for that code. Shares are smoothed towards the family's.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.codebook import load_codebook
from pipeline.coding.document import FIGURES, strength
from pipeline.coding.matching import Hit, matcher

PRIOR = 10  # hits' worth of the family's share that every kind of evidence starts from


def judged(labels: Iterable[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    """(document, kind of evidence, right) for each hit that the coders agree on."""
    match = matcher(load_codebook()).match
    return [
        (row["document"], strength(hit), hit.code in row[hit.family])
        for row in labels
        for hit in match(row["text"]).hits
        if not _disputed(row, hit)
    ]


def _disputed(row: dict[str, Any], hit: Hit) -> bool:
    return hit.code in row["disputed"].get(hit.family, ())


def confidence(hits: Iterable[tuple[str, str, bool]]) -> dict[str, float]:
    """The smoothed share of right hits by kind of evidence, in [0, 1]."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    families: dict[str, list[bool]] = defaultdict(list)
    for _, kind, right in hits:
        kinds[kind].append(right)
        families[kind.split(" ")[0]].append(right)
    prior = {family: sum(right) / len(right) for family, right in families.items()}
    return {
        kind: round((sum(right) + PRIOR * prior[kind.split(" ")[0]]) / (len(right) + PRIOR), 4)
        for kind, right in sorted(kinds.items())
    }


def calibration_error(hits: list[tuple[str, str, bool]], folds: int = 5) -> float:
    """Expected calibration error over kinds of evidence, cross-validated by document, in [0, 1]."""
    documents = sorted({document for document, _, _ in hits})
    fold = {document: at % folds for at, document in enumerate(documents)}
    seen: dict[tuple[int, str], list[float]] = defaultdict(list)
    for k in range(folds):
        learned = confidence(hit for hit in hits if fold[hit[0]] != k)
        for document, kind, right in hits:
            if fold[document] == k and kind in learned:
                seen[round(learned[kind] * 10), "bin"].append(learned[kind] - right)
    total = sum(len(gaps) for gaps in seen.values())
    return sum(abs(sum(gaps)) for gaps in seen.values()) / total if total else 0.0


def main(labels: Path) -> None:
    """Write models/confidence.json from a file of labelled sentences."""
    rows = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    hits = judged(rows)
    figures = {
        "confidence": confidence(hits),
        "hits": len(hits),
        "documents": len({document for document, _, _ in hits}),
        "calibration_error": round(calibration_error(hits), 4),
        "labels": labels.name,
    }
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
