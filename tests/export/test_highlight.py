"""Highlighted copies: the marked pixels cover the words, and nothing else changes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from pipeline.export import Results, write_exports
from pipeline.records import Box, Coding, Document
from pipeline.refresh import Summary
from pipeline.settings import Settings
from tests.export import made

pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
SCALE = 2


@pytest.fixture(scope="module")
def copies(sample: Results, sample_run: tuple[Settings, Summary], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copies")
    write_exports(sample, folder, ["pdf"], sample_run[0].corpus)
    return folder / "highlighted"


def drawn(path: Path, page: int) -> NDArray[np.uint8]:
    with pypdfium2.PdfDocument(path) as document:
        picture: NDArray[np.uint8] = document[page - 1].render(scale=SCALE).to_numpy()
        return picture


def changed(before: Path, after: Path, page: int) -> NDArray[np.bool_]:
    differs: NDArray[np.bool_] = (drawn(before, page) != drawn(after, page)).any(axis=2)
    return differs


def inside(shape: tuple[int, ...], boxes: list[Box], slack: float) -> NDArray[np.bool_]:
    """The pixels in the boxes, each grown by `slack` points."""
    held = np.zeros(shape, bool)
    for box in boxes:
        rows = slice(max(0, round((box.top - slack) * SCALE)), round((box.bottom + slack) * SCALE))
        held[rows, max(0, round((box.x0 - slack) * SCALE)) : round((box.x1 + slack) * SCALE)] = True
    return held


def check(before: Path, after: Path, document: Document, codings: list[Coding]) -> None:
    for page in range(1, len(document.pages) + 1):
        boxes = [b for c in codings for b in document.boxes(c.start, c.end) if b.page == page]
        differs = changed(before, after, page)
        core = inside(differs.shape, boxes, -1.0)
        dark = drawn(before, page).max(axis=2) < 120  # ink stays ink under a marker pen
        assert differs[core & ~dark].mean() > 0.97 if core.any() else True
        assert not differs[~inside(differs.shape, boxes, 1.0)].any()


def test_the_highlights_cover_the_words_and_nothing_else(
    sample: Results, sample_run: tuple[Settings, Summary], copies: Path
) -> None:
    for paper in (sample.papers[3], sample.papers[5], sample.papers[-1]):
        held = [c for c in sample.codings if c.document_id == paper.document_id]
        check(sample_run[0].corpus / paper.path, copies / paper.path, sample.document(paper.document_id), held)


def page_of(path: Path, rotation: int, cropped: bool) -> None:
    """One page of text lines, turned and cut as asked, the page's corner away from the origin."""
    canvas = Canvas(str(path), pagesize=(500, 400), invariant=True)
    if rotation == 180:  # what is shown upside down is not read, so it is drawn upside down
        canvas.translate(500, 400)
        canvas.rotate(180)
    for line in range(6):
        canvas.drawString(80, 330 - 30 * line, f"A levy on effluent moved the dyers of vat {line} to act.")
    canvas.showPage()
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=str(path))
    if cropped:
        writer.pages[0].cropbox = pypdf.generic.RectangleObject((40, 30, 480, 390))
    if rotation:
        writer.pages[0].rotate(rotation)
    writer.write(str(path))


def one_coding(path: Path) -> tuple[Results, Document, Coding]:
    document = pdf.read(path, "d" * 64)
    start = document.text.index("A levy")
    end = start + len("A levy on effluent moved the dyers")
    base = made.results()
    coding = replace(base.codings[0], document_id=document.id, start=start, end=end, quote=document.text[start:end])
    paper = replace(base.papers[0], document_id=document.id, path=path.name)
    return (
        replace(base, papers=(paper,), codings=(coding,), document=lambda _: document),
        document,
        coding,
    )


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("cropped", [False, True])
def test_turned_and_cut_pages(tmp_path: Path, rotation: int, cropped: bool) -> None:
    path = tmp_path / "page.pdf"
    page_of(path, rotation, cropped)
    results, document, coding = one_coding(path)
    write_exports(results, tmp_path / "out", ["pdf"], tmp_path)
    check(path, tmp_path / "out" / "highlighted" / "page.pdf", document, [coding])


def notes(path: Path) -> list[Any]:
    return [note.get_object() for page in pypdf.PdfReader(path).pages for note in page.get("/Annots", [])]


def test_every_coding_has_a_highlight_with_its_id_code_and_confidence(sample: Results, copies: Path) -> None:
    for paper in sample.papers:
        found = {note["/NM"]: note for note in notes(copies / paper.path) if note["/Subtype"] == "/Highlight"}
        for coding in sample.codings:
            if coding.document_id == paper.document_id:
                note = found[coding.id]
                assert f"confidence {coding.confidence:.2f}" in note["/Contents"]
                assert len(note["/QuadPoints"]) % 8 == 0
                assert "/N" in note["/AP"]


def test_the_paper_itself_is_untouched(sample: Results, sample_run: tuple[Settings, Summary], copies: Path) -> None:
    for paper in sample.papers:
        before = (sample_run[0].corpus / paper.path).read_bytes()
        assert (copies / paper.path).read_bytes().startswith(before)


def test_links_that_a_page_had_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    canvas = Canvas(str(path), pagesize=(500, 400), invariant=True)
    canvas.drawString(80, 330, "A levy on effluent moved the dyers of vat 1 to act, and vat 2, and vat 3.")
    canvas.linkURL("https://example.org", (0, 0, 50, 50))
    canvas.showPage()
    canvas.save()
    results, _, _ = one_coding(path)
    write_exports(results, tmp_path / "out", ["pdf"], tmp_path)
    kinds = [note["/Subtype"] for note in notes(tmp_path / "out" / "highlighted" / "page.pdf")]
    assert kinds == ["/Link", "/Highlight"]


def test_a_file_that_takes_no_highlights_costs_only_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    good = tmp_path / "page.pdf"
    page_of(good, 0, False)
    results, _, _ = one_coding(good)
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing more")
    bad = replace(results.papers[0], path="bad.pdf")
    write_exports(replace(results, papers=(bad, results.papers[0])), tmp_path / "out", ["pdf"], tmp_path)
    assert [p.name for p in (tmp_path / "out" / "highlighted").iterdir()] == ["page.pdf"]
    assert "bad.pdf" in caplog.text


def test_two_copies_are_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    page_of(path, 90, True)
    results, _, _ = one_coding(path)
    for name in ("one", "two"):
        write_exports(results, tmp_path / name, ["pdf"], tmp_path)
    one, two = (tmp_path / name / "highlighted" / "page.pdf" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
