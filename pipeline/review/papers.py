"""The page of papers: drop new ones in, put their metadata right, take one out, and run again."""

import math
import re
import tempfile
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from pipeline.adding import add_paper
from pipeline.decisions.decide import on_paper
from pipeline.decisions.decision import FIELDS, Action, Decision
from pipeline.errors import DecisionError, UnreadablePaper
from pipeline.export.island import byline
from pipeline.files import STATE, aside_prefix
from pipeline.records import Paper
from pipeline.review.answers import Show, to, who
from pipeline.review.desk import Desk
from pipeline.review.guard import UPLOAD, length, told
from pipeline.review.running import Runner

LARGEST = 300_000_000  # bytes of a paper


def add_routes(app: FastAPI, desk: Desk, show: Show) -> None:
    """The page and what it can do."""
    runner = Runner(desk.settings)

    @app.get("/papers")
    def papers(request: Request) -> HTMLResponse:
        desk.catch_up()
        return show("papers", request, here="/papers", fields=FIELDS, rows=_rows(desk), out=_out(desk), largest=LARGEST)

    @app.post(UPLOAD)
    async def upload(request: Request, name: str = "") -> PlainTextResponse:
        return await _uploaded(request, desk, name)

    @app.post("/papers/{action}")
    async def change(request: Request, action: str) -> RedirectResponse:
        form = await told(request)
        desk.take([_decision(desk, action, form, who(request))])
        return to("/papers", "Kept. The tables follow at the next run.")

    @app.post("/run")
    def run(_request: Request) -> RedirectResponse:
        runner.start()
        return to("/run")

    @app.get("/run")
    def running(request: Request) -> HTMLResponse:
        if not runner.going:
            desk.catch_up()
        return show("run", request, here="/papers", going=runner.going, ended=runner.ended, words=runner.words())


async def _uploaded(request: Request, desk: Desk, name: str) -> PlainTextResponse:
    """Take in a file that is sent; the answer says in words what became of it."""
    try:
        with tempfile.TemporaryDirectory(prefix=aside_prefix(), dir=desk.settings.out / STATE) as folder:
            file = Path(folder) / "paper.pdf"
            if await _received(request, file):
                return PlainTextResponse(await run_in_threadpool(_taken, desk, file, name))
    except OSError as error:
        return PlainTextResponse(f"{name}: not added: {error.strerror or error}", status_code=507)
    words = f"{name}: not added: it is larger than {LARGEST // 1_000_000} MB; copy it into the folder"
    return PlainTextResponse(f"{words} {desk.settings.corpus} yourself", status_code=413)


async def _received(request: Request, file: Path) -> bool:
    """Write what is sent to a file, piece by piece; False where it is larger than LARGEST, or says so beforehand."""
    size = 0
    if LARGEST < length(request) < math.inf:
        return False
    with file.open("wb") as handle:
        async for chunk in request.stream():
            size += len(chunk)
            if size > LARGEST:
                return False
            handle.write(chunk)
    return True


def _taken(desk: Desk, file: Path, name: str) -> str:
    """What became of a file that was sent, in words."""
    name = file_name(name)
    try:
        return add_paper(file, name, desk.settings)
    except (UnreadablePaper, OSError) as error:
        return f"{name}: not added: {error}"


def file_name(name: str) -> str:
    """A name that a browser gave, as the name of a PDF in the folder of papers and nowhere else."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w .,()+-]", "_", last).lstrip(". ")[-120:]
    return plain if plain.lower().endswith(".pdf") else f"{plain or 'paper'}.pdf"


def _decision(desk: Desk, action: str, form: dict[str, str], coder: str) -> Decision:
    """To exclude, include or put right a paper."""
    document_id = form.get("document_id", "")
    known = {**{p.document_id: p for p in desk.work.papers}, **desk.papers}
    paper = known.get(document_id)
    if action not in ("exclude", "include", "metadata") or paper is None:
        raise DecisionError(f"there is no paper to {action} here", document_id[:16], "load the list of papers anew")
    if action == "metadata":
        value = " ".join(form.get("value", "").split())
        return on_paper("metadata", coder, paper, desk.versions, field=form.get("field", ""), value=value)
    taken: Action = "exclude" if action == "exclude" else "include"
    return on_paper(taken, coder, paper, desk.versions, note=form.get("note", ""))


def _rows(desk: Desk) -> list[dict[str, object]]:
    return [_row(desk, paper) for paper in desk.papers.values()]


def _row(desk: Desk, paper: Paper) -> dict[str, object]:
    codings = desk.of_paper(paper.document_id)
    about = paper.metadata
    return {
        "document_id": paper.document_id,
        "title": about.title or paper.path,
        "byline": byline(about.authors, about.year),
        "path": paper.path,
        "domain": paper.domain,
        "pages": paper.pages,
        "codings": len(codings),
        "reviewed": sum(coding.review_status != "unreviewed" for coding in codings),
        "values": {
            "title": about.title,
            "authors": "; ".join(about.authors),
            "year": str(about.year or ""),
            "doi": about.doi,
            "journal": paper.journal,
        },
    }


def _out(desk: Desk) -> list[dict[str, object]]:
    """The files that are not in the tables; those that people took out can come back."""
    excluded = [(r, True) for r in desk.excluded]
    return [
        {"path": r.path, "kind": r.kind, "reason": r.reason, "remedy": r.remedy, "id": r.sha256, "back": back}
        for r, back in [*excluded, *((r, False) for r in desk.work.rejected)]
    ]
