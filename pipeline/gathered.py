"""What is kept of the papers in the folder, together: the machine's work, and what people made of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from pipeline import artifacts, store
from pipeline.corpus import Scan, gather
from pipeline.decisions.reviewed import Reviewed, review
from pipeline.documents import Document, Passage
from pipeline.plan import Job, Plan, kept_refusal
from pipeline.records import Card, CodedPaper, Coding, Doubt, Paper, Place, Rejection
from pipeline.tokens import Tokens
from pipeline.topic_outcomes import TopicModel
from pipeline.work import Outcome

Loaded = tuple[Mapping[str, CodedPaper], Mapping[str, Card]]  # by the ids of papers
NOTHING: Loaded = ({}, {})


@dataclass(frozen=True, slots=True)
class Gathered:
    """The papers that were read and coded, what coding made of each, files that are left out, doubtful matches."""

    papers: tuple[Paper, ...]
    coded: Mapping[str, CodedPaper]
    rejected: tuple[Rejection, ...]
    doubts: tuple[Doubt, ...]

    @property
    def codings(self) -> tuple[Coding, ...]:
        """The machine's codings, in the order of the papers and of the text."""
        return tuple(c for paper in self.papers for c in self.coded[paper.document_id].codings)


def loaded(plan: Plan) -> Loaded:
    """What is kept of the papers of a plan that have no work. Raises StoreError where a paper's results are missing."""
    done = done_part(plan)
    return _loaded(done, [i for i, refusal in _refusals(done).items() if refusal is None])


def gathered(plan: Plan, outcomes: Sequence[Outcome] = (), before: Loaded = NOTHING) -> Gathered:
    """The machine's work on the papers of a plan whose work is done; `outcomes` are those of this run, and what was
    loaded `before` is not loaded again.

    Raises StoreError where a paper's results are missing.
    """
    refusals = _refusals(plan) | {o.document_id: o.rejection for o in outcomes if o.rejection}
    good = [i for i, refusal in refusals.items() if refusal is None]
    rest = _loaded(plan, [i for i in good if i not in before[0]])
    coded, cards = {**before[0], **rest[0]}, {**before[1], **rest[1]}
    papers, duplicates, doubts = gather(plan.scan, [cards[i] for i in sorted(good)], coded)
    return Gathered(papers, coded, (*plan.scan.rejected, *duplicates, *_named(plan.scan, refusals)), doubts)


def _loaded(plan: Plan, ids: Sequence[str]) -> Loaded:
    coded = {i: store.load_coded(_artifact(plan, "code", i)) for i in ids}
    cards = store.load_cards([_artifact(plan, "read", i) for i in ids])
    return coded, {card.id: card for card in cards}


def _refusals(plan: Plan) -> dict[str, Rejection | None]:
    """Why each paper of a plan was refused, None where it was not, as far as is kept."""
    out, keys = plan.settings.out, plan.keys
    jobs = (Job(sha, Path(), names[0], out, keys, plan.codebook) for sha, names in plan.scan.papers.items())
    return {job.document_id: kept_refusal(job, plan.settings) for job in jobs}


def done_part(plan: Plan) -> Plan:
    """The plan without the papers that a run has yet to read or code, so that what is there can be looked at."""
    todo = {job.document_id for job in plan.todo}
    papers = {sha: names for sha, names in plan.scan.papers.items() if sha not in todo}
    return replace(plan, scan=replace(plan.scan, papers=papers))


def reviewed(plan: Plan, work: Gathered) -> Reviewed:
    """What people decided, applied to what the machine made."""

    def text(document_id: str) -> str:
        return next(store.load_texts([_artifact(plan, "read", document_id)]))[1]

    return review(plan.decisions, work.papers, work.codings, plan.codebook, text, partial(_passages, plan))


def document_of(plan: Plan, document_id: str) -> Document:
    """A paper that was read, from what is kept."""
    return store.load_document(_artifact(plan, "read", document_id))


def places_kept(plan: Plan) -> Callable[[str], Mapping[tuple[int, int], Place]]:
    """Looks up where the sentences of a paper stand that the machine coded, by their spans."""

    @cache
    def kept(document_id: str) -> Any:
        return store.load_places(_artifact(plan, "place", document_id))

    return lambda document_id: store.places_in(kept(document_id))


def spoken(plan: Plan, domains: Mapping[str, Sequence[str]]) -> dict[str, tuple[Tokens, Sequence[str]]]:
    """The words and the domain of each sentence, by the id of its paper; given are the domains."""
    return {i: (store.load_tokens(_artifact(plan, "split", i)), sides) for i, sides in domains.items()}


def topic_sentences(plan: Plan, model: TopicModel) -> dict[int, tuple[tuple[str, int, int], ...]]:
    """By number of the topic, its typical sentences as document id, start and end."""

    def span(document_id: str, place: int) -> tuple[str, int, int]:
        passage = _passages(plan, document_id)[place]
        return document_id, passage.start, passage.end

    return {topic.number: tuple(span(*sentence) for sentence in topic.sentences) for topic in model.topics}


def _passages(plan: Plan, document_id: str) -> tuple[Passage, ...]:
    return store.load_passages(_artifact(plan, "split", document_id))


def _artifact(plan: Plan, stage: str, document_id: str) -> Path:
    return artifacts.artifact(plan.settings.out, stage, plan.keys[stage], document_id)


def _named(found: Scan, refusals: Mapping[str, Rejection | None]) -> list[Rejection]:
    """Refusals under the names the files have now."""
    return [Rejection(found.papers[sha][0], sha, r.kind, r.reason, r.remedy) for sha, r in refusals.items() if r]
