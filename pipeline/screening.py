"""In which order to read sentences so that those that hold a code come first, whether the machine coded them or not.

Relevance feedback, as in screening tools: the likeliest sentences first, and what was found counts at once
(Cormack & Grossman 2014, SIGIR 37:153). The head knows one sentence at a time; where the sentences around turn out
richer or poorer than it thought, it errs the same way here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Chance

AROUND = 5  # sentences to either side whose outcome counts
DOUBT = 2.0  # sentences read around that it takes for their outcome to count by half
WEIGHT = 6.0  # log-odds that a surprise of one whole coding in every sentence around is worth

Array = NDArray[np.float64]


def reading_order(
    papers: Mapping[str, Sequence[Chance]], read: Mapping[tuple[str, int], bool]
) -> list[tuple[str, int]]:
    """The unread sentences, as (document id, place among its sentences from 0), the one most worth reading first.

    `papers` gives what the head expects of every sentence of a paper, in order; `read` says of each sentence that a
    person read whether it holds any code. A sentence is worth the log-odds that it holds one, plus the logarithm of how
    many it is expected to hold, plus WEIGHT times what was found above expectation around it. The three were chosen on
    the abstracts of models/annotations.jsonl, where they save a tenth of the sentences that are read to find 95 % of
    the codings; from 3 to 50 sentences around, doubts of 1 to 3 and weights of 4.5 to 7.5 do as well. Ties go by place.
    """
    outcomes: defaultdict[str, dict[int, bool]] = defaultdict(dict)
    for (document, at), found in read.items():
        outcomes[document][at] = found
    worth = []
    for document, chances in papers.items():
        if not chances:
            continue
        values = _worth(chances, outcomes[document])
        worth += [(-float(value), document, at) for at, value in enumerate(values) if (document, at) not in read]
    return [(document, at) for _, document, at in sorted(worth)]


def _worth(chances: Sequence[Chance], read: Mapping[int, bool]) -> Array:
    likely = np.array([c.any for c in chances])
    codes = np.array([c.codes for c in chances])
    surprise, known = np.zeros(len(chances)), np.zeros(len(chances))
    for at, found in read.items():
        surprise[at], known[at] = found - likely[at], 1.0
    near = np.ones(2 * AROUND + 1)
    around = _sums(surprise, near) / (_sums(known, near) + DOUBT)
    out: Array = np.log(likely / (1 - likely)) + np.log(codes) + WEIGHT * around
    return out


def _sums(values: Array, near: Array) -> Array:
    """The sum over each sentence's neighbours; of unread sentences, whose own value is 0."""
    out: Array = np.convolve(values, near)[AROUND : AROUND + len(values)]
    return out
