"""What the cells of evidence.csv held that a person may edit, so that an edited table tells what was changed.

The fingerprint goes with each row: a table says by itself what was edited, whichever run it is of.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

EDITABLE = ("review_status", "family", "code", "domain", "status", "note")


def exported_as(row: Mapping[str, Any]) -> str:
    """The fingerprint of a row's editable cells: the words as they are, the note by its hash."""
    *words, note = (str(row[name]) for name in EDITABLE)
    return " ".join([*words, note_mark(note)])


def before_editing(fingerprint: str) -> dict[str, str]:
    """The editable cells when the fingerprint was made, with the note's mark for the note.

    Raises ValueError where it is no fingerprint.
    """
    return dict(zip(EDITABLE, fingerprint.split(), strict=True))


@lru_cache(maxsize=10_000)  # nearly all notes are empty
def note_mark(note: str) -> str:
    """A mark that two notes share where they differ in spaces at most, as a spreadsheet may leave them."""
    return hashlib.sha256(" ".join(note.split()).encode("utf-8", "replace")).hexdigest()[:8]
