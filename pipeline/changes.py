"""Two runs side by side: papers in and out, codings gained and lost, verdicts flipped, topics, each with its cause."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.bibliography.normal import normal_doi, normal_title
from pipeline.flips import flips
from pipeline.history import FIRST, Change, ChangeKind, Changes, SeenCoding, SeenPaper, Snapshot
from pipeline.outcomes import MovedPaper, TopicChanges

TELLING = 3  # words of a title that only one paper has: "Editorial" is none
IN: ChangeKind = "paper in"  # kinds of change that are causes of others
OUT: ChangeKind = "paper out"
REPLACED: ChangeKind = "paper replaced"


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


def changes(before: Snapshot | None, now: Snapshot, topics: TopicChanges) -> Changes:
    """What is otherwise in `now` than in `before`, which is None for a first run; `topics` as `drift` tells it.

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
    rows = (
        *_paper_rows(papers, before, now),
        *_coding_rows(papers, before, now),
        *flips(before, now, papers.replaced, papers.cause, papers.altered),
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
