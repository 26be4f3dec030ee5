"""How many tables are found, against the count of the publishers' XML, and what it costs: prints a Markdown table.

    .venv/bin/python -m tests.bench.pdf_tables [--papers] [FOLDER]

Needs ../shared/pdf_truth (or FOLDER): pairs of NAME.pdf and NAME.json with `n_tables`. `--papers` adds the papers
whose count differs. A table that runs over pages is found once a page and counts so; some XML leaves out tables
that it holds as pictures. Whether cells are right no count can tell: that is for the eye.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np

from pipeline import pdf
from pipeline.pdf.rules import Segments, rules
from tests.bench.pdf_truth import FOLDER

TIMED = 12  # papers in the timing


def counts(path: Path) -> tuple[int, int]:
    """Tables found in a paper, and those its XML has."""
    true = json.loads(path.with_suffix(".json").read_text())["n_tables"]
    return len(pdf.read(path, "").tables), true


def speed(papers: Sequence[Path]) -> tuple[float, float]:
    """Pages per CPU second with tables and without, each paper in turn, after a reading that is not counted."""
    spent = {True: 0.0, False: 0.0}
    pages = 0
    for path in papers:
        pages += len(pdf.read(path, "").pages)
        for with_tables in spent:
            with patch("pipeline.pdf.rules.rules", rules if with_tables else _none):
                start = time.process_time()
                pdf.read(path, "")
                spent[with_tables] += time.process_time() - start
    return pages / spent[True], pages / spent[False]


def _none(_: object) -> Segments:
    return np.zeros((0, 4), np.float32)


def main(arguments: list[str]) -> None:
    """Count the tables of every paper of the folder and print the figures."""
    folder = next((Path(argument) for argument in arguments if not argument.startswith("-")), FOLDER)
    papers = sorted(folder.glob("*.pdf"))
    found = {path: counts(path) for path in papers}
    timed = papers[:: max(len(papers) // TIMED, 1)][:TIMED]
    report(list(found.values()), *speed(timed))
    if "--papers" in arguments:
        for path, (ours, true) in found.items():
            if ours != true:
                print(f"{path.stem}: found {ours}, true {true}")  # noqa: T201 - a benchmark prints


def report(found: list[tuple[int, int]], speed_with: float, speed_without: float) -> None:
    """Print the table."""
    right = sum(min(pair) for pair in found)
    ours, true = (sum(column) for column in zip(*found, strict=True))
    rows = [
        (f"count of tables right, of {len(found)}", f"{sum(a == b for a, b in found)}"),
        ("tables found, of true ones", f"{ours}, {true}"),
        ("count, precision", f"{right / max(ours, 1):.3f}"),
        ("count, recall", f"{right / max(true, 1):.3f}"),
        ("count, F1", f"{2 * right / max(ours + true, 1):.3f}"),
        ("pages per CPU second", f"{speed_with:.0f}"),
        ("the same without tables", f"{speed_without:.0f}"),
    ]
    print("| figure | value |\n|---|---|")  # noqa: T201 - a benchmark prints its table
    for name, value in rows:
        print(f"| {name} | {value} |")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
