"""Decisions made from what a person sees: a coding, a stretch of a paper's text, a paper."""

from collections.abc import Mapping
from typing import Any

from pipeline.decisions.anchor import around
from pipeline.decisions.decision import Action, Decision, made
from pipeline.records import Coding, Paper, Status


def on_coding(
    action: Action,
    coder: str,
    coding: Coding,
    paper: Paper,
    text: str,
    versions: Mapping[str, str],
    *,
    family: str = "",
    code: str = "",
    domain: str = "",
    status: Status | str = "",
    note: str = "",
    settled: bool = False,
    blind: bool = False,
) -> Decision:
    """To accept, reject, recode or note a coding as it is shown, the machine's or a person's.

    What is not given of family, code, domain and status is as shown; `text` is that of the coding's document,
    `versions` those of the Results. Raises DecisionError where what the action needs is missing.
    """
    said = {
        "family": family or coding.family,
        "code": code or coding.code,
        "domain": domain or coding.domain,
        "status": status or coding.status,
    }
    original = {
        "original_family": coding.original_family or coding.family,
        "original_code": coding.original_code or coding.code,
        "original_domain": coding.original_domain or coding.domain,
        "original_status": coding.original_status or coding.status,
    }
    told = {**(said if action in ("accept", "recode") else {}), **original, "coding_id": coding.id}
    place = _place(paper, text, coding.start, coding.end)
    return made(
        action, coder, **_about(paper, versions), **place, **told, note=note, settled=settled, blind=blind
    )  # the order of fields in the log is that of Decision


def addition(
    coder: str,
    paper: Paper,
    text: str,
    start: int,
    end: int,
    family: str,
    code: str,
    domain: str,
    status: Status | str,
    versions: Mapping[str, str],
    *,
    note: str = "",
    blind: bool = False,
) -> Decision:
    """To code [start, end) of a paper's text, of which blanks at either end are left out.

    Raises DecisionError where nothing is left.
    """
    quote = text[start:end]
    start, end = start + len(quote) - len(quote.lstrip()), end - (len(quote) - len(quote.rstrip()))
    said = {"family": family, "code": code, "domain": domain, "status": status}
    place = _place(paper, text, start, max(start, end))
    return made("add", coder, **_about(paper, versions), **place, **said, note=note, blind=blind)


def looked_at(
    coder: str,
    paper: Paper,
    text: str,
    start: int,
    end: int,
    versions: Mapping[str, str],
    *,
    domain: str = "",
    blind: bool = False,
) -> Decision:
    """That a coder looked at the sentence [start, end), and holds no more of it than the codes that they gave it."""
    return made("seen", coder, **_about(paper, versions), **_place(paper, text, start, end), domain=domain, blind=blind)


def on_paper(
    action: Action, coder: str, paper: Paper, versions: Mapping[str, str], *, note: str = "", **told: Any
) -> Decision:
    """To exclude a paper (the reason is `note`), include it again, or put right its metadata (`field`, `value`)."""
    return made(action, coder, **_about(paper, versions), document_id=paper.document_id, note=note, **told)


def _place(paper: Paper, text: str, start: int, end: int) -> dict[str, Any]:
    before, after = around(text, start, end)
    place = {"document_id": paper.document_id, "start": start, "end": end, "quote": text[start:end]}
    return {**place, "before": before, "after": after}


def _about(paper: Paper, versions: Mapping[str, str]) -> dict[str, str]:
    about = {"citation_key": paper.citation_key, "title": paper.metadata.title, "doi": paper.metadata.doi}
    return {**about, **{name: versions[name] for name in ("model_version", "codebook_version")}}
