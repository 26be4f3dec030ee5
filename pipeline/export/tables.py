"""CSV tables that Excel, R and a text editor open right, and the dictionary of their columns.

UTF-8 with a byte-order mark, commas, CRLF (RFC 4180). A text cell that a spreadsheet would run as a
formula carries an apostrophe in front; `read_table` takes it off again.
"""

import csv
import itertools
import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from pipeline.export.columns import tables
from pipeline.export.results import Results
from pipeline.export.rows import Row, rows
from pipeline.export.schema import datapackage
from pipeline.export.told import clean

OF_TOPICS = frozenset(
    {"topics", "topic_curve", "topic_weights", "topic_years", "topic_sentences", "changes"}
)  # tables of topics, and of what changed, topics too
BATCH = 1000  # rows whose cells are kept at a time
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")  # some programs pass over spaces in front


def write_settled(results: Results, folder: Path) -> frozenset[str]:
    """Write the tables that hold for results without topics and changes, and return their names. Raises OSError."""
    names = frozenset(rows(results)) - OF_TOPICS
    _write(results, folder, names)
    return names


def write_tables(results: Results, folder: Path, written: Collection[str] = ()) -> None:
    """Write every table, but for those that are `written`, data_dictionary.csv and datapackage.json into `folder`,
    which is made.

    Raises OSError.
    """
    listed = tables(results)
    _write(results, folder, [name for name in listed if name not in written])
    dictionary = (
        {"table": name, "column": c.name, "type": c.kind, "values": "; ".join(c.values), "meaning": c.means}
        for name, table in listed.items()
        for c in table.columns
    )
    write_csv(folder / "data_dictionary.csv", ["table", "column", "type", "values", "meaning"], dictionary)
    package = json.dumps(datapackage(listed, results.versions["precedent"]), indent=1, ensure_ascii=False)
    (folder / "datapackage.json").write_text(package + "\n", encoding="utf-8", newline="\n")


def _write(results: Results, folder: Path, names: Collection[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    listed = tables(results)
    for name, table_rows in rows(results).items():
        if name in names:
            write_csv(folder / f"{name}.csv", [column.name for column in listed[name].columns], table_rows)


def write_csv(path: Path, names: Sequence[str], table_rows: Iterable[Row]) -> None:
    """Write rows as a table of these columns. Raises OSError."""
    rest = iter(table_rows)
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(names)
        while batch := list(itertools.islice(rest, BATCH)):
            cells = _Cells()
            writer.writerows(map(cells.__getitem__, map(row.__getitem__, names)) for row in batch)


class _Cells(dict[Any, str]):
    """The cells of values, each made once: most stand in many rows."""

    def __missing__(self, value: Any) -> str:
        self[value] = cell = _cell(value)
        return cell


def _cell(value: Any) -> str:
    """A value as a cell: text defused, numbers as they are, None empty."""
    if isinstance(value, str):  # nearly all need no defusing, and a large corpus has millions
        return value if not value or (value[0].isalnum() and value.isprintable()) else defuse(value)
    if value is None:
        return ""
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    """A number to six places, or to six figures where it is so small that those would be none; 0 has no sign."""
    if 0 < abs(value) < 0.001:
        return f"{value:.6g}"
    return f"{value + 0.0:.6f}".rstrip("0").rstrip(".")


def defuse(text: str) -> str:
    """Text that no spreadsheet takes for a formula; characters that no CSV reader takes are made U+FFFD."""
    safe = clean(text)
    return f"'{safe}" if _FORMULA.match(safe) else safe


def restore(cell: str) -> str:
    """The text that `defuse` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def read_table(path: Path, convert: Callable[[str], str] = restore) -> list[dict[str, str]]:
    """The rows of a table written here, with the defusing undone."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [{name: convert(cell) for name, cell in row.items()} for row in csv.DictReader(handle)]
