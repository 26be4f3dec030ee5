"""strata.csv: each code by period, place and sector, in a long form that a pivot table takes."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.export.results import Results
from pipeline.export.schema import Table, columns
from pipeline.outcomes import UNKNOWN, Stratum

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
MOST = 8  # places or sectors that the report shows
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


def strata_view(results: Results, place: Mapping[str, int]) -> dict[str, Any]:
    """What the report shows: by kind its strata, and each code in them; `place` numbers the codings by id.

    {kind: {"strata": [[name, papers left, papers right]], "more": strata left out, "rows": [[code, cell a
    stratum]]}}. A code is a number in the order of the codebook. A cell is [papers left, papers right, best coding
    left, best coding right], those that no paper asserts being -1; it is 0 where neither side has any. Periods are
    in order, places and sectors those of most papers first, `unknown` last.
    """
    codes = {key: at for at, key in enumerate((f.id, c.id) for f in results.codebook.families for c in f.codes)}
    sides = {domain.id: at for at, domain in enumerate(results.codebook.domains)}
    by: dict[str, list[Stratum]] = defaultdict(list)
    for row in results.strata:
        by[row.by].append(row)
    return {kind: _kind(kind, rows, codes, sides, place) for kind, rows in by.items()}


def _kind(
    kind: str,
    rows: list[Stratum],
    codes: Mapping[tuple[str, str], int],
    sides: Mapping[str, int],
    place: Mapping[str, int],
) -> dict[str, Any]:
    of: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    cells: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, -1, -1]))
    for row in rows:
        at = sides[row.domain]
        of[row.stratum][at] = row.of_papers
        if row.papers:
            cell = cells[codes[row.family, row.code]][row.stratum]
            cell[at], cell[2 + at] = row.papers, place.get(row.quotes[0], -1)
    shown = _shown(kind, of)
    return {
        "strata": [[name, *of[name]] for name in shown],
        "more": len(of) - len(shown),
        "rows": [[code, *(of_code.get(name, 0) for name in shown)] for code, of_code in sorted(cells.items())],
    }


def _shown(kind: str, of: Mapping[str, list[int]]) -> list[str]:
    named = sorted(of.keys() - {UNKNOWN})
    if kind != "period":
        named = sorted(named, key=lambda name: -sum(of[name]))[:MOST]
    return [*named, *({UNKNOWN} & of.keys())]
