"""Bring models/annotations.jsonl, which holds codes but no text, together with the abstracts it was made on.

    .venv/bin/python -m tests.bench._annotations ABSTRACTS.jsonl > annotated.jsonl

writes labelled sentences as `pipeline.coding.train` takes them. A line of the annotations is a document: codes by
the hash of a sentence's text and, where all of it was coded, the hash of `whole` and the `domain` that its
sentences have unless they say otherwise. Of a document that was coded in part, the other sentences are context.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import spacy

ANNOTATIONS = Path(__file__).parents[2] / "models" / "annotations.jsonl"


def main() -> None:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit("give the JSON-lines file of abstracts, with id, title and abstract")
    for row in annotated(Path(sys.argv[1])):
        sys.stdout.write(json.dumps(row) + "\n")


def annotated(abstracts: Path) -> Iterator[dict[str, Any]]:
    """The sentences of the annotated abstracts, as rows of labels."""
    annotations = map(json.loads, ANNOTATIONS.read_text(encoding="utf-8").splitlines())
    coded = {annotation["document"]: annotation for annotation in annotations}
    for line in abstracts.read_text(encoding="utf-8").splitlines():
        abstract = json.loads(line)
        if abstract["id"] in coded:
            yield from _rows(abstract, coded[abstract["id"]])


def _rows(abstract: dict[str, Any], coded: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The sentences of an abstract with their codes; none if its text is no longer the one that was coded whole."""
    texts = sentences_of(abstract["abstract"])
    whole = "whole" in coded
    if whole and _hash("\n".join(texts)) != coded["whole"]:
        return
    for position, text in enumerate(texts):
        row = coded["sentences"].get(_hash(text), {} if whole else {"context": True})
        known = {"document": abstract["id"], "title": abstract["title"], "position": position, "text": text}
        yield known | ({"domain": coded["domain"]} if whole else {}) | row


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, as the annotations count them."""
    return [" ".join(sentence.text.split()) for sentence in _nlp()(text).sents]


@cache
def _nlp() -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return nlp


if __name__ == "__main__":
    main()
