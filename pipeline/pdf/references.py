"""The reference list -> its entries, by number, by indent, or by how entries begin."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.pdf.build import Built
from pipeline.pdf.entries import parse
from pipeline.records import Reference, Section

COLUMN = 60.0  # points: left edges that lie further apart are those of two columns
AT_EDGE = 3.0  # points by which lines of one left edge may differ
EDGE = 0.08  # share of a page's letters in the lines that begin at the edge of a column
ASIDE = 40.0  # points that an entry may stand to the right of its number
INDENT = (5.0, 60.0)  # points that a hanging line is set in
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
    if not starts:
        starts = dict.fromkeys(_unnumbered(rows), "")
    bounds = [*sorted(starts), len(rows)]
    return [(rows[a].start, _end(rows[a:b], b == len(rows)), starts[a]) for a, b in pairwise(bounds)]


def _end(rows: Sequence[_Row], last: bool) -> int:
    """Where an entry ends: with its lines, before what is set in other type or runs on too long.

    What follows the last entry is told from it by a block that begins where the entry does, not further in.
    """
    end = rows[0].end
    for before, row in pairwise(rows):
        strange = row.opens and abs(row.size - rows[0].size) > 0.15 * rows[0].size
        after = last and row.opens and _ENDED.search(before.text) and row.x0 - rows[0].x0 < AT_EDGE
        if strange or after or row.end - rows[0].start > LONGEST:
            break
        end = row.end
    return end


def _numbered(rows: list[_Row]) -> tuple[list[_Row], dict[int, str]]:
    """The rows that begin a numbered entry, with its label; none where the list has no numbers.

    Comes with the rows, those left out that are numbers which stand apart from their entries in the text.
    """
    chain = max((_chain(rows, mark) for mark in _MARKS), key=len)
    owners = {at: _beside(rows, at) for at, label in chain.items() if rows[at].text == label}
    apart = {at: owner for at, owner in owners.items() if owner not in (None, at + 1)}
    moved = {owner if (owner := apart.get(at)) is not None else at: label for at, label in chain.items()}
    kept = [at for at in range(len(rows)) if at not in apart]
    new = {at: number for number, at in enumerate(kept)}
    return [rows[at] for at in kept], {new[at]: label for at, label in moved.items()}


def _beside(rows: Sequence[_Row], at: int) -> int | None:
    """The row that a number which stands alone on its line belongs to: the next to its right, at its height."""
    mark = rows[at]
    near = [
        (row.x0, i)
        for i, row in enumerate(rows)
        if row.page == mark.page and abs(row.top - mark.top) < mark.size / 2 and 0 < row.x0 - mark.x0 < ASIDE
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


def _edges(rows: Sequence[_Row]) -> list[float]:
    """For each row the left edge of its column; where it stands in none, the place where it begins itself.

    A column's edge is the leftmost place at which lines with some share of the page's letters begin, so that
    cells of tables make none.
    """
    letters: dict[int, Counter[float]] = {}
    for row in rows:
        letters.setdefault(row.page, Counter())[round(row.x0 / AT_EDGE) * AT_EDGE] += len(row.text)
    columns: dict[int, list[float]] = {}
    for page, counts in letters.items():
        places = sorted(place for place, count in counts.items() if count >= EDGE * counts.total())
        columns[page] = [b for a, b in pairwise([float("-inf"), *places]) if b - a > COLUMN]
    return [max([e for e in columns[row.page] if e <= row.x0 + AT_EDGE], default=row.x0) for row in rows]


def _unnumbered(rows: Sequence[_Row]) -> list[int]:
    """Rows that begin an entry of a list without numbers."""
    edges = _edges(rows)
    inset = [INDENT[0] <= row.x0 - edge <= INDENT[1] for row, edge in zip(rows, edges, strict=True)]
    shaped = [bool(_OPENING.match(row.text)) for row in rows]
    if 0.2 * len(rows) <= sum(inset) <= 0.9 * len(rows):
        hanging = _share(shaped, inset, False) >= _share(shaped, inset, True)
        return _by_indent(rows, edges, shaped, [is_inset != hanging for is_inset in inset])
    return [at for at in range(len(rows)) if shaped[at] and (at == 0 or _ENDED.search(rows[at - 1].text))]


def _share(flags: Sequence[bool], groups: Sequence[bool], group: bool) -> float:
    """The share of flags that are set where `groups` is `group`."""
    found = [flag for flag, own in zip(flags, groups, strict=True) if own is group]
    return sum(found) / len(found) if found else 0.0


def _by_indent(
    rows: Sequence[_Row], edges: Sequence[float], shaped: Sequence[bool], leads: Sequence[bool]
) -> list[int]:
    """Rows that lead by their indent; in a column whose lines all begin at one edge, those shaped so."""
    columns: dict[tuple[int, float], set[bool]] = {}
    for row, edge, lead in zip(rows, edges, leads, strict=True):
        columns.setdefault((row.page, edge), set()).add(lead)
    telling = [len(columns[row.page, edge]) == 2 for row, edge in zip(rows, edges, strict=True)]
    return [
        at
        for at, row in enumerate(rows)
        if at == 0 or (leads[at] and not row.text[0].islower() if telling[at] else shaped[at])
    ]
