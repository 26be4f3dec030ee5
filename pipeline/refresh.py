"""The sequence of stages, once: a folder of papers in, tables out, doing only the work that is new.

A driver gives the means to run batches (`Run`); this module knows nothing of any scheduler.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pipeline import coding, publish, store
from pipeline.codebook import load_codebook
from pipeline.compare import compare, link
from pipeline.corpus import Scan, gather
from pipeline.errors import CorpusError
from pipeline.export import Results, write_report, write_tables
from pipeline.files import lock
from pipeline.outcomes import TopicModel
from pipeline.plan import Job, Plan, kept_refusal, make_plan, result_path
from pipeline.records import CodedPaper, Coding, Document, Doubt, Paper, Passage, Rejection, Target
from pipeline.review.apply import counted
from pipeline.review.reviewed import Reviewed, review
from pipeline.settings import Settings
from pipeline.topics import find_topics
from pipeline.work import BatchJob, Outcome, process_batch

Batch = TypeVar("Batch")
Done = TypeVar("Done")
Run = Callable[[str, Callable[[Any], Any], Sequence[Any]], Iterable[Any]]

TARGET = "target_strategy"  # the code whose sentences state targets; a codebook without it has none

_REVIEW = ("excluded", "reviewed", "unanchored")

log = logging.getLogger("precedent")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. `codings` counts by (family, domain); `kept` are tables a person had changed, set
    aside; `seconds` is work by stage, summed over processes. People `excluded` papers and `reviewed` codings;
    `unanchored` decisions have no effect.
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
    kept: tuple[Path, ...] = ()
    excluded: int = 0
    reviewed: int = 0
    unanchored: int = 0


def run_here(_name: str, function: Callable[[Batch], Done], batches: Sequence[Batch]) -> Iterable[Done]:
    """The plain driver: one batch after the other in this process."""
    return map(function, batches)


def refresh(settings: Settings, run: Run = run_here) -> Summary:
    """Bring the tables in `settings.out` up to date with the papers in `settings.corpus`.

    Raises PrecedentError; then the tables of the last run still stand and no finished work is lost.
    """
    codebook = load_codebook(settings.codebook)
    with lock(settings.out):
        plan = make_plan(settings, codebook)
        if not plan.todo and publish.is_current(settings.out, plan.run_id):
            return _unchanged(plan)
        batches = _batches(plan)
        outcomes = [o for done in run("read and code", process_batch, batches) for o in done]
        (summary,) = run("compare and write", build_tables, [(plan, tuple(outcomes))])
        store.prune(settings.out, plan.keys, list(plan.scan.papers))
        return summary  # type: ignore[no-any-return]  # a driver gives back what its function returned


def finished(settings: Settings) -> Results:
    """What the tables of the last run in `settings.out` are made of, to export in other forms.

    Raises CorpusError where there is no finished run, or papers, settings or codebook have changed since.
    """
    plan = make_plan(settings, load_codebook(settings.codebook))
    if plan.todo or not publish.is_current(settings.out, plan.run_id):
        where = f"{settings.corpus} in {settings.out}"
        remedy = f"run first: precedent run {settings.corpus}"
        raise CorpusError("there is no finished run of these papers", where, remedy)
    return collect(plan, ())[0]


def build_tables(work: tuple[Plan, tuple[Outcome, ...]]) -> Summary:
    """From what is kept of every paper to the tables and the report, put in place together."""
    plan, outcomes = work
    started = time.process_time()
    results, rejected = collect(plan, outcomes)
    with publish.staging(plan.settings.out) as staged:
        write_tables(results, staged / "tables")
        write_report(results, staged / "report.html")
        seconds = _seconds(outcomes) | {"tables": time.process_time() - started}
        summary = _summary(plan, outcomes, results, seconds)
        kept = publish.publish(staged, plan.settings.out, _record(plan, summary))
    log.info("%d papers, %d files left out", len(results.papers), len(rejected))
    return Summary(**{**{f: getattr(summary, f) for f in Summary.__slots__}, "kept": tuple(kept)})


def collect(plan: Plan, outcomes: Sequence[Outcome]) -> tuple[Results, tuple[Rejection, ...]]:
    """Everything the tables are made of, from what is kept of the papers that are in the folder."""
    out, keys = plan.settings.out, plan.keys
    fresh = {o.document_id: o.rejection for o in outcomes if o.rejection}
    jobs = [Job(sha, Path(), names[0], out, keys, plan.codebook) for sha, names in plan.scan.papers.items()]
    refusals = {job.document_id: fresh.get(job.document_id) or kept_refusal(job, plan.settings) for job in jobs}
    good = [job for job in jobs if refusals[job.document_id] is None]
    coded = {job.document_id: store.load_coded(result_path(job, "code")) for job in good}
    cards = store.load_cards([result_path(job, "read") for job in good])
    papers, duplicates, doubts = gather(plan.scan, cards, coded)
    left = _reviewed(plan, papers, coded)
    rejected = _in_order([*plan.scan.rejected, *duplicates, *_named(plan.scan, refusals), *left.excluded])
    return _results(plan, left, coded, rejected, doubts), rejected


def _reviewed(plan: Plan, papers: Sequence[Paper], coded: Mapping[str, CodedPaper]) -> Reviewed:
    """What people decided, applied to what the machine made."""
    out, keys = plan.settings.out, plan.keys

    def text(document_id: str) -> str:
        return dict(store.load_texts([store.artifact(out, "read", keys["read"], document_id)]))[document_id]

    def passages(document_id: str) -> Sequence[Passage]:
        return store.load_passages(store.artifact(out, "split", keys["split"], document_id))

    codings = [c for paper in papers for c in coded[paper.document_id].codings]
    return review(plan.decisions, papers, codings, plan.codebook, text, passages)


def _named(found: Scan, refusals: Mapping[str, Rejection | None]) -> list[Rejection]:
    """Refusals under the names the files have now."""
    return [Rejection(found.papers[sha][0], sha, r.kind, r.reason, r.remedy) for sha, r in refusals.items() if r]


def _in_order(rejected: Sequence[Rejection]) -> tuple[Rejection, ...]:
    return tuple(sorted(rejected, key=lambda r: (r.path, r.kind, r.reason)))


def _results(
    plan: Plan,
    left: Reviewed,
    coded: Mapping[str, CodedPaper],
    rejected: tuple[Rejection, ...],
    doubts: tuple[Doubt, ...],
) -> Results:
    def document(document_id: str) -> Document:
        return store.load_document(store.artifact(plan.settings.out, "read", plan.keys["read"], document_id))

    papers, codings = left.papers, tuple(c for c in left.codings if counted(c))
    return Results(
        papers=papers,
        document=document,
        codings=codings,
        evidence=left.codings,
        unanchored=left.unanchored,
        rejected=rejected,
        doubts=doubts,
        targets=_targets(codings),
        named=coding.instruments(),
        topics=_topics(plan, papers, coded),
        comparisons=compare(papers, codings, plan.codebook),
        links=link(papers, codings, plan.codebook),
        codebook=plan.codebook,
        versions={
            "run_id": plan.run_id,
            "model_version": coding.version(plan.settings.own_head),
            "codebook_version": f"{plan.codebook.version}+{plan.codebook.fingerprint[:8]}",
            "precedent": version("precedent"),
        },
    )


def _targets(codings: Sequence[Coding]) -> tuple[Target, ...]:
    """The figures in the sentences that were coded as targets; other sentences' figures are results."""
    found = (coding.targets(c.quote, c.document_id, c.id) for c in codings if c.code == TARGET)
    return tuple(target for targets in found for target in targets)


def _topics(plan: Plan, papers: Sequence[Paper], coded: Mapping[str, CodedPaper]) -> TopicModel:
    out, keys = plan.settings.out, plan.keys
    ids = [paper.document_id for paper in papers]
    texts = dict(store.load_texts([store.artifact(out, "read", keys["read"], i) for i in ids]))
    sentences = {}
    for i in ids:
        spans = store.load_passages(store.artifact(out, "split", keys["split"], i))
        sides = coded[i].domains
        sentences[i] = [(texts[i][p.start : p.end], side) for p, side in zip(spans, sides, strict=True)]
    left, right = (domain.id for domain in plan.codebook.domains)
    return find_topics(sentences, (left, right), plan.settings.topics, plan.settings.seed)


def _seconds(outcomes: Sequence[Outcome]) -> dict[str, float]:
    return {stage: sum(o.seconds.get(stage, 0.0) for o in outcomes) for stage in store.STAGES}


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
        excluded=excluded,
        reviewed=sum(c.review_status != "unreviewed" for c in results.evidence),
        unanchored=len(results.unanchored),
    )


def _record(plan: Plan, summary: Summary) -> dict[str, Any]:
    """The run record: the only place with a clock in it."""
    return {
        "run_id": plan.run_id,
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
        **{name: counts[name] for name in _REVIEW},
    )


def _batches(plan: Plan) -> list[BatchJob]:
    size = plan.settings.batch
    return [BatchJob(plan.todo[i : i + size], plan.settings) for i in range(0, len(plan.todo), size)]
