"""The sequence of stages, once: a folder of papers in, tables out, doing only the work that is new.

A driver gives the means to run batches (`Run`); this module knows nothing of any scheduler.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pipeline import artifacts, coding, hashes, publish, snapshots
from pipeline.carry import carry
from pipeline.changes import changes
from pipeline.codebook import load_codebook
from pipeline.compare import compare, link
from pipeline.decisions.apply import counted
from pipeline.drift import align
from pipeline.errors import CorpusError
from pipeline.export import Results, write_narrative, write_report, write_settled, write_tables
from pipeline.export.island import island
from pipeline.files import STATE, lock
from pipeline.gathered import (
    NOTHING,
    Gathered,
    Loaded,
    document_of,
    gathered,
    loaded,
    places_kept,
    reviewed,
    topic_sentences,
)
from pipeline.history import Snapshot
from pipeline.modelled import Texts, Waiting, modelling, undisturbed
from pipeline.periods import topic_periods
from pipeline.plan import Plan, check_head, check_there, exchange, in_step, make_plan, source, without_damage
from pipeline.records import Coding, Rejection, Target
from pipeline.settings import Settings
from pipeline.strata import stratify
from pipeline.summary import Summary, record_of, summary_of, unchanged
from pipeline.topic_outcomes import TopicModel
from pipeline.words import markers
from pipeline.work import BatchJob, Outcome, process_batch

Batch = TypeVar("Batch")
Done = TypeVar("Done")
Run = Callable[[str, Callable[[Any], Any], Sequence[Any]], Iterable[Any]]

Ahead = tuple[Callable[[], Loaded], Callable[[Texts], Waiting]]  # what waits for what is kept; what begins topics

READ = "read and code"  # the step whose batches may go elsewhere

TARGET = "target_strategy"  # the code whose sentences state targets; a codebook without it has none

log = logging.getLogger("precedent")


def run_here(_name: str, function: Callable[[Batch], Done], batches: Sequence[Batch]) -> Iterable[Done]:
    """The plain driver: one batch after the other in this process."""
    return map(function, batches)


def refresh(settings: Settings, run: Run = run_here, moving: Collection[Path] = ()) -> Summary:
    """Bring the tables in `settings.out` up to date with the papers in `settings.corpus`, but for those that are
    `moving`, as a file is that is still being copied.

    Raises PrecedentError; then the tables of the last run still stand and no finished work is lost.
    """
    codebook = load_codebook(settings.codebook)
    with lock(settings.out):
        plan = in_step(make_plan(settings, codebook, moving))
        hashes.save(settings.out, plan.scan.hashed)
        if not plan.todo and publish.is_current(settings.out, plan.run_id):
            return unchanged(plan)
        plan = without_damage(plan)
        with _ahead(plan) as ahead:
            outcomes = [o for done in run(READ, process_batch, _batches(plan)) for o in done]
            check_there(plan)
            if plan.todo:
                exchange(plan)  # workers of a cluster hand their results over by the shared place
            (summary,) = run("compare and write", partial(build_tables, ahead), [(plan, tuple(outcomes))])
        artifacts.prune(settings.out, plan.keys, list(plan.scan.papers))
        return summary  # type: ignore[no-any-return]  # a driver gives back what its function returned


def finished(settings: Settings) -> Results:
    """What the tables of the last run in `settings.out` are made of, to export in other forms.

    Raises CorpusError where there is no finished run, or papers, settings or codebook have changed since.
    """
    plan = without_damage(make_plan(settings, load_codebook(settings.codebook)))
    if plan.todo or not publish.is_current(settings.out, plan.run_id):
        where = f"{settings.corpus} in {settings.out}"
        remedy = f"run first: precedent run {settings.corpus}"
        raise CorpusError("there is no finished run of these papers", where, remedy)
    return collect(plan)[0]


@contextmanager
def _ahead(plan: Plan) -> Iterator[Ahead]:
    """What is done while papers are read: a process gets ready for topics, and a thread loads what is kept of the other
    papers, unless it would lie there for long."""
    soon = len(plan.todo) <= plan.settings.batch
    with modelling(len(plan.scan.papers)) as begin, ThreadPoolExecutor(1) as thread:
        yield thread.submit(undisturbed()(loaded), plan).result if soon else lambda: NOTHING, begin


def build_tables(ahead: Ahead, work: tuple[Plan, tuple[Outcome, ...]]) -> Summary:
    """From what is kept of every paper to the tables and the report, put in place together."""
    plan, outcomes = work
    started = time.process_time()
    there, begin = ahead[0](), ahead[1]
    with undisturbed(), publish.staging(plan.settings.out / STATE) as staged:
        results, topics = _without_topics(plan, gathered(plan, outcomes, there), begin)
        settled = write_settled(results, staged / "tables")
        quotes = island(results)
        before = _before(plan)
        model, elsewhere = topics()
        results, snapshot = _with_topics(plan, results, model, before)
        write_tables(results, staged / "tables", settled)
        write_report(results, staged / "report.html", quotes)
        write_narrative(results, staged / "narrative.md")
        seconds = {"tables": time.process_time() - started, "topics": elsewhere}
        summary = summary_of(plan, outcomes, results, seconds)
        snapshots.save(plan.settings.out, snapshot)  # first: what the run record names must be there
        kept = publish.publish(staged, plan.settings.out, record_of(plan, summary, snapshot))
    snapshots.prune(plan.settings.out, snapshot)
    log.info("%d papers, %d files left out", len(results.papers), len(results.rejected))
    return replace(summary, kept=tuple(kept))


def collect(plan: Plan) -> tuple[Results, Snapshot]:
    """Everything the tables are made of, from what is kept of the papers that are in the folder, in full and in short.

    What changed is told against the last run; for the last run itself, against the one before it.
    """
    with undisturbed(), modelling(len(plan.scan.papers)) as begin:
        results, topics = _without_topics(plan, gathered(plan), begin)
        return _with_topics(plan, results, topics()[0], _before(plan))


def _before(plan: Plan) -> Snapshot | None:
    """The snapshot that a run of the plan is compared with."""
    last = str(publish.load_run(plan.settings.out).get("snapshot", ""))
    return snapshots.compared_with(plan.settings.out, last, plan.run_id)


def _in_order(rejected: Sequence[Rejection]) -> tuple[Rejection, ...]:
    return tuple(sorted(rejected, key=lambda r: (r.path, r.kind, r.reason)))


def _without_topics(plan: Plan, work: Gathered, begin: Callable[[Texts], Waiting]) -> tuple[Results, Waiting]:
    """The results, but for topics and what changed; and what waits for the topics, which are begun first."""
    left = reviewed(plan, work)
    topics = begin(Texts(plan, {paper.document_id: work.coded[paper.document_id].domains for paper in left.papers}))
    papers, codings = left.papers, tuple(c for c in left.codings if counted(c))
    comparisons = compare(papers, codings, plan.codebook)
    results = Results(
        papers=papers,
        document=partial(document_of, plan),
        places=places_kept(plan),
        codings=codings,
        evidence=left.codings,
        unanchored=left.unanchored,
        rejected=_in_order([*work.rejected, *left.excluded]),
        doubts=work.doubts,
        targets=_targets(codings),
        named=coding.instruments(),
        topics=TopicModel((), {}, ""),
        comparisons=comparisons,
        carried=carry(comparisons, papers, codings, plan.codebook),
        links=link(papers, codings, plan.codebook),
        strata=stratify(papers, codings, plan.codebook),
        words=markers(papers, codings, plan.codebook),
        codebook=plan.codebook,
        versions={"run_id": plan.run_id, "precedent": version("precedent"), **versions(plan)},
        settings=_told(plan.settings),
    )
    return results, topics


def _with_topics(plan: Plan, results: Results, model: TopicModel, before: Snapshot | None) -> tuple[Results, Snapshot]:
    """The results with these topics, and what changed since `before`; in full and in short."""
    topics, topic_changes = align(model, before.topics if before else None)
    results = replace(
        results,
        topics=topics,
        topic_periods=topic_periods(results.papers, model),
        topic_sentences=topic_sentences(plan, model),
    )
    snapshot = snapshots.take(results, before, reading=plan.keys["split"], program=source("code"))
    return replace(results, changes=changes(before, snapshot, topic_changes)), snapshot


def _told(settings: Settings) -> dict[str, str]:
    """The settings that a run goes by, without those that change no result and without paths."""
    return {name: str(getattr(settings, name)) for name in ("topics", "topic_method", "seed")}


def versions(plan: Plan) -> dict[str, str]:
    """Of what codes: the model and the codebook. Raises StoreError where the model is not that of the plan any more."""
    model = coding.version(plan.settings.own_head)
    check_head(plan.codebook, plan.settings.own_head, plan.keys["code"])
    return {
        "model_version": model,
        "codebook_version": f"{plan.codebook.version}+{plan.codebook.fingerprint[:8]}",
    }


def _targets(codings: Sequence[Coding]) -> tuple[Target, ...]:
    """The figures in the sentences that were coded as targets; other sentences' figures are results."""
    found = (coding.targets(c.quote, c.document_id, c.id) for c in codings if c.code == TARGET)
    return tuple(target for targets in found for target in targets)


def _batches(plan: Plan) -> list[BatchJob]:
    size = plan.settings.batch
    return [BatchJob(plan.todo[i : i + size], plan.settings) for i in range(0, len(plan.todo), size)]
