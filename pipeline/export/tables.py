"""CSV tables that Excel, R and a text editor open right, and the dictionary of their columns.

UTF-8 with a byte-order mark, commas, CRLF (RFC 4180). A text cell that a spreadsheet would run as a
formula carries an apostrophe in front; `read_table` takes it off again.
"""

import csv
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.export.results import Results
from pipeline.records import Coding, Comparison, Document, Paper, Side

CONTEXT = 200  # characters of context on either side of a quote

Row = Mapping[str, Any]
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

# Every column of every table: name, type, meaning. The tables are written from this list.
COLUMNS: dict[str, list[tuple[str, str, str]]] = {
    "evidence": [
        ("coding_id", "string", "Stable id of the coding; the report's link to it ends in #coding-ID"),
        ("document_id", "string", "sha256 of the paper's file; leads to documents.csv"),
        ("citation_key", "string", "Key of the paper in the bibliography, or one made for it"),
        ("doi", "string", "DOI of the paper"),
        ("authors", "string", "Authors, separated by semicolons"),
        ("year", "integer", "Year of publication"),
        ("title", "string", "Title of the paper"),
        ("domain", "string", "Side that the sentence belongs to, or both, or other"),
        ("family", "string", "Family of the code"),
        ("code", "string", "Code"),
        ("quote", "string", "The sentence, verbatim as read"),
        ("context_before", "string", "Text before the quote"),
        ("context_after", "string", "Text after the quote"),
        ("section", "string", "Role of the section"),
        ("page", "integer", "Page of the file on which the quote begins, from 1"),
        ("page_label", "string", "Page number as printed, where the file tells it"),
        ("char_start", "integer", "Offset of the quote in the document's text, from 0, in code points"),
        ("char_end", "integer", "Offset behind the quote's last character"),
        ("boxes", "json", "Rectangles of the quote: [page, x0, top, x1, bottom], points from the top left"),
        ("status", "string", "asserted, negated or proposed"),
        ("confidence", "number", "Probability, 0 to 1, that a coder would agree"),
        ("method", "string", "What made the coding"),
        ("terms", "string", "Terms of the codebook that fired, separated by semicolons"),
        ("model_version", "string", "Version of the coding model"),
        ("codebook_version", "string", "Version and fingerprint of the codebook"),
        ("pdf_sha256", "string", "sha256 of the paper's file"),
        ("run_id", "string", "Fingerprint of everything the tables were made from"),
    ],
    "documents": [
        ("document_id", "string", "sha256 of the paper's file"),
        ("path", "string", "File, relative to the corpus folder"),
        ("other_paths", "string", "Other files with the same bytes"),
        ("citation_key", "string", "Key of the paper in the bibliography, or one made for it"),
        ("doi", "string", "DOI"),
        ("authors", "string", "Authors, separated by semicolons"),
        ("year", "integer", "Year of publication"),
        ("title", "string", "Title"),
        ("journal", "string", "Journal, from the bibliography"),
        ("pages", "integer", "Pages"),
        ("reader", "string", "What read the file"),
        ("domain", "string", "Side of the paper, both, or other"),
        ("sentences", "integer", "Sentences read for coding"),
        ("codings", "integer", "Codings"),
    ],
    "comparison": [],  # filled below: it depends on the codebook's sides
    "links": [
        ("family", "string", "The codebook's first family"),
        ("code", "string", "Code of that family"),
        ("with_family", "string", "Family of the other code"),
        ("with_code", "string", "The other code, asserted in the same sentence"),
        ("domain", "string", "Side"),
        ("papers", "integer", "Papers with such a sentence"),
        ("sentences", "integer", "Such sentences"),
        ("quotes", "string", "Ids of the best codings; each leads to evidence.csv"),
    ],
    "topics": [
        ("topic", "integer", "Number of the topic"),
        ("name", "string", "Name, from its most specific words"),
        ("words", "string", "Top words"),
        ("coherence", "number", "NPMI of the top words, -1 to 1"),
        ("papers", "integer", "Papers of which it is the main topic"),
        ("sides", "json", "Share of each side's text"),
    ],
    "topic_weights": [
        ("document_id", "string", "sha256 of the paper's file"),
        ("citation_key", "string", "Key of the paper"),
        ("topic", "integer", "Number of the topic"),
        ("weight", "number", "Share of the topic in the paper; a paper's weights sum to 1"),
    ],
    "rejected": [
        ("path", "string", "File, relative to the corpus folder"),
        ("pdf_sha256", "string", "sha256 of the file, where it could be opened"),
        ("kind", "string", "Kind of reason, one word"),
        ("reason", "string", "Why it is not in the tables"),
        ("remedy", "string", "What would mend it"),
    ],
    "codebook": [
        ("family", "string", "Family"),
        ("code", "string", "Code"),
        ("label", "string", "Name of the code"),
        ("covers", "string", "What it covers"),
        ("excludes", "string", "What it does not cover"),
        ("terms", "string", "Terms, separated by semicolons"),
        ("cued_terms", "string", "Terms that count only beside a cue of the family"),
        ("unless", "string", "Phrases that veto a term"),
    ],
}
_SIDE = [
    ("of_papers", "integer", "Papers that stand on the side"),
    ("papers", "integer", "Papers of the side that assert the code"),
    ("sentences", "integer", "Sentences that assert it"),
    ("proposed", "integer", "Papers that only propose it"),
    ("negated", "integer", "Papers that only negate it"),
    ("share", "number", "papers / of_papers"),
    ("low", "number", "Lower end of the share's 95 % Wilson interval"),
    ("high", "number", "Upper end of it"),
]


def columns(results: Results) -> dict[str, list[tuple[str, str, str]]]:
    """Name, type and meaning of every column of every table."""
    left, right = (domain.id for domain in results.codebook.domains)
    sides = [(f"{side}_{name}", kind, f"{side}: {means}") for side in (left, right) for name, kind, means in _SIDE]
    comparison = [
        ("family", "string", "Family"),
        ("code", "string", "Code"),
        *sides,
        ("difference", "number", f"Share of {left} minus share of {right}"),
        ("difference_low", "number", "Lower end of its 95 % Newcombe interval"),
        ("difference_high", "number", "Upper end of it"),
        ("verdict", "string", "The comparison in words"),
        ("quotes", "string", "Ids of the best codings; each leads to evidence.csv"),
    ]
    return {**COLUMNS, "comparison": comparison}


def write_tables(results: Results, folder: Path) -> None:
    """Write every table and data_dictionary.csv into `folder`, which is made. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    known = columns(results)
    for table, rows in _tables(results).items():
        _write(folder / f"{table}.csv", [name for name, _, _ in known[table]], rows)
    dictionary = (
        {"table": table, "column": name, "type": kind, "meaning": meaning}
        for table, listed in known.items()
        for name, kind, meaning in listed
    )
    _write(folder / "data_dictionary.csv", ["table", "column", "type", "meaning"], dictionary)


def _tables(results: Results) -> dict[str, Iterable[Row]]:
    return {
        "evidence": _evidence(results),
        "documents": _documents(results),
        "comparison": map(_comparison, results.comparisons),
        "links": (
            {
                "family": link.family,
                "code": link.code,
                "with_family": link.with_family,
                "with_code": link.with_code,
                "domain": side.domain,
                "papers": side.papers,
                "sentences": side.sentences,
                "quotes": _list(side.quotes),
            }
            for link in results.links
            for side in (link.left, link.right)
        ),
        "topics": _topics(results),
        "topic_weights": _weights(results),
        "rejected": (
            {"path": r.path, "pdf_sha256": r.sha256, "kind": r.kind, "reason": r.reason, "remedy": r.remedy}
            for r in results.rejected
        ),
        "codebook": _codebook(results),
    }


def _list(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _about(paper: Paper) -> dict[str, Any]:
    about = paper.metadata
    return {
        "document_id": paper.document_id,
        "citation_key": paper.citation_key,
        "doi": about.doi,
        "authors": _list(about.authors),
        "year": about.year,
        "title": about.title,
    }


def _evidence(results: Results) -> Iterator[Row]:
    papers = {paper.document_id: paper for paper in results.papers}
    versions = results.versions
    for document_id, codings in itertools.groupby(results.codings, key=lambda c: c.document_id):
        document = results.document(document_id)
        for coding in codings:
            yield {
                **_about(papers[document_id]),
                **_quote(document, coding),
                "pdf_sha256": document_id,
                "model_version": versions["model_version"],
                "codebook_version": versions["codebook_version"],
                "run_id": versions["run_id"],
            }


def _quote(document: Document, coding: Coding) -> dict[str, Any]:
    page = document.page_at(coding.start)
    before, after = context(document, coding)
    boxes = [
        [b.page, *(round(v, 2) for v in (b.x0, b.top, b.x1, b.bottom))]
        for b in document.boxes(coding.start, coding.end)
    ]
    return {
        "coding_id": coding.id,
        "domain": coding.domain,
        "family": coding.family,
        "code": coding.code,
        "quote": coding.quote,
        "context_before": before,
        "context_after": after,
        "section": coding.role,
        "page": page.number,
        "page_label": page.label,
        "char_start": coding.start,
        "char_end": coding.end,
        "boxes": json.dumps(boxes),
        "status": coding.status,
        "confidence": coding.confidence,
        "method": coding.method,
        "terms": _list(coding.terms),
    }


def context(document: Document, coding: Coding) -> tuple[str, str]:
    """About CONTEXT characters of the document before and after a quote, cut between words."""
    before = document.text[max(0, coding.start - CONTEXT) : coding.start]
    after = document.text[coding.end : coding.end + CONTEXT]
    if coding.start > CONTEXT:
        before = before.partition(" ")[2]
    if coding.end + CONTEXT < len(document.text):
        after = after.rpartition(" ")[0]
    return " ".join(before.split()), " ".join(after.split())


def _documents(results: Results) -> Iterator[Row]:
    counts: dict[str, int] = {}
    for coding in results.codings:
        counts[coding.document_id] = counts.get(coding.document_id, 0) + 1
    for paper in results.papers:
        yield {
            **_about(paper),
            "path": paper.path,
            "other_paths": _list(paper.other_paths),
            "journal": paper.journal,
            "pages": paper.pages,
            "reader": paper.reader,
            "domain": paper.domain,
            "sentences": sum(paper.sentences.values()),
            "codings": counts.get(paper.document_id, 0),
        }


def _comparison(row: Comparison) -> Row:
    cells: dict[str, Any] = {"family": row.family, "code": row.code}
    for side in (row.left, row.right):
        cells |= _side(side)
    return cells | {
        "difference": row.difference,
        "difference_low": row.low,
        "difference_high": row.high,
        "verdict": row.verdict,
        "quotes": _list(row.quotes),
    }


def _side(side: Side) -> dict[str, Any]:
    return {f"{side.domain}_{name}": getattr(side, name) for name, _, _ in _SIDE}


def _topics(results: Results) -> Iterator[Row]:
    for topic in results.topics.topics:
        yield {
            "topic": topic.number,
            "name": topic.name,
            "words": _list(word for word, _ in topic.words),
            "coherence": topic.coherence,
            "papers": topic.papers,
            "sides": json.dumps(topic.sides, sort_keys=True),
        }


def _weights(results: Results) -> Iterator[Row]:
    for paper in results.papers:
        for at, weight in enumerate(results.topics.weights.get(paper.document_id, ())):
            yield {
                "document_id": paper.document_id,
                "citation_key": paper.citation_key,
                "topic": results.topics.topics[at].number,
                "weight": weight,
            }


def _codebook(results: Results) -> Iterator[Row]:
    for family in results.codebook.families:
        for code in family.codes:
            yield {
                "family": family.id,
                "code": code.id,
                "label": code.label,
                "covers": code.covers,
                "excludes": code.excludes,
                "terms": _list(code.terms),
                "cued_terms": _list(code.cued_terms),
                "unless": _list(code.unless),
            }


def _write(path: Path, names: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in rows)


def _cell(value: Any) -> str:
    """A value as a cell: text defused, numbers as they are, None empty."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return defuse(value) if isinstance(value, str) else str(value)


def defuse(text: str) -> str:
    """Text that no spreadsheet takes for a formula; characters that no CSV reader takes are made U+FFFD."""
    safe = _CONTROL.sub("\ufffd", text)
    return f"'{safe}" if _FORMULA.match(safe) else safe


def restore(cell: str) -> str:
    """The text that `defuse` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def read_table(path: Path, convert: Callable[[str], str] = restore) -> list[dict[str, str]]:
    """The rows of a table written here, with the defusing undone."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [{name: convert(cell) for name, cell in row.items()} for row in csv.DictReader(handle)]
