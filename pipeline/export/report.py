"""The report: one HTML file that opens from disk, without a network.

Its tables and charts stand in the page; the quotes lie in it as data, and its script builds those of a
cell when it is opened.
"""

import base64
import hashlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from pipeline.export.beside import Beside, actors_beside, instruments_beside, targets_beside
from pipeline.export.findings import answer
from pipeline.export.flow import flow, flow_svg
from pipeline.export.island import byline, island
from pipeline.export.results import Results
from pipeline.export.rows import rows
from pipeline.outcomes import CARRIES, ON_BOTH, OPEN, THIN, WELL, Carried, Comparison, Link
from pipeline.records import BOTH, Coding

TEMPLATES = Path(__file__).parent / "templates"
BESIDE = 8  # named instruments, targets and actors of a side that the report lays beside the other's
PERIOD = 5  # years in a bar of a topic's course


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
    labels = {(f.id, c.id): c.label for f in results.codebook.families for c in f.codes}
    by_family: dict[str, list[Comparison]] = defaultdict(list)
    for row in results.comparisons:
        by_family[row.family].append(row)
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {
        "results": results,
        "sides": results.codebook.domains,
        "families": results.codebook.families,
        "rows": by_family,
        "labels": labels,
        "answer": answer(results.comparisons, results.codebook),
        "differences": _differences(results.comparisons),
        "carried": _carried(results.carried),
        "beside": _beside(results),
        "matrix": _matrix(results.links),
        "instruments": list(rows(results)["instruments"]),
        "topics": _topics(results),
        "years": sorted({p.metadata.year for p in results.papers if p.metadata.year}),
        "places": sorted({c.place for c in results.codings} - {""}),
        "counts": Counter(c.document_id for c in results.codings),
        "bylines": {p.document_id: byline(p.metadata.authors, p.metadata.year) for p in results.papers},
        "side_names": {d.id: d.label for d in results.codebook.domains} | {BOTH: "Both"},
        "most": max((side.sentences for row in results.comparisons for side in (row.left, row.right)), default=0),
        "flow": flow_svg(flow(results)),
        "style": Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - a file of ours
        "script": Markup(script),  # noqa: S704 - a file of ours
        "digest": digest,
        "island": island(results),
    }


def _differences(comparisons: tuple[Comparison, ...]) -> list[Comparison]:
    """The codes that some paper asserts, the widest difference first, left before right."""
    found = [row for row in comparisons if row.difference is not None and row.left.papers + row.right.papers]
    return sorted(found, key=lambda row: -(row.difference or 0))


def _carried(rows: tuple[Carried, ...]) -> dict[str, Any]:
    """What may carry over by its origin, widest difference first; what both have; what too few papers settle."""
    carries: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: -abs(row.row.difference or 0)):
        if row.finding == CARRIES:
            ends = (row.row.left, row.left), (row.row.right, row.right)
            (side, standing), (other, thin) = ends if row.origin == row.row.left.domain else reversed(ends)
            carries[row.origin].append({"row": row, "side": side, "well": standing, "other": other, "thin": thin})
    one_sided = [row for row in rows if row.finding == OPEN and {row.left.evidence, row.right.evidence} == {WELL, THIN}]
    return {"over": carries, "both": [row for row in rows if row.finding == ON_BOTH], "open": one_sided}


def _beside(results: Results) -> list[tuple[str, list[list[tuple[str, int, Coding]]]]]:
    """For each kind of thing that sentences name, the two sides' lists of name, papers and the surest coding."""
    kinds = {
        "Named instruments": instruments_beside(results),
        "Targets": targets_beside(results),
        "Actors addressed": actors_beside(results),
    }
    return [(kind, [_most(found, at) for at in (0, 1)]) for kind, found in kinds.items() if found]


def _most(found: list[Beside], at: int) -> list[tuple[str, int, Coding]]:
    """What most papers of a side name."""
    named = [(row.name, (row.left, row.right)[at]) for row in found]
    listed = [(name, len(codings), codings[0]) for name, codings in named if codings]
    return sorted(listed, key=lambda row: -row[1])[:BESIDE]


def _matrix(links: tuple[Link, ...]) -> dict[str, Any]:
    """Instruments down, motivators and deterrents across; only those that meet in some sentence."""
    cells = {(link.code, link.with_family, link.with_code): link for link in links}
    across: dict[str, list[str]] = defaultdict(list)
    for link in links:
        if link.with_code not in across[link.with_family]:
            across[link.with_family].append(link.with_code)
    most = max((max(link.left.papers, link.right.papers) for link in links), default=1)
    return {"down": list(dict.fromkeys(link.code for link in links)), "across": across, "cells": cells, "most": most}


def _topics(results: Results) -> list[dict[str, Any]]:
    """Topics with their place between the sides (0 left, 1 right) and their mean weight by period."""
    left, right = (domain.id for domain in results.codebook.domains)
    courses = _courses(results)
    listed = []
    for at, topic in enumerate(results.topics.topics):
        shares = topic.sides.get(left, 0.0), topic.sides.get(right, 0.0)
        place = shares[1] / sum(shares) if sum(shares) else 0.5
        listed.append({"topic": topic, "place": place, "shares": shares, "course": [(p, w[at]) for p, w in courses]})
    return sorted(listed, key=lambda row: row["place"])


def _courses(results: Results) -> list[tuple[int, list[float]]]:
    """First year of each period that has papers, and the mean weight of every topic in them."""
    held: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for paper in results.papers:
        weights = results.topics.weights.get(paper.document_id)
        if paper.metadata.year and weights:
            held[paper.metadata.year // PERIOD * PERIOD].append(weights)
    return [
        (period, [sum(column) / len(column) for column in zip(*weights, strict=True)])
        for period, weights in sorted(held.items())
    ]
