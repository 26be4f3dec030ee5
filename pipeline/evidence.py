"""Which coding counts on which side, and which codings show it best. Papers are the unit."""

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


def papers_on(papers: Iterable[Paper], side: str) -> set[str]:
    """Ids of the papers that stand on a side: those of its domain and those of both."""
    return {paper.document_id for paper in papers if paper.domain in (side, BOTH)}


def by_side(papers: Sequence[Paper], codings: Iterable[Coding], sides: tuple[str, str]) -> Held:
    """The codings that count on each side: their paper stands there, and so does their sentence."""
    domain_of = {paper.document_id: paper.domain for paper in papers}
    held: Held = defaultdict(list)
    for coding in codings:
        paper_domain = domain_of.get(coding.document_id)
        for side in sides:
            if paper_domain in (side, BOTH) and coding.domain in (side, BOTH):
                held[side, coding.family, coding.code].append(coding)
    return held


def sentence_of(coding: Coding) -> tuple[str, int, int]:
    return coding.document_id, coding.start, coding.end


def said(codings: Iterable[Coding]) -> dict[str, Status]:
    """The strongest that each paper says in these codings: asserted, else proposed, else negated."""
    return {c.document_id: c.status for c in sorted(codings, key=lambda c: -STRENGTH[c.status])}


def best(codings: Sequence[Coding], most: int = QUOTES) -> list[Coding]:
    """The best codings: asserted before others, a paper's first before any second, then the surest."""
    ranked = sorted(codings, key=lambda c: (STRENGTH[c.status], -c.confidence, sentence_of(c), c.id))
    before: Counter[str] = Counter()
    turns = []
    for coding in ranked:
        turns.append((STRENGTH[coding.status], before[coding.document_id]))
        before[coding.document_id] += 1
    order = sorted(range(len(ranked)), key=turns.__getitem__)
    return [ranked[i] for i in order[:most]]
