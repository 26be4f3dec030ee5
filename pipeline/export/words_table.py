"""words.csv: the words that mark a side's sentences under a code."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pipeline.evidence import sides_of
from pipeline.export.results import Results
from pipeline.export.schema import Column, Table, by_side, columns
from pipeline.outcomes import Marker

SHOWN = 8  # words of a side and code that the report shows
_MARKED = """
family string Family
code string Code
domain string Side whose sentences the word marks: it stands there in more papers than it would by chance
word string The word, in small letters
of_domain integer 1 where a term that tells the side holds the word, so that it marks the side by definition, else 0
"""
_SIDE = """
papers integer Papers of the side that say the word in a sentence that asserts the code
sentences integer Such sentences
"""
_NUMBERS = """
low number Lower end of its 95 % interval
high number Upper end of it
z number log_odds over its standard error
quotes string Ids of the best codings of the side whose sentences hold the word; each leads to evidence.csv
"""


def words_table(results: Results) -> Table:
    """The columns of words.csv."""
    left, right = sides = sides_of(results.codebook)
    values = {"family": tuple(family.id for family in results.codebook.families), "domain": sides}
    means = f"Log-odds ratio of the word, {left} over {right}, each paper counting it once, under a prior of all papers"
    listed = (
        *(dataclasses.replace(c, values=values.get(c.name, ())) for c in columns(_MARKED)),
        *by_side(_SIDE, sides),
        Column("log_odds", "number", means),
        *columns(_NUMBERS),
    )
    leads = ((("family", "code"), "codebook", ("family", "code")),)
    return Table(listed, ("family", "code", "domain", "word"), leads)


def words_rows(results: Results) -> Iterator[dict[str, Any]]:
    """The rows of words.csv."""
    for row in results.words:
        told = {
            name: getattr(row, name) for name in ("family", "code", "domain", "word", "log_odds", "low", "high", "z")
        }
        sides = {
            f"{side}_{name}": getattr(row, name)[at]
            for at, side in enumerate(sides_of(results.codebook))
            for name in ("papers", "sentences")
        }
        yield {**told, **sides, "of_domain": int(row.of_domain), "quotes": "; ".join(row.quotes)}


def words_view(results: Results) -> dict[tuple[str, str], tuple[list[Marker], list[Marker]]]:
    """What the report shows by family and code: the words of the left and right side, the surest first."""
    found: dict[tuple[str, str], tuple[list[Marker], list[Marker]]] = defaultdict(lambda: ([], []))
    for row in results.words:
        listed = found[row.family, row.code][sides_of(results.codebook).index(row.domain)]
        if len(listed) < SHOWN:
            listed.append(row)
    return dict(found)
