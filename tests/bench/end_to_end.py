"""The whole job, timed as a user runs it: prints Markdown.

    .venv/bin/python -m tests.bench.end_to_end [FOLDER]

FOLDER is ../shared/corpus where it is present, else the sample corpus. Wall times hold for a machine that does
nothing else. Peak memory is that of the largest single process.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pipeline.export import read_table

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "corpus"


def run(corpus: Path, out: Path) -> tuple[float, dict[str, Any]]:
    """Seconds of wall time of `precedent run`, and the run record."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "pipeline.cli", "run", str(corpus), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - started, json.loads((out / "run.json").read_text(encoding="utf-8"))


def main(arguments: list[str]) -> None:
    """Run twice over the folder and print the table."""
    corpus = Path(arguments[0]) if arguments else REAL if REAL.is_dir() else ROOT / "corpus"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        first, record = run(corpus, out)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        again, _ = run(corpus, out)
        rows = read_table(out / "tables" / "documents.csv")
        kept = sum(p.stat().st_size for p in (out / "state").rglob("*") if p.is_file())
    report(corpus, record, first, again, peak, rows, kept)


def report(
    corpus: Path,
    record: dict[str, Any],
    first: float,
    again: float,
    peak: float,
    rows: list[dict[str, str]],
    kept: int,
) -> None:
    """Print the table."""
    pages, sentences = (sum(int(row[name]) for row in rows) for name in ("pages", "sentences"))
    seconds = record["seconds"]
    table = [
        ("papers in the tables; pages; sentences", f"{len(rows)}; {pages}; {sentences}"),
        ("wall time of the first run", f"{first:.1f} s"),
        ("papers a minute, end to end", f"{60 * len(rows) / first:.0f}"),
        ("pages a second, end to end", f"{pages / first:.0f}"),
        *((f"share of CPU time: {stage}", f"{s / sum(seconds.values()):.0%}") for stage, s in seconds.items()),
        ("sentences coded per CPU second", f"{sentences / seconds['code']:.0f}"),
        ("wall time of a run with nothing new", f"{again:.1f} s"),
        ("peak memory of the largest process", f"{peak:.0f} MB"),
        ("state kept, a paper", f"{kept / len(rows) / 1000:.0f} kB"),
    ]
    print(f"Over the {'real' if corpus == REAL else 'sample'} corpus, {os.cpu_count()} cores.\n")  # noqa: T201
    print("| figure | value |\n|---|---|")  # noqa: T201 - a benchmark prints its table
    for name, value in table:
        print(f"| {name} | {value} |")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
