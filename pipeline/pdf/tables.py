"""Tables of a page: where they stand, and their cells row by row.

Most journals draw three level rules and no plumb ones; there the columns are the white gaps that run through
the rows, and the rows are told by their lines. A full grid gives its cells itself.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray
from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells

from pipeline import records
from pipeline.pdf.build import Paragraph
from pipeline.pdf.layout import Block, Line
from pipeline.pdf.raw import RawPage
from pipeline.records import Table

SNAP = 2.0  # points by which strokes of one rule may stand off its line
JOINED = 8.0  # points between strokes of one level rule, which may be drawn cell by cell
SHORTEST = 8.0  # points of a rule
SAME_EDGE = 6.0  # points by which the ends of a table's rules may differ
PIECE = 0.9  # of the type size: a wider gap parts what stands in different columns, mostly
COLUMN = 0.6  # of the type size: the least gap between columns, where it runs through many rows
LEVEL = 0.5  # of the type size, by which words of one level may stand higher or lower
SPACE = 0.45  # of the type size: the widest space between words of one piece
CAPTION_AWAY = 90.0  # points between a caption's first line and its table
MOST_CROSSINGS = 20_000  # of rules, beyond which they draw a chart
NARROWEST = 60.0  # points of a rule that goes across a table
DOUBLE = 4.0  # points between two rules that are drawn as one
FILLED = 0.3  # of the drawn cells, at least so many hold words
MOST_IN_CELL = 0.6  # of the words of a grid; a cell with more is a box with text
APART = 1.35  # of the usual step between lines: a wider one parts rows
_CAPTION = re.compile(
    r"(?:supplementary |extended data )?(?:table|tab\.|exhibit)\s?(?:[A-Z]{0,2}[-.]?\d|[IVX]+\b)", re.I
)
_NUMBER = re.compile(r"[^A-Za-z]*\d[^A-Za-z]*[A-Za-z%]{0,2}\W*$|[-–—−.]+$|n\.?/?a\.?$|ns$", re.I)
_OPEN = re.compile(r"(?:[,\-–/(&+\x02]|\b(?:and|or|of|the|for|in|to|a|with|by|on|from))$", re.I)

Box = tuple[float, float, float, float]  # x0, top, x1, bottom


@dataclass(frozen=True, slots=True)
class Cell:
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


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """A page's words that are of its text, `at`, as indices, and the rules on it: level and plumb."""

    page: RawPage
    at: NDArray[np.intp]
    level: NDArray[np.float32]
    plumb: NDArray[np.float32]
    captions: tuple[Line, ...]

    def within(self, box: Box) -> NDArray[np.intp]:
        """The words whose middle lies in a box."""
        x = (self.page.box[self.at, 0] + self.page.box[self.at, 2]) / 2
        y = (self.page.box[self.at, 1] + self.page.box[self.at, 3]) / 2
        return self.at[(x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words that stand together on one level, from left to right; `first` is the width of the first."""

    words: tuple[int, ...]
    x0: float
    x1: float
    text: str
    first: float


@dataclass(frozen=True, slots=True)
class _Level:
    """What stands on one level of a table: pieces by their column; `y` is the height of its middle."""

    y: float
    pieces: dict[int, _Piece]


def find(page: RawPage, lines: Sequence[Line]) -> list[Found]:
    """The tables of a page, from the top. `lines` are those of its text; no word is in two tables."""
    if not len(page.rules) or not lines:
        return []
    at = np.concatenate([np.arange(line.first, line.last) for line in lines])
    captions = tuple(line for line in lines if _CAPTION.match(line.text))
    sheet = _Sheet(page, np.sort(at), *_rules(page.rules), captions)
    found: list[Found] = []
    for make in (_grids, _ruled):
        for table in make(sheet):
            taken = np.concatenate([np.arange(line.first, line.last) for cell in table.cells for line in cell.lines])
            if np.isin(taken, sheet.at).all():
                sheet = replace(sheet, at=np.setdiff1d(sheet.at, taken))
                found.append(table)
    return sorted(found, key=lambda table: (table.box[1], table.box[0]))


# rules


def _rules(strokes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Level and plumb rules, (n, 4) each, strokes of one rule joined, from the top and from the left."""
    wide = strokes[:, 2] - strokes[:, 0] >= strokes[:, 3] - strokes[:, 1]
    return _joined(strokes[wide], JOINED), _joined(strokes[~wide][:, [1, 0, 3, 2]], SNAP)[:, [1, 0, 3, 2]]


def _joined(strokes: NDArray[np.float32], gap: float) -> NDArray[np.float32]:
    """Level strokes with those joined that are pieces of one."""
    middle = (strokes[:, 1] + strokes[:, 3]) / 2
    order = np.argsort(middle, kind="stable")
    rows = np.cumsum(np.diff(middle[order], prepend=-1e6) > SNAP)
    out: list[list[float]] = []
    for _row, group in groupby(zip(rows.tolist(), order.tolist(), strict=True), key=lambda pair: pair[0]):
        mine = sorted(strokes[i].tolist() for _, i in group)
        y = float(np.mean([(s[1] + s[3]) / 2 for s in mine]))
        begun = len(out)
        for x0, _top, x1, _bottom in mine:
            if len(out) > begun and x0 <= out[-1][2] + gap:
                out[-1][2] = max(out[-1][2], x1)
            else:
                out.append([x0, y, x1, y])
    kept = [rule for rule in out if rule[2] - rule[0] >= SHORTEST]
    return np.array(kept, np.float32).reshape(-1, 4)


# words on their levels


def _levels(page: RawPage, words: NDArray[np.intp]) -> list[list[int]]:
    """Words of a region by level, from the top, each level's from the left."""
    if not len(words):
        return []
    middle = (page.box[words, 1] + page.box[words, 3]) / 2
    order = np.argsort(middle, kind="stable")
    apart = LEVEL * float(np.median(page.size[words]))
    out: list[list[int]] = []
    base = -1e6
    for y, at in zip(middle[order].tolist(), words[order].tolist(), strict=True):
        if y - base > apart:
            out.append([])
            base = y
        out[-1].append(at)
    left = page.box[:, 0]
    return [sorted(level, key=lambda at: (float(left[at]), at)) for level in out]


def _split(page: RawPage, level: Sequence[int], gap: float) -> list[list[int]]:
    """A level's words parted where the white between them is wider than `gap` sizes of the type."""
    out: list[list[int]] = [[level[0]]]
    for a, b in pairwise(level):
        if page.box[b, 0] - page.box[a, 2] > gap * page.size[a]:
            out.append([])
        out[-1].append(b)
    return out


def _piece(page: RawPage, words: Sequence[int]) -> _Piece:
    box = page.box[list(words)]
    text = " ".join(page.texts[at] for at in words)
    return _Piece(tuple(words), float(box[:, 0].min()), float(box[:, 2].max()), text, float(box[0, 2] - box[0, 0]))


def _middle(page: RawPage, level: Sequence[int]) -> float:
    return float(np.median((page.box[list(level), 1] + page.box[list(level), 3]) / 2))


# rows


@dataclass(frozen=True, slots=True)
class _Frame:
    """What tells a table's rows: the left edges of its columns, its right edge, the usual step between lines,
    heights of the rules across it, the heights between which its head stands, and whether rules part its rows."""

    edges: tuple[float, ...]
    step: float
    rules: tuple[float, ...]
    head: tuple[float, float]
    ruled: bool


def _rows(levels: Sequence[_Level], frame: _Frame) -> list[list[_Level]]:
    """Levels grouped into rows."""
    rows: list[list[_Level]] = []
    for level in levels:
        if rows and _joins(rows[-1], level, frame):
            rows[-1].append(level)
        else:
            rows.append([level])
    return rows


def _joins(row: Sequence[_Level], level: _Level, frame: _Frame) -> bool:
    """Whether a level goes on with the cells of the row above it."""
    last = row[-1]
    if any(last.y < rule < level.y for rule in frame.rules):
        return False
    both = [(last.pieces[c].text, level.pieces[c].text) for c in last.pieces.keys() & level.pieces.keys()]
    if any(_NUMBER.match(a) and _NUMBER.match(b) for a, b in both):
        return False
    if frame.head[0] < last.y and level.y < frame.head[1]:
        return not _spans(last, frame)
    if frame.ruled:
        return True
    if level.y - last.y > APART * frame.step:
        return False
    if 0 not in level.pieces:
        return len(level.pieces) < max(2, 0.75 * (len(frame.edges) - 2)) or _flows(row, level, frame)
    return _flows(row, level, frame)


def _spans(level: _Level, frame: _Frame) -> bool:
    """Whether a piece of the level reaches over into a column that is not its own."""
    return any(piece.x1 > frame.edges[column + 1] + SNAP for column, piece in level.pieces.items())


def _flows(row: Sequence[_Level], level: _Level, frame: _Frame) -> bool:
    """Whether some cell's text goes on: its line is full, or breaks off, and what follows begins as a phrase does."""
    for column, piece in level.pieces.items():
        above = next((one.pieces[column] for one in reversed(row) if column in one.pieces), None)
        if above is None or _NUMBER.match(piece.text):
            continue
        full = above.x1 + SPACE * frame.step / 2 + piece.first > frame.edges[column + 1] - frame.step / 2
        low = piece.text[0].islower() or piece.text[0] in "(&"
        if _OPEN.search(above.text) or (low and (full or column == 0)) or (low and row[-1] is not row[0]):
            return True
    return False


# grids


def _grids(sheet: _Sheet) -> list[Found]:
    """Tables whose every cell is drawn."""
    if len(sheet.plumb) < 2 or len(sheet.level) < 3 or len(sheet.plumb) * len(sheet.level) > MOST_CROSSINGS:
        return []
    edges = [_edge(rule, "h") for rule in sheet.level.tolist()] + [_edge(rule, "v") for rule in sheet.plumb.tolist()]
    groups = cells_to_tables(intersections_to_cells(edges_to_intersections(edges, 3, 3)))
    return [table for cells in groups if (table := _grid(sheet, cells))]


def _edge(rule: list[float], orientation: str) -> dict[str, object]:
    x0, top, x1, bottom = rule
    return {"x0": x0, "top": top, "x1": x1, "bottom": bottom, "orientation": orientation}


def _grid(sheet: _Sheet, cells: Sequence[Box]) -> Found | None:
    """The table that drawn cells make, or None where they are a frame, a chart or a form with little in it."""
    tops, lefts = _marks(cell[1] for cell in cells), _marks(cell[0] for cell in cells)
    held = [(cell, words) for cell in cells if len(words := sheet.within(cell))]
    total = sum(len(words) for _, words in held)
    if len(tops) < 2 or len(lefts) < 2 or len(held) < max(4, FILLED * len(cells)):
        return None
    if max(len(words) for _, words in held) > MOST_IN_CELL * total:
        return None
    rows: list[list[_Level]] = []
    for top, group in groupby(
        sorted(held, key=lambda one: _place(tops, one[0][1])), lambda one: _place(tops, one[0][1])
    ):
        del top
        rows += _band(sheet.page, [(_place(lefts, cell[0]), cell, words) for cell, words in group])
    return _found(sheet, rows, len(lefts), _around(cells)) if len(rows) > 1 else None


def _marks(values: Iterable[float]) -> list[float]:
    """Values with those taken together that stand within SNAP of one another."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > SNAP:
            out.append(value)
    return out


def _place(marks: Sequence[float], value: float) -> int:
    return int(np.abs(np.array(marks) - value).argmin())


def _around(boxes: Sequence[Box]) -> Box:
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return min(x0), min(top), max(x1), max(bottom)


def _band(page: RawPage, cells: Sequence[tuple[int, Box, NDArray[np.intp]]]) -> list[list[_Level]]:
    """The rows in a row of drawn cells: one, or more where numbers stand above one another in it."""
    everything = np.concatenate([words for _, _, words in cells])
    owner = {int(at): column for column, _, words in cells for at in words}
    levels = []
    for level in _levels(page, everything):
        by_column: dict[int, list[int]] = {}
        for at in level:
            by_column.setdefault(owner[at], []).append(at)
        pieces = {column: _piece(page, words) for column, words in sorted(by_column.items())}
        levels.append(_Level(_middle(page, level), pieces))
    rows = _rows(levels, _Frame((), 1.0, (), (0.0, 0.0), ruled=True))
    return rows if len(rows) > 2 and len(rows) >= 0.6 * len(levels) else [levels]


# tables with level rules alone


def _ruled(sheet: _Sheet) -> list[Found]:
    """Tables between level rules of one width, whether their columns are ruled or not."""
    found: list[Found] = []
    for chain in _chains(sheet.level):
        bands = [_Band(*pair, _kind(sheet, *pair)) for pair in pairwise(chain)]
        for run in _runs(bands):
            if table := _between(sheet, run):
                found.append(table)
    return found


@dataclass(frozen=True, slots=True)
class _Band:
    """The space between two rules, and what is in it: "cells", "line" (or two), "text" or "nothing"."""

    upper: tuple[float, ...]
    lower: tuple[float, ...]
    kind: str


def _chains(level: NDArray[np.float32]) -> list[list[tuple[float, ...]]]:
    """Rules that begin and end alike, from the top; two close together count as one."""
    chains: list[list[tuple[float, ...]]] = []
    for rule in sorted(map(tuple, level.tolist()), key=lambda rule: rule[1]):
        if rule[2] - rule[0] < NARROWEST:
            continue
        mine = next((c for c in chains if max(abs(c[0][0] - rule[0]), abs(c[0][2] - rule[2])) <= SAME_EDGE), None)
        if mine is None:
            chains.append([rule])
        elif rule[1] - mine[-1][1] > DOUBLE:
            mine.append(rule)
    return [chain for chain in chains if len(chain) > 1]


def _kind(sheet: _Sheet, upper: tuple[float, ...], lower: tuple[float, ...]) -> str:
    """What is between two rules."""
    words = sheet.within((upper[0] - SAME_EDGE, upper[1], upper[2] + SAME_EDGE, lower[1]))
    levels = [_split(sheet.page, level, PIECE) for level in _levels(sheet.page, words)]
    if not levels:
        return "nothing"
    several = sum(len(level) > 1 for level in levels)
    if several < 0.4 * len(levels) or several == 0:
        return "line" if len(levels) < 3 else "text"
    return "text" if _columns_of_text(sheet, words, levels) else "cells"


def _columns_of_text(sheet: _Sheet, words: NDArray[np.intp], levels: Sequence[Sequence[Sequence[int]]]) -> bool:
    """Whether what looks like columns of a table are those of the page: long lines, read one column after the other."""
    pieces = [piece for level in levels for piece in level]
    long = sum(len(piece) >= 5 for piece in pieces)
    if len(levels) < 6 or long < 0.6 * len(pieces):
        return False
    back = np.diff(sheet.page.box[np.sort(words), 1]) < -3 * sheet.page.size[words[0]]
    return int(back.sum()) < 0.2 * len(levels)


def _runs(bands: Sequence[_Band]) -> list[list[_Band]]:
    """Bands of one table: cells, with single lines and nothing between them."""
    runs: list[list[_Band]] = [[]]
    for band in bands:
        if band.kind == "text":
            runs.append([])
        else:
            runs[-1].append(band)
    return [trimmed for run in runs if (trimmed := _trimmed(run))]


def _trimmed(run: list[_Band]) -> list[_Band]:
    at = [i for i, band in enumerate(run) if band.kind == "cells"]
    return run[at[0] : at[-1] + 1] if at else []


def _between(sheet: _Sheet, run: Sequence[_Band]) -> Found | None:
    """The table that fills these bands, or None where they hold none."""
    x0, top, x1, bottom = *run[0].upper[:2], run[0].upper[2], run[-1].lower[1]
    region = (x0 - SAME_EDGE, top, x1 + SAME_EDGE, bottom)
    if sum(band.kind == "cells" for band in run) < 2 and not _captioned(sheet, region):
        return None
    words = sheet.within(region)
    levels = _levels(sheet.page, words)
    head = (run[0].upper[1], run[0].lower[1]) if len(run) > 1 else (top, top)
    body = [level for level in levels if _middle(sheet.page, level) > head[1]]
    edges = _edges(sheet, body if len(body) > 2 else levels, region)
    if len(edges) < 3:
        return None
    placed = [_placed(sheet.page, level, edges) for level in levels]
    while placed and len(placed[-1].pieces) == 1 and _crosses(placed[-1], edges):
        placed.pop()  # notes under the table
    rules = tuple(
        r[1]
        for r in sheet.level.tolist()
        if r[2] - r[0] > 0.15 * (x1 - x0) and r[0] >= x0 - SAME_EDGE and r[2] <= x1 + SAME_EDGE
    )
    steps = [b.y - a.y for a, b in pairwise(placed)]
    step = float(np.quantile(steps, 0.2)) if steps else 10.0
    ruled = len(run) > 3 and len(run) > 0.25 * len(placed)
    rows = _rows(placed, _Frame(tuple(edges), step, rules, head, ruled))
    if len(rows) < 2:
        return None
    return _found(sheet, rows, len(edges) - 1, region)


def _captioned(sheet: _Sheet, region: Box) -> bool:
    """Whether a caption stands over the region, or close under it."""
    x0, top, x1, bottom = region
    return any(
        line.x0 < x1 and line.x1 > x0 and (top - CAPTION_AWAY < line.top < top + 5 or 0 < line.top - bottom < 30)
        for line in sheet.captions
    )


def _edges(sheet: _Sheet, levels: Sequence[Sequence[int]], region: Box) -> list[float]:
    """Where the columns of a region begin, and its right edge: the middles of the white that runs through its levels."""
    page = sheet.page
    x0, top, x1, bottom = region
    size = float(np.median(page.size[[at for level in levels for at in level]]))
    ink = np.zeros(int((x1 - x0) * 2) + 4, np.int32)
    for level in levels:
        for piece in _split(page, level, SPACE):
            a, b = page.box[piece, 0].min(), page.box[piece, 2].max()
            ink[max(int((a - x0) * 2), 0) : int((b - x0) * 2) + 1] += 1
    least = (COLUMN if len(levels) > 4 else 1.0) * size * 2
    few = len(levels) // 20 if len(levels) > 11 else 0
    white = np.flatnonzero(np.diff(np.concatenate(([0], ink <= few, [0]))))
    gaps = [
        (a, b)
        for a, b in white.reshape(-1, 2).tolist()
        if b - a >= least and a > 0 and b < len(ink) and ink[:a].any() and ink[b:].any()
    ]
    cuts = [x0 + (a + b) / 4 for a, b in gaps]
    drawn = [
        v[0]
        for v in sheet.plumb.tolist()
        if x0 + 10 < v[0] < x1 - 10 and min(v[3], bottom) - max(v[1], top) > 0.6 * (bottom - top)
    ]
    cuts += [x for x in drawn if all(abs(x - cut) > size for cut in cuts)]
    return [x0, *sorted(cuts), x1]


def _crosses(level: _Level, edges: Sequence[float]) -> bool:
    return any(
        piece.x1 > edges[min(column + 2, len(edges) - 1)] - SNAP
        for column, piece in level.pieces.items()
        if len(edges) > column + 2
    )


def _placed(page: RawPage, level: Sequence[int], edges: Sequence[float]) -> _Level:
    """A level's words by column; those of a piece that reaches over a column's edge stay together."""
    by_column: dict[int, list[int]] = {}
    here, last = -1, -1
    for at in level:
        x = float(page.box[at, 0] + page.box[at, 2]) / 2
        column = min(max(int(np.searchsorted(edges, x)) - 1, 0), len(edges) - 2)
        near = last >= 0 and page.box[at, 0] - page.box[last, 2] < SPACE * page.size[at]
        if not (near and here >= 0) or column == here:
            here = column
        by_column.setdefault(here, []).append(at)
        last = at
    return _Level(_middle(page, level), {column: _piece(page, words) for column, words in sorted(by_column.items())})


# what is found


def _found(sheet: _Sheet, rows: Sequence[Sequence[_Level]], columns: int, box: Box) -> Found:
    cells = [
        Cell(
            number,
            column,
            tuple(
                _lines(sheet.page, [w for level in row if column in level.pieces for w in level.pieces[column].words])
            ),
        )
        for number, row in enumerate(rows)
        for column in sorted({column for level in row for column in level.pieces})
    ]
    return Found(sheet.page.number, box, len(rows), columns, tuple(cells))


def _lines(page: RawPage, words: Sequence[int]) -> list[Line]:
    """Words in their order as lines: runs that follow one another in the page's stream."""
    cuts = [0, *(i for i in range(1, len(words)) if words[i] != words[i - 1] + 1 or page.breaks[words[i]]), len(words)]
    return [part(page, words[a], words[b - 1] + 1) for a, b in pairwise(cuts)]


def part(page: RawPage, first: int, last: int) -> Line:
    """The words [first, last) of a page as a line."""
    x0, top, _, _ = page.box[first:last].min(axis=0).tolist()
    _, _, x1, bottom = page.box[first:last].max(axis=0).tolist()
    text = " ".join(page.texts[first:last])
    return Line(page.number, first, last, x0, top, x1, bottom, float(page.size[first]), int(page.style[first]), text)


# into the text


def cell_by_cell(pages: Sequence[RawPage], rows: Sequence[Line], found: Sequence[Found]) -> list[Line | Block]:
    """The lines of the text with each table's in its cells, row by row, where its first word stood."""
    owner = {
        (table.page, word): number
        for number, table in enumerate(found)
        for cell in table.cells
        for line in cell.lines
        for word in range(line.first, line.last)
    }
    begun: set[int] = set()
    out: list[Line | Block] = []
    for line in rows:
        owners = [owner.get((line.page, word)) for word in range(line.first, line.last)] if owner else [None]
        if not any(number is not None for number in owners):
            out.append(line)
            continue
        for number, run in groupby(enumerate(owners, line.first), key=lambda pair: pair[1]):
            words = [at for at, _ in run]
            if number is None:
                out.append(part(pages[line.page - 1], words[0], words[-1] + 1))
            elif number not in begun:
                begun.add(number)
                out += [Block(list(c.lines), (number, c.row, c.column)) for c in found[number].cells]
    return out


def spans(found: Sequence[Found], paragraphs: Sequence[Paragraph]) -> tuple[Table, ...]:
    """The tables with their cells as spans of the text, in its order."""
    at = {paragraph.cell: (paragraph.start, paragraph.end) for paragraph in paragraphs if paragraph.cell}
    out = []
    for number, table in enumerate(found):
        end = min(start for (owner, _, _), (start, _) in at.items() if owner == number)
        rows = []
        for row in range(table.rows):
            cells = []
            for column in range(table.columns):
                start, end = at.get((number, row, column), (end, end))
                cells.append((start, end))
            rows.append(tuple(cells))
        out.append(Table(records.Box(table.page, *table.box), tuple(rows)))
    return tuple(sorted(out, key=lambda table: table.rows[0][0]))
