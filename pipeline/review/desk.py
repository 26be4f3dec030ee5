"""What the pages show: the last run's papers and codings, with everything that people decided since."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pipeline import artifacts, publish, store
from pipeline.codebook import Codebook, load_codebook
from pipeline.compare import compare
from pipeline.decisions import log
from pipeline.decisions.anchor import standing
from pipeline.decisions.apply import counted
from pipeline.decisions.decision import ON_PAPERS, Decision, in_turn
from pipeline.decisions.reviewed import Reviewed, review
from pipeline.documents import Document, Passage
from pipeline.double_coding import Unit
from pipeline.errors import CorpusError
from pipeline.evidence import Held, by_side, sides_of
from pipeline.gathered import done_part, gathered
from pipeline.outcomes import Comparison
from pipeline.plan import make_plan, without_damage
from pipeline.records import CodedPaper, Coding, Paper
from pipeline.refresh import versions
from pipeline.review.double import finder
from pipeline.settings import Settings
from pipeline.triage import Order, worth_a_look

DOCUMENTS = 16  # kept in memory for their pages

Made = TypeVar("Made")


class Desk:
    """Papers and codings as they stand now; requests share it, so what changes it holds its lock.

    It is a class because a server must hold what it shows between requests: reading 200 papers' codings anew for
    each would take seconds. Only the log holds what was decided; the desk can be thrown away at any time.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises PrecedentError where there is no finished run to look at, or the log cannot be read."""
        self.settings = settings
        self.log = settings.log
        self.lock = threading.RLock()
        self._orders: dict[Order, Mapping[str, str]] = {}
        self._load()

    # ---- loading ----

    def _load(self) -> None:
        self._run = _last_run(self.settings.out)
        if not self._run[0]:
            remedy = f"run first: precedent run {self.settings.corpus}"
            raise CorpusError("there is no finished run to review", str(self.settings.out), remedy)
        self.plan = done_part(without_damage(make_plan(self.settings, load_codebook(self.settings.codebook))))
        self.work = gathered(self.plan)
        self.codebook: Codebook = self.plan.codebook
        self.versions = versions(self.plan)
        of_papers = (self.work.coded[paper.document_id] for paper in self.work.papers)
        self.machine_codings = {paper.document_id: paper.codings for paper in of_papers}
        self._document = lru_cache(DOCUMENTS)(self._load_document)
        self.text, self.passages = cache(self._load_text), cache(self._load_passages)
        self._finder = finder(self.passages)
        self._read_log()

    def _read_log(self) -> None:
        self._log_seen, self._orders = _stamp(self.log), {}
        self.decisions = log.read(self.log)
        done = self._review(
            self.decisions, self.work.papers, [c for of_paper in self.machine_codings.values() for c in of_paper]
        )
        self.excluded, self.unanchored = done.excluded, done.unanchored
        self.papers = {paper.document_id: paper for paper in done.papers}
        self._final: dict[str, tuple[Coding, ...]] = {}
        self._by_id: dict[str, Coding] = {}
        self._tally: dict[str, tuple[int, int]] = {}  # by document: codings, and those that people judged
        for document_id, codings in _by_document(done.codings).items():
            self._put(document_id, codings)
        count = [coding for coding in done.codings if counted(coding)]
        self.comparisons: tuple[Comparison, ...] = compare(done.papers, count, self.codebook)
        self._changed()

    def catch_up(self) -> None:
        """See what happened since: a run that finished, decisions from here, a colleague's server or an import."""
        with self.lock:
            if _last_run(self.settings.out) != self._run:
                self._load()
                return
            file, size = _stamp(self.log)
            if (file, size) == self._log_seen:
                return
            begun = self._log_seen == (0, 0)  # there was no log, and now there is
            if not begun and (file != self._log_seen[0] or size < self._log_seen[1]):
                self._read_log()
            else:
                self._add(file, self._log_seen[1])

    def _add(self, file: int, offset: int) -> None:
        """Take in the lines of the log, whose inode is `file`, from `offset` on."""
        lines = log.content(self.log)[offset:]
        new = log.decisions_in(lines, self.log)
        if any(d.action in ON_PAPERS for d in new):
            self._read_log()
            return
        self._log_seen = file, offset + len(lines)
        self.decisions = log.merge(self.decisions, new)
        placed = {d.id: d.document_id for d in self.decisions}
        self._again({d.document_id or placed.get(d.undoes, "") for d in new})

    def _review(self, decisions: Iterable[Decision], papers: Sequence[Paper], codings: Sequence[Coding]) -> Reviewed:
        return review(decisions, papers, codings, self.codebook, self.text, self.passages)

    def _load_document(self, document_id: str) -> Document:
        return store.load_document(self.artifact("read", document_id))

    def document(self, document_id: str) -> Document:
        return self._document(document_id)

    def _load_text(self, document_id: str) -> str:
        return next(store.load_texts([self.artifact("read", document_id)]))[1]

    def _load_passages(self, document_id: str) -> tuple[Passage, ...]:
        return tuple(store.load_passages(self.artifact("split", document_id)))

    def sentences_at(self, document_id: str, start: int, end: int) -> range:
        """Which sentences of a paper, from 0, share something with a place."""
        return self._finder(document_id, start, end)

    def sentences(self) -> Iterator[tuple[str, int, str]]:
        """Document id, offset and text of every sentence of every paper."""
        for document_id in self.papers:
            text = self.text(document_id)
            for passage in self.passages(document_id):
                yield document_id, passage.start, " ".join(text[passage.start : passage.end].split())

    def coded(self) -> list[CodedPaper]:
        """What the machine made of every paper that is in the tables."""
        return [self.work.coded[document_id] for document_id in self.papers]

    def standing(self) -> tuple[Decision, ...]:
        """The decisions that nobody took back."""
        return standing(self.decisions)

    def passage_domains(self, document_id: str) -> tuple[str, ...]:
        """The sides of a paper's sentences, in their order."""
        return self.work.coded[document_id].domains

    def artifact(self, stage: str, document_id: str) -> Path:
        return artifacts.artifact(self.settings.out, stage, self.plan.keys[stage], document_id)

    # ---- looking ----

    def remember(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for what is decided now, and anew after any change."""
        with self.lock:
            if name not in self._remembered:
                self._remembered[name] = make()
            found: Made = self._remembered[name]
            return found

    @property
    def held(self) -> Held:
        """The codings that count on each side, those that were rejected too."""
        papers, sides = list(self.papers.values()), sides_of(self.codebook)
        return self.remember("held", lambda: by_side(papers, self.codings, sides))

    @property
    def codings(self) -> list[Coding]:
        """All codings in the order of papers and text, those that were rejected too."""
        return self.remember("codings", lambda: [coding for i in self.papers for coding in self.of_paper(i)])

    @property
    def total(self) -> int:
        return sum(total for total, _ in self._tally.values())

    @property
    def reviewed(self) -> int:
        """How many codings people judged."""
        return sum(judged for _, judged in self._tally.values())

    def of_paper(self, document_id: str) -> tuple[Coding, ...]:
        return self._final.get(document_id, ())

    def find(self, coding_id: str) -> Coding | None:
        """The coding as it stands now, None where there is none of that id."""
        return self._by_id.get(coding_id)

    def machine(self, coding: Coding) -> Coding | None:
        """What the machine had said, None where it had said nothing."""
        return next((c for c in self.machine_codings.get(coding.document_id, ()) if c.id == coding.id), None)

    def queue(self, order: Order) -> Mapping[str, str]:
        """Ids of the codings that nobody decided, the most worth a look first, each with its reason. The order is that
        of the last look at the log as a whole, so that it holds still while somebody works through it."""
        with self.lock:
            if order not in self._orders:
                self._orders[order] = self._looks(order, frozenset())
            return self._orders[order]

    def disputed(self, disputed: frozenset[tuple[Unit, str]]) -> Mapping[str, str]:
        """The same, those (sentence, family) first on which coders differ now."""
        return self.remember("disputed", lambda: self._looks("disputed", disputed))

    def _looks(self, order: Order, disputed: frozenset[tuple[Unit, str]]) -> Mapping[str, str]:
        listed = [c for c in self.codings if counted(c) or (order == "disputed" and c.review_status == "disputed")]
        decided = {coding.id for coding in listed if not is_open(coding)}
        papers = list(self.papers.values())
        looks = worth_a_look(listed, papers, self.comparisons, self.codebook, order, decided, disputed)
        return {look.coding_id: look.reason for look in looks}

    def _put(self, document_id: str, codings: Iterable[Coding]) -> None:
        """The final codings of a paper."""
        for coding in self._final.get(document_id, ()):
            self._by_id.pop(coding.id, None)
        final = tuple(sorted(codings, key=lambda c: (c.start, c.end)))
        self._final[document_id] = final
        self._by_id |= {coding.id: coding for coding in final}
        self._tally[document_id] = len(final), sum(coding.review_status != "unreviewed" for coding in final)

    def _changed(self) -> None:
        """Forget what followed from the codings before."""
        self._remembered: dict[str, Any] = {}

    # ---- deciding ----

    def take(self, decisions: Sequence[Decision]) -> None:
        """Put decisions on the log, then into what is shown. Raises StoreError; then nothing was decided."""
        with self.lock:
            self.catch_up()
            last = self.decisions[-1].at if self.decisions else ""
            log.append(self.log, in_turn(decisions, last))
            self.catch_up()

    def _again(self, documents: set[str]) -> None:
        """The final codings of these papers anew."""
        for document_id in documents & set(self.papers):
            told = [d for d in self.decisions if d.document_id == document_id or d.action == "undo"]
            done = self._review(told, [self.papers[document_id]], self.machine_codings.get(document_id, ()))
            self._put(document_id, done.codings)
        self._changed()


def is_open(coding: Coding) -> bool:
    """Whether a coding still asks for a decision: nobody judged it, or those who did differ."""
    return coding.review_status in ("unreviewed", "disputed")


def _by_document(codings: Iterable[Coding]) -> dict[str, list[Coding]]:
    held: dict[str, list[Coding]] = defaultdict(list)
    for coding in codings:
        held[coding.document_id].append(coding)
    return held


def _last_run(out: Path) -> tuple[str, str]:
    """Id and end of the last finished run: one that only makes anew what was damaged has the same id."""
    run = publish.load_run(out)
    return run.get("run_id", ""), run.get("finished", "")


def _stamp(path: Path) -> tuple[int, int]:
    """Inode and size of the log: it only grows, so a new size is a new decision."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_size
