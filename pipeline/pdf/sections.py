"""Paragraphs -> sections with levels and roles, from the headings among them."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipeline.documents import Role, Section
from pipeline.pdf.build import Paragraph
from pipeline.pdf.headings import RUN_IN, find, pieces
from pipeline.pdf.look import Heading, Look
from pipeline.pdf.names import KEYWORDS, bare, depth, is_named, is_note, number
from pipeline.pdf.raw import BOLD

_LABEL = re.compile(r"[A-Z][\w()/, -]{3,40}(?::|\.\s)\s*\S")
_MAIN: frozenset[Role] = frozenset({"introduction", "methods", "results", "discussion", "conclusion", "policy"})
_OF_REPORT = re.compile(r"executive summary|summary for", re.IGNORECASE)  # as long as it likes, with no notes in it
_ENDS: frozenset[Role] = frozenset({"front", "abstract", "references", "back", "appendix"})


def sections(text: str, paragraphs: Sequence[Paragraph], body: float) -> tuple[Section, ...]:
    """The sections of a text in order, from its start to its end without gaps. `body` is the type's height.

    A heading's level is told by its number, else by its type beside that of the headings of level 1: those with
    numbers of one part, or with the names that papers share.
    """
    if not paragraphs:
        return ()
    parts = pieces(text, paragraphs)
    bodies = [text[p.start : p.end] for p in parts]
    found = find(text, parts, body)
    levels = _levels(found)
    roles = _roles(found, levels)
    ends = [*(heading.at for heading in found), len(bodies)]
    marks = _front(bodies, parts, ends[0], _is_paper(found))
    for heading, level, role, end in zip(found, levels, roles, ends[1:], strict=True):
        marks += _opened(heading, level, role, bodies, parts, end)
    marks = [mark for mark, after in pairwise([*marks, None]) if mark and (not after or after[0] > mark[0])]
    starts = [0, *(parts[at].start for at, _, _, _ in marks[1:])]
    return tuple(
        Section(title, role, start, end, level)
        for (_, title, role, level), (start, end) in zip(marks, pairwise([*starts, len(text)]), strict=True)
    )


_Mark = tuple[int, str, Role, int]  # index of the paragraph that a section starts with, its title, role and level


def _levels(found: list[Heading]) -> list[int]:
    """A level for each heading."""
    scheme = any(number(h.title)[:1].isdigit() and is_named(h.title) for h in found)
    anchor = _anchor(found, scheme)
    last = max((i for i, h in enumerate(found) if h.role in _MAIN and is_named(h.title)), default=-1)
    levels: list[int] = []
    above: list[tuple[int, Look]] = []  # the headings that the next one may stand under
    for i, heading in enumerate(found):
        numbered = scheme and number(heading.title)[:1].isdigit()
        if heading.runs_on and heading.role not in _ENDS and not numbered:
            levels.append(above[-1][0] + 1 if above else 1)
            continue
        level = depth(number(heading.title)) if numbered else _by_look(heading, i > last, anchor, above)
        above = [*((n, look) for n, look in above if n < level), (level, heading.look)]
        levels.append(level)
    return levels


def _by_look(heading: Heading, late: bool, anchor: Look | None, above: list[tuple[int, Look]]) -> int:
    """The level of a heading without a number. `late` says that it stands behind the last main section's."""
    named = is_named(heading.title)
    if (heading.role in _ENDS and (late or named)) or not _below(heading.look, anchor):
        return 1
    if heading.role in ("introduction", "conclusion") and named and not number(heading.title):
        return 1  # some are set like the parts of the sections before them
    return _under(heading.look, above)


def _anchor(found: list[Heading], scheme: bool) -> Look | None:
    """The look of headings of level 1, as most of the sure ones have it."""
    if scheme:
        sure = [h for h in found if number(h.title)[:1].isdigit() and depth(number(h.title)) == 1]
    else:
        sure = [h for h in found if h.role in _MAIN and is_named(h.title) and not h.runs_on]
    looks = Counter(h.look for h in sure)
    if looks:
        return max(looks, key=lambda look: (looks[look], look))
    again = [look for look, count in Counter(h.look for h in found if h.role not in _ENDS).items() if count > 1]
    return max(again, key=lambda look: (look.size, look.capitals, look.bold), default=None)


def _below(look: Look, anchor: Look | None) -> bool:
    return anchor is not None and not look.like(anchor) and not look.above(anchor)


def _under(look: Look, above: list[tuple[int, Look]]) -> int:
    """The level of a heading by its look: that of the last one set alike, else one below the last one set above it."""
    for level, other in reversed(above):
        if level > 1 and look.like(other):
            return level
        if level == 1 or other.above(look):
            return level + 1
    return 2


def _roles(found: list[Heading], levels: list[int]) -> list[Role]:
    """A role for each heading: its own, or its parent's, or "body"."""
    later = [bare(heading.title).lower() for heading in found]
    roles: list[Role] = []
    parents: list[tuple[int, Role]] = []
    for i, (heading, level) in enumerate(zip(found, levels, strict=True)):
        parents = [(n, role) for n, role in parents if n < level]
        parent = parents[-1][1] if parents else None
        again = later[i] in later[i + 1 :] and not number(heading.title)
        in_abstract = bool(roles) and roles[-1] == "abstract" and again
        role = "abstract" if in_abstract else _role(heading, parent, roles[-1] if roles else None)
        roles.append(role)
        parents.append((level, role))
    return roles


def _role(heading: Heading, parent: Role | None, before: Role | None) -> Role:
    if parent is None:
        lettered = before == "appendix" and number(heading.title)[:1].isalpha()
        return heading.role or ("appendix" if lettered else "body")
    own = heading.role
    if parent in ("back", "appendix") and own != "references":
        return parent  # "Methodology: M. L." among the contributions of authors
    if own and (parent == "body" or own in ("policy", "references") or is_named(heading.title)):
        return own
    return parent if parent not in ("abstract", "references") else own or "body"


def _opened(
    heading: Heading, level: int, role: Role, bodies: list[str], parts: Sequence[Paragraph], end: int
) -> list[_Mark]:
    """The section that a heading opens, and what it does not reach to: an abstract ends before notes."""
    within = role == "abstract" and heading.role != role  # a heading inside a structured abstract
    marks: list[_Mark] = [(heading.at, heading.title, role, level + within)]
    if role != "abstract" or _OF_REPORT.match(bare(heading.title)):
        return marks
    first = heading.at + (0 if heading.runs_on else 1)
    for at in range(first + 1, end):
        if KEYWORDS.match(bodies[at]) or (is_note(bodies[at]) and not _is_labelled(bodies[at], parts[at])):
            again = _abstract_again(at + 1, end, bodies, parts, first)
            return [*marks, (at, "", "front", 1), *again, *_unheaded((again[-1][0] if again else at) + 1, end, bodies)]
    return marks


def _abstract_again(at: int, end: int, bodies: list[str], parts: Sequence[Paragraph], first: int) -> list[_Mark]:
    """Marks around the rest of a structured abstract that notes at the foot of its page cut in two."""
    alike = [i for i in range(at, end) if abs(parts[i].size - parts[first].size) < 0.3]
    labelled = [i for i in alike if _is_labelled(bodies[i], parts[i]) and not KEYWORDS.match(bodies[i])]
    start = next((i for i in alike if labelled and i <= labelled[-1] and _is_prose(bodies[i])), None)
    if start is None or not _is_labelled(bodies[first], parts[first]):
        return []
    after: list[_Mark] = [(labelled[-1] + 1, "", "front", 1)] if labelled[-1] + 1 < end else []
    return [(start, "", "abstract", 1), *after]


def _is_labelled(text: str, paragraph: Paragraph) -> bool:
    """Whether a paragraph opens as those of a structured abstract do: "Methods:", or in bold type."""
    first = paragraph.lines[0]
    return bool(_LABEL.match(text)) or bool(first.lead & BOLD and not first.style & BOLD)


def _unheaded(start: int, end: int, bodies: list[str]) -> list[_Mark]:
    """A section without a heading where running text begins between two paragraphs, if it does."""
    at = next((i for i in range(start, end) if _is_prose(bodies[i]) and len(bodies[i]) > 300), None)
    if at is None or sum(len(bodies[i]) for i in range(at, end)) < 800:
        return []
    return [(at, "", "body", 1)]


def _is_paper(found: list[Heading]) -> bool:
    """Whether the headings are those of a paper, which may have an abstract that is not headed."""
    main = any(heading.role in _MAIN for heading in found)
    return not found or found[0].role in _MAIN or (main and any(heading.role == "references" for heading in found))


def _front(bodies: list[str], parts: Sequence[Paragraph], end: int, paper: bool) -> list[_Mark]:
    """Sections of what stands before the first heading: title block, a paper's unnamed abstract, unnamed text."""
    title: list[_Mark] = [(0, "", "front", 1)] if end else []
    running = [at for at in range(end) if _is_prose(bodies[at])]
    if not running:
        return title
    if not paper:
        return [*title, (running[0], "", "body", 1)]
    start, stop = running[0], running[0] + 1
    while stop in running and _same_type(parts[start], parts[stop]):
        stop += 1
    size = sum(len(bodies[at]) for at in range(start, stop))
    rest = sum(len(bodies[at]) for at in running if at >= stop)
    named = any(RUN_IN.match(text) or text.lower().startswith("abstract") for text in bodies[end : end + 1])
    if not named and 250 <= size <= 3500 and (rest < 800 or stop < end) and parts[start].lines[0].page <= 2:
        return [*title, (start, "", "abstract", 1), *_behind(stop, end, running, bodies, parts)]
    return [*title, *(_unheaded(start, end, bodies) if size + rest > 3500 or not named else [])]


def _behind(stop: int, end: int, running: list[int], bodies: list[str], parts: Sequence[Paragraph]) -> list[_Mark]:
    """What comes after an unnamed abstract: text in other type that is no smaller, or the title page's notes."""
    if stop in running and parts[stop].size > 0.95 * parts[stop - 1].size:
        return [(stop, "", "body", 1)]
    if end == len(bodies):  # no heading will follow: all is text but the notes right below
        text = next((i for i in range(stop, end) if not (is_note(bodies[i]) or KEYWORDS.match(bodies[i]))), end)
        marks: list[_Mark] = [(stop, "", "front", 1), (text, "", "body", 1)]
        return [mark for mark in marks if mark[0] < end]
    notes: list[_Mark] = [(stop, "", "front", 1)] if stop < end else []
    return notes + _unheaded(stop + 1, end, bodies)


def _same_type(a: Paragraph, b: Paragraph) -> bool:
    fonts = a.lines[-1].font, b.lines[-1].font
    return a.bold == b.bold and abs(a.size - b.size) < 0.1 * a.size and (fonts[0] == fonts[1] or 0 in fonts)


def _is_prose(text: str) -> bool:
    words = text.split()
    plain = sum(word.strip(".,;:()").isalpha() for word in words)
    lower = sum(word[0].islower() for word in words)
    return len(words) >= 25 and plain > 0.7 * len(words) and lower > 0.55 * len(words) and not is_note(text)
