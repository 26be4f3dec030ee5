"""Two runs side by side: papers in and out, codings gained and lost, verdicts that flipped, each with its cause."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.bibliography.normal import normal_doi, normal_title
from pipeline.outcomes import FIRST, Change, ChangeKind, Changes, SeenCoding, SeenPaper, SeenVerdict, Snapshot
from pipeline.records import BOTH

TELLING = 3  # words of a title that only one paper has: "Editorial" is none
NAMED = 8  # papers that a reason names; of more it gives the number
IN: ChangeKind = "paper in"  # kinds of change that are causes of others
OUT: ChangeKind = "paper out"
REPLACED: ChangeKind = "paper replaced"

Code = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Papers:
    """Papers of two runs by id. `replaced` leads from a new version's id to that of the old one.

    `altered` says what else than papers is otherwise, such as "codebook changed".
    """

    old: Mapping[str, SeenPaper]
    new: Mapping[str, SeenPaper]
    replaced: Mapping[str, str]
    altered: str

    def came(self) -> set[str]:
        return set(self.new) - set(self.old) - set(self.replaced)

    def left(self) -> set[str]:
        return set(self.old) - set(self.new) - set(self.replaced.values())

    def cause(self, document_id: str) -> str:
        """Why codings of this paper, by its new id if it has one, are otherwise than before."""
        if document_id not in self.new:
            return OUT
        if document_id in self.replaced:
            return REPLACED
        return self.altered if document_id in self.old else IN


def changes(before: Snapshot | None, now: Snapshot) -> Changes:
    """What is otherwise in `now` than in `before`, which is None for a first run.

    A paper is *replaced* where one left and one came with the same DOI or else the same title, of three words
    or more. Codings are the same by id, or else by paper (or the version that replaced it), code and opening
    words of the sentence; so one that only moved in its paper is neither gained nor lost, and

    - papers now = papers before + in - out;
    - codings now = codings before + gained - lost; *changed* ones are in both, with other status or domain.

    A coding's cause is its paper's coming, leaving or being replaced; in a paper that stayed it is what
    changed of the versions: the codebook, the model, the reading or the program that codes. A verdict flipped
    where its words differ; the reason names the papers that came to assert the code on a side or ceased to.
    """
    if before is None:
        return FIRST
    old, new = ({p.document_id: p for p in run.papers} for run in (before, now))
    papers = _Papers(old, new, _replaced(old, new), _altered(before.versions, now.versions))
    rows = (*_paper_rows(papers, before, now), *_coding_rows(papers, before, now), *_flips(papers, before, now))
    return Changes(first=False, rows=rows)


def counts(changed: Changes) -> dict[ChangeKind, int]:
    """How many changes there are of each kind."""
    return dict(Counter(row.kind for row in changed.rows))


def in_words(counted: Mapping[ChangeKind, int]) -> str:
    """Counts of changes in a line, such as "1 paper in; 12 codings gained, 3 lost; 1 verdict flipped"."""
    told: dict[str, list[str]] = defaultdict(list)
    for kind, n in counted.items():
        subject, what = kind.split(" ")
        plural = "" if n == 1 else "s"
        told[subject].append(f"{n} {what}" if told[subject] else f"{n} {subject}{plural} {what}")
    return "; ".join(", ".join(parts) for parts in told.values()) or "nothing changed in papers, codings or verdicts"


# ---- papers ----


def _altered(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """What codings depend on besides their papers, as far as it changed, in words."""
    parts = [name for name in new if new[name] != old.get(name)]
    if "model" in parts:  # the program's fingerprint covers the model's file
        parts = [name for name in parts if name != "program"]
    return f"{' and '.join(parts)} changed" if parts else "not known"


def _replaced(old: Mapping[str, SeenPaper], new: Mapping[str, SeenPaper]) -> dict[str, str]:
    """New id -> old id of papers that are there in another version; the DOI tells before the title."""
    found: dict[str, str] = {}
    for mark in (lambda p: normal_doi(p.doi), _telling_title):
        gone = _alone(mark, (p for i, p in old.items() if i not in new and i not in found.values()))
        came = _alone(mark, (p for i, p in new.items() if i not in old and i not in found))
        found |= {came[same]: gone[same] for same in came if same in gone}
    return found


def _alone(mark: Callable[[SeenPaper], str], papers: Iterable[SeenPaper]) -> dict[str, str]:
    """Mark -> id of the papers that alone have their mark."""
    having: dict[str, list[str]] = defaultdict(list)
    for paper in papers:
        having[mark(paper)].append(paper.document_id)
    return {same: ids[0] for same, ids in having.items() if same and len(ids) == 1}


def _telling_title(paper: SeenPaper) -> str:
    title = normal_title(paper.title)
    return title if len(title.split()) >= TELLING else ""


def _paper_rows(papers: _Papers, before: Snapshot, now: Snapshot) -> Iterator[Change]:
    came, left = papers.came(), papers.left()
    for paper in now.papers:
        if paper.document_id in came:
            held = before.left_out.get(paper.document_id)
            why = f"left out in the last run: {held}" if held else "new in the folder"
            yield _paper(IN, paper, "", paper.path, why)
    for paper in before.papers:
        if paper.document_id in left:
            why = now.left_out.get(paper.document_id, "no longer in the folder")
            yield _paper(OUT, paper, paper.path, "", why)
    for paper in now.papers:
        if paper.document_id in papers.replaced:
            yield _replacement(paper, papers.old[papers.replaced[paper.document_id]])


def _replacement(paper: SeenPaper, old: SeenPaper) -> Change:
    by = "DOI" if normal_doi(paper.doi) and normal_doi(paper.doi) == normal_doi(old.doi) else "title"
    return _paper(REPLACED, paper, old.path, paper.path, f"a file of other bytes has the same {by}")


def _paper(kind: ChangeKind, paper: SeenPaper, before: str, after: str, why: str) -> Change:
    return Change(kind, paper.document_id, paper.citation_key, before=before, after=after, why=why)


# ---- codings ----


def _coding_rows(papers: _Papers, before: Snapshot, now: Snapshot) -> Iterator[Change]:
    pairs, lost, gained = _paired(papers, before.codings, now.codings)
    for coding in gained:
        yield _coding("coding gained", coding, papers, papers.new, "", _standing(coding))
    for coding in lost:
        yield _coding("coding lost", coding, papers, papers.old, _standing(coding), "")
    for was, coding in pairs:
        if _standing(was) != _standing(coding):
            yield _coding("coding changed", coding, papers, papers.new, _standing(was), _standing(coding))


def _paired(
    papers: _Papers, old: Iterable[SeenCoding], new: Iterable[SeenCoding]
) -> tuple[list[tuple[SeenCoding, SeenCoding]], list[SeenCoding], list[SeenCoding]]:
    """Codings that are in both runs, old and new; those only in the old one; those only in the new one."""
    waiting = {coding.id: coding for coding in old}
    pairs, rest, gained = [], [], []
    for coding in new:
        if coding.id in waiting:
            pairs.append((waiting.pop(coding.id), coding))
        else:
            rest.append(coding)
    alike: dict[tuple[str, ...], deque[SeenCoding]] = defaultdict(deque)
    for coding in waiting.values():
        alike[coding.document_id, coding.family, coding.code, coding.quote].append(coding)
    for coding in rest:
        paper = papers.replaced.get(coding.document_id, coding.document_id)
        if same := alike.get((paper, coding.family, coding.code, coding.quote)):
            pairs.append((same.popleft(), coding))
        else:
            gained.append(coding)
    paired = {was.id for was, _ in pairs}
    return pairs, [coding for coding in waiting.values() if coding.id not in paired], gained


def _standing(coding: SeenCoding) -> str:
    return f"{coding.status}, {coding.domain}"


def _coding(
    kind: ChangeKind, coding: SeenCoding, papers: _Papers, of: Mapping[str, SeenPaper], before: str, after: str
) -> Change:
    replaced = coding.document_id in papers.replaced.values()
    return Change(
        kind=kind,
        document_id=coding.document_id,
        citation_key=of[coding.document_id].citation_key,
        family=coding.family,
        code=coding.code,
        coding_id=coding.id,
        quote=coding.quote,
        before=before,
        after=after,
        why=REPLACED if replaced else papers.cause(coding.document_id),
    )


# ---- verdicts ----

Asserting = dict[Code, tuple[set[str], set[str]]]  # code -> ids of the papers that assert it, by side


def _flips(papers: _Papers, before: Snapshot, now: Snapshot) -> Iterator[Change]:
    was, told = ({(v.family, v.code): v for v in run.verdicts} for run in (before, now))
    as_new = {old: new for new, old in papers.replaced.items()}  # by the ids that papers have now
    asserting = _asserting(before, as_new), _asserting(now, {})
    standing = _stand(before, as_new), _stand(now, {})
    for code in dict.fromkeys([*told, *was]):
        then, today = was.get(code), told.get(code)
        if _verdict(then) != _verdict(today) and {_verdict(then), _verdict(today)} != {"", "not found"}:
            moved = [_moved(side, code, asserting, standing) for side in (0, 1)]
            yield Change(
                kind="verdict flipped",
                family=code[0],
                code=code[1],
                before=_in_counts(then, before),
                after=_in_counts(today, now),
                why=_reason(moved, papers, now) or _no_paper(then, today, papers),
                papers=tuple(dict.fromkeys(i for side in moved for ids in side for i in sorted(ids)))[:NAMED],
            )


def _verdict(verdict: SeenVerdict | None) -> str:
    return verdict.verdict if verdict else ""


def _in_counts(verdict: SeenVerdict | None, run: Snapshot) -> str:
    """A verdict with its counts, such as "shared (CP 3 of 9, climate 2 of 8)"."""
    if verdict is None:
        return "not in the codebook"
    sides = zip(run.sides, verdict.papers, verdict.of_papers, strict=True)
    return f"{verdict.verdict} ({', '.join(f'{label} {k} of {n}' for (_, label), k, n in sides)})"


def _stand(run: Snapshot, as_new: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Ids of the papers that stand on each side."""
    left, right = (
        {as_new.get(p.document_id, p.document_id) for p in run.papers if p.domain in (side, BOTH)}
        for side, _ in run.sides
    )
    return left, right


def _asserting(run: Snapshot, as_new: Mapping[str, str]) -> Asserting:
    """The papers that assert each code on each side, by the rule of `evidence.by_side`."""
    domains = {paper.document_id: paper.domain for paper in run.papers}
    found: Asserting = defaultdict(lambda: (set(), set()))
    for coding in run.codings:
        if coding.status == "asserted":
            for at, (side, _) in enumerate(run.sides):
                if domains[coding.document_id] in (side, BOTH) and coding.domain in (side, BOTH):
                    paper = as_new.get(coding.document_id, coding.document_id)
                    found[coding.family, coding.code][at].add(paper)
    return found


Moved = tuple[set[str], set[str], set[str], set[str]]  # of one side: see _moved


def _moved(
    side: int, code: Code, asserting: tuple[Asserting, Asserting], standing: tuple[tuple[set[str], set[str]], ...]
) -> Moved:
    """Papers of a side that assert a code only now, only before; others that stand there only now, only before."""
    none: tuple[set[str], set[str]] = (set(), set())
    was, now = (run.get(code, none)[side] for run in asserting)
    stood, stand = (run[side] for run in standing)
    return now - was, was - now, stand - stood - now, stood - stand - was


def _reason(moved: list[Moved], papers: _Papers, now: Snapshot) -> str:
    """The papers that made the difference, side by side; empty where there are none."""
    told = []
    for (_, label), (more, fewer, came, left) in zip(now.sides, moved, strict=True):
        parts = [
            *([f"now asserted by {_named(more, papers)}"] if more else []),
            *([f"no longer by {_named(fewer, papers)}"] if fewer else []),
            *(
                [f"{_papers_count(len(came), 'more')} that {'does' if len(came) == 1 else 'do'} not assert it"]
                if came
                else []
            ),
            *([f"{_papers_count(len(left), 'fewer')} that did not assert it"] if left else []),
        ]
        told += [f"{label}: {', '.join(parts)}"] if parts else []
    return "; ".join(told)


def _papers_count(n: int, word: str) -> str:
    return f"{n} {word} paper{'' if n == 1 else 's'}"


def _named(ids: set[str], papers: _Papers) -> str:
    """Papers by key and what befell them, such as "li2010 (paper in)"; of many only the number of the rest."""
    known = {**papers.old, **papers.new}
    names = sorted(f"{known[i].citation_key} ({papers.cause(i)})" for i in ids)
    rest = [f"{len(names) - NAMED} others"] if len(names) > NAMED else []
    return ", ".join([*names[:NAMED], *rest])


def _no_paper(then: SeenVerdict | None, today: SeenVerdict | None, papers: _Papers) -> str:
    if then is None or today is None:
        return papers.altered
    return "the papers are the same; the rule of the verdict changed"
