"""Blocks -> the document's text, its words and its pages.

Words of a block are parted by one space, blocks by one line feed; the text holds no other white space.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.documents import Page, Words
from pipeline.pdf import hyphens
from pipeline.pdf.layout import Block, Line
from pipeline.pdf.raw import HYPHEN_BREAK, RawPage


class Paragraph(NamedTuple):
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


def build(pages: Sequence[RawPage], blocks: Sequence[Block]) -> Built:
    """The text of the blocks, with line-break hyphens repaired and a box for every word."""
    known = hyphens.vocabulary(line.text for block in blocks for line in block.lines)
    words: list[str] = []
    gaps: list[str] = []  # what stands before each word
    counts = [0]
    for block in blocks:
        _add(words, gaps, pages, block, known)
        counts.append(len(words))
    gaps[:1] = [""] if gaps else []
    lengths, before = (np.fromiter(map(len, texts), np.int32, len(words)) for texts in (words, gaps))
    ends = np.cumsum(lengths + before, dtype=np.int32)
    columns = _columns(ends - lengths, ends, pages, [line for block in blocks for line in block.lines])
    text = "".join(chain.from_iterable(zip(gaps, words, strict=True)))
    return Built(text, columns, _spans(columns, pages, len(text)), tuple(_paragraphs(blocks, counts, columns)))


def _add(words: list[str], gaps: list[str], pages: Sequence[RawPage], block: Block, known: Counter[str]) -> None:
    """Add a block's words as they go into the text, and what stands before each of them."""
    gap = "\n"
    for number, line in enumerate(block.lines):
        mine = pages[line.page - 1].texts[line.first : line.last]
        before = [gap, *[" "] * (len(mine) - 1)]
        gap = " "
        if number + 1 < len(block.lines):
            follower = block.lines[number + 1]
            mine[-1], glued = _at_break(mine[-1], pages[follower.page - 1].texts[follower.first], known)
            gap = "" if glued else " "
        if HYPHEN_BREAK in line.text:
            _within(mine, before)
        words += mine
        gaps += before


def _within(words: list[str], gaps: list[str]) -> None:
    """Write out the hyphens of words that a break which is none of ours cut; what follows is glued to them."""
    for at, word in enumerate(words):
        if HYPHEN_BREAK in word:
            words[at] = word.replace(HYPHEN_BREAK, "-")
            gaps[at + 1 : at + 2] = [""] * len(gaps[at + 1 : at + 2])


def _paragraphs(blocks: Sequence[Block], counts: Sequence[int], words: Words) -> Iterator[Paragraph]:
    """The blocks by offsets; `counts` are the numbers of words before each, and in all."""
    starts, ends = words.start[counts[:-1]].tolist(), words.end[np.array(counts[1:], np.intp) - 1].tolist()
    for block, start, end in zip(blocks, starts, ends, strict=True):
        yield Paragraph(start, end, block.size, block.bold, tuple(block.lines), block.cell)


def _at_break(word: str, following: str, known: Counter[str]) -> tuple[str, bool]:
    """The last word of a line as it goes into the text, and whether the next line's is glued to it."""
    if not word.endswith((HYPHEN_BREAK, "-")) or len(word) < 2 or not word[-2].isalnum():
        return word.replace(HYPHEN_BREAK, "-"), False
    head = word[:-1].replace(HYPHEN_BREAK, "-")
    if following.lower() in ("and", "or", "to") and not known[head.lower() + following.lower()]:
        return head + "-", False  # "short- and long-term"
    return (head + "-" if hyphens.keeps_hyphen(head, following, known) else head), True


def _columns(
    starts: NDArray[np.int32], ends: NDArray[np.int32], pages: Sequence[RawPage], lines: Sequence[Line]
) -> Words:
    first = np.array([line.first for line in lines], np.intp)
    sizes = np.array([line.last for line in lines], np.intp) - first
    page = np.repeat(np.array([line.page for line in lines], np.int32), sizes)
    rows = np.arange(len(starts)) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
    above = np.cumsum([0, *(len(raw.texts) for raw in pages)])
    box = np.concatenate([raw.box for raw in pages])[above[page - 1] + rows]
    return Words(starts, ends, page, box)


def _spans(words: Words, pages: Sequence[RawPage], length: int) -> tuple[Page, ...]:
    """Pages with their spans: each starts at its first word, or where the next one starts if bare."""
    at = np.searchsorted(words.page, [raw.number for raw in pages])
    starts = [int(words.start[i]) if i < len(words.start) else length for i in at]
    starts[0] = 0
    ends = [*starts[1:], length]
    return tuple(
        Page(raw.number, raw.label, raw.width, raw.height, start, end, raw.ocr)
        for raw, start, end in zip(pages, starts, ends, strict=True)
    )
