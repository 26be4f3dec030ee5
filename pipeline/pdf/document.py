"""A PDF file -> a Document, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from pipeline.documents import Document
from pipeline.errors import OtherLanguage, UnreadablePaper
from pipeline.pdf import layout, ocr, tables
from pipeline.pdf.build import build
from pipeline.pdf.cells import Found
from pipeline.pdf.hidden import without_hidden
from pipeline.pdf.language import NAMES, language
from pipeline.pdf.legible import is_garbled, is_legible
from pipeline.pdf.mend import mended
from pipeline.pdf.metadata import metadata
from pipeline.pdf.names import is_named, role_of
from pipeline.pdf.numbered import without_line_numbers
from pipeline.pdf.order import in_order
from pipeline.pdf.parts import parts
from pipeline.pdf.raw import Raw, RawPage
from pipeline.pdf.references import references
from pipeline.pdf.rejoin import rejoin
from pipeline.pdf.running import without_running
from pipeline.pdf.sections import sections
from pipeline.pdf.source import Source, source

EAST = "\u2e80"  # from here on, writing systems of East Asia
NO_OCR = "The PDF has next to no text: it seems to be a scan."  # a refusal that OCR would mend
COVER = 2  # pages on which a title block may stand
FEW_WORDS = 10  # a page with fewer is taken for a picture


def read(path: Path, document_id: str) -> Document:
    """The Document in a PDF file: text, a box for every word, sections, parts and metadata.

    Blocks (paragraphs, headings, captions) are parted by one line feed in the text, words of a block by
    one space; a paragraph that runs over a column or a page is one block. `reader` is "pdfium",
    "pdfium, repaired" where only a repaired copy could be read, "tesseract" where every page with words was read
    from its picture, or two names where some were.
    Raises UnreadablePaper where the file is empty, no PDF, locked, damaged, or holds no text to read, and
    OtherLanguage where most of it is not in English.
    """
    opened = source(path)
    raw = _with_pictures_read(opened)
    _check_text(path, raw)
    raw = replace(raw, pages=[mended(in_order(page)) for page in without_line_numbers(raw.pages)])
    lines = [_lines(page) for page in raw.pages]
    rows = without_running(raw.pages, lines)
    every = [line for page in rows for line in page]
    body = layout.body_size(every)
    found = [table for page, mine in zip(raw.pages, rows, strict=True) for table in _tables(page, mine, body)]
    blocks = rejoin(layout.blocks(tables.cell_by_cell(raw.pages, every, found)), body)
    clear = [block for block in blocks if block.cell or not is_garbled(block.text.split())]
    built = build(raw.pages, clear)
    if not clear or not is_legible(built.text):
        raise UnreadablePaper(
            "The text in this PDF comes out as nonsense: its fonts do not say which letters they draw.",
            str(path),
            "Print the paper to a PDF of images and run OCR on it, or find another copy.",
        )
    facts = metadata(raw, built.text, built.paragraphs)
    parted = sections(built.text, tables.as_one(built.paragraphs), body)
    return Document(
        id=document_id,
        text=built.text,
        pages=built.pages,
        words=built.words,
        sections=parted,
        metadata=facts,
        reader=raw.reader,
        language=english(path, language(built.text, parted)),
        parts=parts(built.text, built.paragraphs, built.pages, parted, facts, body),
        tables=tables.spans(found, built.paragraphs),
        references=references(built, parted),
        damage="; ".join(filter(None, (opened.damage, _illegible(raw.pages, lines)))),
    )


def _lines(page: RawPage) -> list[layout.Line]:
    """The lines of a page's text; none where it is garbled."""
    return [] if is_garbled(page.texts) else without_hidden(layout.lines(page))


def _tables(page: RawPage, lines: Sequence[layout.Line], body: float) -> list[Found]:
    """The tables of a page; the box of article information and abstract on a title page is none, though ruled."""
    found = tables.find(page, lines, body)
    if page.number > COVER or not found:
        return found
    cells = [{" ".join(line.text for line in cell.lines) for cell in table.cells} for table in found]
    return [one for one, texts in zip(found, cells, strict=True) if not any(map(_heads_abstract, texts))]


def _heads_abstract(text: str) -> bool:
    return is_named(text) and role_of(text) == "abstract"


def _illegible(pages: Sequence[RawPage], lines: Sequence[Sequence[layout.Line]]) -> str:
    """Which pages hold words that come out as nonsense and are left out, in words; empty where none does."""
    numbers = [str(page.number) for page, mine in zip(pages, lines, strict=True) if page.texts and not mine]
    return f"left out as nonsense: page {', '.join(numbers)}" if numbers else ""


def english(path: Path, code: str) -> str:
    """The language of a paper. Raises OtherLanguage where it is told and is not English."""
    if code in ("en", ""):
        return code
    remedy = "Add an English version or translation, if there is one: only English papers are coded."
    raise OtherLanguage(f"The paper is in {NAMES[code]} ({code}).", str(path), remedy)


def _with_pictures_read(opened: Source) -> Raw:
    """The pages with those that are pictures or garbled read by OCR, where it is installed."""
    raw = opened.raw
    bare = [page for page in raw.pages if page.width and (len(page.texts) < FEW_WORDS or is_garbled(page.texts))]
    if not bare or not ocr.available():
        return raw
    known = {page.number: page for page in bare}
    read = {new.number: new for new in ocr.recognise(opened.data, bare) if _says_more(new, known[new.number])}
    if not read:
        return raw
    pages = [read.get(page.number, page) for page in raw.pages]
    mixed = any(page.texts and not page.ocr for page in pages)
    return replace(raw, pages=pages, reader=f"{raw.reader}, {ocr.READER}" if mixed else ocr.READER)


def _says_more(new: RawPage, old: RawPage) -> bool:
    """Whether OCR got more out of a page than its text does."""
    return not is_garbled(new.texts) and (len(new.texts) > len(old.texts) or is_garbled(old.texts))


def _check_text(path: Path, raw: Raw) -> None:
    if _has_words(raw.pages):
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


def _has_words(pages: Sequence[RawPage]) -> bool:
    """Whether pages hold some words of two letters or more: dirt that OCR takes for signs is not text.

    Where words are not parted by spaces, as in Chinese, two signs count as a word.
    """
    words = (word for page in pages for word in page.texts if len(word) > 1)
    counts = (sum(char >= EAST for char in word) // 2 if max(word) >= EAST else word.isalpha() for word in words)
    return any(total >= FEW_WORDS for total in accumulate(counts))
