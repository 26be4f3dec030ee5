"""A decision is found again where its quote stands now, and nowhere else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.review.anchor import Anchored, anchor, standing
from pipeline.review.decide import addition, on_paper
from pipeline.review.decision import Decision, made
from tests.review.made import SENTENCES, TEXT, VERSIONS, added, codings, on, paper

NEW = "b" * 64


def anchored(decision: Decision, text: str, document_id: str = "a" * 64, ids: tuple[str, ...] = ()) -> Anchored:
    return anchor([decision], [paper(document_id)], ids, lambda _: text)


def place(decision: Decision, text: str, document_id: str = "a" * 64) -> str:
    """The text where a decision is found; empty where it is lost."""
    found = anchored(decision, text, document_id)
    assert len(found.decisions) + len(found.lost) == 1
    if found.lost:
        return ""
    (now,) = found.decisions
    assert text[now.start : now.end] == now.quote
    assert now.document_id == document_id
    return now.quote


def test_what_the_machine_still_makes_asks_for_no_text() -> None:
    def no_text(document_id: str) -> str:
        raise AssertionError(f"the text of {document_id} was asked for")

    decisions = [on(0), on(1, "reject"), on_paper("exclude", "Ann", paper(), VERSIONS, note="no CP")]
    found = anchor(decisions, [paper()], {c.id for c in codings()}, no_text)
    assert found == Anchored(standing(decisions), ())


@given(st.text(st.sampled_from("ab \n-x"), max_size=200), st.text(st.sampled_from("ab \n-x"), max_size=200))
def test_text_before_and_behind_moves_a_decision_along(before: str, after: str) -> None:
    assert place(on(0), f"{before}\n{TEXT}\n{after}") == SENTENCES[0]


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ("A levy on efflu-\nent moved the\u00a0dyers  to act.", True),  # another reading of the same page
        ("A levy on effluents moved the dyers to act!", True),  # near-same
        ("A levy on effluent never moved the dyers to act.", False),  # the sense is another
        ("A levy on noise annoyed the bakers of the town.", False),
    ],
)
def test_a_sentence_is_found_by_its_letters_or_likeness_unless_the_sense_changed(now: str, found: bool) -> None:
    text = f"Before it all stood this.\n{now}\nAnd something else behind."
    assert (place(on(0), text) == now) is found


def test_a_number_that_changed_is_another_sentence() -> None:
    assert place(on(2), SENTENCES[2].replace("most of", "most  of")) != ""
    assert place(on(2), SENTENCES[2].replace("20", "30")) == ""


def test_of_several_places_the_one_with_the_old_surroundings_is_taken() -> None:
    old = "In the north the tax was low. In the south, where mills are old, the tax was high."
    start = old.rindex("tax")
    decision = addition("Ann", paper(), old, start, start + 3, "instrument", "tax_charge", "cp", "asserted", VERSIONS)
    now = "Taxes and a syntax come first. " + old.replace("In the north the", "In the far north the only")
    (found,) = anchored(decision, now).decisions
    assert found.start == now.rindex("tax")
    assert place(decision, "The tax, the tax, the tax.") == ""
    assert place(decision, "The syntax of taxes.") == ""


def test_a_paper_in_a_new_file_is_known_by_doi_or_title_and_a_quote_also_by_key() -> None:
    for same in (paper(NEW), paper(NEW, doi=""), paper(NEW, title="", doi="https://doi.org/10.1234/DYES")):
        found = anchor([on(0)], [same], (), lambda _: "New. " + TEXT)
        assert [(d.document_id, d.start) for d in found.decisions] == [(NEW, 5)]
    by_key = paper(NEW, doi="", title="")
    out = on_paper("exclude", "Ann", paper(), VERSIONS, note="no CP")
    found = anchor([on(0), out], [by_key], (), lambda _: TEXT)
    assert [d.action for d in found.decisions] == ["accept"]
    assert [u.decision_id for u in found.lost] == [out.id]
    assert anchor([out], [paper(NEW)], (), lambda _: TEXT).decisions[0].document_id == NEW


def test_what_is_lost_is_listed_with_its_last_place() -> None:
    other = replace(paper(NEW, doi="10.1234/other", title="Quite another"), citation_key="other")
    decision = on(0, "recode", code="subsidy_finance", note="look")
    (lost,) = anchor([decision], [other], (), lambda _: TEXT).lost
    assert (lost.decision_id, lost.coder, lost.action, lost.note) == (decision.id, "Ann", "recode", "look")
    assert (lost.document_id, lost.quote, lost.start, lost.end) == ("a" * 64, SENTENCES[0], 0, len(SENTENCES[0]))
    assert (lost.family, lost.code) == ("instrument", "subsidy_finance")
    assert "not in the tables" in lost.reason


def test_an_undo_takes_back_and_can_be_taken_back() -> None:
    decision = on(0)
    undo = made("undo", "Ann", undoes=decision.id)
    redo = made("undo", "Ann", undoes=undo.id)
    assert standing([decision]) == (decision,)
    assert standing([undo, decision]) == ()
    assert standing([redo, undo, decision]) == (decision,)


def test_undoings_in_a_circle_are_read_without_end() -> None:
    one = made("undo", "Ann", undoes="x")
    other = replace(made("undo", "Ann", undoes=one.id), id="x")
    assert standing([one, other, added(SENTENCES[1])])
