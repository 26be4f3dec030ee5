"""Paragraphs -> headings: those that papers share, that are numbered, or that stand out from the text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.pdf.build import Paragraph
from pipeline.pdf.layout import Line
from pipeline.pdf.look import Heading, all_bold, look
from pipeline.pdf.names import FLOATING, KEYWORDS, bare, is_named, number, role_of
from pipeline.pdf.raw import BOLD
from pipeline.pdf.signs import LONGEST, Seen, is_entry, is_heading

RUN_IN = re.compile(r"^(?:abstract|a b s t r a c t|summary)\s*(?:[-–—:.]+|(?=[A-Z][a-z]))\s*(?=\S)", re.IGNORECASE)
_NUMBERED_RUN_IN = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,4}\.?\s+[A-Z][^.:!?]{2,80})[.:]\s+(?=[A-Z])")
_BOLD_RUN_IN = re.compile(r"([A-Z][^.:!?–—•=]{2,80})(?:[.:]|\s?[–—])\s*(?=[A-Z(“])")
_BACK_RUN_IN = re.compile(
    r"((?:Acknowledge?ments?|Funding|Author Contributions?|Conflicts? of Interests?|Competing Interests?"
    r"|Declaration of (?:Competing|Conflicting) Interests?|Data Availability(?: Statement)?|Ethics approval"
    r"|Supplementary Materials?))(?:[:.]|\s[–—])\s+(?=[A-Z(])",
    re.IGNORECASE,
)
_SUBNUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,4}\.?\s+[A-Z]")


def pieces(text: str, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs, with those cut in two in which a heading runs into the next one or into the text."""
    found: list[Paragraph] = []
    for paragraph in paragraphs:
        rest = paragraph
        while len(rest.lines) > 1 and (cut := _cut(text, rest)):
            head, lines = rest.lines[:cut], rest.lines[cut:]
            start = rest.start + sum(len(line.text) + 1 for line in head)
            found.append(Paragraph(rest.start, start - 1, head[0].size, all_bold(head), head))
            rest = Paragraph(start, rest.end, rest.size, all_bold(lines), lines)
        found.append(rest)
    return found


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
    seen = Seen(bodies, paragraphs, body, max(fonts, key=lambda font: fonts[font]), numbered)
    found: list[Heading] = []
    for at in range(len(bodies)):
        if heading := _heading(at, seen, found):
            found.append(heading)
    if not any(heading.role == "references" for heading in found):
        found = _with_unnamed_list(found, seen)
    found = _past_title(_past_contents(found, paragraphs), paragraphs)
    return _joined(_without_running(found, paragraphs), paragraphs)


def _heading(at: int, seen: Seen, found: list[Heading]) -> Heading | None:
    text = seen.bodies[at]
    if len(text) <= LONGEST and is_heading(at, seen, found):
        return Heading(at, text, role_of(text), look(text, seen.paragraphs[at]))
    return _run_in(at, seen, found)


def _run_in(at: int, seen: Seen, found: list[Heading]) -> Heading | None:
    """A heading that the text of its paragraph runs on from."""
    text, paragraph = seen.bodies[at], seen.paragraphs[at]
    last = found[-1].role if found else None
    if RUN_IN.match(text) and len(text) > LONGEST and not any(heading.role == "abstract" for heading in found):
        return Heading(at, "Abstract", "abstract", look("Abstract", paragraph), runs_on=True)
    if not found or (last in ("abstract", "references") and not _BACK_RUN_IN.match(text)):
        return None
    match = (
        _BACK_RUN_IN.match(text)
        or (_NUMBERED_RUN_IN.match(text) if seen.numbered else None)
        or _bold_run_in(text, paragraph, seen)
    )
    if not match or len(text) < match.end() + 20:
        return None
    title = match.group(1)
    return Heading(at, title, role_of(title), look(title, paragraph), runs_on=True)


def _bold_run_in(text: str, paragraph: Paragraph, seen: Seen) -> re.Match[str] | None:
    first = paragraph.lines[0]
    if not first.lead & BOLD or first.style & BOLD or paragraph.size < 0.9 * seen.size:
        return None
    if FLOATING.match(text) or KEYWORDS.match(text) or len(text) < LONGEST:
        return None
    match = _BOLD_RUN_IN.match(text)
    return match if match and len(match.group(1).split()) <= 10 else None


def _with_unnamed_list(found: list[Heading], seen: Seen) -> list[Heading]:
    """Headings with a place for a reference list that has none: where seven of eight paragraphs are entries."""
    entries = [is_entry(text) for text in seen.bodies]
    at = next((i for i, entry in enumerate(entries) if entry and sum(entries[i : i + 8]) >= 7), None)
    if at is None:
        return found
    unnamed = Heading(at, "", "references", look("", seen.paragraphs[at]), runs_on=True)
    return sorted([*(h for h in found if h.at != at), unnamed], key=lambda heading: heading.at)


def _past_contents(found: list[Heading], paragraphs: Sequence[Paragraph]) -> list[Heading]:
    """Headings without those that a list of contents gives: they come again."""
    names = [bare(heading.title).lower() for heading in found]
    pages = [paragraphs[heading.at].lines[0].page for heading in found]
    lists = [page for name, page in zip(names, pages, strict=True) if name in ("contents", "table of contents")]
    reach = lists[0] + 2 if lists else 0  # the last page that the list may go on to
    return [h for i, h in enumerate(found) if pages[i] > reach or names[i] not in names[i + 1 :]]


def _past_title(found: list[Heading], paragraphs: Sequence[Paragraph]) -> list[Heading]:
    """Headings without those on the title page that are title, authors or kind of article."""
    first = next(
        (i for i, heading in enumerate(found) if heading.role not in (None, "front", "back", "appendix")), len(found)
    )
    pages = [paragraphs[heading.at].lines[0].page for heading in found]
    cover = pages[first] if first < len(found) and pages[first] <= 2 else 1
    tops = [paragraphs[heading.at].lines[0].top for heading in found]
    largest = max((p.lines[0] for p in paragraphs if p.lines[0].page == 1), key=lambda line: line.size, default=None)
    banner = largest.bottom if largest else 0.0  # down to there stand the names of journal and paper
    under = [bool(heading.role) or pages[i] > 1 or tops[i] > banner for i, heading in enumerate(found)]
    return [heading for i, heading in enumerate(found) if (i >= first and under[i]) or pages[i] > cover]


def _without_running(found: list[Heading], paragraphs: Sequence[Paragraph]) -> list[Heading]:
    """Headings without those that stand at one height on three pages or more: running lines that were left in."""
    places = [paragraphs[heading.at].lines[0] for heading in found]
    keys = [(heading.title, round(line.top / 4)) for heading, line in zip(found, places, strict=True)]
    often = Counter(keys)
    return [heading for heading, key in zip(found, keys, strict=True) if often[key] < 3 or number(heading.title)]


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
