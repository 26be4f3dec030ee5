"""The pages of coders: who codes, the second coder's blind work, how far coders agree, and what they settle."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.agreement import Coders, Disagreement, agreement, disagreements
from pipeline.decisions.anchor import anchor
from pipeline.decisions.decision import JUDGEMENTS, Decision, made
from pipeline.double_coding import Unit
from pipeline.errors import DecisionError
from pipeline.evidence import codes_of
from pipeline.export.places import context
from pipeline.records import Coding
from pipeline.review import double, pages
from pipeline.review.answers import COOKIE, LONGEST, Show, to, who
from pipeline.review.deciding import code_of, made_on_coding, made_on_words
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
        by_coder = _given(desk)
        open_ones = [d for d in _disagreements(desk, by_coder) if not d.settled]
        sample = _sample(desk)
        return show(
            "coders",
            request,
            here="/coders",
            people=_people(desk),
            rows=agreement(by_coder, list(codes_of(desk.codebook))) if len(by_coder) > 1 else (),
            open=len(open_ones),
            sample=len(sample),
            done=sum(by_coder.get(who(request), {}).get(unit) is not None for unit in sample),
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
        return to("/coders", f"The sample has {len(_sample(desk))} sentences.")


def _add_blind(app: FastAPI, desk: Desk, show: Show) -> None:
    @app.get("/blind")
    def blind(request: Request) -> HTMLResponse:
        desk.catch_up()
        coder = who(request)
        seen = {unit for unit, given in _given(desk).get(coder, {}).items() if given is not None}
        left = [unit for unit in _sample(desk) if unit not in seen]
        if not left:
            return show("blind_done", request, here="/coders")
        return show("blind", request, here="/coders", left=len(left), **_sentence(desk, left[0], coder))

    @app.post("/blind/add")
    async def add(request: Request) -> RedirectResponse:
        form = await told(request)
        desk.take([made_on_words(desk, form, who(request), blind=True)])
        return to("/blind")

    @app.post("/blind/seen")
    async def seen(request: Request) -> RedirectResponse:
        form = await told(request)
        document_id, start, end = form.get("document_id", ""), int(form.get("start", "0")), int(form.get("end", "0"))
        place = desk.place(document_id, start, end)
        desk.take([made("seen", who(request), blind=True, domain=form.get("domain", ""), **place)])
        return to("/blind")


def _add_settling(app: FastAPI, desk: Desk, show: Show) -> None:
    @app.get("/disagreements")
    def listed(request: Request) -> HTMLResponse:
        desk.catch_up()
        found = _disagreements(desk, _given(desk))
        rows = [_dispute(desk, d) for d in sorted(found, key=lambda d: d.settled)]
        return show("disagreements", request, here="/coders", rows=rows, bylines=bylines(desk))

    @app.post("/settle")
    async def settle(request: Request) -> RedirectResponse:
        form = await told(request)
        wanted = form.get("document_id", ""), int(form.get("start", "0")), int(form.get("end", "0"))
        found = _disagreements(desk, _given(desk))
        dispute = next((d for d in found if d.unit == wanted and d.family == form.get("family", "")), None)
        if dispute is None or form.get("for") not in dispute.said:
            raise DecisionError("there is no such disagreement", wanted[0][:16], "load the list of disagreements anew")
        desk.take(_settlement(desk, dispute, form["for"], who(request)))
        return to("/disagreements", "Settled.")


# ---- what the pages show ----


def _anchored(desk: Desk) -> tuple[Decision, ...]:
    """The decisions that stand, where they belong now; the samples apart, which have no place."""
    placed = [d for d in desk.decisions if d.action != "sample"]
    machine = {coding.id for codings in desk.machine_codings.values() for coding in codings}
    return anchor(placed, list(desk.papers.values()), machine, lambda i: desk.document(i).text).decisions


def _given(desk: Desk) -> Coders:
    return double.given(_anchored(desk), desk.machine_codings, desk.passages)


def _disagreements(desk: Desk, by_coder: Coders) -> tuple[Disagreement, ...]:
    """Those on codes and statuses; the side is settled by recoding."""
    found = disagreements(by_coder, double.settled(_anchored(desk), desk.passages))
    return tuple(d for d in found if d.what != "domain")


def _sample(desk: Desk) -> tuple[Unit, ...]:
    return double.sampled(desk.coded(), desk.passages, double.drawn_shares(desk.decisions))


def _people(desk: Desk) -> list[tuple[str, int, int]]:
    """Every coder with their judgements, and how many of these were made blind."""
    judged = [d for d in desk.decisions if d.action in JUDGEMENTS]
    blind = Counter(d.coder for d in judged if d.blind)
    return [(coder, n, blind[coder]) for coder, n in sorted(Counter(d.coder for d in judged).items())]


def _sentence(desk: Desk, unit: Unit, coder: str) -> dict[str, Any]:
    """A sentence of the sample, without what machine or others made of it, and what this coder did."""
    document_id, start, end = unit
    document, paper = desk.document(document_id), desk.papers[document_id]
    page = document.page_at(start)
    mine = [d for d in desk.standing() if d.coder == coder and d.blind and d.action == "add" and d.quote]
    here = [d for d in mine if d.document_id == document_id and d.start < end and d.end > start]
    return {
        "document_id": document_id,
        "start": start,
        "end": end,
        "quote": " ".join(document.text[start:end].split()),
        "around": context(document, start, end),
        "title": paper.metadata.title or paper.path,
        "byline": bylines(desk)[document_id],
        "page": pages.page_of(document, page),
        "outlined": [(box, "chosen") for box in document.boxes(start, end) if box.page == page.number],
        "mine": here,
    }


def _dispute(desk: Desk, dispute: Disagreement) -> dict[str, Any]:
    document_id, start, end = dispute.unit
    text = desk.document(document_id).text[start:end]
    names = pages.labels(desk.codebook)
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
