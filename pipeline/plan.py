"""What a run has to do: what is in the folder, the key of every result, and which papers have work."""

import hashlib
import json
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from pebble import ProcessExpired

from pipeline import artifacts, hashes, passages, shared, store
from pipeline.codebook import Codebook
from pipeline.corpus import Scan, scan
from pipeline.decisions import log
from pipeline.decisions.decision import Decision
from pipeline.errors import Away, StoreError
from pipeline.files import check_format
from pipeline.pdf import ocr
from pipeline.pdf.document import NO_OCR
from pipeline.records import Rejection
from pipeline.settings import Settings
from pipeline.workers import explain

run_log = logging.getLogger("precedent")

HERE = Path(__file__).parent
CODE = {  # the source files whose change makes a stage's results stale
    "read": (
        *("pdf/*.py", "abstracts.py", "documents.py", "records.py", "store.py", "artifacts.py", "files.py"),
        "duplicates.py",
    ),
    "split": ("passages.py", "citations.py", "tokens.py"),
    "code": ("coding/*.py", "coding/*.toml", "codebook*.py", "terms.py", "../models/*.npz"),
    "place": ("places.py",),
    "tables": (
        *("corpus.py", "duplicates.py", "bibliography/*.py", "topics.py", "blocks.py", "phrases.py", "factors.py"),
        *("drift.py", "compare.py", "evidence.py", "inference.py", "periods.py", "carry.py", "strata.py", "words.py"),
        *("outcomes.py", "topic_outcomes.py"),
        *("export/**/*", "../models/README.md", "gathered.py", "modelled.py"),  # the card's figures are shown
        *("refresh.py", "plan.py"),
        *("history.py", "changes.py", "flips.py"),
        *("snapshots.py", *(f"decisions/{name}.py" for name in ("decision", "log", "anchor", "apply", "reviewed"))),
    ),
}
LIBRARIES = {
    "read": ("pypdfium2", "pdfplumber", "py3langid"),
    "split": ("spacy",),
    "code": ("numpy",),
    "place": (),
    "tables": ("scikit-learn", "gensim", "statsmodels", "scipy", "bibtexparser", "rapidfuzz"),
}


@dataclass(frozen=True, slots=True)
class Job:
    """One paper to bring up to date: its file, the keys of its results, the codebook, and where a head of the user's
    own may be."""

    document_id: str
    path: Path
    name: str
    out: Path
    keys: Mapping[str, str]
    codebook: Codebook
    head: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A run before it starts: what is in the folder, which papers have work, and the keys of everything."""

    settings: Settings
    codebook: Codebook
    scan: Scan
    keys: Mapping[str, str]
    run_id: str
    todo: tuple[Job, ...]
    decisions: tuple[Decision, ...] = ()


def make_plan(settings: Settings, codebook: Codebook, moving: Collection[Path] = ()) -> Plan:
    """Look at the folder, but for files that are `moving` yet, and decide what is new.

    Raises Away where there is nothing to read, DecisionError where a line of the log of decisions is none,
    StoreError where a newer version wrote the state.
    """
    check_format(settings.out)
    shared_folder = [settings.state] if isinstance(settings.state, Path) else []
    skip = (settings.out, settings.log, settings.own_head, *shared_folder, *moving)
    found = scan(settings.corpus, *skip, known=hashes.load(settings.out))
    if not found.papers:
        remedy = "put PDF files in it, or name another folder: precedent run FOLDER"
        raise Away("there are no PDF files in this folder", str(settings.corpus), remedy)
    keys = fingerprints(codebook, settings.own_head)
    content = [keys, found.papers, found.bibliographies, [r.path for r in found.rejected]]
    held = log.content(settings.log)
    decided = hashlib.sha256(held).hexdigest()  # what people decide makes the tables stale, and nothing else
    topics = [settings.topics, settings.topic_method, settings.seed]
    run_id = _digest(content, decided, topics, source("tables"))[:16]
    plan = Plan(settings, codebook, found, keys, run_id, (), log.decisions_in(held, settings.log))
    return _with_work(plan)


def _with_work(plan: Plan) -> Plan:
    return replace(plan, todo=tuple(job for job in _jobs(plan) if _has_work(job, plan.settings)))


def in_step(plan: Plan) -> Plan:
    """The plan once this machine has what others made of its papers, and they what it made. Raises StoreError."""
    exchange(plan)
    return plan if plan.settings.state is None else _with_work(plan)


def made_elsewhere(plan: Plan) -> int:
    """Of how many papers with work the shared state has all that is missing here, or a refusal. Raises StoreError."""
    how, ids = plan.settings, [job.document_id for job in plan.todo]
    if how.state is None or not ids:
        return 0
    held = shared.there(how.state, plan.keys) | shared.here(how.out, plan.keys, ids)
    return sum(shared.done(held, plan.keys, document_id) for document_id in ids)


def exchange(plan: Plan) -> None:
    """Bring what is kept of these papers here and in the shared state into step. Raises StoreError."""
    how = plan.settings
    if how.state is not None:
        shared.sync(how.state, how.out, plan.keys, plan.scan.papers)


def _jobs(plan: Plan) -> Iterator[Job]:
    """A job for each paper in the folder, whether or not it has work."""
    how = plan.settings
    for sha, names in plan.scan.papers.items():
        yield Job(sha, how.corpus / names[0], names[0], how.out, plan.keys, plan.codebook, how.own_head)


def without_damage(plan: Plan) -> Plan:
    """The plan once kept results that are damaged are removed, so that they are fetched or made anew."""
    damaged = artifacts.remove_damaged(result_path(job, stage) for job in _jobs(plan) for stage in artifacts.STAGES)
    for path in damaged:
        run_log.warning("%s was damaged; it is made anew from the paper", path)
    return in_step(_with_work(plan)) if damaged else plan


def check_there(plan: Plan) -> None:
    """Raise Away where no paper of the plan is in its folder any more: a drive or a share went away."""
    corpus = plan.settings.corpus
    if not any((corpus / name).is_file() for names in plan.scan.papers.values() for name in names):
        remedy = "see that its drive or share is there, then run again; the tables are still those of the last run"
        raise Away("the papers went away while they were read", str(corpus), remedy)


def fingerprints(codebook: Codebook, head: Path | None = None) -> dict[str, str]:
    """The key of each stage: its code and libraries, and the key of the stage before it; for the coding also the
    codebook and the user's own head, if there is one. Where coded sentences stand is kept by the coding's."""
    read = _digest(source("read"))
    split = _digest(read, source("split"), passages.model_version())
    own = [hashlib.sha256(head.read_bytes()).hexdigest()] if head and head.is_file() else []
    code = _digest(split, source("code"), codebook.fingerprint, *own)
    return {"read": read, "split": split, "code": code, "place": _digest(code, source("place"))}


def check_head(codebook: Codebook, head: Path | None, key: str) -> None:
    """Raise StoreError where the user's own head is not the one that `key`, the coding's, was made with.

    What is asked after the head was read tells that no coding of another one is kept, or shown, as this one's.
    """
    if fingerprints(codebook, head)["code"] != key:
        remedy = "run again: with the head that is there now, all papers are coded anew"
        raise StoreError("the trained head was replaced while the run was at work", str(head), remedy)


def source(stage: str) -> str:
    """A fingerprint of the code and libraries of a stage."""
    files = sorted({path for pattern in CODE[stage] for path in HERE.glob(pattern) if path.is_file()})
    code = [hashlib.sha256(f.read_bytes()).hexdigest() for f in files if "__pycache__" not in f.parts]
    return _digest(code, [(name, version(name)) for name in LIBRARIES[stage]])


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def result_path(job: Job, stage: str) -> Path:
    """Where the result of `stage` for this paper lies, or would lie."""
    return artifacts.artifact(job.out, stage, job.keys[stage], job.document_id)


def kept_refusal(job: Job, settings: Settings) -> Rejection | None:
    """The refusal kept for this paper, unless it was for want of what there is now: time, memory, OCR."""
    if _whole(job):
        return None
    kept = store.load_rejection(result_path(job, "read")) or store.load_rejection(result_path(job, "code"))
    if kept and kept.reason == NO_OCR and ocr.available():
        return None
    died = ProcessExpired("")  # type: ignore[no-untyped-call]  # pebble types only what takes arguments
    limits = {"timeout": TimeoutError(), "memory": MemoryError(), "crash": died}
    if kept and kept.kind in limits:
        now = explain(limits[kept.kind], settings.seconds_per_paper, settings.memory_mb_per_worker)
        return kept if kept.reason == now[1] else None
    return kept


def _has_work(job: Job, settings: Settings) -> bool:
    return not _whole(job) and kept_refusal(job, settings) is None


def _whole(job: Job) -> bool:
    return all(result_path(job, stage).is_file() for stage in artifacts.STAGES)
