"""What carries over: the rule on counts, and what comes with a code where it is well evidenced."""

import random
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.carry import carry, evidence
from pipeline.codebook import UNSPECIFIED, Code, Codebook, Domain, Family
from pipeline.compare import compare
from pipeline.documents import Metadata
from pipeline.inference import share
from pipeline.outcomes import Carried, Company, Mention, Side
from pipeline.records import Coding, Paper, Status


def _code(name: str) -> Code:
    return Code(name, name.title(), "", "", (), (), ())


BOOK = Codebook(
    name="test",
    version="1",
    domains=(Domain("water", "Water", "", (), ()), Domain("soil", "Soil", "", (), ())),
    families=(
        Family("tool", "Tool", "", (), (_code("tax"), _code("audit"), _code(UNSPECIFIED))),
        Family("spur", "Spur", "", (), (_code("gain"),)),
        Family("brake", "Brake", "", (), (_code("cost"), _code("skill"), _code(UNSPECIFIED))),
    ),
    fingerprint="",
)
_ids = count()


class Given(NamedTuple):
    """Papers and their codings."""

    papers: list[Paper]
    codings: list[Coding]


def _paper(name: str, domain: str) -> Paper:
    return Paper(name, f"{name}.pdf", (), name, Metadata(), "", 1, "", domain, {})


def _coding(
    paper: str,
    domain: str,
    code: str = "tax",
    family: str = "tool",
    status: Status = "asserted",
    at: int = 0,
    name: str = "",
    tied_to: str = "",
) -> Coding:
    return Coding(
        id=f"c{next(_ids)}",
        document_id=paper,
        family=family,
        code=code,
        domain=domain,
        status=status,
        start=at,
        end=at + 5,
        quote="Quote",
        role="body",
        method="terms",
        confidence=0.5,
        terms=(),
        evidence=(),
        named_instrument=name,
        tied_to=tied_to,
    )


def _counts(k: int, m: int, l: int, n: int) -> Given:  # noqa: E741 - k of m papers and l of n, as in inference
    """The tax, asserted by so many papers of each side."""
    sides = (("water", k, m), ("soil", l, n))
    papers = [_paper(f"{side}{i}", side) for side, _, of in sides for i in range(of)]
    return Given(papers, [_coding(f"{side}{i}", side) for side, asserting, _ in sides for i in range(asserting)])


def _carry(made: Given) -> dict[str, Carried]:
    rows = carry(compare(made.papers, made.codings, BOOK), made.papers, made.codings, BOOK)
    return {row.row.code: row for row in rows}


@pytest.mark.parametrize(
    ("counts", "finding", "origin"),
    [
        ((5, 8, 1, 9), "may carry over", "water"),
        ((0, 8, 8, 9), "may carry over", "soil"),
        ((45, 365, 5, 483), "may carry over", "water"),  # five papers are thin among 483
        ((5, 365, 45, 483), "may carry over", "soil"),
        ((3, 8, 0, 9), "too few papers to say", ""),  # well evidenced against none, but the interval holds 0
        ((3, 3, 29, 31), "too few papers to say", ""),  # a side of three papers says nothing
        ((3, 3, 0, 31), "too few papers to say", ""),
        ((2, 3, 0, 40), "too few papers to say", ""),
        ((8, 8, 3, 9), "already on both sides", ""),  # though more on one
        ((2, 8, 3, 9), "already on both sides", ""),  # shared by the verdict
        ((20, 365, 4, 483), "more on one side", ""),  # 5 % of papers are no firm evidence
        ((200, 1000, 45, 1000), "more on one side", ""),  # 4.5 % may be 5 %
        ((200, 1000, 30, 1000), "may carry over", "water"),
    ],
)
def test_the_rule(counts: tuple[int, int, int, int], finding: str, origin: str) -> None:
    row = _carry(_counts(*counts))["tax"]
    assert (row.finding, row.origin) == (finding, origin)
    assert row.target == {"water": "soil", "soil": "water", "": ""}[origin]


@pytest.mark.parametrize(("of_papers", "fewest"), [(5, 3), (20, 3), (21, 4), (100, 10), (1000, 64)])
def test_how_many_papers_are_good_evidence(of_papers: int, fewest: int) -> None:
    assert evidence(_side(fewest, of_papers)) == "well evidenced"
    assert evidence(_side(fewest - 1, of_papers)) == "in between"


@pytest.mark.parametrize(
    ("papers", "of_papers", "words"),
    [
        (1, 5, "thin"),
        (2, 5, "in between"),
        (36, 1000, "thin"),
        (37, 1000, "in between"),
        (4, 4, "too few papers on the side"),
        (0, 0, "too few papers on the side"),
    ],
)
def test_how_many_are_thin(papers: int, of_papers: int, words: str) -> None:
    assert evidence(_side(papers, of_papers)) == words


def _side(papers: int, of_papers: int) -> Side:
    return Side("water", of_papers, papers, papers, 0, 0, *share(papers, of_papers))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_the_sides_are_treated_alike_and_no_claim_goes_beyond_the_verdict(k: int, m: int, more_l: int, n: int) -> None:
    k, l = min(k, m), min(more_l, n)  # noqa: E741 - as above
    here, there = _carry(_counts(k, m, l, n)), _carry(_counts(l, n, k, m))
    assert here.keys() == there.keys()
    for row in here.values():
        turned = there[row.row.code]
        assert turned.finding == row.finding
        assert (turned.origin, turned.target) == (_other(row.origin), _other(row.target))
        if row.finding == "may carry over":
            assert row.row.verdict in (f"only in {row.origin.title()}", f"more in {row.origin.title()}")


def _other(side: str) -> str:
    return {"water": "soil", "soil": "water", "": ""}[side]


def test_what_stands_beside_a_code() -> None:
    made = _counts(5, 8, 0, 9)
    tax = made.codings
    made.codings.extend(
        [
            _coding("water0", "water", "cost", "brake"),  # in the sentence of the tax
            _coding("water1", "water", "cost", "brake", at=10, tied_to=tax[1].id),  # in the next, but tied
            _coding("water1", "water", "cost", "brake", at=20, tied_to=tax[1].id),  # no paper more
            _coding("water2", "water", "cost", "brake", at=10),  # near it, not tied
            _coding("water3", "water", "skill", "brake"),
            _coding("water3", "water", "gain", "spur", status="proposed"),  # not asserted
            _coding("water4", "water", UNSPECIFIED, "brake"),  # tells nothing
            _coding("water4", "soil", "gain", "spur"),  # of the other side, in a paper that does not stand there
            _coding("water4", "water", "audit"),  # of the same family
        ]
    )
    rows = _carry(made)
    ids = [c.id for c in made.codings]
    (brakes,) = rows["tax"].left.beside
    costs = Mention("cost", 2, (ids[5], ids[6], ids[7]))
    assert brakes == Company("brake", 3, (costs, Mention("skill", 1, (ids[9],))))
    assert rows["tax"].right.beside == ()
    assert rows["cost"].left.beside == (Company("tool", 2, (Mention("tax", 2, (ids[0], ids[1])),)),)
    assert rows["audit"].left.beside == ()
    assert UNSPECIFIED not in rows


def test_two_codes_in_one_sentence_that_are_tied_too_meet_once() -> None:
    made = _counts(5, 8, 0, 9)
    made.codings.append(_coding("water0", "water", "cost", "brake", tied_to=made.codings[0].id))
    rows = _carry(made)
    assert rows["tax"].left.beside[0].codes[0].quotes == (made.codings[-1].id,)
    assert rows["cost"].left.beside[0].codes[0].quotes == (made.codings[0].id,)


def test_who_only_proposes_it_and_what_is_named() -> None:
    made = _counts(5, 8, 0, 9)
    made.codings.extend(
        [
            _coding("soil0", "soil", status="proposed"),
            _coding("soil0", "soil", status="proposed", at=10),
            _coding("soil1", "soil", status="negated"),
            _coding("water0", "water", status="proposed", at=30),  # asserts it too
            _coding("water0", "water", at=40, name="Levy"),
            _coding("water1", "water", at=40, name="Levy"),
            _coding("water2", "water", at=40, name="Duty", status="proposed"),
        ]
    )
    row = _carry(made)["tax"]
    first = made.codings[5].id
    assert row.right.proposing == (first,)
    assert row.left.proposing == ()
    assert (row.row.right.proposed, row.row.right.negated) == (1, 1)
    assert [(mention.name, mention.papers) for mention in row.left.named] == [("Levy", 2)]


def test_codes_that_were_not_found_have_no_row() -> None:
    assert list(_carry(_counts(5, 8, 0, 9))) == ["tax"]
    assert _carry(Given([], [])) == {}


def test_the_order_of_codings_changes_nothing() -> None:
    made = _counts(6, 9, 1, 9)
    more = [
        _coding(f"water{i}", "water", code, family, at=at, tied_to=made.codings[i].id if family != "tool" else "")
        for i, (code, family, at) in enumerate(
            [("cost", "brake", 0), ("gain", "spur", 10), ("skill", "brake", 10), ("audit", "tool", 0)]
        )
    ]
    codings: Sequence[Coding] = [*made.codings, *more]
    shuffled = random.Random(3).sample(codings, len(codings))
    assert _carry(Given(made.papers, list(shuffled))) == _carry(Given(made.papers, list(codings)))
