"""How well coding does on labelled sentences that the head was not trained on.

    .venv/bin/python -m tests.bench.coding_quality [--quotes] [LABELS.jsonl [MORE.jsonl ...]]

trains a head on four fifths of the documents of LABELS and on all of MORE, codes the last fifth with it, and so
on round, and prints the report of `pipeline.coding.evaluate` for all of LABELS; then the overview for the terms
alone, and the speed. No sentence is cited, unless --quotes asks for the worst errors.
Without files it takes the development labels beside the project, and all that the head that ships learns from.
"""

import json
import re
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from pipeline.codebook import Codebook, load_codebook
from pipeline.coding.document import code_document
from pipeline.coding.evaluate import report
from pipeline.coding.examples import examples, folds
from pipeline.coding.labels import Label, by_document, lay_out, read_labels
from pipeline.coding.scoring import Scored, measure, score
from pipeline.coding.train import train
from tests.bench._annotations import annotated

FOLDS = 5
SHARED = Path(__file__).parents[3] / "shared"
LABELS = SHARED / "labels" / "sentences_dev.jsonl"
ABSTRACTS = SHARED / "corpus" / "abstracts.jsonl"
CONSTRUCTED = Path(__file__).parents[2] / "models" / "constructed.jsonl"


def main() -> None:
    quotes = "--quotes" in sys.argv
    named = [Path(argument) for argument in sys.argv[1:] if argument != "--quotes"]
    with tempfile.TemporaryDirectory() as folder:
        _measure(named or [LABELS, annotated_file(Path(folder)), CONSTRUCTED], quotes)


def annotated_file(folder: Path) -> Path:
    """The annotations that ship with the text of their abstracts; an empty path where the abstracts are not here."""
    path = folder / "annotated.jsonl"
    if ABSTRACTS.exists():
        path.write_text("".join(json.dumps(row) + "\n" for row in annotated(ABSTRACTS)), encoding="utf-8")
    return path


def _measure(paths: list[Path], quotes: bool) -> None:
    missing = [path for path in paths if not path.exists()]
    if missing:
        sys.exit(f"{missing[0]} is not here: give JSON-lines files of labelled sentences")
    codebook = load_codebook()
    families = [family.id for family in codebook.families]
    labels, more = read_labels(paths[0], families), [x for path in paths[1:] for x in read_labels(path, families)]
    scored = cross_validated(labels, more, codebook)
    text = report(scored, codebook, f"Cross-validated by document on {paths[0].name}", quotes)
    text += _terms_alone(labels) + _speed(labels, codebook)
    sys.stdout.write(re.sub(r"^#", "###", text, flags=re.MULTILINE))  # stands under a heading of the results


def cross_validated(labels: list[Label], more: list[Label], codebook: Codebook) -> list[Scored]:
    """Every sentence of `labels` as coded by a head that saw neither it nor its document."""
    own, extra = examples(labels, codebook), examples(more, codebook)
    fold = {e.label.document: k for e, k in zip(own, folds(own, FOLDS), strict=True)}
    scored = []
    for k in range(FOLDS):
        head = train([e for e in own if fold[e.label.document] != k] + extra, codebook)
        held = [label for label in labels if fold[label.document] == k]
        scored += score(held, codebook, partial(code_document, head=head))
    return scored


def _terms_alone(labels: list[Label]) -> str:
    """The overview for a codebook that no head was trained on."""
    from dataclasses import replace

    codebook = replace(load_codebook(), fingerprint="another codebook")
    lines = [
        f"| {m.name} | {m.value:.3f} | {m.low:.3f} to {m.high:.3f} |"
        for m in measure(score(labels, codebook), codebook)
    ]
    return "\n## Terms alone\n\n| task | figure | 95 % interval |\n|---|---|---|\n" + "\n".join(lines) + "\n"


def _speed(labels: list[Label], codebook: Codebook) -> str:
    """Sentences a CPU second, in one process, warm."""
    papers = [lay_out(group) for group in by_document(labels).values()]
    for document, passages in papers[:5]:
        code_document(document, passages, codebook)
    started = time.process_time()
    for document, passages in papers:
        code_document(document, passages, codebook)
    rate = len(labels) / (time.process_time() - started)
    return f"\n## Speed\n\n{rate:.0f} sentences a CPU second\n"


if __name__ == "__main__":
    main()
