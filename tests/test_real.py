"""The main job over real papers, plans and reports, and over damaged files, where they are present."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from pipeline.export import read_table
from pipeline.refresh import refresh
from pipeline.settings import Settings
from pipeline.store import load_document
from tests.conftest import SHARED

CORPUS = SHARED / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="needs the real papers of ../shared/corpus")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    refresh(Settings(corpus=CORPUS, out=folder))
    return folder


def table(out: Path, name: str) -> list[dict[str, str]]:
    return read_table(out / "tables" / f"{name}.csv")


def test_every_file_is_read_or_rejected_with_a_reason(out: Path) -> None:
    files = {p.relative_to(CORPUS).as_posix() for p in CORPUS.rglob("*") if p.is_file() and is_paper(p)}
    read = {row["path"] for row in table(out, "documents")}
    rejected = {row["path"] for row in table(out, "rejected") if row["kind"] != "bibliography"}
    assert read | rejected == files
    assert not read & rejected
    assert all(row["reason"] and row["remedy"] for row in table(out, "rejected"))
    assert {path for path in files if not path.startswith("damaged/")} - read == set()


def is_paper(path: Path) -> bool:
    return path.suffix.lower() == ".pdf" or b"%PDF-" in path.read_bytes()[:1024]


def test_every_quote_stands_in_its_document_at_its_offsets(out: Path) -> None:
    documents = {p.stem: p for p in (out / "state" / "read").rglob("*.parquet")}
    for document_id, rows in groupby(table(out, "evidence"), key=lambda row: row["document_id"]):
        document = load_document(documents[document_id])
        for row in rows:
            start, end = int(row["char_start"]), int(row["char_end"])
            assert document.text[start:end] == row["quote"]
            assert document.boxes(start, end)[0].page == int(row["page"])


def test_every_quote_begins_on_its_page_as_another_reading_has_it(out: Path) -> None:
    papers = {row["document_id"]: row for row in table(out, "documents")}
    missing = []
    for document_id, rows in groupby(table(out, "evidence"), key=lambda row: row["document_id"]):
        if papers[document_id]["reader"] == "pdfium":  # pages read by OCR have no other text to hold against
            pages = dict(enumerate(letters_of_pages(CORPUS / papers[document_id]["path"]), start=1))
            missing += [row["quote"] for row in rows if not begins(letters(row["quote"])[:30], int(row["page"]), pages)]
    assert missing == []


def test_no_word_of_a_page_is_read_twice(out: Path) -> None:
    """Each place on a page is the box of one word."""
    for path in sorted((out / "state" / "read").rglob("*.parquet")):
        words = load_document(path).words
        places = np.column_stack((words.page, words.box))
        assert len(np.unique(places, axis=0)) == len(places), path.stem


def letters(text: str) -> str:
    return "".join(re.findall(r"[^\W_]", unicodedata.normalize("NFKC", text)))


def letters_of_pages(path: Path) -> Iterator[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            yield letters(page.get_textpage().get_text_range())


def begins(head: str, number: int, pages: dict[int, str]) -> bool:
    """Whether these letters stand on the page, or begin there and go on, past a footer, on the next."""
    here, following = pages[number], pages.get(number + 1, "")
    return head in here or any(head[:k] in here and head[k:] in following for k in range(1, len(head)))
