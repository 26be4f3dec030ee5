"""The queue: what is most worth a look, and what it says of why."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.compare import compare
from pipeline.records import Coding, Status
from pipeline.triage import ORDERS, Look, Order, worth_a_look
from tests.test_compare import CODEBOOK, _asserting, _coding, _papers


def looked(
    codings: list[Coding], by: Order = "influential", left: int = 12, right: int = 12, **more: object
) -> list[Look]:
    papers = _papers(left, right, 1)
    return list(worth_a_look(codings, papers, compare(papers, codings, CODEBOOK), CODEBOOK, by, **more))  # type: ignore[arg-type]  # passed on


def test_what_a_verdict_hangs_on_comes_first_the_likeliest_to_be_wrong_before_others() -> None:
    sure, unsure = (_coding(f"climate000{i}", "climate", confidence=c) for i, c in enumerate((0.9, 0.6)))
    many = _asserting("cp", 6)
    looks = looked([*many, sure, unsure])
    assert [look.coding_id for look in looks[:2]] == [unsure.id, sure.id]
    assert looks[0].reason == "one of 2 papers in climate behind “shared”; without it: “more in CP”"


def test_a_paper_that_says_it_again_hangs_less_on_one_sentence() -> None:
    once = _coding("climate0000", "climate", confidence=0.7)
    twice = [_coding("climate0001", "climate", start=at, confidence=0.6) for at in (0, 50)]
    looks = looked([*_asserting("cp", 6), *twice, once])
    assert looks[0].coding_id == once.id  # 0.3 to be wrong, against 0.4 x 0.4


def test_two_papers_fewer_come_after_one() -> None:
    codings = _asserting("cp", 6) + _asserting("climate", 3)
    tail = [_coding("cp0001", "cp", code="audit"), _coding("climate0000", "climate", code="audit")]
    looks = looked(codings + tail)
    behind = [look.reason for look in looks if "in climate behind" in look.reason]
    assert behind == ["one of 3 papers in climate behind “shared”; with 2 fewer: “more in CP”"] * 3


def test_a_proposed_coding_that_would_change_the_verdict_is_told() -> None:
    proposed = _coding("climate0003", "climate", "proposed", confidence=0.9)
    looks = looked([*_asserting("cp", 4), *_asserting("climate", 1), proposed])
    found = {look.coding_id: look.reason for look in looks}
    assert found[proposed.id] == "proposed; if it is asserted, “too few papers to say” becomes “shared”"


def test_what_counts_on_no_side_hangs_on_nothing() -> None:
    stray = _coding("cp0000", "climate", confidence=0.93)
    (look,) = looked([stray])
    assert look.reason == "confidence 0.93"


def test_uncertain_ones_are_nearest_to_one_half() -> None:
    codings = [_coding("cp0000", "cp", start=at, confidence=c) for at, c in enumerate((0.92, 0.45, 0.1, 0.6))]
    assert [look.reason for look in looked(codings, "uncertain")] == [
        *("confidence 0.45", "confidence 0.60"),
        *("confidence 0.10", "confidence 0.92"),
    ]


def test_disputed_ones_come_first_in_their_family_only() -> None:
    tax, cost = _coding("cp0000", "cp"), _coding("cp0000", "cp", family="motivator", code="cost")
    sentence = ("cp0000", 0, 5)
    first, second = looked([tax, cost], "disputed", disputed={(sentence, "motivator")})
    assert (first.coding_id, first.reason) == (cost.id, "coders differ here: motivator")
    assert second.reason == "confidence 0.50"


def test_by_paper_is_the_order_of_reading() -> None:
    codings = [_coding(paper, "cp", start=at) for paper, at in (("cp0001", 0), ("cp0000", 90), ("cp0000", 10))]
    assert [look.coding_id for look in looked(codings, "paper")] == [codings[at].id for at in (2, 1, 0)]


def test_by_chance_the_order_of_some_stays_when_others_come() -> None:
    codings = _asserting("cp", 6) + _asserting("climate", 6)
    few = [look.coding_id for look in looked(codings[:6], "random")]
    assert few == [look.coding_id for look in looked(codings, "random") if look.coding_id in few]
    assert few != [look.coding_id for look in looked(codings[:6], "random", seed=2)]


CODING = st.builds(
    lambda paper, domain, status, start, confidence: (paper, domain, status, start, confidence),
    st.sampled_from(["cp0000", "cp0001", "climate0000", "both0000", "gone"]),
    st.sampled_from(["cp", "climate", "both", "other"]),
    st.sampled_from(["asserted", "proposed", "negated"]),
    st.integers(0, 9),
    st.floats(0, 1),
)


@pytest.mark.parametrize("by", ORDERS)
@settings(max_examples=12, deadline=None)
@given(made=st.lists(CODING, max_size=12), data=st.data())
def test_every_undecided_coding_is_there_once_whatever_the_order_of_the_input(
    by: Order, made: list[tuple[str, str, Status, int, float]], data: st.DataObject
) -> None:
    codings = [
        replace(_coding(paper, domain, status, start=start, confidence=c), id=f"c{at}")
        for at, (paper, domain, status, start, c) in enumerate(made)
    ]
    decided = data.draw(st.sets(st.sampled_from([c.id for c in codings]))) if codings else set()
    looks = looked(codings, by, decided=decided)
    assert sorted(look.coding_id for look in looks) == sorted({c.id for c in codings} - decided)
    assert looks == looked(codings[::-1], by, decided=decided)


def test_twenty_thousand_codings_are_put_in_order_in_a_moment() -> None:
    papers = _papers(100, 100)
    codings = [
        _coding(paper.document_id, paper.domain, start=at, code=("tax", "audit")[at % 2], confidence=at / 100)
        for paper in papers
        for at in range(100)
    ]
    rows = compare(papers, codings, CODEBOOK)
    started = time.process_time()
    assert len(worth_a_look(codings, papers, rows, CODEBOOK)) == 20_000
    assert time.process_time() - started < 3
