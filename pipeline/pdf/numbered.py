"""The numbers that manuscripts print beside each line, for reviewers: they are no text."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.pdf.raw import RawPage, select

FEWEST = 6  # numbers beside a page's lines
PER_LINE = 0.6  # of its lines, counted in steps of the numbers: a list has fewer numbers
WORDS = 4  # a line, on average: a table has fewer
STEPS = (1, 2, 5, 10)  # how line numbers count


def without_line_numbers(pages: Sequence[RawPage]) -> list[RawPage]:
    """The pages without line numbers, where most pages have them."""
    found = [_beside(page) for page in pages]
    full = sum(len(page.texts) > WORDS * FEWEST for page in pages)
    if sum(rows.size > 0 for rows in found) <= full / 2:
        return list(pages)
    return [_without(page, rows) if rows.size else page for page, rows in zip(pages, found, strict=True)]


def _without(page: RawPage, rows: NDArray[np.intp]) -> RawPage:
    return select(page, np.setdiff1d(np.arange(len(page.texts)), rows))


def _beside(page: RawPage) -> NDArray[np.intp]:
    """The words of a page that are its line numbers: a count down one margin, beside nearly every line of prose."""
    digits = np.fromiter((text.isdecimal() and len(text) < 5 for text in page.texts), bool, len(page.texts))
    none = np.zeros(0, np.intp)
    if digits.sum() < FEWEST or digits.all():
        return none
    x0, top, x1, bottom = page.box.T
    middle = (top + bottom) / 2
    words = ~digits & (bottom - top < 3 * np.median(bottom - top))
    lines = len(np.unique(np.round(middle[words] / np.median(bottom - top))))
    left, right = np.percentile(x0[words], 2), np.percentile(x1[words], 98)
    for beside in (x1 < left, x0 > right):
        rows = np.flatnonzero(digits & beside)
        rows = rows[np.argsort(middle[rows], kind="stable")]
        if len(rows) < FEWEST:
            continue
        values = np.array([int(page.texts[row]) for row in rows])
        step = int(np.median(np.diff(values)))
        counts = step in STEPS and np.mean(np.diff(values) == step) > 0.8
        if counts and len(rows) * step > PER_LINE * lines and words.sum() > WORDS * lines:
            return rows
    return none
