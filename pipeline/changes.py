"""Two runs side by side: papers in and out, codings gained and lost, verdicts flipped, topics, each with its cause."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.bibliography.normal import normal_doi, normal_title
from pipeline.flips import Cause, Code, flips
from pipeline.history import FIRST, Change, ChangeKind, Changes, SeenCoding, SeenPaper, Snapshot
from pipeline.records import BOTH
from pipeline.topic_outcomes import MovedPaper, TopicChanges

TELLING = 3  # words of a title that only one paper has: "Editorial" is none
IN: ChangeKind = "paper in"  # kinds of change that are causes of others
OUT: ChangeKind = "paper out"
REPLACED: ChangeKind = "paper replaced"
UNKNOWN = "not known"
EXCLUDED = "excluded by "  # how the reason begins that people give for taking a paper out


@dataclass(frozen=True, slots=True)
class _Papers:
    """Papers of two runs by id. `replaced` leads from a new version's id to that of the old one.

    `causes` says, by old and new id, why a paper's codings may be otherwise than before.
    """

    old: Mapping[str, SeenPaper]
    new: Mapping[str, SeenPaper]
    replaced: Mapping[str, str]
    causes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Move:
    """A coding that was gained, lost or changed, and why; `was` is what it was where it changed."""

    kind: ChangeKind
    coding: SeenCoding
    why: str
    was: SeenCoding | None = None


def changes(before: Snapshot | None, now: Snapshot, topics: TopicChanges) -> Changes:
    """What is otherwise in `now` than in `before`, which is None for a first run; `topics` as `drift` tells it.

    A paper is *replaced* where one left and one came with the same DOI or else the same title, of three words
    or more. Codings are the same by id, or else by paper (or the version that replaced it), code and opening
    words of the sentence; so one that only moved in its paper is neither gained nor lost, and

    - papers now = papers before + in - out;
    - codings now = codings before + gained - lost; *changed* ones are in both, with other code, status or domain.

    A coding's cause is its paper's coming or leaving; else what people decided on it since ("rejected by Ann", "no
    longer added by Ann"); else that its paper was replaced, or what changed of the versions: the codebook, the model,
    the reading or the program that codes. A verdict flipped where its words differ; the reason names the papers that
    came to assert the code on a side or ceased to, each with the cause of its codings there.
    """
    if before is None:
        return FIRST
    old, new = ({p.document_id: p for p in run.papers} for run in (before, now))
    replaced, altered = _replaced(old, new), _altered(before.versions, now.versions)
    papers = _Papers(old, new, replaced, _causes(old, new, replaced, altered, now.left_out))
    moves = list(_moves(papers, before, now))
    rows = (
        *_paper_rows(papers, before, now),
        *(_coding(move, papers) for move in moves),
        *flips(before, now, replaced, _because(papers, moves), altered),
        *_topic_rows(topics, new),
    )
    return Changes(first=False, rows=rows)


def counts(changed: Changes) -> dict[ChangeKind, int]:
    """How many changes there are of each kind."""
    return dict(Counter(row.kind for row in changed.rows))


def in_words(counted: Mapping[ChangeKind, int]) -> str:
    """Counts of changes in a line, such as "1 paper in; 12 codings gained, 3 lost; 1 verdict flipped"."""
    told: dict[str, list[str]] = defaultdict(list)
    for kind, n in counted.items():
        subject, what = kind.split(" ", 1)
        plural = "" if n == 1 else "s"
        told[subject].append(f"{n} {what}" if told[subject] else f"{n} {subject}{plural} {what}")
    return "; ".join(", ".join(parts) for parts in told.values()) or "no paper, coding, verdict or topic changed"


# ---- papers ----


def _altered(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """What codings depend on besides their papers, as far as it changed, in words."""
    parts = [name for name in new if new[name] != old.get(name)]
    if "model" in parts:  # the program's fingerprint covers the model's file
        parts = [name for name in parts if name != "program"]
    return f"{' and '.join(parts)} changed" if parts else UNKNOWN


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


def _causes(
    old: Mapping[str, SeenPaper],
    new: Mapping[str, SeenPaper],
    replaced: Mapping[str, str],
    altered: str,
    left_out: Mapping[str, str],
) -> dict[str, str]:
    told = {i: left_out.get(i, "").partition(": ")[0] for i in old}
    left = {i: f"{OUT}: {why}" if why.startswith(EXCLUDED) else OUT for i, why in told.items()}
    stayed = {i: altered if i in old else IN for i in new}
    return left | stayed | dict.fromkeys((*replaced, *replaced.values()), REPLACED)


def _paper_rows(papers: _Papers, before: Snapshot, now: Snapshot) -> Iterator[Change]:
    for paper in now.papers:
        if papers.causes[paper.document_id] == IN:
            held = before.left_out.get(paper.document_id)
            why = f"left out in the last run: {held}" if held else "new in the folder"
            yield _paper(IN, paper, "", paper.path, why)
    for paper in before.papers:
        if papers.causes[paper.document_id].startswith(OUT):
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


def _moves(papers: _Papers, before: Snapshot, now: Snapshot) -> Iterator[_Move]:
    """Codings gained, lost, changed. One that people put aside, or no longer do, is known by those set aside."""
    pairs, lost, gained = _paired(papers, before.codings, now.codings)
    freed = {coding.id: was.decided for was, coding in _paired(papers, before.set_aside, gained)[0]}
    barred = {was.id: coding.decided for was, coding in _paired(papers, lost, now.set_aside)[0]}
    for coding in gained:
        cause = papers.causes[coding.document_id]
        yield _Move("coding gained", coding, _why(freed.get(coding.id, ""), coding.decided, cause))
    for coding in lost:
        cause = papers.causes[coding.document_id]
        yield _Move("coding lost", coding, _why(coding.decided, barred.get(coding.id, ""), cause))
    for was, coding in pairs:
        if _standing(was) != _standing(coding):
            cause = papers.causes[coding.document_id]
            yield _Move("coding changed", coding, _why(was.decided, coding.decided, cause), was)


def _why(was: str, now: str, cause: str) -> str:
    """Why a coding is otherwise: what people did since, where `was` and `now` say what they had and have decided;
    else the cause. Where people differ over what the machine has, its word stands, and they changed nothing."""
    if cause == IN or cause.startswith(OUT) or was == now or (not was and now.startswith("disputed")):
        return cause
    if now:
        return now
    return f"no longer {was}" if cause == UNKNOWN else f"no longer {was}; {cause}"


def _because(papers: _Papers, moves: Iterable[_Move]) -> Cause:
    """Why a paper says otherwise of a code on a side: the causes of its codings there, or else its own."""
    as_new = {old: new for new, old in papers.replaced.items()}
    found: dict[tuple[str, Code], set[tuple[str, str]]] = defaultdict(set)
    for move in moves:
        for coding in filter(None, (move.was, move.coding)):
            paper = as_new.get(coding.document_id, coding.document_id)
            found[paper, (coding.family, coding.code)].add((coding.domain, move.why))

    def because(code: Code, side: str, document_id: str) -> str:
        told = {why for domain, why in found.get((document_id, code), ()) if domain in (side, BOTH)}
        return ", ".join(sorted(told)) or papers.causes[document_id]

    return because


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


def _standing(coding: SeenCoding) -> tuple[str, str, str, str]:
    return coding.family, coding.code, coding.status, coding.domain


def _coding(move: _Move, papers: _Papers) -> Change:
    """The row of a coding; its code is told beside status and domain where it was another one."""
    coding, was = move.coding, move.was
    code = 0 if was and was.code != coding.code else 1
    now = ", ".join((coding.code, coding.status, coding.domain)[code:])
    then = ", ".join((was.code, was.status, was.domain)[code:]) if was else ""
    lost = move.kind == "coding lost"
    of = papers.old if lost else papers.new
    return Change(
        kind=move.kind,
        document_id=coding.document_id,
        citation_key=of[coding.document_id].citation_key,
        family=coding.family,
        code=coding.code,
        coding_id=coding.id,
        quote=coding.quote,
        before=now if lost else then,
        after="" if lost else now,
        why=move.why,
    )


# ---- topics ----


def _topic_rows(topics: TopicChanges, papers: Mapping[str, SeenPaper]) -> Iterator[Change]:
    for topic, name in topics.born:
        yield Change("topic born", topic=topic, after=name, why="no topic of the last run is like it")
    for topic, name in topics.died:
        yield Change("topic died", topic=topic, before=name, why="no topic of this run is like it")
    for kept in topics.kept:
        if kept.drifted:
            why = f"its words moved by {kept.drift:.2f}, where 0 is none and 1 all of them"
            yield Change("topic drifted", topic=kept.id, before=kept.before, after=kept.name, why=why)
    was = {kept.id: kept.before for kept in topics.kept} | dict(topics.died)
    now = {kept.id: kept.name for kept in topics.kept} | dict(topics.born)
    for moved in topics.moved:
        yield Change(
            "paper changed topic",
            document_id=moved.document_id,
            citation_key=papers[moved.document_id].citation_key,
            topic=moved.now,
            before=f"{moved.before}: {was[moved.before]}",
            after=f"{moved.now}: {now[moved.now]}",
            why=_why_moved(moved, topics),
        )


def _why_moved(moved: MovedPaper, topics: TopicChanges) -> str:
    if moved.before in dict(topics.died):
        return "its topic died"
    return "the topic is new" if moved.now in dict(topics.born) else "the topics were fitted anew"
