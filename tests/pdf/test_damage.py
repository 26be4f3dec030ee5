"""Damaged papers are read for what is left of them, and say so; hostile ones cost themselves alone."""

import os
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from pebble import ProcessExpired

from pipeline import pdf, work
from pipeline.codebook import load_codebook
from pipeline.documents import Document
from pipeline.errors import UnreadablePaper
from pipeline.files import sha256_of
from pipeline.pdf import ocr, pdfium
from pipeline.pdf.document import NO_OCR
from pipeline.pdf.repair import repaired
from pipeline.plan import Job, fingerprints, kept_refusal, result_path
from pipeline.records import Rejection
from pipeline.settings import Settings
from pipeline.store import save_rejection
from pipeline.workers import explain
from tests.bench.pdf_fuzz import ends, grown, left, zombies
from tests.pdf.attacks import indexes, trees
from tests.pdf.broken import TEXT, bases, mutants, packed, simple, stream, written
from tests.pdf.checks import sound
from tests.pdf.made import PROSE, column, paper


def pages_each_told(folder: Path, count: int) -> bytes:
    """A paper whose every page holds its number."""
    return paper(
        folder / "whole.pdf", [column([f"Page {n} of the paper.", *PROSE]) for n in range(1, count + 1)]
    ).read_bytes()


def read(folder: Path, data: bytes) -> Document:
    path = folder / "damaged.pdf"
    path.write_bytes(data)
    document = pdf.read(path, "id")
    sound(document)
    return document


def refused(folder: Path, data: bytes) -> UnreadablePaper:
    with pytest.raises(UnreadablePaper) as caught:
        read(folder, data)
    assert caught.value.remedy
    return caught.value


def test_a_sample_of_the_fuzz_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    base = {name: data for name, data in bases(tmp_path / "bases").items() if name != "scan"}  # OCR takes its time
    odd = list({**trees(), **indexes()}.items())[::6]
    files = {**dict(odd), **dict(mutants(base, 50, seed=3))}
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - the folder itself is opened to list it, either way
    found = ends(files, tmp_path)
    assert {name: end for name, end in found.items() if end.fault} == {}
    assert len(found) == len(files)
    assert sum("pdfium" in end.kind for end in found.values()) > 15
    assert (zombies(), left(tmp_path)) == (0, [])
    assert grown(list(found.values())) <= 2  # what a child opens once
    assert len(os.listdir("/dev/fd")) <= before + 2  # noqa: PTH208 - the two of the server that forks children
    assert capfd.readouterr() == ("", "")


def test_a_paper_without_its_catalog_is_read_whole(tmp_path: Path) -> None:
    whole = pages_each_told(tmp_path, 6)
    document = read(tmp_path, whole[: whole.rindex(b"xref\n0")].replace(b"/Catalog", b"/Katalog"))
    assert (document.reader, document.damage) == ("pdfium, repaired", "damaged: all pages found")
    assert re.findall(r"Page (\d)", document.text) == list("123456")


def test_a_paper_cut_short_is_read_for_the_pages_that_are_left(tmp_path: Path) -> None:
    whole = pages_each_told(tmp_path, 6)  # its pages stand first, then the tree, then what stands on each page
    contents = [match.start() for match in re.finditer(rb"\d+ 0 obj\s*<<\s*/Filter", whole)]
    document = read(tmp_path, whole[: contents[4]])
    assert document.damage == "damaged: 4 of 6 pages left"
    assert re.findall(r"Page (\d)", document.text) == list("1234")


def test_a_sound_paper_is_not_called_damaged(tmp_path: Path) -> None:
    document = read(tmp_path, pages_each_told(tmp_path, 2))
    assert (document.reader, document.damage) == ("pdfium", "")


def test_a_page_lost_from_the_middle_leaves_the_others_their_numbers(tmp_path: Path) -> None:
    whole = pages_each_told(tmp_path, 4)
    second = [match.start() for match in re.finditer(rb"\d+ 0 obj\s*<<\s*/Contents", whole)][1]
    document = read(tmp_path, whole[:second] + b"x" * 400 + whole[whole.index(b"endobj", second) :])
    assert document.damage == "damaged: 3 of 4 pages left"
    at = document.text.index("Page 4 of")
    assert document.page_at(at).number == 4


@pytest.mark.parametrize("build", [written, packed])
def test_objects_that_are_packed_are_found_too(tmp_path: Path, build: Callable[[Mapping[str, bytes]], bytes]) -> None:
    whole = build(simple())
    document = read(tmp_path, whole[: whole.rindex(b"startxref")])
    assert "dyeing industry" in document.text
    lost = whole.replace(b"/Root 1 0 R", b"/Root 9 0 R")
    assert "dyeing industry" in read(tmp_path, lost).text


def test_a_paper_without_its_head_is_read(tmp_path: Path) -> None:
    whole = pages_each_told(tmp_path, 2)
    document = read(tmp_path, whole[whole.index(b"1 0 obj") :])
    assert "Page 2 of the paper." in document.text


def test_repair_takes_any_bytes() -> None:
    rng = random.Random(5)
    for size in (0, 1, 100, 5000):
        assert repaired(rng.randbytes(size)) == (b"", 0, 0)
    assert repaired(b"1 0 obj" * 100_000)[0] == b""
    data, had, left_over = repaired(b"7 0 obj<</Type/Pages/Count 12/Kids[3 0 R]>>endobj 3 0 obj<</Type/Page>>endobj")
    assert (had, left_over) == (12, 0)
    assert b"/Kids[3 0 R]" in data


def test_a_portfolio_is_told_from_a_paper_with_an_attachment(tmp_path: Path) -> None:
    inner = pages_each_told(tmp_path, 2)
    wrapper = paper(tmp_path / "w.pdf", [column(["For the best experience, open this portfolio in a newer viewer."])])
    whole = paper(tmp_path / "p.pdf", [column(PROSE)] * 3)
    made = []
    for path in (wrapper, whole):
        writer = pypdf.PdfWriter(clone_from=str(path))
        writer.add_attachment("first paper.pdf", inner)
        writer.write(path)
        made.append(path.read_bytes())
    error = refused(tmp_path, made[0])
    assert "portfolio" in error.what
    assert "first paper.pdf" in error.what
    assert PROSE[0] in read(tmp_path, made[1]).text


def test_more_text_than_any_paper_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfium, "MOST_TEXT", 100)
    assert "more than" in refused(tmp_path, written(simple())).what


def test_a_title_that_is_no_text_is_no_title(tmp_path: Path) -> None:
    broken = written(simple(), b"/Info<</Title<FEFFD800>/CreationDate<FEFFDC>>>")
    assert "dyeing industry" in read(tmp_path, broken).text


def test_a_huge_page_is_drawn_more_coarsely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = paper(tmp_path / "a.pdf", [column(PROSE)]).read_bytes()
    ((_, image, point),) = pdfium.images(data, [1], 72)
    assert (image.width, point) == (595, 1)
    monkeypatch.setattr(pdfium, "MOST_PIXELS", 10_000)
    ((number, image, point),) = pdfium.images(data, [1], 72)
    assert number == 1
    assert image.width * image.height <= 11_000
    assert image.width * point == pytest.approx(595, rel=0.02)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    path = paper(tmp_path / "a.pdf", [column(PROSE)])
    book = load_codebook()
    return Job(sha256_of(path), path, "a.pdf", tmp_path / "out", fingerprints(book), book)


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_bytes(b"%PDF-1.4 other")])
def test_a_file_that_goes_or_changes_meanwhile_is_not_held_against_its_paper(
    job: Job, monkeypatch: pytest.MonkeyPatch, readable: bool, change: object
) -> None:
    def meddling(path: Path, document_id: str) -> Document:
        document = whole(path, document_id)
        change(path)  # type: ignore[operator]
        if readable:
            return document
        raise UnreadablePaper("The PDF is damaged.", str(path), "Download it again.")

    whole = pdf.read
    monkeypatch.setattr(pdf, "read", meddling)
    rejection = work.process_paper(job).rejection
    assert rejection
    assert rejection.kind == "vanished"
    assert kept_refusal(job, Settings()) is None
    assert not result_path(job, "read").exists()


def test_a_crash_is_tried_again_with_more_memory_only(job: Job) -> None:
    limits = Settings()
    error = ProcessExpired("", -11)  # type: ignore[no-untyped-call]  # pebble types only what takes arguments
    died = explain(error, limits.seconds_per_paper, limits.memory_mb_per_worker)
    save_rejection(result_path(job, "code"), Rejection(job.name, job.document_id, *died))
    assert kept_refusal(job, limits) is not None
    assert kept_refusal(job, replace(limits, seconds_per_paper=999)) is not None
    assert kept_refusal(job, replace(limits, memory_mb_per_worker=8192)) is None


def test_a_scan_is_tried_again_once_there_is_ocr(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    save_rejection(result_path(job, "read"), Rejection(job.name, job.document_id, "unreadable", NO_OCR, "install"))
    monkeypatch.setattr(ocr, "available", lambda: False)
    assert kept_refusal(job, Settings()) is not None
    monkeypatch.setattr(ocr, "available", lambda: True)
    assert kept_refusal(job, Settings()) is None


def test_a_result_stands_whatever_was_refused_before_it(job: Job) -> None:
    limits = Settings()
    late = explain(TimeoutError(), limits.seconds_per_paper, limits.memory_mb_per_worker)
    save_rejection(result_path(job, "code"), Rejection(job.name, job.document_id, *late))
    assert kept_refusal(job, limits) is not None
    assert work.process_paper(job).rejection is None
    assert kept_refusal(job, limits) is None


def test_a_form_that_draws_itself_does_not_hold_the_next_paper_up(tmp_path: Path) -> None:
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
    held = b"/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R%s>>" % held
    ring = written(simple(TEXT + b" /X Do", page=page, form=stream(b"/X Do", form)))
    found = ends({"ring": ring, "sound": written(simple())}, tmp_path)
    assert found["sound"].kind == "pdfium"


def test_streams_that_state_a_false_length_are_read(tmp_path: Path) -> None:
    whole = pages_each_told(tmp_path, 3)
    lied = re.sub(rb"/Length \d+", b"/Length 99999", whole)
    assert re.findall(r"Page (\d)", read(tmp_path, lied[: lied.rindex(b"startxref")]).text) == list("123")
    short = whole.replace(b"/Length ", b"/Length 1 % ")
    assert re.findall(r"Page (\d)", read(tmp_path, short).text) == list("123")
