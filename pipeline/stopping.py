"""When to stop reading: how many relevant sentences are probably still unread."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST = 20  # sentences last read that the hint may rest on
GROWTH = 1.25  # from one window to the next


@dataclass(frozen=True, slots=True)
class Unread:
    """What is probably left: `expected` relevant sentences of those unread, and at `level` no more than `most`.

    `recall` is the share of all relevant sentences that was then found at the least, in [0, 1]; None where nothing
    is relevant. `window` is how many of the sentences last read this rests on, 0 where there are too few.
    """

    expected: float
    most: int
    recall: float | None
    window: int
    level: float


def still_unread(found: Sequence[bool], unread: int, level: float = 0.95) -> Unread:
    """How many of `unread` sentences are relevant, from what those read turned out to be, in the order of reading.

    The sentences last read are taken for a sample drawn at random from all that were then unread (Callaghan &
    Müller-Hansen 2020, Syst. Rev. 9:273). The queue puts the likely ones first, so the sample is richer than what is
    left, and the number errs upwards, as it should. The limit `most` is the largest number of relevant ones among
    those unread that a hypergeometric test does not refuse at 1 - `level`. Of many windows, from the last FEWEST to
    all that was read, the one that says most counts, as in that paper; `tests/bench/queue_simulation.py` says how
    often the limit holds.
    Raises ValueError for a level outside (0, 1) or a negative `unread`.
    """
    if not 0 < level < 1 or unread < 0:
        raise ValueError(f"level must be between 0 and 1 and unread not negative, not {level} and {unread}")
    flags = np.array(found, dtype=bool)
    hits = int(flags.sum())
    windows = _windows(len(flags))
    limits = [(_limit(int(flags[-w:].sum()), w, unread, level), w) for w in windows]
    most, window = min(limits, default=(unread, 0))
    rate = flags[-window:].mean() if window else 0.5
    expected = min(round(float(rate) * unread, 1), float(most))
    return Unread(expected, most, hits / (hits + most) if hits + most else None, window, level)


def _windows(read: int) -> list[int]:
    """Lengths of what was last read: FEWEST and on by GROWTH, and all of it."""
    steps = range(int(np.log(max(read, FEWEST) / FEWEST) / np.log(GROWTH)) + 1)
    return sorted({*(round(FEWEST * GROWTH**i) for i in steps), read}) if read >= FEWEST else []


def _limit(found: int, window: int, unread: int, level: float) -> int:
    """The largest number of relevant sentences left for which as few as `found` in the window are not too few."""
    from scipy.stats import hypergeom  # slow to load

    def refused(left: int) -> bool:
        return bool(hypergeom.cdf(found, window + unread, found + left, window) < 1 - level)

    return bisect_right(range(unread + 1), False, key=refused) - 1
