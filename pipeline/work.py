"""What is done for each paper: read, split, code; in batches, in child processes with limits."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from pipeline import abstracts, coding, passages, pdf, store
from pipeline.codebook import Codebook
from pipeline.coding.head import Head
from pipeline.documents import ABSTRACT_FILE, Document, Passage
from pipeline.duplicates import sketch
from pipeline.errors import PrecedentError, UnreadablePaper
from pipeline.files import sha256_of
from pipeline.places import places_of
from pipeline.plan import Job, check_head, result_path
from pipeline.records import CodedPaper, Rejection
from pipeline.settings import Settings
from pipeline.shared import new_ones_sent
from pipeline.tokens import tokens_of
from pipeline.workers import explain, run_limited

Done = TypeVar("Done")

log = logging.getLogger("precedent")


@dataclass(frozen=True, slots=True)
class BatchJob:
    """Papers for one task, with the limits they are read under."""

    jobs: tuple[Job, ...]
    settings: Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one paper: seconds spent by stage (stages that had work), why not, if refused, and damage."""

    document_id: str
    seconds: dict[str, float]
    rejection: Rejection | None = None
    damage: str = ""


def process_batch(batch: BatchJob) -> tuple[Outcome, ...]:
    """Read, split and code the papers of a batch in child processes with limits.

    One paper's failure is that paper's outcome; only state that can't be written stops the batch. The children speak
    to no network: where results are shared, they are sent from here, once the batch is done.
    """
    limits = (batch.settings.seconds_per_paper, batch.settings.memory_mb_per_worker)
    first, ids = batch.jobs[0], [job.document_id for job in batch.jobs]
    with new_ones_sent(batch.settings.state, first.out, first.keys, ids):
        return tuple(_outcomes(batch, limits))


def _outcomes(batch: BatchJob, limits: tuple[int, int]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    shown = time.monotonic()
    with closing(run_limited(process_paper, batch.jobs, batch.settings.workers, *limits)) as done:
        for job, result in done:
            outcomes.append(result if isinstance(result, Outcome) else _failure(job, result, limits))
            if outcomes[-1].damage:
                log.warning("%s: %s", job.name, outcomes[-1].damage)
            if time.monotonic() - shown > 2 or len(outcomes) == len(batch.jobs):
                shown = time.monotonic()
                log.info("read and coded %d of %d", len(outcomes), len(batch.jobs))
    return outcomes


def _failure(job: Job, error: object, limits: tuple[int, int]) -> Outcome:
    if isinstance(error, PrecedentError) or not isinstance(error, BaseException):
        raise error if isinstance(error, PrecedentError) else TypeError(f"no outcome: {error!r}")
    kind, reason, remedy = explain(error, *limits)
    rejection = Rejection(job.name, job.document_id, kind, reason, remedy)
    if kind not in ("error", "killed"):  # these may go better the next time
        store.save_rejection(result_path(job, "code"), rejection)
    log.warning("rejected %s: %s", job.name, reason)
    return Outcome(job.document_id, {}, rejection)


def process_paper(job: Job) -> Outcome:
    """Do for one paper the stages whose results are not kept yet. Raises StoreError."""
    seconds: dict[str, float] = {}
    try:
        document = _stage(job, "read", seconds, lambda: _read(job), store.load_document)
        sentences = _stage(job, "split", seconds, lambda: _split(job, document), store.load_passages)
        coded = _stage(job, "code", seconds, lambda: _code(job, document, sentences), store.load_coded)
        _stage(job, "place", seconds, lambda: _places(job, document, coded), lambda _: None)
    except UnreadablePaper as error:
        rejection = Rejection(job.name, job.document_id, error.kind, error.what, error.remedy)
        store.save_rejection(result_path(job, "read"), rejection)
        return Outcome(job.document_id, seconds, rejection)
    except OSError as error:
        reason = f"the file could not be opened ({error.strerror or type(error).__name__})"
        gone = Rejection(job.name, job.document_id, "vanished", reason, "put it back, then run again")
        return Outcome(job.document_id, seconds, gone)
    return Outcome(job.document_id, seconds, damage=document.damage)


def _stage(
    job: Job, stage: str, seconds: dict[str, float], make: Callable[[], Done], load: Callable[[Path], Done]
) -> Done:
    """The kept result of a stage, made anew where there is none."""
    if result_path(job, stage).is_file():
        return load(result_path(job, stage))
    before = time.process_time()
    result = make()
    seconds[stage] = time.process_time() - before
    return result


def _read(job: Job) -> Document:
    try:
        read = abstracts.read if job.path.name.endswith(ABSTRACT_FILE) else pdf.read
        document = read(job.path, job.document_id)
    finally:  # what was found of a file that went away or changed says nothing about the one that was asked for
        if sha256_of(job.path) != job.document_id:
            raise FileNotFoundError(0, "it changed while it was read")
    store.save_document(result_path(job, "read"), document, sketch(document.text))
    return document


def _split(job: Job, document: Document) -> tuple[Passage, ...]:
    sentences = passages.split(document)
    tokens = tokens_of([document.text[sentence.start : sentence.end] for sentence in sentences])
    store.save_passages(result_path(job, "split"), sentences, tokens)
    return sentences


@cache
def _own_head(path: Path, codebook: Codebook, key: str) -> Head | None:
    """The user's own head, read once in each state of its file, which `key` tells. Raises StoreError where it is in
    another state by now."""
    head = coding.own_head(path, codebook.fingerprint)
    check_head(codebook, path, key)
    return head


def _code(job: Job, document: Document, sentences: Sequence[Passage]) -> CodedPaper:
    own = _own_head(job.head, job.codebook, job.keys["code"]) if job.head else None
    coded = coding.code_document(document, sentences, job.codebook, own)
    store.save_coded(result_path(job, "code"), coded)
    return coded


def _places(job: Job, document: Document, coded: CodedPaper) -> None:
    spans = ((coding.start, coding.end) for coding in coded.codings)
    store.save_places(result_path(job, "place"), places_of(document, spans))
