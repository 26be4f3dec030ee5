"""PDFs made for the tests: lines of text at places, on pages of any shape."""

import io
from collections.abc import Iterable
from pathlib import Path

import pypdfium2
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

A4 = (595.0, 842.0)
LEADING = 14.0

Line = tuple[float, float, str]  # from the left, from the top, in points; the text

PROSE = (
    "Cleaner production audits were carried out in ninety firms of the dyeing industry.",
    "Most managers said that lower water bills had convinced them to take part.",
    "The provincial government paid half of the cost of the first audit in each firm.",
    "A levy on waste water made the second round worth while for large firms only.",
    "Small firms lacked both the staff and the money to follow the advice they got.",
    "Training by the local centre was the measure that firms named most often.",
    "Banks did not lend for such projects before the guarantee fund was set up.",
    "Buyers abroad began to ask for certificates, which moved the exporters first.",
)


def draw(
    canvas: Canvas, lines: Iterable[Line], size: float = 10, font: str = "Helvetica", height: float = A4[1]
) -> None:
    """Lines onto the canvas's page."""
    canvas.setFont(font, size)
    for x, top, text in lines:
        canvas.drawString(x, height - top - size, text)


def column(lines: Iterable[str], x: float = 72, top: float = 100, leading: float = LEADING) -> list[Line]:
    """Lines one below the other."""
    return [(x, top + number * leading, text) for number, text in enumerate(lines)]


def wrapped(text: str, width: int = 80) -> list[str]:
    """Text in lines of at most `width` characters."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


def paper(path: Path, pages: Iterable[Iterable[Line]]) -> Path:
    """A PDF with these lines on each page in plain type."""
    canvas = Canvas(str(path), pagesize=A4)
    for lines in pages:
        draw(canvas, lines)
        canvas.showPage()
    canvas.save()
    return path


def locked(path: Path, password: str) -> Path:
    """A page of prose that opens with this password; an empty one opens by itself."""
    canvas = Canvas(str(path), pagesize=A4, encrypt=StandardEncryption(password, ownerPassword="owner", canPrint=0))
    draw(canvas, column(PROSE))
    canvas.save()
    return path


def scan(path: Path, dpi: int = 200) -> Path:
    """A page of prose as a picture."""
    source = paper(path.with_suffix(".text.pdf"), [column(PROSE)])
    with pypdfium2.PdfDocument(source) as file:
        image = file[0].render(scale=dpi / 72, grayscale=True).to_pil()
    buffer = io.BytesIO()
    image.save(buffer, "PDF", resolution=dpi)
    path.write_bytes(buffer.getvalue())
    return path
