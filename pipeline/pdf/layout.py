"""Words -> lines -> blocks: what a reader's eye does before reading.

A block is a paragraph, a heading, a caption or a table cell: lines that read on. A paragraph that runs
over a column or a page is one block.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from statistics import median

import numpy as np

from pipeline.pdf.names import is_named
from pipeline.pdf.raw import BOLD, HYPHEN_BREAK, RawPage

WORD_GAP = 1.2  # of the height of type: wider than the space between words of a justified line
LEVEL = 0.3  # of the height of type, by which words of one line may stand higher or lower
CELL_GAP = 3.0  # a gap of so many line heights parts columns or cells, never words of one sentence
SAME_TYPE = 0.13  # heights that differ by less, as a share, are one type size
AGAIN = 1.3  # a step of so many usual steps between lines starts a new block
INDENT = 0.7  # a first-line indent is at least so many line heights
_STOP = re.compile(r"[.!?:;][\"'”’)\]]*(\[?\d+(?:[,–-]\d+)*\]?)?$")  # a sentence's end, with a citation mark
_ITEM = re.compile(r"(?:[•▪●■◦–*-]|\(?\d{1,3}[.)\]]|\(?[a-z]\)|\[\d+\]|(?i:table|fig\.|figure|box|scheme|source)\b)")
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+[A-Z]")


@dataclass(frozen=True, slots=True)
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
    columns = (
        np.minimum.reduceat(x0, starts),
        np.minimum.reduceat(top, starts),
        np.maximum.reduceat(x1, starts),
        np.maximum.reduceat(bottom, starts),
        page.size[starts],
    )
    x0s, tops, x1s, bottoms, sizes = (column.tolist() for column in columns)
    spans = zip(starts.tolist(), ends.tolist(), strict=True)
    return [
        Line(
            page.number,
            a,
            b,
            x0s[i],
            tops[i],
            x1s[i],
            bottoms[i],
            sizes[i],
            int(page.style[a]),
            " ".join(page.texts[a:b]),
        )
        for i, (a, b) in enumerate(spans)
    ]


def body_size(rows: Iterable[Line]) -> float:
    """The height of the type that most of the text is set in, in points; 10 where there is no text."""
    weights: dict[float, int] = {}
    for line in rows:
        key = round(line.size * 2) / 2
        weights[key] = weights.get(key, 0) + len(line.text)
    return max(weights, key=lambda key: weights[key]) if weights else 10.0


def blocks(rows: Sequence[Line | Block]) -> list[Block]:
    """Lines grouped into blocks; lines of prose that floats, notes or a page's end cut are rejoined.

    What is a block already, such as a table's cell, stays as it is.
    """
    plain = [line for line in rows if isinstance(line, Line)]
    step = _usual_step(plain)
    found: list[Block] = []
    for line in rows:
        if isinstance(line, Block):
            found.append(line)
        elif found and found[-1].cell is None and _reads_on(found[-1], line, step):
            found[-1].lines.append(line)
        else:
            found.append(Block([line]))
    return _rejoin(found, body_size(plain))


def _usual_step(rows: Sequence[Line]) -> float:
    """The usual distance from a line's top to the next one's, in line heights."""
    steps = [
        (b.top - a.top) / a.size
        for a, b in pairwise(rows)
        if a.page == b.page and _below(a, b) and same_type(a.size, b.size)
    ]
    return min(max(median(steps), 0.9), 3.0) if steps else 1.2


def same_type(a: float, b: float) -> bool:
    """Whether two line heights are those of one type size."""
    return abs(a - b) <= SAME_TYPE * max(a, b)


def _below(a: Line, b: Line) -> bool:
    return b.top > a.top + a.size / 2 and min(a.x1, b.x1) > max(a.x0, b.x0)


def _reads_on(block: Block, line: Line, step: float) -> bool:
    last = block.lines[-1]
    if last.text.endswith(HYPHEN_BREAK):
        return True
    if is_named(line.text) or is_named(block.text):
        return False
    if last.page == line.page and _below(last, line):
        return _next_line(block, last, line, step)
    if last.page == line.page and abs(last.top - line.top) < last.size / 2:
        return _beside(last, line)
    return prose(block) and _carries_on(block, line)


def _next_line(block: Block, last: Line, line: Line, step: float) -> bool:
    """Whether a line under another is of the same paragraph."""
    apart = line.top - last.top > AGAIN * step * max(last.size, line.size)
    if apart or not _same_hand(last, line):
        return False
    if _NUMBERED.match(line.text) and len(line.text) < 80 and line.text[-1] != ".":
        return False
    if not ended(last.text):
        return not (_ITEM.match(line.text) and _short(block, last))
    left = min(row.x0 for row in block.lines[-4:] if row.page == last.page)
    shifted = abs(line.x0 - left) > INDENT * line.size
    return not (shifted or _short(block, last) or (_ITEM.match(line.text) and not line.text[0].isdigit()))


def _same_hand(a: Line, b: Line) -> bool:
    """Whether the type is the same; a stray bold or small line within a sentence is let pass."""
    within = not ended(a.text) and b.text[:1].islower()
    tolerance = 2.0 if within else 1.0
    if abs(a.size - b.size) > SAME_TYPE * tolerance * max(a.size, b.size):
        return False
    return a.style == b.style or within


def _short(block: Block, last: Line) -> bool:
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
    return line.text[:1].islower() or not (_ITEM.match(line.text) or _NUMBERED.match(line.text))


def ended(text: str) -> bool:
    """Whether text stops as a sentence does."""
    return bool(_STOP.search(text[-14:]))


def prose(block: Block) -> bool:
    """Whether a block looks like running text: some words wide, and mostly words."""
    words = block.text.split()
    plain = sum(word.strip(".,;:()[]'\"").isalpha() for word in words)
    return len(words) >= 8 and plain >= 0.6 * len(words)


def _rejoin(found: list[Block], body: float) -> list[Block]:
    """Blocks with a sentence cut by floats or notes put together again.

    What stood between goes before the sentence's paragraph when on its first page, else after it, so that
    pages stay in order.
    """
    out: list[Block] = []
    at = 0
    while at < len(found):
        block = found[at]
        ahead = _continuation(found, at, body)
        while ahead:
            before, after = _aside(block, found[at + 1 : ahead])
            out += before
            block.lines += found[ahead].lines
            found[at : ahead + 1] = [block, *after]
            ahead = _continuation(found, at, body)
        out.append(block)
        at += 1
    return out


def _aside(block: Block, between: list[Block]) -> tuple[list[Block], list[Block]]:
    """What stood between the parts of a paragraph: what goes before it, and what after."""
    first = block.lines[0].page
    before = [other for other in between if other.lines[-1].page <= first]
    return before, [other for other in between if other.lines[-1].page > first]


def _continuation(found: list[Block], at: int, body: float) -> int:
    """Index of the block that ends the sentence block `at` broke off, or 0. Looks a page ahead."""
    block = found[at]
    last = block.lines[-1]
    if block.cell or ended(last.text) or not same_type(last.size, body) or not prose(block):
        return 0
    for ahead in islice((i for i in range(at + 1, len(found)) if not found[i].cell), 40):
        line = found[ahead].lines[0]
        if line.page > last.page + 1:
            return 0
        if line.text[:1].islower() and _carries_on(block, line) and _wide(found[ahead], block):
            _, after = _aside(block, found[at + 1 : ahead])
            ordered = all(other.lines[0].page >= found[ahead].lines[-1].page for other in after)
            return ahead if ordered else 0
        if same_type(line.size, body) and prose(found[ahead]) and not _ITEM.match(line.text):
            return 0  # the text itself goes on here, with something else
    return 0


def _wide(candidate: Block, block: Block) -> bool:
    """Whether a candidate is set to a column about as wide as the block's, or ends its sentence."""
    a = max(row.x1 - row.x0 for row in candidate.lines)
    b = max(row.x1 - row.x0 for row in block.lines)
    return a > 0.85 * b or (len(candidate.lines) == 1 and ended(candidate.text))
