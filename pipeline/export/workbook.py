"""The tables as one Excel workbook: a sheet a table, the comparison first, with bars."""

import itertools
import math
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.export.columns import tables
from pipeline.export.results import Results
from pipeline.export.rows import Row, rows
from pipeline.export.schema import Column
from pipeline.export.told import clean

MAX_CELL = 32_000  # Excel refuses cells of more than 32,767 characters
WIDE, LINE, MOST_LINES = 60, 15, 20  # a column of sentences in characters, a line in points, and lines of a row
MAX_ROWS = 1_048_575  # rows of a sheet, below its header
CUT = " … (cut here: Excel takes no more; the CSV table holds it whole)"
_MADE = datetime(2000, 1, 1)  # a fixed date, so that two workbooks of one run are the same bytes
_LONG = ("quote", "context_before", "context_after", "title", "covers", "excludes", "reason", "remedy", "means")
_WORDS = ("code", "verdict", "flips_to", "tied_instrument", "named_instrument", "path", "authors")
_FORMATS = {"cut": "0.00", "fine": "0.000"}  # what is shown; the cell holds the whole number
_CUT = ("share", "low", "high", "difference", "ratio", "confidence", "weight", "coherence", "stability", "axis")
_FINE = ("p", "q", "least", "most", "held")
_BARS = {"share": "#7FB5BE", "difference": "#E0A070"}


def write_workbook(results: Results, path: Path) -> list[str]:
    """Write the workbook; a line for each table that is too long for a sheet.

    Text is written as text, never as a formula or a link. Raises OSError.
    """
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Precedent", "created": _MADE})
    styles = {
        "head": book.add_format({"bold": True, "bg_color": "#E6EBEF", "bottom": 1, "valign": "top"}),
        "plain": book.add_format({"valign": "top"}),
        "long": book.add_format({"valign": "top", "text_wrap": True}),
        **{name: book.add_format({"valign": "top", "num_format": shown}) for name, shown in _FORMATS.items()},
    }
    listed, held = tables(results), rows(results)
    too_long = []
    for name in sorted(listed, key=lambda name: name != "comparison"):
        sheet = book.add_worksheet(name)
        table_rows = iter(held[name])
        last = _fill(sheet, listed[name].columns, itertools.islice(table_rows, MAX_ROWS), styles)
        _finish(sheet, name, listed[name].columns, last, styles)
        if left := sum(1 for _ in table_rows):
            too_long.append(f"{path.name}: sheet {name} is full and lacks {left} rows; the CSV table has them all")
    _dictionary(book.add_worksheet("data_dictionary"), listed, styles)
    book.close()
    return too_long


def _fill(sheet: Worksheet, columns: Iterable[Column], table_rows: Iterable[Row], styles: dict[str, Format]) -> int:
    """Write the rows under the header; the number of the last row, from 0."""
    at = 0
    for at, row in enumerate(table_rows, start=1):
        for place, column in enumerate(columns):
            _put(sheet, at, place, row[column.name], styles[_style(column)])
        _heighten(sheet, at, [(row[column.name], WIDE) for column in columns if column.name in _LONG])
    return at


def _heighten(sheet: Worksheet, row: int, texts: Iterable[tuple[str, int]]) -> None:
    """Make room for wrapped texts, given with the widths of their columns; LibreOffice does not do so itself."""
    lines = max((math.ceil(len(part) / width) for text, width in texts for part in text.split("\n")), default=1)
    if lines > 1:
        sheet.set_row(row, LINE * min(lines, MOST_LINES))


def _put(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> None:
    if isinstance(value, (int, float)):
        sheet.write_number(row, column, value, style)
    elif value not in (None, ""):
        sheet.write_string(row, column, _fitting(clean(value)), style)


def _fitting(text: str) -> str:
    """The text, cut where a cell takes no more; Excel counts UTF-16 units."""
    if len(text) <= MAX_CELL // 2 or len(units := text.encode("utf-16-le")) <= 2 * MAX_CELL:
        return text
    return units[: 2 * MAX_CELL].decode("utf-16-le", "ignore") + CUT


def _style(column: Column) -> str:
    if column.kind == "number":
        return "cut" if column.name.endswith(_CUT) else "fine" if column.name in _FINE else "plain"
    return "long" if column.name in _LONG else "plain"


def _finish(sheet: Worksheet, name: str, columns: tuple[Column, ...], last: int, styles: dict[str, Format]) -> None:
    """Header, widths, frozen first row, filters; the comparison as a formatted table with bars."""
    sheet.freeze_panes(1, 2 if name == "comparison" else 1)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column))
    if name == "comparison" and last:
        heads = [{"header": column.name, "header_format": styles["head"]} for column in columns]
        sheet.add_table(0, 0, last, len(columns) - 1, {"name": name, "columns": heads})
        for place, column in enumerate(columns):
            _bars(sheet, place, column, last)
        return
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name, styles["head"])
    sheet.autofilter(0, 0, last, len(columns) - 1)


def _bars(sheet: Worksheet, place: int, column: Column, last: int) -> None:
    """Data bars on a common scale in the columns of shares and of their difference."""
    kind = next((kind for kind in _BARS if column.name.endswith(kind)), None)
    if kind:
        least = -1 if kind == "difference" else 0
        ends = {"min_type": "num", "min_value": least, "max_type": "num", "max_value": 1}
        bar = {"type": "data_bar", "bar_color": _BARS[kind], "bar_solid": True, **ends}
        sheet.conditional_format(1, place, last, place, bar)


def _width(column: Column) -> int:
    if column.name in _LONG:
        return WIDE
    if column.name in _WORDS:
        return 30
    return max(12 if column.kind in ("integer", "number") else 20, len(column.name) + 4)  # and its button to filter by


def _dictionary(sheet: Worksheet, listed: dict[str, Any], styles: dict[str, Format]) -> None:
    names = ("table", "column", "type", "values", "meaning")
    widths = (16, 22, 10, 30, 80)
    for place, (name, width) in enumerate(zip(names, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, styles["head"])
    lines = [(name, c.name, c.kind, "; ".join(c.values), c.means) for name, t in listed.items() for c in t.columns]
    for at, line in enumerate(lines, start=1):
        for place, text in enumerate(line):
            sheet.write_string(at, place, text, styles["long"])
        _heighten(sheet, at, zip(line, widths, strict=True))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(lines), len(names) - 1)
