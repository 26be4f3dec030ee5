"""Where sentences stand in a document, in words and boxes: all that tables and report tell of it beside the quote."""

import json
import re
from collections.abc import Iterable
from functools import partial

from pipeline.documents import ABSTRACT, Document
from pipeline.records import Place

CONTEXT = 200  # characters of context on either side of a quote
LONGEST = 80  # characters of a heading that can name a section


def places_of(document: Document, spans: Iterable[tuple[int, int]]) -> tuple[Place, ...]:
    """The place of each of these spans of the document, once, in the order in which they are met."""
    return tuple(map(partial(_place, document), dict.fromkeys(spans)))


def _place(document: Document, span: tuple[int, int]) -> Place:
    start, end = span
    page = document.page_at(start)
    before, after = context(document, start, end)
    boxes = [[b.page, *(round(edge, 2) for edge in (b.x0, b.top, b.x1, b.bottom))] for b in document.boxes(start, end)]
    return Place(
        start=start,
        end=end,
        page=page.number,
        label=page.label,
        down=min(max(round(100 * (start - page.start) / max(page.end - page.start, 1)), 0), 100),
        section=heading_above(document, start),
        note=reading_note(document, start, end),
        before=before,
        after=after,
        boxes=json.dumps(boxes),
    )


def context(document: Document, start: int, end: int) -> tuple[str, str]:
    """At most CONTEXT characters of the document before and after a span, cut between words, on one line."""
    text = document.text
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    if start > CONTEXT and not text[start - CONTEXT - 1].isspace():
        before = re.sub(r"^\S+", "", before)
    if end + CONTEXT < len(text) and not text[end + CONTEXT].isspace():
        after = re.sub(r"\S+$", "", after)
    return " ".join(before.split()), " ".join(after.split())


def reading_note(document: Document, start: int, end: int) -> str:
    """What to know of how a span was read: from the abstract alone, or by OCR; else nothing."""
    if document.reader == ABSTRACT:
        return "only the abstract was read"
    ends = document.page_at(start), document.page_at(end - 1)
    return "read by OCR" if any(page.ocr for page in ends) else ""


def heading_above(document: Document, start: int) -> str:
    """The heading of the section at an offset; empty where none was found that is short enough."""
    section = document.section_at(start)
    title = " ".join(section.title.split()) if section else ""
    return title if len(title) <= LONGEST else ""
