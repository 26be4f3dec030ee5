"""Words -> lines -> blocks: what a reader's eye does before reading.

A block is a paragraph, a heading, a caption or a table cell: lines that read on. A paragraph that runs
over a column or a page is one block.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, repeat
from statistics import median

import numpy as np

from pipeline.pdf.names import LONGEST_NAME, is_named
from pipeline.pdf.raw import BOLD, FONT, HYPHEN_BREAK, ITALIC, LEAD, RawPage

WORD_GAP = 1.2  # of the height of type: wider than the space between words of a justified line
LEVEL = 0.3  # of the height of type, by which words of one line may stand higher or lower
CELL_GAP = 3.0  # a gap of so many line heights parts columns or cells, never words of one sentence
SAME_TYPE = 0.13  # heights that differ by less, as a share, are one type size
SAME_SIZE = 0.06  # the same, where the text must go on in the very same type
AGAIN = 1.3  # a step of so many usual steps between lines starts a new block
INDENT = 0.7  # a first-line indent is at least so many line heights
_STOP = re.compile(r"[.!?:;][\"'”’)\]]*(\[?\d+(?:[,–\s-]{1,2}\d+)*\]?)?$")  # a sentence's end, with a citation mark
ITEM = re.compile(
    r"(?:[•▪●■◦►–*-]|\(?\d{1,3}[.)\]](?!\d)|\(?[a-z]\)|\[\d+\]|(?i:table|fig\.|figure|box|scheme|source)\b)"
)
BULLETS = "•▪●■◦►"
LETTERED = re.compile(r"\(?[a-z][.)]\s")
_MARKED = re.compile(r"[\d*†‡§]$")  # as names of authors are, for the addresses under them
_ADDRESS = re.compile(r"[\d*†‡§]\s?[A-Z][a-z]")
_CAPTION = re.compile(r"(?i:table|tab\.|fig\.|figure|box|scheme)\s?[\dIVX]")
NUMBERED = re.compile(r"[1-9]\d?(?:\.\d{1,2}){0,3}\.?\s+[A-Z]")


@dataclass(slots=True)  # not frozen, for there are many: that takes four times as long to make
class Line:
    """Words [first, last) of a page, with their common box, type size and style, and joined text."""

    page: int
    first: int
    last: int
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    style: int
    text: str
    lead: int = 0  # style of the first letter
    font: int = 0  # number of the font, 0 where the line has several


@dataclass(slots=True)
class Block:
    """Lines that read on, in order; those of a table's cell tell its table, row and column."""

    lines: list[Line] = field(default_factory=list)
    cell: tuple[int, int, int] | None = None

    @property
    def size(self) -> float:
        return median(line.size for line in self.lines)

    @property
    def bold(self) -> bool:
        return all(line.style & BOLD for line in self.lines)

    @property
    def text(self) -> str:
        """The lines' text, joined as they stand: for looking at, not for quoting."""
        return " ".join(line.text for line in self.lines)


def lines(page: RawPage) -> list[Line]:
    """The lines of a page: where the reader saw one begin, or the words turn back or leap ahead.

    A line that the reader saw begin close behind a word on the same baseline is no new one: some files break
    after each word.
    """
    if not page.texts:
        return []
    x0, top, x1, bottom = page.box.T
    height = bottom - top
    gap = x0[1:] - x1[:-1]
    turns = (x0[1:] < x0[:-1] - 1) | (gap > CELL_GAP * np.maximum(height[1:], height[:-1]))
    if page.ocr:  # its lines are well told, also those that run up the page or upside down
        turns[:] = False
    close = (np.abs(bottom[1:] - bottom[:-1]) < LEVEL * height[1:]) & (gap > -1) & (gap < WORD_GAP * height[1:])
    starts = np.flatnonzero(np.concatenate(([True], turns | (page.breaks[1:] & ~close))))
    ends = np.append(starts[1:], len(page.texts))
    style = page.style[starts]
    columns = (
        np.minimum.reduceat(x0, starts),
        np.minimum.reduceat(top, starts),
        np.maximum.reduceat(x1, starts),
        np.maximum.reduceat(bottom, starts),
        page.size[starts],
        style & (BOLD | ITALIC),
    )
    spans = starts.tolist(), ends.tolist()
    texts = [" ".join(page.texts[a:b]) for a, b in zip(*spans, strict=True)]
    leads, fonts = (style >> LEAD & (BOLD | ITALIC)).tolist(), (style >> FONT).tolist()
    return list(map(Line, repeat(page.number), *spans, *(column.tolist() for column in columns), texts, leads, fonts))


def body_size(rows: Iterable[Line]) -> float:
    """The height of the type that most of the text is set in, in points; 10 where there is no text."""
    weights: dict[float, int] = {}
    for line in rows:
        key = round(line.size * 2) / 2
        weights[key] = weights.get(key, 0) + len(line.text)
    return max(weights, key=lambda key: weights[key]) if weights else 10.0


def blocks(rows: Sequence[Line | Block]) -> list[Block]:
    """Lines grouped into blocks, in order. What is a block already, such as a table's cell, stays as it is."""
    step = _usual_step([line for line in rows if isinstance(line, Line)])
    found: list[Block] = []
    for line in rows:
        if isinstance(line, Block):
            found.append(line)
        elif found and found[-1].cell is None and _reads_on(found[-1], line, step):
            found[-1].lines.append(line)
        else:
            found.append(Block([line]))
    return found


def _usual_step(rows: Sequence[Line]) -> float:
    """The usual distance from a line's top to the next one's, in line heights."""
    steps = [
        (b.top - a.top) / a.size
        for a, b in pairwise(rows)
        if a.page == b.page and below(a, b) and same_type(a.size, b.size)
    ]
    return min(max(median(steps), 0.9), 3.0) if steps else 1.2


def same_type(a: float, b: float) -> bool:
    """Whether two line heights are those of one type size."""
    return abs(a - b) <= SAME_TYPE * max(a, b)


def below(a: Line, b: Line) -> bool:
    return b.top > a.top + a.size / 2 and min(a.x1, b.x1) > max(a.x0, b.x0)


def _reads_on(block: Block, line: Line, step: float) -> bool:
    last = block.lines[-1]
    if last.text.endswith(HYPHEN_BREAK):
        return same_type(last.size, line.size) and not _CAPTION.match(line.text)
    short = sum(len(row.text) for row in block.lines[:3]) <= LONGEST_NAME  # else no need to join it: it is no name
    if is_named(line.text) or (short and is_named(block.text)):
        return False
    if last.page == line.page and below(last, line):
        return _next_line(block, last, line, step)
    if last.page == line.page and abs(last.top - line.top) < last.size / 2 and not sideways(line):
        return _beside(last, line)
    return prose(block) and _carries_on(block, line)


def _next_line(block: Block, last: Line, line: Line, step: float) -> bool:
    """Whether a line under another is of the same paragraph."""
    apart = line.top - last.top > AGAIN * step * max(last.size, line.size)
    if apart or not (_same_hand(last, line) or _in_italics(block, last, line)):
        return False
    if NUMBERED.match(line.text) and len(line.text) < 80 and line.text[-1] != ".":
        return False
    if last.page == 1 and _MARKED.search(last.text) and _ADDRESS.match(line.text):
        return False
    if _CAPTION.match(line.text) and abs(line.size - last.size) > SAME_SIZE * last.size:
        return False
    if not ended(last.text):
        return not (ITEM.match(line.text) and (line.text[0] in BULLETS or is_short(block, last)))
    left = min(row.x0 for row in block.lines[-4:] if row.page == last.page)
    shifted = abs(line.x0 - left) > INDENT * line.size
    return not (shifted or is_short(block, last) or (ITEM.match(line.text) and not line.text[0].isdigit()))


def _same_hand(a: Line, b: Line) -> bool:
    """Whether the type is the same; a stray bold or small line within a sentence is let pass."""
    within = not ended(a.text) and b.text[:1].islower()
    tolerance = 2.0 if within else 1.0
    if abs(a.size - b.size) > SAME_TYPE * tolerance * max(a.size, b.size):
        return False
    return a.style == b.style or within


def _in_italics(block: Block, last: Line, line: Line) -> bool:
    """Whether a line that begins and ends in italics, or no longer does, goes on within a sentence."""
    alike = abs(last.size - line.size) <= SAME_SIZE * last.size and not (last.style ^ line.style) & BOLD
    return alike and not ended(last.text) and prose(block) and not is_short(block, last)


def is_short(block: Block, last: Line) -> bool:
    """Whether a line stops well before the block's right edge."""
    right = max(row.x1 for row in block.lines if row.page == last.page)
    width = right - min(row.x0 for row in block.lines if row.page == last.page)
    return right - last.x1 > max(0.15 * width, 2 * last.size)


def _beside(last: Line, line: Line) -> bool:
    """Whether a piece at the same height goes on with the line (a number and its heading, say)."""
    return same_type(last.size, line.size) and 0 <= line.x0 - last.x1 < CELL_GAP * last.size


def _carries_on(block: Block, line: Line) -> bool:
    """Whether a line elsewhere (next column or page) goes on with the sentence that a block broke off."""
    last = block.lines[-1]
    if ended(last.text) or not same_type(last.size, line.size) or last.style != line.style:
        return False
    wide = 2 * (line.x1 - line.x0) > last.x1 - last.x0
    if not elsewhere(last, line):
        return False
    if line.text[:1].islower():
        return (wide or ended(line.text)) and not LETTERED.match(line.text)
    return wide and not (ITEM.match(line.text) or NUMBERED.match(line.text))


def ended(text: str) -> bool:
    """Whether text stops as a sentence does."""
    return bool(_STOP.search(text[-14:]))


def prose(block: Block, fewest: int = 8) -> bool:
    """Whether a block looks like running text: `fewest` words or more, and mostly words."""
    words = block.text.split()
    plain = sum(word.strip(".,;:()[]'\"").isalpha() for word in words)
    return len(words) >= fewest and plain >= 0.6 * len(words)


def elsewhere(last: Line, line: Line) -> bool:
    """Whether a line is where text goes on after a float or a column: further right, or down, or on another page.

    On a scan that lies upside down or on its side that is right above, or close to the left.
    """
    onward = line.page != last.page or line.x0 > last.x1 - 2 * last.size or line.top > last.bottom
    apart = last.x0 - line.x1 if sideways(line) else last.top - line.bottom
    return onward or abs(apart) < last.size / 2


def sideways(line: Line) -> bool:
    """Whether a line runs up or down the page."""
    return line.bottom - line.top > 5 * (line.x1 - line.x0) and len(line.text) > 3
