"""The review pages as a web application on this machine alone."""

import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from pipeline.errors import PrecedentError
from pipeline.evidence import code_labels
from pipeline.export.templating import environment
from pipeline.review import blinded, coders, codes, deciding, looking, missed, pages, papers
from pipeline.review.answers import Show, who
from pipeline.review.blinded import gate
from pipeline.review.desk import Desk
from pipeline.review.guard import LOOPBACK, guard
from pipeline.settings import Settings

HERE = Path(__file__).parent


def create_app(settings: Settings, port: int, token: str = "") -> FastAPI:
    """The application over the last run in `settings.out`. Raises PrecedentError where there is none.

    `port` is that of the server, which requests must name; `token` lets pages post, a random one unless given.
    """
    desk = Desk(settings)
    token = token or secrets.token_urlsafe(24)
    gated = [Depends(gate(desk))]
    app = FastAPI(title="Precedent review", docs_url=None, redoc_url=None, openapi_url=None, dependencies=gated)
    app.middleware("http")(guard(port, token))
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    app.exception_handler(PrecedentError)(_explained)
    show = _pages(desk, token)
    blinded.add_page(app, show)
    looking.add_lists(app, desk, show)
    looking.add_places(app, desk, show)
    deciding.add_routes(app, desk)
    papers.add_routes(app, desk, show)
    codes.add_routes(app, desk, show)
    coders.add_routes(app, desk, show)
    missed.add_routes(app, desk, show)
    return app


def _pages(desk: Desk, token: str) -> Show:
    """A function that renders a template as the answer to a request."""
    templates = environment("pipeline.review")
    book = desk.codebook
    fixed = {
        "families": book.families,
        "sides": book.domains,
        "labels": code_labels(book),
        "domains": pages.domains(book),
        "statuses": pages.statuses(),
    }

    def show(template: str, request: Request, **values: Any) -> HTMLResponse:
        given = {"desk": desk, "token": token, "here": "", "message": request.query_params.get("said", "")}
        given |= {"coder": who(request), **fixed, **values}
        page = templates.get_template(f"{template}.html.j2").render(given)
        return HTMLResponse(page, status_code=values.get("status", 200), headers={"Cache-Control": "no-store"})

    return show


def _explained(_request: Request, error: Exception) -> Response:
    return Response(f"{error}\n", status_code=409, media_type="text/plain; charset=utf-8")


def serve(settings: Settings, port: int, opened: Callable[[str], None]) -> None:
    """Serve the pages on 127.0.0.1 until interrupted; `opened` gets their address once they answer.

    `port` 0 takes a free one. Raises PrecedentError where there is no finished run, or the port is taken.
    """
    import uvicorn

    try:
        listening = socket.create_server((LOOPBACK, port))
    except OSError as error:
        remedy = "end the other server, or name another port with --port"
        raise PrecedentError(f"the port cannot be used ({error.strerror})", f"{LOOPBACK}:{port}", remedy) from error
    with listening:
        port = listening.getsockname()[1]
        app = create_app(settings, port)
        app.router.on_startup.append(lambda: opened(f"http://{LOOPBACK}:{port}/"))
        uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on")).run(sockets=[listening])
