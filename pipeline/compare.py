"""Codings and papers -> the two domains side by side, with intervals and a verdict. Papers are the unit."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pipeline.codebook import Codebook
from pipeline.records import BOTH, Coding, Comparison, Link, LinkSide, Paper, Side

MIN_PAPERS = 5  # papers that a side must have before a verdict is given
MIN_SHARED = 2  # papers that must assert a code on each side before it is called shared
QUOTES = 5  # best quotes a side
DECIMALS = 6

_STATUS_ORDER = {"asserted": 0, "proposed": 1, "negated": 2}


def compare(papers: Sequence[Paper], codings: Iterable[Coding], codebook: Codebook) -> tuple[Comparison, ...]:
    """One row per code, in the codebook's order, also for codes that no sentence carries.

    A paper stands on a side if its domain is that side or `both`; a coding counts there if its paper
    stands there and its sentence's domain is that side or `both`. So a mixed paper counts on both sides,
    each by its own passages, and a passing mention of the other side in a one-sided paper counts nowhere.
    A paper counts once, by the strongest thing that its codings of the code on that side say: asserted,
    else proposed (also where another sentence negates it), else negated. Hence
    papers + proposed + negated <= of_papers. Codings of papers not given, and of codes not in the
    codebook, count nowhere.

    Shares carry Wilson score intervals (Wilson 1927, J. Am. Stat. Assoc. 22:209), their difference
    Newcombe's hybrid score interval (Newcombe 1998, Stat. Med. 17:873, method 10), both at 95 % and
    rounded to six decimals. The latter takes the sides for independent samples; papers on both sides make
    it too wide, as a rule, rather than too narrow. Numbers with no papers to stand on are None.

    The verdict is the first that holds, with k papers asserting the code of n on a side:

    - `not found`: no coding of the code counts on either side;
    - `too few papers to say`: n < 5 on either side;
    - `proposed or negated only`: k is 0 on both sides;
    - `only in <label>`: the interval of the difference excludes 0, and k is 0 on the other side;
    - `more in <label>`: the interval of the difference excludes 0;
    - `shared`: k >= 2 on both sides. It says that both have it, not that they have it equally;
    - `too few papers to say`: anything else, say 2 of 6 against 0 of 6.
    """
    sides = _sides(codebook)
    held, of_papers = _by_side(papers, codings, sides), _papers_on(papers, sides)
    labels = (codebook.domains[0].label, codebook.domains[1].label)
    rows = []
    for family, code in _codes(codebook):
        left, right = (held.get((side, family, code), []) for side in sides)
        counts = _side(sides[0], left, of_papers[sides[0]]), _side(sides[1], right, of_papers[sides[1]])
        difference, low, high = _difference(*counts)
        verdict = _verdict(counts, low, high, labels) if left or right else "not found"
        quotes = tuple(dict.fromkeys([*_best(left), *_best(right)]))
        rows.append(Comparison(family, code, *counts, difference, low, high, verdict, quotes))
    return tuple(rows)


def link(papers: Sequence[Paper], codings: Iterable[Coding], codebook: Codebook) -> tuple[Link, ...]:
    """The pairs (code of the first family, code of any other) that meet in a sentence, in codebook order.

    Both codes must be asserted. Sides are as in `compare`; pairs that meet on neither side have no row.
    """
    sides = _sides(codebook)
    first = codebook.families[0].id
    place = {pair: i for i, pair in enumerate(_codes(codebook))}
    asserted = (c for c in codings if c.status == "asserted" and (c.family, c.code) in place)
    met = _meetings(_by_side(papers, asserted, sides), first)
    pairs = sorted({key[1:] for key in met}, key=lambda p: (place[first, p[0]], place[p[1], p[2]]))
    return tuple(Link(first, *pair, _link_side(sides[0], met, pair), _link_side(sides[1], met, pair)) for pair in pairs)


# ---- which coding counts where ----


def _sides(codebook: Codebook) -> tuple[str, str]:
    left, right = codebook.domains
    return left.id, right.id


def _codes(codebook: Codebook) -> Iterator[tuple[str, str]]:
    return ((family.id, code.id) for family in codebook.families for code in family.codes)


def _papers_on(papers: Sequence[Paper], sides: tuple[str, str]) -> dict[str, int]:
    return {s: len({p.document_id for p in papers if p.domain in (s, BOTH)}) for s in sides}


def _by_side(
    papers: Sequence[Paper], codings: Iterable[Coding], sides: tuple[str, str]
) -> dict[tuple[str, str, str], list[Coding]]:
    """(side, family, code) -> the codings that count there."""
    domain_of = {paper.document_id: paper.domain for paper in papers}
    held: dict[tuple[str, str, str], list[Coding]] = defaultdict(list)
    for coding in codings:
        paper_domain = domain_of.get(coding.document_id)
        for side in sides:
            if paper_domain in (side, BOTH) and coding.domain in (side, BOTH):
                held[side, coding.family, coding.code].append(coding)
    return held


# ---- counts and intervals ----


def _side(domain: str, codings: Sequence[Coding], of_papers: int) -> Side:
    by_status: dict[str, set[str]] = {status: set() for status in _STATUS_ORDER}
    for coding in codings:
        by_status[coding.status].add(coding.document_id)
    asserted = by_status["asserted"]
    proposed = by_status["proposed"] - asserted
    negated = by_status["negated"] - asserted - proposed
    sentences = {_sentence(c) for c in codings if c.status == "asserted"}
    shares = _share(len(asserted), of_papers)
    return Side(domain, of_papers, len(asserted), len(sentences), len(proposed), len(negated), *shares)


def _sentence(coding: Coding) -> tuple[str, int, int]:
    return coding.document_id, coding.start, coding.end


def _share(papers: int, of_papers: int) -> tuple[float, float, float] | tuple[None, None, None]:
    """Share with its Wilson interval."""
    if not of_papers:
        return None, None, None
    from statsmodels.stats.proportion import proportion_confint  # slow to load, hence here

    low, high = proportion_confint(papers, of_papers, alpha=0.05, method="wilson")
    return _rounded(papers / of_papers), _rounded(low), _rounded(high)


def _difference(left: Side, right: Side) -> tuple[float, float, float] | tuple[None, None, None]:
    """Left share minus right share with its Newcombe interval."""
    if not left.of_papers or not right.of_papers:
        return None, None, None
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        left.papers, left.of_papers, right.papers, right.of_papers, method="newcomb", compare="diff"
    )
    difference = left.papers / left.of_papers - right.papers / right.of_papers
    return _rounded(difference), _rounded(low), _rounded(high)


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0  # adding zero turns -0.0, which tables would show, into 0.0


def _verdict(counts: tuple[Side, Side], low: float | None, high: float | None, labels: tuple[str, str]) -> str:
    """The rule of `compare` for a code that was found; `low` and `high` are those of the difference."""
    left, right = counts
    if low is None or high is None or min(left.of_papers, right.of_papers) < MIN_PAPERS:
        return "too few papers to say"
    if not left.papers and not right.papers:
        return "proposed or negated only"
    if low > 0 or high < 0:
        label, other = (labels[0], right) if low > 0 else (labels[1], left)
        return f"{'more' if other.papers else 'only'} in {label}"
    shared = min(left.papers, right.papers) >= MIN_SHARED
    return "shared" if shared else "too few papers to say"


# ---- quotes and links ----


def _best(codings: Sequence[Coding]) -> list[str]:
    """Ids of the best codings: asserted before others, a paper's first before any second, then the surest."""
    ranked = sorted(codings, key=lambda c: (_STATUS_ORDER[c.status], -c.confidence, _sentence(c), c.id))
    before: Counter[str] = Counter()
    turns = []
    for coding in ranked:
        turns.append((_STATUS_ORDER[coding.status], before[coding.document_id]))
        before[coding.document_id] += 1
    order = sorted(range(len(ranked)), key=turns.__getitem__)
    return [ranked[i].id for i in order[:QUOTES]]


Meetings = dict[tuple[str, str, str, str], list[Coding]]  # (side, code, other family, other code)


def _meetings(held: dict[tuple[str, str, str], list[Coding]], first: str) -> Meetings:
    """Per pair and side, the first family's codings whose sentence holds the other code too."""
    others: dict[tuple[str, tuple[str, int, int]], set[tuple[str, str]]] = defaultdict(set)
    for (side, family, code), codings in held.items():
        if family != first:
            for coding in codings:
                others[side, _sentence(coding)].add((family, code))
    met: Meetings = defaultdict(list)
    for (side, family, code), codings in held.items():
        if family == first:
            for coding in codings:
                for other_family, other_code in others.get((side, _sentence(coding)), ()):
                    met[side, code, other_family, other_code].append(coding)
    return met


def _link_side(side: str, met: Meetings, pair: tuple[str, str, str]) -> LinkSide:
    codings = met.get((side, *pair), [])
    sentences = {_sentence(coding) for coding in codings}
    return LinkSide(side, len({s[0] for s in sentences}), len(sentences), tuple(_best(codings)))
