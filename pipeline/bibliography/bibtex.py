"""BibTeX, by bibtexparser."""

import logging
import re

from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.model import DuplicateBlockKeyBlock, Field, ParsingFailedBlock
from bibtexparser.model import Entry as Record

from pipeline.bibliography.normal import normal_doi, year_in
from pipeline.bibliography.parsed import Item, Parsed
from pipeline.documents import Metadata
from pipeline.errors import first_line

_LATEX = middlewares.LatexDecodingMiddleware()
_WANTED = {"title", "author", "year", "date", "doi", "journal", "journaltitle", "booktitle", "publisher", "file"}

logging.getLogger("bibtexparser").setLevel(logging.ERROR)  # broken entries are reported by us, with advice


def parse(text: str) -> Parsed:
    """The entries of a BibTeX or BibLaTeX file; of two with one key the first."""
    library = parse_string(text)
    broken = [((block.start_line or 0) + 1, _reason(block)) for block in library.failed_blocks]
    return Parsed(tuple(_item(record) for record in library.entries), tuple(sorted(broken)))


def _reason(block: ParsingFailedBlock) -> str:
    if isinstance(block, DuplicateBlockKeyBlock):
        return f"the key {block.key} was used before in this file"
    return first_line(block.error) if str(block.error).strip() else "the entry does not end, or its braces do not match"


def _item(record: Record) -> Item:
    fields = _fields(record)
    metadata = Metadata(
        title=re.sub(r"[{}]", "", fields.get("title", "")),
        authors=_authors(fields.get("author", "")),
        year=year_in(fields.get("year", "")) or year_in(fields.get("date", "")),
        doi=normal_doi(fields.get("doi", "")),
    )
    journals = (fields.get(name, "") for name in ("journal", "journaltitle", "booktitle", "publisher"))
    journal = re.sub(r"[{}]", "", next(filter(None, journals), ""))
    return Item((record.start_line or 0) + 1, record.key, metadata, journal, _files(fields.get("file", "")))


def _fields(record: Record) -> dict[str, str]:
    """The fields that are wanted, by name in lower case, with LaTeX's accents and signs as characters.

    Only they are decoded: it takes some milliseconds an entry with an abstract. A file's name is left as it is.
    """
    plain = {field.key.lower(): str(field.value) for field in record.fields if field.key.lower() in _WANTED}
    coded = [Field(k, v) for k, v in plain.items() if re.search(r"[\\$~]", v) and k not in ("file", "doi")]
    if coded:
        decoded = Record(record.entry_type, record.key, coded)
        _LATEX.transform_entry(decoded, Library())  # in place; a field that cannot be decoded stays
        plain |= {field.key: str(field.value) for field in decoded.fields}
    return {name: " ".join(value.split()) for name, value in plain.items()}


def _authors(field: str) -> tuple[str, ...]:
    names = (re.sub(r"[{}]", "", name).strip() for name in re.split(r"\s+and\s+", field))
    return tuple(name for name in names if name)


def _files(field: str) -> tuple[str, ...]:
    """Attachments named in a `file` field, in the plain, JabRef and Zotero ways of writing it.

    There ":" and ";" part the fields, and a backslash stands before one that is meant, or before another backslash.
    """
    parts = re.split(r"(?<!\\)[;:]", field.strip("{}"))
    names = (re.sub(r"\\(?=[;:_&%#$ {}])", "", part.strip().replace("\\\\", "/")) for part in parts)
    return tuple(name for name in names if name.lower().endswith(".pdf"))
