"""Papers made for the tests as journals set them: title, authors, headings, text, notes."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from pipeline.documents import Document
from tests.pdf.checks import sound
from tests.pdf.made import A4, PROSE, column, draw, wrapped

ABSTRACT = (
    "This paper asks why small dyeing firms took up cleaner production audits. Ninety firms were surveyed in two "
    "provinces, and the answers were set against the records of the local centres. Lower water bills and pressure "
    "from buyers abroad moved the firms, while a lack of staff and of credit held them back for many years."
)
REFERENCES = [
    "[1] Adams, J., 2004. Audits in small firms. Journal of Examples 12, 1-9.",
    "[2] Brown, K., Clark, L., 2008. Water levies and their yield. Journal of Examples 16, 20-31.",
    "[3] Davis, M., 2009. Credit for pollution prevention in five provinces. Example Press.",
]


class Sheet:
    """A page filled from the top: `head` and `text` write a heading or a paragraph below what is there."""

    def __init__(self, path: Path) -> None:
        self.canvas = Canvas(str(path), pagesize=A4)
        self.top = 60.0

    def put(self, lines: list[str], size: float, font: str) -> None:
        draw(self.canvas, column(lines, top=self.top, leading=size * 1.2), size, font)
        self.top += size * 1.2 * len(lines) + 10

    def head(self, title: str, size: float = 12) -> None:
        self.put([title], size, "Helvetica-Bold")

    def text(self, text: str) -> None:
        self.put(wrapped(text, 85), 10, "Helvetica")

    def marked(self, pieces: list[tuple[str, str]], size: float = 11) -> None:
        """One line of pieces of text, each with a small raised mark behind it."""
        line = self.canvas.beginText(72, A4[1] - self.top - size)
        for text, mark in pieces:
            line.setFont("Helvetica", size)
            line.textOut(text)
            line.setFont("Helvetica", size * 0.6)
            line.setRise(size * 0.4)
            line.textOut(mark)
            line.setRise(0)
        self.canvas.drawText(line)
        self.top += size * 1.2 + 10

    def run_in(self, heading: str, text: str) -> None:
        """A paragraph that begins with a heading in bold type."""
        first, *others = wrapped(f"{heading} {text}", 85)
        line = self.canvas.beginText(72, A4[1] - self.top - 10)
        line.setFont("Helvetica-Bold", 10)
        line.textOut(heading)
        line.setFont("Helvetica", 10)
        line.textOut(first.removeprefix(heading))
        self.canvas.drawText(line)
        self.top += 12
        self.put(others, 10, "Helvetica")

    def foot(self, lines: list[str], size: float = 8) -> None:
        """Small lines at the foot of the page, wherever the text stands."""
        draw(self.canvas, column(lines, top=790 - size * 1.2 * len(lines), leading=size * 1.2), size)

    def read(self, path: Path) -> Document:
        """The document, as it is read from the file."""
        self.canvas.save()
        document = pdf.read(path, "id")
        sound(document)
        return document

    def turn(self) -> None:
        self.canvas.showPage()
        self.top = 60.0


def journal(
    path: Path, headings: tuple[str, ...], abstract: tuple[str, str], references: str = "References"
) -> Document:
    """A paper with these section headings; `abstract` is its heading and text."""
    sheet = Sheet(path)
    sheet.put(["Journal of Examples 18 (2010) 100-109"], 8, "Helvetica")
    sheet.put(wrapped("Why small dyeing firms took up cleaner production audits in two provinces", 45), 18, "Helvetica")
    sheet.put(["Ming Li, Anna K. Smith and Jo-Ann O'Neil"], 11, "Helvetica")
    sheet.put(["Department of Examples, University of Nowhere. Email: li@nowhere.example"], 8, "Helvetica-Oblique")
    if abstract[0]:
        sheet.head(abstract[0])
    sheet.text(abstract[1])
    sheet.put(["Keywords: audits; levy; credit"], 9, "Helvetica")
    sheet.put(["doi:10.1234/examples.2010.01.007."], 8, "Helvetica")
    for heading in headings:
        sheet.head(heading)
        sheet.text(" ".join(PROSE))
    sheet.turn()
    sheet.head(references)
    for entry in REFERENCES:
        sheet.text(entry)
    sheet.text("[4] Evans, N., 2010. Loans. doi:10.9999/not.this.one")
    sheet.head("Appendix A. Questions of the survey")
    sheet.text(" ".join(PROSE[:4]))
    return sheet.read(path)


def titles(document: Document, level: int = 0) -> list[str]:
    """The titles of the sections, all or those of one level."""
    return [s.title for s in document.sections if s.title and level in (0, s.level)]


def pieces(document: Document, kind: str) -> list[str]:
    """The texts of the parts of one kind."""
    return [document.text[p.start : p.end] for p in document.parts if p.kind == kind]


def part(document: Document, role: str) -> str:
    """The text of the sections with this role."""
    return "\n".join(document.text[s.start : s.end].strip() for s in document.sections if s.role == role)
