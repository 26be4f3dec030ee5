"""The report: one HTML file that opens from disk, without a network.

Its tables and charts stand in the page; the quotes lie in it as data, and its script builds those of a
cell when it is opened.
"""

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from markupsafe import Markup

from pipeline.codebook import UNSPECIFIED, Codebook
from pipeline.documents import Role
from pipeline.evidence import code_labels
from pipeline.export.beside import Beside, actors_beside, instruments_beside, targets_beside
from pipeline.export.card import figures
from pipeline.export.changes_table import change_view
from pipeline.export.curve import curve_svg
from pipeline.export.findings import answer
from pipeline.export.flow import flow, flow_svg
from pipeline.export.island import byline, island
from pipeline.export.made import facts, made
from pipeline.export.results import Results
from pipeline.export.rows import rows
from pipeline.export.templating import environment
from pipeline.export.words_table import words_view
from pipeline.outcomes import CARRIES, ON_BOTH, Carried, Comparison, Link
from pipeline.records import BOTH, Coding

TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = ("data", "map", "quotes", "strata", "start")  # in this order they make one script
SECTIONS = {  # of the page, in its order; each is a template, and has a heading of that id
    "answer": "Answer",
    "map": "Evidence map",
    "differences": "Differences",
    "carries": "What carries over",
    "beside": "Side by side",
    "pairs": "Pairs",
    "named": "Named",
    "strata": "Period, place, sector",
    "words": "Words",
    "topics": "Topics",
    "changes": "What changed",
    "papers": "Papers",
    "made": "How it was made",
}
BESIDE = 8  # named instruments, targets and actors of a side that the report lays beside the other's


def write_report(results: Results, path: Path, quotes: Markup | None = None) -> None:
    """Write report.html; `quotes` is its island, where that is made already. All text of papers is escaped by the
    template. Raises OSError."""
    templates = environment("pipeline.export")
    page = templates.get_template("report.html.j2").render(
        _view(results), island=island(results) if quotes is None else quotes
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _view(results: Results) -> dict[str, Any]:
    labels = code_labels(results.codebook)
    by_family: dict[str, list[Comparison]] = defaultdict(list)
    for row in results.comparisons:
        by_family[row.family].append(row)
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    tables = rows(results)
    parts = {
        "beside": _beside(results),
        "matrix": _matrix(results.links, results.codebook),
        "instruments": list(tables["instruments"]),
        "targets": list(tables["targets"]),
        "words": words_view(results),
    }
    reviewed = Counter(c.document_id for c in results.codings if c.decided_by != "machine")
    return {
        **parts,
        "results": results,
        "sections": _sections(results, parts),
        "sides": results.codebook.domains,
        "families": results.codebook.families,
        "rows": by_family,
        "labels": labels,
        "answer": answer(results.comparisons, results.codebook),
        "tally": _tally(results.comparisons),
        "origins": {(row.row.family, row.row.code): row.origin for row in results.carried if row.origin},
        "differences": _differences(results.comparisons),
        "carried": _carried(results.carried),
        "topics": _topics(results),
        "curve": curve_svg(results.topics.curve, len(results.topics.topics)),
        "years": sorted({p.metadata.year for p in results.papers if p.metadata.year}),
        "filters": _filters(results),
        "counts": Counter(c.document_id for c in results.codings),
        "reviewed": sum(reviewed.values()),
        "reviewed_of": reviewed,
        "bylines": {p.document_id: byline(p.metadata.authors, p.metadata.year) for p in results.papers},
        "facts": {p.document_id: facts(p, results) for p in results.papers},
        "side_names": {d.id: d.label for d in results.codebook.domains} | {BOTH: "Both"},
        "most": max((side.sentences for row in results.comparisons for side in (row.left, row.right)), default=0) or 1,
        "changed": change_view(results),
        "flow": flow_svg(flow(results)),
        "made": made(results),
        "figures": figures(results.versions["model_version"]),
        "style": Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - a file of ours
        "script": Markup(script),  # noqa: S704 - files of ours
        "digest": digest,
    }


def _script() -> str:
    parts = ((TEMPLATES / f"report_{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    return '"use strict";\n(async () => {\n' + "\n".join(parts) + "})();\n"


def _sections(results: Results, parts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The sections that have something to show, with their names."""
    shown = {
        "beside": parts["beside"],
        "pairs": parts["matrix"]["down"],
        "named": parts["instruments"] or parts["targets"],
        "strata": results.strata,
        "words": parts["words"],
    }
    return [(section, name) for section, name in SECTIONS.items() if shown.get(section, True)]


def _tally(comparisons: tuple[Comparison, ...]) -> dict[str, Any]:
    """How many codes there are and are found, and how many have which verdict, the most frequent first."""
    telling = [row for row in comparisons if row.code != UNSPECIFIED]
    found = [row for row in telling if row.verdict != "not found"]
    return {"codes": len(telling), "found": len(found), "verdicts": Counter(r.verdict for r in found).most_common()}


def _filters(results: Results) -> dict[str, list[tuple[str, str]]]:
    """The values that the filters of the map offer, and what each is called."""
    places = {c.place for c in results.codings}.union(*(paper.places for paper in results.papers))
    sectors = {c.sector for c in results.codings}.union(*(paper.sectors for paper in results.papers))
    said = {"place": places | {place.split(", ")[-1] for place in places}, "sector": sectors}
    roles = {c.role for c in results.codings}
    return {
        "family": [(family.id, family.label) for family in results.codebook.families],
        "role": [(role, role) for role in get_args(Role) if role in roles],
        **{name: [(value, value) for value in sorted(values - {""})] for name, values in said.items()},
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
    return {
        "over": carries,
        "both": [row for row in rows if row.finding == ON_BOTH],
        "open": [row for row in rows if row.one_sided],
    }


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


def _matrix(links: tuple[Link, ...], codebook: Codebook) -> dict[str, Any]:
    """Instruments down, motivators and deterrents across; those that meet in a sentence or in neighbouring ones."""
    cells = {(link.code, link.with_family, link.with_code): link for link in links}
    met = {(link.with_family, link.with_code) for link in links}
    codes = {f.id: [code.id for code in f.codes if (f.id, code.id) in met] for f in codebook.families}
    across = {family: found for family, found in codes.items() if found}
    sides = [side for link in links for side in (link.left, link.right)]
    most = max((max(side.papers, side.near_papers) for side in sides), default=1)
    return {"down": list(dict.fromkeys(link.code for link in links)), "across": across, "cells": cells, "most": most}


def _topics(results: Results) -> list[dict[str, Any]]:
    """Topics with their place between the sides (0 left, 1 right), their course over years and sentences."""
    left, right = (domain.id for domain in results.codebook.domains)
    courses, undated = _courses(results)
    sentences: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows(results)["topic_sentences"]:
        sentences[row["topic"]].append(row)
    listed = []
    for topic in results.topics.topics:
        shares = topic.sides.get(left, 0.0), topic.sides.get(right, 0.0)
        about = {"course": courses[topic.number], "undated": undated, "sentences": sentences[topic.number]}
        place = shares[1] / sum(shares) if sum(shares) else 0.5
        listed.append({"topic": topic, "place": place, "shares": shares, **about})
    return sorted(listed, key=lambda row: row["place"])


def _courses(results: Results) -> tuple[dict[int, list[dict[str, Any]]], int]:
    """By topic its periods, `at` being their place on the axis, from 0; and how many papers have no year."""
    dated = [(row, *row.years) for row in results.topic_periods if row.years]
    begin = min((first for _, first, _ in dated), default=0)
    courses: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row, first, last in dated:
        at = (first - begin) // (last - first + 1)
        courses[row.topic].append({"at": at, "first": first, "last": last, "weight": row.weight, "papers": row.papers})
    return courses, max((row.papers for row in results.topic_periods if not row.years), default=0)
