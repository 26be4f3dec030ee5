"""Signs by which a short paragraph is known for a heading: its words, its number, its type, and what follows it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.pdf.build import Paragraph
from pipeline.pdf.look import Heading, Look, in_capitals, look
from pipeline.pdf.names import FLOATING, KEYWORDS, bare, counted, depth, is_named, is_note, number, role_of
from pipeline.pdf.raw import BOLD

LONGEST = 150  # characters in a heading
LARGER = 1.1  # type so much larger than the body's stands out
_ENTRY = re.compile(r"\(?\b(?:19|20)\d\d[a-z]?\b\)?")
_LISTED = re.compile(r"^(?:\[?\d{1,3}[\].)]?\s+[^\W\d_]|[^\W\d_][\w’'-]+,?\s(?:[A-Z]\.?[-\s]?){1,3}[,.&(])")
_LABEL = re.compile(
    r"article (?:info|type|history|number)|(?:received|accepted|available|published|revised|edited|reviewed)\b"
    r"|submitted\b|how to cite|cite this|citation|specialty section|contents lists|open access"
    r"|check for updates|continued$",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:(?:\.\s?){4,}|…)\s*[\divxlc]*$|[|│]\s*[\divxlc]+$", re.IGNORECASE)
_PAGE = re.compile(r"(?:^|\s)[\divxlc]{1,4}$")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the search looks at: the paragraphs with their texts, and the body's type."""

    bodies: list[str]
    paragraphs: Sequence[Paragraph]
    size: float
    font: int
    numbered: bool  # some heading that papers share has a number


def is_heading(at: int, seen: Seen, found: list[Heading]) -> bool:
    """Whether a paragraph is a heading; in a reference list only clear ones are: entries are short and bold too."""
    cited = bool(found) and found[-1].role == "references"
    text, paragraph = seen.bodies[at], seen.paragraphs[at]
    if not 3 <= len(text) <= LONGEST or not text[0].isalnum() or _is_contents_line(at, seen):
        return False
    if is_named(text):
        return role_of(text) != "references" or _entries_follow(at, seen.bodies)
    if cited:
        larger = paragraph.size > LARGER * seen.size and len(text) < 80
        return (larger or role_of(text) in ("appendix", "back")) and _may_be(text) and not is_note(text)
    told, apart = number(text), _is_set_apart(text, paragraph, seen)
    if not ((apart or told) and _may_be(text)) or (is_note(text) and not (told and apart and _counting(found))):
        return False
    if seen.numbered and told[:1].isdigit():
        if apart:
            return _goes_on(told, look(text, paragraph), found)
        plain = _is_as_plain(text, paragraph, found) and not _is_item(at, seen.bodies)
        return plain and _is_next(told, found) and _opens_prose(at, seen)
    return apart and not (told and _is_item(at, seen.bodies)) and _opens_prose(at, seen)


def _may_be(text: str) -> bool:
    """Whether a line could be a heading by its words alone."""
    words = bare(text)  # a number may be longer than the words: "4.2.1 Data"
    letters = sum(char.isalpha() for char in words)
    if letters < 0.6 * len(words) or text[-1] in ",;-" or text[0].islower() or words[:1].islower():
        return False
    if text[0].isdigit() and not number(text):
        return False
    return not (FLOATING.match(text) or KEYWORDS.match(text) or _LABEL.match(text))


def _counting(found: list[Heading]) -> bool:
    """Whether numbered headings have begun: numbered addresses stand before them."""
    return any(number(heading.title)[:1].isdigit() for heading in found)


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
    """Whether a numbered line is an item of a list: the line before or after it is numbered as deep."""
    deep = depth(number(bodies[at]))
    beside = [number(text) for text in bodies[max(at - 1, 0) : at] + bodies[at + 1 : at + 2]]
    return any(told[:1].isdigit() and depth(told) == deep for told in beside)


def _is_contents_line(at: int, seen: Seen) -> bool:
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


def _is_set_apart(text: str, paragraph: Paragraph, seen: Seen) -> bool:
    """Whether a short paragraph is set as headings are: larger, bold or slanted, in capitals or in its own font."""
    closed = text[-1] in ".!?" and not (number(text) and len(text.split()) <= 8)
    if (closed and not paragraph.bold) or paragraph.size < 0.8 * seen.size:
        return False
    fonts = {line.font for line in paragraph.lines}
    another = fonts.isdisjoint({0, seen.font}) and len(fonts) == 1 and paragraph.size >= 0.9 * seen.size
    styled = all(line.style or line.lead & BOLD for line in paragraph.lines)  # italic words may end a bold line
    if paragraph.size > LARGER * seen.size or another or styled:
        return True
    return in_capitals(text) or bool("." in number(text) and role_of(text))


def _opens_prose(at: int, seen: Seen) -> bool:
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


def is_entry(text: str) -> bool:
    """Whether a paragraph looks like an entry of a reference list."""
    return bool(_LISTED.match(text) and _ENTRY.search(text))
