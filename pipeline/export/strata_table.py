"""strata.csv: each code by period, place and sector, in a long form that a pivot table takes."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from pipeline.export.results import Results
from pipeline.export.schema import Table, columns

_STRATA = """
by string What the stratum is one of: choose one, since papers stand in one period and one or more places and sectors
stratum string The period of publication, country or region, or industry sector; unknown where none is told
family string Family
code string Code
domain string Side
of_papers integer Papers of the side that stand in the stratum
papers integer Papers of them that assert the code there
proposed integer Papers of them that only propose it there
negated integer Papers of them that only negate it there
sentences integer Sentences that assert it there
own integer Papers of those in papers that assert it in a sentence of their own, not only where they cite
share number papers / of_papers
low number Lower end of the share's 95 % Wilson interval
high number Upper end of it
quotes string Ids of the best codings; each leads to evidence.csv
"""
_KEY = ("by", "stratum", "family", "code", "domain")


def strata_table(results: Results) -> Table:
    """The columns of strata.csv."""
    values = {
        "by": ("period", "place", "sector"),
        "family": tuple(family.id for family in results.codebook.families),
        "domain": tuple(domain.id for domain in results.codebook.domains),
    }
    listed = (dataclasses.replace(c, values=values.get(c.name, ())) for c in columns(_STRATA))
    return Table(tuple(listed), _KEY, ((("family", "code"), "codebook", ("family", "code")),))


def strata_rows(results: Results) -> Iterator[dict[str, Any]]:
    """The rows of strata.csv."""
    for row in results.strata:
        yield {**dataclasses.asdict(row), "quotes": "; ".join(row.quotes)}
