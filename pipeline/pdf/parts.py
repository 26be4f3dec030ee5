"""Paragraphs -> parts: title, authors, addresses and notices of the title page, captions, footnotes."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from pipeline.documents import Metadata, Page, Part, PartKind, Role, Section
from pipeline.pdf.build import Paragraph
from pipeline.pdf.metadata import title_place
from pipeline.pdf.names import KEYWORDS, is_note
from pipeline.pdf.people import ORGANISATION

SMALL, SMALLEST = 0.94, 0.6  # of the body's type, between which type is that of notes
COVER = 3  # pages that a title block may reach to
_WORD = re.compile(r"[^\W\d_]{2,}")
_LABEL = re.compile(
    r"(?:(?:supplementary|extended data)\s+)?(?:fig(?:ure|\.)|tab(?:le|\.)|box|scheme|plate|chart|graph|map|exhibit"
    r"|diagram|photo|algorithm)\s*(?:[a-z]{0,2}[.-]?\d+(?:[.-]\d+)?[a-z]?|[ivxl]+)(?![\w,)])",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"\s*(?:[.:|–—]|-\s)\s*(?=[^\W_(“\"'])|\s+(?=[A-Z(“\"'])")
_LEADER = re.compile(r"(?:\.\s?){4,}|…")
_UNFINISHED = re.compile(r"[^.!?:;…)\]”\"]$")
_NOTE = re.compile(r"(?:\d{1,3}|[*†‡§¶#∗])[.)]?\s?(?=[A-Z“\"'‘])|[*†‡§¶#∗]\s*(?=\w)")
_NOTICE = re.compile(
    r"(?<=\S)@\S|©|\b(?:corresponding author|correspondence\b.{0,20}(?:to|:|@)|e-?mail(?: address(?:es)?)?:"
    r"|creative commons|open.access article|all rights reserved|published by\b|issn\b"
    r"|received\b.{0,60}(?:19|20)\d\d.{0,90}\baccepted\b|how to cite)"
    r"|^(?:doi\b|cit(?:e|ation)\b.{0,12}:|(?:edited|reviewed) by\b)",
    re.IGNORECASE,
)


def parts(
    text: str,
    paragraphs: Sequence[Paragraph],
    pages: Sequence[Page],
    sections: Sequence[Section],
    metadata: Metadata,
    body: float,
) -> tuple[Part, ...]:
    """The parts of a text in its order. `body` is the type's size in points.

    Title and authors are looked for as `metadata` has them: what it knows only from the PDF's information has no part.
    A caption is a paragraph that opens with a label and number ("Table 2.") that no sentence goes on from; a footnote
    is in small type at the foot of a page and opens with a mark. Running text that stands between the paragraphs of
    the title page is none of these.
    """
    place = title_place(metadata.title, text, paragraphs)
    title = place[:2] if place else (0, 0)
    known = {word for name in metadata.authors for word in _WORD.findall(name.lower())}
    starts = [section.start for section in sections]
    feet = _feet(paragraphs, pages, body)
    found = [Part("title", *title)] if place else []
    labelled: Paragraph | None = None  # a label that stands by itself: what follows is its caption
    for at, paragraph in enumerate(paragraphs):
        start = title[1] + 1 if title[0] <= paragraph.start < title[1] else paragraph.start
        if start >= paragraph.end:
            continue
        line = text[start : paragraph.end]
        role = sections[max(bisect_right(starts, start) - 1, 0)].role if sections else "body"
        kind = _kind(line, paragraph, role, known, body)
        if kind == "caption" and at and _runs_on(text, paragraphs[at - 1], paragraph, body):
            kind = None
        if labelled and _captions(labelled, paragraph, line):
            kind = "caption"
        if not kind and at in feet and role != "references" and _is_footnote(line):
            kind = "footnote"
        labelled = paragraph if _LABEL.fullmatch(line) else None
        if kind:
            found.append(Part(kind, start, paragraph.end))
    return tuple(sorted(found, key=lambda part: part.start))


def _kind(line: str, paragraph: Paragraph, role: Role, known: set[str], body: float) -> PartKind | None:
    page = paragraph.lines[0].page
    if is_caption(line):
        return "caption"
    if page <= COVER and role in ("front", "abstract") and _are_names(line, known):
        return "authors"
    return "affiliation" if _is_affiliation(line, paragraph, role, body) else None


def _is_footnote(line: str) -> bool:
    return bool(_NOTE.match(line)) and len(_WORD.findall(line)) >= 3


def is_caption(line: str) -> bool:
    """Whether a paragraph is the caption of a figure, table or box, and not a sentence that begins with its name."""
    label = _LABEL.match(line)
    if not label or _LEADER.search(line):
        return False
    return label.end() == len(line) or bool(_CAPTION.match(line, label.end()))


def _captions(label: Paragraph, paragraph: Paragraph, line: str) -> bool:
    """Whether a paragraph is the caption under a label that stands by itself."""
    a, b = label.lines[-1], paragraph.lines[0]
    close = a.page == b.page and abs(b.top - a.top) < 3 * a.size
    return close and line[:1].isupper() and len(line.split()) >= 3 and len(line) < 400


def _runs_on(text: str, before: Paragraph, paragraph: Paragraph, body: float) -> bool:
    """Whether what looks like a caption ends the sentence of the paragraph before it: both are in the body's type."""
    both = all(abs(one.size - body) < 0.05 * body for one in (before, paragraph))
    wide = before.end - before.start > 100
    return both and wide and bool(_UNFINISHED.search(text[before.start : before.end]))


def _are_names(line: str, known: set[str]) -> bool:
    words = [word.lower() for word in _WORD.findall(line)]
    named = sum(word in known or word[:-1] in known for word in words)  # a letter that marks an address may be glued on
    return len(words) > 1 and named >= 0.6 * len(words)


def _is_affiliation(line: str, paragraph: Paragraph, role: Role, body: float) -> bool:
    """Whether a paragraph is an address, a correspondence line, a date, a licence or a citation of the paper itself."""
    small = paragraph.size < SMALL * body
    page = paragraph.lines[0].page
    if KEYWORDS.match(line):
        return False
    if role == "front" and page <= COVER:
        told = _NOTICE.search(line) or is_note(line) or _NOTE.match(line)
        return bool(told or (ORGANISATION.search(line) and len(line) < 600))
    if not (page <= COVER or role == "back") or role == "references" or not (small or len(line) < 250):
        return False
    if _NOTICE.search(line):
        return small or page == 1
    return small and page == 1 and role != "abstract" and is_note(line)


def _feet(paragraphs: Sequence[Paragraph], pages: Sequence[Page], body: float) -> set[int]:
    """Paragraphs in small type below which, on their page and in their column, no line of the body's type stands."""
    notes = [(i, p.lines[0]) for i, p in enumerate(paragraphs) if SMALLEST * body < p.size < SMALL * body]
    small = [i for i, line in notes if line.top > 0.4 * pages[line.page - 1].height]
    wanted = {paragraphs[i].lines[0].page for i in small}
    lowest: dict[int, list[tuple[float, float, float]]] = {page: [] for page in wanted}
    for paragraph in paragraphs:
        if paragraph.size >= SMALL * body:
            for line in paragraph.lines:
                if line.page in wanted:
                    lowest[line.page].append((line.top, line.x0, line.x1))
    return {i for i in small if not _under(paragraphs[i], lowest)}


def _under(paragraph: Paragraph, lines: dict[int, list[tuple[float, float, float]]]) -> bool:
    first = paragraph.lines[0]
    return any(top > first.top and x0 < first.x1 and x1 > first.x0 for top, x0, x1 in lines[first.page])
