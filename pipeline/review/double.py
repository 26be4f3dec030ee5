"""Two who code the same sentences: what each made of them, and what settles their differences."""

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from pipeline.agreement import Disagreement, Given
from pipeline.decisions.decision import JUDGEMENTS, Decision
from pipeline.documents import Passage
from pipeline.double_coding import Stratum, Unit, double_coding_sample, sampling_shares, strata
from pipeline.records import CodedPaper, Coding

Passages = Callable[[str], Sequence[Passage]]


def given(
    decisions: Iterable[Decision], machine: Mapping[str, Sequence[Coding]], passages: Passages
) -> dict[str, dict[Unit, Given | None]]:
    """What each coder made of the sentences that they looked at, for `agreement`.

    `decisions` stand and are anchored; `machine` holds the machine's codings by document. A coder has looked at a
    sentence that they marked as seen, or in which they judged, not blind, every coding of the machine. Settlements
    are no coder's own judgement and are left out.
    """
    unit_of = _units(passages)
    placed = [
        (d, unit)
        for d in sorted(decisions, key=lambda d: (d.at, d.id))
        if d.quote and not d.settled and (unit := unit_of(d.document_id, d.start, d.end))
    ]
    seen = {(d.coder, unit): d.domain for d, unit in placed if d.action == "seen"}
    latest: defaultdict[tuple[str, Unit], dict[tuple[str, ...], Decision]] = defaultdict(dict)
    for d, unit in placed:
        if d.action in JUDGEMENTS:
            latest[d.coder, unit][_about(d)] = d
    asked = _asked({unit[0] for _, unit in latest}, machine, unit_of)
    found: defaultdict[str, dict[Unit, Given | None]] = defaultdict(dict)
    for coder, unit in {**seen, **latest}:
        said = latest.get((coder, unit), {})
        openly = any(not d.blind for d in said.values())  # who works blind says when a sentence is done
        if (coder, unit) in seen or (openly and asked.get(unit, set()) <= set(said)):
            found[coder][unit] = _made_of(said.values(), seen.get((coder, unit), ""))
    return dict(found)


def _asked(
    documents: Iterable[str], machine: Mapping[str, Sequence[Coding]], unit_of: Callable[[str, int, int], Unit | None]
) -> dict[Unit, set[tuple[str, ...]]]:
    """The machine's codings of each sentence, which ask for a judgement."""
    asked: defaultdict[Unit, set[tuple[str, ...]]] = defaultdict(set)
    for document_id in documents:
        for coding in machine.get(document_id, ()):
            if unit := unit_of(document_id, coding.start, coding.end):
                asked[unit].add((coding.id,))
    return dict(asked)


def _about(decision: Decision) -> tuple[str, ...]:
    """What a judgement is about: a coding, or a code that a coder added."""
    return (decision.coding_id,) if decision.coding_id else (decision.family, decision.code)


def _made_of(judgements: Iterable[Decision], domain: str) -> Given:
    held = [d for d in judgements if d.action != "reject"]
    domains = {d.domain for d in held}
    codes: dict[tuple[str, str], str] = {(d.family, d.code): d.status or "asserted" for d in held}
    return Given(codes, domain or (domains.pop() if len(domains) == 1 else ""))


def finder(passages: Passages) -> Callable[[str, int, int], range]:
    """A function from a place to the sentences, from 0, that share something with it; they stand in order."""

    @cache
    def bounds(document_id: str) -> tuple[list[int], list[int]]:
        held = passages(document_id)
        return [p.start for p in held], [p.end for p in held]

    def find(document_id: str, start: int, end: int) -> range:
        starts, ends = bounds(document_id)
        return range(bisect_right(ends, start), bisect_left(starts, end))

    return find


def _units(passages: Passages) -> Callable[[str, int, int], Unit | None]:
    """A function from a place to the sentence that shares most of it."""
    find = finder(passages)

    def unit_of(document_id: str, start: int, end: int) -> Unit | None:
        held = passages(document_id)
        shared = [
            (min(end, p.end) - max(start, p.start), -p.start, p.end)
            for p in map(held.__getitem__, find(document_id, start, end))
        ]
        most, begin, stop = max(shared, default=(0, 0, 0))
        return (document_id, -begin, stop) if most > 0 else None

    return unit_of


# ---- the sample ----


def draw(papers: Iterable[CodedPaper], passages: Passages, before: Mapping[Stratum, float]) -> str:
    """The shares of a sample, as the log keeps them: those of before stay, so that the sample only grows."""
    shares = sampling_shares(_sentences(papers, passages), before=before)
    return json.dumps({f"{domain}:{family}": round(share, 6) for (domain, family), share in sorted(shares.items())})


def drawn_shares(decisions: Iterable[Decision]) -> dict[Stratum, float]:
    """The shares of the sample that was drawn last; {} where none was."""
    samples = sorted((d.at, d.value) for d in decisions if d.action == "sample")
    told = json.loads(samples[-1][1]) if samples else {}
    return {(name.partition(":")[0], name.partition(":")[2]): float(share) for name, share in told.items()}


def sampled(papers: Iterable[CodedPaper], passages: Passages, shares: Mapping[Stratum, float]) -> tuple[Unit, ...]:
    """The sentences of the sample, by place."""
    return tuple(double_coding_sample(_sentences(papers, passages), shares)) if shares else ()


def _sentences(papers: Iterable[CodedPaper], passages: Passages) -> dict[Unit, frozenset[Stratum]]:
    return {unit: of for paper in papers for unit, of in strata(paper, passages(paper.document_id)).items()}


# ---- settling ----


def settled(decisions: Iterable[Decision], passages: Passages) -> set[tuple[Unit, str]]:
    """The (sentence, family) that somebody settled."""
    unit_of = _units(passages)
    done = [d for d in decisions if d.settled and d.quote]
    placed = [(unit_of(d.document_id, d.start, d.end), d.family or d.original_family) for d in done]
    return {(unit, family) for unit, family in placed if unit}


def settlement(
    dispute: Disagreement,
    coder: str,
    codings: Sequence[Coding],
    judge: Callable[[Coding, str | None], Decision],
    add: Callable[[str, str], Decision],
) -> list[Decision]:
    """The decisions that settle a dispute over a family's codes as `coder` said.

    `codings` are all codings of the sentence. `judge` makes a decision that keeps a coding with a status ("" for that
    which it has), or refuses it (None); `add` one that adds a code with a status. What the coder said stays, what
    they did not say goes.
    """
    said = dict(_code_and_status(text) for text in dispute.said[coder])
    of_family = [c for c in codings if c.family == dispute.family]
    judged = [judge(c, said.get(c.code)) for c in of_family]
    missing = sorted(set(said) - {c.code for c in of_family})
    return [replace(d, settled=True) for d in (*judged, *(add(code, said[code] or "asserted") for code in missing))]


def _code_and_status(text: str) -> tuple[str, str]:
    code, _, status = text.partition(" ")
    return code, status
