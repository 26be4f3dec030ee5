"""Verdicts of two runs side by side: those that flipped, and the papers that made the difference."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from pipeline.evidence import counts_on
from pipeline.history import Change, SeenVerdict, Snapshot
from pipeline.records import BOTH

NAMED = 8  # papers that a reason names; of more it gives the number

Code = tuple[str, str]  # family, code
Cause = Callable[[Code, str, str], str]  # why, by code, side and id of a paper, it says otherwise there
Said = dict[str, str]  # by paper: what it says of a code on a side
ASSERTED, WEAK, SILENT = "asserted", "proposed or negated", "silent"


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of the comparison in one run: papers that stand there, and what those say that name a code."""

    papers: frozenset[str]
    said: Mapping[Code, Said]

    def of(self, code: Code) -> Said:
        return dict.fromkeys(self.papers, SILENT) | self.said.get(code, {})


def flips(before: Snapshot, now: Snapshot, replaced: Mapping[str, str], cause: Cause, altered: str) -> Iterator[Change]:
    """A change for each code whose verdict is another one now, in the order of the codebook.

    `replaced` leads from the id of a paper's new version to that of the old one, and the two are one paper here;
    `cause` says what befell a paper or its codings, `altered` what else changed. A code that one of the two codebooks
    lacks is told unless nothing was found of it.
    """
    was, today = ({(v.family, v.code): v for v in run.verdicts} for run in (before, now))
    keys = {p.document_id: p.citation_key for p in (*before.papers, *now.papers)}
    as_new = {old: new for new, old in replaced.items()}
    sides = list(zip(_sides(before, as_new), _sides(now, {}), strict=True))
    for code in dict.fromkeys([*today, *was]):
        old, new = was.get(code), today.get(code)
        words = {verdict.verdict if verdict else "" for verdict in (old, new)}
        if len(words) == 1 or words == {"", "not found"}:
            continue
        moved = [_moved(then.of(code), here.of(code)) for then, here in sides]
        yield Change(
            kind="verdict flipped",
            family=code[0],
            code=code[1],
            before=_in_counts(old, before),
            after=_in_counts(new, now),
            why=_reason(moved, now, keys, partial(cause, code)) or _no_paper(old, new, altered),
            papers=tuple(dict.fromkeys(i for side in moved for ids in side.values() for i in ids))[:NAMED],
        )


def _in_counts(verdict: SeenVerdict | None, run: Snapshot) -> str:
    """A verdict with its counts, such as "shared (CP 3 of 9, climate 2 of 8)"."""
    if verdict is None:
        return "not in the codebook"
    sides = zip(run.sides, verdict.papers, verdict.of_papers, strict=True)
    return f"{verdict.verdict} ({', '.join(f'{label} {k} of {n}' for (_, label), k, n in sides)})"


def _sides(run: Snapshot, as_new: Mapping[str, str]) -> Iterator[_Side]:
    """The two sides of a run, with papers under the ids that they have now."""
    domains = {paper.document_id: paper.domain for paper in run.papers}
    for side, _ in run.sides:
        said: dict[Code, Said] = defaultdict(dict)
        for coding in run.codings:
            if counts_on(side, domains[coding.document_id], coding.domain):
                paper = as_new.get(coding.document_id, coding.document_id)
                of_code = said[coding.family, coding.code]
                of_code[paper] = ASSERTED if ASSERTED in (coding.status, of_code.get(paper)) else WEAK
        yield _Side(frozenset(as_new.get(i, i) for i, domain in domains.items() if domain in (side, BOTH)), said)


def _moved(was: Said, now: Said) -> dict[str, list[str]]:
    """Ids of the papers of a side that say otherwise of a code than before, sorted, by the words that tell it."""
    groups = {
        "now asserted by": {i for i in now if now[i] == ASSERTED != was.get(i)},
        "no longer by": {i for i in was if was[i] == ASSERTED != now.get(i)},
        "now proposed or negated by": {i for i in now if now[i] == WEAK and was.get(i, SILENT) == SILENT},
        "no longer proposed or negated by": {i for i in was if was[i] == WEAK and now.get(i, SILENT) == SILENT},
        "more": {i for i in now if now[i] == SILENT and i not in was},
        "fewer": {i for i in was if was[i] == SILENT and i not in now},
    }
    return {words: sorted(ids) for words, ids in groups.items() if ids}


def _reason(
    moved: list[dict[str, list[str]]], now: Snapshot, keys: Mapping[str, str], cause: Callable[[str, str], str]
) -> str:
    """The papers that made the difference, side by side; empty where there are none."""
    told = []
    for (side, label), groups in zip(now.sides, moved, strict=True):
        parts = [
            f"{len(ids)} {words} paper{'' if len(ids) == 1 else 's'} without it"
            if words in ("more", "fewer")
            else f"{words} {_named([f'{keys[i]} ({cause(side, i)})' for i in ids])}"
            for words, ids in groups.items()
        ]
        told += [f"{label}: {', '.join(parts)}"] if parts else []
    return "; ".join(told)


def _named(names: list[str]) -> str:
    """Names, or of many the first and the number of the rest."""
    rest = [f"{len(names) - NAMED} others"] if len(names) > NAMED else []
    return ", ".join([*sorted(names)[:NAMED], *rest])


def _no_paper(old: SeenVerdict | None, new: SeenVerdict | None, altered: str) -> str:
    return "the papers are the same; the rule of the verdict changed" if old and new else altered
