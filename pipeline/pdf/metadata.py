"""Title, authors, year and DOI, from the first pages and the PDF's own information.

Only the PDF's information dictionary is asked: metadata packets (XMP) may belong to a figure or to a paper cited.
"""

import html
import re
from collections.abc import Sequence
from itertools import takewhile
from statistics import median

from pipeline.pdf.build import Paragraph
from pipeline.pdf.imprint import doi, year
from pipeline.pdf.names import FLOATING, is_named
from pipeline.pdf.people import ORGANISATION, are_words, is_name, names, plain_text
from pipeline.pdf.raw import Raw
from pipeline.records import Metadata

REACH = 12  # paragraphs after the title in which authors are looked for
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
_OPEN_END = re.compile(r"(?:[:–—-]|\b(?:and|of|for|in|the|a|an|on|to|with|from|by|at))$")
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d+)*|[A-Z])[.)]+\s")


def metadata(raw: Raw, text: str, paragraphs: Sequence[Paragraph]) -> Metadata:
    """What the first pages tell of a paper; a field that none of them tells is empty."""
    at, title = _title(raw, text, paragraphs)
    first = [" ".join(page.texts) for page in raw.pages[:3]]
    return Metadata(
        title=title,
        authors=_authors(raw, text, paragraphs, at),
        year=year(first[:2], _cover_lines(text, paragraphs), raw.subject, raw.date),
        doi=doi(first, raw.subject),
    )


def _cover_lines(text: str, paragraphs: Sequence[Paragraph]) -> list[str]:
    """The short lines on the first page before its running text, where a report's date may stand."""
    first = [text[p.start : p.end] for p in paragraphs[:40] if p.lines[0].page == paragraphs[0].lines[0].page]
    short = takewhile(lambda line: len(line.split()) < RUNNING, first)
    return [line for line in short if len(line.split()) <= 8]


def letters(text: str) -> str:
    """The letters and digits of a text in lower case, by which two printings of one title are the same."""
    return "".join(char for char in text.lower() if char.isalnum())


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
        left -= len(letters(text[at]))
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
    return next(
        (i for i in high if _is_candidate(raw, text[paragraphs[i].start : paragraphs[i].end], paragraphs[i], head)),
        None,
    )


def _words(text: str, paragraph: Paragraph) -> int:
    return text.count(" ", paragraph.start, paragraph.end) + 1


def _weight(text: str, paragraph: Paragraph) -> float:
    """The size of type as it tells a title; kinds of article and names of journals are short, and often large."""
    short = _words(text, paragraph) < 4 and text[paragraph.end - 1] != ":"
    return paragraph.size * (0.7 if short else 1.0)


def _is_candidate(raw: Raw, line: str, paragraph: Paragraph, head: str) -> bool:
    """Whether a paragraph may be the title: not the journal's name, nor a list of authors."""
    if not _may_be_title(line) or _is_journal(line, head):
        return False
    return len(names(plain_text(paragraph, raw.pages))) < 2 or (len(line.split()) > 12 and "," not in line)


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
    return bool(
        re.search(re.escape(text) + r"[\s,.]*(?:\(?(?:19|20)\d\d\b|\d{1,4}\s*[(,:;]|vol\b)", head, re.IGNORECASE)
    )


def _extended(raw: Raw, text: str, paragraphs: Sequence[Paragraph], start: int) -> tuple[int, str]:
    """The title that begins with a paragraph, and the index of what follows: authors may follow in its block."""
    first = paragraphs[start]
    lines = _own_lines(first)
    if lines < len(first.lines):
        title = text[first.start : first.end]
        cut = sum(len(line.text) + 1 for line in first.lines[:lines])
        return start, title[:cut].strip()
    end = start + 1
    while end < len(paragraphs) and _goes_on(raw, text, paragraphs, start, end):
        end += 1
    return end, text[first.start : paragraphs[end - 1].end].replace("\n", " ")


def _own_lines(paragraph: Paragraph) -> int:
    """How many of a block's lines are the title: those before a line of two names or more."""
    lines = paragraph.lines
    for at in range(1, len(lines)):
        rest = " ".join(line.text for line in lines[at:])
        listed = len(names(rest)) >= 2 and bool(re.search(r"[,&\d*]|\band\b", rest))
        before = " ".join(line.text for line in lines[:at])
        smaller = before.isupper() and not lines[at].text.isupper() and ORGANISATION.search(rest)
        if "@" in rest[:60] or smaller or (listed and len(before.split()) >= 4):
            return at
    return len(lines)


def _goes_on(raw: Raw, text: str, paragraphs: Sequence[Paragraph], start: int, at: int) -> bool:
    """Whether the title that began at `start` goes on in paragraph `at`: in its type, or smaller after an open end."""
    first, before, here = paragraphs[start], paragraphs[at - 1], paragraphs[at]
    line = text[here.start : here.end]
    if here.lines[0].page != first.lines[0].page or not _may_be_title(line + " " * 5) or here.end - first.start > 400:
        return False
    if names(plain_text(here, raw.pages)) and not _OPEN_END.search(text[before.start : before.end]):
        return False
    unlike = here.bold != first.bold or here.lines[0].top - before.lines[-1].top > 3 * first.size
    if (
        abs(here.size - first.size) < 0.08 * first.size
        and not unlike
        and not re.match(r"\W*(?:[IVX]+|\d+)[.)]\s", line)
    ):
        return True
    open_end = _OPEN_END.search(text[before.start : before.end]) or line[:1].islower()
    return bool(open_end) and first.size > here.size >= 0.6 * first.size and len(line.split()) < 25


def _authors(raw: Raw, text: str, paragraphs: Sequence[Paragraph], at: int) -> tuple[str, ...]:
    """Names in the paragraphs after the title, as written, up to the first that holds none; else the PDF's own.

    What is no more than words, as a report's headings are, or stands without any sign of authors (two names, marks,
    an address or an abstract after them) is not taken for names.
    """
    after = paragraphs[at : at + REACH]
    found = _run(raw, text, after) or _run(raw, text, _under(paragraphs, at))
    return found or _told(raw, text)


def _under(paragraphs: Sequence[Paragraph], at: int) -> list[Paragraph]:
    """The paragraphs of the title's page that the file holds before it, from top to bottom."""
    if not paragraphs:
        return []
    page = paragraphs[max(at - 1, 0)].lines[0].page
    before = [p for p in paragraphs[: max(at - 1, 0)] if p.lines[0].page == page]
    return sorted(before, key=lambda p: p.lines[0].top)[:REACH]


def _run(raw: Raw, text: str, paragraphs: Sequence[Paragraph]) -> tuple[str, ...]:
    """The names of the first paragraphs that hold some."""
    said: list[str] = []
    first: Paragraph | None = None
    rest = ""
    for paragraph in paragraphs:
        line = plain_text(paragraph, raw.pages)
        if not any(char.isalpha() for char in line):
            continue
        if names(f"{said[-1]} {line}" if said and _splits(said[-1], line) else line) and _alike(first, paragraph, line):
            said.append(line)
            first = first or paragraph
            if ORGANISATION.search(line):
                continue
        elif said:
            rest = line
            break
    whole = said[0] if said else ""
    for line in said[1:]:
        whole = f"{whole} {line}" if _splits(whole, line) else f"{_before_address(whole)} ; {line}"
    found = names(whole) or tuple(name for line in said for name in names(line))
    return found if found and _are_authors(found, whole, rest, text) else ()


def _before_address(line: str) -> str:
    address = ORGANISATION.search(line)
    return line[: address.start()] if address else line


def _splits(before: str, line: str) -> bool:
    """Whether a name is split between two paragraphs: the second one starts with the single word that ends it."""
    if re.search(r"(?:[,;&]|\band)$", before.strip()) or line[:1] in ",;&":
        return True
    head = re.split(r"[,;&\d^*]|\band\b", line, maxsplit=1)[0].split()
    return len(head) == 1 and not re.search(r"[\d^*]$", before.strip())


def _alike(first: Paragraph | None, paragraph: Paragraph, line: str) -> bool:
    """Whether a paragraph is set like the first one with authors, or goes on from it."""
    return (
        first is None
        or line[:1] in ",;&"
        or abs(first.size - paragraph.size) < 0.06 * first.size
        or first.size < paragraph.size
    )


def _are_authors(found: tuple[str, ...], said: str, rest: str, text: str) -> bool:
    """Whether names are those of authors, by two signs of it, or one where their words are no others of the text."""
    signs = [
        len(found) > 1,
        bool(re.search(r"[\d*†‡^∗]", said)),
        bool(ORGANISATION.search(said) or ORGANISATION.search(rest) or "@" in rest),
        said.lower().startswith("by "),
        is_named(rest),
    ]
    words = are_words(found, text)
    return sum(signs) >= (3 if words else 1 if len(found) > 1 and not said.isupper() else 2)


def _told(raw: Raw, text: str) -> tuple[str, ...]:
    """The authors in the PDF's information, where all of them are names that the first pages have too."""
    told = names(raw.author)
    head = letters(text[:8000])
    if told and all(
        is_name(name) and letters(name.split()[-1]) in head and letters(name.split()[0]) in head for name in told
    ):
        return told
    return ()
