"""What a coder who works blind may open: until their sample is done, nothing of what machine or others made."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from pipeline.decisions.decision import JUDGEMENTS
from pipeline.double_coding import Unit
from pipeline.review import compared
from pipeline.review.answers import Show, who
from pipeline.review.desk import Desk

OPEN = ("/blind", "/coders", "/codebook", "/image", "/static")  # pages, and what is under them


class StillBlind(Exception):  # noqa: N818 - no fault, but what the page says
    """A page that stays closed; `left` sentences are to be coded first."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


def left_of(desk: Desk, coder: str) -> list[Unit]:
    """The sentences of the sample that a coder has not looked at, by place."""
    seen = {unit for unit, given in compared.work(desk).get(coder, {}).items() if given is not None}
    return [unit for unit in compared.sample(desk) if unit not in seen]


def blind_left(desk: Desk, coder: str) -> int:
    """How many sentences a coder who works blind has left; 0 for one who does not: whose last judgement, of those that
    stand, was open, or who is done with the sample."""
    undone = {d.undoes for d in desk.decisions if d.action == "undo"}
    judged = (d for d in reversed(desk.decisions) if d.coder == coder and d.action in (*JUDGEMENTS, "note", "seen"))
    last = next((d for d in judged if d.id not in undone), None)
    return len(left_of(desk, coder)) if last is not None and last.blind else 0


def gate(desk: Desk) -> Callable[[Request], None]:
    """What every request passes. Raises StillBlind where a blind coder asks for a page that is closed to them."""

    def check(request: Request) -> None:
        if f"/{request.url.path.split('/')[1]}" not in OPEN and (left := blind_left(desk, who(request))):
            raise StillBlind(left)

    return check


def add_page(app: FastAPI, show: Show) -> None:
    """The page that stands in for a closed one."""

    @app.exception_handler(StillBlind)
    def closed(request: Request, error: StillBlind) -> HTMLResponse:
        return show("blind_closed", request, status=403, here="/coders", left=error.left)
