"""What is kept of each paper: records to rows of its Parquet files, and back; `artifacts` says where these lie."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from sys import intern
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.artifacts import damaged, read_parquet, refusal, write_parquet
from pipeline.documents import Box, Document, Metadata, Page, Part, Passage, Reference, Section, Table, Words
from pipeline.files import read_record, write_record
from pipeline.records import Card, CodedPaper, Coding, Place, Rejection
from pipeline.tokens import Tokens

_PAGE = pa.struct(
    [
        ("number", pa.int32()),
        ("label", pa.string()),
        ("width", pa.float64()),
        ("height", pa.float64()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("ocr", pa.bool_()),
    ]
)
_SPAN = [("start", pa.int64()), ("end", pa.int64())]
_SECTION = pa.struct([("title", pa.string()), ("role", pa.string()), *_SPAN, ("level", pa.int32())])
_PART = pa.struct([("kind", pa.string()), *_SPAN])
_BOX = pa.struct([("page", pa.int32()), *((side, pa.float64()) for side in ("x0", "top", "x1", "bottom"))])
_TABLE = pa.struct([("box", _BOX), ("rows", pa.list_(pa.list_(pa.list_(pa.int64(), 2))))])
_REFERENCE = pa.struct(
    [
        *_SPAN,
        ("label", pa.string()),
        ("authors", pa.list_(pa.string())),
        ("year", pa.int32()),
        ("title", pa.string()),
        ("doi", pa.string()),
    ]
)
_DOCUMENT = pa.schema(
    [
        ("id", pa.string()),
        ("reader", pa.string()),
        ("damage", pa.string()),
        ("title", pa.string()),
        ("authors", pa.list_(pa.string())),
        ("year", pa.int32()),
        ("doi", pa.string()),
        ("sketch", pa.list_(pa.uint64())),
        ("text", pa.large_string()),
        ("pages", pa.list_(_PAGE)),
        ("sections", pa.list_(_SECTION)),
        ("language", pa.string()),
        ("parts", pa.list_(_PART)),
        ("tables", pa.list_(_TABLE)),
        ("reference_list", pa.list_(_REFERENCE)),
        ("word_start", pa.list_(pa.int32())),
        ("word_end", pa.list_(pa.int32())),
        ("word_page", pa.list_(pa.int32())),
        ("word_box", pa.list_(pa.float32())),
    ]
)
_SENTENCE = {"start": pa.int64(), "end": pa.int64(), "role": pa.string(), "cited": pa.bool_()}
_PASSAGES = pa.schema(_SENTENCE | {"words": pa.string(), "token": pa.list_(pa.int32()), "mark": pa.uint64()})

_CODINGS = pa.schema(
    [
        ("id", pa.string()),
        ("document_id", pa.string()),
        ("family", pa.string()),
        ("code", pa.string()),
        ("domain", pa.string()),
        ("status", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("quote", pa.large_string()),
        ("role", pa.string()),
        ("method", pa.string()),
        ("confidence", pa.float64()),
        ("terms", pa.list_(pa.string())),
        ("evidence", pa.list_(pa.list_(pa.int64(), 2))),
        ("named_instrument", pa.string()),
        ("actor", pa.string()),
        ("place", pa.string()),
        ("cited", pa.bool_()),
        ("tied_to", pa.string()),
        ("sector", pa.string()),
    ]
)


_WORDS = (
    "document_id",
    "family",
    "code",
    "domain",
    "status",
    "role",
    "method",
    "named_instrument",
    "actor",
    "place",
    "sector",
)

_PLACES = pa.schema(
    [
        *_SPAN,
        ("page", pa.int32()),
        ("label", pa.string()),
        ("down", pa.int32()),
        *((name, pa.large_string()) for name in ("section", "note", "before", "after", "boxes")),
    ]
)


def save_document(path: Path, document: Document, sketch: Sequence[int]) -> None:
    """Keep a Document; `sketch` are the hashes that near-duplicates are found by."""
    row = {
        "id": document.id,
        "reader": document.reader,
        "damage": document.damage,
        **asdict(document.metadata),
        "sketch": list(sketch),
        "text": document.text,
        "pages": [asdict(page) for page in document.pages],
        "sections": [asdict(section) for section in document.sections],
        "language": document.language,
        "parts": [asdict(part) for part in document.parts],
        "tables": [asdict(table) for table in document.tables],
        "reference_list": [asdict(reference) for reference in document.references],
        "word_start": document.words.start,
        "word_end": document.words.end,
        "word_page": document.words.page,
        "word_box": document.words.box.reshape(-1),
    }
    write_parquet(path, pa.Table.from_pylist([row], schema=_DOCUMENT))


def load_document(path: Path) -> Document:
    """The Document that `save_document` kept. Raises StoreError where the file is missing or damaged."""
    table = read_parquet(path)
    row = table.drop_columns(["word_start", "word_end", "word_page", "word_box"]).to_pylist()[0]

    def column(name: str) -> Any:
        return table.column(name).chunk(0).values.to_numpy(zero_copy_only=False)

    words = Words(column("word_start"), column("word_end"), column("word_page"), column("word_box").reshape(-1, 4))
    return Document(
        id=row["id"],
        text=row["text"],
        pages=tuple(Page(**page) for page in row["pages"]),
        words=words,
        sections=tuple(Section(**section) for section in row["sections"]),
        metadata=_metadata(row),
        reader=row["reader"],
        damage=row["damage"],
        language=row["language"],
        parts=tuple(Part(**part) for part in row["parts"]),
        tables=tuple(_table(table) for table in row["tables"]),
        references=tuple(_reference(entry) for entry in row["reference_list"]),
    )


def _table(row: dict[str, Any]) -> Table:
    rows = tuple(tuple((start, end) for start, end in cells) for cells in row["rows"])
    return Table(Box(**row["box"]), rows)


def _reference(row: dict[str, Any]) -> Reference:
    return Reference(**{**row, "authors": tuple(row["authors"])})


def _metadata(row: dict[str, Any]) -> Metadata:
    return Metadata(row["title"], tuple(row["authors"]), row["year"], row["doi"])


def load_cards(paths: Sequence[Path]) -> tuple[Card, ...]:
    """What ingest needs of each kept Document, without its text, in the order of the ids."""
    columns = "id, reader, language, damage, title, authors, year, doi, sketch, len(pages) AS pages, length(text) AS n"
    rows = _query(f"SELECT {columns} FROM read_parquet(?) ORDER BY id", paths)  # noqa: S608 - constant
    return tuple(
        Card(
            row["id"],
            row["reader"],
            _metadata(row),
            tuple(row["sketch"]),
            row["pages"],
            row["n"],
            row["language"],
            row["damage"],
        )
        for row in rows
    )


def load_texts(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """(document id, text) of each kept Document, one in memory at a time."""
    for path in paths:
        row = read_parquet(path, ["id", "text"]).to_pylist()[0]
        yield row["id"], row["text"]


def save_passages(path: Path, passages: Sequence[Passage], tokens: Tokens) -> None:
    """Keep the sentences of one paper, and their words; with each sentence lie the words that are new in it."""
    seen = np.maximum.accumulate(tokens.token + 1)[tokens.ends - 1]
    columns: dict[str, Any] = {name: [getattr(p, name) for p in passages] for name in _SENTENCE}
    columns["words"] = [" ".join(tokens.words[a:b]) for a, b in pairwise([0, *seen.tolist()])]
    columns["token"] = pa.ListArray.from_arrays([0, *tokens.ends.tolist()], tokens.token)
    write_parquet(path, pa.table({**columns, "mark": tokens.marks}, schema=_PASSAGES))


def load_passages(path: Path) -> tuple[Passage, ...]:
    """The sentences that `save_passages` kept."""
    return tuple(Passage(**row) for row in read_parquet(path, list(_SENTENCE)).to_pylist())


def load_tokens(path: Path) -> Tokens:
    """The words of the sentences that `save_passages` kept."""
    table = read_parquet(path, ["words", "token", "mark"])
    token = table.column("token").combine_chunks()
    ends = token.offsets.to_numpy()[1:]
    words = tuple(map(intern, " ".join(table.column("words").to_pylist()).split()))  # papers share most of them
    return Tokens(words, token.values.to_numpy(), ends, table.column("mark").to_numpy())


def save_coded(path: Path, coded: CodedPaper) -> None:
    """Keep what coding made of one paper."""
    about = {name: getattr(coded, name) for name in ("document_id", "domain", "domains", "places", "sectors")}
    schema = _CODINGS.with_metadata({"paper": json.dumps(about, sort_keys=True)})
    write_parquet(path, pa.Table.from_pylist([asdict(c) for c in coded.codings], schema=schema))


def load_coded(path: Path) -> CodedPaper:
    """What `save_coded` kept. Raises StoreError where the file is missing or damaged."""
    table = read_parquet(path)
    about = json.loads(table.schema.metadata[b"paper"])
    columns: dict[str, Iterable[Any]] = {name: table.column(name).to_pylist() for name in _CODINGS.names}
    columns |= {name: map(intern, columns[name]) for name in _WORDS}  # the same few, over and over
    columns["terms"] = map(tuple, columns["terms"])
    columns["evidence"] = (tuple(map(tuple, spans)) for spans in columns["evidence"])
    codings = tuple(map(Coding, *columns.values()))  # the columns are in the order of its fields
    lists = {name: tuple(map(intern, about[name])) for name in ("domains", "places", "sectors")}
    return CodedPaper(about["document_id"], about["domain"], codings=codings, **lists)


def save_places(path: Path, places: Sequence[Place]) -> None:
    """Keep where the coded sentences of one paper stand."""
    columns = {name: [getattr(place, name) for place in places] for name in _PLACES.names}
    write_parquet(path, pa.table(columns, schema=_PLACES))


def load_places(path: Path) -> pa.Table:
    """What `save_places` kept, in little memory, for `places_in`. Raises StoreError where the file is missing or
    damaged."""
    return read_parquet(path)


def places_in(table: pa.Table) -> dict[tuple[int, int], Place]:
    """By their spans, the places that `load_places` gave."""
    places = map(Place, *(column.to_pylist() for column in table.columns))
    return {(place.start, place.end): place for place in places}


def save_rejection(path: Path, rejection: Rejection) -> None:
    """Keep a refusal beside where the result would lie, so that the file is not tried again each night."""
    write_record(refusal(path), asdict(rejection))


def load_rejection(path: Path) -> Rejection | None:
    """The refusal kept for this result's place, if any; a damaged one is none, and the file is tried again."""
    record = read_record(refusal(path))
    try:
        return Rejection(**record) if record else None
    except TypeError:  # the name of a field was damaged, in a record without a check or with that name damaged
        return None


def _query(sql: str, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Rows of a query whose one parameter is a list of Parquet files."""
    if not paths:
        return []
    with duckdb.connect() as connection:
        try:
            rows: list[dict[str, Any]] = (
                connection.execute(sql, [[str(path) for path in paths]]).to_arrow_table().to_pylist()
            )
            return rows
        except duckdb.Error as error:
            raise damaged(paths[0].parent.parent, error) from error
