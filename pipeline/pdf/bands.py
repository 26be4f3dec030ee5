"""Tables between level rules of one width.

Most journals draw three level rules and no plumb ones; there the columns are the white gaps that run through
the rows, and the rows are told by their levels.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipeline.pdf import cells
from pipeline.pdf.cells import Box, Found, Frame, Level, Words
from pipeline.pdf.rows import grouped
from pipeline.pdf.sheet import MEET, SNAP, Levels, Sheet, paragraph, pieces

NARROWEST = 60.0  # points of a rule that goes across a table
DOUBLE = 4.0  # points between two rules that are drawn as one
SAME_EDGE = 8.0  # points by which the ends of a table's rules may differ
SAME_SIZE = 0.04  # share by which sizes of one type may differ
OVER = 0.2  # of the lines of a page in two columns, at most so many reach over its middle
FEW = 3  # levels of a body so short that lines of the head help to tell its columns; rows without a caption
FILLED = 0.4  # of the places of a table without a caption, at least so many hold something

_ITEM = re.compile(r"\W?\d{1,3}[.)\]]?$|\W{1,2}$|\(?[a-z][.)]$")

Rule = tuple[float, float, float, float]


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
    bands = ([_band(sheet, *pair) for pair in pairwise(chain)] for chain in chains(sheet.level))
    runs = [run for mine in bands for run in _runs(sheet, mine)]
    return [table for run in runs if (table := _between(sheet, _with_open_end(sheet, run)))]


def _with_open_end(sheet: Sheet, run: list[_Band]) -> list[_Band]:
    """A captioned head alone with the cells below it that no rule closes, on the page that the table runs over."""
    upper, page = run[-1].lower, sheet.words.page
    head = pieces(sheet.words, cells.levels(sheet.words, sheet.within(run[0].box)))
    if len(run) > 1 or len(head) > FEW or not sheet.captioned(run[0].box):
        return run
    below = cells.levels(sheet.words, sheet.within(_space(upper, (upper[0], page.height, upper[2], page.height))))
    end, kept = upper[1], []
    for level in below:
        if float(page.box[level, 1].min()) - end > 3 * sheet.body:
            break
        end = float(page.box[level, 3].max())
        kept.append(level)
    several = sorted(len(level) for level in pieces(sheet.words, kept) if len(level) > 1)
    if not several or several[len(several) // 2] < max(map(len, head)) - 1:
        return run
    band = _band(sheet, upper, (upper[0], end + SNAP, upper[2], end + SNAP))
    return [*run, band] if band.kind == "cells" else run


def chains(level: NDArray[np.float32]) -> list[list[Rule]]:
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
    mine = sheet.within(box)
    if not mine:
        return _Band(upper, lower, "nothing", 0.0)
    size = median([sheet.words.size[i] for i in mine])
    return _Band(upper, lower, _kind(sheet, mine, box, size), size)


def _kind(sheet: Sheet, mine: list[int], box: Box, size: float) -> str:
    """What the words between two rules are."""
    if sheet.holds_caption(box):
        return "text"
    levels = pieces(sheet.words, cells.levels(sheet.words, mine))
    if not any(len(level) > 1 for level in levels):
        return "line" if len(levels) < 3 else "text"
    if paragraph(sheet.words, levels, box):
        return "text"
    if sheet.drawn(box) or not _read_down(sheet.words, mine, levels, size):
        return "cells"
    middle = sheet.words.page.width / 2
    over = sum(any(sheet.words.x0[p[0]] < middle < sheet.words.x1[p[-1]] for p in level) for level in levels)
    return "columns" if over < OVER * len(levels) else "cells"


def _read_down(words: Words, mine: list[int], levels: Levels, size: float) -> bool:
    """Whether there are long lines, read one column after the other, as those of a page in columns are."""
    counts = [len(piece) for level in levels for piece in level]
    if len(levels) < 4 or sum(count >= 5 for count in counts) < 0.5 * len(counts):
        return False
    back = np.diff(words.page.box[mine, 1]) < -0.8 * size
    return int(back.sum()) <= max(3, 0.08 * len(levels))


def _runs(sheet: Sheet, bands: Sequence[_Band]) -> list[list[_Band]]:
    """Bands of one table, those at both ends being cells.

    Columns that may be the page's are a table's under its captioned head, where they are not set in the body's type.
    """
    runs: list[list[_Band]] = [[]]
    for band in bands:
        if band.kind == "columns" and _under_head(sheet, runs[-1], band):
            runs[-1].append(replace(band, kind="cells"))
        elif band.kind in ("text", "columns"):
            runs.append([])
        else:
            runs[-1].append(band)
    held = ([i for i, band in enumerate(run) if band.kind == "cells"] for run in runs)
    return [run[at[0] : at[-1] + 1] for run, at in zip(runs, held, strict=True) if at]


def _under_head(sheet: Sheet, run: Sequence[_Band], band: _Band) -> bool:
    """Whether a band that may be text goes on with a table of which there is the captioned head so far."""
    above = [other for other in run if other.kind == "cells"]
    if not above or not sheet.captioned(above[0].box):
        return False
    return _alike(band.size, above[-1].size) and not _alike(band.size, sheet.body)


def _alike(a: float, b: float) -> bool:
    return abs(a - b) < SAME_SIZE * b


def _between(sheet: Sheet, run: Sequence[_Band]) -> Found | None:
    """The table that fills these bands, or None where they hold none."""
    words, box = sheet.words, (*run[0].box[:3], run[-1].lower[1])
    captioned = sheet.captioned(box)
    if not captioned and sum(band.kind == "cells" for band in run) < 2:
        return None
    levels = cells.levels(words, sheet.within(box))
    head = run[0].lower[1] if len(run) > 1 else box[1]
    edges = _edges(sheet, levels, box, head)
    placed = [cells.placed(words, level, edges) for level in _without_notes(words, levels, edges)]
    by_rules = len(run) > 3 and len(run) > 0.25 * len(placed)
    rows = grouped(placed, Frame(edges, _across(sheet.level, box), (box[1], head), by_rules))
    table = cells.table(words, rows, box)
    if table is None or _numbered(rows):
        return None
    full = table.rows >= FEW and len(table.cells) >= FILLED * table.rows * table.columns
    return table if captioned or full else None


def _edges(sheet: Sheet, levels: list[list[int]], box: Box, head: float) -> tuple[float, ...]:
    """The left edges of a table's columns and the right edge of the last, by the white in its body and its rules."""
    body = [level for level in levels if cells.height(sheet.words, level) > head]
    if len(body) <= FEW:
        body = [level for level in levels if len(pieces(sheet.words, [level])[0]) > 1] or levels
    cuts = cells.columns(sheet.words, body, box[0], box[2])
    cuts += [x for x in sheet.drawn(box) if all(abs(x - cut) > sheet.body for cut in cuts)]
    return (box[0], *sorted(cuts), box[2])


def _across(level: NDArray[np.float32], box: Box) -> tuple[float, ...]:
    """The heights of the rules within a table that cross a good part of it."""
    inside = (level[:, 0] >= box[0] - SAME_EDGE) & (level[:, 2] <= box[2] + SAME_EDGE)
    wide = level[:, 2] - level[:, 0] > 0.15 * (box[2] - box[0])
    return tuple(level[inside & wide, 1].tolist())


def _numbered(rows: Sequence[Sequence[Level]]) -> bool:
    """Whether rows are the items of a list: numbers or bullets, and text."""
    marks = [piece.text for row in rows for level in row for column, piece in level.pieces.items() if column == 0]
    two = {column for row in rows for level in row for column in level.pieces} == {0, 1}
    return two and all(_ITEM.match(mark) for mark in marks)


def _without_notes(words: Words, levels: list[list[int]], edges: Sequence[float]) -> list[list[int]]:
    """Levels without the last ones from the first that is a line across columns on: notes under the table."""
    end, at = len(levels), len(levels)
    while at and len(pieces(words, [levels[at - 1]])[0]) == 1 and words.x0[levels[at - 1][0]] < edges[1]:
        at -= 1
        if words.x1[levels[at][-1]] > edges[1] + SNAP:
            end = at
    return levels[:end]
