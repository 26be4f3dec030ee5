"""PDF -> words through pdfplumber: slow, but it reads some damaged files that pdfium refuses."""

import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import pdfplumber
from pdfminer.pdfdocument import PDFXRefFallback
from pdfminer.pdfpage import LITERAL_PAGE as LIT_PAGE
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import resolve1
from pdfminer.psparser import PSException
from pdfplumber.page import Page

from pipeline.pdf.raw import Raw, RawPage, font_style, page

READER = "pdfplumber"
_OBJECT = re.compile(rb"(?<!\d)(\d{1,10}) (\d{1,5}) obj\b")
_DEFAULTS = {"Resources": {}, "MediaBox": [0, 0, 612, 792]}  # for what a page had from its lost parent
_LINE_STEP = 0.5  # words whose tops differ by more, in heights, are not on one line

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it logs every flaw of a file that is known to be flawed


def read(path: Path) -> Raw:
    """The words of a PDF. Raises whatever pdfminer raises on a file that it cannot read either."""
    with pdfplumber.open(path) as pdf:
        sheets = pdf.pages or _stray_pages(pdf)
        pages = [_page(sheet, number) for number, sheet in enumerate(sheets, 1)]
        info = {key: str(value) for key, value in (pdf.metadata or {}).items()}
    return Raw(pages, info.get("Title", ""), info.get("CreationDate", ""), READER)


def _stray_pages(pdf: Any) -> list[Any]:
    """Pages of a file whose page tree is lost: every page object that is left, as they lie in the file."""
    scan = PDFXRefFallback()
    pdf.stream.seek(0)
    for match in _OBJECT.finditer(pdf.stream.read()):
        scan.offsets[int(match[1])] = (None, match.start(), int(match[2]))
    pdf.doc.xrefs.append(scan)
    items = ((number, _object(pdf, number)) for number in list(scan.get_objids()))
    found = [(number, item) for number, item in items if isinstance(item, dict) and item.get("Type") is LIT_PAGE]
    return [
        Page(pdf, PDFPage(pdf.doc, number, {**_DEFAULTS, **item}, None), page_number=at)
        for at, (number, item) in enumerate(found, 1)
    ]


def _object(pdf: Any, number: int) -> Any:
    """An object of the file, or None where it is cut off."""
    try:
        return resolve1(pdf.doc.getobj(number))
    except (PSException, ValueError, KeyError, IndexError, TypeError):
        return None


def _page(sheet: Any, number: int) -> RawPage:
    words = sheet.extract_words(use_text_flow=True, x_tolerance_ratio=0.15, extra_attrs=["fontname", "size"])
    left, top, *_ = sheet.bbox
    box = np.array([(w["x0"] - left, w["top"] - top, w["x1"] - left, w["bottom"] - top) for w in words], np.float32)
    tops, heights = box.reshape(-1, 4)[:, 1], np.diff(box.reshape(-1, 4)[:, 1::2], axis=1)[:, 0]
    breaks = np.abs(np.diff(tops, prepend=-1e6)) > _LINE_STEP * heights
    style = np.array([font_style(str(w["fontname"])) for w in words], np.uint8)
    size = np.array([float(w["size"]) for w in words], np.float32)
    extent = (float(sheet.width), float(sheet.height))
    return page(number, str(number), extent, [str(w["text"]) for w in words], box, breaks, style, size)
