"""The comparison's tables at the size of a large review, made by drawing from papers that were really coded.

    .venv/bin/python -m tests.bench.strata_scale [OUT]

prints Markdown. The papers of ../shared/corpus are run into OUT, or into a folder that goes away again; 10,000 are
drawn from them with replacement, their codings with them under new ids. Half of the draws are put on the other side,
since those papers stand nearly all on one. Seconds are of the processor; the peak is that of the process, what was
drawn and all.
"""

import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sized
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pipeline.codebook import load_codebook
from pipeline.compare import compare, link
from pipeline.export.rows import rows
from pipeline.plan import make_plan
from pipeline.records import Coding, Paper
from pipeline.refresh import collect, refresh
from pipeline.settings import Settings
from pipeline.strata import stratify
from pipeline.words import markers

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
PAPERS = 10_000
Made = TypeVar("Made", bound=Sized)


def main(out: Path) -> None:
    settings = Settings(corpus=CORPUS, out=out)
    refresh(settings)
    results = collect(make_plan(settings, load_codebook(settings.codebook)), ())[0]
    papers, codings = drawn(results.papers, results.codings, random.Random(1))
    lines = ["| table | rows | s | peak, MB |", "|---|---|---|---|"]
    lines.append(f"| {len(papers)} papers, {len(codings)} codings | | | {_megabytes():.0f} |")

    def timed(name: str, make: Callable[[], Made]) -> Made:
        started = time.process_time()
        made = make()
        lines.append(f"| {name} | {len(made)} | {time.process_time() - started:.1f} | {_megabytes():.0f} |")
        return made

    results = replace(
        results,
        papers=papers,
        codings=codings,
        comparisons=timed("comparisons", lambda: compare(papers, codings, results.codebook)),
        links=timed("links", lambda: link(papers, codings, results.codebook)),
        strata=timed("strata", lambda: stratify(papers, codings, results.codebook)),
        words=timed("words", lambda: markers(papers, codings, results.codebook)),
    )
    for name in ("comparison", "links", "strata", "words", "instruments", "actors"):
        timed(f"rows of {name}.csv", lambda name=name: list(rows(results)[name]))  # type: ignore[misc]  # bound now
    sys.stdout.write("\n".join(lines) + "\n")


def drawn(
    papers: tuple[Paper, ...], codings: tuple[Coding, ...], rng: random.Random
) -> tuple[tuple[Paper, ...], tuple[Coding, ...]]:
    """PAPERS papers drawn with replacement, each a paper of its own, and their codings."""
    of: defaultdict[str, list[Coding]] = defaultdict(list)
    for coding in codings:
        of[coding.document_id].append(coding)
    turned = {"cp": "climate", "climate": "cp"}
    new_papers, new_codings = [], []
    for number, paper in enumerate(rng.choices(papers, k=PAPERS)):
        name, turn = f"{number:064x}", turned if rng.random() < 0.5 else {}
        new_papers.append(replace(paper, document_id=name, domain=turn.get(paper.domain, paper.domain)))
        for c in of[paper.document_id]:
            tied = c.tied_to and f"{number}-{c.tied_to}"
            domain = turn.get(c.domain, c.domain)
            new_codings.append(replace(c, id=f"{number}-{c.id}", document_id=name, domain=domain, tied_to=tied))
    return tuple(new_papers), tuple(new_codings)


def _megabytes() -> float:
    """Peak memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    if not CORPUS.is_dir():
        sys.exit(f"the papers are not there: {CORPUS}")
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(Path(folder))
