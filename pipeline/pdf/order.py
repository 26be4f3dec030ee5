"""The order of a page's words, where the file's own order is no reading order.

Files are read in the order of their content stream, which is the typesetter's and nearly always right. It is left
alone unless prose gives it away: lines that lead upward, lines that leap over the gutter and back, or words that
hardly ever stand beside the next. Then the page's geometry decides: lines that span the page part it into bands, and
in each band columns are read from left to right, as in the recursive X-Y cut (Nagy and Seth 1984, "Hierarchical
representation of optically scanned documents", ICPR) with the spanning lines taken out first (Meunier 2005,
"Optimized XY-cut for determining a page reading order", ICDAR).
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.pdf.raw import RawPage, quantile, select

SPACE = 0.9  # of the height of type: a wider gap between words parts columns
LONG = 4  # words of a line that is taken for prose
WIDE = 0.2  # of the page's width: the least of such a line
FEWEST = 12  # long lines below which a page's order is left alone
UPWARD = 0.28  # share of long lines that lead upward, but not to the next column; pages in order have up to 0.2
HOPPING = 0.55  # share of long lines that are followed by one beside them; tables of text have up to 0.5
BROKEN = 0.7  # lines to words: above, hardly a word is followed by its neighbour
FLAT = 1.3  # width to height of the words of such a page, whose text does not stand on its side
RISING = 0.3  # share of steps that go upward in such a page; a table's do not
CROSSING = 0.2  # share of the lines of a region that may stand across its gutter

Piece = tuple[float, float, float, float, list[int]]  # x0, top, x1, bottom and words of a line within a column


def in_order(page: RawPage) -> RawPage:
    """The page with its words in reading order: the very same page where the file's order will do."""
    if len(page.texts) < LONG * FEWEST or not _scrambled(page):
        return page
    pieces = _ordered(_pieces(page))
    begins = np.zeros(len(page.texts), bool)
    begins[np.cumsum([0, *(len(piece[4]) for piece in pieces[:-1])])] = True
    return select(page, np.array([word for piece in pieces for word in piece[4]], np.intp), begins)


def _scrambled(page: RawPage) -> bool:
    x0, top, x1, bottom = page.box.T
    height = bottom - top
    gap = x0[1:] - x1[:-1]
    level = np.abs(bottom[1:] - bottom[:-1]) < 0.5 * height[1:]
    starts = np.flatnonzero(np.concatenate(([True], ~(level & (gap > -1) & (gap < SPACE * height[1:])))))
    if len(starts) > BROKEN * len(x0):
        flat = quantile(x1 - x0, 0.5) > FLAT * quantile(height, 0.5)
        rising = np.mean(bottom[1:] < bottom[:-1] - height[1:])
        return flat and float(rising) > RISING and sum(map(str.isalpha, page.texts)) > len(x0) / 2
    left, right = np.minimum.reduceat(x0, starts), np.maximum.reduceat(x1, starts)
    high, low = np.minimum.reduceat(top, starts), np.maximum.reduceat(bottom, starts)
    width = right - left
    long = (np.diff(np.append(starts, len(x0))) >= LONG) & (width > WIDE * page.width) & (width > 3 * (low - high))
    at = np.flatnonzero(long)
    if len(at) < FEWEST:
        return False
    a, b = at[:-1], at[1:]
    upward = (low[b] < low[a] - 0.8 * (low - high)[b]) & (left[b] < right[a])
    beside = (left[b] > right[a]) | (right[b] < left[a])
    return bool(upward.sum() > UPWARD * len(at) or beside.sum() > HOPPING * len(at))


def _pieces(page: RawPage) -> list[Piece]:
    """Runs of words side by side, from left to right, as they stand on the page."""
    box: NDArray[np.float64] = page.box.astype(float)
    rows: list[list[int]] = []
    level = -1e9
    for word in np.argsort(box[:, 3], kind="stable").tolist():
        if box[word, 3] - level > 0.4 * (box[word, 3] - box[word, 1]):
            rows.append([])
            level = box[word, 3]
        rows[-1].append(word)
    found: list[list[int]] = []
    for row in rows:
        row.sort(key=lambda word: float(box[word, 0]))
        found.append(row[:1])
        for a, b in pairwise(row):
            if box[b, 0] - box[a, 2] > SPACE * max(box[b, 3] - box[b, 1], box[a, 3] - box[a, 1]):
                found.append([])
            found[-1].append(b)
    return [(*box[run, :2].min(axis=0).tolist(), *box[run, 2:].max(axis=0).tolist(), run) for run in found]


def _ordered(pieces: list[Piece]) -> list[Piece]:
    """Pieces of a region in reading order."""
    gutter = _gutter(pieces)
    if gutter is None:
        return sorted(pieces, key=lambda piece: (piece[3], piece[0]))
    across = sorted((piece for piece in pieces if piece[0] < gutter < piece[2]), key=lambda piece: piece[1])
    out: list[Piece] = []
    rest = [piece for piece in pieces if not piece[0] < gutter < piece[2]]
    for span in across:
        above = [piece for piece in rest if piece[3] < span[3]]
        rest = [piece for piece in rest if piece[3] >= span[3]]
        out += [*_columns(above, gutter), span]
    return out + _columns(rest, gutter)


def _columns(pieces: list[Piece], gutter: float) -> list[Piece]:
    left, right = ([p for p in pieces if (p[2] <= gutter) is side] for side in (True, False))
    return (_ordered(left) if left else []) + (_ordered(right) if right else [])


def _gutter(pieces: list[Piece]) -> float | None:
    """Where a region is parted into columns: the x that fewest lines cross and that has lines on both sides."""
    if len(pieces) < 2 * LONG:
        return None
    x0, x1 = np.array([(piece[0], piece[2]) for piece in pieces]).T
    low, high = x0.min(), x1.max()
    tried = np.linspace(low + WIDE * (high - low), high - WIDE * (high - low), 60)
    crossing = ((x0 < tried[:, None]) & (x1 > tried[:, None])).sum(axis=1)
    sides = np.minimum((x1 <= tried[:, None]).sum(axis=1), (x0 >= tried[:, None]).sum(axis=1))
    fit = (crossing <= CROSSING * len(pieces)) & (sides >= LONG)
    if not fit.any():
        return None
    best = np.flatnonzero(fit & (crossing == crossing[fit].min()))
    return float(tried[best[len(best) // 2]])
