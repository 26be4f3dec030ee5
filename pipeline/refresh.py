"""The sequence of stages, once: a folder of papers in, tables out, doing only the work that is new.

A driver gives the means to run batches (`Run`); this module knows nothing of any scheduler.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pipeline import artifacts, coding, hashes, publish, snapshots
from pipeline.carry import carry
from pipeline.changes import changes, counts
from pipeline.codebook import load_codebook
from pipeline.compare import compare, link
from pipeline.decisions.apply import counted
from pipeline.decisions.reviewed import Reviewed
from pipeline.drift import align
from pipeline.errors import CorpusError
from pipeline.export import Results, write_narrative, write_report, write_tables
from pipeline.files import STATE, lock
from pipeline.gathered import document_of, gathered, places_kept, reviewed, sentences, topic_sentences
from pipeline.history import ChangeKind, Snapshot
from pipeline.periods import topic_periods
from pipeline.plan import Plan, check_head, check_there, exchange, in_step, make_plan, source, without_damage
from pipeline.records import CodedPaper, Coding, Doubt, Paper, Rejection, Target
from pipeline.settings import Settings
from pipeline.strata import stratify
from pipeline.topic_outcomes import TopicModel
from pipeline.topics import find_topics
from pipeline.words import markers
from pipeline.work import BatchJob, Outcome, process_batch

Batch = TypeVar("Batch")
Done = TypeVar("Done")
Run = Callable[[str, Callable[[Any], Any], Sequence[Any]], Iterable[Any]]

READ = "read and code"  # the step whose batches may go elsewhere

TARGET = "target_strategy"  # the code whose sentences state targets; a codebook without it has none

_REVIEW = ("excluded", "reviewed", "unanchored")

log = logging.getLogger("precedent")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. `codings` counts by (family, domain); `kept` are tables a person had changed, set
    aside; `seconds` is work by stage, summed over processes. `changes` counts changes by kind since the run
    that ended at `since`; None where there was no such run, or nothing to do. People `excluded` papers and
    `reviewed` codings; `unanchored` decisions have no effect.
    """

    run_id: str
    out: Path
    unchanged: bool
    papers: int
    read: int
    coded: int
    rejected: int
    duplicates: int
    doubts: int
    codings: Counter[tuple[str, str]]
    topics: str
    seconds: dict[str, float]
    since: str
    changes: dict[ChangeKind, int] | None
    kept: tuple[Path, ...] = ()
    excluded: int = 0
    reviewed: int = 0
    unanchored: int = 0


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
            return _unchanged(plan)
        plan = without_damage(plan)
        batches = _batches(plan)
        outcomes = [o for done in run(READ, process_batch, batches) for o in done]
        check_there(plan)
        if plan.todo:
            exchange(plan)  # workers of a cluster hand their results over by the shared place
        (summary,) = run("compare and write", build_tables, [(plan, tuple(outcomes))])
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
    return collect(plan, ())[0]


def build_tables(work: tuple[Plan, tuple[Outcome, ...]]) -> Summary:
    """From what is kept of every paper to the tables and the report, put in place together."""
    plan, outcomes = work
    started = time.process_time()
    results, snapshot = collect(plan, outcomes)
    with publish.staging(plan.settings.out / STATE) as staged:
        write_tables(results, staged / "tables")
        write_report(results, staged / "report.html")
        write_narrative(results, staged / "narrative.md")
        seconds = _seconds(outcomes) | {"tables": time.process_time() - started}
        summary = _summary(plan, outcomes, results, seconds)
        snapshots.save(plan.settings.out, snapshot)  # first: what the run record names must be there
        kept = publish.publish(staged, plan.settings.out, _record(plan, summary, snapshot))
    snapshots.prune(plan.settings.out, snapshot)
    log.info("%d papers, %d files left out", len(results.papers), len(results.rejected))
    return replace(summary, kept=tuple(kept))


def collect(plan: Plan, outcomes: Sequence[Outcome]) -> tuple[Results, Snapshot]:
    """Everything the tables are made of, from what is kept of the papers that are in the folder, in full and in short.

    What changed is told against the last run; for the last run itself, against the one before it.
    """
    out, keys = plan.settings.out, plan.keys
    work = gathered(plan, outcomes)
    left = reviewed(plan, work)
    results = _results(plan, left, work.coded, _in_order([*work.rejected, *left.excluded]), work.doubts)
    before = snapshots.compared_with(out, str(publish.load_run(out).get("snapshot", "")), plan.run_id)
    topics, topic_changes = align(results.topics, before.topics if before else None)
    results = replace(results, topics=topics)
    snapshot = snapshots.take(results, before, reading=keys["split"], program=source("code"))
    return replace(results, changes=changes(before, snapshot, topic_changes)), snapshot


def _in_order(rejected: Sequence[Rejection]) -> tuple[Rejection, ...]:
    return tuple(sorted(rejected, key=lambda r: (r.path, r.kind, r.reason)))


def _results(
    plan: Plan,
    left: Reviewed,
    coded: Mapping[str, CodedPaper],
    rejected: tuple[Rejection, ...],
    doubts: tuple[Doubt, ...],
) -> Results:
    papers, codings = left.papers, tuple(c for c in left.codings if counted(c))
    comparisons = compare(papers, codings, plan.codebook)
    topics = _topics(plan, papers, coded)
    return Results(
        papers=papers,
        document=partial(document_of, plan),
        places=places_kept(plan),
        codings=codings,
        evidence=left.codings,
        unanchored=left.unanchored,
        rejected=rejected,
        doubts=doubts,
        targets=_targets(codings),
        named=coding.instruments(),
        topics=topics,
        topic_periods=topic_periods(papers, topics),
        topic_sentences=topic_sentences(plan, topics),
        comparisons=comparisons,
        carried=carry(comparisons, papers, codings, plan.codebook),
        links=link(papers, codings, plan.codebook),
        strata=stratify(papers, codings, plan.codebook),
        words=markers(papers, codings, plan.codebook),
        codebook=plan.codebook,
        versions={"run_id": plan.run_id, "precedent": version("precedent"), **versions(plan)},
        settings=_told(plan.settings),
    )


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


def _topics(plan: Plan, papers: Sequence[Paper], coded: Mapping[str, CodedPaper]) -> TopicModel:
    left, right = (domain.id for domain in plan.codebook.domains)
    how = plan.settings
    return find_topics(sentences(plan, papers, coded), (left, right), how.topics, how.seed, how.topic_method)


def _seconds(outcomes: Sequence[Outcome]) -> dict[str, float]:
    return {stage: sum(o.seconds.get(stage, 0.0) for o in outcomes) for stage in artifacts.STAGES}


def _summary(plan: Plan, outcomes: Sequence[Outcome], results: Results, seconds: dict[str, float]) -> Summary:
    duplicates = sum(r.kind == "duplicate" for r in results.rejected)
    excluded = sum(r.kind == "excluded" for r in results.rejected)
    return Summary(
        run_id=plan.run_id,
        out=plan.settings.out,
        unchanged=False,
        papers=len(results.papers),
        read=sum("read" in o.seconds for o in outcomes),
        coded=sum("code" in o.seconds for o in outcomes),
        rejected=len(results.rejected) - duplicates - excluded,
        duplicates=duplicates,
        doubts=len(results.doubts),
        codings=Counter((c.family, c.domain) for c in results.codings),
        topics=results.topics.note or f"{len(results.topics.topics)} topics",
        seconds=seconds,
        since=_since(plan),
        changes=None if results.changes.first else counts(results.changes),
        excluded=excluded,
        reviewed=sum(c.review_status != "unreviewed" for c in results.evidence),
        unanchored=len(results.unanchored),
    )


def _since(plan: Plan) -> str:
    """When the run ended that this one is compared with; empty where there is none."""
    record = publish.load_run(plan.settings.out)
    return str(record.get("since" if record.get("run_id") == plan.run_id else "finished", ""))


def _record(plan: Plan, summary: Summary, snapshot: Snapshot) -> dict[str, Any]:
    """The run record: the only place with a clock in it."""
    return {
        "run_id": plan.run_id,
        "snapshot": snapshots.name_of(snapshot),
        "since": summary.since,
        "changes": summary.changes,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "corpus": str(plan.settings.corpus),
        "keys": dict(plan.keys),
        "counts": {
            "papers": summary.papers,
            "read": summary.read,
            "coded": summary.coded,
            "rejected": summary.rejected,
            "duplicates": summary.duplicates,
            "doubts": summary.doubts,
            **{name: getattr(summary, name) for name in _REVIEW},
            "ignored": plan.scan.ignored,
            "codings": {f"{family} {domain}": n for (family, domain), n in sorted(summary.codings.items())},
        },
        "topics": summary.topics,
        "seconds": {stage: round(s, 3) for stage, s in summary.seconds.items()},
    }


def _unchanged(plan: Plan) -> Summary:
    """The summary of a run that found nothing to do, from the record of the last one."""
    record = publish.load_run(plan.settings.out)
    counts = record["counts"]
    codings = Counter({tuple(key.split(" ")): n for key, n in counts["codings"].items()})
    return Summary(
        run_id=plan.run_id,
        out=plan.settings.out,
        unchanged=True,
        papers=counts["papers"],
        read=0,
        coded=0,
        rejected=counts["rejected"],
        duplicates=counts["duplicates"],
        doubts=counts["doubts"],
        codings=codings,
        topics=record["topics"],
        seconds={},
        since=record.get("since", ""),
        changes=None,
        **{name: counts[name] for name in _REVIEW},
    )


def _batches(plan: Plan) -> list[BatchJob]:
    size = plan.settings.batch
    return [BatchJob(plan.todo[i : i + size], plan.settings) for i in range(0, len(plan.todo), size)]
