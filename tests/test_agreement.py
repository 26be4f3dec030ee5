"""Agreement between coders: published figures, two libraries, and the cases where nothing can be said."""

from itertools import combinations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from pipeline.agreement import Agreement, Coders, Figure, Given, agreement, disagreements, kappa

TAX, RULES, COST = ("instrument", "tax_charge"), ("instrument", "regulation"), ("deterrent", "cost")
CODES = (RULES, TAX, COST)
NOTHING = Figure(None, None, None)

# Four observers of twelve units (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, part C); "." is missing
OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def unit(at: int, document: str = "") -> tuple[str, int, int]:
    return document or f"paper{at}", 10 * at, 10 * at + 9


def saying(*pairs: tuple[str, str], domain: str = "cp", status: str = "asserted") -> Given:
    return Given(dict.fromkeys(pairs, status), domain)


def the(rows: tuple[Agreement, ...], what: str, code: str = "") -> Agreement:
    (row,) = (row for row in rows if (row.what, row.code or row.family) == (what, code))
    return row


def by_domain(observers: tuple[str, ...]) -> Coders:
    """Coders whose domains are the characters given; each unit is a paper of its own."""
    return {
        f"coder{i}": {unit(at): None if c == "." else Given({}, c) for at, c in enumerate(said)}
        for i, said in enumerate(observers)
    }


def test_alpha_is_the_published_one() -> None:
    row = the(agreement(by_domain(OBSERVERS), ()), "domain")
    assert row.alpha.value == pytest.approx(0.743, abs=0.0005)
    assert row.units == 11  # the twelfth was seen by one observer only
    assert len(row.pairs) == 6


def test_kappa_is_the_published_one() -> None:
    counts = np.array([[[88, 14, 18], [10, 40, 10], [2, 6, 12]]])  # Cohen 1960, his example of 200 cases
    assert kappa(counts)[0] == pytest.approx(0.492, abs=0.0005)


@given(st.lists(st.tuples(*[st.sampled_from("abc.")] * 3), min_size=1, max_size=30))
def test_kappa_and_alpha_are_those_of_the_libraries(units: list[tuple[str, ...]]) -> None:
    row = the(agreement(by_domain(tuple("".join(said) for said in zip(*units, strict=True))), ()), "domain")
    numbers = np.array([[np.nan if c == "." else ord(c) for c in said] for said in units]).T
    pairable = numbers[:, (~np.isnan(numbers)).sum(axis=0) > 1]
    if len(np.unique(pairable[~np.isnan(pairable)])) < 2:
        assert row.alpha == NOTHING
    else:
        assert row.alpha.value == pytest.approx(krippendorff.alpha(numbers, level_of_measurement="nominal"), abs=1e-6)
    found = {pair.coders: pair for pair in row.pairs}
    for i, j in combinations(range(3), 2):
        both = numbers[:, ~np.isnan(numbers[i]) & ~np.isnan(numbers[j])]
        pair = found.get((f"coder{i}", f"coder{j}"))
        assert (pair.units if pair else 0) == both.shape[1]
        if pair and len(np.unique(both[[i, j]])) > 1:
            assert pair.kappa.value == pytest.approx(cohen_kappa_score(both[i], both[j]), abs=1e-6)


def test_one_coder_agrees_with_nobody() -> None:
    for row in agreement({"ann": {unit(0): saying(TAX), unit(1): saying()}}, CODES):
        assert (row.units, row.raw, row.alpha, row.pairs) == (0, NOTHING, NOTHING, ())


def test_coders_without_a_common_sentence_have_no_agreement() -> None:
    rows = agreement({"ann": {unit(0): saying(TAX)}, "ben": {unit(0): None, unit(1): saying(TAX)}}, CODES)
    assert {(row.units, row.raw.value) for row in rows} == {(0, None)}


def test_where_all_say_the_same_agreement_beyond_chance_is_undefined_not_perfect() -> None:
    same = {unit(at): saying(TAX) for at in range(4)}
    row = the(agreement({"ann": same, "ben": same}, CODES), "code", "tax_charge")
    assert row.raw.value == 1
    assert row.alpha == NOTHING
    assert row.pairs[0].kappa == NOTHING


def test_coders_who_always_agree_on_both_categories_agree_fully() -> None:
    same = {unit(at): saying(TAX) if at % 2 else saying() for at in range(6)}
    row = the(agreement({"ann": same, "ben": same}, CODES), "code", "tax_charge")
    assert (row.alpha.value, row.pairs[0].kappa.value, row.present) == (1, 1, 3)


def test_another_code_of_the_family_is_agreement_on_the_family_alone() -> None:
    ann = {unit(0): saying(TAX), unit(1): saying(), unit(2): saying(RULES), unit(3): saying()}
    ben = {unit(0): saying(RULES), unit(1): saying(), unit(2): saying(RULES), unit(3): saying()}
    rows = agreement({"ann": ann, "ben": ben}, CODES)
    assert the(rows, "family", "instrument").raw.value == 1
    assert the(rows, "code", "tax_charge").raw.value == 0.75


def test_status_is_compared_where_both_gave_the_code() -> None:
    ann = {unit(0): saying(TAX, COST), unit(1): saying(TAX)}
    ben = {unit(0): saying(TAX, status="proposed"), unit(1): saying(TAX)}
    row = the(agreement({"ann": ann, "ben": ben}, CODES), "status")
    assert (row.units, row.raw.value) == (2, 0.5)


def test_an_interval_needs_two_papers_and_papers_are_drawn_whole() -> None:
    one = [unit(at, "paper") for at in range(40)]
    ann, ben = ({u: saying(TAX) if (at + shift) % 3 else saying() for at, u in enumerate(one)} for shift in (0, 1))
    row = the(agreement({"ann": ann, "ben": ben}, CODES), "code", "tax_charge")
    assert row.raw.value is not None
    assert (row.raw.low, row.raw.high, row.documents) == (None, None, 1)
    two = {unit(at, f"paper{at // 20}"): saying(TAX) if at % 2 else saying() for at in range(40)}
    other = {u: g if u[0] == "paper0" else saying() for u, g in two.items()}
    row = the(agreement({"ann": two, "ben": other}, CODES), "code", "tax_charge")
    assert (row.raw.low, row.raw.high) == (0.5, 1.0)  # a draw holds either paper twice, or both


def test_the_order_of_coders_and_units_changes_nothing() -> None:
    ann = {unit(at): saying(TAX) if at % 2 else saying(COST) for at in range(6)}
    ben = {unit(at): saying(TAX) if at % 3 else saying() for at in range(6)}
    turned = {"ben": dict(reversed(ben.items())), "ann": dict(reversed(ann.items()))}
    assert agreement({"ann": ann, "ben": ben}, CODES) == agreement(turned, CODES)


def test_disagreements_say_what_each_coder_said_and_whether_it_is_settled() -> None:
    ann = {unit(0): saying(TAX), unit(1): saying(COST), unit(2): saying(RULES), unit(3): saying(TAX)}
    ben = {unit(0): saying(domain="climate"), unit(1): saying(COST, status="proposed"), unit(2): saying(RULES)}
    found = disagreements({"ann": ann, "ben": ben}, settled=[(unit(1), "deterrent")])
    assert [(d.unit, d.what, d.family, d.said, d.settled) for d in found] == [
        (unit(0), "code", "instrument", {"ann": ("tax_charge",), "ben": ()}, False),
        (unit(0), "domain", "", {"ann": ("cp",), "ben": ("climate",)}, False),
        (unit(1), "status", "deterrent", {"ann": ("cost asserted",), "ben": ("cost proposed",)}, True),
    ]
