"""When to stop reading: how many relevant sentences are probably still unread."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST = 20  # sentences last read that the hint may rest on
GROWTH = 1.25  # from one window to the next
PRIOR = 5.0  # relevant sentences' worth of trust in the chances as they are


@dataclass(frozen=True, slots=True)
class Unread:
    """What is probably left: `expected` relevant sentences of those unread, and at `level` no more than `most`.

    `recall` is the share of all relevant sentences that was then found at the least, in [0, 1]; None where nothing
    is relevant. `window` is how many of the sentences last read the limit rests on, 0 where there are too few.
    """

    expected: float
    most: int
    recall: float | None
    window: int
    level: float


def still_unread(read: Sequence[tuple[bool, float]], unread: Sequence[float], level: float = 0.95) -> Unread:
    """How many of the unread sentences are relevant, from what those read turned out to be.

    `read` gives, in the order of reading, whether a sentence was relevant and the chance of it, in [0, 1], that the
    head gave before (see `coding.chance`); `unread` the chances of the others.

    For the limit the chances are not trusted. The sentences last read are taken for a sample drawn at random from all
    that were then unread (Callaghan & Müller-Hansen 2020, Syst. Rev. 9:273). The queue puts the likely ones first, so
    the sample is richer than what is left, and the limit errs upwards. `most` is the largest number of relevant
    sentences left that a hypergeometric test does not refuse. Of many windows, from the last FEWEST to all that was
    read, the one that says most counts; for that choice the test is made at half of 1 - `level`, or the limit would
    hold too seldom in random order. `tests/bench/queue_simulation.py` says how often it holds.
    What is expected is the sum of the chances, put right by how many more or fewer were found so far than they said.
    Raises ValueError for a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    found = np.array([relevant for relevant, _ in read], dtype=bool)
    hits = int(found.sum())
    limits = [(_limit(int(found[-w:].sum()), w, len(unread), (1 - level) / 2), w) for w in _windows(len(found))]
    most, window = min(limits, default=(len(unread), 0))
    surplus = (hits + PRIOR) / (sum(chance for _, chance in read) + PRIOR)
    expected = min(round(sum(unread) * surplus, 1), float(most))
    return Unread(expected, most, hits / (hits + most) if hits + most else None, window, level)


def _windows(read: int) -> list[int]:
    """Lengths of what was last read: FEWEST and on by GROWTH, and all of it."""
    steps = range(int(np.log(max(read, FEWEST) / FEWEST) / np.log(GROWTH)) + 1)
    return sorted({*(round(FEWEST * GROWTH**i) for i in steps), read}) if read >= FEWEST else []


def _limit(found: int, window: int, unread: int, error: float) -> int:
    """The largest number of relevant sentences left with which as few as `found` in the window have a chance of more
    than `error`."""
    from scipy.stats import hypergeom  # slow to load

    def refused(left: int) -> bool:
        return bool(hypergeom.cdf(found, window + unread, found + left, window) < error)

    return bisect_right(range(unread + 1), False, key=refused) - 1
