"""Real papers and reports, from the folder that development shares; skipped where it is absent."""

import time
from pathlib import Path

import pytest

from pipeline import pdf
from pipeline.errors import UnreadablePaper
from pipeline.passages import split
from tests.pdf.checks import sound

CORPUS = Path(__file__).parents[2] / "../shared/corpus"
PAPERS = sorted((CORPUS / "papers").glob("*.pdf"))
POLICY = sorted((CORPUS / "policy").glob("*.pdf"), key=lambda path: path.stat().st_size)[:12]
DAMAGED = sorted((CORPUS / "damaged").glob("*.pdf"))
LIMIT = 30.0  # seconds a damaged file may take; OCR of two pages takes about ten

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no real papers at {CORPUS}")


@pytest.mark.parametrize("path", [*PAPERS, *POLICY], ids=lambda path: path.stem[:24])
def test_every_passage_stands_on_its_page(path: Path) -> None:
    document = pdf.read(path, "id")
    sound(document)
    passages = split(document)
    assert len(passages) > 5 * len(document.pages) ** 0.5
    sizes = {page.number: page for page in document.pages}
    for passage in passages:
        quote = document.text[passage.start : passage.end]
        assert quote == quote.strip()
        assert "\n" not in quote
        boxes = document.boxes(passage.start, passage.end)
        assert boxes
        assert boxes[0].page == document.page_at(passage.start).number
        for box in boxes:
            assert 0 <= box.x0 < box.x1 <= sizes[box.page].width + 0.01
            assert 0 <= box.top < box.bottom <= sizes[box.page].height + 0.01


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem[:24])
def test_papers_have_a_reference_list_that_is_not_coded(path: Path) -> None:
    document = pdf.read(path, "id")
    lists = [section for section in document.sections if section.role == "references"]
    assert lists
    spans = [(passage.start, passage.end) for passage in split(document)]
    assert not any(a.start < end and start < a.end for a in lists for start, end in spans)


@pytest.mark.parametrize("path", DAMAGED, ids=lambda path: path.stem)
def test_a_damaged_file_is_read_or_rejected_in_time(path: Path) -> None:
    start = time.monotonic()
    try:
        sound(pdf.read(path, "id"))
    except UnreadablePaper as error:
        assert error.what
        assert error.remedy
    assert time.monotonic() - start < LIMIT


def test_what_the_second_reader_saves() -> None:
    assert pdf.read(CORPUS / "damaged/truncated60.pdf", "id").reader == "pdfium, repaired"
