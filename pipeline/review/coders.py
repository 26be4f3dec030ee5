"""The pages of coders: who codes, the second coder's blind work, how far coders agree, and what they settle."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.agreement import Disagreement
from pipeline.decisions.decision import JUDGEMENTS, Decision, made
from pipeline.double_coding import Unit
from pipeline.errors import DecisionError
from pipeline.evidence import code_labels
from pipeline.records import Coding
from pipeline.review import compared, double, pages
from pipeline.review.answers import COOKIE, LONGEST, Show, to, who
from pipeline.review.blinded import blind_left, left_of
from pipeline.review.deciding import code_of, last_standing, made_on_coding, made_on_words, marked_seen
from pipeline.review.desk import Desk
from pipeline.review.guard import told
from pipeline.review.looking import bylines


def add_routes(app: FastAPI, desk: Desk, show: Show) -> None:
    """The pages and what they post."""
    _add_names(app, desk, show)
    _add_blind(app, desk, show)
    _add_settling(app, desk, show)


def _add_names(app: FastAPI, desk: Desk, show: Show) -> None:
    @app.get("/coders")
    def coders(request: Request) -> HTMLResponse:
        desk.catch_up()
        sample, left = compared.sample(desk), left_of(desk, who(request))
        return show(
            "coders",
            request,
            here="/coders",
            people=_people(desk),
            rows=compared.agreement_of(desk),
            open=len(compared.disputed(desk)),
            sample=len(sample),
            done=len(sample) - len(left),
            blind=blind_left(desk, who(request)),
        )

    @app.post("/coders/name")
    async def name(request: Request) -> RedirectResponse:
        named = " ".join((await told(request)).get("name", "").split())[:LONGEST]
        answer = to("/coders", f"You code as {named}." if named else "You code under the name of this computer's user.")
        answer.set_cookie(COOKIE, quote(named), max_age=31_536_000, httponly=True, samesite="strict")
        return answer

    @app.post("/coders/sample")
    async def sample(request: Request) -> RedirectResponse:
        drawn = double.draw(desk.coded(), desk.passages, double.drawn_shares(desk.decisions))
        desk.take([made("sample", who(request), value=drawn)])
        return to("/coders", f"The sample has {len(compared.sample(desk))} sentences.")


def _add_blind(app: FastAPI, desk: Desk, show: Show) -> None:
    @app.get("/blind")
    def blind(request: Request) -> HTMLResponse:
        desk.catch_up()
        coder = who(request)
        left = left_of(desk, coder)
        if not left:
            return show("blind_done", request, here="/coders")
        return show("blind", request, here="/coders", left=len(left), **_sentence(desk, left[0], coder))

    @app.post("/blind/add")
    async def add(request: Request) -> RedirectResponse:
        form = await told(request)
        desk.take([made_on_words(desk, form, who(request), blind=True)])
        return to("/blind")

    @app.post("/blind/undo")
    async def undo(request: Request) -> RedirectResponse:
        last = last_standing(desk.decisions, who(request), blind=True)
        if last is None:
            return to("/blind", "There is nothing of yours to take back.")
        desk.take([made("undo", who(request), undoes=last.id, document_id=last.document_id)])
        return to("/blind", "Taken back: your last step.")

    @app.post("/blind/seen")
    async def seen(request: Request) -> RedirectResponse:
        desk.take([marked_seen(desk, await told(request), who(request), blind=True)])
        return to("/blind")


def _add_settling(app: FastAPI, desk: Desk, show: Show) -> None:
    @app.get("/disagreements")
    def listed(request: Request) -> HTMLResponse:
        desk.catch_up()
        rows = [_dispute(desk, d) for d in sorted(compared.differing(desk), key=lambda d: d.settled)]
        return show("disagreements", request, here="/coders", rows=rows, bylines=bylines(desk))

    @app.post("/settle")
    async def settle(request: Request) -> RedirectResponse:
        form = await told(request)
        wanted = form.get("document_id", ""), form.get("start", ""), form.get("end", ""), form.get("family", "")
        found = ((d, (*map(str, d.unit), d.family)) for d in compared.differing(desk))
        dispute = next((d for d, named in found if named == wanted), None)
        if dispute is None or form.get("for") not in dispute.said:
            raise DecisionError("there is no such disagreement", wanted[0][:16], "load the list of disagreements anew")
        desk.take(_settlement(desk, dispute, form["for"], who(request)))
        return to("/disagreements", "Settled.")


# ---- what the pages show ----


def _people(desk: Desk) -> list[tuple[str, int, int]]:
    """Every coder with their judgements, and how many of these were made blind."""
    judged = [d for d in desk.decisions if d.action in JUDGEMENTS]
    blind = Counter(d.coder for d in judged if d.blind)
    return [(coder, n, blind[coder]) for coder, n in sorted(Counter(d.coder for d in judged).items())]


def _sentence(desk: Desk, unit: Unit, coder: str) -> dict[str, Any]:
    """A sentence of the sample, without what machine or others made of it, and what this coder did."""
    document_id, start, end = unit
    mine = [d for d in desk.standing() if d.coder == coder and d.blind and d.action == "add" and d.quote]
    here = [d for d in mine if d.document_id == document_id and d.start < end and d.end > start]
    return {"mine": here, **pages.about_sentence(desk.document(document_id), desk.papers[document_id], start, end)}


def _dispute(desk: Desk, dispute: Disagreement) -> dict[str, Any]:
    document_id, start, end = dispute.unit
    text = desk.text(document_id)[start:end]
    names = code_labels(desk.codebook)
    said = {coder: [_named(names, dispute.family, code) for code in codes] for coder, codes in dispute.said.items()}
    return {"dispute": dispute, "quote": " ".join(text.split()), "said": said, "document_id": document_id}


def _named(names: Mapping[tuple[str, str], str], family: str, code_and_status: str) -> str:
    code, _, status = code_and_status.partition(" ")
    return " ".join(part for part in (names.get((family, code), code), status) if part)


def _settlement(desk: Desk, dispute: Disagreement, side: str, coder: str) -> list[Decision]:
    """The decisions that settle a dispute as the coder `side` has it."""
    document_id, start, end = dispute.unit
    codings = [c for c in desk.of_paper(document_id) if c.start < end and c.end > start]
    place = {"document_id": document_id, "start": str(start), "end": str(end)}

    def judge(coding: Coding, status: str | None) -> Decision:
        if status is None:
            return made_on_coding(desk, coding, {"action": "reject"}, coder)
        form = {"action": "recode", "code": code_of(coding), "domain": coding.domain, "status": status or coding.status}
        return made_on_coding(desk, coding, form, coder)

    def add(code: str, status: str) -> Decision:
        return made_on_words(desk, {**place, "code": f"{dispute.family}: {code}", "status": status}, coder)

    return double.settlement(dispute, side, codings, judge, add)
