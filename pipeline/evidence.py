"""Which coding counts on which side, and which codings show it best. Papers are the unit."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pipeline.codebook import Codebook
from pipeline.records import BOTH, Coding, Paper, Status

QUOTES = 5  # best quotes a side
STRENGTH: dict[Status, int] = {"asserted": 0, "proposed": 1, "negated": 2}  # strongest first

Held = dict[tuple[str, str, str], list[Coding]]  # (side, family, code) -> the codings that count there


def sides_of(codebook: Codebook) -> tuple[str, str]:
    left, right = codebook.domains
    return left.id, right.id


def labels_of(codebook: Codebook) -> tuple[str, str]:
    left, right = codebook.domains
    return left.label, right.label


def codes_of(codebook: Codebook) -> Iterator[tuple[str, str]]:
    """(family, code) in the codebook's order."""
    return ((family.id, code.id) for family in codebook.families for code in family.codes)


def code_labels(codebook: Codebook) -> dict[tuple[str, str], str]:
    """The label of every (family, code), in the codebook's order."""
    return {(family.id, code.id): code.label for family in codebook.families for code in family.codes}


def papers_on(papers: Iterable[Paper], side: str) -> set[str]:
    """Ids of the papers that stand on a side: those of its domain and those of both."""
    return {paper.document_id for paper in papers if paper.domain in (side, BOTH)}


def counts_on(side: str, of_paper: str, of_sentence: str) -> bool:
    """Whether a coding counts on a side, by the domains of its paper and of its sentence: both stand there."""
    return {of_paper, of_sentence} <= {side, BOTH}


def by_side(papers: Sequence[Paper], codings: Iterable[Coding], sides: tuple[str, str]) -> Held:
    """The codings that count on each side (see `counts_on`)."""
    domain_of = {paper.document_id: paper.domain for paper in papers}
    domains = (*sides, BOTH)
    counts = {
        (of_paper, of_sentence): [s for s in sides if counts_on(s, of_paper, of_sentence)]
        for of_paper in domains
        for of_sentence in domains
    }
    held: Held = defaultdict(list)
    for coding in codings:
        for side in counts.get((domain_of.get(coding.document_id, ""), coding.domain), ()):
            held[side, coding.family, coding.code].append(coding)
    return held


def sentence_of(coding: Coding) -> tuple[str, int, int]:
    return coding.document_id, coding.start, coding.end


def said(codings: Iterable[Coding]) -> dict[str, Status]:
    """The strongest that each paper says in these codings: asserted, else proposed, else negated."""
    told: dict[str, Status] = {}
    for coding in codings:
        before = told.get(coding.document_id)
        if before is None or STRENGTH[coding.status] < STRENGTH[before]:
            told[coding.document_id] = coding.status
    return told


def count_papers(codings: Iterable[Coding]) -> int:
    """How many papers the codings are of."""
    return len({coding.document_id for coding in codings})


def surest(codings: Iterable[Coding]) -> tuple[Coding, ...]:
    """The surest coding of each paper, whatever its status, the surest papers first."""
    found: dict[str, Coding] = {}
    for coding in sorted(codings, key=lambda c: (-c.confidence, c.id)):
        found.setdefault(coding.document_id, coding)
    return tuple(found.values())


def best(codings: Sequence[Coding], most: int = QUOTES) -> list[Coding]:
    """The best codings: asserted before others, a paper's first before any second, then the surest."""
    first = _first(codings)
    if len(first) >= most:  # of many codings these can be told without sorting all
        return heapq.nsmallest(most, first.values(), key=_rank)
    ranked = sorted(codings, key=_rank)
    before: Counter[str] = Counter()
    turns = []
    for coding in ranked:
        turns.append((STRENGTH[coding.status], before[coding.document_id]))
        before[coding.document_id] += 1
    order = sorted(range(len(ranked)), key=turns.__getitem__)
    return [ranked[i] for i in order[:most]]


def _first(codings: Iterable[Coding]) -> dict[str, Coding]:
    """The best asserted coding of each paper that has one."""
    first: dict[str, Coding] = {}
    for coding in codings:
        if coding.status == "asserted":
            other = first.setdefault(coding.document_id, coding)
            if coding is not other and coding.confidence >= other.confidence and _rank(coding) < _rank(other):
                first[coding.document_id] = coding
    return first


def _rank(coding: Coding) -> tuple[int, float, tuple[str, int, int], str]:
    return STRENGTH[coding.status], -coding.confidence, sentence_of(coding), coding.id
