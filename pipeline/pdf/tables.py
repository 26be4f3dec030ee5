"""Tables of a page, and how they go into the text: cell by cell, row by row."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from pipeline import documents
from pipeline.documents import Table
from pipeline.pdf.bands import chains, ruled
from pipeline.pdf.build import Paragraph
from pipeline.pdf.cells import Found, Words, part, words_of
from pipeline.pdf.grids import grids
from pipeline.pdf.layout import Block, Line
from pipeline.pdf.raw import RawPage, quantile
from pipeline.pdf.sheet import Sheet, rules

SURER = 1.25  # how much more a word counts in a table whose cells are drawn than in one with level rules alone
TOUCH = 10.0  # points by which the edges of a table's head and body may miss each other
_CAPTION = re.compile(
    r"(?:supplementary |extended data )?(?:table|tab\.|exhibit)\s?(?:[A-Z]{0,2}[-.]?\d|[IVX]+\b)", re.I
)
_FIGURE = re.compile(r"(?:supplementary |extended data )?(?:fig\.|figure|scheme|chart|map)\s?[A-Z]{0,2}[-.]?\d", re.I)


def find(page: RawPage, lines: Sequence[Line], body: float) -> list[Found]:
    """The tables of a page, from the top. No word is in two tables.

    `lines` are those of the page's text; `body` is the size of the type that the paper is set in, in points.
    """
    if not len(page.rules) or not lines:
        return []
    in_text = np.zeros(len(page.texts), bool)
    for line in lines:
        in_text[line.first : line.last] = True
    at = np.flatnonzero(in_text)
    up_or_down = _sideways(page)[at]
    turned = bool((up_or_down > 0).sum() > (up_or_down < 0).sum())
    upright = _turned(page, at) if turned else page
    level, plumb = rules(upright.rules)
    captioned = [line for line in lines if _CAPTION.match(line.text)]
    if len(plumb) < 2 and max(map(len, chains(level)), default=0) < (2 if captioned else 3):
        return []
    words = words_of(upright)
    captions = tuple(part(words, line.first, line.last) for line in captioned)
    mine = at[up_or_down >= 0 if turned else up_or_down <= 0]
    figures = tuple(part(words, line.first, line.last) for line in lines if _FIGURE.match(line.text))
    middle = np.asarray((upright.box[mine, :2] + upright.box[mine, 2:]) / 2, np.float32).T
    sheet = Sheet(words, mine, middle, level, plumb, captions, figures, body)
    weighed = [(SURER * len(_words(table)), table) for table in grids(sheet)]
    weighed += [(len(_words(table)), table) for table in ruled(sheet)]
    found: list[Found] = []
    taken: set[int] = set()
    for _, table in sorted(weighed, key=lambda pair: -pair[0]):  # of two that claim the same words, the larger
        if taken.isdisjoint(_words(table)):
            found.append(table)
            taken.update(_words(table))
    found = _stacked(sorted(found, key=lambda table: (table.box[1], table.box[0])))
    return [_as_it_lay(table, words_of(page)) for table in found] if turned else found


def _stacked(found: Sequence[Found]) -> list[Found]:
    """Tables from the top, with those made one that are drawn as a head and a body, one under the other."""
    out: list[Found] = []
    for table in found:
        above = next((other for other in out if _goes_on(other, table)), None)
        if above:
            moved = (cell._replace(row=cell.row + above.rows) for cell in table.cells)
            both = (min(above.box[0], table.box[0]), above.box[1], max(above.box[2], table.box[2]), table.box[3])
            out[out.index(above)] = Found(
                table.page, both, above.rows + table.rows, table.columns, (*above.cells, *moved)
            )
        else:
            out.append(table)
    return out


def _goes_on(above: Found, below: Found) -> bool:
    ends = max(abs(above.box[0] - below.box[0]), abs(above.box[2] - below.box[2]), abs(above.box[3] - below.box[1]))
    return ends < TOUCH and above.columns == below.columns


def _words(table: Found) -> list[int]:
    """The indices of a table's words on its page, cell by cell."""
    return [i for cell in table.cells for line in cell.lines for i in range(line.first, line.last)]


def _sideways(page: RawPage) -> NDArray[np.int8]:
    """1 for words that run up or down the page, -1 for level ones, 0 for words too short to tell."""
    long = np.fromiter(map(len, page.texts), np.int32, len(page.texts)) > 3
    wide, high = page.box[:, 2] - page.box[:, 0], page.box[:, 3] - page.box[:, 1]
    return (long & (high > 1.2 * wide)).astype(np.int8) - (long & (wide > 1.2 * high))


def _turned(page: RawPage, at: NDArray[np.intp]) -> RawPage:
    """A page whose text runs up or down, turned so that it runs from left to right."""
    beside = np.abs(np.diff(page.box[at, 0])) < 2.0
    up = quantile(np.diff(page.box[at, 1])[beside], 0.5) < 0 if beside.any() else True
    box, strokes = (_turn(boxes, page, up) for boxes in (page.box, page.rules))
    return replace(page, box=box, rules=strokes, width=page.height, height=page.width)


def _turn(box: NDArray[np.float32], page: RawPage, up: bool) -> NDArray[np.float32]:
    x0, top, x1, bottom = box.T
    if up:
        return np.stack((page.height - bottom, x0, page.height - top, x1), axis=1)
    return np.stack((top, page.width - x1, bottom, page.width - x0), axis=1)


def _as_it_lay(table: Found, words: Words) -> Found:
    """A table of a turned page with its lines and box where the page has them."""
    cells = tuple(
        cell._replace(lines=tuple(part(words, line.first, line.last) for line in cell.lines)) for cell in table.cells
    )
    lines = [line for cell in cells for line in cell.lines]
    x0, top = min(line.x0 for line in lines), min(line.top for line in lines)
    x1, bottom = max(line.x1 for line in lines), max(line.bottom for line in lines)
    return replace(table, cells=cells, box=(x0, top, x1, bottom))


def cell_by_cell(pages: Sequence[RawPage], rows: Sequence[Line], found: Sequence[Found]) -> list[Line | Block]:
    """The lines of the text with each table's in its cells, row by row, where its first word stood."""
    on = {table.page for table in found}
    words = {number: words_of(pages[number - 1]) for number in on}
    owners = {number: [-1] * len(pages[number - 1].texts) for number in on}
    for number, table in enumerate(found):
        for word in _words(table):
            owners[table.page][word] = number
    begun: set[int] = set()
    out: list[Line | Block] = []
    for line in rows:
        owner = owners[line.page][line.first : line.last] if line.page in on else [-1]
        if max(owner) < 0:
            out.append(line)
            continue
        for number, run in groupby(range(line.first, line.last), key=owners[line.page].__getitem__):
            at = list(run)
            if number < 0:
                out.append(part(words[line.page], at[0], at[-1] + 1))
            elif number not in begun:
                begun.add(number)
                out += [Block(list(cell.lines), (number, cell.row, cell.column)) for cell in found[number].cells]
    return out


def as_one(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs with the cells of each table as one, so that none is taken for a heading."""
    out: list[Paragraph] = []
    for table, run in groupby(paragraphs, key=lambda paragraph: paragraph.cell and paragraph.cell[0]):
        mine = list(run)
        if table is None or len(mine) == 1:
            out += mine
        else:
            lines = tuple(line for paragraph in mine for line in paragraph.lines)
            out.append(mine[0]._replace(end=mine[-1].end, lines=lines, bold=False))
    return out


def spans(found: Sequence[Found], paragraphs: Sequence[Paragraph]) -> tuple[Table, ...]:
    """The tables with their cells as spans of the text, in its order."""
    at = {paragraph.cell: (paragraph.start, paragraph.end) for paragraph in paragraphs if paragraph.cell}
    out: list[Table] = []
    for number, table in enumerate(found):
        end = at[number, table.cells[0].row, table.cells[0].column][0]
        rows = []
        for row in range(table.rows):
            cells = []
            for column in range(table.columns):
                start, end = at.get((number, row, column), (end, end))
                cells.append((start, end))
            rows.append(tuple(cells))
        out.append(Table(documents.Box(table.page, *table.box), tuple(rows)))
    return tuple(sorted(out, key=lambda table: table.rows[0][0]))
