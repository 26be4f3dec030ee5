"""Lines of a second layer of text under or over the page's own."""

import numpy as np

from pipeline.pdf.layout import Line

ACROSS = 0.3  # share of its height by which a hidden line lies over an earlier one; set lines never do
FEW = 5  # words; a shorter line may be a formula or a mark
REPEATED = 0.85  # share of a hidden line's words that stood on the page before


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
    if not covered.any():
        return rows
    kept: list[Line] = []
    said: set[str] = set()
    for line, hidden in zip(rows, covered.tolist(), strict=True):
        words = line.text.split()
        if not (hidden and len(words) >= FEW and sum(word in said for word in words) >= REPEATED * len(words)):
            kept.append(line)
            said.update(words)
    return kept
