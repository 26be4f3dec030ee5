"""Who is asking, and where to send them after something was done."""

import getpass
from collections.abc import Callable
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

Show = Callable[..., HTMLResponse]  # (template, request, **values) -> the page

COOKIE = "precedent_coder"
LONGEST = 60  # characters of a coder's name


def who(request: Request) -> str:
    """The name under which this browser codes: the one it was given, else the user's of this machine."""
    named = " ".join(unquote(request.cookies.get(COOKIE, "")).split())[:LONGEST]
    return named or _user()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a bare container knows no such user
        return "coder"


def to(address: str, said: str = "") -> RedirectResponse:
    """To another page of this server, with something to say there."""
    mark = "&" if "?" in address else "?"
    return RedirectResponse(f"{address}{mark}said={quote(said)}" if said else address, status_code=303)
