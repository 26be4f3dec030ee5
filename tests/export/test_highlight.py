"""Highlighted copies: the marked pixels cover the words, and nothing else changes."""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from pipeline.documents import Box, Document
from pipeline.errors import StoreError
from pipeline.export import Results, write_exports
from pipeline.records import Coding
from pipeline.settings import Settings
from pipeline.summary import Summary
from tests.export import made

pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
SCALE = 2


@pytest.fixture(scope="module")
def copies(sample: Results, sample_run: tuple[Settings, Summary], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copies")
    write_exports(sample, folder, ["pdf"], sample_run[0])
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


@dataclass(frozen=True)
class Odd:
    """How a page is odd: turned, cut, cut beyond its edge, in other units, or turned by the tree that holds it."""

    rotation: int = 0
    crop: tuple[int, int, int, int] | None = None
    user_unit: float = 0
    from_parent: bool = False

    @property
    def name(self) -> str:
        return f"{self.rotation}-{self.crop and self.crop[0]}-{self.user_unit}-{self.from_parent}.pdf"


CUT = (40, 30, 480, 390)
ODD = [
    *(Odd(rotation, crop) for rotation in (0, 90, 180, 270) for crop in (None, CUT)),
    Odd(crop=(-50, -50, 450, 900)),
    Odd(user_unit=2),
    Odd(rotation=90, from_parent=True),
]


def page_of(path: Path, odd: Odd = ODD[0]) -> None:
    """One page of text lines, odd as asked."""
    canvas = Canvas(str(path), pagesize=(500, 400), invariant=True)
    if odd.rotation == 180:  # what is shown upside down is not read, so it is drawn upside down
        canvas.translate(500, 400)
        canvas.rotate(180)
    for line in range(6):
        canvas.drawString(80, 330 - 30 * line, f"A levy on effluent moved the dyers of vat {line} to act.")
    canvas.showPage()
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=str(path))
    page = writer.pages[0]
    if odd.crop:
        page.cropbox = pypdf.generic.RectangleObject(odd.crop)
    if odd.user_unit:
        page[pypdf.generic.NameObject("/UserUnit")] = pypdf.generic.FloatObject(odd.user_unit)
    turned = page["/Parent"].get_object() if odd.from_parent else page
    if odd.from_parent:
        page.pop("/Rotate", None)
    if odd.rotation:
        turned[pypdf.generic.NameObject("/Rotate")] = pypdf.generic.NumberObject(odd.rotation)
    writer.write(str(path))


def one_coding(path: Path, document_id: str = "d" * 64) -> tuple[Results, Document, Coding]:
    document = pdf.read(path, document_id)
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


def copied(folder: Path, *made_of: Results) -> tuple[Path, list[str]]:
    """The folder of the copies of several papers, made together, and what was said of those not made."""
    held = {made.papers[0].document_id: made.document("") for made in made_of}
    papers, codings = [r.papers[0] for r in made_of], [r.codings[0] for r in made_of]
    together = replace(made_of[0], papers=tuple(papers), codings=tuple(codings), document=held.__getitem__)
    settings = Settings(corpus=folder, workers=2, seconds_per_paper=5)
    return folder / "out" / "highlighted", write_exports(together, folder / "out", ["pdf"], settings)


def test_odd_pages_are_marked_where_their_words_are(tmp_path: Path) -> None:
    for odd in ODD:
        page_of(tmp_path / odd.name, odd)
    single = [one_coding(tmp_path / odd.name, f"{at:064}") for at, odd in enumerate(ODD)]
    folder, said = copied(tmp_path, *(results for results, _, _ in single))
    assert not said
    for odd, (_, document, coding) in zip(ODD, single, strict=True):
        check(tmp_path / odd.name, folder / odd.name, document, [coding])


def test_a_file_whose_index_is_damaged_shows_its_highlights_too(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    page_of(path)
    path.write_bytes(re.sub(rb"startxref\s+\d+", b"startxref\n7", path.read_bytes()))
    results, document, coding = one_coding(path)
    folder, said = copied(tmp_path, results)
    assert not said
    check(path, folder / "page.pdf", document, [coding])
    (note,) = pypdf.PdfReader(folder / "page.pdf", strict=True).pages[0]["/Annots"]  # the copy's index is whole
    assert note.get_object()["/NM"] == coding.id


def notes(path: Path) -> list[Any]:
    return [note.get_object() for page in pypdf.PdfReader(path).pages for note in page.get("/Annots", [])]


def test_every_coding_has_a_highlight_with_its_id_code_and_confidence(sample: Results, copies: Path) -> None:
    for paper in sample.papers:
        found = {note["/NM"]: note for note in notes(copies / paper.path) if note["/Subtype"] == "/Highlight"}
        for coding in sample.codings:
            if coding.document_id == paper.document_id:
                note = found[coding.id]
                assert f"confidence {coding.confidence:.2f}" in note["/Contents"]
                assert note["/T"] == f"Precedent ({coding.method})"
                assert len(note["/QuadPoints"]) % 8 == 0
                assert "/N" in note["/AP"]


def test_the_paper_itself_is_untouched(sample: Results, sample_run: tuple[Settings, Summary], copies: Path) -> None:
    for paper in sample.papers:
        before = (sample_run[0].corpus / paper.path).read_bytes()
        assert (copies / paper.path).read_bytes().startswith(before)


def test_links_that_a_page_had_are_kept_and_people_named(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    canvas = Canvas(str(path), pagesize=(500, 400), invariant=True)
    canvas.drawString(80, 330, "A levy on effluent moved the dyers of vat 1 to act, and vat 2, and vat 3.")
    canvas.linkURL("https://example.org", (0, 0, 50, 50))
    canvas.showPage()
    canvas.save()
    results, _, coding = one_coding(path)
    folder, _ = copied(
        tmp_path, replace(results, codings=(replace(coding, method="human", decided_by="human", reviewer="Ada"),))
    )
    assert notes(folder / "page.pdf")[1]["/T"] == "Person: Ada"
    kinds = [note["/Subtype"] for note in notes(folder / "page.pdf")]
    assert kinds == ["/Link", "/Highlight"]


def test_files_that_take_no_highlights_or_hang_cost_only_themselves(tmp_path: Path) -> None:
    page_of(tmp_path / "page.pdf")
    good, _, _ = one_coding(tmp_path / "page.pdf")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing more")
    os.mkfifo(tmp_path / "hangs.pdf")  # nobody writes to it: whoever opens it waits without end
    names = ("bad.pdf", "gone.pdf", "hangs.pdf")
    others = [
        replace(
            good,
            papers=(replace(good.papers[0], path=name, document_id=name),),
            codings=(replace(good.codings[0], document_id=name),),
        )
        for name in names
    ]
    folder, said = copied(tmp_path, *others, good)
    assert [path.name for path in folder.iterdir()] == ["page.pdf"]
    assert [line.split(": ")[0] for line in said] == [f"no highlighted copy of {name}" for name in names]
    assert "longer than the limit of 5 s" in said[-1]


def test_a_place_that_cannot_be_written_is_said_as_that(tmp_path: Path) -> None:
    page_of(tmp_path / "page.pdf")
    results, _, _ = one_coding(tmp_path / "page.pdf")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "highlighted").write_text("a file of the user's", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot write"):
        copied(tmp_path, results)


def test_two_copies_are_the_same_bytes(tmp_path: Path) -> None:
    made_twice = []
    page_of(tmp_path / "page.pdf", ODD[3])
    for _ in range(2):
        folder, _ = copied(tmp_path, one_coding(tmp_path / "page.pdf")[0])
        made_twice.append((folder / "page.pdf").read_bytes())
    assert made_twice[0] == made_twice[1]
