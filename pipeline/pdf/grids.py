"""Tables whose every cell is drawn."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells

from pipeline.pdf import cells
from pipeline.pdf.cells import Box, Found, Frame, Level, Words
from pipeline.pdf.rows import grouped
from pipeline.pdf.sheet import MEET, SNAP, Sheet, paragraph, pieces

Rules = NDArray[np.float32]
MOST_CROSSINGS = 20_000  # of rules, beyond which they draw a chart
FILLED = 0.3  # of the drawn cells, at least so many hold words
MOST_IN_CELL = 0.6  # of the words of a grid of few cells; a cell with more is a box with text
MANY = 8  # cells with words, from which one may hold most of them
NARROW = 6.0  # points: cells that are narrower are the white between rules
OUTER = 20.0  # points of a column at least


def grids(sheet: Sheet) -> list[Found]:
    """The tables of a page whose cells are drawn on all sides."""
    if len(sheet.plumb) < 2 or len(sheet.plumb) * len(sheet.level) > MOST_CROSSINGS:
        return []
    level, plumb = _crossing(sheet.level, sheet.plumb)
    if len(plumb) < 2 or len(level) < 2:
        return []
    edges = [_edge(rule, "h") for rule in level.tolist()] + [_edge(rule, "v") for rule in plumb.tolist()]
    groups = cells_to_tables(intersections_to_cells(edges_to_intersections(edges, MEET, MEET)))
    return [table for drawn in groups if (table := _grid(sheet, drawn))]


def _crossing(level: Rules, plumb: Rules) -> tuple[Rules, Rules]:
    """The rules that meet two others or more, which those of a cell do."""
    while True:
        x, y = plumb[:, 0], level[:, 1:2]
        beside = (level[:, 0:1] <= x + MEET) & (level[:, 2:3] >= x - MEET)
        meet = beside & (plumb[:, 1] <= y + MEET) & (plumb[:, 3] >= y - MEET)
        across, down = meet.sum(axis=1) > 1, meet.sum(axis=0) > 1
        if across.all() and down.all():
            return level, plumb
        level, plumb = level[across], plumb[down]


def _edge(rule: Sequence[float], orientation: str) -> dict[str, object]:
    x0, top, x1, bottom = rule
    return {"x0": x0, "top": top, "x1": x1, "bottom": bottom, "orientation": orientation}


def _grid(sheet: Sheet, drawn: Sequence[Box]) -> Found | None:
    """The table that drawn cells make, or None where they are a frame, a chart or a form with little in it."""
    held = _held(sheet, drawn)
    most = max((len(words) for _, words in held), default=0)
    box_of_text = len(held) < MANY and most > MOST_IN_CELL * sum(len(words) for _, words in held)
    real = sum(cell[2] - cell[0] > NARROW and cell[3] - cell[1] > NARROW for cell in drawn)
    if len(held) < max(4, FILLED * real) or box_of_text:
        return None
    box = _around(drawn)
    levels = cells.levels(sheet.words, sheet.within(box))
    if paragraph(sheet.words, pieces(sheet.words, levels), box) or _open_sided(sheet, box):
        return None
    tops, lefts = _marks(cell[1] for cell in drawn), _marks(cell[0] for cell in drawn)
    bands: list[list[tuple[int, list[int]]]] = [[] for _ in tops]
    for cell, words in held:
        bands[_place(tops, cell[1])].append((_place(lefts, cell[0]), words))
    grouped = [row for band in bands if band for row in _row(sheet.words, band)]
    return cells.table(sheet.words, _without_captions(sheet, grouped), box)


def _held(sheet: Sheet, drawn: Sequence[Box]) -> list[tuple[Box, list[int]]]:
    """The cells that hold words, with them. Each word is in the smallest cell around it: where a rule does not go on
    to the next, a large cell is drawn around small ones."""
    taken: set[int] = set()
    held = {}
    for cell in sorted(drawn, key=lambda cell: (cell[2] - cell[0]) * (cell[3] - cell[1])):
        held[cell] = [word for word in sheet.within(cell) if word not in taken]
        taken.update(held[cell])
    return [(cell, held[cell]) for cell in drawn if held[cell]]


def _open_sided(sheet: Sheet, box: Box) -> bool:
    """Whether most level rules in a box go on beyond its sides, where no plumb rule closes the outer columns."""
    inside = sheet.level[(sheet.level[:, 1] > box[1] - MEET) & (sheet.level[:, 1] < box[3] + MEET)]
    return bool(np.mean((inside[:, 0] < box[0] - OUTER) | (inside[:, 2] > box[2] + OUTER)) > 0.5)


def _without_captions(sheet: Sheet, grouped: list[list[Level]]) -> list[list[Level]]:
    """Rows without a first one that is the caption, and a last one that is a note below the others."""
    begun = {line.first for line in sheet.captions}
    first = [piece for level in grouped[0] for piece in level.pieces.values()]
    start = int(first[0].words[0] in begun)
    lone = len({column for level in grouped[-1] for column in level.pieces}) == 1
    return grouped[start : -1 if start and lone else None]


def _marks(values: Iterable[float]) -> list[float]:
    """Values with those taken together that stand within SNAP of one another."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > SNAP:
            out.append(value)
    return out


def _place(marks: Sequence[float], value: float) -> int:
    return min(range(len(marks)), key=lambda at: abs(marks[at] - value))


def _around(boxes: Sequence[Box]) -> Box:
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return min(x0), min(top), max(x1), max(bottom)


def _row(words: Words, held: Sequence[tuple[int, list[int]]]) -> list[list[Level]]:
    """The rows in a row of drawn cells: one, or more where numbers stand above one another in it."""
    owner = {i: column for column, mine in held for i in mine}
    found = []
    for level in cells.levels(words, sorted(owner)):
        by_column: dict[int, list[int]] = {}
        for i in level:
            by_column.setdefault(owner[i], []).append(i)
        found.append(cells.level_of(words, by_column))
    rows = grouped(found, Frame())
    return rows if len(rows) > 2 and len(rows) >= 0.6 * len(found) else [found]
