"""What the readers of all formats give."""

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.documents import Metadata


class Item(NamedTuple):
    """An entry: the line it begins on (from 1), its key or an empty string, and what it tells."""

    line: int
    key: str
    metadata: Metadata
    journal: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """The entries of a file, and its broken ones as line (from 1) and reason, both in order."""

    entries: tuple[Item, ...]
    broken: tuple[tuple[int, str], ...]
