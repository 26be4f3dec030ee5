"""Bring models/annotations.jsonl, which holds codes but no text, together with the abstracts it was made on.

    .venv/bin/python -m tests.bench._annotations ABSTRACTS.jsonl > annotated.jsonl

writes labelled sentences as `pipeline.coding.train` takes them: all sentences of each abstract, those that no
one coded marked as context. Sentences are known by a hash of their text.
"""

import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import spacy

ANNOTATIONS = Path(__file__).parents[2] / "models" / "annotations.jsonl"


def main() -> None:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit("give the JSON-lines file of abstracts, with id, title and abstract")
    coded: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in map(json.loads, ANNOTATIONS.read_text(encoding="utf-8").splitlines()):
        coded[row["document"]][row.pop("sentence")] = row
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        abstract = json.loads(line)
        for row in _rows(abstract, coded.pop(abstract["id"], {})):
            sys.stdout.write(json.dumps(row) + "\n")


def _rows(abstract: dict[str, Any], coded: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The sentences of an abstract, if any of them was coded."""
    sentences = _sentences(abstract["abstract"]) if coded else []
    for position, text in enumerate(sentences):
        row = coded.get(hashlib.sha256(text.encode()).hexdigest()[:16], {"context": True})
        known = {"document": abstract["id"], "title": abstract["title"], "position": position, "text": text}
        yield known | row


def _sentences(text: str) -> list[str]:
    return [" ".join(sentence.text.split()) for sentence in _nlp()(text).sents]


@cache
def _nlp() -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return nlp


if __name__ == "__main__":
    main()
