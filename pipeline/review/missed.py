"""The page of what the machine may have missed: sentences without a coding, those likeliest to hold one first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.decisions.apply import counted
from pipeline.records import Chance
from pipeline.review import pages
from pipeline.review.answers import Show, to, who
from pipeline.review.chances import Chances
from pipeline.review.compared import anchored
from pipeline.review.deciding import made_on_words, marked_seen
from pipeline.review.desk import Desk
from pipeline.review.guard import told
from pipeline.screening import reading_order
from pipeline.stopping import Unread, still_unread

STEP = 10  # sentences read before the order is made anew, as in the benchmark of the order

Place = tuple[str, int]  # document id, place among its sentences from 0
Known = Mapping[str, tuple[Chance, ...]]


@dataclass(frozen=True, slots=True)
class Screened:
    """What people looked at: `read` the sentences that the machine left uncoded, in the order of reading, and `judged`
    those in which a coding of it was judged, each with whether it holds a code; `coded` all that have a coding."""

    read: Mapping[Place, bool]
    judged: Mapping[Place, bool]
    coded: frozenset[Place]


def add_routes(app: FastAPI, desk: Desk, show: Show) -> None:
    """The page and what it posts."""
    chances, order = Chances(desk), _Order()

    @app.get("/missed")
    def missed(request: Request, at: str = "", n: int = 0) -> HTMLResponse:
        desk.catch_up()
        known, done = chances.known(), desk.remember("screened", lambda: screened(desk))
        listed = order.now(known, done)
        n = min(max(n, 0), max(len(listed) - 1, 0))
        values = {"left": len(listed), "n": n, "ready": len(known), "fault": chances.fault}
        place = asked(desk, at) or (listed[n] if listed else None)
        if place is None:
            return show("missed_none", request, here="/missed", **values)
        chance = known[place[0]][place[1]].any if place[0] in known else None
        hint = in_words(unread(known, done, listed), len(done.read), len(listed))
        return show("missed", request, here="/missed", hint=hint, chance=chance, **values, **_shown(desk, place))

    @app.post("/missed/add")
    async def add(request: Request) -> RedirectResponse:
        form = await told(request)
        decision = made_on_words(desk, form, who(request))
        desk.take([decision])
        return to(f"/missed?at={decision.document_id}:{decision.start}&n={_number(form)}")

    @app.post("/missed/seen")
    async def seen(request: Request) -> RedirectResponse:
        form = await told(request)
        desk.take([marked_seen(desk, form, who(request))])
        return to(f"/missed?n={_number(form)}")


def _number(form: Mapping[str, str]) -> int:
    """How many sentences the reader had passed over."""
    n = form.get("n", "")
    return int(n) if n.isdecimal() and len(n) < 9 else 0


class _Order:
    """The order of reading, which holds still for STEP sentences; a class because requests share it."""

    def __init__(self) -> None:
        self._made = 0, 0  # sentences read and papers known when it was made
        self._listed: list[Place] = []

    def now(self, known: Known, done: Screened) -> list[Place]:
        """The sentences that nobody coded or read, those most worth reading first."""
        read = {**done.judged, **done.read}
        before, papers = self._made
        if papers != len(known) or not before <= len(read) < before + STEP:
            self._listed = reading_order(known, read)
            self._made = len(read), len(known)
        return [place for place in self._listed if place not in read and place not in done.coded]


def screened(desk: Desk) -> Screened:
    """What people looked at, by the decisions that stand."""
    held: dict[Place, list[bool]] = {}  # whether each coding of a sentence stands
    by_machine: set[Place] = set()
    when: dict[Place, str] = {}
    for coding in desk.codings:
        for place in _places(desk, coding.document_id, coding.start, coding.end):
            held.setdefault(place, []).append(counted(coding))
            if desk.machine(coding):
                by_machine.add(place)
            if coding.reviewed_at:
                when[place] = min(coding.reviewed_at, when.get(place, coding.reviewed_at))
    for d in anchored(desk):
        if d.action == "seen":
            for place in _places(desk, d.document_id, d.start, d.end):
                when[place] = min(d.at, when.get(place, d.at))
    read = {place: any(held.get(place, ())) for place in sorted(when, key=lambda p: (when[p], p))}
    return Screened(
        {place: found for place, found in read.items() if place not in by_machine},
        {place: found for place, found in read.items() if place in by_machine},
        frozenset(place for place, stands in held.items() if any(stands)),
    )


def _places(desk: Desk, document_id: str, start: int, end: int) -> list[Place]:
    return [(document_id, at) for at in desk.sentences_at(document_id, start, end)]


def unread(known: Known, done: Screened, listed: list[Place]) -> Unread:
    """How many of the sentences listed hold a code, from those without a coding of the machine that were read."""

    def chance(place: Place) -> float:
        return known[place[0]][place[1]].any

    read = [(found, chance(place)) for place, found in done.read.items() if place[0] in known]
    return still_unread(read, [chance(place) for place in listed])


def in_words(hint: Unread, read: int, left: int) -> str:
    """The hint on when to stop, with where it comes from."""
    if not hint.window:
        return ""
    return (
        f"Of the {left} sentences left about {hint.expected:.0f} probably hold a code, and at 95 % no more than "
        f"{hint.most}, going by the {read} that were read (a hypergeometric test on the last {hint.window}: Callaghan "
        "& Müller-Hansen 2020, Systematic Reviews 9:273)."
    )


def asked(desk: Desk, at: str) -> Place | None:
    """The sentence that an address names as DOCUMENT:OFFSET; None where there is none."""
    document_id, _, offset = at.partition(":")
    if document_id not in desk.papers or not offset.isdecimal() or len(offset) > 12:
        return None
    found = _places(desk, document_id, int(offset), int(offset) + 1)
    return found[0] if found else None


def _shown(desk: Desk, place: Place) -> dict[str, Any]:
    document_id, at = place
    passage, document = desk.passages(document_id)[at], desk.document(document_id)
    here = [c for c in desk.of_paper(document_id) if c.start < passage.end and c.end > passage.start and counted(c)]
    return {"codings": here, **pages.about_sentence(document, desk.papers[document_id], passage.start, passage.end)}
