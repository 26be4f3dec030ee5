"""What each page of the review shows, as values for its template. Nothing here changes anything."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pipeline.codebook import Code, Codebook
from pipeline.decisions.apply import counted
from pipeline.decisions.decision import Decision
from pipeline.documents import Box, Document, Page, Passage
from pipeline.evidence import Held, papers_on, sentence_of
from pipeline.export.island import byline
from pipeline.places import context, heading_above
from pipeline.records import BOTH, OTHER, Coding, Paper, Status

PER_PAGE = 50

Outlined = list[tuple[Box, str]]


def matrix(papers: Sequence[Paper], held: Held, codebook: Codebook) -> dict[str, Any]:
    """The evidence matrix: per side and code the papers and sentences that assert it, and what was reviewed.

    `held` are the codings that count on each side, those that were rejected too.
    """
    keys = [(side.id, f.id, c.id) for f in codebook.families for c in f.codes for side in codebook.domains]
    return {
        "cells": {key: _cell(held.get(key, [])) for key in keys},
        "of_papers": {side.id: len(papers_on(papers, side.id)) for side in codebook.domains},
    }


def _cell(every: Sequence[Coding]) -> dict[str, int]:
    asserted = [coding for coding in every if coding.status == "asserted" and counted(coding)]
    return {
        "papers": len({coding.document_id for coding in asserted}),
        "sentences": len({sentence_of(coding) for coding in asserted}),
        "codings": len(every),
        "reviewed": sum(coding.review_status != "unreviewed" for coding in every),
    }


def quote_parts(coding: Coding) -> list[tuple[str, bool]]:
    """The quote in pieces, each with whether it is one of the terms that spoke for the code."""
    pieces, at = [], coding.start
    for start, end in sorted(coding.evidence):
        if start >= at:
            pieces += [(at, start, False), (start, end, True)]
            at = end
    pieces.append((at, coding.end, False))
    return [(coding.quote[a - coding.start : b - coding.start], marked) for a, b, marked in pieces if a < b]


def about_coding(coding: Coding, paper: Paper, document: Document, around: Sequence[Coding]) -> dict[str, Any]:
    """What a coding's page shows of its paper: quote, context, page with boxes; `around` are the paper's codings."""
    page = document.page_at(coding.start)
    return {
        "quote": quote_parts(coding),
        "around": context(document, coding.start, coding.end),
        "byline": byline(paper.metadata.authors, paper.metadata.year),
        "title": paper.metadata.title or paper.path,
        "section": heading_above(document, coding.start) or coding.role,
        "page": page_of(document, page),
        "outlined": outlined(document, page, around, chosen=coding.id),
    }


def about_sentence(document: Document, paper: Paper, start: int, end: int) -> dict[str, Any]:
    """What is shown of a sentence on its own: its text, context and place on the page, and nothing of any coding."""
    page = document.page_at(start)
    return {
        "document_id": document.id,
        "start": start,
        "end": end,
        "quote": " ".join(document.text[start:end].split()),
        "around": context(document, start, end),
        "title": paper.metadata.title or paper.path,
        "byline": byline(paper.metadata.authors, paper.metadata.year) or paper.path,
        "page": page_of(document, page),
        "outlined": [(box, "chosen") for box in document.boxes(start, end) if box.page == page.number],
    }


def page_of(document: Document, page: Page) -> dict[str, Any]:
    """A page as its picture needs it; sizes in points."""
    size = {"width": page.width, "height": page.height}
    return {"document_id": document.id, "number": page.number, "label": page.label, **size}


def outlined(document: Document, page: Page, codings: Sequence[Coding], chosen: str = "") -> Outlined:
    """The boxes of the codings on a page with their classes, the chosen one's last so that it is on top."""
    found: Outlined = []
    for coding in sorted(codings, key=lambda c: (c.id == chosen, c.start, c.id)):
        if (
            coding.end > page.start and coding.start < page.end and coding.review_status != "rejected"
        ) or coding.id == chosen:
            tone = f"{coding.family} chosen" if coding.id == chosen else coding.family
            found += [(box, tone) for box in document.boxes(coding.start, coding.end) if box.page == page.number]
    return found


def words_on(document: Document, page: Page) -> list[dict[str, Any]]:
    """The words of a page with their offsets and their places, in points from the page's top left."""
    words = document.words
    return [
        {
            "start": int(words.start[i]),
            "end": int(words.end[i]),
            "text": document.text[words.start[i] : words.end[i]],
            "x": f"{words.box[i][0]:.1f}",
            "y": f"{words.box[i][1]:.1f}",
            "width": f"{words.box[i][2] - words.box[i][0]:.1f}",
            "height": f"{words.box[i][3] - words.box[i][1]:.1f}",
        }
        for i in (words.page == page.number).nonzero()[0]
    ]


def passages_on(
    document: Document, page: Page, passages: Sequence[Passage], codings: Sequence[Coding]
) -> list[dict[str, Any]]:
    """The sentences that begin on a page or run onto it, each with its codings."""
    here = [p for p in passages if p.end > page.start and p.start < page.end]
    return [
        {
            "start": p.start,
            "end": p.end,
            "text": " ".join(document.text[p.start : p.end].split()),
            "codings": [c for c in codings if c.start < p.end and c.end > p.start],
        }
        for p in here
    ]


def code_named(text: str, codebook: Codebook) -> tuple[str, str] | None:
    """The (family, code) that a person means: "family: label" as the page offers it, a label, an id, or the
    beginning of a label that no other has. None where that is no code or could be several."""
    wanted = " ".join(text.split()).casefold()
    named = [((f.id, c.id), _names(f.id, c)) for f in codebook.families for c in f.codes]
    whole = [pair for pair, names in named if wanted in names]
    begun = [pair for pair, names in named if wanted and any(name.startswith(wanted) for name in names)]
    found = whole or begun
    return found[0] if len(found) == 1 else None


def _names(family: str, code: Code) -> tuple[str, ...]:
    label = code.label.casefold()
    return f"{family}: {label}".casefold(), label, code.id, f"{family}: {code.id}"


def said(coding: Coding, names: Mapping[tuple[str, str], str]) -> str:
    """A coding in words: code, side, status, and how sure the machine was."""
    sure = f", {coding.confidence * 100:.0f} % sure" if coding.method != "human" else ""
    return f"{names[coding.family, coding.code]}, {coding.domain}, {coding.status}{sure}"


def history(coding: Coding, decisions: Sequence[Decision], names: Mapping[tuple[str, str], str]) -> list[str]:
    """What was decided on a coding, a line each, the oldest first."""
    undone = {d.undoes for d in decisions if d.action == "undo"}
    about = [d for d in decisions if d.coding_id == coding.id or (d.action == "add" and _same(d, coding))]
    return [_line(d, names) + (" (taken back)" if d.id in undone else "") for d in about]


def _same(decision: Decision, coding: Coding) -> bool:
    place = decision.document_id, decision.start, decision.end, decision.family, decision.code
    return place == (coding.document_id, coding.start, coding.end, coding.family, coding.code)


def _line(d: Decision, names: Mapping[tuple[str, str], str]) -> str:
    what = f": {names.get((d.family, d.code), d.code)}, {d.domain}, {d.status}" if d.action in ("recode", "add") else ""
    note = f": {d.note}" if d.note else ""
    return f"{d.at[:16].replace('T', ' ')} {d.coder}: {'settled as ' if d.settled else ''}{d.action}{what}{note}"


def domains(codebook: Codebook) -> list[tuple[str, str]]:
    """The sides that a coding can be on, with their names."""
    return [*((d.id, d.label) for d in codebook.domains), (BOTH, "both sides"), (OTHER, "neither side")]


def statuses() -> list[tuple[str, str]]:
    return [(status, status) for status in get_args(Status)]
