"""The reference list -> its entries, by number, by indent, or by how entries begin."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

import numpy as np

from pipeline.pdf.build import Built
from pipeline.pdf.entries import parse
from pipeline.records import Reference, Section

COLUMN = 50.0  # points: left edges that lie further apart are those of two columns
AT_EDGE = 3.0  # points by which lines of one left edge may differ
NUMBERED = 9.0  # the same for numbers, which are often set flush right
INDENT = (5.0, 60.0)  # points that a hanging line is set in
LONGEST = 2_500  # characters in an entry; what runs on is something else
FEWEST = 3  # entries in a numbered list that does not begin with 1

_MARKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\[(\d{1,4})\](?:\s+|$|(?=\w))",
        r"\((\d{1,3})\)\s+",
        r"(\d{1,3})\.(?:\s+|$|(?=[^\W\d_]))",
        r"(\d{1,3})\)\s+",
        r"(\d{1,3})(?:\s+(?=[^\W\d_“\"‘])|$)",
        r"(\d{1,3})(?=[A-Z][a-z’'-]|[A-Z]\. )",  # set as a superscript, and glued to the name
    )
)
_NAME = r"(?:[a-z’']{1,4} ){0,3}[^\W\d_a-z][^\W\d_]*(?:[’'-][^\W\d_]+)*(?: [^\W\d_a-z][^\W\d_]+(?:-[^\W\d_]+)*)?"
_OPENING = re.compile(
    rf"(?:[—–_-]{{2,}}|{_NAME},? (?:[A-Z]\.?[- ]?){{1,4}}(?:[,.;:&(]|and |et al|$)|(?:[A-Z]\.[- ]?){{1,3}} ?{_NAME},"
    rf"|{_NAME}, [^\W\d_a-z][^\W\d_]+(?:[,.;(]| [A-Z]\.| and )"
    r"|[^\W\d_a-z][^.]{1,100}[.,(]\s?\(?(?:19|20)\d\d[a-z]?[).,])"
)
_CAPTION = re.compile(r"(?:table|figure|fig\.) ?\d+[.: ]", re.IGNORECASE)
_ENDED = re.compile(r"(?:[.\])>]|\d|/\S+|\bpress)$")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the list: its span of the text, place and type; `opens` where a block begins with it."""

    start: int
    end: int
    page: int
    x0: float
    edge: float  # left edge of its column
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
    """The lines of a section below its heading, tables' captions and other type left out."""
    bare: list[_Row] = []
    for paragraph in built.paragraphs:
        if not section.start <= paragraph.start < section.end or built.text[paragraph.start : paragraph.end] == (
            section.title
        ):
            continue
        at = int(np.searchsorted(built.words.start, paragraph.start))
        for number, line in enumerate(paragraph.lines):
            last = at + line.last - line.first - 1
            start, end = int(built.words.start[at]), int(built.words.end[last])
            at = last + 1
            text = built.text[start:end]
            bare.append(_Row(start, end, line.page, line.x0, line.x0, line.size, number == 0, text))
    return _with_edges([row for row in bare if not _foreign(row, bare)])


def _foreign(row: _Row, rows: Sequence[_Row]) -> bool:
    return bool(_CAPTION.match(row.text))


def _with_edges(rows: Sequence[_Row]) -> list[_Row]:
    """The rows with the left edge of their column: the leftmost place where two lines begin."""
    edges: dict[tuple[int, float], float] = {}
    for page, group in groupby(sorted((row.page, row.x0) for row in rows), key=lambda pair: pair[0]):
        column: list[float] = []
        for x0 in [*(x0 for _, x0 in group), float("inf")]:
            if column and x0 - column[-1] > COLUMN:
                edge = next((a for a, b in pairwise(column) if b - a < AT_EDGE), column[0])
                edges.update({(page, x): edge for x in column})
                column = []
            column.append(x0)
    return [
        _Row(r.start, r.end, r.page, r.x0, edges[r.page, r.x0], r.size, r.opens, r.text) for r in rows
    ]


_Entry = tuple[int, int, str]  # start, end, label


def _entries(rows: Sequence[_Row]) -> list[_Entry]:
    """Spans and labels of a list's entries."""
    if not rows:
        return []
    starts = _numbered(rows) or {at: "" for at in _unnumbered(rows)}
    order = sorted(starts)
    return [
        (rows[a].start, _end(rows[a:b], last=b == len(rows)), starts[a])
        for a, b in pairwise([*order, len(rows)])
    ]


def _end(rows: Sequence[_Row], last: bool) -> int:
    """Where an entry ends: with its lines, before what is set in other type or is far too long."""
    end = rows[0].end
    for before, row in pairwise(rows):
        strange = row.opens and abs(row.size - rows[0].size) > 0.15 * rows[0].size
        after = last and row.opens and bool(_ENDED.search(before.text)) and row.x0 - row.edge < AT_EDGE
        if strange or after or row.end - rows[0].start > LONGEST:
            break
        end = row.end
    return end


def _numbered(rows: Sequence[_Row]) -> dict[int, str]:
    """Rows that begin a numbered entry, with its label; empty where the list has no numbers."""
    chains = [_chain(rows, mark) for mark in _MARKS]
    best = max(chains, key=len)
    return best


def _chain(rows: Sequence[_Row], mark: re.Pattern[str]) -> dict[int, str]:
    """Rows with the numbers of a list in one way of marking, each number once; empty where too many lack."""
    places: dict[int, list[int]] = {}
    for at, row in enumerate(rows):
        if (found := mark.match(row.text)) and row.x0 - row.edge < NUMBERED:
            places.setdefault(int(found.group(1)), []).append(at)
    numbers = [n for n in sorted(places) if n - 1 in places or n + 1 in places]
    if not numbers:
        return {}
    low = numbers[0]
    high = next((n for i, n in reversed(list(enumerate(numbers))) if i + 1 >= 0.7 * (n - low + 1)), low)
    if high - low + 1 < (2 if low == 1 else FEWEST):
        return {}
    chosen: dict[int, str] = {}
    before = -1
    for number in range(low, high + 1):
        if number in places:
            before = min(places[number], key=lambda at: (at <= before, abs(at - before)))
            found = mark.match(rows[before].text)
            chosen[before] = found.group().strip() if found else ""
    return chosen


def _unnumbered(rows: Sequence[_Row]) -> list[int]:
    """Rows that begin an entry of a list without numbers."""
    inset = [INDENT[0] <= row.x0 - row.edge <= INDENT[1] for row in rows]
    shaped = [bool(_OPENING.match(row.text)) for row in rows]
    if 0.2 * len(rows) <= sum(inset) <= 0.9 * len(rows):
        at_edge = _share(s for s, i in zip(shaped, inset, strict=True) if not i)
        within = _share(s for s, i in zip(shaped, inset, strict=True) if i)
        return list(_by_indent(rows, shaped, [i != (at_edge >= within) for i in inset]))
    return [
        at
        for at, row in enumerate(rows)
        if shaped[at] and (at == 0 or (_ENDED.search(rows[at - 1].text) and (row.opens or _short(rows, at - 1))))
    ]


def _share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return sum(found) / len(found) if found else 0.0


def _by_indent(rows: Sequence[_Row], shaped: Sequence[bool], leads: Sequence[bool]) -> Iterator[int]:
    """Rows that lead by their indent; in a column whose lines all begin at one edge, those shaped so."""
    columns: dict[tuple[int, float], set[bool]] = {}
    for row, lead in zip(rows, leads, strict=True):
        columns.setdefault((row.page, row.edge), set()).add(lead)
    for at, row in enumerate(rows):
        telling = len(columns[row.page, row.edge]) == 2
        if at == 0 or (leads[at] and not row.text[0].islower() if telling else shaped[at]):
            yield at


def _short(rows: Sequence[_Row], at: int) -> bool:
    return True
