"""The words of a table's region -> its cells: levels, columns and rows."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pipeline.pdf.layout import Line
from pipeline.pdf.raw import BOLD, FONT, ITALIC, LEAD, RawPage

LEVEL = 0.5  # of the type size, by which words of one level may stand higher or lower
SPACE = 0.45  # of the type size: the widest space between words of one piece
COLUMN = 0.6  # of the type size: the least gap between columns, where it runs through many levels
COLUMN_OF_FEW = 1.0  # the same where it runs through four levels or fewer
MANY = 12  # levels, from which one in twenty may reach over a gap

# no letters but a unit or a mark: "12.5 %", "3.1 ± 0.2a", "+", "n.a."
_NUMBER = re.compile(r"[^A-Za-z]+[A-Za-z]{0,2}\W*$|n\.?/?a\.?$|ns$", re.I)

Box = tuple[float, float, float, float]  # x0, top, x1, bottom


class Cell(NamedTuple):
    """What stands in a table's row and column, both from 0; one that spans several is in its first."""

    row: int
    column: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A table on a page: its box in points, its size in rows and columns, and its cells with text, in order."""

    page: int
    box: Box
    rows: int
    columns: int
    cells: tuple[Cell, ...]


class Piece(NamedTuple):
    """Words that stand together on one level, from left to right; `first` is the width of the first, and `number` says
    that they are a number, perhaps with a unit or a mark."""

    words: tuple[int, ...]
    x0: float
    x1: float
    text: str
    first: float
    number: bool


class Level(NamedTuple):
    """What stands on one level of a table: pieces by their column; `y` is the height of its middle."""

    y: float
    pieces: dict[int, Piece]


@dataclass(frozen=True, slots=True)
class Frame:
    """What tells a table's rows.

    `edges` are the left edges of its columns and the right edge of the last; `rules` the heights of level rules
    in it; `head` the heights between which its head stands; `ruled` says that rules part its rows.
    """

    edges: tuple[float, ...] = ()
    rules: tuple[float, ...] = ()
    head: tuple[float, float] = (0.0, 0.0)
    ruled: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a page as lists, which are quicker to look at one by one: edges, middles and type in points."""

    page: RawPage
    x0: list[float]
    top: list[float]
    x1: list[float]
    bottom: list[float]
    y: list[float]
    size: list[float]
    breaks: list[bool]


def words_of(page: RawPage) -> Words:
    """The words of a page as lists."""
    x0, top, x1, bottom = page.box.T.tolist()
    y = ((page.box[:, 1] + page.box[:, 3]) / 2).tolist()
    return Words(page, x0, top, x1, bottom, y, page.size.tolist(), page.breaks.tolist())


def levels(words: Words, at: Iterable[int]) -> list[list[int]]:
    """Words of a region, by index, on their levels: from the top, and each level's from the left."""
    order = sorted(at, key=words.y.__getitem__)
    if not order:
        return []
    apart = LEVEL * _middle([words.size[i] for i in order])
    out: list[list[int]] = []
    base = -1e6
    for i in order:
        if words.y[i] - base > apart:
            out.append([])
            base = words.y[i]
        out[-1].append(i)
    return [sorted(level, key=lambda i: (words.x0[i], i)) for level in out]


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def split(words: Words, level: Sequence[int], gap: float) -> list[list[int]]:
    """A level's words parted where the white between them is wider than `gap` sizes of the type."""
    out: list[list[int]] = [[level[0]]]
    for a, b in pairwise(level):
        if words.x0[b] - words.x1[a] > gap * words.size[a]:
            out.append([])
        out[-1].append(b)
    return out


def height(words: Words, level: Sequence[int]) -> float:
    """The height of the middle of a level."""
    return _middle([words.y[i] for i in level])


def columns(words: Words, found: Sequence[Sequence[int]], x0: float, x1: float) -> list[float]:
    """The middles of the white that runs through levels between two edges: where one column ends and one begins."""
    size = _middle([words.size[i] for level in found for i in level])
    ink = np.zeros(int((x1 - x0) * 2) + 4, np.int32)
    for level in found:
        for piece in split(words, level, SPACE):
            a, b = words.x0[piece[0]], max(words.x1[i] for i in piece)
            ink[max(int((a - x0) * 2), 0) : int((b - x0) * 2) + 1] += 1
    few = len(found) // 20 if len(found) >= MANY else 0
    edges = np.flatnonzero(np.diff(np.concatenate(([False], ink <= few, [False])).astype(np.int8)))
    least = 2 * size * (COLUMN if len(found) > 4 else COLUMN_OF_FEW)
    inner = ((a, b) for a, b in edges.reshape(-1, 2).tolist() if ink[:a].any() and ink[b:].any())
    return [x0 + (a + b) / 4 for a, b in inner if b - a >= least]


def placed(words: Words, level: Sequence[int], edges: Sequence[float]) -> Level:
    """A level's words by column; those of a piece that reaches over a column's edge stay together in its first."""
    by_column: dict[int, list[int]] = {}
    here, last = -1, -1
    for i in level:
        if last < 0 or words.x0[i] - words.x1[last] >= SPACE * words.size[i]:
            column = bisect_left(edges, (words.x0[i] + words.x1[i]) / 2) - 1
            here = min(max(column, 0), len(edges) - 2)
        by_column.setdefault(here, []).append(i)
        last = i
    return level_of(words, by_column)


def level_of(words: Words, by_column: dict[int, list[int]]) -> Level:
    """A level of words by column."""
    y = height(words, [i for mine in by_column.values() for i in mine])
    return Level(y, {column: _piece(words, mine) for column, mine in sorted(by_column.items())})


def _piece(words: Words, mine: Sequence[int]) -> Piece:
    text = " ".join([words.page.texts[i] for i in mine])
    x0, x1 = words.x0[mine[0]], words.x1[mine[0]]
    return Piece(tuple(mine), x0, max(words.x1[i] for i in mine), text, x1 - x0, bool(_NUMBER.match(text)))


def table(words: Words, grouped: Sequence[Sequence[Level]], box: Box) -> Found | None:
    """A table of these rows, without columns that hold nothing; None where one row or column is left."""
    used = sorted({column for row in grouped for level in row for column in level.pieces})
    if len(grouped) < 2 or len(used) < 2:
        return None
    cells = [
        Cell(number, at, _lines(words, mine))
        for number, row in enumerate(grouped)
        for at, column in enumerate(used)
        if (mine := [i for level in row if column in level.pieces for i in level.pieces[column].words])
    ]
    return Found(words.page.number, box, len(grouped), len(used), tuple(cells))


def _lines(words: Words, mine: Sequence[int]) -> tuple[Line, ...]:
    """Words in their order as lines: runs that follow one another in the page's stream."""
    cuts = [at for at in range(1, len(mine)) if mine[at] != mine[at - 1] + 1 or words.breaks[mine[at]]]
    return tuple(part(words, mine[a], mine[b - 1] + 1) for a, b in pairwise([0, *cuts, len(mine)]))


def part(words: Words, first: int, last: int) -> Line:
    """The words [first, last) of a page as a line."""
    page, style = words.page, int(words.page.style[first])
    return Line(
        page.number,
        first,
        last,
        min(words.x0[first:last]),
        min(words.top[first:last]),
        max(words.x1[first:last]),
        max(words.bottom[first:last]),
        words.size[first],
        style & (BOLD | ITALIC),
        " ".join(page.texts[first:last]),
        style >> LEAD & (BOLD | ITALIC),
        style >> FONT,
    )
