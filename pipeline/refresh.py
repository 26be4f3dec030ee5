"""The sequence of stages, once: a folder of papers in, tables out, doing only the work that is new.

A driver gives the means to run batches (`Run`); this module knows nothing of any scheduler.
"""

import hashlib
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pipeline import coding, passages, pdf, publish, store
from pipeline.codebook import Codebook, load_codebook
from pipeline.compare import compare, link
from pipeline.corpus import Scan, gather, scan, sketch
from pipeline.errors import CorpusError, PrecedentError, UnreadablePaper
from pipeline.export import Results, write_report, write_tables
from pipeline.records import CodedPaper, Document, Paper, Passage, Rejection, TopicModel
from pipeline.settings import Settings
from pipeline.topics import find_topics
from pipeline.workers import explain, run_limited

Batch = TypeVar("Batch")
Done = TypeVar("Done")
Run = Callable[[str, Callable[[Any], Any], Sequence[Any]], Iterable[Any]]

log = logging.getLogger("precedent")

HERE = Path(__file__).parent
CODE = {  # the source files whose change makes a stage's results stale
    "read": ("pdf/*.py", "records.py", "store.py"),
    "split": ("passages.py",),
    "code": ("coding/*.py", "coding/*.toml", "codebook.py", "terms.py", "../models/*.npz"),
    "tables": ("corpus.py", "bibliography.py", "topics.py", "compare.py", "export/**/*", "refresh.py"),
}
LIBRARIES = {
    "read": ("pypdfium2", "pdfplumber"),
    "split": ("spacy",),
    "code": (),
    "tables": ("scikit-learn", "gensim", "statsmodels", "scipy"),
}


@dataclass(frozen=True, slots=True)
class Job:
    """One paper to bring up to date: its file, the keys of its results, and the codebook."""

    document_id: str
    path: Path
    name: str
    out: Path
    keys: Mapping[str, str]
    codebook: Codebook


@dataclass(frozen=True, slots=True)
class BatchJob:
    """Papers for one task, with the limits they are read under."""

    jobs: tuple[Job, ...]
    settings: Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one paper: seconds spent by stage (stages that had work), and why not, if refused."""

    document_id: str
    seconds: dict[str, float]
    rejection: Rejection | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A run before it starts: what is in the folder, which papers have work, and the keys of everything."""

    settings: Settings
    codebook: Codebook
    scan: Scan
    keys: Mapping[str, str]
    run_id: str
    todo: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. `codings` counts by (family, domain); `kept` are tables a person had changed, set
    aside; `seconds` is work by stage, summed over processes.
    """

    run_id: str
    out: Path
    unchanged: bool
    papers: int
    read: int
    coded: int
    rejected: int
    duplicates: int
    codings: Counter[tuple[str, str]]
    topics: str
    seconds: dict[str, float]
    kept: tuple[Path, ...] = ()


def run_here(_name: str, function: Callable[[Batch], Done], batches: Sequence[Batch]) -> Iterable[Done]:
    """The plain driver: one batch after the other in this process."""
    return map(function, batches)


def refresh(settings: Settings, run: Run = run_here) -> Summary:
    """Bring the tables in `settings.out` up to date with the papers in `settings.corpus`.

    Raises PrecedentError; then the tables of the last run still stand and no finished work is lost.
    """
    codebook = load_codebook(settings.codebook)
    with store.lock(settings.out):
        plan = make_plan(settings, codebook)
        if not plan.todo and publish.is_current(settings.out, plan.run_id):
            return _unchanged(plan)
        batches = _batches(plan)
        outcomes = [o for done in run("read and code", process_batch, batches) for o in done]
        (summary,) = run("compare and write", build_tables, [(plan, tuple(outcomes))])
        store.prune(settings.out, plan.keys, list(plan.scan.papers))
        return summary  # type: ignore[no-any-return]  # a driver gives back what its function returned


def make_plan(settings: Settings, codebook: Codebook) -> Plan:
    """Look at the folder and decide what is new. Raises CorpusError where there is nothing to read."""
    found = scan(settings.corpus, settings.out)
    if not found.papers:
        remedy = "put PDF files in it, or name another folder: precedent run FOLDER"
        raise CorpusError("there are no PDF files in this folder", str(settings.corpus), remedy)
    keys = fingerprints(codebook)
    content = [keys, found.papers, found.bibliographies, [r.path for r in found.rejected]]
    run_id = _digest(content, settings.topics, settings.seed, _source("tables"))[:16]
    jobs = [
        Job(sha, settings.corpus / names[0], names[0], settings.out, keys, codebook)
        for sha, names in found.papers.items()
    ]
    todo = tuple(job for job in jobs if _has_work(job, settings))
    return Plan(settings, codebook, found, keys, run_id, todo)


def fingerprints(codebook: Codebook) -> dict[str, str]:
    """The key of each stage: its code and libraries, and the key of the stage before it."""
    read = _digest(_source("read"))
    split = _digest(read, _source("split"), passages.model_version())
    return {"read": read, "split": split, "code": _digest(split, _source("code"), codebook.fingerprint)}


def _source(stage: str) -> str:
    files = sorted({path for pattern in CODE[stage] for path in HERE.glob(pattern) if path.is_file()})
    code = [hashlib.sha256(f.read_bytes()).hexdigest() for f in files if "__pycache__" not in f.parts]
    return _digest(code, [(name, version(name)) for name in LIBRARIES[stage]])


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _path(job: Job, stage: str) -> Path:
    return store.artifact(job.out, stage, job.keys[stage], job.document_id)


def _refused(job: Job, settings: Settings) -> Rejection | None:
    """The refusal kept for this paper, unless it was for a limit that has since changed."""
    kept = store.load_rejection(_path(job, "read")) or store.load_rejection(_path(job, "code"))
    limits = {"timeout": TimeoutError(), "memory": MemoryError()}
    if kept and kept.kind in limits:
        now = explain(limits[kept.kind], settings.seconds_per_paper, settings.memory_mb_per_worker)
        return kept if kept.reason == now[1] else None
    return kept


def _has_work(job: Job, settings: Settings) -> bool:
    whole = all(_path(job, stage).is_file() for stage in store.STAGES)
    return not whole and _refused(job, settings) is None


def _batches(plan: Plan) -> list[BatchJob]:
    size = plan.settings.batch
    return [BatchJob(plan.todo[i : i + size], plan.settings) for i in range(0, len(plan.todo), size)]


def process_batch(batch: BatchJob) -> tuple[Outcome, ...]:
    """Read, split and code the papers of a batch in child processes with limits.

    One paper's failure is that paper's outcome; only state that can't be written stops the batch.
    """
    limits = (batch.settings.seconds_per_paper, batch.settings.memory_mb_per_worker)
    outcomes: list[Outcome] = []
    shown = time.monotonic()
    for job, result in run_limited(process_paper, batch.jobs, batch.settings.workers, *limits):
        outcomes.append(result if isinstance(result, Outcome) else _failure(job, result, limits))
        if time.monotonic() - shown > 2 or len(outcomes) == len(batch.jobs):
            shown = time.monotonic()
            log.info("read and coded %d of %d", len(outcomes), len(batch.jobs))
    return tuple(outcomes)


def _failure(job: Job, error: object, limits: tuple[int, int]) -> Outcome:
    if isinstance(error, PrecedentError) or not isinstance(error, BaseException):
        raise error if isinstance(error, PrecedentError) else TypeError(f"no outcome: {error!r}")
    kind, reason, remedy = explain(error, *limits)
    rejection = Rejection(job.name, job.document_id, kind, reason, remedy)
    if kind != "error":
        store.save_rejection(_path(job, "code"), rejection)
    log.warning("rejected %s: %s", job.name, reason)
    return Outcome(job.document_id, {}, rejection)


def process_paper(job: Job) -> Outcome:
    """Do for one paper the stages whose results are not kept yet. Raises StoreError."""
    seconds: dict[str, float] = {}
    try:
        document = _stage(job, "read", seconds, lambda: _read(job), store.load_document)
        sentences = _stage(job, "split", seconds, lambda: _split(job, document), store.load_passages)
        _stage(job, "code", seconds, lambda: _code(job, document, sentences), store.load_coded)
    except UnreadablePaper as error:
        rejection = Rejection(job.name, job.document_id, "unreadable", error.what, error.remedy)
        store.save_rejection(_path(job, "read"), rejection)
        return Outcome(job.document_id, seconds, rejection)
    except OSError as error:
        reason = f"the file could not be opened ({error.strerror or type(error).__name__})"
        gone = Rejection(job.name, job.document_id, "vanished", reason, "put it back, then run again")
        return Outcome(job.document_id, seconds, gone)
    return Outcome(job.document_id, seconds)


def _stage(
    job: Job, stage: str, seconds: dict[str, float], make: Callable[[], Done], load: Callable[[Path], Done]
) -> Done:
    """The kept result of a stage, made anew where there is none."""
    if _path(job, stage).is_file():
        return load(_path(job, stage))
    before = time.process_time()
    result = make()
    seconds[stage] = time.process_time() - before
    return result


def _read(job: Job) -> Document:
    document = pdf.read(job.path, job.document_id)
    if store.sha256_of(job.path) != job.document_id:
        raise FileNotFoundError(0, "the file changed while it was read")
    store.save_document(_path(job, "read"), document, sketch(document.text))
    return document


def _split(job: Job, document: Document) -> tuple[Passage, ...]:
    sentences = passages.split(document)
    store.save_passages(_path(job, "split"), sentences)
    return sentences


def _code(job: Job, document: Document, sentences: Sequence[Passage]) -> CodedPaper:
    coded = coding.code_document(document, sentences, job.codebook)
    store.save_coded(_path(job, "code"), coded)
    return coded


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
    log.info("%d papers, %d files rejected", len(results.papers), len(rejected))
    return Summary(**{**{f: getattr(summary, f) for f in Summary.__slots__}, "kept": tuple(kept)})


def collect(plan: Plan, outcomes: Sequence[Outcome]) -> tuple[Results, tuple[Rejection, ...]]:
    """Everything the tables are made of, from what is kept of the papers that are in the folder."""
    out, keys = plan.settings.out, plan.keys
    fresh = {o.document_id: o.rejection for o in outcomes if o.rejection}
    jobs = [Job(sha, Path(), names[0], out, keys, plan.codebook) for sha, names in plan.scan.papers.items()]
    refusals = {job.document_id: fresh.get(job.document_id) or _refused(job, plan.settings) for job in jobs}
    good = [job for job in jobs if refusals[job.document_id] is None]
    coded = {job.document_id: store.load_coded(_path(job, "code")) for job in good}
    cards = store.load_cards([_path(job, "read") for job in good])
    papers, duplicates = gather(plan.scan, cards, coded)
    rejected = _in_order([*plan.scan.rejected, *duplicates, *_named(plan.scan, refusals)])
    return _results(plan, papers, coded, rejected), rejected


def _named(found: Scan, refusals: Mapping[str, Rejection | None]) -> list[Rejection]:
    """Refusals under the names the files have now."""
    return [Rejection(found.papers[sha][0], sha, r.kind, r.reason, r.remedy) for sha, r in refusals.items() if r]


def _in_order(rejected: Sequence[Rejection]) -> tuple[Rejection, ...]:
    return tuple(sorted(rejected, key=lambda r: (r.path, r.kind, r.reason)))


def _results(
    plan: Plan, papers: tuple[Paper, ...], coded: Mapping[str, CodedPaper], rejected: tuple[Rejection, ...]
) -> Results:
    def document(document_id: str) -> Document:
        return store.load_document(store.artifact(plan.settings.out, "read", plan.keys["read"], document_id))

    codings = tuple(c for paper in papers for c in coded[paper.document_id].codings)
    return Results(
        papers=papers,
        document=document,
        codings=codings,
        rejected=rejected,
        topics=_topics(plan, papers, coded),
        comparisons=compare(papers, codings, plan.codebook),
        links=link(papers, codings, plan.codebook),
        codebook=plan.codebook,
        versions={
            "run_id": plan.run_id,
            "model_version": coding.version(),
            "codebook_version": f"{plan.codebook.version}+{plan.codebook.fingerprint[:8]}",
            "precedent": version("precedent"),
        },
    )


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
    return Summary(
        run_id=plan.run_id,
        out=plan.settings.out,
        unchanged=False,
        papers=len(results.papers),
        read=sum("read" in o.seconds for o in outcomes),
        coded=sum("code" in o.seconds for o in outcomes),
        rejected=len(results.rejected) - duplicates,
        duplicates=duplicates,
        codings=Counter((c.family, c.domain) for c in results.codings),
        topics=results.topics.note or f"{len(results.topics.topics)} topics",
        seconds=seconds,
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
        codings=codings,
        topics=record["topics"],
        seconds={},
    )
