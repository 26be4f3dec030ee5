"""Title, authors, year and DOI, from the first pages and the PDF's own information.

Only the PDF's information dictionary is asked: metadata packets (XMP) may belong to a figure or to a paper cited.
"""

import html
import re
from collections.abc import Sequence
from itertools import takewhile
from statistics import median

from pipeline.documents import Metadata
from pipeline.pdf.build import Paragraph
from pipeline.pdf.imprint import doi, year
from pipeline.pdf.names import FLOATING, is_named, letters
from pipeline.pdf.people import ORGANISATION, authors, listed, plain_text
from pipeline.pdf.raw import Raw

RUNNING = 25  # words in a paragraph of running text
_NOT_A_TITLE = re.compile(
    r"microsoft word|untitled|\.(?:docx?|pdf|indd|fm|qxd|tex|dvi|rtf)\b|^doi:|^pii|https?:|www\.|\bissn\b|©|@|"
    r"^(?:research|original|review|open access|article|full length|short|case|study|technical)\b[\w\s]{0,20}:?$|"
    r"\bjournal of\b[^:]{0,60}$|^(?:journal|volume|vol\.)\b|^contents lists|^available online|^received|"
    r"^\W*\d+[\W\d]*$|^(?:table of )?contents$|^(?:dear|your excellency)\b|^\d{1,2}\s+\w+\s+(?:19|20)\d\d$|"
    r"^(?:january|february|march|april|may|june|july|august|september|october|november|december)\b[\s\d,]+$",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(r"\s*(?:\|.{0,60}|\s[-–—]\s(?:PMC|PubMed|ScienceDirect|Springer\w*|Wiley.{0,20}|MDPI))\s*$")
_VOLUME = re.compile(r"[\s,.]*(?:\(?(?:19|20)\d\d\b|\d{1,4}\s*[(,:;]|vol\b)")
_OPEN_END = re.compile(r"(?:[:–—-]|\b(?:and|of|for|in|the|a|an|on|to|with|from|by|at))$")
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d+)*|[A-Z])[.)]+\s")


def metadata(raw: Raw, text: str, paragraphs: Sequence[Paragraph]) -> Metadata:
    """What the first pages tell of a paper; a field that none of them tells is empty."""
    at, title = _title(raw, text, paragraphs)
    first = [" ".join(page.texts) for page in raw.pages[:3]]
    return Metadata(
        title=title,
        authors=authors(raw, text, paragraphs, at),
        year=year(first[:2], _cover_lines(text, paragraphs), raw.subject, raw.date),
        doi=doi(first, raw.subject),
    )


def _cover_lines(text: str, paragraphs: Sequence[Paragraph]) -> list[str]:
    """The short lines on the first page before its running text, where a report's date may stand."""
    first = [text[p.start : p.end] for p in paragraphs[:40] if p.lines[0].page == paragraphs[0].lines[0].page]
    short = takewhile(lambda line: len(line.split()) < RUNNING, first)
    return [line for line in short if len(line.split()) <= 8]


def _title(raw: Raw, text: str, paragraphs: Sequence[Paragraph]) -> tuple[int, str]:
    """The title and the index of the paragraph after it: the PDF's own where the page has it, else the largest type."""
    told = _PUBLISHER.sub("", " ".join(html.unescape(raw.title).split()))
    plausible = len(told.split()) >= 3 and not _NOT_A_TITLE.search(told)
    at, seen = _largest(raw, text, paragraphs)
    if plausible and (not seen or letters(told) in letters(text[:6000])):
        place = title_place(told, text, paragraphs)
        return (place[2] if place else at), told.rstrip(".")
    return at, seen.rstrip("*†‡§1 .")


def title_place(title: str, text: str, paragraphs: Sequence[Paragraph]) -> tuple[int, int, int] | None:
    """Where a title stands on the first pages: start, end, and the index of the paragraph after it; None if nowhere."""
    wanted = letters(title)
    for i, paragraph in enumerate(paragraphs):
        if paragraph.lines[0].page > 3:
            break
        got, j = letters(text[paragraph.start : paragraph.end]), i + 1
        while got and len(got) < len(wanted) and wanted.startswith(got) and j < len(paragraphs):
            got, j = got + letters(text[paragraphs[j].start : paragraphs[j].end]), j + 1
        if wanted and got.startswith(wanted):
            return paragraph.start, _end_of(wanted, text, paragraph.start), j
    return None


def _end_of(wanted: str, text: str, start: int) -> int:
    """Where the last of these letters stands in the text from `start` on."""
    left, at = len(wanted), start
    while left and at < len(text):
        left -= text[at].isalnum()
        at += 1
    return at


def _largest(raw: Raw, text: str, paragraphs: Sequence[Paragraph]) -> tuple[int, str]:
    """The title by its type, and the index of the paragraph after it; of the first page that has one."""
    for page in list(dict.fromkeys(p.lines[0].page for p in paragraphs[:60]))[:4]:
        start = _start(raw, text, paragraphs, page)
        if start is not None:
            return _extended(raw, text, paragraphs, start)
    return 0, ""


def _start(raw: Raw, text: str, paragraphs: Sequence[Paragraph], page: int) -> int | None:
    """The paragraph with which the title begins on a page: in the largest type.

    What is not much larger than the rest must stand above the running text, and on the first page.
    """
    here = [i for i, p in enumerate(paragraphs) if p.lines[0].page == page]
    usual = median(paragraphs[i].size for i in here)
    prose = min((paragraphs[i].lines[0].top for i in here if _words(text, paragraphs[i]) >= RUNNING), default=1e6)
    above = prose if page == 1 else 0.0
    high = [i for i in here if paragraphs[i].size > 1.3 * usual or paragraphs[i].lines[0].top < above]
    high.sort(key=lambda i: (-max(round(_weight(text, paragraphs[i])), round(usual)), not paragraphs[i].bold, i))
    head = " ".join(" ".join(one.texts) for one in raw.pages[page - 1 : page + 1])
    return next((i for i in high if _is_candidate(raw, text, paragraphs[i], head)), None)


def _words(text: str, paragraph: Paragraph) -> int:
    return text.count(" ", paragraph.start, paragraph.end) + 1


def _weight(text: str, paragraph: Paragraph) -> float:
    """The size of type as it tells a title; kinds of article and names of journals are short, and often large."""
    short = _words(text, paragraph) < 4 and text[paragraph.end - 1] != ":"
    return paragraph.size * (0.7 if short else 1.0)


def _is_candidate(raw: Raw, text: str, paragraph: Paragraph, head: str) -> bool:
    """Whether a paragraph may be the title: not the journal's name, nor a list of authors."""
    line = text[paragraph.start : paragraph.end]
    if not _may_be_title(line) or _is_journal(line, head):
        return False
    return len(listed(plain_text(paragraph, raw.pages), text)) < 2


def _may_be_title(text: str) -> bool:
    words = text.split()
    spaced = sum(len(word) == 1 for word in words) > 0.5 * len(words)
    sentence = len(words) >= 20 and text[-1] == "." and not text.isupper()
    if sum(char.isalpha() for char in text) < 0.6 * len(text.replace(" ", "")):
        return False
    other = _NOT_A_TITLE.search(text) or is_named(text) or FLOATING.match(text) or text[0] in "(•"
    return 5 <= len(text) <= 350 and not spaced and not sentence and not other and not _NUMBERED.match(text)


def _is_journal(text: str, head: str) -> bool:
    """Whether a short line is a journal's name: the first pages have it beside a volume or a year."""
    if len(text.split()) > 9:
        return False
    return any(_VOLUME.match(after) for after in head.lower().split(text.lower())[1:])


def _extended(raw: Raw, text: str, paragraphs: Sequence[Paragraph], start: int) -> tuple[int, str]:
    """The title that begins with a paragraph, and the index of what follows: authors may follow in its block."""
    first = paragraphs[start]
    lines = _own_lines(first, text)
    if lines < len(first.lines):
        title = text[first.start : first.end]
        cut = sum(len(line.text) + 1 for line in first.lines[:lines])
        return start, title[:cut].strip()
    end = start + 1
    while end < len(paragraphs) and _goes_on(raw, text, paragraphs, start, end):
        end += 1
    return end, text[first.start : paragraphs[end - 1].end].replace("\n", " ")


def _own_lines(paragraph: Paragraph, text: str) -> int:
    """How many of a block's lines are the title: those before a line of two names or more."""
    lines = paragraph.lines
    for at in range(1, len(lines)):
        rest = " ".join(line.text for line in lines[at:])
        before = " ".join(line.text for line in lines[:at])
        smaller = before.isupper() and not lines[at].text.isupper() and ORGANISATION.search(rest)
        if "@" in rest[:60] or smaller or (len(before.split()) >= 4 and len(listed(rest, text)) > 1):
            return at
    return len(lines)


def _goes_on(raw: Raw, text: str, paragraphs: Sequence[Paragraph], start: int, at: int) -> bool:
    """Whether the title that began at `start` goes on in paragraph `at`: in its type, or smaller after an open end."""
    first, before, here = paragraphs[start], paragraphs[at - 1], paragraphs[at]
    line = text[here.start : here.end]
    if here.lines[0].page != first.lines[0].page or not _may_be_title(line + " " * 5) or here.end - first.start > 400:
        return False
    if listed(plain_text(here, raw.pages), text) and not _OPEN_END.search(text[before.start : before.end]):
        return False
    apart = here.lines[0].top - before.lines[-1].top > 3 * first.size or re.match(r"\W*(?:[IVX]+|\d+)[.)]\s", line)
    if abs(here.size - first.size) < 0.08 * first.size and here.bold == first.bold and not apart:
        return True
    open_end = _OPEN_END.search(text[before.start : before.end]) or line[:1].islower()
    return bool(open_end) and first.size > here.size >= 0.6 * first.size and len(line.split()) < 25
