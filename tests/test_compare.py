"""The comparison: what counts where, with which interval, in which words."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codebook import Code, Codebook, Domain, Family
from pipeline.compare import compare, link
from pipeline.documents import Metadata
from pipeline.evidence import best
from pipeline.outcomes import Comparison, Link, Side
from pipeline.records import Coding, Paper, Status


def _code(name: str) -> Code:
    return Code(name, name, "", "", (), (), ())


CODEBOOK = Codebook(
    name="test",
    version="1",
    domains=(Domain("cp", "CP", "", (), ()), Domain("climate", "climate", "", (), ())),
    families=(
        Family("instrument", "Instrument", "", (), (_code("tax"), _code("audit"))),
        Family("motivator", "Motivator", "", (), (_code("cost"),)),
        Family("deterrent", "Deterrent", "", (), (_code("cost"), _code("skills"))),
    ),
    fingerprint="",
)
ROWS = [
    ("instrument", "tax"),
    ("instrument", "audit"),
    ("motivator", "cost"),
    ("deterrent", "cost"),
    ("deterrent", "skills"),
]
_ids = count()


def _paper(name: str, domain: str) -> Paper:
    return Paper(name, f"{name}.pdf", (), name, Metadata(), "", 1, "test", domain, {})


def _papers(left: int, right: int, mixed: int = 0) -> list[Paper]:
    shape = (("cp", left), ("climate", right), ("both", mixed))
    return [_paper(f"{domain}{i:04}", domain) for domain, n in shape for i in range(n)]


def _coding(
    paper: str,
    domain: str,
    status: Status = "asserted",
    code: str = "tax",
    family: str = "instrument",
    start: int = 0,
    confidence: float = 0.5,
) -> Coding:
    name = f"c{next(_ids):07}"
    return Coding(name, paper, family, code, domain, status, start, start + 5, "quote", "body", "m", confidence, (), ())


def _asserting(domain: str, papers: int) -> list[Coding]:
    return [_coding(f"{domain}{i:04}", domain) for i in range(papers)]


def _tax(papers: Sequence[Paper], codings: Sequence[Coding]) -> Comparison:
    return compare(papers, codings, CODEBOOK)[0]


def _counts(side: Side) -> tuple[int, int, int, int]:
    return side.papers, side.proposed, side.negated, side.sentences


# ---- what counts where ----


def test_every_code_has_its_row_in_codebook_order_though_nothing_was_coded() -> None:
    rows = compare(_papers(6, 6), [], CODEBOOK)
    assert [(row.family, row.code) for row in rows] == ROWS
    assert {row.verdict for row in rows} == {"not found"}
    assert rows[0].left == Side("cp", 6, 0, 0, 0, 0, 0.0, 0.0, rows[0].left.high)


def test_an_empty_corpus_has_no_shares() -> None:
    row = _tax([], [])
    assert (row.left.share, row.right.low, row.difference, row.low, row.high) == (None,) * 5
    assert row.verdict == "not found"


def test_a_paper_is_counted_once_however_often_it_says_it() -> None:
    row = _tax(_papers(6, 6), [_coding("cp0000", "cp", start=10 * i) for i in range(40)])
    assert _counts(row.left) == (1, 0, 0, 40)


def test_a_sentence_coded_twice_by_two_methods_is_one_sentence() -> None:
    coding = _coding("cp0000", "cp")
    row = _tax(_papers(6, 6), [coding, replace(coding, id="other", method="classifier")])
    assert _counts(row.left) == (1, 0, 0, 1)


def test_a_mixed_paper_stands_on_both_sides_and_counts_by_its_own_passages() -> None:
    papers = _papers(2, 3, mixed=1)
    row = _tax(papers, [_coding("both0000", "cp")])
    assert (row.left.of_papers, row.right.of_papers) == (3, 4)
    assert (row.left.papers, row.right.papers) == (1, 0)
    row = _tax(papers, [_coding("both0000", "cp"), _coding("both0000", "climate", start=9)])
    assert (row.left.papers, row.right.papers) == (1, 1)


def test_a_passing_mention_of_the_other_side_does_not_count() -> None:
    row = _tax(_papers(6, 6), [_coding("cp0000", "climate")])
    assert _counts(row.left) == _counts(row.right) == (0, 0, 0, 0)
    assert row.quotes == ()
    assert row.verdict == "not found"


def test_a_sentence_that_joins_both_counts_on_the_side_of_its_paper() -> None:
    row = _tax(_papers(6, 6), [_coding("cp0000", "both")])
    assert (row.left.papers, row.right.papers) == (1, 0)


def test_papers_and_sentences_of_neither_side_do_not_count() -> None:
    papers = [*_papers(6, 6), _paper("aside", "other")]
    row = _tax(papers, [_coding("aside", "cp"), _coding("cp0000", "other"), _coding("gone", "cp")])
    assert (row.left.of_papers, row.left.papers, row.right.papers) == (6, 0, 0)


def test_only_negated_and_only_proposed_papers_are_told_apart_from_asserted_ones() -> None:
    codings = [
        _coding("cp0000", "cp", "negated"),
        _coding("cp0001", "cp", "proposed"),
        _coding("cp0002", "cp", "negated"),
        _coding("cp0002", "cp", "proposed", start=9),
        _coding("cp0003", "cp", "negated"),
        _coding("cp0003", "cp", "asserted", start=9),
    ]
    assert _counts(_tax(_papers(6, 6), codings).left) == (1, 2, 1, 1)


def test_the_same_code_of_two_families_is_two_codes() -> None:
    rows = compare(_papers(6, 6), [_coding("cp0000", "cp", family="motivator", code="cost")], CODEBOOK)
    assert [row.left.papers for row in rows] == [0, 0, 1, 0, 0]


def test_papers_that_only_cite_a_claim_are_told_from_those_of_their_own() -> None:
    cited = [replace(_coding("cp0000", "cp"), cited=True), replace(_coding("cp0001", "cp"), cited=True)]
    row = _tax(_papers(6, 6), [*cited, _coding("cp0001", "cp", start=9), _coding("cp0002", "cp")])
    assert (row.left.papers, row.left.own) == (3, 2)


def test_mixed_papers_are_shown_apart() -> None:
    row = _tax(_papers(6, 6, mixed=2), [_coding("both0000", "cp"), _coding("cp0000", "cp")])
    assert (row.left.of_papers, row.left.of_mixed, row.left.papers, row.left.mixed) == (8, 2, 2, 1)
    assert (row.right.of_mixed, row.right.mixed) == (2, 0)


# ---- intervals ----

# Newcombe 1998, Statistics in Medicine 17:857-872, Table I, method 3 (Wilson score)
WILSON = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("papers", "of", "low", "high"), WILSON)
def test_share_intervals_are_those_published(papers: int, of: int, low: float, high: float) -> None:
    side = _tax(_papers(of, 5), _asserting("cp", papers)).left
    assert (side.low, side.high) == pytest.approx((low, high), abs=5e-5)


# Newcombe 1998, Statistics in Medicine 17:873-890, Table II, method 10 (hybrid score)
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


@pytest.mark.parametrize(("a", "m", "b", "n", "low", "high"), NEWCOMBE)
def test_difference_intervals_are_those_published(a: int, m: int, b: int, n: int, low: float, high: float) -> None:
    row = _tax(_papers(m, n), _asserting("cp", a) + _asserting("climate", b))
    assert row.difference == pytest.approx(a / m - b / n, abs=1e-6)
    assert (row.low, row.high) == pytest.approx((low, high), abs=5e-5)


# ---- verdicts ----

VERDICTS = [
    (6, 6, 5, 0, "only in CP"),
    (6, 6, 0, 5, "only in climate"),
    (20, 20, 15, 3, "more in CP"),
    (20, 20, 3, 15, "more in climate"),
    (6, 6, 3, 2, "shared"),
    (6, 6, 2, 5, "shared"),  # the difference may be chance, and both have it
    (6, 6, 2, 0, "too few papers to say"),
    (6, 6, 1, 1, "too few papers to say"),
    (60, 60, 1, 1, "too few papers to say"),
    (4, 30, 4, 0, "too few papers to say"),
    (30, 0, 30, 0, "too few papers to say"),
    (30, 30, 0, 0, "not found"),
]


@pytest.mark.parametrize(("m", "n", "a", "b", "verdict"), VERDICTS)
def test_verdicts(m: int, n: int, a: int, b: int, verdict: str) -> None:
    assert _tax(_papers(m, n), _asserting("cp", a) + _asserting("climate", b)).verdict == verdict


def test_what_is_only_proposed_is_not_called_found_nor_not_found() -> None:
    row = _tax(_papers(6, 6), [_coding("cp0000", "cp", "proposed")])
    assert row.verdict == "proposed or negated only"
    assert row.left.share == 0


# ---- tests and robustness ----


def test_a_row_carries_its_tests_and_its_robustness() -> None:
    row = _tax(_papers(20, 20), _asserting("cp", 15) + _asserting("climate", 3))
    assert row.odds_ratio == pytest.approx(15 * 17 / (5 * 3), abs=1e-6)
    assert row.p is not None
    assert row.p < 0.001
    assert row.q == pytest.approx(row.p, abs=1e-6)  # the only code found is the only test made
    assert row.least == pytest.approx(14 / 19 - 3 / 20, abs=1e-6)
    assert row.most == pytest.approx(15 / 20 - 2 / 19, abs=1e-6)
    assert row.flips_to == ""


def test_a_verdict_that_one_paper_can_flip_says_what_it_would_be() -> None:
    assert _tax(_papers(6, 6), _asserting("cp", 3)).flips_to == "too few papers to say"
    assert _tax(_papers(6, 6), _asserting("cp", 4)).flips_to == ""
    assert _tax(_papers(6, 6), _asserting("cp", 6) + _asserting("climate", 1)).flips_to == "only in CP"


def test_more_codes_found_make_the_false_discovery_rate_larger() -> None:
    codings = _asserting("cp", 5)
    noise = [_coding("cp0000", "cp", family="motivator", code="cost"), _coding("cp0000", "cp", code="audit")]
    alone, among = _tax(_papers(9, 9), codings), _tax(_papers(9, 9), codings + noise)
    assert alone.q is not None
    assert among.q is not None
    assert among.q > alone.q


def test_codes_that_were_not_found_carry_no_tests() -> None:
    row = _tax(_papers(6, 6), [])
    assert (row.odds_ratio, row.p, row.q, row.held, row.boot_low, row.least) == (None,) * 6


# ---- quotes ----


def test_best_quotes_are_asserted_sure_and_of_many_papers() -> None:
    codings = [
        _coding("cp0000", "cp", confidence=0.9),
        _coding("cp0000", "cp", confidence=0.8, start=9),
        _coding("cp0001", "cp", confidence=0.3),
        _coding("cp0002", "cp", "proposed", confidence=1.0),
        _coding("climate0000", "climate", confidence=0.1),
    ]
    ids = [coding.id for coding in codings]
    assert _tax(_papers(6, 6), codings).quotes == (ids[0], ids[2], ids[1], ids[3], ids[4])


def test_five_quotes_a_side_at_most_and_none_twice() -> None:
    codings = [_coding(f"both{i:04}", domain) for i in range(20) for domain in ("cp", "climate", "both")]
    quotes = _tax(_papers(0, 0, mixed=20), codings).quotes
    assert len(quotes) == len(set(quotes)) <= 10


# ---- links ----


def _links(codings: Sequence[Coding]) -> tuple[Link, ...]:
    return link(_papers(6, 6, mixed=1), codings, CODEBOOK)


def test_codes_of_one_sentence_are_linked() -> None:
    codings = [
        _coding("cp0000", "cp"),
        _coding("cp0000", "cp", family="motivator", code="cost"),
        _coding("cp0000", "cp", family="deterrent", code="skills"),
        _coding("cp0000", "cp", start=9),
        _coding("cp0000", "cp", family="motivator", code="cost", start=9),
    ]
    motive, deterrent = _links(codings)
    assert (motive.code, motive.with_family, motive.with_code) == ("tax", "motivator", "cost")
    assert (motive.left.papers, motive.left.sentences) == (1, 2)
    assert (motive.right.papers, motive.right.quotes) == (0, ())
    assert motive.left.quotes == (codings[0].id, codings[3].id)
    assert (deterrent.with_code, deterrent.left.sentences) == ("skills", 1)


@pytest.mark.parametrize(
    "other",
    [
        _coding("cp0000", "cp", family="motivator", code="cost", start=9),  # another sentence
        _coding("cp0001", "cp", family="motivator", code="cost"),  # another paper
        _coding("cp0000", "cp", "negated", family="motivator", code="cost"),
        _coding("cp0000", "cp", code="audit"),  # same family
        _coding("cp0000", "cp", family="motivator", code="not-in-the-codebook"),
    ],
)
def test_near_misses_are_not_linked(other: Coding) -> None:
    assert _links([_coding("cp0000", "cp"), other]) == ()


def _tied(to: Coding, status: Status = "asserted", domain: str = "cp") -> Coding:
    return replace(_coding(to.document_id, domain, status, "cost", "motivator", start=50), tied_to=to.id)


def test_what_is_tied_in_the_next_sentence_is_counted_apart() -> None:
    here, there = _coding("cp0000", "cp"), _coding("cp0001", "cp")
    beside = _tied(there)
    same = replace(_coding("cp0000", "cp", family="motivator", code="cost"), tied_to=here.id)
    (pair,) = _links([here, there, beside, same])
    assert (pair.left.papers, pair.left.sentences, pair.left.quotes) == (1, 1, (here.id,))
    assert (pair.left.near_papers, pair.left.near_sentences, pair.left.near_quotes) == (1, 1, (beside.id,))
    (alone,) = _links([there, beside])
    assert (alone.code, alone.with_code) == ("tax", "cost")
    assert (alone.left.papers, alone.left.quotes, alone.left.near_papers) == (0, (), 1)


def test_near_misses_are_not_near() -> None:
    asserted, proposed = _coding("cp0000", "cp"), _coding("cp0000", "cp", "proposed")
    assert _links([proposed, _tied(proposed)]) == ()
    assert _links([asserted, _tied(asserted, "negated")]) == ()
    assert _links([asserted, _tied(asserted, domain="climate")]) == ()
    assert _links([_tied(asserted)]) == ()  # what it is tied to is gone


def test_pairs_that_papers_only_cite_are_told_from_those_of_their_own() -> None:
    codings = [_coding("cp0000", "cp"), _coding("cp0000", "cp", family="motivator", code="cost")]
    cited = [replace(c, cited=True, document_id="cp0001", id=f"{c.id}-cited") for c in codings]
    (pair,) = _links([*codings, *cited])
    assert (pair.left.papers, pair.left.own) == (2, 1)


# ---- properties ----

coding_lists = st.lists(
    st.builds(
        lambda paper, domain, status, row, start, sure: _coding(
            paper.document_id, domain, status, row[1], row[0], start, sure
        ),
        st.sampled_from(_papers(6, 6, 3)),
        st.sampled_from(["cp", "climate", "both", "other"]),
        st.sampled_from(["asserted", "proposed", "negated"]),
        st.sampled_from(ROWS),
        st.sampled_from([0, 10, 20]),
        st.sampled_from([0.2, 0.5, 0.9]),
    ),
    max_size=60,
)


@given(coding_lists)
def test_counts_add_up_and_shares_lie_in_their_intervals(codings: list[Coding]) -> None:
    for row in compare(_papers(6, 6, 3), codings, CODEBOOK):
        for side in (row.left, row.right):
            assert 0 <= side.papers + side.proposed + side.negated <= side.of_papers == 9
            assert side.sentences >= side.papers
            assert side.share is not None
            assert side.low is not None
            assert side.high is not None
            assert 0 <= side.low <= side.share <= side.high <= 1
        assert row.difference is not None
        assert row.low is not None
        assert row.high is not None
        assert -1 <= row.low <= row.difference <= row.high <= 1


@given(coding_lists, st.randoms(use_true_random=False))
def test_order_changes_nothing(codings: list[Coding], rng: random.Random) -> None:
    papers = _papers(6, 6, 3)
    shuffled, turned = rng.sample(codings, len(codings)), rng.sample(papers, len(papers))
    assert compare(turned, shuffled, CODEBOOK) == compare(papers, codings, CODEBOOK)
    assert link(turned, shuffled, CODEBOOK) == link(papers, codings, CODEBOOK)


@given(coding_lists)
def test_a_sentence_said_again_leaves_the_papers_as_they_were(codings: list[Coding]) -> None:
    papers = _papers(6, 6, 3)
    again = [replace(c, id=f"{c.id}-again", start=c.start + 100, end=c.end + 100) for c in codings]
    before, after = compare(papers, codings, CODEBOOK), compare(papers, codings + again, CODEBOOK)
    for old, new in zip(before, after, strict=True):
        assert replace(new.left, sentences=old.left.sentences) == old.left
        assert replace(new.right, sentences=old.right.sentences) == old.right
        assert new.verdict == old.verdict


@given(coding_lists)
def test_a_side_swapped_is_the_table_mirrored(codings: list[Coding]) -> None:
    left, right = CODEBOOK.domains
    mirrored = compare(_papers(6, 6, 3), codings, replace(CODEBOOK, domains=(right, left)))
    for row, mirror in zip(compare(_papers(6, 6, 3), codings, CODEBOOK), mirrored, strict=True):
        assert (mirror.left, mirror.right, mirror.verdict) == (row.right, row.left, row.verdict)


@given(coding_lists)
def test_a_link_has_no_more_papers_than_its_codes(codings: list[Coding]) -> None:
    papers = _papers(6, 6, 3)
    rows = {(row.family, row.code): row for row in compare(papers, codings, CODEBOOK)}
    for pair in link(papers, codings, CODEBOOK):
        for code in ((pair.family, pair.code), (pair.with_family, pair.with_code)):
            assert pair.left.papers <= rows[code].left.papers
            assert pair.right.papers <= rows[code].right.papers
        assert pair.left.papers + pair.right.papers > 0  # none of these is tied to another


@given(coding_lists)
def test_the_best_of_many_are_those_of_sorting_all(codings: list[Coding]) -> None:
    strength = {"asserted": 0, "proposed": 1, "negated": 2}
    ranked = sorted(codings, key=lambda c: (strength[c.status], -c.confidence, c.document_id, c.start, c.end, c.id))
    turn = {c.id: sum(d.document_id == c.document_id for d in ranked[:at]) for at, c in enumerate(ranked)}
    expected = sorted(ranked, key=lambda c: (strength[c.status], turn[c.id]))[:5]
    assert best(codings) == expected
