"""Labelled sentences: reading a JSON-lines file of them, and laying its documents out for coding."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.documents import Document, Metadata, Passage, Words
from pipeline.errors import PrecedentError, where_in

_NEEDED = ("document", "position", "text")


@dataclass(frozen=True, slots=True)
class Label:
    """One sentence and what people coded it with.

    `codes` and `disputed` hold code ids by family: those that all coders gave, and those that only some
    gave, which count neither for nor against. `domain` and `status` are empty where coders differ. `coders`
    is how many coded the sentence.
    """

    document: str
    title: str
    position: int
    text: str
    domain: str
    status: str
    codes: Mapping[str, frozenset[str]]
    disputed: Mapping[str, frozenset[str]]
    context: bool = False
    coders: int = 1

    def open(self, family: str, code: str) -> bool:
        """Whether the coders dispute this code, so that it can't be scored."""
        return code in self.disputed.get(family, ())


def read_labels(path: Path, families: Sequence[str]) -> list[Label]:
    """The sentences of a JSON-lines file, by document and position.

    A line holds document, position and text; title, domain, status, a list of codes per family, `disputed` (a
    list per family) and the number of `coders` may be missing; `"context": true` marks a sentence that no one
    coded.
    Raises PrecedentError with the line that can't be read.
    """
    remedy = "give a JSON-lines file with one labelled sentence a line: document, position, text, codes by family"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PrecedentError(f"the labels can't be read: {error}", str(path), remedy) from error
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_label(json.loads(line), families))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise PrecedentError(f"no labelled sentence: {error!r}", where_in(path, number), remedy) from error
    if not found:
        raise PrecedentError("there are no labelled sentences in this file", str(path), remedy)
    return sorted(found, key=lambda label: (label.document, label.position))


def _label(row: dict[str, Any], families: Sequence[str]) -> Label:
    document, position, text = (row[key] for key in _NEEDED)
    disputed = row.get("disputed") or {}
    return Label(
        document=str(document),
        title=str(row.get("title") or ""),
        position=int(position),
        text=" ".join(str(text).split()),
        domain=row.get("domain") or "",
        status=row.get("status") or "",
        codes={family: frozenset(row.get(family) or ()) for family in families},
        disputed={family: frozenset(disputed.get(family) or ()) for family in families},
        context=bool(row.get("context")),
        coders=int(row.get("coders") or 1),
    )


def by_document(labels: Iterable[Label]) -> dict[str, list[Label]]:
    """The labels of each document, in their order."""
    groups: defaultdict[str, list[Label]] = defaultdict(list)
    for label in labels:
        groups[label.document].append(label)
    return dict(groups)


def lay_out(labels: Sequence[Label]) -> tuple[Document, tuple[Passage, ...]]:
    """One document's labelled sentences as a document with a passage for each, as the coding stage takes them."""
    passages, at = [], 0
    for label in labels:
        passages.append(Passage(at, at + len(label.text), "abstract"))
        at += len(label.text) + 1
    text = " ".join(label.text for label in labels)
    none = np.zeros(0, np.int32)
    words = Words(none, none, none, np.zeros((0, 4), np.float32))
    metadata = Metadata(title=labels[0].title)
    return Document(labels[0].document, text, (), words, (), metadata, "labels"), tuple(passages)
