"""Many papers on a Dask cluster of one worker and of two, end to end. Prints Markdown.

    .venv/bin/python -m tests.bench.cluster [PAPERS [FOLDER]]

The papers are real ones varied: each is RUNS runs of RUN pages, none of them a first page, drawn from as many papers
and reports of ../shared/corpus. Those that share most of their pages are near-duplicates by the program's own rule;
they are read and coded too, and the table tells how many they were. FOLDER is where they are made, and kept for the
next time.

The scheduler, the workers (one thread each) and `precedent run --dask` are processes of their own on loopback. Seconds
are wall seconds. The tables are made by the run itself, for which a second worker does nothing: so reading and coding
are told apart, from the start of the run until the last paper is coded. Memory is the largest that a process was; a
worker reads in a child process, which is looked at each half second.
"""

import contextlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2

from tests.dask_cluster import cluster

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "corpus"
RUNS, RUN = 3, 2
LONG = 12  # pages of a paper from which others are drawn


@dataclass(frozen=True, slots=True)
class Timed:
    """One run: wall seconds in all and until the last paper was coded; papers in the tables; memory of the largest
    process of a worker and of the run, in MB; bytes of state."""

    seconds: float
    reading: float
    papers: int
    duplicates: int
    worker: float
    run: float
    state: int


def main(arguments: list[str]) -> None:
    """Make the papers unless they are there, run with two workers and with one, print the table."""
    if not REAL.is_dir():
        sys.exit(f"{REAL} is not here: there are no real papers to vary")
    wanted = int(arguments[0]) if arguments else 2000
    with tempfile.TemporaryDirectory() as made:
        folder = Path(arguments[1]) if len(arguments) > 1 else Path(made)
        corpus = folder / f"papers-{wanted}"
        if not corpus.is_dir():
            make(wanted, corpus)
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            runs = {workers: timed(corpus, Path(fresh) / str(workers), workers) for workers in (2, 1)}
            one, two = (contents(Path(fresh) / name / "tables") for name in ("1", "2"))
    sys.stdout.write(table(wanted, runs, same=one == two))


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def make(wanted: int, corpus: Path) -> None:
    """`wanted` PDFs of RUNS * RUN pages each in `corpus`, the same each time."""
    opened = [
        pypdfium2.PdfDocument(path) for name in ("papers", "policy") for path in sorted((REAL / name).glob("*.pdf"))
    ]
    sources = [pdf for pdf in opened if len(pdf) >= LONG]
    pages = [(pdf, first) for pdf in sources for first in range(1, len(pdf) - RUN + 1)]
    rng = random.Random(1)
    aside = corpus.with_name(f"{corpus.name}.part")
    aside.mkdir(parents=True, exist_ok=True)
    for paper in range(wanted):
        new = pypdfium2.PdfDocument.new()
        for source, first in drawn(pages, rng):
            new.import_pages(source, list(range(first, first + RUN)))
        new.save(aside / f"{paper:05}.pdf")
        new.close()
    aside.rename(corpus)


def drawn(pages: list[tuple[Any, int]], rng: random.Random) -> list[tuple[Any, int]]:
    """RUNS of these, of as many PDFs."""
    found: dict[Any, tuple[Any, int]] = {}
    while len(found) < RUNS:
        source, first = rng.choice(pages)
        found.setdefault(source, (source, first))
    return list(found.values())


def timed(corpus: Path, out: Path, workers: int) -> Timed:
    """Run the papers on a fresh cluster of so many workers."""
    command = [sys.executable, "-m", "pipeline.cli", "run", str(corpus), "--out", str(out), "--dask"]
    with cluster(out.with_suffix(".dask"), [["--no-nanny"]] * workers) as (address, processes):
        pids = [process.pid for process in processes[:workers]]
        started, clock = time.time(), time.perf_counter()
        run = subprocess.Popen([*command, address], cwd=ROOT, stdout=subprocess.DEVNULL)
        worker = 0.0
        while not (ended := os.wait4(run.pid, os.WNOHANG))[0]:
            worker = max([worker, *(peak(child) for pid in pids for child in family(pid))])
            time.sleep(0.5)
        seconds = time.perf_counter() - clock
        if ended[1]:
            sys.exit(f"the run with {workers} workers failed")
    kept = [path.stat() for path in (out / "state").rglob("*.parquet")]
    coded = [path.stat().st_mtime for path in (out / "state" / "code").rglob("*.parquet")]
    counts = json.loads((out / "run.json").read_text(encoding="utf-8"))["counts"]
    return Timed(
        seconds=seconds,
        reading=max(coded) - started,
        papers=counts["papers"],
        duplicates=counts["duplicates"],
        worker=worker,
        run=ended[2].ru_maxrss / 1024,
        state=sum(one.st_size for one in kept),
    )


def family(pid: int) -> list[int]:
    """A process and all below it."""
    children: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += map(int, tasks.read_text(encoding="utf-8").split())
    return [pid, *(below for child in children for below in family(child))]


def peak(pid: int) -> float:
    """The most memory that a process held at once, in MB, as Linux tells it; 0 where it has ended."""
    with contextlib.suppress(OSError, IndexError):
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024
    return 0.0


def table(wanted: int, runs: dict[int, Timed], same: bool) -> str:
    one, two = runs[1], runs[2]
    rows = [
        ("wall seconds, end to end", f"{one.seconds:.0f}", f"{two.seconds:.0f}"),
        ("of which until the last paper was coded", f"{one.reading:.0f}", f"{two.reading:.0f}"),
        ("papers a minute, end to end", *(f"{60 * wanted / r.seconds:.0f}" for r in (one, two))),
        ("papers a minute, read and coded", *(f"{60 * wanted / r.reading:.0f}" for r in (one, two))),
        ("efficiency, end to end", "1", f"{one.seconds / two.seconds / 2:.2f}"),
        ("efficiency, read and coded", "1", f"{one.reading / two.reading / 2:.2f}"),
        ("largest worker, MB", f"{one.worker:.0f}", f"{two.worker:.0f}"),
        ("largest process of the run, MB", f"{one.run:.0f}", f"{two.run:.0f}"),
        ("state, kB a paper", *(f"{r.state / wanted / 1000:.0f}" for r in (one, two))),
    ]
    head = f"{wanted} papers of {RUNS * RUN} pages, {os.cpu_count()} cores."
    head += f" In the tables: {one.papers}; left out as duplicates: {one.duplicates}."
    tables = "The tables of both runs are the same, byte for byte." if same else "THE TABLES OF THE TWO RUNS DIFFER."
    lines = [head + " " + tables, "", "| | 1 worker | 2 workers |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
