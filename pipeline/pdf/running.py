"""Lines that are no text of the paper: running headers, footers, page numbers, hidden second layers."""

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from pipeline.pdf.layout import Line
from pipeline.pdf.raw import RawPage

MARGIN = 0.13  # share of the page's height, at top and at bottom, where running lines stand
DRIFT = 8.0  # points that a running line may move from page to page
ACROSS = 0.3  # share of its height by which a hidden line lies over an earlier one; set lines never do
FEW = 5  # words; a shorter line may be a formula or a mark
REPEATED = 0.85  # share of a hidden line's words that stood on the page before
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"^[ivxlc]+$")
_NUMBER_ONLY = re.compile(r"^(?:page |p\. ?)?[-–| ]*(?:\d{1,4}|[ivxlc]{1,6})(?: ?(?:of|/) ?\d{1,4})?[-–| ]*$", re.I)
_TURN_OVER = re.compile(r"^\W*(?:continued (?:on|from)|see overleaf|table continued)\b.{0,20}$", re.I)


def without_running(pages: Sequence[RawPage], rows: Sequence[list[Line]]) -> list[list[Line]]:
    """The lines of each page without its running lines. `rows` are the lines, page by page."""
    places: dict[str, list[tuple[int, float]]] = defaultdict(list)
    edges = [_edges(page, mine) for page, mine in zip(pages, rows, strict=True)]
    for page, mine in zip(pages, edges, strict=True):
        for line in mine:
            places[_key(line.text)].append((page.number, line.top))
    running = [
        {id(line) for line in mine if _runs(places[_key(line.text)], line, len(pages))} | _numbers(page, mine, places)
        for page, mine in zip(pages, edges, strict=True)
    ]
    return [
        [line for line in mine if id(line) not in out and not _TURN_OVER.match(line.text)]
        for mine, out in zip(rows, running, strict=True)
    ]


def _edges(page: RawPage, rows: list[Line]) -> list[Line]:
    """The lines in the top or bottom margin, and those that stand sideways along the page's edge."""
    low, high = MARGIN * page.height, (1 - MARGIN) * page.height
    return [line for line in rows if line.bottom < low or line.top > high or _sideways(line)]


def _sideways(line: Line) -> bool:
    return line.bottom - line.top > 5 * (line.x1 - line.x0) and len(line.text) > 3


def _key(text: str) -> str:
    """What stays the same of a running line from page to page: its text without numbers and case."""
    low = _DIGITS.sub("#", text.lower())
    return "#" if _ROMAN.match(low) else low


def _runs(seen: list[tuple[int, float]], line: Line, pages: int) -> bool:
    """Whether a line's like stands at its height on other pages: two pages, or more in a long paper."""
    there = {page for page, top in seen if abs(top - line.top) <= DRIFT}
    bare = not any(char.isalpha() for char in line.text)
    return not bare and len(there) >= max(2, min(3, pages // 4))


def _numbers(page: RawPage, edges: list[Line], places: dict[str, list[tuple[int, float]]]) -> set[int]:
    """Page numbers: a bare number that is the outermost line, at a height where other pages have theirs."""
    out: set[int] = set()
    for line in edges:
        if not _NUMBER_ONLY.match(line.text):
            continue
        above = line.top < page.height / 2
        outermost = not any(
            (o.bottom < line.top) if above else (o.top > line.bottom)
            for o in edges
            if (o.top < page.height / 2) == above and not _sideways(o)
        )
        there = {number for number, top in places[_key(line.text)] if abs(top - line.top) <= DRIFT}
        labelled = line.text.strip("-–| ") in (page.label, str(page.number))
        if labelled or (outermost and len(there) >= 2):
            out.add(id(line))
    return out


def without_hidden(rows: list[Line]) -> list[Line]:
    """A page's lines without those of a second layer of text under or over them, as some files carry.

    Such a line lies across earlier ones of like type, and most of its words stood on the page before.
    """
    if len(rows) < 2:
        return rows
    x0, top, x1, bottom, size = np.array([(r.x0, r.top, r.x1, r.bottom, r.size) for r in rows]).T
    down = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    across = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    covers = (down > ACROSS * (bottom - top)) & (across > (x1 - x0) / 2) & (abs(size[:, None] - size) < 0.2 * size)
    covered = np.triu(covers, 1).any(axis=0)
    kept: list[Line] = []
    said: set[str] = set()
    for line, hidden in zip(rows, covered.tolist(), strict=True):
        words = line.text.split()
        if not (hidden and len(words) >= FEW and sum(word in said for word in words) >= REPEATED * len(words)):
            kept.append(line)
            said.update(words)
    return kept
