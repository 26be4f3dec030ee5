"""Papers made for the tests as journals set them: title, authors, headings, text, notes."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from pipeline.records import Document
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
    sheet.canvas.save()
    document = pdf.read(path, "id")
    sound(document)
    return document


def part(document: Document, role: str) -> str:
    return "\n".join(document.text[s.start : s.end].strip() for s in document.sections if s.role == role)
