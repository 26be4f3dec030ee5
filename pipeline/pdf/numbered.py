"""The numbers that manuscripts print beside each line, for reviewers: they are no text."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.pdf.raw import RawPage, quantile, select

FEWEST = 6  # numbers beside a page's lines
PER_LINE = 0.6  # of its lines of prose, counted in steps of the numbers: a list has fewer numbers
WORDS = 4  # in a line of prose; most lines of a page are, but not of a table
PROBES = 5  # pages that are looked at first, to spare most files the rest
EDGE = 0.1  # share of the words that may stand further out than the edge of the text, as notes in the margin do
ALIGNED = 3.0  # points by which line numbers may stand off one edge
EVEN = 0.8  # share of the steps from number to number that are alike; a page's first lines may be counted anew
STEPS = (1, 2, 5, 10)  # how line numbers count


def without_line_numbers(pages: Sequence[RawPage]) -> list[RawPage]:
    """The pages without line numbers, where most pages have them."""
    if not any(_beside(page).size for page in pages[:: len(pages) // PROBES + 1]):
        return list(pages)
    found = [_beside(page) for page in pages]
    full = sum(len(page.texts) > WORDS * FEWEST for page in pages)
    if sum(rows.size > 0 for rows in found) <= max(1, full / 2):
        return list(pages)
    return [_without(page, rows) if rows.size else page for page, rows in zip(pages, found, strict=True)]


def _without(page: RawPage, rows: NDArray[np.intp]) -> RawPage:
    return select(page, np.setdiff1d(np.arange(len(page.texts)), rows))


def _beside(page: RawPage) -> NDArray[np.intp]:
    """The words of a page that are its line numbers: a count down one margin, beside nearly every line of prose."""
    count = len(page.texts)
    digits = np.fromiter(map(str.isdecimal, page.texts), bool, count)
    digits &= np.fromiter(map(len, page.texts), np.int32, count) < 5
    none = np.zeros(0, np.intp)
    if digits.sum() < FEWEST:
        return none
    x0, top, x1, bottom = page.box.T
    middle, height = (top + bottom) / 2, bottom - top
    words = ~digits & (height < 2 * (x1 - x0))  # not on its side, as notes in the margin are
    if not words.any():
        return none
    usual = quantile(height, 0.5)
    counts = np.bincount(np.round(middle[words] / usual).astype(int))
    lines, tables = int((counts >= WORDS).sum()), int(((counts > 1) & (counts < WORDS)).sum())
    left, right = quantile(x0[words], EDGE), quantile(x1[words], 1 - EDGE)
    joined = np.zeros(count + 1, bool)  # whether words stand close together: a number in the margin has none outside
    joined[1:-1] = (np.abs(np.diff(middle)) < usual / 2) & (np.abs(x0[1:] - x1[:-1]) < usual)
    level = digits & (height < 3 * usual)
    found = [none]
    before, after = (x1 < left) & ~joined[:-1], (x0 > right) & ~joined[1:]
    for beside, edge in ((before, x1), (before, x0), (after, x0), (after, x1)):
        rows = np.flatnonzero(level & beside)
        rows = rows[np.abs(edge[rows] - quantile(edge[rows], 0.5)) < ALIGNED] if len(rows) else rows
        rows = rows[np.argsort(middle[rows], kind="stable")]
        if len(rows) >= FEWEST and lines > tables and _counts([page.texts[row] for row in rows], lines):
            found.append(rows)
    return max(found, key=len)


def _counts(numbers: list[str], lines: int) -> bool:
    """Whether numbers count up in even steps, far enough for a page of so many lines."""
    steps = np.diff([int(number) for number in numbers])
    step = int(quantile(steps, 0.5))
    return step in STEPS and float(np.mean(steps == step)) > EVEN and len(numbers) * step > PER_LINE * lines
