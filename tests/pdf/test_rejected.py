"""Files that cannot be read: each ends with a reason and a remedy, none with a crash."""

import shutil
from pathlib import Path

import pytest

from pipeline import pdf
from pipeline.errors import UnreadablePaper
from pipeline.pdf.legible import is_legible
from tests.pdf.checks import sound
from tests.pdf.made import PROSE, column, locked, paper, scan


def refused(path: Path) -> UnreadablePaper:
    with pytest.raises(UnreadablePaper) as caught:
        pdf.read(path, "id")
    assert caught.value.where == str(path)
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\0" * 400, "empty"),
        (b"<!DOCTYPE html><html><body>Log in to read</body></html>", "web page"),
        (b"PK\x03\x04 a document of another kind", "ZIP"),
        (b"PK\x03\x04\x14\0[Content_Types].xml word/document.xml", "Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"A paper about %PD, in plain text.", "something else"),
        (b"%PDF-1.4\n", "damaged"),
        (b"%PDF-1.4\n" + bytes(range(256)) * 40, "damaged"),
    ],
)
def test_what_is_no_paper(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    assert word in refused(path).what


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "opened" in refused(tmp_path / "none.pdf").what


def test_a_password_shuts_a_paper_and_an_empty_one_does_not(tmp_path: Path) -> None:
    assert "password" in refused(locked(tmp_path / "shut.pdf", "secret")).what
    assert PROSE[0] in pdf.read(locked(tmp_path / "open.pdf", ""), "id").text


def test_a_scan_without_ocr_is_told_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    error = refused(scan(tmp_path / "a.pdf"))
    assert "scan" in error.what
    assert "OCR" in error.remedy


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_a_scan_is_read_by_ocr_with_boxes(tmp_path: Path) -> None:
    document = pdf.read(scan(tmp_path / "a.pdf"), "id")
    sound(document)
    assert document.reader == "tesseract"
    assert "audits were carried out in ninety firms" in document.text
    at = document.text.index("audits")
    (box,) = document.boxes(at, at + 6)
    assert box.top == pytest.approx(102, abs=5)


def test_a_blank_page_within_a_paper_is_no_scan(tmp_path: Path) -> None:
    document = pdf.read(paper(tmp_path / "a.pdf", [column(PROSE), [], column(PROSE)]), "id")
    sound(document)
    assert document.reader == "pdfium"
    assert document.pages[1].start == document.pages[1].end


def test_nonsense_is_told_from_text() -> None:
    real = " ".join(PROSE)
    shifted = "".join(chr(ord(char) + 3) if char.isalpha() else char for char in real)
    assert is_legible(real)
    assert not is_legible(shifted)
    assert not is_legible("".join(chr(0xE000 + ord(char)) if char.isalpha() else char for char in real))
    assert is_legible("清洁生产审核在九十家印染企业中进行。 " * 80)
    assert is_legible("Die Prüfung wurde in neunzig Betrieben der Färberei mit der Hilfe von Fachleuten gemacht. " * 6)
    assert is_legible("12.5 13.1 CO2")  # too short to tell
    assert is_legible("Northern 0.123 0.456 0.789 12.4 Southern 1.23 4.56 7.89 (3.1) " * 20 + real)  # a paper of tables


def test_a_paper_of_nonsense_is_rejected(tmp_path: Path) -> None:
    shifted = ["".join(chr(ord(char) + 3) if char.isalpha() else char for char in line) for line in PROSE]
    assert "nonsense" in refused(paper(tmp_path / "a.pdf", [column(shifted)])).what


def test_a_paper_cut_short_is_read_or_rejected(tmp_path: Path) -> None:
    whole = paper(tmp_path / "a.pdf", [column(PROSE)] * 4).read_bytes()
    for share in range(1, 20):
        path = tmp_path / f"{share}.pdf"
        path.write_bytes(whole[: len(whole) * share // 20])
        try:
            sound(pdf.read(path, "id"))
        except UnreadablePaper as error:
            assert error.remedy


def test_a_paper_without_its_index_is_read(tmp_path: Path) -> None:
    whole = paper(tmp_path / "a.pdf", [column(PROSE)]).read_bytes()
    start = whole.rindex(b"startxref")
    path = tmp_path / "b.pdf"
    path.write_bytes(whole[:start] + b"startxref\n999999999\n%%EOF\n")
    document = pdf.read(path, "id")
    sound(document)
    assert PROSE[0] in document.text
