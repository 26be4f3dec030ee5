"""The reference list -> its entries, by number, by indent, or by how entries begin."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pipeline.documents import Reference, Section
from pipeline.pdf.build import Built
from pipeline.pdf.entries import parse

AT_EDGE = 3.0  # points by which lines of one left edge may differ
ASIDE = 40.0  # points that an entry may stand to the right of its number
INDENT = (5.0, 60.0)  # points by which lines of one entry are set in
INSET = 0.2  # share of a list's lines that are set in, from which indents part its entries
LONGEST = 2_500  # characters in an entry; what runs on is something else
FEWEST = 3  # entries in a numbered list that does not begin with 1

_MARKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\[(\d{1,4})\](?:\s+|$|(?=\w))",
        r"\((\d{1,3})\)(?:\s+|$)",
        r"(\d{1,3})\.(?:\s+|$|(?=[^\W\d_]))",
        r"(\d{1,3})\)\s+",
        r"(\d{1,3})(?:\s+(?=[^\W\d_]|[“\"‘\['])|$)",
        r"(\d{1,3})(?=[A-Z][a-z’'-]|[A-Z]\. )",  # set as a superscript, and glued to the name
    )
)
_NAME = r"(?:[a-z’']{1,4} ){0,3}[^\W\d_a-z][^\W\d_]*(?:[’'-][^\W\d_]+)*(?: [^\W\d_a-z][^\W\d_]+(?:-[^\W\d_]+)*){0,3}"
_OPENING = re.compile(
    rf"(?:[—–_-]{{2,}}|{_NAME},? (?:[A-Z]\.?[- ]?){{1,4}}(?:[,.;:&(]|and |et al|$)|(?:[A-Z]\.[- ]?){{1,3}} ?{_NAME},"
    rf"|{_NAME}, [^\W\d_a-z][^\W\d_]+(?:[,.;(]| [A-Z]\.| and )"
    r"|[^\W\d_a-z][^.]{1,100}[.,(]\s?\(?(?:19|20)\d\d[a-z]?[).,])"
)
_PARTICLE = re.compile(r"(?:v[ao]n|de[nrl]?|d[aio]s?|du|te[nr]|la|le|al|el|af|zu[mr]?)\s")  # names that begin small
_CAPTION = re.compile(r"(?:table|figure|fig\.) ?\d+[.: ]", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d[a-z]?\b")
_NOTICE = re.compile(
    r"(?:copyright|©|publisher|conflicts? of interest|competing|open access|how to cite)", re.IGNORECASE
)
_ENDED = re.compile(r"(?:(?<!\b[A-Z])\.|[\])>\d]|/[^\s/]+|press)$")


class _Row(NamedTuple):
    """A line of the list: its span of the text, place and type; `opens` where a block begins with it."""

    start: int
    end: int
    page: int
    x0: float
    top: float
    size: float
    opens: bool
    text: str


def references(built: Built, sections: Iterable[Section]) -> tuple[Reference, ...]:
    """The entries of every reference list in the order of the text; they do not overlap.

    A list is split by its numbers where it has any, else by hanging or first-line indents, else where a line
    begins as entries do and the one before has ended. A list in which none of these is found gives nothing.
    """
    found: list[Reference] = []
    for section in sections:
        if section.role == "references":
            rows = _rows(built, section)
            found += (parse(built.text, start, end, label) for start, end, label in _entries(rows))
    return tuple(found)


def _rows(built: Built, section: Section) -> list[_Row]:
    """The lines of a section below its heading, captions left out."""
    rows: list[_Row] = []
    for paragraph in built.paragraphs:
        if not section.start <= paragraph.start < section.end:
            continue
        at = int(np.searchsorted(built.words.start, paragraph.start))
        for number, line in enumerate(paragraph.lines):
            last = at + line.last - line.first - 1
            start, end = int(built.words.start[at]), int(built.words.end[last])
            at = last + 1
            text = built.text[start:end]
            if text != section.title and not _CAPTION.match(text):
                rows.append(_Row(start, end, line.page, line.x0, line.top, line.size, number == 0, text))
    return rows


_Entry = tuple[int, int, str]  # start, end, label


def _entries(rows: list[_Row]) -> list[_Entry]:
    """Spans and labels of a list's entries."""
    rows, starts = _numbered(rows)
    order, end = sorted(starts), len(rows)
    if not starts:
        order, end = _without_notes(rows, _unnumbered(rows))
    runs = [rows[a:b] for a, b in pairwise([*order, end])]
    leads: dict[int, set[float]] = {}
    for run in runs:
        leads.setdefault(run[0].page, set()).add(run[0].x0)
    inset = sum(run[0].x0 + AT_EDGE < row.x0 for run in runs for row in run[1:])
    hanging = inset > 0.5 * (end - len(runs))
    longest = max((run[-1].end - run[0].start for run in runs[:-1]), default=LONGEST)
    found = []
    for at, run in zip(order, runs, strict=True):
        limit = LONGEST if run is not runs[-1] else -1 if hanging else longest
        found.append((run[0].start, _end(run, leads, limit), starts.get(at, "")))
    return found


def _without_notes(rows: Sequence[_Row], order: list[int]) -> tuple[list[int], int]:
    """Where entries begin and the last ends, without the notes of the publisher that stand behind them."""
    end = len(rows)
    while order and not _OPENING.match(rows[order[-1]].text):
        run = " ".join(row.text for row in rows[order[-1] : end])
        if _YEAR.search(run) and not _NOTICE.match(run):
            break
        end = order.pop()
    return order, end


def _end(rows: Sequence[_Row], leads: Mapping[int, set[float]], limit: int) -> int:
    """Where an entry ends: with its lines, before a block that is none of the list's.

    Such blocks are notices, or are set in other type, or begin where none of the page's entries has a line
    (`leads` are the places where entries begin, by page), or where the entry is `limit` characters long already;
    with a limit of -1, where the entry itself begins.
    """
    end = rows[0].end
    for before, row in pairwise(rows):
        if row.opens and _ENDED.search(before.text[-40:]):
            here = leads.get(row.page, set())
            aside = here and not any(abs(row.x0 - x0) < INDENT[1] for x0 in here)
            after = row.x0 - rows[0].x0 < AT_EDGE if limit < 0 else row.end - rows[0].start > limit
            if aside or after or _NOTICE.match(row.text) or abs(row.size - rows[0].size) > 0.15 * rows[0].size:
                break
        if row.end - rows[0].start > LONGEST:
            break
        end = row.end
    return end


def _numbered(rows: list[_Row]) -> tuple[list[_Row], dict[int, str]]:
    """The rows that begin a numbered entry, with its label; none where the list has no numbers.

    Comes with the rows, those left out that are numbers which stand apart from their entries in the text.
    """
    chain = max((_chain(rows, mark) for mark in _MARKS), key=len)
    by_page: dict[int, list[int]] = {}
    for at, row in enumerate(rows):
        by_page.setdefault(row.page, []).append(at)
    owners = {at: _beside(rows, at, by_page[rows[at].page]) for at, label in chain.items() if rows[at].text == label}
    apart = {at: owner for at, owner in owners.items() if owner not in (None, at + 1)}
    moved = {owner if (owner := apart.get(at)) is not None else at: label for at, label in chain.items()}
    kept = [at for at in range(len(rows)) if at not in apart]
    new = {at: number for number, at in enumerate(kept)}
    return [rows[at] for at in kept], {new[at]: label for at, label in moved.items()}


def _beside(rows: Sequence[_Row], at: int, page: Sequence[int]) -> int | None:
    """The row of a page that a number which stands alone on its line belongs to: next to its right, at its height."""
    mark = rows[at]
    near = [
        (rows[i].x0, i)
        for i in page
        if abs(rows[i].top - mark.top) < mark.size / 2 and 0 < rows[i].x0 - mark.x0 < ASIDE
    ]
    return min(near)[1] if near else None


def _chain(rows: Sequence[_Row], mark: re.Pattern[str]) -> dict[int, str]:
    """Rows with the numbers of a list in one way of marking, each number once; empty where too many lack."""
    places: dict[int, list[int]] = {}
    for at, row in enumerate(rows):
        if found := mark.match(row.text):
            places.setdefault(int(found[1]), []).append(at)
    numbers = [n for n in sorted(places) if n - 1 in places or n + 1 in places]
    low, high = _range(numbers)
    if high - low + 1 < (2 if low == 1 else FEWEST):
        return {}
    chosen: list[int] = []
    for number in range(low, high + 1):
        if number in places:
            chosen.append(_nearest(rows, places[number], chosen))
    labels = {at: found.group().strip() for at in chosen if (found := mark.match(rows[at].text))}
    return labels if min(labels) < FEWEST else {}


def _range(numbers: Sequence[int]) -> tuple[int, int]:
    """The longest range of numbers from the first of them of which seven in ten are there."""
    if not numbers:
        return 1, 0
    low = numbers[0]
    return low, max(n for i, n in enumerate(numbers) if i + 1 >= 0.7 * (n - low + 1))


def _nearest(rows: Sequence[_Row], places: Sequence[int], chosen: Sequence[int]) -> int:
    """Of the rows that carry a number, the one set as the numbers before are, and next after them."""
    before = chosen[-1] if chosen else -1
    edges = [rows[at].x0 for at in chosen[-5:]]

    def order(at: int) -> tuple[bool, bool, int]:
        aligned = not edges or min(abs(rows[at].x0 - edge) for edge in edges) < 2 * AT_EDGE
        return at <= before, not aligned, abs(at - before)

    return min(places, key=order)


def _unnumbered(rows: Sequence[_Row]) -> list[int]:
    """Rows that begin an entry of a list without numbers."""
    shaped = [bool(_OPENING.match(row.text)) for row in rows]
    places = _places(rows)
    counts, shapes = Counter(places), Counter(place for place, shape in zip(places, shaped, strict=True) if shape)
    leading = {place for place in counts if shapes[place] >= counts[place] / 2}
    inset = sum(any(_within(place, other) for other in leading) for place in places if place not in leading)
    if inset < INSET * len(rows):
        return list(_flush(rows, shaped))
    leads = [shape if counts[place] < FEWEST else place in leading for place, shape in zip(places, shaped, strict=True)]
    begins = [
        bool(shape and _PARTICLE.match(row.text)) if row.text[0].islower() else True
        for row, shape in zip(rows, shaped, strict=True)
    ]
    return [at for at, row in enumerate(rows) if at == 0 or (leads[at] and begins[at])]


_Place = tuple[int, float]  # page, points from the left at which lines begin


def _places(rows: Sequence[_Row]) -> list[_Place]:
    """Where each row begins; rows of a page that begin within AT_EDGE of each other have one place."""
    found: dict[_Place, _Place] = {}
    before: _Place = (0, 0.0)
    for page, x0 in sorted({(row.page, row.x0) for row in rows}):
        before = before if page == before[0] and x0 - before[1] < AT_EDGE else (page, x0)
        found[page, x0] = before
    return [found[row.page, row.x0] for row in rows]


def _within(place: _Place, other: _Place) -> bool:
    """Whether a place is set in from another, or out from it, as the lines of one entry are."""
    return place[0] == other[0] and INDENT[0] <= abs(place[1] - other[1]) <= INDENT[1]


def _flush(rows: Sequence[_Row], shaped: Sequence[bool]) -> Iterator[int]:
    """Rows that begin as entries do, once the entry before has ended and its year is told."""
    dated = ended = True
    for at, row in enumerate(rows):
        if dated and ended and shaped[at]:
            yield at
            dated = False
        dated = dated or bool(_YEAR.search(row.text))
        ended = bool(_ENDED.search(row.text[-40:]))
