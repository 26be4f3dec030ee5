"""Decisions applied to codings: which coding is final, by settlement, else by people, else by the machine."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.decisions.anchor import unanchored
from pipeline.decisions.decision import JUDGEMENTS, ON_PAPERS, Decision
from pipeline.documents import Passage
from pipeline.outcomes import Unanchored
from pipeline.records import HUMAN, Coding, DecidedBy, Paper, Status

Claim = tuple[str, str, str, Status]  # family, code, domain, status: what a person says a sentence has
Key = tuple[str, str]  # family, code
Place = tuple[str, int, int, str]  # document, start, end, quote


@dataclass(frozen=True, slots=True)
class Case:
    """All that people decided on one coding: the machine's, or one that people made (`machine` is None).

    `decisions` are anchored and in the order of (at, id); `quote` is the text at [start, end) of the document.
    """

    id: str
    document_id: str
    start: int
    end: int
    quote: str
    machine: Coding | None
    decisions: tuple[Decision, ...]

    @property
    def judgements(self) -> dict[str, Decision]:
        """The latest judgement of each coder."""
        return {d.coder: d for d in self.decisions if d.action in JUDGEMENTS}

    @property
    def settlement(self) -> Decision | None:
        """The latest settlement, if the coding was settled."""
        return next((d for d in reversed(self.decisions) if d.settled and d.action in JUDGEMENTS), None)

    @property
    def disputed(self) -> bool:
        """Whether coders differ, and nobody settled it."""
        return self.settlement is None and len({claim(d) for d in self.judgements.values()}) > 1


def claim(decision: Decision) -> Claim | None:
    """What a judgement says the sentence has: family, code, domain, status; None for a rejection."""
    if decision.action == "reject":
        return None
    return decision.family, decision.code, decision.domain, decision.status or "asserted"


def apply(
    papers: Sequence[Paper],
    codings: Sequence[Coding],
    decisions: Iterable[Decision],
    passages: Callable[[str], Sequence[Passage]],
) -> tuple[tuple[Coding, ...], tuple[Unanchored, ...]]:
    """The final codings of some papers, and the decisions that found no coding.

    `decisions` are anchored (see `anchor`); `passages` gives the sentences of a paper, and is asked only where
    people added a coding. A settlement wins over people, people over the machine. The latest judgement of a
    coder counts. Where coders differ and nobody settled it, the machine's coding stands and is `disputed`: no
    number moves by who spoke last. A coding in dispute that the machine did not make counts nowhere.

    A coding is `accepted` where the final word is the machine's, `recoded` where it has another code, domain
    or status (the machine's is then in `original_...`), `added` where the machine makes no such coding, be
    it that it never did or that a new codebook or model no longer does. Where its code is a person's, its
    method is "human" and its confidence 1. A rejection of what the machine no longer makes has nothing to do.
    Order: by paper, then as they stand in the text.
    """
    final = {c.id: c for c in codings}
    lost: list[Unanchored] = []
    for case in cases(codings, decisions):
        done = _decided(case, passages)
        if done:
            final[case.id] = done
        elif case.machine is None:
            why = "the machine no longer codes this sentence so, and nobody else does"
            lost += [unanchored(d, why) for d in case.decisions if d.action == "note"]
    order = {paper.document_id: at for at, paper in enumerate(papers)}
    ordered = sorted(_untied(final.values()), key=lambda c: (order[c.document_id], c.start, c.end))  # as the machine's
    return tuple(ordered), tuple(lost)


def counted(coding: Coding) -> bool:
    """Whether a coding counts: not where it was rejected, nor in dispute where the machine did not make it."""
    return coding.review_status != "rejected" and not (coding.review_status == "disputed" and coding.method == HUMAN)


def cases(codings: Iterable[Coding], decisions: Iterable[Decision]) -> tuple[Case, ...]:
    """What people decided, by the coding it is about, in the order of the first decision on each.

    A decision is about the coding of its id; else about one with the code that it speaks of, or else that it
    gives, whose place it shares by half of the shorter one at least, be it the machine's or people's. So two who
    add one code to one sentence speak of one coding, also where the machine has it or one gave it by recoding.
    """
    spoken = [d for d in decisions if d.action not in ON_PAPERS]
    documents = {d.document_id for d in spoken}
    machine = {c.id: c for c in codings if c.document_id in documents}
    known = _Known(machine.values())
    held: dict[str, list[Decision]] = defaultdict(list)
    places = {c.id: (c.document_id, c.start, c.end, c.quote) for c in machine.values()}
    for decision in sorted(spoken, key=lambda d: (not d.coding_id, d.at, d.id)):  # additions find what others gave
        place = decision.document_id, decision.start, decision.end, decision.quote
        keys = [subject(decision), *([(decision.family, decision.code)] if decision.code else [])]
        found = (known.find(place, key) for key in keys)
        case_id = decision.coding_id if decision.coding_id in places else next(filter(None, found), "")
        case_id = case_id or coding_id(*place[:3], *keys[0])
        places.setdefault(case_id, place)
        held[case_id].append(decision)
        for key in keys:
            known.add(case_id, places[case_id], key)
    ordered = {case_id: tuple(sorted(told, key=lambda d: (d.at, d.id))) for case_id, told in held.items()}
    first = sorted(ordered, key=lambda i: (ordered[i][0].at, ordered[i][0].id))
    return tuple(Case(i, *places[i], machine.get(i), ordered[i]) for i in first)


def coding_id(document_id: str, start: int, end: int, family: str, code: str) -> str:
    """The id of a coding that people made: the same for all who make it."""
    return hashlib.sha256(f"{HUMAN}:{document_id}:{start}:{end}:{family}:{code}".encode()).hexdigest()[:16]


class _Known:
    """Which codings have a code, and where."""

    def __init__(self, codings: Iterable[Coding]) -> None:
        self._at: dict[tuple[str, Key], list[tuple[int, int, str]]] = defaultdict(list)
        for c in codings:
            self.add(c.id, (c.document_id, c.start, c.end, c.quote), (c.family, c.code))

    def add(self, case_id: str, place: Place, key: Key) -> None:
        entry = place[1], place[2], case_id
        if entry not in self._at[place[0], key]:
            self._at[place[0], key].append(entry)

    def find(self, place: Place, key: Key) -> str:
        """The coding with this code that shares most of the place, half of the shorter at least; or ""."""
        document_id, start, end, _ = place
        shared = [
            (min(end, b) - max(start, a), case_id)
            for a, b, case_id in self._at.get((document_id, key), ())
            if min(end, b) - max(start, a) >= max(1, min(end - start, b - a) / 2)
        ]
        return max(shared, key=lambda s: s[0])[1] if shared else ""


def subject(decision: Decision) -> Key:
    """The code of the coding that a decision is about."""
    if decision.action == "add":
        return decision.family, decision.code
    return decision.original_family, decision.original_code


def _decided(case: Case, passages: Callable[[str], Sequence[Passage]]) -> Coding | None:
    """The coding of a case as people left it; None where nobody holds or ever held that there is one."""
    base = case.machine or _made(case, passages)
    if base is None:
        return None
    note = " | ".join(dict.fromkeys(_notes(case)))
    if not case.judgements:
        return replace(base, note=note)
    voices = [case.settlement] if case.settlement else list(case.judgements.values())
    names = "; ".join(sorted({d.coder for d in voices}))
    by: DecidedBy = "settled" if case.settlement else "machine" if case.disputed else "human"
    told = replace(base, reviewer=names, reviewed_at=max(d.at for d in voices), decided_by=by, note=note)
    if case.disputed:
        return replace(told, review_status="disputed")
    return _judged(told, claim(voices[0]), made=case.machine is None)


def _judged(coding: Coding, said: Claim | None, made: bool) -> Coding:
    """A coding after what all say of it: rejected, or with family, code, domain and status as they have it."""
    was: Claim = (coding.family, coding.code, coding.domain, coding.status)
    if said is None:
        return replace(coding, review_status="rejected")
    if not made and said == was:
        return replace(coding, review_status="accepted")
    family, code, domain, status = said
    done = replace(coding, family=family, code=code, domain=domain, status=status)
    if (family, code) != was[:2]:
        done = replace(done, method=HUMAN, confidence=1.0, terms=(), evidence=((coding.start, coding.end),))
    if made:
        return replace(done, review_status="added")
    return replace(
        done,
        review_status="recoded",
        original_family=coding.family,
        original_code=coding.code,
        original_domain=coding.domain,
        original_status=coding.status,
    )


def _notes(case: Case) -> Iterator[str]:
    """Each coder's latest note, in the order of time; an empty one takes the one before away."""
    latest = {d.coder: d for d in case.decisions if d.note or d.action == "note"}
    return (d.note for d in sorted(latest.values(), key=lambda d: (d.at, d.id)) if d.note)


def _made(case: Case, passages: Callable[[str], Sequence[Passage]]) -> Coding | None:
    """A coding that people made, as the first of those says who hold it."""
    first = next((d for d in case.decisions if d.action in ("add", "accept", "recode")), None)
    if first is None:
        return None
    sentences = passages(case.document_id)
    shared = [(min(case.end, p.end) - max(case.start, p.start), at) for at, p in enumerate(sentences)]
    sentence = sentences[max(shared)[1]] if shared and max(shared)[0] > 0 else None
    return Coding(
        id=case.id,
        document_id=case.document_id,
        family=first.family,
        code=first.code,
        domain=first.domain,
        status=first.status or "asserted",
        start=case.start,
        end=case.end,
        quote=case.quote,
        role=sentence.role if sentence else "body",
        method=HUMAN,
        confidence=1.0,
        terms=(),
        evidence=((case.start, case.end),),
        cited=sentence.cited if sentence else False,
    )


def _untied(codings: Iterable[Coding]) -> list[Coding]:
    """The codings without ties to an instrument that people rejected or made something else."""
    listed = list(codings)
    gone = {c.id for c in listed if not counted(c) or (c.original_family and c.original_family != c.family)}
    return [replace(c, tied_to="") if c.tied_to in gone else c for c in listed]
