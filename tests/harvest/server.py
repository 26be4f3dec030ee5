"""A server on loopback that speaks as OpenAlex, Unpaywall and a publisher do, and misbehaves where it is told to."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PDF = b"%PDF-1.4\n% written for a test: "


@dataclass(slots=True)
class Reply:
    """An answer: its status, content, type and headers."""

    status: int = 200
    body: bytes = b""
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Library:
    """What the server has. `works` are those of OpenAlex, `open` what Unpaywall says by DOI, `pdfs` papers by name;
    `first` are replies that a path gives before its own, one each time; `asked` all that was asked for, in order."""

    url: str = ""
    works: list[dict[str, Any]] = field(default_factory=list)
    open: dict[str, dict[str, Any]] = field(default_factory=dict)
    pdfs: dict[str, Reply] = field(default_factory=dict)
    first: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    asked: list[str] = field(default_factory=list)
    page: int = 2

    def add(self, number: int, title: str, **said: Any) -> dict[str, Any]:
        """A work in the open, with a PDF at the publisher's that is its own."""
        name = f"p{number}.pdf"
        self.pdfs[name] = Reply(body=PDF + str(number).encode(), type="application/pdf")
        copy = {"is_oa": True, "pdf_url": f"{self.url}/pdf/{name}", "license": "cc-by", "version": "publishedVersion"}
        work = {
            "id": f"https://openalex.org/W{number}",
            "doi": f"https://doi.org/10.5555/work.{number}",
            "title": title,
            "publication_year": 2021,
            "authorships": [{"author": {"display_name": "Ana Öztürk"}}, {"author": {"display_name": "Bo Li"}}],
            "primary_location": {"source": {"display_name": "Journal of Made-up Results"}},
            "open_access": {"is_oa": True, "oa_status": "gold"},
            "best_oa_location": copy,
            "abstract_inverted_index": {"taxes": [1], "Carbon": [0], "work.": [2, 3]},
        }
        self.works.append(work | said)
        return self.works[-1]

    def paths(self, part: str) -> list[str]:
        """What was asked for of paths that begin so."""
        return [asked for asked in self.asked if asked.startswith(part)]

    def answer(self, target: str) -> Reply:
        self.asked.append(target)
        parts = urlsplit(target)
        path, asked = unquote(parts.path), {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.first[path]:
            return self.first[path].pop(0)
        if path == "/works":
            return self._search(asked)
        if path.startswith("/works/doi:"):
            doi = f"https://doi.org/{path.removeprefix('/works/doi:')}"
            return _json(next((work for work in self.works if work["doi"] == doi), None))
        if path.startswith("/unpaywall/"):
            return _json(self.open.get(path.removeprefix("/unpaywall/")))
        return self.pdfs.get(path.removeprefix("/pdf/"), Reply(404))

    def _search(self, asked: dict[str, str]) -> Reply:
        at = 0 if asked["cursor"] == "*" else int(asked["cursor"])
        size = min(self.page, int(asked["per_page"]))
        more = at + size if at < len(self.works) else None
        meta = {"count": len(self.works), "next_cursor": None if more is None else str(more)}
        return _json({"meta": meta, "results": self.works[at : at + size]})


def _json(value: object) -> Reply:
    return Reply(404, b"{}") if value is None else Reply(body=json.dumps(value).encode())


@contextmanager
def serving() -> Iterator[Library]:
    """A library that is being served."""
    library = Library()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = library.answer(self.path)
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.type, **reply.headers}.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    library.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield library
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
