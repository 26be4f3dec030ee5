"""The pages to look at: matrix, cell, queue, a coding beside its page, a paper page by page."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from pipeline.codebook import Code
from pipeline.evidence import code_labels
from pipeline.export.island import byline
from pipeline.records import Coding
from pipeline.review import pages
from pipeline.review.answers import Show
from pipeline.review.desk import Desk, is_open
from pipeline.review.images import page_image
from pipeline.review.sequence import Listed, sequence
from pipeline.stopping import still_unread
from pipeline.triage import ORDERS


def add_lists(app: FastAPI, desk: Desk, show: Show) -> None:
    """The pages of lists: the matrix, a cell of it, the queue."""

    @app.get("/")
    def matrix(request: Request) -> HTMLResponse:
        desk.catch_up()
        papers = list(desk.papers.values())
        counts = desk.remember("matrix", lambda: pages.matrix(papers, desk.held, desk.codebook))
        return show("matrix", request, here="/", **counts)

    @app.get("/cell/{family}/{code}/{side}")
    def cell(
        request: Request,
        family: str,
        code: str,
        side: str,
        start: Annotated[int, Query(alias="from", ge=1)] = 1,
        beside: str = "",
    ) -> HTMLResponse:
        desk.catch_up()
        within = f"cell:{family}:{code}:{side}"
        found = sequence(within, desk)
        shown = [c for i in found.ids[start - 1 : start - 1 + pages.PER_PAGE] if (c := desk.find(i))]
        chosen = next((c for c in shown if c.id == beside), shown[0] if shown else None)
        return show(
            "cell",
            request,
            heading=found.name,
            shown=shown,
            beside=chosen.id if chosen else "",
            picture=_picture(desk, chosen) if chosen else None,
            total=len(found.ids),
            first=start,
            per_page=pages.PER_PAGE,
            within=within,
            bylines=bylines(desk),
        )

    @app.get("/queue")
    def queue(request: Request, order: str = "influential", family: str = "") -> HTMLResponse:
        desk.catch_up()
        order = order if order in ORDERS else ORDERS[0]
        within = f"queue:{order}:{family}"
        found = sequence(within, desk)
        left = [c for i in found.ids if (c := desk.find(i)) and is_open(c)]
        return show(
            "queue",
            request,
            here="/queue",
            order=order,
            orders=[(name, name) for name in ORDERS],
            family=family,
            family_names=[(f.id, f.label) for f in desk.codebook.families],
            left=len(left),
            hint=_hint(desk, left),
            within=within,
            items=[{"coding": c, "why": found.reasons.get(c.id, "")} for c in left[: pages.PER_PAGE]],
            bylines=bylines(desk),
        )


def add_places(app: FastAPI, desk: Desk, show: Show) -> None:
    """The pages of places: a coding beside its page, a paper's page, and its picture."""

    @app.get("/coding/{coding_id}")
    def coding(request: Request, coding_id: str) -> HTMLResponse:
        desk.catch_up()
        found = desk.find(coding_id)
        if found is None:
            return show("gone", request, status=404)
        within = request.query_params.get("in", "") or f"paper:{found.document_id}"
        return show("coding", request, **_coding(desk, found, sequence(within, desk), within))

    @app.get("/paper/{document_id}")
    def paper(request: Request, document_id: str, page: int = 1) -> HTMLResponse:
        desk.catch_up()
        if document_id not in desk.papers:
            return show("gone", request, status=404)
        return show("paper", request, **_paper(desk, document_id, page))

    @app.get("/image/{document_id}/{page}.png")
    def image(document_id: str, page: int) -> Response:
        known = desk.papers.get(document_id)
        if known is None or not known.full_text or not 1 <= page <= known.pages:
            return Response(status_code=404)
        settings = desk.settings
        path = settings.corpus / known.path
        kept = page_image(path, page, settings.out, document_id, settings.memory_mb_per_worker)
        return FileResponse(kept, media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


def _picture(desk: Desk, coding: Coding) -> dict[str, Any]:
    """The page on which a coding stands, with its codings outlined."""
    document = desk.document(coding.document_id)
    page = document.page_at(coding.start)
    outlined = pages.outlined(document, page, desk.of_paper(coding.document_id), chosen=coding.id)
    return {"page": pages.page_of(document, page), "outlined": outlined}


def _hint(desk: Desk, unread: Sequence[Coding]) -> str:
    """How many of the codings that nobody judged are probably right, from those judged, in the order of judging."""
    judged = sorted((c for c in desk.codings if c.reviewed_at), key=lambda c: c.reviewed_at)
    read = [(c.review_status != "rejected", m.confidence) for c in judged if (m := desk.machine(c))]
    hint = still_unread(read, [coding.confidence for coding in unread])
    if not hint.window:
        return ""
    told = f"about {hint.expected:.0f} of them are right, at 95 % no more than {hint.most}"
    return f"From those judged so far: {told}."


def bylines(desk: Desk) -> dict[str, str]:
    """Authors and year of every paper, in short; its file where it has neither."""
    papers = desk.papers.items()
    return desk.remember(
        "bylines", lambda: {i: byline(p.metadata.authors, p.metadata.year) or p.path for i, p in papers}
    )


def _coding(desk: Desk, coding: Coding, within: Listed, name: str) -> dict[str, Any]:
    """The values of a coding's page."""
    paper = desk.papers[coding.document_id]
    at = within.place(coding.id)
    ids = within.ids
    machine = desk.machine(coding)
    return {
        "coding": coding,
        "code": _code(desk, coding),
        "within": name,
        "place": f"{at + 1} of {len(ids)}" if at >= 0 else "not in this list any more",
        "before": ids[at - 1] if at > 0 else "",
        "after": ids[at + 1] if at + 1 < len(ids) else "",
        "back": within.address,
        "back_name": within.name,
        "why": within.reasons.get(coding.id, ""),
        "machine": pages.said(machine, code_labels(desk.codebook)) if machine else "",
        "history": pages.history(coding, desk.decisions, code_labels(desk.codebook)),
        **pages.about_coding(coding, paper, desk.document(coding.document_id), desk.of_paper(coding.document_id)),
    }


def _code(desk: Desk, coding: Coding) -> Code:
    families = {family.id: family for family in desk.codebook.families}
    return next(code for code in families[coding.family].codes if code.id == coding.code)


def _paper(desk: Desk, document_id: str, number: int) -> dict[str, Any]:
    """The values of the page that shows page `number` of a paper."""
    document = desk.document(document_id)
    page = document.pages[min(max(number, 1), len(document.pages)) - 1]
    about = desk.papers[document_id]
    codings = desk.of_paper(document_id)
    return {
        "document_id": document_id,
        "title": about.metadata.title or about.path,
        "byline": byline(about.metadata.authors, about.metadata.year) or about.path,
        "pages": len(document.pages),
        "page": pages.page_of(document, page),
        "passages": pages.passages_on(document, page, desk.passages(document_id), codings),
        "words": pages.words_on(document, page),
        "outlined": pages.outlined(document, page, codings),
    }
