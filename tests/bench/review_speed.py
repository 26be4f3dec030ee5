"""How quickly the review pages answer over 200 papers and 20,000 codings.

    .venv/bin/python -m tests.bench.review_speed [CORPUS OUT]

CORPUS and OUT are the folder and the output of a finished run, by default the sample corpus, run for the purpose.
Its papers are resampled to 200, each with 100 of its own codings drawn by chance, moved to an id of its own. The
application answers in this process, so that what is timed is the server's work. CPU time is that of the process;
wall times hold for a machine that does nothing else.
"""

import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from fastapi.testclient import TestClient

from pipeline.documents import Document
from pipeline.files import sha256_of
from pipeline.gathered import Gathered, gathered
from pipeline.plan import Plan
from pipeline.records import CodedPaper, Coding, Paper
from pipeline.refresh import refresh
from pipeline.review import desk
from pipeline.review.images import page_image
from pipeline.review.server import create_app
from pipeline.settings import Settings

ROOT = Path(__file__).parents[2]
PAPERS, EACH, TIMES = 200, 100, 60
PORT, TOKEN = 8765, "bench"
HERE = f"http://127.0.0.1:{PORT}"


def made_id(at: int, document_id: str) -> str:
    return f"{at:08x}{document_id[8:]}"


def resampled(plan: Plan) -> Gathered:
    """The run's papers, again and again under new ids, each with EACH of its codings."""
    rng, work = random.Random(1), gathered(plan)
    rich = [p for p in work.papers if work.coded[p.document_id].codings]
    papers: list[Paper] = []
    coded: dict[str, CodedPaper] = {}
    for at in range(PAPERS):
        paper = rich[at % len(rich)]
        new, was = made_id(at, paper.document_id), work.coded[paper.document_id]
        drawn = [_moved(was.codings[rng.randrange(len(was.codings))], new, f"{at:04x}{n:04x}") for n in range(EACH)]
        papers.append(replace(paper, document_id=new, citation_key=f"{paper.citation_key}{at}"))
        drawn.sort(key=lambda c: (c.start, c.end))
        coded[new] = replace(was, document_id=new, codings=tuple(drawn))
    return Gathered(tuple(papers), coded, work.rejected, work.doubts)


def _moved(coding: Coding, document_id: str, mark: str) -> Coding:
    return replace(coding, document_id=document_id, id=f"{mark}{coding.id[8:]}")


def asked(client: TestClient, settings: Settings) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Every kind of request by name."""
    made = settings.log
    found = _ids(client)
    post = {"token": TOKEN, "within": "queue:influential:", "action": "accept"}
    origin = {"Origin": HERE}
    document = client.get("/papers").text.split('href="/paper/')[1].split('"')[0]
    pdf = sorted(settings.corpus.glob("2*.pdf"))[0]  # any picture will do: a resampled paper has no file of its own
    drawn = page_image(pdf, 1, settings.out, sha256_of(pdf), settings.memory_mb_per_worker)
    shutil.copyfile(drawn, drawn.with_name(f"{document}-1.png"))
    turn = iter(found * 9)
    yield "matrix", lambda: client.get("/")
    yield "queue", lambda: client.get("/queue")
    yield "cell", lambda: client.get("/cell/instrument/regulation/climate")
    yield "coding, from the queue", lambda: client.get(f"/coding/{next(turn)}?in=queue:influential:")
    yield "coding, from a cell", lambda: client.get(f"/coding/{next(turn)}?in=cell:instrument:regulation:climate")
    yield "paper", lambda: client.get(f"/paper/{document}?page=1")
    yield "page image, kept", lambda: client.get(f"/image/{document}/1.png")
    again = iter(found * 9)
    yield (
        "decision",
        lambda: client.post("/decide", data={**post, "coding_id": next(again)}, headers=origin, follow_redirects=False),
    )
    yield "matrix after a decision", lambda: _after(client, {**post, "coding_id": next(again)}, "/")
    yield "queue after a decision", lambda: _after(client, {**post, "coding_id": next(again)}, "/queue")
    assert made.stat().st_size


def _after(client: TestClient, form: Mapping[str, str], address: str) -> Any:
    client.post("/decide", data=form, headers={"Origin": HERE}, follow_redirects=False)
    return client.get(address)


def _ids(client: TestClient) -> list[str]:
    page = client.get("/queue").text
    return list(dict.fromkeys(part.split("?")[0] for part in page.split('href="/coding/')[1:]))


def timed(ask: Callable[[], Any]) -> tuple[float, float, float]:
    """Median and 95th percentile of wall time, and mean CPU time, in ms, of TIMES requests."""
    walls, spent = [], time.process_time()
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = ask()
        walls.append(time.perf_counter() - began)
        assert answer.status_code in (200, 303), answer.text
    cpu = (time.process_time() - spent) / TIMES
    return 1000 * statistics.median(walls), 1000 * statistics.quantiles(walls, n=20)[-1], 1000 * cpu


def main(arguments: list[str]) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            corpus=Path(arguments[0]) if arguments else ROOT / "corpus",
            out=Path(arguments[1]) if arguments else Path(folder) / "out",
            decisions=Path(folder) / "decisions.jsonl",
        )
        if not arguments:
            refresh(settings)
        _measure(settings)


def _measure(settings: Settings) -> None:
    path = desk.Desk.artifact
    real: dict[str, str] = {}

    def artifact(self: desk.Desk, stage: str, document_id: str) -> Path:
        return path(self, stage, real[document_id])

    def made(plan: Plan) -> Gathered:
        work = resampled(plan)
        originals = {i[8:]: i for i in plan.scan.papers}
        real.update({p.document_id: originals[p.document_id[8:]] for p in work.papers})
        return work

    def document(self: desk.Desk, document_id: str) -> Document:
        return replace(load(self, document_id), id=document_id)

    load = desk.Desk._load_document
    with (
        mock.patch.object(desk, "gathered", made),
        mock.patch.object(desk.Desk, "artifact", artifact),
        mock.patch.object(desk.Desk, "_load_document", document),
    ):
        began = time.process_time()
        client = TestClient(create_app(settings, PORT, TOKEN), base_url=HERE)
        start = time.process_time() - began
        print(f"{PAPERS} papers, {PAPERS * EACH} codings; {start:.1f} s of CPU to start.\n")  # noqa: T201
        print("| request | median, ms | 95th percentile, ms | CPU, ms |\n|---|---|---|---|")  # noqa: T201
        for name, ask in asked(client, settings):
            median, most, cpu = timed(ask)
            print(f"| {name} | {median:.0f} | {most:.0f} | {cpu:.0f} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
