"""All tables at the size of a large review, made by drawing 10,000 papers from papers that were really coded.

    .venv/bin/python -m tests.bench.tables_scale [OUT]

prints Markdown. The papers of ../shared/corpus are run into OUT, or into a folder that goes away again; 10,000 are
drawn from them with replacement, each a paper of its own, with its codings, targets and weights of topics under new
ids. Half of the draws are put on the other side, and years are shifted by up to thirty, since those papers stand nearly
all on one side and are of few years. Everything is measured that the tables stage makes of codings, but for the
fitting of topics, which `topics_quality` measures; the documents behind the quotes are those that were drawn from,
held in memory. evidence.csv, whose rows cost each as much as the other, is written of a tenth of the papers. What
changed is told against the draw without its last tenth. Seconds are of the processor; the peak
is that of the process so far, what was drawn and all.
"""

import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from pipeline import snapshots
from pipeline.carry import carry
from pipeline.changes import changes
from pipeline.codebook import load_codebook
from pipeline.compare import compare, link
from pipeline.documents import Document
from pipeline.export import Results, write_narrative, write_report
from pipeline.export.columns import tables
from pipeline.export.rows import rows
from pipeline.export.tables import write_csv
from pipeline.history import FIRST, Snapshot
from pipeline.periods import topic_periods
from pipeline.plan import make_plan
from pipeline.records import Coding, Paper, Place, Target
from pipeline.refresh import collect, refresh
from pipeline.settings import Settings
from pipeline.strata import stratify
from pipeline.topic_outcomes import TopicChanges
from pipeline.words import markers

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
PAPERS = 10_000
SHOWN = 0.05  # seconds that are told
Places = Mapping[tuple[int, int], Place]
TURNED = {"cp": "climate", "climate": "cp"}


def main(out: Path) -> None:
    settings = Settings(corpus=CORPUS, out=out)
    refresh(settings)
    real = collect(make_plan(settings, load_codebook(settings.codebook)))[0]
    results = drawn(real, random.Random(1))
    clock = Clock(f"{len(results.papers)} papers, {len(results.codings)} codings")
    started = time.process_time()
    results = found(results, clock)
    clock.line("all that is found", started)
    started = time.process_time()
    written(results, out / "large", clock)
    clock.line("all that is written", started)
    sys.stdout.write("\n".join(clock.lines) + "\n")


class Clock:
    """Lines of the table, one for each thing that took time."""

    def __init__(self, of: str) -> None:
        self.lines = [f"| {of} | s | peak, MB |", "|---|---|---|"]

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        started = time.process_time()
        yield
        self.line(name, started)

    def line(self, name: str, started: float) -> None:
        """A line for what began at `started`, unless it took no time."""
        seconds = time.process_time() - started
        if seconds >= SHOWN:
            self.lines.append(f"| {name} | {seconds:.1f} | {_megabytes():.0f} |")


def found(results: Results, clock: Clock) -> Results:
    """The results with all that is found over their codings."""
    papers, codings, book = results.papers, results.codings, results.codebook
    with clock.timed("comparison"):
        results = replace(results, comparisons=compare(papers, codings, book))
    with clock.timed("what carries over"):
        results = replace(results, carried=carry(results.comparisons, papers, codings, book))
    with clock.timed("links"):
        results = replace(results, links=link(papers, codings, book))
    with clock.timed("strata"):
        results = replace(results, strata=stratify(papers, codings, book))
    with clock.timed("words"):
        results = replace(results, words=markers(papers, codings, book))
    with clock.timed("topics by period"):
        results = replace(results, topic_periods=topic_periods(papers, results.topics))
    with clock.timed("snapshot, kept and read again"):
        now = snapshots.take(results, None, "reading", "program")
        before = _kept(_smaller(now))
    with clock.timed("what changed"):
        return replace(results, changes=changes(before, now, TopicChanges((), (), (), ())))


def written(results: Results, folder: Path, clock: Clock) -> None:
    """Every table, the narrative and the report, written into the folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = tables(results)
    made = rows(results) | {"evidence": rows(_tenth(results))["evidence"]}
    for name, table in made.items():
        with clock.timed(f"writing {name}.csv{' of a tenth of the papers' if name == 'evidence' else ''}"):
            write_csv(folder / f"{name}.csv", [column.name for column in listed[name].columns], table)
    with clock.timed("writing narrative.md"):
        write_narrative(results, folder / "narrative.md")
    with clock.timed("writing report.html"):
        write_report(results, folder / "report.html")


def _tenth(results: Results) -> Results:
    papers = results.papers[: len(results.papers) // 10]
    there = {paper.document_id for paper in papers}
    return replace(results, papers=papers, codings=tuple(c for c in results.codings if c.document_id in there))


def drawn(real: Results, rng: random.Random) -> Results:
    """PAPERS papers drawn with replacement, each a paper of its own, with all that hangs on them."""
    of: defaultdict[str, list[Coding]] = defaultdict(list)
    for coding in real.codings:
        of[coding.document_id].append(coding)
    targets: defaultdict[str, list[Target]] = defaultdict(list)
    for target in real.targets:
        targets[target.document_id].append(target)
    papers, codings, stated, weights, origin = [], [], [], {}, {}
    for number, paper in enumerate(rng.choices(real.papers, k=PAPERS)):
        name, turn = f"{number:064x}", TURNED if rng.random() < 0.5 else {}
        origin[name] = paper.document_id
        if paper.document_id in real.topics.weights:
            weights[name] = real.topics.weights[paper.document_id]
        papers.append(_paper(paper, name, turn, rng.randrange(30)))
        codings += [_coding(coding, name, number, turn) for coding in of[paper.document_id]]
        stated += [
            replace(t, document_id=name, coding_id=f"{number:x}-{t.coding_id}") for t in targets[paper.document_id]
        ]
    topics = replace(real.topics, weights=weights, topics=tuple(replace(t, typical=()) for t in real.topics.topics))
    return replace(
        real,
        papers=tuple(papers),
        codings=tuple(codings),
        evidence=(),
        targets=tuple(stated),
        topics=topics,
        topic_sentences={},
        document=_documents(real.document, origin),
        places=_places(real.places, origin),
        changes=FIRST,
    )


def _paper(paper: Paper, name: str, turn: dict[str, str], shift: int) -> Paper:
    year = paper.metadata.year
    about = replace(
        paper.metadata, year=year and year - shift, doi=f"10.1234/{name}", title=f"{name[-6:]} {paper.path}"
    )
    domain = turn.get(paper.domain, paper.domain)
    return replace(paper, document_id=name, citation_key=f"{paper.citation_key}{name}", metadata=about, domain=domain)


def _coding(c: Coding, name: str, number: int, turn: dict[str, str]) -> Coding:
    tied = c.tied_to and f"{number:x}-{c.tied_to}"
    quote = c.quote[:1] + c.quote[1:]  # a text of its own, as in a real corpus
    domain = turn.get(c.domain, c.domain)
    return replace(c, id=f"{number:x}-{c.id}", document_id=name, domain=domain, tied_to=tied, quote=quote)


def _documents(real: Callable[[str], Document], origin: dict[str, str]) -> Callable[[str], Document]:
    held = cache(real)
    return lambda document_id: replace(held(origin[document_id]), id=document_id)


def _places(real: Callable[[str], Places], origin: dict[str, str]) -> Callable[[str], Places]:
    held = cache(real)
    return lambda document_id: held(origin[document_id])


def _smaller(now: Snapshot) -> Snapshot:
    """A run without the last tenth of the papers."""
    papers = now.papers[: len(now.papers) * 9 // 10]
    there = {paper.document_id for paper in papers}
    codings = tuple(coding for coding in now.codings if coding.document_id in there)
    return replace(now, run_id="before", papers=papers, codings=codings)


def _kept(snapshot: Snapshot) -> Snapshot | None:
    with tempfile.TemporaryDirectory() as folder:
        snapshots.save(Path(folder), snapshot)
        return snapshots.load(Path(folder), snapshots.name_of(snapshot))


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
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))
