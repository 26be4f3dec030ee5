"""The levels of a table -> its rows: which lines go on with the cells above them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.pdf.cells import Frame, Level, Piece
from pipeline.pdf.raw import quantile

BULLETS = "•▪●■◦·–"
CLOSE = 0.75  # of the usual step: closer levels are not of two rows, but of cells set to their middle
PARTED = 0.15  # of the levels, from which wide steps are how rows are told
APART = 1.35  # of the usual step between levels: a wider one parts rows
_OPEN = re.compile(r"(?:[a-z)\d][,\-–/(&\x02]|\b(?:and|or|of|the|for|in|to|a|with|by|on|from))$", re.I)


def grouped(found: Sequence[Level], frame: Frame) -> list[list[Level]]:
    """Levels grouped into rows."""
    step = _step(found)
    wide = sum(b.y - a.y > APART * step for a, b in pairwise(found))
    setting = _Setting(step, wide >= max(2, PARTED * len(found)), _reach(found, frame.edges))
    out: list[list[Level]] = []
    for level in found:
        if out and _joins(out[-1], level, frame, setting):
            out[-1].append(level)
        else:
            out.append([level])
    return out


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a table is set: the usual step from line to line in a cell, whether its rows stand apart by more than that,
    and how far to the right the lines of each column reach."""

    step: float
    parted: bool
    reach: dict[int, float]


def _reach(found: Sequence[Level], edges: Sequence[float]) -> dict[int, float]:
    reach: dict[int, float] = {}
    for level in found:
        for column, piece in level.pieces.items():
            if column + 1 < len(edges) and piece.x1 <= edges[column + 1]:
                reach[column] = max(reach.get(column, 0.0), piece.x1)
    return reach


def _step(found: Sequence[Level]) -> float:
    """The distance from a line to the next one of the same cell: a low one of those within the columns."""
    last: dict[int, float] = {}
    steps = []
    for level in found:
        steps += [level.y - last[column] for column in level.pieces if column in last]
        last |= dict.fromkeys(level.pieces, level.y)
    return quantile(steps, 0.2) if steps else 1.0


def _joins(row: Sequence[Level], level: Level, frame: Frame, setting: _Setting) -> bool:
    """Whether a level goes on with the cells of the row above it."""
    last = row[-1]
    numbers = {column for column, piece in level.pieces.items() if piece.number}
    if any(last.y < rule < level.y for rule in frame.rules):
        return False
    if any(one.pieces[column].number for one in row for column in numbers & one.pieces.keys()):
        return False
    if frame.head[0] < last.y and level.y < frame.head[1]:
        return not any(_spans(last, column, frame.edges) for column in last.pieces)
    if list(last.pieces) == [0] and numbers and 0 in level.pieces and not level.pieces[0].text[0].islower():
        return False  # a heading over rows
    if frame.ruled or level.y - last.y < CLOSE * setting.step:
        return True
    if level.y - last.y > APART * setting.step:
        return False
    beside = 0 not in level.pieces and not numbers
    if beside and (setting.parted or len(level.pieces) < max(2, 0.75 * (len(frame.edges) - 2))):
        return True
    return _flows(row, level, setting)


def _spans(level: Level, column: int, edges: Sequence[float]) -> bool:
    """Whether a level's piece reaches over into a column that is not its own."""
    return level.pieces[column].x1 > edges[column + 1] + 2.0


def _flows(row: Sequence[Level], level: Level, setting: _Setting) -> bool:
    """Whether the cells' text goes on: more of it broke off above, or had no room left there, than had."""
    score = 0
    for column, piece in level.pieces.items():
        above = next((one.pieces[column] for one in reversed(row) if column in one.pieces), None)
        if above is not None and not piece.number:
            score += _goes_on(above, piece, 0 in level.pieces, setting.reach.get(column, 0.0))
    return score > 0


def _goes_on(above: Piece, piece: Piece, first: bool, reach: float) -> int:
    """How much speaks for a cell's text going on in the next line, or against it; `first` says that the first column
    has something on that level too."""
    full = above.x1 + piece.first > reach
    low = piece.text[0].islower() or piece.text[0] in "(&"
    if _OPEN.search(above.text) or (low and full):
        return 2
    if not first and (full or piece.text[0] in BULLETS):
        return 1
    return -1 if not (full or low) else 0
