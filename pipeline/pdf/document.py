"""A PDF file -> a Document, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import pypdfium2

from pipeline.errors import OtherLanguage, UnreadablePaper
from pipeline.pdf import layout, ocr, pdfium, plumber, tables
from pipeline.pdf.build import build
from pipeline.pdf.hidden import without_hidden
from pipeline.pdf.language import NAMES, language
from pipeline.pdf.legible import is_garbled, is_legible
from pipeline.pdf.mend import mended
from pipeline.pdf.metadata import metadata
from pipeline.pdf.numbered import without_line_numbers
from pipeline.pdf.order import in_order
from pipeline.pdf.parts import parts
from pipeline.pdf.raw import Raw, RawPage
from pipeline.pdf.references import references
from pipeline.pdf.rejoin import rejoin
from pipeline.pdf.running import without_running
from pipeline.pdf.sections import sections
from pipeline.records import Document

EAST = "\u2e80"  # from here on, writing systems of East Asia
FEW_WORDS = 10  # a page with fewer is taken for a picture
_HEAD = 1024  # bytes in which the mark of a PDF must stand
_WRONG_PASSWORD = 4  # pdfium's error code

_AGAIN = "Download the file again, or open it in a PDF viewer and save it anew."


def read(path: Path, document_id: str) -> Document:
    """The Document in a PDF file: text, a box for every word, sections, parts and metadata.

    Blocks (paragraphs, headings, captions) are parted by one line feed in the text, words of a block by
    one space; a paragraph that runs over a column or a page is one block. `reader` is "pdfium",
    "pdfplumber" where pdfium could not read the file, "tesseract" where every page with words was read from its
    picture, or both names where some were.
    Raises UnreadablePaper where the file is empty, no PDF, locked, damaged, or holds no text to read, and
    OtherLanguage where most of it is not in English.
    """
    _check_file(path)
    raw = _with_pictures_read(path, _raw(path))
    _check_text(path, raw)
    raw = replace(raw, pages=[mended(in_order(page)) for page in without_line_numbers(raw.pages)])
    rows = without_running(raw.pages, [_lines(page) for page in raw.pages])
    every = [line for page in rows for line in page]
    body = layout.body_size(every)
    found = [table for page, mine in zip(raw.pages, rows, strict=True) for table in tables.find(page, mine, body)]
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
        language=_english(path, language(built.text, parted)),
        parts=parts(built.text, built.paragraphs, built.pages, parted, facts, body),
        tables=tables.spans(found, built.paragraphs),
        references=references(built, parted),
    )


def _lines(page: RawPage) -> list[layout.Line]:
    """The lines of a page's text; none where it is garbled."""
    return [] if is_garbled(page.texts) else without_hidden(layout.lines(page))


def _english(path: Path, code: str) -> str:
    """The language of a paper. Raises OtherLanguage where it is told and is not English."""
    if code in ("en", ""):
        return code
    remedy = "Add an English version or translation, if there is one: only English papers are coded."
    raise OtherLanguage(f"The paper is in {NAMES[code]} ({code}).", str(path), remedy)


def _check_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise UnreadablePaper(
            f"The file cannot be opened ({error.strerror}).",
            str(path),
            "Check that it is there and may be read.",
        ) from error
    if not head.strip(b"\0 \r\n"):
        raise UnreadablePaper("The file is empty.", str(path), "Download or copy it again.")
    if b"%PDF-" not in head:
        kind = "a web page" if b"<html" in head.lower() or b"<!doctype" in head.lower() else "something else"
        raise UnreadablePaper(f"The file is not a PDF but {kind}.", str(path), "Download the paper itself as a PDF.")


def _raw(path: Path) -> Raw:
    """The words of a file, by the second reader where the first one refuses it or finds no page."""
    try:
        raw = pdfium.read(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _WRONG_PASSWORD:
            raise UnreadablePaper(
                "The PDF is locked with a password.",
                str(path),
                "Save a copy without a password and add that.",
            ) from error
        return _second(path)
    lost = not any(page.texts for page in raw.pages) and not all(page.width for page in raw.pages)
    return _second(path) if lost or not raw.pages else raw


def _second(path: Path) -> Raw:
    try:
        raw = plumber.read(path)
    except Exception as error:
        raise UnreadablePaper("The PDF is damaged and cannot be read.", str(path), _AGAIN) from error
    if not raw.pages:
        raise UnreadablePaper("The PDF has no pages, or they are lost.", str(path), _AGAIN)
    if not any(page.texts for page in raw.pages):
        raise UnreadablePaper("The PDF is damaged: no text can be got out of it.", str(path), _AGAIN)
    return raw


def _with_pictures_read(path: Path, raw: Raw) -> Raw:
    """The pages with those that are pictures or garbled read by OCR, where it is installed."""
    bare = [page for page in raw.pages if page.width and (len(page.texts) < FEW_WORDS or is_garbled(page.texts))]
    if not bare or raw.reader != pdfium.READER or not ocr.available():
        return raw
    known = {page.number: page for page in bare}
    read = {new.number: new for new in ocr.recognise(path, bare) if _says_more(new, known[new.number])}
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
        "The PDF has next to no text: it seems to be a scan.",
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
