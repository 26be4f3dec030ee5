"""Scans: pages that are pictures are read by OCR and say so; what is text already stays as it is."""

import io
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from PIL.Image import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from pipeline.errors import UnreadablePaper
from pipeline.pdf import ocr
from tests.pdf.checks import sound
from tests.pdf.made import PROSE, column, draw, wrapped

SMALL = (300.0, 200.0)  # points: pages that OCR is quick with
TEXT = " ".join(PROSE[:3])
FOUND = "audits were carried out in ninety firms"

needs_tesseract = pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")


def page(path: Path, lines: list[tuple[float, float, str]]) -> Path:
    """A small page of text."""
    canvas = Canvas(str(path), pagesize=SMALL)
    draw(canvas, lines, 9, height=SMALL[1])
    canvas.save()
    return path


def picture(path: Path) -> Image:
    """The first page of a file, drawn."""
    with pypdfium2.PdfDocument(path) as file:
        image: Image = file[0].render(scale=200 / 72, grayscale=True).to_pil()
    return image


def scanned(path: Path, image: Image) -> Path:
    """A PDF that holds nothing but a picture."""
    buffer = io.BytesIO()
    image.save(buffer, "PDF", resolution=200)
    path.write_bytes(buffer.getvalue())
    return path


def prose(path: Path) -> Path:
    return page(path, column(wrapped(TEXT, 55), 20, 20, 12))


@needs_tesseract
def test_a_scanned_page_says_so(tmp_path: Path) -> None:
    document = pdf.read(scanned(tmp_path / "a.pdf", picture(prose(tmp_path / "t.pdf"))), "id")
    sound(document)
    assert document.reader == "tesseract"
    assert [sheet.ocr for sheet in document.pages] == [True]
    assert document.text == TEXT
    (box,) = document.boxes(0, 7)
    assert (box.x0, box.top) == pytest.approx((20, 20), abs=4)


@needs_tesseract
def test_a_paper_with_a_scanned_page_keeps_both(tmp_path: Path) -> None:
    text = page(tmp_path / "t.pdf", column(wrapped(" ".join(PROSE[4:7]), 55), 20, 20, 12))
    both = pypdf.PdfWriter()
    both.append(str(text))
    both.append(str(scanned(tmp_path / "s.pdf", picture(prose(tmp_path / "p.pdf")))))
    both.write(str(tmp_path / "a.pdf"))
    document = pdf.read(tmp_path / "a.pdf", "id")
    sound(document)
    assert document.reader == "pdfium, tesseract"
    assert [sheet.ocr for sheet in document.pages] == [False, True]
    assert PROSE[4] in document.text
    assert FOUND in document.text


@needs_tesseract
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_scan_that_lies_on_its_side_is_read(tmp_path: Path, turn: int) -> None:
    lines = column(wrapped(" ".join(PROSE), 55), 20, 20, 12)  # fewer lines do not tell which way is up
    image = picture(page(tmp_path / "t.pdf", lines))
    document = pdf.read(scanned(tmp_path / "a.pdf", image.rotate(turn, expand=True)), "id")
    sound(document)
    assert FOUND in document.text
    assert PROSE[1] in document.text


@needs_tesseract
def test_the_columns_of_a_scan_are_read_one_after_the_other(tmp_path: Path) -> None:
    lines = wrapped(" ".join(PROSE[:4]), 26)
    half = len(lines) // 2
    columns = column(lines[:half], 15, 20, 12) + column(lines[half:], 165, 20, 12)
    document = pdf.read(scanned(tmp_path / "a.pdf", picture(page(tmp_path / "t.pdf", columns))), "id")
    assert " ".join(document.text.split()) == " ".join(PROSE[:4])


def test_a_picture_under_hidden_text_is_text_already(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=SMALL)
    canvas.drawImage(ImageReader(picture(prose(tmp_path / "t.pdf"))), 0, 0, *SMALL)
    hidden = canvas.beginText(20, 170)
    hidden.setFont("Helvetica", 9)
    hidden.setTextRenderMode(3)
    for line in wrapped(TEXT, 55):
        hidden.textLine(line)
    canvas.drawText(hidden)
    canvas.save()
    document = pdf.read(tmp_path / "a.pdf", "id")
    assert document.reader == "pdfium"
    assert [sheet.ocr for sheet in document.pages] == [False]
    assert document.text == TEXT


def test_without_tesseract_the_pages_of_text_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = pypdf.PdfWriter()
    both.append(str(prose(tmp_path / "t.pdf")))
    both.append(str(scanned(tmp_path / "s.pdf", picture(tmp_path / "t.pdf"))))
    both.write(str(tmp_path / "a.pdf"))
    monkeypatch.setenv("PATH", "")
    document = pdf.read(tmp_path / "a.pdf", "id")
    assert document.reader == "pdfium"
    assert document.text == TEXT


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a program named tesseract in place of the real one."""

    def put(script: str) -> None:
        path = tmp_path / "bin" / "tesseract"
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")

    return put


def test_ocr_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str], None]
) -> None:
    program(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    monkeypatch.setattr(ocr, "TIMEOUT", 0.5)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    path = scanned(tmp_path / "a.pdf", picture(prose(tmp_path / "t.pdf")))
    before, start = set(tmp_path.iterdir()), time.monotonic()
    with pytest.raises(UnreadablePaper, match="OCR found none"):
        pdf.read(path, "id")
    assert time.monotonic() - start < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert set(tmp_path.iterdir()) - before == {tmp_path / "pid"}


def test_ocr_that_fails_reads_nothing(tmp_path: Path, program: Callable[[str], None]) -> None:
    program("exit 1")
    path = scanned(tmp_path / "a.pdf", picture(prose(tmp_path / "t.pdf")))
    with pytest.raises(UnreadablePaper, match="OCR found none"):
        pdf.read(path, "id")
