"""A PDF file -> a Document, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import UnreadablePaper
from pipeline.pdf import layout, ocr
from pipeline.pdf.build import build
from pipeline.pdf.legible import is_legible
from pipeline.pdf.metadata import metadata
from pipeline.pdf.raw import Raw, RawPage
from pipeline.pdf.running import without_hidden, without_running
from pipeline.pdf.sections import sections
from pipeline.pdf.source import Source, source
from pipeline.records import Document

NO_OCR = "The PDF has next to no text: it seems to be a scan."  # a refusal that OCR would mend
FEW_WORDS = 10  # a page with fewer is taken for a picture


def read(path: Path, document_id: str) -> Document:
    """The Document in a PDF file: text, a box for every word, sections and metadata.

    Blocks (paragraphs, headings, captions) are parted by one line feed in the text, words of a block by
    one space; a paragraph that runs over a column or a page is one block. `reader` is "pdfium",
    "pdfium, repaired" where only a repaired copy could be read, or "tesseract" where a page was read from its picture.
    Raises UnreadablePaper where the file is empty, no PDF, locked, damaged, or holds no text to read.
    """
    found = source(path)
    raw = _with_pictures_read(found)
    _check_text(path, raw)
    rows = without_running(raw.pages, [without_hidden(layout.lines(page)) for page in raw.pages])
    every = [line for page in rows for line in page]
    built = build(raw.pages, layout.blocks(every))
    if not is_legible(built.text):
        raise UnreadablePaper(
            "The text in this PDF comes out as nonsense: its fonts do not say which letters they draw.",
            str(path),
            "Print the paper to a PDF of images and run OCR on it, or find another copy.",
        )
    return Document(
        id=document_id,
        text=built.text,
        pages=built.pages,
        words=built.words,
        sections=sections(built.text, built.paragraphs, layout.body_size(every)),
        metadata=metadata(raw, built.text, built.paragraphs),
        reader=raw.reader,
        damage=found.damage,
    )


def _with_pictures_read(found: Source) -> Raw:
    """The pages with those that are pictures read by OCR, where it is installed."""
    raw = found.raw
    bare = [page for page in raw.pages if len(page.texts) < FEW_WORDS and page.width]
    if not bare or not ocr.available():
        return raw
    known = {page.number: page for page in bare}
    read = {new.number: new for new in ocr.recognise(found.data, bare) if len(new.texts) > len(known[new.number].texts)}
    if not read:
        return raw
    return replace(raw, pages=[read.get(page.number, page) for page in raw.pages], reader=ocr.READER)


def _check_text(path: Path, raw: Raw) -> None:
    if _words(raw.pages) >= FEW_WORDS:
        return
    if ocr.available():
        raise UnreadablePaper(
            "The PDF has next to no text, and OCR found none in its pictures.",
            str(path),
            "Look at the file: if it is a paper, scan it again with 300 dots per inch.",
        )
    raise UnreadablePaper(
        NO_OCR,
        str(path),
        "Install the OCR program tesseract and run again, or add a copy that holds text (`ocrmypdf in.pdf out.pdf`).",
    )


def _words(pages: Sequence[RawPage]) -> int:
    """How many words of two letters or more the pages hold: dirt that OCR takes for signs is not text."""
    return sum(len(word) > 1 and word.isalpha() for page in pages for word in page.texts)
