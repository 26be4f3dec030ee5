"""Where a coding stands and whose it is: its context, section and coder, the sides on which it counts."""

import re

from pipeline.codebook import Codebook
from pipeline.records import ABSTRACT, BOTH, Coding, Document, Paper

CONTEXT = 200  # characters of context on either side of a quote
MACHINE = "Precedent"  # as a coder
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text with control characters and lone surrogates made U+FFFD, each for one: offsets still hold."""
    return _CONTROL.sub("\ufffd", text)


def context(document: Document, start: int, end: int) -> tuple[str, str]:
    """At most CONTEXT characters of the document before and after a span, cut between words, on one line."""
    text = document.text
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    if start > CONTEXT and not text[start - CONTEXT - 1].isspace():
        before = re.sub(r"^\S+", "", before)
    if end + CONTEXT < len(text) and not text[end + CONTEXT].isspace():
        after = re.sub(r"\S+$", "", after)
    return " ".join(before.split()), " ".join(after.split())


def coder(coding: Coding) -> str:
    """Who made a coding, as other programs show it: people by name, or the machine."""
    return MACHINE if coding.decided_by == "machine" else f"Person: {coding.reviewer or 'unnamed'}"


def reading_note(document: Document, coding: Coding) -> str:
    """What to know of how a quote was read: from the abstract alone, or by OCR; else nothing."""
    if document.reader == ABSTRACT:
        return "only the abstract was read"
    ends = document.page_at(coding.start), document.page_at(coding.end - 1)
    return "read by OCR" if any(page.ocr for page in ends) else ""


def told_by(coding: Coding) -> str:
    """What made a coding, and what people decided on it: "terms+head, accepted by Ann"."""
    reviewed = f", {coding.review_status} by {coding.reviewer}" if coding.reviewer else ""
    return f"{coding.method}{reviewed}"


def section_name(document: Document, coding: Coding, limit: int = 80) -> str:
    """The heading above a coding, or the role of its place where no heading was found."""
    section = document.section_at(coding.start)
    title = " ".join(section.title.split()) if section else ""
    return title if 0 < len(title) <= limit else coding.role


def sides_of(coding: Coding, paper: Paper, codebook: Codebook) -> tuple[bool, bool]:
    """Whether a coding counts on the left and on the right: its paper and its sentence both stand there."""
    left, right = (paper.domain in (side.id, BOTH) and coding.domain in (side.id, BOTH) for side in codebook.domains)
    return left, right
