"""Paragraphs -> sections with roles, by headings that stand out or that papers share."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.pdf.build import Paragraph
from pipeline.pdf.names import bare, is_named, number, role_of
from pipeline.records import Role, Section

LONGEST = 120  # characters in a heading
LARGER = 1.1  # type so much larger than the body's stands out
_RUN_IN = re.compile(r"^(?:abstract|a b s t r a c t|summary)\s*(?:[-–—:.]+|(?=[A-Z][a-z]))\s*(?=\S)", re.IGNORECASE)
_KEYWORDS = re.compile(r"^(?:key ?-?words?|index terms|jel(?: class\w*)?|subject headings)\b", re.IGNORECASE)
_CAPTION = re.compile(r"^(?:table|tab\.|fig\.|figure|box|scheme|plate|source|note)s?\b", re.IGNORECASE)
_NOISE = re.compile(
    r"@|https?://|©|\bcopyright|\blicen[cs]e|\breceived\b.*\d{4}|\bcorrespond|\bdepartment of|\buniversit|\bcitation:"
    r"|\bissn\b|\bdoi\b|\bpublished\b.*\d{4}|\beditor|\bconflicts? of interest|\bfunding",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"\(?\b(?:19|20)\d\d[a-z]?\b\)?")
_LISTED = re.compile(r"^(?:\[?\d{1,3}[\].)]?\s+[^\W\d_]|[^\W\d_][\w’'-]+,?\s(?:[A-Z]\.?[-\s]?){1,3}[,.&(])")
_APPENDIX = re.compile(r"^(?:appendi(?:x|ces)|annex(?:es)?|supplement)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Heading:
    """A paragraph that opens a section: its index, title and role; None where it tells none."""

    at: int
    title: str
    role: Role | None


def sections(text: str, paragraphs: Sequence[Paragraph], body: float) -> tuple[Section, ...]:
    """The sections of a text in order, from its start to its end without gaps. `body` is the type's height."""
    if not paragraphs:
        return ()
    bodies = [text[p.start : p.end] for p in paragraphs]
    found = _headings(bodies, paragraphs, body)
    roles = _roles(found, paragraphs)
    ends = [*(heading.at for heading in found), len(bodies)]
    marks = _front(bodies, paragraphs, ends[0])
    for heading, role, end in zip(found, roles, ends[1:], strict=True):
        marks += _opened(heading, role, bodies, end)
    starts = [paragraphs[at].start for at, _, _ in marks]
    starts[0] = 0
    return tuple(
        Section(title, role, start, end)
        for (_, title, role), (start, end) in zip(marks, pairwise([*starts, len(text)]), strict=True)
    )


_Mark = tuple[int, str, Role]  # index of the paragraph that a section starts with, its title, its role


def _headings(bodies: list[str], paragraphs: Sequence[Paragraph], body: float) -> list[_Heading]:
    found: list[_Heading] = []
    cited = False  # inside a reference list only clear headings count: entries are short and bold too
    for at, text in enumerate(bodies):
        if _RUN_IN.match(text) and len(text) > LONGEST and not any(h.role == "abstract" for h in found):
            found.append(_Heading(at, "Abstract", "abstract"))
        elif _is_heading(at, bodies, paragraphs, body, cited):
            found.append(_Heading(at, text, role_of(text)))
            cited = found[-1].role == "references"
    if not any(heading.role == "references" for heading in found):
        found = _with_unnamed_list(found, bodies)
    return _past_title(found, paragraphs)


def _with_unnamed_list(found: list[_Heading], bodies: list[str]) -> list[_Heading]:
    """Headings with a place for a reference list that has none: where seven of eight paragraphs are entries."""
    entries = [bool(_LISTED.match(text) and _ENTRY.search(text)) for text in bodies]
    at = next((i for i, entry in enumerate(entries) if entry and sum(entries[i : i + 8]) >= 7), None)
    if at is None:
        return found
    return sorted([*(h for h in found if h.at != at), _Heading(at, "", "references")], key=lambda heading: heading.at)


def _past_title(found: list[_Heading], paragraphs: Sequence[Paragraph]) -> list[_Heading]:
    """Headings without those on the title page that are title, authors or kind of article."""
    first = next((i for i, heading in enumerate(found) if heading.role), len(found))
    pages = [paragraphs[heading.at].lines[0].page for heading in found]
    cover = pages[first] if first < len(found) and pages[first] <= 2 else 1
    return [heading for i, heading in enumerate(found) if i >= first or pages[i] > cover]


def _is_heading(at: int, bodies: list[str], paragraphs: Sequence[Paragraph], body: float, cited: bool) -> bool:
    text, paragraph = bodies[at], paragraphs[at]
    if not 3 <= len(text) <= LONGEST or not text[0].isalnum() or text[0].islower():
        return False
    if is_named(text):
        return role_of(text) != "references" or _entries_follow(at, bodies)
    letters = sum(char.isalpha() for char in text)
    if letters < 0.6 * len(text) or text[-1] in ",;-" or _CAPTION.match(text) or _KEYWORDS.match(text):
        return False
    larger = paragraph.size > LARGER * body
    if cited:
        return bool(_APPENDIX.match(text)) or role_of(text) == "back" or (larger and len(text) < 80)
    return _stands_out(text, paragraph, larger) and _opens_prose(at, bodies, paragraphs, body)


def _entries_follow(at: int, bodies: list[str]) -> bool:
    """Whether what looks like references follows, and not the cells of a table's column of that name."""
    again = next(
        (i for i, text in enumerate(bodies[at + 1 :]) if is_named(text) and role_of(text) == "references"), None
    )
    if again is not None:
        return sum(bool(_LISTED.match(text)) for text in bodies[at + 1 : at + 1 + min(again, 10)]) >= 2
    return any(len(text) >= 40 and (_ENTRY.search(text) or text[:1] in "[1") for text in bodies[at + 1 : at + 5])


def _stands_out(text: str, paragraph: Paragraph, larger: bool) -> bool:
    """Whether a short paragraph is set or numbered as headings are."""
    styled = all(line.style for line in paragraph.lines)
    capitals = text.isupper() and len(text) > 4
    closed = text[-1] in ".!?" and not number(text)
    if closed and not paragraph.bold:
        return False
    return larger or styled or capitals or bool(number(text) and "." in text[:6] and role_of(text))


def _opens_prose(at: int, bodies: list[str], paragraphs: Sequence[Paragraph], body: float) -> bool:
    """Whether running text follows, at most two further headings below."""
    for ahead in range(at + 1, min(at + 4, len(bodies))):
        if _CAPTION.match(bodies[ahead]):
            return False
        if len(bodies[ahead].split()) >= 12 and paragraphs[ahead].size <= paragraphs[at].size * LARGER:
            return True
        if not all(line.style for line in paragraphs[ahead].lines) and paragraphs[ahead].size <= LARGER * body:
            return False
    return False


def _roles(found: list[_Heading], paragraphs: Sequence[Paragraph]) -> list[Role]:
    """A role for each heading: its own, or its parent's, or "body"."""
    later = [bare(heading.title).lower() for heading in found]
    roles: list[Role] = []
    parent: _Heading | None = None
    for i, heading in enumerate(found):
        in_abstract = bool(roles) and roles[-1] == "abstract" and later[i] in later[i + 1 :]
        if in_abstract:
            roles.append("abstract")
        elif heading.role:
            if not (parent and parent.role == heading.role and _is_under(heading, parent, paragraphs)):
                parent = heading
            roles.append(heading.role)
        elif parent and _is_under(heading, parent, paragraphs):
            roles.append(roles[-1] if roles[-1] != "abstract" else "body")
        else:
            roles.append("body")
            parent = None
    return roles


def _is_under(heading: _Heading, parent: _Heading, paragraphs: Sequence[Paragraph]) -> bool:
    """Whether a heading is below another, by its number or by smaller or lighter type."""
    mine, above = number(heading.title), number(parent.title)
    if mine and above:
        return mine.startswith(above + ".")
    if parent.role in ("abstract", "references"):
        return False
    a, b = paragraphs[heading.at], paragraphs[parent.at]
    return a.size < b.size * 0.95 or (b.bold and not a.bold) or (parent.title.isupper() > heading.title.isupper())


def _opened(heading: _Heading, role: Role, bodies: list[str], end: int) -> list[_Mark]:
    """The section that a heading opens, and what it does not reach to: an abstract ends before notes."""
    marks: list[_Mark] = [(heading.at, heading.title, role)]
    if role != "abstract":
        return marks
    first = heading.at + (0 if _RUN_IN.match(bodies[heading.at]) and len(bodies[heading.at]) > LONGEST else 1)
    for at in range(first + 1, end):
        if _KEYWORDS.match(bodies[at]) or _is_note(bodies[at]):
            return [*marks, (at, "", "front"), *_unheaded(at + 1, end, bodies)]
    return marks


def _unheaded(start: int, end: int, bodies: list[str]) -> list[_Mark]:
    """A section without a heading where running text begins between two paragraphs, if it does."""
    at = next((i for i in range(start, end) if _is_prose(bodies[i]) and len(bodies[i]) > 300), None)
    if at is None or sum(len(bodies[i]) for i in range(at, end)) < 800:
        return []
    return [(at, "", "body")]


def _front(bodies: list[str], paragraphs: Sequence[Paragraph], end: int) -> list[_Mark]:
    """Sections of what stands before the first heading: title block, an unnamed abstract, unnamed text."""
    marks: list[_Mark] = [(0, "", "front")] if end else []
    running = [at for at in range(end) if _is_prose(bodies[at])]
    if not running:
        return marks
    start, stop = running[0], running[0] + 1
    while stop in running:
        stop += 1
    size = sum(len(bodies[at]) for at in range(start, stop))
    rest = sum(len(bodies[at]) for at in running if at >= stop)
    named = any(_RUN_IN.match(text) or text.lower().startswith("abstract") for text in bodies[end : end + 1])
    if not named and 250 <= size <= 3500 and (rest < 800 or stop < end) and paragraphs[start].lines[0].page <= 2:
        marks.append((start, "", "abstract"))
        if stop < end:
            marks.append((stop, "", "front"))
        return marks + _unheaded(stop + 1, end, bodies)
    return marks + (_unheaded(start, end, bodies) if size + rest > 3500 or not named else [])


def _is_prose(text: str) -> bool:
    words = text.split()
    plain = sum(word.strip(".,;:()").isalpha() for word in words)
    lower = sum(word[0].islower() for word in words)
    return len(words) >= 25 and plain > 0.7 * len(words) and lower > 0.55 * len(words) and not _is_note(text)


def _is_note(text: str) -> bool:
    """Whether a paragraph is of the kind that title pages carry: addresses, dates, licences."""
    return len(_NOISE.findall(text)) >= (1 if len(text) < 300 else 2)
