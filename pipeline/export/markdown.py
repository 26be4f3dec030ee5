"""Text as Markdown shows it, whatever stands in it."""

import re

_MARKS = re.compile(r"([\\`*_{}\[\]<>|#&~^$@!])")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)  # what GitHub makes a link by itself
_SPACE = re.compile(r"\s+")
_TURNS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # they could make text read other than it is


def escaped(text: str) -> str:
    """The text on one line, with nothing in it that Markdown, or HTML inside it, takes for more than text."""
    return _ADDRESS.sub(r"\\", _MARKS.sub(r"\\\1", _SPACE.sub(" ", _TURNS.sub("", text))))
