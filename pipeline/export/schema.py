"""What a table is: its columns, their types and meanings, and the descriptor of all in Frictionless' terms."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `kind` is a type of Frictionless: string, integer, number, or array and object as JSON.

    `values` lists all that a cell may hold, if that is a short list; a cell may also be empty.
    """

    name: str
    kind: str
    means: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `key` are the columns that identify a row; `leads` gives, for columns of this table, the
    table and the columns that they lead to."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    leads: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = ()


def columns(text: str) -> tuple[Column, ...]:
    """Columns written a line each: name, type, meaning."""
    parts = (line.split(maxsplit=2) for line in text.strip().splitlines())
    return tuple(Column(name, kind, means) for name, kind, means in parts)


def by_side(text: str, sides: tuple[str, str]) -> list[Column]:
    return [replace(c, name=f"{s}_{c.name}", means=f"{s}: {c.means}") for s in sides for c in columns(text)]


def datapackage(listed: dict[str, Table], version: str) -> dict[str, Any]:
    """The descriptor of the tables after Frictionless' Data Package and Table Schema, version 1."""
    return {
        "profile": "data-package",
        "name": "precedent",
        "title": "Precedent: comparative evidence tables",
        "version": version,
        "resources": [_resource(name, table) for name, table in listed.items()],
    }


def _resource(name: str, table: Table) -> dict[str, Any]:
    leads = [  # an empty name is the table itself
        {"fields": list(here), "reference": {"resource": there if there != name else "", "fields": list(fields)}}
        for here, there, fields in table.leads
    ]
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "schema": {
            "fields": [_field(column, table) for column in table.columns],
            "primaryKey": list(table.key),
            **({"foreignKeys": leads} if leads else {}),
        },
    }


def _field(column: Column, table: Table) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if column.name in table.key else {}
    if column.values:
        limits["enum"] = list(column.values)
    field = {"name": column.name, "type": column.kind, "description": column.means}
    return {**field, "constraints": limits} if limits else field
