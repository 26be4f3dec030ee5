"""What people decide on the pages: judgements on codings, codings of their own, and taking back."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from pipeline.decisions.decide import addition, looked_at, on_coding
from pipeline.decisions.decision import JUDGEMENTS, Decision, made
from pipeline.documents import Document
from pipeline.errors import DecisionError
from pipeline.records import OTHER, Coding, Paper
from pipeline.review.answers import to, who
from pipeline.review.desk import Desk, is_open
from pipeline.review.guard import told
from pipeline.review.pages import code_named
from pipeline.review.sequence import sequence

LONGEST = 2000  # characters of a coding that people make


def add_routes(app: FastAPI, desk: Desk) -> None:
    """The pages' buttons; each answers with the page to look at next."""

    @app.post("/decide")
    async def decide(request: Request) -> RedirectResponse:
        form = await told(request)
        coding = _coding(desk, form)
        decision = made_on_coding(desk, coding, form, who(request))
        within = form.get("within", "")
        following = _after(desk, coding, within) if decision.action in ("accept", "reject") else coding.id
        desk.take([decision])
        return to(
            f"/coding/{following or coding.id}?in={within}", "" if following else "That was the last of this list."
        )

    @app.post("/undo")
    async def undo(request: Request) -> RedirectResponse:
        form = await told(request)
        at, within = form.get("coding_id", ""), form.get("within", "")
        here = f"/coding/{at}?in={within}" if at else "/missed"
        last = last_standing(desk.decisions, who(request))
        if last is None:
            return to(here, "There is nothing of yours to take back.")
        desk.take([made("undo", who(request), undoes=last.id, document_id=last.document_id)])
        if desk.find(last.coding_id):
            here = f"/coding/{last.coding_id}?in={within}"
        elif last.action == "seen" or not at:
            here = f"/missed?at={last.document_id}:{last.start}"
        return to(here, f"Taken back: {last.action}.")

    @app.post("/add")
    async def add(request: Request) -> RedirectResponse:
        form = await told(request)
        decision = made_on_words(desk, form, who(request))
        desk.take([decision])
        page = desk.document(decision.document_id).page_at(decision.start).number
        return to(f"/paper/{decision.document_id}?page={page}", "Coded.")


def _coding(desk: Desk, form: dict[str, str]) -> Coding:
    coding = desk.find(form.get("coding_id", ""))
    if coding is None:
        remedy = "go back to the list and load it anew"
        raise DecisionError("this coding is not there any more", form.get("coding_id", ""), remedy)
    return coding


def made_on_coding(desk: Desk, coding: Coding, form: dict[str, str], coder: str) -> Decision:
    """The decision that a form asks for on a coding."""
    action: Any = form.get("action", "")
    if action not in ("accept", "reject", "recode", "note"):
        raise DecisionError(f"no such decision: {action!r}", coding.id, "use the buttons of the page")
    said: dict[str, Any] = {}
    if action == "recode":
        family, code = _named(desk, form.get("code", ""))
        said = {"family": family, "code": code, "domain": form.get("domain", ""), "status": form.get("status", "")}
        machine = desk.machine(coding)
        if machine and all(getattr(machine, name) == value for name, value in said.items()):
            action = "accept"  # back to what the machine said
    text, paper = desk.document(coding.document_id).text, desk.papers[coding.document_id]
    note = form.get("note", "") if action == "note" else ""
    return on_coding(action, coder, coding, paper, text, desk.versions, **said, note=note)


def code_of(coding: Coding) -> str:
    """A coding's code as the pages' forms name it."""
    return f"{coding.family}: {coding.code}"


def _named(desk: Desk, text: str) -> tuple[str, str]:
    found = code_named(text, desk.codebook)
    if found is None:
        remedy = "type part of a code's name until one is left, or choose it from the list"
        raise DecisionError(f"no one code of the codebook is called {text!r}", "code", remedy)
    return found


def made_on_words(desk: Desk, form: dict[str, str], coder: str, blind: bool = False) -> Decision:
    """A coding that a person makes on words of a paper."""
    paper, document, start, end = _words(desk, form)
    domain = form.get("domain", "") or _domain(desk, paper.document_id, start, end)
    coded = (*_named(desk, form.get("code", "")), domain, form.get("status", "") or "asserted")
    note = form.get("note", "")
    return addition(coder, paper, document.text, start, end, *coded, desk.versions, note=note, blind=blind)


def marked_seen(desk: Desk, form: dict[str, str], coder: str, blind: bool = False) -> Decision:
    """That a coder looked at a sentence and holds no more of it than the codes that they gave it."""
    paper, document, start, end = _words(desk, form)
    domain = form.get("domain", "")
    return looked_at(coder, paper, document.text, start, end, desk.versions, domain=domain, blind=blind)


def _words(desk: Desk, form: dict[str, str]) -> tuple[Paper, Document, int, int]:
    """The paper, its document, and the offsets that a form speaks of."""
    paper = desk.papers.get(form.get("document_id", ""))
    if paper is None:
        raise DecisionError("this paper is not in the tables", "", "load the page anew")
    document = desk.document(paper.document_id)
    return paper, document, *_span(document, form)


def _span(document: Document, form: dict[str, str]) -> tuple[int, int]:
    """The offsets that were chosen."""
    try:
        start, end = int(form.get("start", "")), int(form.get("end", ""))
    except ValueError:
        start = end = 0
    chosen = document.text[max(start, 0) : end]
    if not chosen.strip() or start < 0 or len(chosen) > LONGEST:
        remedy = f"choose a sentence, or words of one, up to {LONGEST} characters"
        raise DecisionError("no words were chosen", document.id, remedy)
    return start, end


def _domain(desk: Desk, document_id: str, start: int, end: int) -> str:
    """The side of the sentence in which a span stands."""
    sides = zip(desk.passages(document_id), desk.passage_domains(document_id), strict=True)
    return next((side for passage, side in sides if passage.start < end and passage.end > start), OTHER)


def _after(desk: Desk, coding: Coding, within: str) -> str:
    """The next coding of a list that nobody decided; empty where that was the last."""
    listed = sequence(within, desk)
    at = listed.place(coding.id)
    later = (*listed.ids[at + 1 :], *listed.ids[: max(at, 0)])
    return next((i for i in later if (c := desk.find(i)) and is_open(c)), "")


def last_standing(decisions: tuple[Decision, ...], coder: str, blind: bool = False) -> Decision | None:
    """The coder's latest decision on a sentence, made blind or not, that was not taken back."""
    undone = {d.undoes for d in decisions if d.action == "undo"}
    of_codings = (*JUDGEMENTS, "note", "seen")
    mine = (d for d in reversed(decisions) if d.coder == coder and d.action in of_codings and d.blind == blind)
    return next((d for d in mine if d.id not in undone), None)
