"""Paragraphs -> headings: those that papers share, that are numbered, or that stand out from the text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.pdf.build import Paragraph
from pipeline.pdf.layout import Line
from pipeline.pdf.names import bare, counted, depth, is_named, number, role_of
from pipeline.pdf.raw import BOLD, ITALIC
from pipeline.records import Role

LONGEST = 150  # characters in a heading
LARGER = 1.1  # type so much larger than the body's stands out
NEAR = 0.6  # points by which the type of two headings of one kind may differ
RUN_IN = re.compile(r"^(?:abstract|a b s t r a c t|summary)\s*(?:[-–—:.]+|(?=[A-Z][a-z]))\s*(?=\S)", re.IGNORECASE)
KEYWORDS = re.compile(r"^(?:key ?-?words?|index terms|jel(?: class\w*)?|subject headings)\b", re.IGNORECASE)
FLOATING = re.compile(
    r"^(?:table|tab\.|fig\.|figure|box|scheme|plate|chart|graph|exhibit|source|note)s?\b", re.IGNORECASE
)
_NUMBERED_RUN_IN = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,4}\.?\s+[A-Z][^.:!?]{2,80})[.:]\s+(?=[A-Z])")
_BOLD_RUN_IN = re.compile(r"([A-Z][^.:!?–—•=]{2,80})(?:[.:]|\s?[–—])\s*(?=[A-Z(“])")
_BACK_RUN_IN = re.compile(
    r"((?:Acknowledge?ments?|Funding|Author Contributions?|Conflicts? of Interests?|Competing Interests?"
    r"|Declaration of (?:Competing|Conflicting) Interests?|Data Availability(?: Statement)?|Ethics approval"
    r"|Supplementary Materials?))(?:[:.]|\s[–—])\s+(?=[A-Z(])",
    re.IGNORECASE,
)
_SUBNUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,4}\.?\s+[A-Z]")
_ENTRY = re.compile(r"\(?\b(?:19|20)\d\d[a-z]?\b\)?")
_LISTED = re.compile(r"^(?:\[?\d{1,3}[\].)]?\s+[^\W\d_]|[^\W\d_][\w’'-]+,?\s(?:[A-Z]\.?[-\s]?){1,3}[,.&(])")
_NOISE = re.compile(
    r"@|https?://|©|\bcopyright|\blicen[cs]e|\breceived\b.*\d{4}|\bcorrespond|\bdepartment of|\buniversit|\bcitation:"
    r"|\bissn\b|\bdoi\b|\bpublished\b.*\d{4}|\beditor|\bconflicts? of interest|\bfunding"
    r"|\bopen.access article|\bdistributed under|\bcreative commons|\ball rights reserved|\bcorresponding author",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"article (?:info|type|history|number)|(?:received|accepted|available|published|revised|edited|reviewed|submitted)\b"
    r"|how to cite|cite this|citation|specialty section|contents lists|open access|check for updates|continued$",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:(?:\.\s?){4,}|…)\s*[\divxlc]*$|[|│]\s*[\divxlc]+$", re.IGNORECASE)
_PAGE = re.compile(r"(?:^|\s)[\divxlc]{1,4}$")


class Look(NamedTuple):
    """How a heading is set: the size of its type in points, weight, slant, case, and its font's number."""

    size: float
    bold: bool
    italic: bool
    capitals: bool
    font: int

    def like(self, other: "Look") -> bool:
        """Whether both are set alike; fonts count where weight and slant tell nothing."""
        fonts = self.font == other.font or not (self.font and other.font) or self.bold or self.italic
        return abs(self.size - other.size) <= NEAR and self[1:4] == other[1:4] and fonts

    def above(self, other: "Look") -> bool:
        """Whether this is set larger, or in the same size more heavily; slanted type is not above bold type."""
        if other.bold and self.italic and not self.bold:
            return False
        if abs(self.size - other.size) > NEAR:
            return self.size > other.size
        return (self.capitals, self.bold, not self.italic) > (other.capitals, other.bold, not other.italic)


@dataclass(frozen=True, slots=True)
class Heading:
    """A paragraph, by index, that opens a section: its title, look, and the role it tells, None where it tells none.

    `runs_on` says that the section's text follows in the same paragraph.
    """

    at: int
    title: str
    role: Role | None
    look: Look
    runs_on: bool = False


@dataclass(frozen=True, slots=True)
class _Text:
    """What the search looks at: the paragraphs with their texts, and the body's type."""

    bodies: list[str]
    paragraphs: Sequence[Paragraph]
    size: float
    font: int
    numbered: bool  # some heading that papers share has a number


def pieces(text: str, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs, with those cut in two in which a heading runs into the next one or into the text."""
    found: list[Paragraph] = []
    for paragraph in paragraphs:
        rest = paragraph
        while len(rest.lines) > 1 and (cut := _cut(text, rest)):
            lines, start = cut, rest.start + sum(len(line.text) + 1 for line in rest.lines[:cut])
            found.append(
                Paragraph(rest.start, start - 1, rest.lines[0].size, _bold(rest.lines[:lines]), rest.lines[:lines])
            )
            rest = Paragraph(start, rest.end, rest.size, _bold(rest.lines[lines:]), rest.lines[lines:])
        found.append(rest)
    return found


def _bold(lines: Sequence[Line]) -> bool:
    return all(line.style & BOLD for line in lines)


def _cut(text: str, paragraph: Paragraph) -> int:
    """How many of the first lines are a heading by themselves; 0 for none."""
    lines = paragraph.lines
    for count in range(1, min(len(lines), 4)):
        head = " ".join(line.text for line in lines[:count])
        if len(head) > LONGEST:
            return 0
        if text[paragraph.start : paragraph.start + len(head) + 1] == f"{head} " and _parted(lines, count, head):
            return count
    return 0


def _parted(lines: Sequence[Line], count: int, head: str) -> bool:
    """Whether the lines up to `count` are a heading and the next one is something else."""
    last, following = lines[count - 1], lines[count]
    if head[-1] in ".,;-" or (not following.text[:1].isupper() and not following.text[:1].isdigit()):
        return False
    if _SUBNUMBER.match(following.text):
        return bool(number(head))
    if last.style and head.isupper() and len(head) > 4:
        return not following.text.isupper()
    other = last.font and following.font and last.font != following.font
    plain = number(head) and "." in number(head) and last.x1 < 0.8 * max(line.x1 for line in lines)
    return bool(number(head) or (other and count == 1 and len(head) < 80)) and bool(other or plain)


def find(text: str, paragraphs: Sequence[Paragraph], body: float) -> list[Heading]:
    """The headings of a text in order. `paragraphs` are as `pieces` gives them; `body` is the text's type in points."""
    bodies = [text[p.start : p.end] for p in paragraphs]
    fonts: Counter[int] = Counter()
    for paragraph in paragraphs:
        fonts[paragraph.lines[-1].font] += paragraph.end - paragraph.start
    numbered = any(len(one) < 60 and number(one) and is_named(one) for one in bodies)
    seen = _Text(bodies, paragraphs, body, max(fonts, key=lambda font: fonts[font]), numbered)
    found: list[Heading] = []
    for at in range(len(bodies)):
        if heading := _heading(at, seen, found):
            found.append(heading)
    if not any(heading.role == "references" for heading in found):
        found = _with_unnamed_list(found, seen)
    found = _past_title(_past_contents(found, paragraphs), paragraphs)
    return _joined(_without_running(found, paragraphs), paragraphs)


def _heading(at: int, seen: _Text, found: list[Heading]) -> Heading | None:
    text = seen.bodies[at]
    if len(text) > LONGEST or seen.paragraphs[at].lines[0].lead != seen.paragraphs[at].lines[0].style:
        return _run_in(at, seen, found)
    if _is_heading(at, seen, found):
        return Heading(at, text, role_of(text), look(text, seen.paragraphs[at]))
    return _run_in(at, seen, found)


def look(title: str, paragraph: Paragraph) -> Look:
    """How a heading is set."""
    lines = paragraph.lines
    fonts = {line.font for line in lines}
    capitals = in_capitals(title)
    italic = all(line.style & ITALIC for line in lines)
    return Look(round(paragraph.size * 2) / 2, _bold(lines), italic, capitals, fonts.pop() if len(fonts) == 1 else 0)


def _run_in(at: int, seen: _Text, found: list[Heading]) -> Heading | None:
    """A heading that the text of its paragraph runs on from."""
    text, paragraph = seen.bodies[at], seen.paragraphs[at]
    last = found[-1].role if found else None
    if RUN_IN.match(text) and len(text) > LONGEST and not any(heading.role == "abstract" for heading in found):
        return Heading(at, "Abstract", "abstract", look("Abstract", paragraph), runs_on=True)
    if not found or (last in ("abstract", "references") and not _BACK_RUN_IN.match(text)):
        return None
    back = _BACK_RUN_IN.match(text)
    match = back or (_NUMBERED_RUN_IN.match(text) if seen.numbered else None) or _bold_run_in(text, paragraph, seen)
    if not match or len(text) < match.end() + 20:
        return None
    title = match.group(1)
    return Heading(at, title, role_of(title), look(title, paragraph), runs_on=True)


def _bold_run_in(text: str, paragraph: Paragraph, seen: _Text) -> re.Match[str] | None:
    first = paragraph.lines[0]
    if not first.lead & BOLD or first.style & BOLD or paragraph.size < 0.9 * seen.size:
        return None
    if FLOATING.match(text) or KEYWORDS.match(text) or len(text) < LONGEST:
        return None
    match = _BOLD_RUN_IN.match(text)
    return match if match and len(match.group(1).split()) <= 10 else None


def _is_heading(at: int, seen: _Text, found: list[Heading]) -> bool:
    """Whether a paragraph is a heading; in a reference list only clear ones are: entries are short and bold too."""
    cited = bool(found) and found[-1].role == "references"
    text, paragraph = seen.bodies[at], seen.paragraphs[at]
    if not 3 <= len(text) <= LONGEST or not text[0].isalnum() or _is_contents_line(at, seen):
        return False
    if is_named(text):
        return role_of(text) != "references" or _entries_follow(at, seen.bodies)
    if cited:
        larger = paragraph.size > LARGER * seen.size and len(text) < 80
        return (larger or role_of(text) in ("appendix", "back")) and _may_be(text)
    told, apart = number(text), _is_set_apart(text, paragraph, seen)
    if not ((apart or told) and _may_be(text)):
        return False
    if seen.numbered and told[:1].isdigit():
        if apart:
            return _goes_on(told, look(text, paragraph), found)
        return _is_next(told, found) and _is_as_plain(text, paragraph, found) and _opens_prose(at, seen)
    return apart and not (told and _is_item(at, seen.bodies)) and _opens_prose(at, seen)


def _may_be(text: str) -> bool:
    """Whether a line could be a heading by its words alone."""
    letters = sum(char.isalpha() for char in text)
    if letters < 0.6 * len(text) or text[-1] in ",;-" or text[0].islower() or bare(text)[:1].islower():
        return False
    if text[0].isdigit() and not number(text):
        return False
    return not (FLOATING.match(text) or KEYWORDS.match(text) or _LABEL.match(text) or is_note(text))


def is_note(text: str) -> bool:
    """Whether a paragraph is of the kind that title pages carry: addresses, dates, licences."""
    return len(_NOISE.findall(text)) >= (1 if len(text) < 300 else 2)


def _goes_on(told: str, mine: Look, found: list[Heading]) -> bool:
    """Whether a number is the next one, or a later one in the look that headings of its depth have."""
    alike = [h for h in found if depth(number(h.title)) == depth(told) and number(h.title)[:1].isdigit()]
    later = not alike or counted(number(alike[-1].title)) < counted(told)
    return _is_next(told, found) or (later and any(mine.like(heading.look) for heading in alike))


def _is_next(told: str, found: list[Heading]) -> bool:
    """Whether a number comes next after the last one, or misses one or two; in an appendix they begin again."""
    last: tuple[int, ...] = ()
    for heading in found:
        if heading.role == "appendix":
            last = ()
        elif number(heading.title)[:1].isdigit():
            last = counted(number(heading.title))
    mine = counted(told)
    same = next((i for i, (a, b) in enumerate(zip(mine, last, strict=False)) if a != b), min(len(mine), len(last)))
    if same == len(mine):
        return False
    before = last[same] if same < len(last) else 0
    return before < mine[same] <= before + 3 and all(part <= 2 for part in mine[same + 1 :])


def _is_as_plain(text: str, paragraph: Paragraph, found: list[Heading]) -> bool:
    """Whether a numbered line in the body's type is a heading: those so far are as plain, and it is no sentence."""
    if text[-1] in ".!?:;" or len(text.split()) > 14:
        return False
    told = [heading for heading in found if depth(number(heading.title)) == 1 and number(heading.title)[:1].isdigit()]
    return depth(number(text)) > 1 or not told or any(look(text, paragraph).like(one.look) for one in told)


def _is_item(at: int, bodies: list[str]) -> bool:
    """Whether a numbered line is an item of a list: the line before or after it is one too."""
    return any(number(text)[:1].isdigit() for text in bodies[max(at - 1, 0) : at] + bodies[at + 1 : at + 2])


def _is_contents_line(at: int, seen: _Text) -> bool:
    """Whether a line is of a table of contents: it leads to a page number."""
    text = seen.bodies[at]
    if _LEADER.search(text):
        return True
    following = seen.bodies[at + 1] if at + 1 < len(seen.bodies) else ""
    if following.isdigit() and _level(seen.paragraphs[at], seen.paragraphs[at + 1]):
        return True
    beside = [following, seen.bodies[at - 1] if at else ""]
    return (
        text[-1].isdigit()
        and any(len(one) < LONGEST and _PAGE.search(one) for one in beside)
        and bool(_PAGE.search(text))
    )


def _level(a: Paragraph, b: Paragraph) -> bool:
    """Whether two paragraphs stand on one line."""
    one, other = a.lines[-1], b.lines[0]
    return one.page == other.page and abs(one.top - other.top) < one.size / 2


def _entries_follow(at: int, bodies: list[str]) -> bool:
    """Whether what looks like references follows, and not the cells of a table's column of that name."""
    again = next(
        (i for i, text in enumerate(bodies[at + 1 :]) if is_named(text) and role_of(text) == "references"), None
    )
    if again is not None:
        return sum(bool(_LISTED.match(text)) for text in bodies[at + 1 : at + 1 + min(again, 10)]) >= 2
    return any(len(text) >= 40 and (_ENTRY.search(text) or text[:1] in "[1") for text in bodies[at + 1 : at + 5])


def _is_set_apart(text: str, paragraph: Paragraph, seen: _Text) -> bool:
    """Whether a short paragraph is set as headings are: larger, bold or slanted, in capitals, or in a font of its own."""
    closed = text[-1] in ".!?" and not (number(text) and len(text.split()) <= 8)
    if (closed and not paragraph.bold) or paragraph.size < 0.8 * seen.size:
        return False
    fonts = {line.font for line in paragraph.lines}
    another = fonts.isdisjoint({0, seen.font}) and len(fonts) == 1 and paragraph.size >= 0.9 * seen.size
    if paragraph.size > LARGER * seen.size or all(line.style for line in paragraph.lines) or another:
        return True
    return in_capitals(text) or bool("." in number(text) and role_of(text))


def in_capitals(text: str) -> bool:
    """Whether most letters are capitals: "BANDGAPS OF Mg ALLOYS" counts."""
    letters = [char for char in bare(text) if char.isalpha()]
    return len(letters) > 4 and sum(char.isupper() for char in letters) >= 0.7 * len(letters)


def _opens_prose(at: int, seen: _Text) -> bool:
    """Whether running text follows, at most two further headings below."""
    paragraphs = seen.paragraphs
    for ahead in range(at + 1, min(at + 4, len(seen.bodies))):
        text, paragraph = seen.bodies[ahead], paragraphs[ahead]
        if FLOATING.match(text) or (ahead == at + 1 and _level(paragraphs[at], paragraph)):
            return False
        if len(text.split()) >= 12 and _wordy(text) and paragraph.size <= 1.3 * max(paragraphs[at].size, seen.size):
            return True
        plain = not all(line.style for line in paragraph.lines) and paragraph.size <= LARGER * seen.size
        if plain and not (seen.numbered and number(text)) and paragraph.lines[0].font == seen.font:
            return False
    return False


def _wordy(text: str) -> bool:
    words = text.split()
    return sum(word.strip(".,;:()[]'\"").isalpha() for word in words) >= 0.55 * len(words)


def _with_unnamed_list(found: list[Heading], seen: _Text) -> list[Heading]:
    """Headings with a place for a reference list that has none: where seven of eight paragraphs are entries."""
    entries = [bool(_LISTED.match(text) and _ENTRY.search(text)) for text in seen.bodies]
    at = next((i for i, entry in enumerate(entries) if entry and sum(entries[i : i + 8]) >= 7), None)
    if at is None:
        return found
    unnamed = Heading(at, "", "references", look("", seen.paragraphs[at]), runs_on=True)
    return sorted([*(h for h in found if h.at != at), unnamed], key=lambda heading: heading.at)


def _past_contents(found: list[Heading], paragraphs: Sequence[Paragraph]) -> list[Heading]:
    """Headings without those that a list of contents gives: they come again."""
    kept: list[Heading] = []
    listing = 0  # the last page that the list may reach to
    for i, heading in enumerate(found):
        page = paragraphs[heading.at].lines[0].page
        if bare(heading.title).lower() in ("contents", "table of contents"):
            listing = page + 2
        again = any(bare(other.title).lower() == bare(heading.title).lower() for other in found[i + 1 :])
        if not (page <= listing and again):
            kept.append(heading)
    return kept


def _past_title(found: list[Heading], paragraphs: Sequence[Paragraph]) -> list[Heading]:
    """Headings without those on the title page that are title, authors or kind of article."""
    first = next(
        (i for i, heading in enumerate(found) if heading.role not in (None, "front", "back", "appendix")), len(found)
    )
    pages = [paragraphs[heading.at].lines[0].page for heading in found]
    cover = pages[first] if first < len(found) and pages[first] <= 2 else 1
    largest = max((p.lines[0] for p in paragraphs if p.lines[0].page == 1), key=lambda line: line.size, default=None)
    banner = largest.bottom if largest else 0.0  # down to there stand the names of journal and paper
    return [
        heading
        for i, heading in enumerate(found)
        if (i >= first and (heading.role or pages[i] > 1 or paragraphs[heading.at].lines[0].top > banner))
        or pages[i] > cover
    ]


def _without_running(found: list[Heading], paragraphs: Sequence[Paragraph]) -> list[Heading]:
    """Headings without those that stand at one height on three pages or more: running lines that were left in."""
    places = [paragraphs[heading.at].lines[0] for heading in found]
    pages: Counter[tuple[str, int]] = Counter(
        (h.title, round(line.top / 4)) for h, line in zip(found, places, strict=True)
    )
    return [
        h for h, line in zip(found, places, strict=True) if pages[h.title, round(line.top / 4)] < 3 or number(h.title)
    ]


def _joined(found: list[Heading], paragraphs: Sequence[Paragraph]) -> list[Heading]:
    """Headings with those put together that stand on two lines and were taken for two."""
    kept: list[Heading] = []
    for heading in found:
        if kept and _goes_with(kept[-1], heading, paragraphs):
            first = kept.pop()
            heading = replace(first, title=f"{first.title} {heading.title}")
        kept.append(heading)
    return kept


def _goes_with(first: Heading, second: Heading, paragraphs: Sequence[Paragraph]) -> bool:
    """Whether two headings are the lines of one: set alike, one right under the other, the second one unnumbered."""
    last, line = paragraphs[first.at].lines[-1], paragraphs[second.at].lines[0]
    if second.at != first.at + 1 or number(second.title) or second.runs_on or first.runs_on or is_named(second.title):
        return False
    close = last.page == line.page and 0 < line.top - last.top < 1.7 * last.size
    whole = is_named(first.title) or first.title[-1] in ".:"
    return close and not whole and first.look.like(second.look)
