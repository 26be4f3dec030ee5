"""A page as the search for tables sees it: its words, the rules drawn on it, and its captions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.pdf.cells import Box, Words, split
from pipeline.pdf.layout import Line

SNAP = 2.0  # points by which strokes of one rule may stand off its line
MEET = 3.0  # points by which rules that meet may miss each other
JOINED = 8.0  # points between strokes of one level rule, which may be drawn cell by cell
FAR = 1e5  # points, more than a page is wide
SHORTEST = 8.0  # points of a rule
ABOVE, BELOW = 90.0, 30.0  # points between a caption and its table
PIECE = 0.9  # of the type size: a wider gap parts what stands in different columns, mostly
INDENT = 2.0  # sizes of the type by which a paragraph's line may begin off its edge

Levels = Sequence[Sequence[Sequence[int]]]  # words by piece by level


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page with its words that tables may hold, `at`, as indices, and their middles, (2, n); the rules on it, level
    and plumb, (n, 4) each; its lines that begin the caption of a table and of a figure; and the size of the paper's
    body type in points."""

    words: Words
    at: NDArray[np.intp]
    middle: NDArray[np.float32]
    level: NDArray[np.float32]
    plumb: NDArray[np.float32]
    captions: tuple[Line, ...]
    figures: tuple[Line, ...]
    body: float

    def within(self, box: Box) -> list[int]:
        """The words whose middle lies in a box, in the order of the stream."""
        x, y = self.middle
        inside: list[int] = self.at[(x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])].tolist()
        return inside

    def drawn(self, box: Box) -> list[float]:
        """Where plumb rules go through most of a box."""
        x0, top, x1, bottom = box
        within = (self.plumb[:, 0] > x0 + 10) & (self.plumb[:, 0] < x1 - 10)
        share = np.minimum(self.plumb[:, 3], bottom) - np.maximum(self.plumb[:, 1], top)
        return [float(x) for x in self.plumb[within & (share > 0.6 * (bottom - top)), 0]]

    def holds_caption(self, box: Box) -> bool:
        """Whether a caption begins in a box."""
        x0, top, x1, bottom = box
        lines = (*self.captions, *self.figures)
        return any(top < line.top < bottom and line.x0 < x1 and line.x1 > x0 for line in lines)

    def captioned(self, box: Box) -> bool:
        """Whether a caption stands over a box, or close under it."""
        x0, top, x1, bottom = box
        beside = (line for line in self.captions if line.x0 < x1 and line.x1 > x0)
        return any(top - ABOVE < line.top < top + SNAP or 0 < line.top - bottom < BELOW for line in beside)


def paragraph(words: Words, levels: Levels, box: Box) -> bool:
    """Whether many levels are single lines from edge to edge of a box, as those of a paragraph are."""
    wide = 0.6 * (box[2] - box[0])
    lines = [level[0] for level in levels if len(level) == 1]
    left = box[0] + MEET + INDENT * words.size[lines[0][0]] if lines else 0.0
    full = sum(words.x0[line[0]] < left and words.x1[line[-1]] - words.x0[line[0]] > wide for line in lines)
    return full > (0.35 if len(levels) > 3 else 0.5) * len(levels)


def pieces(words: Words, levels: Sequence[Sequence[int]]) -> list[list[list[int]]]:
    """Levels with their words in pieces that likely stand in different columns."""
    return [split(words, level, PIECE) for level in levels]


def rules(strokes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Level and plumb rules, (n, 4) each, strokes of one rule joined, from the top and from the left."""
    wide = strokes[:, 2] - strokes[:, 0] >= strokes[:, 3] - strokes[:, 1]
    turned = [1, 0, 3, 2]
    return _joined(strokes[wide], JOINED), _joined(strokes[~wide][:, turned], MEET)[:, turned]


def _joined(strokes: NDArray[np.float32], gap: float) -> NDArray[np.float32]:
    """Level strokes with those joined that are pieces of one."""
    if not len(strokes):
        return strokes
    middle = (strokes[:, 1] + strokes[:, 3]) / 2
    order = np.argsort(middle, kind="stable")
    line = np.cumsum(np.diff(middle[order], prepend=-1e6) > SNAP)
    height = np.bincount(line, middle[order]) / np.maximum(np.bincount(line), 1)
    order = order[np.lexsort((strokes[order, 0], line))]
    x0, x1 = strokes[order, 0] + FAR * line, strokes[order, 2] + FAR * line  # each line where no other reaches
    reach = np.maximum.accumulate(x1)
    starts = np.flatnonzero(np.concatenate(([True], x0[1:] > reach[:-1] + gap)))
    ends = np.append(starts[1:], len(order)) - 1
    left, right, y = x0[starts] - FAR * line[starts], reach[ends] - FAR * line[ends], height[line[starts]]
    joined: NDArray[np.float32] = np.stack((left, y, right, y), axis=1)[right - left >= SHORTEST].astype(np.float32)
    return joined
