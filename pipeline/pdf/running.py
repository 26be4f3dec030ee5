"""Lines that come again from page to page and are no text of the paper: headers, footers, page numbers."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from pipeline.pdf.layout import NUMBERED, Line, body_size, sideways
from pipeline.pdf.raw import RawPage

MARGIN = 0.13  # share of the page's height, at top and at bottom, where running lines stand
DRIFT = 8.0  # points that a running line may move from page to page
BIG = 1.8  # times the body's type: the size of a watermark
LARGE = 1.15  # times the body's type: the size of a heading
WORDY, CLOSE = 8, 0.5  # words of a line of text, and sizes of its type to the line next to it
LEVEL = 2.0  # points that a header may stand off the height of other pages' headers
LONGEST = 15  # words of a header that stands on one page only
_DIGITS = re.compile(r"\d+")
_NUMBER_ONLY = re.compile(
    r"^(?:page |p\. ?)?[-–|• ]*(?:[a-z]{0,2}[-.]?\d{1,5}|[ivxlc]{1,6})(?: ?(?:of|/) ?\d{1,4})?[-–|• ]*$", re.I
)
# what stands alone at a page's edge and says nothing: an address, a mark of rights, a note of who fetched the file
_STAMP = re.compile(
    r"^\W*(?:(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?|(?:https?://(?:dx\.)?doi\.org/|doi:? ?)10\.\S+"
    r"|(?:©|\(c\)|copyright\b).{0,80}|(?:downloaded|available online) (?:from|at|on|via)\b.{0,150}"
    r"|(?:[\w ,]{0,25}\b)?(?:accepted|author'?s?) manuscript\b.{0,40}"
    r"|(?:e-?|p-?)?issn\b.{0,40})\W*$",
    re.I,
)
_MARK = re.compile(r"^[^\w]*[©|•·│][^a-z]*$", re.I)  # an ornament or a year beside a header
_TURN_OVER = re.compile(r"^\W*(?:continued (?:on|from)|see overleaf|table continued)\b.{0,20}$", re.I)


def without_running(pages: Sequence[RawPage], rows: Sequence[list[Line]]) -> list[list[Line]]:
    """The lines of each page without its running lines and watermarks. `rows` are the lines, page by page."""
    places: dict[str, list[tuple[int, float]]] = defaultdict(list)
    edges = [_edges(page, mine) for page, mine in zip(pages, rows, strict=True)]
    for page, mine in zip(pages, edges, strict=True):
        for line in mine:
            places[_key(line.text)].append((page.number, line.top))
    series = _series(pages, edges)
    body = body_size(line for mine in rows for line in mine)
    running = [
        {id(line) for line in mine if _runs(places[_key(line.text)], line, len(pages)) and not _text(line, every, body)}
        | _numbers(page, mine, places, series)
        for page, every, mine in zip(pages, rows, edges, strict=True)
    ]
    usual = _heights(edges, running, len(pages))
    for page, every, mine, out in zip(pages, rows, edges, running, strict=True):
        out |= {
            id(line) for line in mine if _MARK.match(line.text) and any(_level(line, o) for o in mine if id(o) in out)
        }
        if page.number > 1:
            out |= {id(line) for line in mine if _stands_out(line, page, usual) and _alone(line, every)}
    marks = _watermarks(rows, body)
    return [
        [
            line
            for line in mine
            if id(line) not in out and not (marks and _place(line) in marks) and not _TURN_OVER.match(line.text)
        ]
        for mine, out in zip(rows, running, strict=True)
    ]


def _watermarks(rows: Sequence[list[Line]], body: float) -> set[tuple[str, int, int]]:
    """Text and place of what lies in large type over most pages, at the same place of each."""
    seen = Counter(place for mine in rows for place in {_place(line) for line in mine if line.size > BIG * body})
    return {place for place, count in seen.items() if count >= max(2, (len(rows) + 1) // 2)}


def _place(line: Line) -> tuple[str, int, int]:
    return line.text, round(line.x0), round(line.top)


def _heights(edges: list[list[Line]], running: list[set[int]], pages: int) -> set[int]:
    """Heights, in points, at which many pages have a running line with words."""
    seen: Counter[int] = Counter()
    for mine, out in zip(edges, running, strict=True):
        tops = {round(line.top) for line in mine if id(line) in out and any(char.isalpha() for char in line.text)}
        seen.update({top + off for top in tops for off in (-1, 0, 1)})
    return {top for top, count in seen.items() if count >= max(2, pages // 3)}


def _level(a: Line, b: Line) -> bool:
    return a is not b and abs(a.top - b.top) <= LEVEL


def _stands_out(line: Line, page: RawPage, usual: set[int]) -> bool:
    """Whether a line seems a header though no other page has its like: a stamp, or at the height of the others'."""
    if _STAMP.match(line.text):
        return True
    return round(line.top) in usual and line.top < MARGIN * page.height and len(line.text.split()) <= LONGEST


def _alone(line: Line, rows: list[Line]) -> bool:
    """Whether a line is the first or last of its page, with a clear space to the next."""
    others = [o for o in rows if not (o is line or sideways(o) or _level(o, line))]
    first = all(o.top > line.bottom + line.size for o in others)
    return (first or all(o.bottom < line.top - line.size for o in others)) and not sideways(line)


def _edges(page: RawPage, rows: list[Line]) -> list[Line]:
    """The lines in the top or bottom margin, and those that stand sideways in the margin at either side."""
    low, high = MARGIN * page.height, (1 - MARGIN) * page.height
    left, right = MARGIN * page.width, (1 - MARGIN) * page.width
    return [
        line
        for line in rows
        if line.bottom < low or line.top > high or ((line.x1 < left or line.x0 > right) and sideways(line))
    ]


def _key(text: str) -> str:
    """What stays the same of a running line from page to page: its text without numbers and case."""
    return "#" if _NUMBER_ONLY.match(text) else _DIGITS.sub("#", text.lower())


def _runs(seen: list[tuple[int, float]], line: Line, pages: int) -> bool:
    """Whether a line's like stands at its height on other pages: two pages, or more in a long paper."""
    there = {page for page, top in seen if abs(top - line.top) <= DRIFT}
    bare = not any(char.isalpha() for char in line.text)
    return not bare and len(there) >= max(2, min(3, pages // 4))


def _text(line: Line, rows: Sequence[Line], body: float) -> bool:
    """Whether a line is one of the text's, however alike those of other pages: set as the text right by it, or large
    and numbered, as headings are."""
    if line.size > LARGE * body:
        return bool(NUMBERED.match(line.text))
    if abs(line.size - body) > 0.03 * body or len(line.text.split()) < WORDY:
        return False
    near = (max(o.top - line.bottom, line.top - o.bottom) for o in rows if o is not line and o.style == line.style)
    return any(-body < gap < CLOSE * body for gap in near)


def _numbers(
    page: RawPage, edges: list[Line], places: dict[str, list[tuple[int, float]]], series: set[int]
) -> set[int]:
    """Page numbers: bare numbers that the other pages' numbers lead to, or outermost where other pages have one."""
    out: set[int] = set()
    for line in edges:
        if not _NUMBER_ONLY.match(line.text):
            continue
        above = line.top < page.height / 2
        outermost = not any(
            (o.bottom < line.top) if above else (o.top > line.bottom)
            for o in edges
            if (o.top < page.height / 2) == above and not sideways(o)
        )
        there = {number for number, top in places[_key(line.text)] if abs(top - line.top) <= DRIFT}
        labelled = line.text.strip("-–| ") in (page.label, str(page.number))
        if labelled or (outermost and len(there) >= 2) or _step(line, page) in series:
            out.add(id(line))
    return out


def _step(line: Line, page: RawPage) -> int | None:
    """By how much a number at the page's edge is ahead of the page's place in the file."""
    return int(line.text) - page.number if line.text.isdecimal() else None


def _series(pages: Sequence[RawPage], edges: list[list[Line]]) -> set[int]:
    """How far page numbers are ahead of the pages' places, where most pages agree."""
    steps = Counter(
        step for page, mine in zip(pages, edges, strict=True) for step in {_step(line, page) for line in mine}
    )
    return {step for step, count in steps.items() if step is not None and count >= max(2, len(pages) // 2)}
