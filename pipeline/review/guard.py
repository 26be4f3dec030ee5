"""What the review pages answer to: this machine's own browser, on these very pages, and nothing else."""

import math
import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

LOOPBACK = "127.0.0.1"
TOKEN = "x-precedent-token"  # noqa: S105 - the name of a header, not a secret
LONGEST = 100_000  # bytes of a form
UPLOAD = "/papers/upload"  # takes a file, and says itself when that is too large
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Next = Callable[[Request], Awaitable[Response]]


def guard(port: int, token: str) -> Callable[[Request, Next], Awaitable[Response]]:
    """The middleware that lets a request through or refuses it with 403 and a reason, or a form with 413 that is longer
    than any of the pages' forms can be, of which nothing is read.

    Every request must name this server as its Host, so that no foreign name that resolves to this machine reaches
    it; what changes anything must come from a page of this server (Origin) and carry `token`, which only such a
    page knows, as the header x-precedent-token or the form field `token` (see `told`).
    """
    hosts = {f"{name}:{port}" for name in (LOOPBACK, "localhost")}

    async def check(request: Request, call_next: Next) -> Response:
        host = request.headers.get("host", "")
        if host not in hosts:
            return _refused("this address is not one of this server's; open the address that it printed")
        if request.method not in ("GET", "HEAD"):
            if request.headers.get("origin") != f"http://{host}":
                return _refused("this request does not come from a page of this server")
            if request.url.path != UPLOAD and length(request) > LONGEST:
                return _refused(f"a form may have {LONGEST:,} bytes; shorten what you typed", 413)
            if not secrets.compare_digest((await _token_of(request)).encode(), token.encode()):
                return _refused("this page is of an earlier start of the server; load it anew")
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return check


async def _token_of(request: Request) -> str:
    in_header = request.headers.get(TOKEN)
    return in_header if in_header is not None else (await told(request)).get("token", "")


async def told(request: Request) -> dict[str, str]:
    """The fields of a posted form (application/x-www-form-urlencoded), the last of each name.

    {} of another kind, and of one that is longer than LONGEST, which is not read at all.
    """
    from urllib.parse import parse_qsl

    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return {}
    if length(request) > LONGEST:
        return {}
    body = (await request.body()).decode("utf-8", errors="replace")
    return dict(parse_qsl(body, keep_blank_values=True))


def length(request: Request) -> float:
    """The bytes that a request says it sends; infinity where it does not say."""
    said = request.headers.get("content-length", "")
    sends = "transfer-encoding" in request.headers or said
    return int(said) if said.isdecimal() and len(said) < 16 else math.inf if sends else 0


def _refused(reason: str, status: int = 403) -> PlainTextResponse:
    return PlainTextResponse(f"Refused: {reason}.\n", status_code=status, headers=HEADERS)
