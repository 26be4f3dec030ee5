"""The rows of every table, as values: text, numbers, None; for columns of JSON its text."""

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from pipeline.evidence import STRENGTH, count_papers, said, surest
from pipeline.export import topic_tables
from pipeline.export.carry_table import carry_rows
from pipeline.export.changes_table import change_rows
from pipeline.export.exported import exported_as
from pipeline.export.results import Results
from pipeline.export.strata_table import strata_rows
from pipeline.export.told import sides_of
from pipeline.export.unanchored_table import unanchored_rows
from pipeline.export.words_table import words_rows
from pipeline.outcomes import Comparison, Link, Side
from pipeline.records import Coding, Named, Paper, Place

Row = Mapping[str, Any]
QUOTES = 5  # quotes of a named instrument or actor
_OF_A_SIDE = "of_papers papers sentences proposed negated share low high own of_mixed mixed reviewed".split()
_REVIEW = (
    *("review_status", "reviewer", "reviewed_at", "decided_by", "note"),
    *("original_family", "original_code", "original_domain", "original_status"),
)
_REVIEWED = attrgetter(*_REVIEW)
_TESTS = "odds_ratio odds_low odds_high p q least most boot_low boot_high held flips_to".split()


def rows(results: Results) -> dict[str, Iterable[Row]]:
    """The rows of every table by name, made as they are asked for: one document at a time is in memory."""
    return {
        "evidence": _evidence(results),
        "documents": _documents(results),
        "comparison": (_comparison(row) for row in results.comparisons),
        "carries_over": carry_rows(results),
        "links": (row for link in results.links for row in _link(link)),
        "strata": strata_rows(results),
        "words": words_rows(results),
        "instruments": _instruments(results),
        "actors": ({"actor": name, **row} for name, row in _named(results, lambda c: c.actor)),
        "targets": _targets(results),
        "topics": topic_tables.topics(results),
        "topic_curve": topic_tables.curve(results),
        "topic_weights": topic_tables.weights(results),
        "topic_years": topic_tables.years(results),
        "topic_sentences": topic_tables.sentences(results),
        "rejected": (
            {"path": r.path, "pdf_sha256": r.sha256, "kind": r.kind, "reason": r.reason, "remedy": r.remedy}
            for r in results.rejected
        ),
        "doubts": (dataclasses.asdict(doubt) for doubt in results.doubts),
        "unanchored": unanchored_rows(results),
        "codebook": _codebook(results),
        "changes": change_rows(results),
    }


def _list(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _about(paper: Paper) -> dict[str, Any]:
    about = paper.metadata
    return {
        "document_id": paper.document_id,
        "citation_key": paper.citation_key,
        "doi": about.doi,
        "authors": _list(about.authors),
        "year": about.year,
        "title": about.title,
    }


def _evidence(results: Results) -> Iterator[Row]:
    papers = {paper.document_id: paper for paper in results.papers}
    versions = {name: results.versions[name] for name in ("model_version", "codebook_version", "run_id")}
    for document_id, of_paper in itertools.groupby(results.evidence or results.codings, key=lambda c: c.document_id):
        codings = {coding.id: coding for coding in of_paper}
        placed = results.placed(document_id, {(c.start, c.end) for c in codings.values()})
        full = {"full_text": int(papers[document_id].full_text)}
        about = {**_about(papers[document_id]), "pdf_sha256": document_id, **versions, **full}
        for coding in codings.values():
            tied = _tied(codings.get(coding.tied_to))
            place = placed[coding.start, coding.end]
            yield {**about, **_coded(coding), **tied, **_placed(place), **_reviewed(coding, place.note)}


def _coded(coding: Coding) -> dict[str, Any]:
    return {
        "coding_id": coding.id,
        "domain": coding.domain,
        "family": coding.family,
        "code": coding.code,
        "named_instrument": coding.named_instrument,
        "actor": coding.actor,
        "place": coding.place,
        "quote": coding.quote,
        "section": coding.role,
        "char_start": coding.start,
        "char_end": coding.end,
        "status": coding.status,
        "own_or_cited": "cited" if coding.cited else "own",
        "confidence": coding.confidence,
        "method": coding.method,
        "terms": _list(coding.terms),
        "sector": coding.sector,
    }


def _tied(instrument: Coding | None) -> dict[str, str]:
    if instrument is None:
        return {"tied_to": "", "tied_instrument": ""}
    names = [instrument.code, *filter(None, [instrument.named_instrument])]
    return {"tied_to": instrument.id, "tied_instrument": ": ".join(names)}


def _placed(place: Place) -> dict[str, Any]:
    return {
        "page": place.page,
        "page_label": place.label,
        "boxes": place.boxes,
        "context_before": place.before,
        "context_after": place.after,
    }


def _reviewed(coding: Coding, note: str) -> dict[str, str]:
    row = dict(zip(_REVIEW, _REVIEWED(coding), strict=True))
    row["note"] = row["note"] or note
    coded = {"family": coding.family, "code": coding.code, "domain": coding.domain, "status": coding.status}
    return {**row, "exported_as": exported_as({**coded, **row})}


def _documents(results: Results) -> Iterator[Row]:
    counts = Counter(coding.document_id for coding in results.codings)
    reviewed = Counter(coding.document_id for coding in results.codings if coding.decided_by != "machine")
    for paper in results.papers:
        yield {
            **_about(paper),
            "path": paper.path,
            "other_paths": _list(paper.other_paths),
            "journal": paper.journal,
            "pages": paper.pages,
            "reader": paper.reader,
            "language": paper.language,
            "damage": paper.damage,
            "domain": paper.domain,
            "sentences": sum(paper.sentences.values()),
            "codings": counts[paper.document_id],
            "reviewed": reviewed[paper.document_id],
            "places": _list(paper.places),
            "sectors": _list(paper.sectors),
            "full_text": int(paper.full_text),
        }


def _comparison(row: Comparison) -> Row:
    sides = {name: value for side in (row.left, row.right) for name, value in _side(side).items()}
    return {
        "family": row.family,
        "code": row.code,
        **sides,
        "difference": row.difference,
        "difference_low": row.low,
        "difference_high": row.high,
        "verdict": row.verdict,
        **{name: getattr(row, name) for name in _TESTS},
        "quotes": _list(row.quotes),
    }


def _side(side: Side) -> dict[str, Any]:
    return {f"{side.domain}_{name}": getattr(side, name) for name in _OF_A_SIDE}


def _link(link: Link) -> Iterator[Row]:
    for side in (link.left, link.right):
        yield {
            "family": link.family,
            "code": link.code,
            "with_family": link.with_family,
            "with_code": link.with_code,
            "domain": side.domain,
            "papers": side.papers,
            "sentences": side.sentences,
            "reviewed": side.reviewed,
            "quotes": _list(side.quotes),
            "own": side.own,
            "near_papers": side.near_papers,
            "near_sentences": side.near_sentences,
            "near_quotes": _list(side.near_quotes),
        }


def _instruments(results: Results) -> Iterator[Row]:
    for name, row in _named(results, lambda c: c.named_instrument):
        known = results.named.get(name, Named(name, "", None))
        yield {"named_instrument": name, "jurisdiction": known.jurisdiction, "year": known.year, **row}


def _named(results: Results, name_of: Callable[[Coding], str]) -> Iterator[tuple[str, Row]]:
    """What codings name, with its counts and best quotes; that of most papers first."""
    papers = {paper.document_id: paper for paper in results.papers}
    named: dict[str, list[Coding]] = defaultdict(list)
    for coding in results.codings:
        if name := name_of(coding):
            named[name].append(coding)
    for name, codings in sorted(named.items(), key=lambda item: (-count_papers(item[1]), item[0])):
        on = [sides_of(c, papers[c.document_id], results.codebook) for c in codings]
        row: dict[str, Any] = _counts("", codings)
        for at, domain in enumerate(results.codebook.domains):
            row |= _counts(f"{domain.id}_", [c for c, counts in zip(codings, on, strict=True) if counts[at]])
        yield name, {**row, "quotes": _list(c.id for c in surest(codings)[:QUOTES])}


def _counts(side: str, codings: list[Coding]) -> dict[str, int]:
    """Papers and sentences of any status, and papers by the strongest status, as the comparison counts them."""
    sentences = {(c.document_id, c.start, c.end) for c in codings}
    by_status = Counter(said(codings).values())
    own = count_papers([c for c in codings if c.status == "asserted" and not c.cited])
    counts = {"papers": count_papers(codings), "sentences": len(sentences), "own": own}
    counts["reviewed"] = count_papers([c for c in codings if c.decided_by != "machine"])
    counts |= {status: by_status[status] for status in STRENGTH}
    return {f"{side}{name}": count for name, count in counts.items()}


def _targets(results: Results) -> Iterator[Row]:
    papers = {paper.document_id: paper for paper in results.papers}
    codings = {coding.id: coding for coding in results.codings}
    for document_id, of_paper in itertools.groupby(results.targets, key=lambda t: t.document_id):
        stated = [(codings[i], list(found)) for i, found in itertools.groupby(of_paper, key=lambda t: t.coding_id)]
        placed = results.placed(document_id, {(coding.start, coding.end) for coding, _ in stated})
        for coding, found in stated:
            page = placed[coding.start, coding.end].page
            said = {"domain": coding.domain, "status": coding.status, "quote": coding.quote, "page": page}
            about = {**_about(papers[document_id]), **said}
            for number, target in enumerate(found, 1):
                yield {**about, "number": number, **dataclasses.asdict(target)}


def _codebook(results: Results) -> Iterator[Row]:
    for family in results.codebook.families:
        for code in family.codes:
            yield {
                "family": family.id,
                "code": code.id,
                "label": code.label,
                "covers": code.covers,
                "excludes": code.excludes,
                "terms": _list(code.terms),
                "cued_terms": _list(code.cued_terms),
                "unless": _list(code.unless),
            }
