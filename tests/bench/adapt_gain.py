"""What a head gains by adapting to a reader's decisions on half of the papers, measured on the other half.

    .venv/bin/python -m tests.bench.adapt_gain

The head has seen none of the development labels. Two readers: one who codes as those labels are, hence by the
conventions that the head has learnt, from whom there is little to learn; and one with a convention of their own, who
never gives `unspecified`. Figures are differences of F1, adapted less shipped, by draw of the half; "as promised" is
what `precedent train` says of all codes, by cross-validation within the first half, before it keeps or drops the head.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook import UNSPECIFIED
from pipeline.coding.adapt import adapt, gains
from pipeline.coding.document import code_document
from pipeline.coding.examples import examples
from pipeline.coding.head import Head
from pipeline.coding.labels import Label
from pipeline.coding.scoring import f1, score, tallies
from tests.bench._unseen import codebook, dev, unseen_head

SEEDS = (1, 2, 3)
READERS = {"by the head's conventions": False, "who never gives unspecified": True}


def main() -> None:
    families = [family.id for family in codebook().families]
    lines = ["| reader | seed | " + " | ".join([*families, "all codes", "as promised", "before"]) + " |"]
    lines += ["|---|---|" + "---|" * (len(families) + 3)]
    for reader, strict in READERS.items():
        labels = [_without(label) if strict else label for label in dev()]
        lines += list(_rows(reader, labels))
    sys.stdout.write("\n".join(lines) + "\n")


def _rows(reader: str, labels: Sequence[Label]) -> Iterator[str]:
    gained = []
    for seed in SEEDS:
        documents = sorted({label.document for label in labels})
        told = set(np.random.default_rng(seed).permutation(documents)[: len(documents) // 2].tolist())
        held = [label for label in labels if label.document not in told]
        seen = examples([label for label in labels if label.document in told], codebook())
        before = _figures(unseen_head(), held)
        told_of = gains(unseen_head(), [label for label in labels if label.document in told], codebook())[0]
        changes = _figures(adapt(unseen_head(), seen, codebook()), held) - before
        gained.append([*changes, told_of.after - told_of.before, before[-1]])
        yield _row(reader, str(seed), gained[-1])
    yield _row(reader, "mean", np.mean(gained, axis=0).tolist())


def _row(reader: str, seed: str, figures: Sequence[float]) -> str:
    *changes, before = figures
    return f"| {reader} | {seed} | " + " | ".join([*(f"{x:+.3f}" for x in changes), f"{before:.3f}"]) + " |"


def _figures(head: Head, held: Sequence[Label]) -> NDArray[np.float64]:
    """F1 of each family, and of all codes together."""
    counts = tallies(score(held, codebook(), partial(code_document, head=head)), codebook())
    tables = [counts[("family", family.id)].sum(axis=0) for family in codebook().families]
    tables.append(sum((table.sum(axis=0) for key, table in counts.items() if key[0] == "code"), np.zeros(3)))
    return np.array([float(f1(table)) for table in tables])


def _without(label: Label) -> Label:
    codes, disputed = (
        {family: of - {UNSPECIFIED} for family, of in by_family.items()} for by_family in (label.codes, label.disputed)
    )
    return replace(label, codes=codes, disputed=disputed)


if __name__ == "__main__":
    main()
