"""How likely each sentence holds a code, for screening: as costly as coding, so worked out aside, once, and kept."""

import logging
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline import store
from pipeline.codebook import Codebook
from pipeline.coding.chance import chances
from pipeline.coding.document import own_head
from pipeline.errors import first_line
from pipeline.files import STATE, read_record, write_record
from pipeline.records import Chance
from pipeline.review.desk import Desk
from pipeline.workers import run_limited

log = logging.getLogger("precedent")


@dataclass(frozen=True, slots=True)
class _Paper:
    """A paper to work on: where its text and sentences are kept, and where its chances go."""

    document_id: str
    read: Path
    split: Path
    kept: Path


class Chances:
    """The chances that are known, and the thread that works out the others; a class because requests share both."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._plan = desk, desk.plan
        self._known: dict[Path, tuple[Chance, ...]] = {}
        self._thread: threading.Thread | None = None
        self.fault = ""

    def known(self) -> Mapping[str, tuple[Chance, ...]]:
        """By document the chances of its sentences, in order; the others are set about, if they are not already."""
        if self._plan is not self._desk.plan:  # a run may have mended what stood in the way
            self._plan, self.fault = self._desk.plan, ""
        wanted = [self._paper(document_id) for document_id in self._desk.papers]
        for paper in wanted:
            if paper.kept not in self._known and (found := load(paper.kept)) is not None:
                self._known[paper.kept] = found
        missing = [paper for paper in wanted if paper.kept not in self._known]
        if missing and not self.fault and not (self._thread and self._thread.is_alive()):
            self._thread = threading.Thread(target=self._work, args=[missing], daemon=True)
            self._thread.start()
        return {paper.document_id: self._known[paper.kept] for paper in wanted if paper.kept in self._known}

    def _paper(self, document_id: str) -> _Paper:
        plan = self._desk.plan
        kept = plan.settings.out / STATE / "chances" / plan.keys["code"][:16] / f"{document_id}.json"
        read, split = (self._desk.artifact(stage, document_id) for stage in ("read", "split"))
        return _Paper(document_id, read, split, kept)

    def _work(self, papers: list[_Paper]) -> None:
        settings, codebook = self._desk.settings, self._desk.codebook
        limits = settings.workers, settings.seconds_per_paper, settings.memory_mb_per_worker
        reckon = partial(_reckon, codebook=codebook, own=settings.own_head)
        with closing(run_limited(reckon, papers, *limits)) as done:
            for paper, result in done:
                if isinstance(result, BaseException):
                    self.fault = first_line(result)
                    log.warning("the chances of %s could not be worked out: %s", paper.document_id[:16], self.fault)
                else:
                    write_record(paper.kept, {"chances": result})


def _reckon(paper: _Paper, codebook: Codebook, own: Path) -> list[tuple[float, float]]:
    """The chances of a paper's sentences, in order: of any code, and the number of codes."""
    document, passages = store.load_document(paper.read), store.load_passages(paper.split)
    found = chances(document, passages, codebook, own_head(own, codebook.fingerprint))
    return [(c.any, c.codes) for c in found]


def load(path: Path) -> tuple[Chance, ...] | None:
    """The chances that a file holds; None where it is damaged, so that they are worked out anew."""
    rows = (read_record(path) or {}).get("chances")
    return None if rows is None else tuple(Chance(*row) for row in rows)
