"""The report: one HTML file that opens from disk, without a network and without a script."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jinja2

from pipeline.export.results import Results
from pipeline.records import Coding, Comparison

SHOWN = 7  # findings in the answer
_DECIDED = ("more in", "only in", "shared")


def write_report(results: Results, path: Path) -> None:
    """Write report.html. All text of papers is escaped by the template. Raises OSError."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.export"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.j2").render(_view(results))
    path.write_text(page, encoding="utf-8", newline="\n")


def _view(results: Results) -> dict[str, Any]:
    papers = {paper.document_id: paper for paper in results.papers}
    quotes = _quotes(results)
    labels = {(f.id, c.id): c.label for f in results.codebook.families for c in f.codes}
    rows: dict[str, list[Comparison]] = defaultdict(list)
    for row in results.comparisons:
        rows[row.family].append(row)
    counts: dict[str, int] = defaultdict(int)
    for coding in results.codings:
        counts[coding.document_id] += 1
    return {
        "results": results,
        "sides": results.codebook.domains,
        "families": results.codebook.families,
        "rows": rows,
        "papers": papers,
        "quotes": quotes,
        "labels": labels,
        "counts": counts,
        "findings": _findings(results.comparisons),
        "most": max((side.sentences for row in results.comparisons for side in (row.left, row.right)), default=0),
    }


def _quotes(results: Results) -> dict[tuple[str, str], list[tuple[Coding, int]]]:
    """By code, the codings in order of papers, each with the page it is on."""
    found: dict[tuple[str, str], list[tuple[Coding, int]]] = defaultdict(list)
    last, document = "", None
    for coding in results.codings:
        if document is None or coding.document_id != last:
            last, document = coding.document_id, results.document(coding.document_id)
        found[coding.family, coding.code].append((coding, document.page_at(coding.start).number))
    return found


def _findings(rows: Iterable[Comparison]) -> list[Comparison]:
    """The strongest differences first, then what both sides share most; only rows with a verdict."""
    decided = [row for row in rows if row.verdict.startswith(_DECIDED)]
    return sorted(decided, key=_strength)[:SHOWN]


def _strength(row: Comparison) -> tuple[bool, float, str, str]:
    if row.verdict == "shared":
        return True, -min(row.left.share or 0, row.right.share or 0), row.family, row.code
    return False, -abs(row.difference or 0), row.family, row.code
