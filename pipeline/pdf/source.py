"""A file -> its words, repaired first where that is needed, or the reason why there are none."""

from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2

from pipeline.errors import UnreadablePaper
from pipeline.pdf import pdfium
from pipeline.pdf.raw import Raw
from pipeline.pdf.repair import repaired

REPAIRED = "pdfium, repaired"

_HEAD = 1024  # bytes in which the mark of a PDF must stand
_WRONG_PASSWORD = 4  # pdfium's error code
_AGAIN = "Download the file again, or open it in a PDF viewer and save it anew."
_WRAPPER = 120  # words that a portfolio's own page has at most; it says that a newer viewer is needed
_KINDS = (  # what begins, or stands near the beginning of, files that are taken for papers
    (b"<html", "a web page"),
    (b"<!doctype html", "a web page"),
    (b"mimetypeapplication/epub", "an e-book (EPUB)"),
    (b"word/", "a Word document"),
    (b"pk\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"%!ps", "a PostScript file"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x89png", "a picture"),
    (b"ii*\0", "a picture"),
    (b"mm\0*", "a picture"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """What was opened: its bytes, repaired where they had to be; its words; what of it is lost, in words."""

    data: bytes
    raw: Raw
    damage: str


def source(path: Path) -> Source:
    """Open a file and get its words. Raises UnreadablePaper where it is none, locked, or nothing is left of it."""
    data = _checked(path)
    try:
        whole = _opened(path, data)
        good = whole and not _lost(whole.raw) and _letters(whole.raw)
        found = whole if whole and good else _best(path, data, whole)
    except pdfium.TooMuchText as error:
        most = f"{pdfium.MOST_TEXT // 10**6} million characters"
        remedy = "Split it, if it is a paper or a book; if it is neither, leave it out."
        raise UnreadablePaper(f"The PDF holds more than {most} of text.", str(path), remedy) from error
    _check_portfolio(path, found)
    return found


def _checked(path: Path) -> bytes:
    """The bytes of what seems to be a PDF. pdfium gets no path: it keeps some damaged files open for good."""
    try:
        data = path.read_bytes()
    except OSError as error:
        remedy = "Check that it is there and may be read."
        raise UnreadablePaper(f"The file cannot be opened ({error.strerror}).", str(path), remedy) from error
    head = data[:_HEAD]
    if not head.strip(b"\0 \r\n"):
        raise UnreadablePaper("The file is empty.", str(path), "Download or copy it again.")
    if b"%PDF-" not in head and b"endobj" not in data:  # the head of a PDF may be lost
        kind = next((kind for mark, kind in _KINDS if mark in head.lower()), "something else")
        raise UnreadablePaper(f"The file is not a PDF but {kind}.", str(path), "Download the paper itself as a PDF.")
    return data


def _opened(path: Path, data: bytes) -> Source | None:
    """The file as it is, or None where pdfium cannot open it."""
    try:
        return Source(data, pdfium.read(data), "")
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) != _WRONG_PASSWORD:
            return None
        remedy = "Save a copy without a password and add that."
        raise UnreadablePaper("The PDF is locked with a password.", str(path), remedy) from error


def _lost(raw: Raw) -> list[int]:
    """Numbers of the pages that could not be loaded."""
    return [page.number for page in raw.pages if not page.width] or [0] * (not raw.pages)


def _best(path: Path, data: bytes, whole: Source | None) -> Source:
    """The file as it is or repaired, whichever holds more text, with what is lost of it."""
    mended, had, left = repaired(data)
    try:
        raw = replace(pdfium.read(mended), reader=REPAIRED) if mended else None
    except pypdfium2.PdfiumError:
        raw = None
    if raw and left and (not whole or _letters(raw) > _letters(whole.raw)):
        return Source(mended, raw, _damage(left, max(had, len(raw.pages)), had > 0))
    left = len(whole.raw.pages) - len(_lost(whole.raw)) if whole else 0
    if whole and left > 0:
        damage = _damage(left, max(had, len(whole.raw.pages)), True) if _lost(whole.raw) else ""
        return Source(data, whole.raw, damage)
    what = "The PDF is damaged: none of its pages is left." if whole is None or had else "The PDF has no pages."
    raise UnreadablePaper(what, str(path), _AGAIN)


def _letters(raw: Raw) -> int:
    return sum(sum(map(len, page.texts)) for page in raw.pages)


def _damage(left: int, had: int, known: bool) -> str:
    """What is lost of a damaged file, in words: pages left, and pages that it had, so far as that is known."""
    if left < had:
        return f"damaged: {left} of {had} pages left"
    return "damaged: all pages found" if known else f"damaged: pages left: {left}, of how many is not known"


def _check_portfolio(path: Path, found: Source) -> None:
    """Raise where a PDF is only a wrapper around others; a paper may have others attached to it."""
    if sum(len(page.texts) for page in found.raw.pages) > _WRAPPER:
        return
    held = [name for name in pdfium.attachments(found.data) if name.lower().endswith(".pdf")]
    if held:
        what = f"The PDF is a portfolio: it only holds other files ({', '.join(held[:3])}{', ...' * (len(held) > 3)})."
        raise UnreadablePaper(what, str(path), "Open it in a PDF viewer, save the files in it, and add those.")
