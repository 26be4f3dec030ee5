"""Codings and papers -> the two domains side by side, with intervals and a verdict. Papers are the unit."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.codebook import Codebook
from pipeline.evidence import (
    Held,
    best,
    by_side,
    codes_of,
    count_papers,
    labels_of,
    papers_on,
    said,
    sentence_of,
    sides_of,
)
from pipeline.inference import (
    ABSENT,
    ASSERTED,
    SILENT,
    WEAK,
    Verdict,
    Weighed,
    adjusted,
    fisher,
    odds_ratio,
    share,
    verdicts,
    weigh,
)
from pipeline.outcomes import Comparison, Link, LinkSide, Side
from pipeline.records import Coding, Paper, Status

_WORDS = {
    Verdict.NOT_FOUND: "not found",
    Verdict.TOO_FEW_ON_A_SIDE: "too few papers to say",
    Verdict.NOT_ASSERTED: "proposed or negated only",
    Verdict.ONLY_LEFT: "only in {0}",
    Verdict.ONLY_RIGHT: "only in {1}",
    Verdict.MORE_LEFT: "more in {0}",
    Verdict.MORE_RIGHT: "more in {1}",
    Verdict.SHARED: "shared",
    Verdict.TOO_FEW: "too few papers to say",
}


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

    Beside it stand the odds ratio, Fisher's exact p, and its false discovery rate over the codes found, and
    how well the verdict stands: without any one paper, and in resamples of papers (see `inference`).
    The exact test takes a mixed paper for two, as Newcombe's interval does; the bootstrap draws it whole.
    For the papers' own findings alone, give only codings that are not `cited`.
    """
    sides, labels = sides_of(codebook), labels_of(codebook)
    held = by_side(papers, codings, sides)
    on = {side: papers_on(papers, side) for side in sides}
    rows = [_row(pair, held, on, labels) for pair in codes_of(codebook)]
    return tuple(replace(row, q=q) for row, q in zip(rows, adjusted([row.p for row in rows]), strict=True))


def verdicts_after(changes: Sequence[tuple[Comparison, int, int]], codebook: Codebook) -> list[str]:
    """The verdict of each row if so many more (or fewer, below 0) papers asserted its code to the left and right."""
    labels = labels_of(codebook)
    tallies = []
    for row, to_left, to_right in changes:
        k, l = row.left.papers + to_left, row.right.papers + to_right  # noqa: E741 - k and l as in `inference`
        naming = sum(side.papers + side.proposed + side.negated for side in (row.left, row.right))
        tallies.append((k, row.left.of_papers, l, row.right.of_papers, naming + to_left + to_right))
    return [_in_words(verdict, labels) for verdict in verdicts(tallies)]


def link(papers: Sequence[Paper], codings: Iterable[Coding], codebook: Codebook) -> tuple[Link, ...]:
    """The pairs (code of the first family, code of any other) that meet in a sentence, in codebook order.

    Both codes must be asserted. Sides are as in `compare`; pairs that meet on neither side have no row. Counted
    apart is what is only near: a coding of another family that is tied to one of the first (`Coding.tied_to`) in a
    neighbouring sentence, both of the same side. Only what has no instrument beside it in its own sentence is tied so.
    """
    sides = sides_of(codebook)
    first = codebook.families[0].id
    place = {pair: i for i, pair in enumerate(codes_of(codebook))}
    asserted = [c for c in codings if c.status == "asserted" and (c.family, c.code) in place]
    held = by_side(papers, asserted, sides)
    met, near = _meetings(held, first), _near(held, first)
    sure = _meetings({key: [c for c in cell if c.decided_by != "machine"] for key, cell in held.items()}, first)
    pairs = sorted({key[1:] for key in (*met, *near)}, key=lambda p: (place[first, p[0]], place[p[1], p[2]]))
    return tuple(Link(first, *p, *(_link_side((side, *p), met, near, sure) for side in sides)) for p in pairs)


# ---- a row ----


def _row(pair: tuple[str, str], held: Held, on: Mapping[str, set[str]], labels: tuple[str, str]) -> Comparison:
    left, right = (held.get((side, *pair), []) for side in on)
    mixed = set.intersection(*on.values())
    counts = [_side(side, held.get((side, *pair), []), papers, mixed) for side, papers in on.items()]
    weighed = weigh(_standings((said(left), said(right)), list(on.values())))
    difference, low, high = weighed.difference
    verdict = _in_words(weighed.verdict, labels)
    quotes = tuple(dict.fromkeys(coding.id for coding in (*best(left), *best(right))))
    row = Comparison(*pair, counts[0], counts[1], difference, low, high, verdict, quotes)
    return _with_tests(row, weighed, labels) if left or right else row


def _side(side: str, codings: Sequence[Coding], papers: set[str], mixed: set[str]) -> Side:
    by_status = Counter(said(codings).values())
    asserting = [c for c in codings if c.status == "asserted"]
    asserted = {c.document_id for c in asserting}
    rate, low, high = share(len(asserted), len(papers))
    return Side(
        domain=side,
        of_papers=len(papers),
        papers=len(asserted),
        sentences=len({sentence_of(c) for c in asserting}),
        proposed=by_status["proposed"],
        negated=by_status["negated"],
        share=rate,
        low=low,
        high=high,
        own=len({c.document_id for c in asserting if not c.cited}),
        of_mixed=len(mixed),
        mixed=len(asserted & mixed),
        reviewed=len({c.document_id for c in asserting if c.decided_by != "machine"}),
    )


def _standings(told: Sequence[Mapping[str, Status]], on: Sequence[set[str]]) -> Counter[tuple[int, int]]:
    """How many papers are what to the left and to the right."""
    naming = set().union(*told)
    found = Counter((_standing(i, told[0], on[0]), _standing(i, told[1], on[1])) for i in naming)
    left, right = (ids - naming for ids in on)
    found[SILENT, SILENT] += len(left & right)
    found[SILENT, ABSENT] += len(left - right)
    found[ABSENT, SILENT] += len(right - left)
    return found


def _standing(paper: str, told: Mapping[str, Status], on: set[str]) -> int:
    if paper not in told:
        return SILENT if paper in on else ABSENT
    return ASSERTED if told[paper] == "asserted" else WEAK


def _in_words(verdict: Verdict, labels: tuple[str, str]) -> str:
    return _WORDS[verdict].format(*labels)


def _with_tests(row: Comparison, weighed: Weighed, labels: tuple[str, str]) -> Comparison:
    table = row.left.papers, row.left.of_papers, row.right.papers, row.right.of_papers
    ratio, odds_low, odds_high = odds_ratio(*table)
    (least, most), (boot_low, boot_high) = weighed.without_one, weighed.bootstrap
    return replace(
        row,
        odds_ratio=ratio,
        odds_low=odds_low,
        odds_high=odds_high,
        p=fisher(*table),
        least=least,
        most=most,
        boot_low=boot_low,
        boot_high=boot_high,
        held=weighed.held,
        flips_to="" if weighed.flips_to is None else _in_words(weighed.flips_to, labels),
    )


# ---- links ----


Meetings = dict[tuple[str, str, str, str], list[Coding]]  # (side, code, other family, other code)


def _meetings(held: Held, first: str) -> Meetings:
    """Per pair and side, the first family's codings whose sentence holds the other code too."""
    others: dict[tuple[str, tuple[str, int, int]], set[tuple[str, str]]] = defaultdict(set)
    for (side, family, code), codings in held.items():
        if family != first:
            for coding in codings:
                others[side, sentence_of(coding)].add((family, code))
    met: Meetings = defaultdict(list)
    for (side, family, code), codings in held.items():
        if family == first:
            for coding in codings:
                for other_family, other_code in others.get((side, sentence_of(coding)), ()):
                    met[side, code, other_family, other_code].append(coding)
    return met


def _near(held: Held, first: str) -> Meetings:
    """Per pair and side, the other families' codings that are tied to the first family's in a neighbouring sentence."""
    there = {
        (side, coding.id): coding for (side, family, _), cell in held.items() if family == first for coding in cell
    }
    near: Meetings = defaultdict(list)
    for (side, family, code), codings in held.items():
        for coding in codings:
            to = there.get((side, coding.tied_to))
            if family != first and to and sentence_of(to) != sentence_of(coding):
                near[side, to.code, family, code].append(coding)
    return near


def _link_side(key: tuple[str, str, str, str], met: Meetings, near: Meetings, sure: Meetings) -> LinkSide:
    codings, beside = met.get(key, []), near.get(key, [])
    return LinkSide(
        domain=key[0],
        papers=count_papers(codings),
        sentences=_sentences(codings),
        quotes=_ids(codings),
        reviewed=count_papers(sure.get(key, [])),
        own=count_papers(c for c in codings if not c.cited),
        near_papers=count_papers(beside),
        near_sentences=_sentences(beside),
        near_quotes=_ids(beside),
    )


def _sentences(codings: Iterable[Coding]) -> int:
    return len({sentence_of(coding) for coding in codings})


def _ids(codings: Sequence[Coding]) -> tuple[str, ...]:
    return tuple(coding.id for coding in best(codings))
