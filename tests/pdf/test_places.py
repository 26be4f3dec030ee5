"""Boxes and pages: where the words stand on the page as a person sees it."""

from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from tests.pdf.checks import sound
from tests.pdf.made import A4, PROSE, column, draw


def placed(path: Path, rotation: int = 0, crop: tuple[float, float, float, float] | None = None) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setPageRotation(rotation)
    width, height = reversed(A4) if rotation in (90, 270) else A4
    canvas.translate(width if rotation in (90, 180) else 0, height if rotation in (180, 270) else 0)
    canvas.rotate(rotation)  # so that the text stands upright on the page as shown
    if crop:
        canvas.setCropBox(crop)
    draw(canvas, column(PROSE))
    canvas.save()
    return path


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_box_surrounds_ink_on_a_turned_page(tmp_path: Path, rotation: int) -> None:
    path = placed(tmp_path / "a.pdf", rotation)
    document = pdf.read(path, "id")
    sound(document)
    page = document.pages[0]
    assert (page.width, page.height) == A4
    assert document.text.startswith(PROSE[0])
    with pypdfium2.PdfDocument(path) as file:
        image = file[0].render(scale=1, grayscale=True).to_pil()
    assert image.size == (round(page.width), round(page.height))
    boxes = document.words.box
    for x0, top, x1, bottom in boxes[:: len(boxes) // 20]:
        assert image.crop((int(x0), int(top), int(x1) + 1, int(bottom) + 1)).getextrema()[0] < 200
    ink = image.point(lambda value: 255 * (value < 200)).getbbox()
    around = (boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max())
    assert all(abs(a - b) < 5 for a, b in zip(ink, around, strict=True))


def test_boxes_count_from_the_crop_box(tmp_path: Path) -> None:
    whole = pdf.read(placed(tmp_path / "a.pdf"), "id")
    cropped = pdf.read(placed(tmp_path / "b.pdf", crop=(50, 100, 595, 800)), "id")
    sound(cropped)
    assert cropped.pages[0].width == pytest.approx(545)
    shift = whole.words.box[0] - cropped.words.box[0]
    assert shift.tolist() == pytest.approx([50, 42, 50, 42], abs=0.1)


def test_text_outside_the_crop_box_is_not_read(tmp_path: Path) -> None:
    document = pdf.read(placed(tmp_path / "a.pdf", crop=(0, 0, 595, 700)), "id")
    sound(document)
    assert PROSE[0] not in document.text
    assert PROSE[-1] in document.text


def test_a_word_has_its_own_box(tmp_path: Path) -> None:
    document = pdf.read(placed(tmp_path / "a.pdf"), "id")
    at = document.text.index("audits")
    (box,) = document.boxes(at, at + len("audits"))
    assert box.page == 1
    assert box.x0 == pytest.approx(72 + 10 * 8.56, abs=15)
    assert box.top == pytest.approx(100, abs=3)
    assert box.bottom == pytest.approx(111, abs=3)


def test_labels_are_those_of_the_pdf(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.addPageLabel(0, "ROMAN_LOWER", 4)
    canvas.addPageLabel(1, "ARABIC", 117)
    for _ in range(2):
        draw(canvas, column(PROSE))
        canvas.showPage()
    canvas.save()
    assert [page.label for page in pdf.read(tmp_path / "a.pdf", "id").pages] == ["iv", "117"]


def test_without_labels_the_number_stands_in(tmp_path: Path) -> None:
    assert pdf.read(placed(tmp_path / "a.pdf"), "id").pages[0].label == "1"
