"""The development labels, and a head that saw none of their documents: what learning from people is simulated on.

The head takes minutes to train, so it is kept in the system's temporary folder until the code or the labels change.
"""

import hashlib
import sys
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from pipeline.codebook import Codebook, load_codebook
from pipeline.coding.examples import Example, examples
from pipeline.coding.head import Head, load_head, save_head
from pipeline.coding.labels import Label, read_labels
from pipeline.coding.train import train
from tests.bench._annotations import ANNOTATIONS
from tests.bench.coding_quality import ABSTRACTS, CONSTRUCTED, LABELS, annotated_file

CODING = Path(__file__).parents[2] / "pipeline" / "coding"
MADE_BY = ("train.py", "head.py", "features.py", "matching.py", "labels.py", "../codebook.toml")


@cache
def codebook() -> Codebook:
    return load_codebook()


def dev() -> list[Label]:
    """The development labels; ends the benchmark where they are not here."""
    for path in (LABELS, ABSTRACTS):
        if not path.exists():
            sys.exit(f"{path} is not here")
    return read_labels(LABELS, _families())


def unseen_head() -> Head:
    """A head trained on the annotated abstracts and the constructed sentences, none of them in `dev`."""
    made_by = [*(CODING / name for name in MADE_BY), ANNOTATIONS, CONSTRUCTED]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in made_by)).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"precedent-unseen-{digest}.npz"
    if not path.exists():
        save_head(_trained(), path)
    head = load_head(path)
    if {label.document for label in dev()} & set(head.about["documents"]):
        sys.exit("the head has seen documents of the development labels")
    return head


def _trained() -> Head:
    with tempfile.TemporaryDirectory() as folder:
        labels = [x for path in (annotated_file(Path(folder)), CONSTRUCTED) for x in read_labels(path, _families())]
    seen: list[Example] = examples(labels, codebook())
    about = {"codebook": codebook().fingerprint, "documents": sorted({e.label.document for e in seen})}
    return replace(train(seen, codebook()), about=about)


def _families() -> list[str]:
    return [family.id for family in codebook().families]
