"""Blocks -> the document's text, its words and its pages.

Words of a block are parted by one space, blocks by one line feed; the text holds no other white space.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.pdf import hyphens
from pipeline.pdf.layout import Block, Line
from pipeline.pdf.raw import HYPHEN_BREAK, RawPage
from pipeline.records import Page, Words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block in the text, by offsets: with its type's height in points, weight, and place.

    `cell` is that of the block: table, row and column, from 0, where it is a table's cell.
    """

    start: int
    end: int
    size: float
    bold: bool
    lines: tuple[Line, ...]
    cell: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """The text with its words, pages and paragraphs."""

    text: str
    words: Words
    pages: tuple[Page, ...]
    paragraphs: tuple[Paragraph, ...]


class _Writer:
    """Text under construction: pieces, and the words' offsets and places as columns."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.pages: list[int] = []
        self.rows: list[int] = []

    def space(self, separator: str) -> None:
        if self.length:
            self.pieces.append(separator)
            self.length += 1

    def word(self, text: str, page: int, row: int) -> None:
        self.starts.append(self.length)
        self.pieces.append(text)
        self.length += len(text)
        self.ends.append(self.length)
        self.pages.append(page)
        self.rows.append(row)


def build(pages: Sequence[RawPage], blocks: Sequence[Block]) -> Built:
    """The text of the blocks, with line-break hyphens repaired and a box for every word."""
    known = hyphens.vocabulary(line.text for block in blocks for line in block.lines)
    writer = _Writer()
    paragraphs: list[Paragraph] = []
    for block in blocks:
        writer.space("\n")
        start = writer.length
        _write(writer, pages, block, known)
        paragraphs.append(Paragraph(start, writer.length, block.size, block.bold, tuple(block.lines), block.cell))
    text = "".join(writer.pieces)
    return Built(text, _columns(writer, pages), _spans(writer, pages), tuple(paragraphs))


def _write(writer: _Writer, pages: Sequence[RawPage], block: Block, known: Counter[str]) -> None:
    glued = True  # the block's first word needs no space before it
    for number, line in enumerate(block.lines):
        texts = pages[line.page - 1].texts
        for row in range(line.first, line.last):
            if not glued:
                writer.space(" ")
            word, glued = texts[row], False
            if row == line.last - 1 and number + 1 < len(block.lines):
                follower = block.lines[number + 1]
                word, glued = _at_break(word, pages[follower.page - 1].texts[follower.first], known)
            elif HYPHEN_BREAK in word:
                word, glued = word.replace(HYPHEN_BREAK, "-"), row < line.last - 1
            writer.word(word, line.page, row)


def _at_break(word: str, following: str, known: Counter[str]) -> tuple[str, bool]:
    """The last word of a line as it goes into the text, and whether the next line's is glued to it."""
    if not word.endswith((HYPHEN_BREAK, "-")) or len(word) < 2 or not word[-2].isalnum():
        return word.replace(HYPHEN_BREAK, "-"), False
    head = word[:-1].replace(HYPHEN_BREAK, "-")
    if following.lower() in ("and", "or", "to") and not known[head.lower() + following.lower()]:
        return head + "-", False  # "short- and long-term"
    return (head + "-" if hyphens.keeps_hyphen(head, following, known) else head), True


def _columns(writer: _Writer, pages: Sequence[RawPage]) -> Words:
    page = np.array(writer.pages, np.int32)
    first = np.cumsum([0, *(len(raw.texts) for raw in pages)])
    every = np.concatenate([raw.box for raw in pages])
    box = every[first[page - 1] + np.array(writer.rows, np.intp)]
    return Words(np.array(writer.starts, np.int32), np.array(writer.ends, np.int32), page, box)


def _spans(writer: _Writer, pages: Sequence[RawPage]) -> tuple[Page, ...]:
    """Pages with their spans: each starts at its first word, or where the next one starts if bare."""
    at = np.searchsorted(np.array(writer.pages), [raw.number for raw in pages])
    starts = [writer.starts[i] if i < len(writer.starts) else writer.length for i in at]
    starts[0] = 0
    ends = [*starts[1:], writer.length]
    return tuple(
        Page(raw.number, raw.label, raw.width, raw.height, start, end, raw.ocr)
        for raw, start, end in zip(pages, starts, ends, strict=True)
    )
