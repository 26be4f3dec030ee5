"""The tables as Parquet: the same columns and rows as the CSV files, with types, and no cell defused."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.export.columns import tables
from pipeline.export.results import Results
from pipeline.export.rows import rows
from pipeline.export.schema import Column
from pipeline.export.told import clean

_TYPES = {"integer": pa.int64(), "number": pa.float64()}  # all else is text; lists and objects are JSON


def write_parquet(results: Results, folder: Path) -> None:
    """Write a file a table into `folder`, which is made. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = tables(results)
    for name, table_rows in rows(results).items():
        columns = listed[name].columns
        values: dict[str, list[Any]] = {column.name: [] for column in columns}
        for row in table_rows:
            for column in columns:
                values[column.name].append(_value(row[column.name]))
        schema = pa.schema([_field(column) for column in columns])
        pq.write_table(pa.table(values, schema=schema), folder / f"{name}.parquet", compression="zstd")


def _field(column: Column) -> Any:
    return pa.field(column.name, _TYPES.get(column.kind, pa.string()), metadata={"description": column.means})


def _value(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value
