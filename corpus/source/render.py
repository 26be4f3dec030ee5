"""Render the sample papers beside this file to PDF.

    python corpus/source/render.py [FOLDER]

Every `NN-slug.md` becomes one PDF in FOLDER (default: `corpus/`); an exact duplicate, a re-typeset
preprint and an unreadable file join them, so that the corpus shows what a real folder holds. Bytes
are the same at every run with the same reportlab and zlib. Only development needs reportlab; the PDFs
are committed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reportlab import platypus
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle

SOURCE = Path(__file__).resolve().parent
DUPLICATE_OF = "2009-lin-cp-audits-zhejiang"
DUPLICATE_NAME = "scan-0417 (copy)"
PREPRINT_OF = "2018-quynhmai-energy-efficiency-vietnam"
PREPRINT_NAME = "quynhmai-vietnam-preprint"
BROKEN_OF = "2014-skoglov-industrial-symbiosis-sweden"
BROKEN_NAME = "download-interrupted"

GAP = 18.0
NOTE_STRIP = 54.0
RAISED = '<super size="7">'
RULES = (
    ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
    ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
)
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
FONTS = {
    "times": ("Times-Roman", "Times-Bold", "Times-Italic"),
    "helvetica": ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique"),
}
# Where a long word may break: between two consonants amid vowels (no digraph), or before an ending.
BREAKS = re.compile(
    r"(?<=[a-z]{2}[aeiou][bdfglmnprst])(?!(?<=g)r|(?<=[ln])ding)(?=[bcdfgmnprstv][aeiou][a-z]{2})"
    r"|(?<=[a-z]{4})(?=(?:tion|ment|ness|ture)s?\b)"
)


@dataclass(frozen=True)
class Block:
    """One piece of a paper's body: a heading, paragraph, table, reference list or footnote."""

    kind: str
    text: str


@dataclass(frozen=True)
class Paper:
    """A parsed source file: its front matter and its body."""

    slug: str
    meta: dict[str, str]
    blocks: tuple[Block, ...]

    def get(self, key: str, default: str = "") -> str:
        """Return a front-matter value."""
        return self.meta.get(key, default)

    @property
    def notes(self) -> dict[str, str]:
        """Footnotes by number."""
        found = (re.match(r"\[\^(\d+)\]:\s*(.+)", b.text) for b in self.blocks if b.kind == "note")
        return {m[1]: m[2] for m in found if m}


def kind_of(chunk: str) -> str:
    """Tell what a chunk of the body is by how it begins."""
    marks = {"## ": "heading", "Table ": "table", "- ": "list", "[^": "note"}
    kind = next((kind for mark, kind in marks.items() if chunk.startswith(mark)), "para")
    return "para" if kind == "table" and "\n|" not in chunk else kind


def read_paper(path: Path) -> Paper:
    """Parse one source file."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    meta = dict(line.split(": ", 1) for line in front.strip().splitlines())
    chunks = (chunk.strip() for chunk in body.split("\n\n"))
    return Paper(meta["file"], meta, tuple(Block(kind_of(c), c) for c in chunks if c))


def styles(paper: Paper) -> dict[str, Any]:
    """Return the paragraph styles of a paper's layout."""
    regular, bold, italic = FONTS[paper.get("font", "times")]
    size = 9.8 if paper.get("layout") == "two" else 11.0
    base = ParagraphStyle("body", fontName=regular, fontSize=size, leading=size * 1.25, alignment=4)
    base.spaceAfter, base.embeddedHyphenation = 5, 1
    small: dict[str, Any] = {"fontSize": 8.2, "leading": 9.8, "alignment": 0, "spaceAfter": 2}

    def style(name: str, **changes: Any) -> Any:
        return ParagraphStyle(name, parent=base, **changes)

    return {
        "body": base,
        "first": style("first", firstLineIndent=0 if paper.get("layout") == "one" else 9),
        "title": style("title", fontName=bold, fontSize=15, leading=18, alignment=0, spaceAfter=6),
        "authors": style("authors", fontSize=11, leading=14, alignment=0),
        "affiliation": style("affiliation", fontName=italic, fontSize=8.5, leading=10, alignment=0),
        "small": style("small", **small),
        "caption": style("caption", keepWithNext=1, **small),
        "reference": style("reference", leftIndent=12, firstLineIndent=-12, **small),
        "cell": style("cell", fontSize=8.2, leading=9.6, alignment=0, spaceAfter=0),
        "heading": style("heading", fontName=bold, alignment=0, spaceBefore=7, spaceAfter=3, keepWithNext=1),
    }


def heading_text(paper: Paper, text: str) -> str:
    """Set a heading in the paper's manner: plain, capitals or Roman numerals."""
    text = text.removeprefix("## ")
    number, _, words = text.partition(". ")
    manner = paper.get("headings", "plain")
    if manner == "roman" and number.isdigit():
        return f"{ROMAN[int(number) - 1]}. {words.upper()}"
    return text.upper() if manner == "upper" else text


def soften(text: str) -> str:
    """Put soft hyphens where long words may break, and turn footnote marks into raised numbers."""
    text = BREAKS.sub("\u00ad", " ".join(text.split()))
    mark = r'<super size="6.5">\1</super><onDraw name="note_here" label="\1"/>'
    return re.sub(r"\[\^(\d+)\]", mark, text)


def table(paper: Paper, text: str, width: float) -> list[Any]:
    """Set a caption and a ruled table."""
    style = styles(paper)
    caption, *lines = text.splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    cells = [[platypus.Paragraph(cell, style["cell"]) for cell in row] for row in rows]
    weights = [max(8, *(len(row[i]) for row in rows)) for i in range(len(rows[0]))]
    ruled = platypus.Table(cells, colWidths=[width * w / sum(weights) for w in weights], repeatRows=1)
    ruled.setStyle(platypus.TableStyle(RULES))
    return [
        platypus.Spacer(1, 5),
        platypus.Paragraph(caption, style["caption"]),
        ruled,
        platypus.Spacer(1, 7),
    ]


def references(paper: Paper, text: str) -> list[Any]:
    """Set the reference list, numbered where the paper cites by number."""
    items = [line.removeprefix("- ") for line in text.splitlines()]
    if paper.get("citations") == "number":
        items = [f"[{number}] {item}" for number, item in enumerate(items, 1)]
    return [platypus.Paragraph(item, styles(paper)["reference"]) for item in items]


def flow(paper: Paper, block: Block, width: float) -> list[Any]:
    """Return the flowables of one block."""
    style = styles(paper)
    if block.kind == "table":
        return table(paper, block.text, width)
    if block.kind == "list":
        return references(paper, block.text)
    if block.kind == "heading":
        return [platypus.Paragraph(heading_text(paper, block.text), style["heading"])]
    return [] if block.kind == "note" else [platypus.Paragraph(soften(block.text), style["first"])]


def title_block(paper: Paper) -> Iterator[Any]:
    """Yield what stands above the body: title, authors, abstract, keywords."""
    style = styles(paper)
    yield platypus.Paragraph(paper.get("title"), style["title"])
    yield platypus.Paragraph(paper.get("authors").replace("<super>", RAISED), style["authors"])
    for line in paper.get("affiliations").split(" // "):
        yield platypus.Paragraph(line, style["affiliation"])
    if paper.get("doi"):
        yield platypus.Paragraph(f"https://doi.org/{paper.get('doi')}", style["small"])
    yield platypus.HRFlowable(width="100%", thickness=0.5, color=colors.black, spaceBefore=4, spaceAfter=4)
    yield platypus.Paragraph("Abstract", style["heading"])
    yield platypus.Paragraph(soften(paper.get("abstract")), style["body"])
    yield platypus.Paragraph(f"<b>Keywords:</b> {paper.get('keywords')}", style["body"])
    yield platypus.HRFlowable(width="100%", thickness=0.5, color=colors.black, spaceBefore=2, spaceAfter=6)


def draw_notes(paper: Paper, canvas: Any, numbers: list[str], width: float) -> None:
    """Draw the footnotes called on this page at its foot, under a short rule."""
    top = 62 + NOTE_STRIP - 5
    canvas.line(62, top - 4, 62 + 90, top - 4)
    for number in numbers:
        text = f'<super size="6">{number}</super> {paper.notes[number]}'
        note = platypus.Paragraph(text, styles(paper)["small"])
        _, height = note.wrap(width, NOTE_STRIP)
        top -= height + 3
        note.drawOn(canvas, 62, top - 4)


def draw_furniture(paper: Paper, canvas: Any, page: int, size: tuple[float, float]) -> None:
    """Draw the running header and the footer with the page number."""
    canvas.setFont(FONTS[paper.get("font", "times")][2], 8)
    left, right = paper.get("running"), f"{paper.get('journal')} ({paper.get('year')})"
    canvas.drawString(62, size[1] - 44, right if page == 1 else left)
    canvas.drawRightString(size[0] - 62, size[1] - 44, paper.get("kind", "Research article"))
    canvas.line(62, size[1] - 49, size[0] - 62, size[1] - 49)
    first = int(paper.get("firstpage", "1"))
    canvas.drawCentredString(size[0] / 2, 40, str(first + page - 1))


def page_template(paper: Paper, name: str, frames: list[Any], size: tuple[float, float]) -> Any:
    """Return a page template that draws furniture and footnotes around the frames."""
    called: list[str] = []

    def begin(canvas: Any, _: Any) -> None:
        called.clear()
        canvas.setNamedCB("note_here", lambda _canvas, _kind, label: called.append(label))

    def end(canvas: Any, doc: Any) -> None:
        draw_furniture(paper, canvas, doc.page, size)
        if called:
            draw_notes(paper, canvas, called, size[0] - 124)

    return platypus.PageTemplate(name, frames, onPage=begin, onPageEnd=end, pagesize=size)


def columns(count: int, width: float, bottom: float, height: float) -> list[Any]:
    """Return equal side-by-side frames."""
    each = (width - GAP * (count - 1)) / count
    return [platypus.Frame(62 + i * (each + GAP), bottom, each, height, 0, 0, 0, 0, id=f"c{i}") for i in range(count)]


def page_templates(paper: Paper, head: list[Any], size: tuple[float, float]) -> list[Any]:
    """Return the first page (title block over the columns) and the later pages."""
    width, bottom = size[0] - 124, 62 + (NOTE_STRIP if paper.notes else 0)
    height = size[1] - 62 - bottom
    used = sum(f.wrap(width, height)[1] + f.getSpaceBefore() + f.getSpaceAfter() for f in head) + 4
    count = 2 if paper.get("layout") == "two" else 1
    top = platypus.Frame(62, bottom + height - used, width, used, 0, 0, 0, 0, id="head")
    first = [top, *columns(count, width, bottom, height - used)]
    later = columns(count, width, bottom, height)
    return [page_template(paper, n, f, size) for n, f in (("first", first), ("later", later))]


def properties(paper: Paper) -> dict[str, str]:
    """Return the PDF's title and author: true, left empty, or the rubbish that word processors leave."""
    manner = paper.get("metadata", "yes")
    if manner == "rubbish":
        return {"title": "Microsoft Word - draft_final_v3.doc", "author": "admin"}
    true = {"title": paper.get("title"), "author": re.sub(r"<.*?>.*?</.*?>", "", paper.get("authors"))}
    return true if manner == "yes" else {"title": "", "author": ""}


def render(paper: Paper, target: Path) -> None:
    """Write one paper as a PDF."""
    size = LETTER if paper.get("size") == "letter" else A4
    head = list(title_block(paper))
    width = size[0] - 124
    column = (width - GAP) / 2 if paper.get("layout") == "two" else width
    body = [item for block in paper.blocks for item in flow(paper, block, column)]
    doc = platypus.BaseDocTemplate(str(target), invariant=1, **properties(paper))
    doc.addPageTemplates(page_templates(paper, head, size))
    doc.build([*head, platypus.NextPageTemplate("later"), platypus.FrameBreak(), *body])


def preprint(paper: Paper) -> Paper:
    """Return the same paper as its authors might have put it on a preprint server."""
    changes = {
        "layout": "one", "font": "helvetica", "headings": "plain", "kind": "Preprint",
        "size": "letter", "journal": "Preprint, not yet typeset", "firstpage": "1", "metadata": "no",
    }  # fmt: skip
    return replace(paper, meta=paper.meta | changes)


def write_oddities(papers: dict[str, Paper], folder: Path) -> None:
    """Write the exact duplicate, the near duplicate and the file that broke off in mid-download."""
    original = (folder / f"{DUPLICATE_OF}.pdf").read_bytes()
    (folder / f"{DUPLICATE_NAME}.pdf").write_bytes(original)
    render(preprint(papers[PREPRINT_OF]), folder / f"{PREPRINT_NAME}.pdf")
    whole = (folder / f"{BROKEN_OF}.pdf").read_bytes()
    (folder / f"{BROKEN_NAME}.pdf").write_bytes(whole[: len(whole) // 7])


def main(arguments: list[str]) -> None:
    """Render every source file into the folder given, or into `corpus/`."""
    folder = Path(arguments[0]) if arguments else SOURCE.parent
    folder.mkdir(parents=True, exist_ok=True)
    papers = {p.slug: p for p in map(read_paper, sorted(SOURCE.glob("[0-9][0-9]-*.md")))}
    for paper in papers.values():
        render(paper, folder / f"{paper.slug}.pdf")
    write_oddities(papers, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
