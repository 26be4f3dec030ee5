"""The pages of the codebook: what a code means, what was accepted and rejected, what another term would do."""

import shlex
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from pipeline.codebook import Code
from pipeline.evidence import code_labels
from pipeline.learning import last
from pipeline.records import Coding
from pipeline.review.answers import Show, who
from pipeline.review.blinded import blind_left
from pipeline.review.desk import Desk
from pipeline.review.looking import bylines
from pipeline.review.proposal import Change, effect

EXAMPLES = 8
SHOWN = 40  # sentences that a term would add or lose

CHANGES: list[tuple[Change, str]] = [
    ("terms", "counts by itself"),
    ("cued_terms", "counts beside a cue of the family"),
    ("unless", "vetoes what it overlaps"),
    ("without", "is taken out"),
]


def add_routes(app: FastAPI, desk: Desk, show: Show) -> None:
    """The codebook, and a page for each of its codes."""

    @app.get("/codebook")
    def codebook(request: Request) -> HTMLResponse:
        return show("codebook", request, here="/codebook")

    @app.get("/codebook/{family}/{code}")
    def code(request: Request, family: str, code: str, term: str = "", change: str = "terms") -> HTMLResponse:
        desk.catch_up()
        found = _found(desk, family, code)
        if found is None:
            return show("gone", request, status=404)
        values = {"code": found, "family": family, "term": term, "change": change, "changes": CHANGES}
        if blind_left(desk, who(request)):  # what a code means is theirs to read, what others gave it is not
            return show("code", request, here="/codebook", blind=True, **values)
        tried = _tried(desk, (family, code), change, term) if term else None
        values |= {"blind": False, "tried": tried, **_examples(desk, family, code)}
        return show("code", request, here="/codebook", **values)

    @app.get("/training")
    def training(request: Request) -> HTMLResponse:
        settings = desk.settings
        command = shlex.join(["precedent", "train", str(settings.corpus), "--out", str(settings.out)])
        return show("training", request, here="/codebook", command=command, own=settings.own_head, **_trained(desk))


def _trained(desk: Desk) -> dict[str, Any]:
    """What the last training gained, by family and code of the codebook."""
    told = last(desk.settings.out)
    names = code_labels(desk.codebook) | {(f.id, ""): f"{f.label} (family)" for f in desk.codebook.families}
    names["", ""] = "All codes"
    gains = [(names[key], gain) for gain in told.get("gains", []) if (key := (gain["family"], gain["code"])) in names]
    return {"gains": gains, "told": told}


def _found(desk: Desk, family: str, code: str) -> Code | None:
    codes = (c for f in desk.codebook.families if f.id == family for c in f.codes)
    return next((c for c in codes if c.id == code), None)


def _examples(desk: Desk, family: str, code: str) -> dict[str, Any]:
    """Codings that people confirmed, and those that they took the code from, the latest first."""
    held = [c for c in desk.codings if c.reviewed_at]
    latest = sorted(held, key=lambda c: c.reviewed_at, reverse=True)
    kept = [c for c in latest if (c.family, c.code) == (family, code) and c.review_status in _CONFIRMED]
    refused = [c for c in latest if _refused(c, family, code)]
    return {"kept": kept[:EXAMPLES], "refused": refused[:EXAMPLES], "bylines": bylines(desk)}


_CONFIRMED = ("accepted", "recoded", "added")


def _refused(coding: Coding, family: str, code: str) -> bool:
    if coding.review_status == "rejected":
        return (coding.family, coding.code) == (family, code)
    was = coding.original_family, coding.original_code
    return was == (family, code) != (coding.family, coding.code)


def _tried(desk: Desk, pair: tuple[str, str], change: str, term: str) -> dict[str, Any]:
    """What the term would do to the sentences of all papers, or what is wrong with it."""
    wanted: Change = next((name for name, _ in CHANGES if name == change), "terms")
    places = list(desk.sentences())
    try:
        found = effect(desk.codebook, pair, wanted, term, (text for _, _, text in places))
    except ValueError as error:
        return {"fault": str(error)}
    coded = {(c.document_id, c.start): c for c in desk.codings if (c.family, c.code) == pair}
    told = {
        name: [
            {"text": places[i][2], "document_id": places[i][0], "coding": coded.get(places[i][:2])} for i in at[:SHOWN]
        ]
        for name, at in (("gained", found.gained), ("lost", found.lost))
    }
    return {"fault": "", **told, "gains": len(found.gained), "loses": len(found.lost)}
