"""Where tables stand on a page: grids of drawn cells, and bands between level rules.

Most journals draw three level rules and no plumb ones; there the columns are the white gaps that run through
the rows, and the rows are told by their levels. A full grid gives its cells itself.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray
from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells

from pipeline.pdf import cells
from pipeline.pdf.cells import Box, Found, Frame, Level
from pipeline.pdf.layout import Line
from pipeline.pdf.raw import RawPage

SNAP = 2.0  # points by which strokes of one rule may stand off its line
MEET = 3.0  # points by which rules that meet may miss each other
JOINED = 8.0  # points between strokes of one level rule, which may be drawn cell by cell
SHORTEST = 8.0  # points of a rule
NARROWEST = 60.0  # points of a rule that goes across a table
DOUBLE = 4.0  # points between two rules that are drawn as one
SAME_EDGE = 8.0  # points by which the ends of a table's rules may differ
SAME_SIZE = 0.04  # share by which sizes of one type may differ
INDENT = 2.0  # sizes of the type by which a paragraph's line may begin off its edge
PIECE = 0.9  # of the type size: a wider gap parts what stands in different columns, mostly
ABOVE, BELOW = 90.0, 30.0  # points between a caption and its table
MOST_CROSSINGS = 20_000  # of rules, beyond which they draw a chart
FEW = 3  # levels of a body so short that lines of the head help to tell its columns
OUTER = 20.0  # points of a column at least
FILLED = 0.3  # of the drawn cells, at least so many hold words
MOST_IN_CELL = 0.6  # of the words of a grid; a cell with more is a box with text

_ITEM = re.compile(r"\W?\d{1,3}[.)\]]?$|\W{1,2}$|\(?[a-z][.)]$")

Rule = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page with its words that tables may hold, `at`, as indices; the rules on it, level and plumb, (n, 4)
    each; its lines that begin a caption; and the size of the paper's body type in points."""

    page: RawPage
    at: NDArray[np.intp]
    level: NDArray[np.float32]
    plumb: NDArray[np.float32]
    captions: tuple[Line, ...]
    body: float

    def within(self, box: Box) -> NDArray[np.intp]:
        """The words whose middle lies in a box."""
        x = (self.page.box[self.at, 0] + self.page.box[self.at, 2]) / 2
        y = (self.page.box[self.at, 1] + self.page.box[self.at, 3]) / 2
        return self.at[(x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])]

    def drawn(self, box: Box) -> list[float]:
        """Where plumb rules go through most of a box."""
        x0, top, x1, bottom = box
        within = (self.plumb[:, 0] > x0 + 10) & (self.plumb[:, 0] < x1 - 10)
        share = np.minimum(self.plumb[:, 3], bottom) - np.maximum(self.plumb[:, 1], top)
        return [float(x) for x in self.plumb[within & (share > 0.6 * (bottom - top)), 0]]


def rules(strokes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Level and plumb rules, (n, 4) each, strokes of one rule joined, from the top and from the left."""
    wide = strokes[:, 2] - strokes[:, 0] >= strokes[:, 3] - strokes[:, 1]
    turned = [1, 0, 3, 2]
    return _joined(strokes[wide], JOINED), _joined(strokes[~wide][:, turned], MEET)[:, turned]


def _joined(strokes: NDArray[np.float32], gap: float) -> NDArray[np.float32]:
    """Level strokes with those joined that are pieces of one."""
    middle = (strokes[:, 1] + strokes[:, 3]) / 2
    order = np.argsort(middle, kind="stable")
    lines = np.cumsum(np.diff(middle[order], prepend=-1e6) > SNAP)
    out: list[list[float]] = []
    for _, group in groupby(zip(lines.tolist(), order.tolist(), strict=True), key=lambda pair: pair[0]):
        mine = sorted(strokes[at].tolist() for _, at in group)
        y = float(np.mean([(stroke[1] + stroke[3]) / 2 for stroke in mine]))
        begun = len(out)
        for x0, _, x1, _ in mine:
            if len(out) > begun and x0 <= out[-1][2] + gap:
                out[-1][2] = max(out[-1][2], x1)
            else:
                out.append([x0, y, x1, y])
    return np.array([rule for rule in out if rule[2] - rule[0] >= SHORTEST], np.float32).reshape(-1, 4)


# grids


def grids(sheet: Sheet) -> list[Found]:
    """Tables whose every cell is drawn."""
    if len(sheet.plumb) < 2 or len(sheet.level) < 3 or len(sheet.plumb) * len(sheet.level) > MOST_CROSSINGS:
        return []
    edges = [_edge(rule, "h") for rule in sheet.level.tolist()] + [_edge(rule, "v") for rule in sheet.plumb.tolist()]
    groups = cells_to_tables(intersections_to_cells(edges_to_intersections(edges, MEET, MEET)))
    return [table for drawn in groups if (table := _grid(sheet, drawn))]


def _edge(rule: Rule, orientation: str) -> dict[str, object]:
    x0, top, x1, bottom = rule
    return {"x0": x0, "top": top, "x1": x1, "bottom": bottom, "orientation": orientation}


def _grid(sheet: Sheet, drawn: Sequence[Box]) -> Found | None:
    """The table that drawn cells make, or None where they are a frame, a chart or a form with little in it."""
    held = [(cell, words) for cell in drawn if len(words := sheet.within(cell))]
    most = max((len(words) for _, words in held), default=0)
    if len(held) < max(4, FILLED * len(drawn)) or most > MOST_IN_CELL * sum(len(words) for _, words in held):
        return None
    box = _around(drawn)
    pieces = [cells.split(sheet.page, level, PIECE) for level in cells.levels(sheet.page, sheet.within(box))]
    if _paragraph(sheet.page, pieces, box) or _open_sided(sheet, box):
        return None
    tops, lefts = _marks(cell[1] for cell in drawn), _marks(cell[0] for cell in drawn)
    bands: list[list[tuple[int, NDArray[np.intp]]]] = [[] for _ in tops]
    for cell, words in held:
        bands[_place(tops, cell[1])].append((_place(lefts, cell[0]), words))
    grouped = [row for band in bands if band for row in _row(sheet.page, band)]
    return cells.table(sheet.page, _without_captions(sheet, grouped), box)


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
    return int(np.abs(np.array(marks) - value).argmin())


def _around(boxes: Sequence[Box]) -> Box:
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return min(x0), min(top), max(x1), max(bottom)


def _row(page: RawPage, held: Sequence[tuple[int, NDArray[np.intp]]]) -> list[list[Level]]:
    """The rows in a row of drawn cells: one, or more where numbers stand above one another in it."""
    owner = {at: column for column, words in held for at in words.tolist()}
    found = []
    for words in cells.levels(page, np.sort(np.array(list(owner), np.intp))):
        by_column: dict[int, list[int]] = {}
        for at in words:
            by_column.setdefault(owner[at], []).append(at)
        found.append(cells.level_of(page, by_column))
    rows = cells.rows(found, Frame())
    return rows if len(rows) > 2 and len(rows) >= 0.6 * len(found) else [found]


# bands between level rules


@dataclass(frozen=True, slots=True)
class _Band:
    """The space between two rules, and what is in it: "cells", "line" (or two), "text", "nothing", or "columns"
    that may be the page's own; `size` is that of its type in points."""

    upper: Rule
    lower: Rule
    kind: str
    size: float

    @property
    def box(self) -> Box:
        return _space(self.upper, self.lower)


def _space(upper: Rule, lower: Rule) -> Box:
    return upper[0] - MEET, upper[1], upper[2] + MEET, lower[1]


def ruled(sheet: Sheet) -> list[Found]:
    """Tables between level rules of one width, whether their columns are ruled or not."""
    bands = ([_band(sheet, *pair) for pair in pairwise(chain)] for chain in _chains(sheet.level))
    runs = [run for mine in bands for run in _runs(mine, sheet.body)]
    return [table for run in runs if (table := _between(sheet, _with_open_end(sheet, run)))]


def _with_open_end(sheet: Sheet, run: list[_Band]) -> list[_Band]:
    """A captioned head alone with the cells below it that no rule closes, on the page that the table runs over."""
    upper = run[-1].lower
    if len(run) > 1 or not _captioned(sheet, run[0].box):
        return run
    below = _space(upper, (upper[0], sheet.page.height, upper[2], sheet.page.height))
    end = upper[1]
    for level in cells.levels(sheet.page, sheet.within(below)):
        box = sheet.page.box[level]
        if float(box[:, 1].min()) - end > 3 * sheet.body:
            break
        end = float(box[:, 3].max())
    band = _band(sheet, upper, (upper[0], end + SNAP, upper[2], end + SNAP))
    return [*run, band] if band.kind == "cells" else run


def _chains(level: NDArray[np.float32]) -> list[list[Rule]]:
    """Rules that begin and end alike, from the top; two close together count as one."""
    chains: list[list[Rule]] = []
    for x0, y, x1, bottom in sorted(level.tolist(), key=lambda rule: (rule[1], rule[0])):
        if x1 - x0 < NARROWEST:
            continue
        mine = next((c for c in chains if max(abs(c[0][0] - x0), abs(c[0][2] - x1)) <= SAME_EDGE), None)
        if mine is None:
            chains.append([(x0, y, x1, bottom)])
        elif y - mine[-1][1] > DOUBLE:
            mine.append((x0, y, x1, bottom))
    return [chain for chain in chains if len(chain) > 1]


def _band(sheet: Sheet, upper: Rule, lower: Rule) -> _Band:
    box = _space(upper, lower)
    words = sheet.within(box)
    if not len(words):
        return _Band(upper, lower, "nothing", 0.0)
    return _Band(upper, lower, _kind(sheet, words, box), float(np.median(sheet.page.size[words])))


def _kind(sheet: Sheet, words: NDArray[np.intp], box: Box) -> str:
    """What the words between two rules are."""
    if any(box[1] < line.top < box[3] and line.x0 < box[2] and line.x1 > box[0] for line in sheet.captions):
        return "text"
    levels = [cells.split(sheet.page, level, PIECE) for level in cells.levels(sheet.page, words)]
    if not any(len(level) > 1 for level in levels):
        return "line" if len(levels) < 3 else "text"
    if _paragraph(sheet.page, levels, box):
        return "text"
    return "columns" if _page_columns(sheet, words, levels, box) else "cells"


Levels = Sequence[Sequence[Sequence[int]]]  # words by piece by level


def _paragraph(page: RawPage, levels: Levels, box: Box) -> bool:
    """Whether many levels are single lines from edge to edge, as those of a paragraph are."""
    wide = 0.6 * (box[2] - box[0])
    lines = [level[0] for level in levels if len(level) == 1]
    left = box[0] + MEET + INDENT * page.size[lines[0][0]] if lines else 0.0
    full = sum(page.box[a[0], 0] < left and page.box[a[-1], 2] - page.box[a[0], 0] > wide for a in lines)
    return full > (0.35 if len(levels) > 3 else 0.5) * len(levels)


def _page_columns(sheet: Sheet, words: NDArray[np.intp], levels: Levels, box: Box) -> bool:
    """Whether what looks like columns of a table may be those of the page: long lines, read one column after the
    other, with no rule between."""
    pieces = [piece for level in levels for piece in level]
    size = float(np.median(sheet.page.size[words]))
    long = sum(len(piece) >= 5 for piece in pieces)
    if len(levels) < 4 or long < 0.5 * len(pieces) or sheet.drawn(box):
        return False
    back = np.diff(sheet.page.box[np.sort(words), 1]) < -0.8 * size
    return int(back.sum()) <= max(3, 0.08 * len(levels))


def _runs(bands: Sequence[_Band], body: float) -> list[list[_Band]]:
    """Bands of one table, those at both ends being cells.

    Columns that may be the page's are a table's where they are set in the type of the cells above, not the body's.
    """
    runs: list[list[_Band]] = [[]]
    for band in bands:
        last = next((other for other in reversed(runs[-1]) if other.kind == "cells"), None)
        if band.kind == "columns" and last and _alike(band.size, last.size) and not _alike(band.size, body):
            runs[-1].append(replace(band, kind="cells"))
        elif band.kind in ("text", "columns"):
            runs.append([])
        else:
            runs[-1].append(band)
    held = ([i for i, band in enumerate(run) if band.kind == "cells"] for run in runs)
    return [run[at[0] : at[-1] + 1] for run, at in zip(runs, held, strict=True) if at]


def _alike(a: float, b: float) -> bool:
    return abs(a - b) < SAME_SIZE * b


def _between(sheet: Sheet, run: Sequence[_Band]) -> Found | None:
    """The table that fills these bands, or None where they hold none."""
    page, box = sheet.page, (*run[0].box[:3], run[-1].lower[1])
    captioned = _captioned(sheet, box)
    if sum(band.kind == "cells" for band in run) < 2 and not captioned:
        return None
    levels = cells.levels(page, sheet.within(box))
    head = run[0].lower[1] if len(run) > 1 else box[1]
    body = [level for level in levels if cells.middle(page, level) > head]
    if len(body) <= FEW:
        body = [level for level in levels if len(cells.split(page, level, PIECE)) > 1] or levels
    cuts = cells.columns(page, body, box[0], box[2])
    cuts += [x for x in sheet.drawn(box) if all(abs(x - cut) > sheet.body for cut in cuts)]
    if not cuts:
        return None
    edges = (box[0], *sorted(cuts), box[2])
    placed = [cells.placed(page, level, edges) for level in _without_notes(page, levels, edges)]
    inside = (r for r in sheet.level.tolist() if r[0] >= box[0] - SAME_EDGE and r[2] <= box[2] + SAME_EDGE)
    across = tuple(r[1] for r in inside if r[2] - r[0] > 0.15 * (box[2] - box[0]))
    by_rules = len(run) > 3 and len(run) > 0.25 * len(placed)
    rows = cells.rows(placed, Frame(edges, across, (box[1], head), by_rules))
    return None if _numbered(rows) or not (captioned or len(rows) >= FEW) else cells.table(page, rows, box)


def _numbered(rows: Sequence[Sequence[Level]]) -> bool:
    """Whether rows are the items of a list: numbers or bullets, and text."""
    marks = [piece.text for row in rows for level in row for column, piece in level.pieces.items() if column == 0]
    two = {column for row in rows for level in row for column in level.pieces} == {0, 1}
    return two and all(_ITEM.match(mark) for mark in marks)


def _without_notes(page: RawPage, levels: list[list[int]], edges: Sequence[float]) -> list[list[int]]:
    """Levels without the last ones from the first that is a line across columns on: notes under the table."""
    end, at = len(levels), len(levels)
    while at and len(cells.split(page, levels[at - 1], PIECE)) == 1 and page.box[levels[at - 1][0], 0] < edges[1]:
        at -= 1
        if page.box[levels[at][-1], 2] > edges[1] + SNAP:
            end = at
    return levels[:end]


def _captioned(sheet: Sheet, box: Box) -> bool:
    """Whether a caption stands over a box, or close under it."""
    x0, top, x1, bottom = box
    beside = (line for line in sheet.captions if line.x0 < x1 and line.x1 > x0)
    return any(top - ABOVE < line.top < top + SNAP or 0 < line.top - bottom < BELOW for line in beside)
