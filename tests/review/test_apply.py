"""Which coding is final: settled before human before machine, and disputes move no number."""

from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.codebook import Codebook, load_codebook
from pipeline.compare import compare, link
from pipeline.records import Coding
from pipeline.review.apply import apply, cases, counted
from pipeline.review.decide import on_coding, on_paper
from pipeline.review.decision import Decision, made
from pipeline.review.reviewed import Reviewed, review
from tests.review.made import SENTENCES, TEXT, VERSIONS, added, coding, codings, on, paper, passages


@cache  # reading it takes a second
def book() -> Codebook:
    return load_codebook()


def final(*decisions: Decision) -> dict[str, Coding]:
    done, _ = apply([paper()], codings(), decisions, passages)
    for one in done:
        assert TEXT[one.start : one.end] == one.quote
    return {c.id: c for c in done}


def reviewed(*decisions: Decision) -> Reviewed:
    return review(decisions, [paper()], codings(), book(), lambda _: TEXT, passages)


def test_without_decisions_nothing_changes() -> None:
    assert tuple(final().values()) == codings()


def test_a_person_accepts_rejects_recodes_and_notes() -> None:
    first, second, third = codings()
    done = final(on(0), on(1, "reject", note="no"), on(2, "recode", code="tax_charge", status="proposed"))
    yes, no, other = (done[c.id] for c in (first, second, third))
    assert (yes.review_status, yes.decided_by, yes.reviewer) == ("accepted", "human", "Ann")
    assert (yes.method, yes.confidence, yes.code) == (first.method, first.confidence, first.code)
    assert (no.review_status, no.note, counted(no), counted(yes)) == ("rejected", "no", False, True)
    assert (other.review_status, other.code, other.status) == ("recoded", "tax_charge", "proposed")
    assert (other.original_code, other.original_status) == ("subsidy_finance", "asserted")
    assert (other.method, other.confidence, other.terms) == ("human", 1.0, ())
    noted = final(on(0, "note", note="see table 3"))[first.id]
    assert (noted.review_status, noted.decided_by, noted.note) == ("unreviewed", "machine", "see table 3")


def test_the_latest_decision_of_a_coder_counts() -> None:
    assert final(on(0), on(0, "reject"))[coding(0).id].review_status == "rejected"
    assert final(on(0, "reject"), on(0))[coding(0).id].review_status == "accepted"


def test_coders_who_differ_leave_the_machine_s_coding_disputed_until_one_settles_it() -> None:
    first = coding(0)
    differ = [on(0, "reject", coder="Ben"), on(0, "recode", coder="Ann", code="subsidy_finance")]
    for order in permutations(differ):
        held = final(*order)[first.id]
        assert (held.review_status, held.decided_by, held.reviewer) == ("disputed", "machine", "Ann; Ben")
        assert (held.family, held.code, held.status, held.method) == (*CODED_0, first.method)
        assert counted(held)
    settled = on(0, "recode", coder="Cy", code="subsidy_finance", settled=True)
    late = on(0, coder="Ben")
    held = final(*differ, settled, late)[first.id]
    assert (held.code, held.decided_by, held.reviewer) == ("subsidy_finance", "settled", "Cy")
    agreed = final(on(0, coder="Ann"), on(0, coder="Ben"))[first.id]
    assert (agreed.review_status, agreed.decided_by, agreed.reviewer) == ("accepted", "human", "Ann; Ben")


CODED_0 = ("instrument", "tax_charge", "asserted")


def test_an_added_coding_is_a_coding_like_any_other() -> None:
    (one,) = (c for c in final(added("paid for new vats")).values() if c.review_status == "added")
    assert (one.quote, one.method, one.confidence, one.decided_by) == ("paid for new vats", "human", 1.0, "human")
    assert (one.role, one.cited) == ("results", True)  # as the sentence that it stands in
    assert one.id not in {c.id for c in codings()}
    order = [c.id for c in final(added("paid for new vats")).values()]
    assert order[-1] == one.id


def test_two_who_add_the_same_speak_of_one_coding() -> None:
    blind = [added(SENTENCES[1], coder="Ann"), added("lacked the skills", coder="Ben", blind=True)]
    (one,) = (c for c in final(*blind).values() if c.method == "human")
    assert (one.reviewer, one.quote) == ("Ann; Ben", SENTENCES[1])
    (differ,) = (
        c for c in final(blind[0], added(SENTENCES[1], coder="Ben", status="negated")).values() if c.method == "human"
    )
    assert differ.review_status == "disputed"
    assert not counted(differ)


def test_to_add_what_the_machine_or_another_has_is_to_agree() -> None:
    same = final(added(SENTENCES[0], code=("instrument", "tax_charge")))
    assert [c.review_status for c in same.values()] == ["accepted", "unreviewed", "unreviewed"]
    recoded = on(0, "recode", coder="Ann", code="subsidy_finance")
    for order in permutations([recoded, added(SENTENCES[0], coder="Ben", code=("instrument", "subsidy_finance"))]):
        held = final(*order)
        assert len(held) == 3
        assert (held[coding(0).id].code, held[coding(0).id].reviewer) == ("subsidy_finance", "Ann; Ben")


def test_an_added_coding_can_be_rejected_by_another() -> None:
    first = added("paid for new vats", coder="Ben")
    (one,) = (c for c in final(first).values() if c.method == "human")
    no = on_coding("reject", "Ann", one, paper(), TEXT, VERSIONS)
    assert final(first, no)[one.id].review_status == "disputed"
    assert final(first, replace(no, settled=True))[one.id].review_status == "rejected"
    assert one.id not in final(no)


def test_what_the_machine_no_longer_makes_stays_where_a_person_accepted_it() -> None:
    decisions = [on(0), on(1, "reject"), on(2, "note", note="why?")]
    done, lost = apply([paper()], (), decisions, passages)
    assert [(c.code, c.review_status, c.method) for c in done] == [("tax_charge", "added", "human")]
    assert [(u.action, u.note) for u in lost] == [("note", "why?")]


def test_what_the_machine_has_learned_by_now_is_accepted() -> None:
    now = replace(coding(2), id="new", code="tax_charge")
    done, _ = apply([paper()], (now,), [on(2, "recode", code="tax_charge")], passages)
    assert [(c.id, c.review_status, c.original_code) for c in done] == [("new", "accepted", "")]


def test_a_tie_to_a_rejected_instrument_is_cut() -> None:
    first, second, third = codings()
    tied = (first, replace(second, tied_to=first.id), third)
    for decision, to in ((on(0), first.id), (on(0, "reject"), ""), (on(0, "recode", family="motivator"), "")):
        done, _ = apply([paper()], tied, [decision], passages)
        assert done[1].tied_to == to


def test_a_code_that_the_codebook_lost_is_listed_and_changes_nothing() -> None:
    done = reviewed(on(0, "recode", code="gone_code"), on(1, domain="mars"))
    assert [c.review_status for c in done.codings] == ["unreviewed"] * 3
    assert ["gone_code" in u.reason or "mars" in u.reason for u in done.unanchored] == [True, True]


def test_papers_are_excluded_included_and_mended() -> None:
    out = on_paper("exclude", "Ann", paper(), VERSIONS, note="not about firms")
    gone = reviewed(on(0), out)
    assert (gone.papers, gone.codings, gone.unanchored) == ((), (), ())
    assert [(r.kind, r.path) for r in gone.excluded] == [("excluded", "aa.pdf")]
    assert "not about firms" in gone.excluded[0].reason
    assert "Ann" in gone.excluded[0].reason
    back = reviewed(out, on_paper("include", "Ben", paper(), VERSIONS))
    assert (back.papers, back.excluded) == ((paper(),), ())
    told = [("year", "1999"), ("authors", "Dyer, D.; Vat, V."), ("journal", "J. Dyes"), ("year", "2002")]
    mend = [on_paper("metadata", "Ann", paper(), VERSIONS, field=field, value=value) for field, value in told]
    (mended,) = reviewed(*mend).papers
    assert (mended.metadata.year, mended.metadata.authors, mended.journal) == (2002, ("Dyer, D.", "Vat, V."), "J. Dyes")
    assert mended.metadata.title == paper().metadata.title
    (unset,) = reviewed(*mend, made("undo", "Ann", undoes=mend[3].id)).papers
    assert unset.metadata.year == 1999


WAYS = st.sampled_from(["accept", "reject", "recode", "note"])
SAID = st.tuples(st.integers(0, 2), WAYS, st.sampled_from(["Ann", "Ben"]), st.booleans())


def told(said: list[tuple[int, str, str, bool]]) -> list[Decision]:
    return [
        on(at, way, coder, settled=settled, code="voluntary_programme" if way == "recode" and at != 1 else "", note="n")  # type: ignore[arg-type]  # one of WAYS
        for at, way, coder, settled in said
    ]


@given(st.lists(SAID, max_size=8))
def test_counts_sum_and_no_machine_coding_is_lost(said: list[tuple[int, str, str, bool]]) -> None:
    decisions = told(said)
    done = reviewed(*decisions)
    together = done.codings
    assert {c.id for c in together} == {c.id for c in codings()}
    assert done == reviewed(*reversed(decisions))  # the order of lines says nothing, that of time does
    statuses = Counter(c.review_status for c in together)
    assert statuses["rejected"] == sum(not counted(c) for c in together)
    judged = {d.coding_id for d in decisions if d.action != "note"}
    assert statuses["unreviewed"] == 3 - len(judged)
    for case in cases(codings(), decisions):
        if case.disputed:
            (held,) = (c for c in together if c.id == case.id)
            assert (held.code, held.decided_by) == (case.machine and case.machine.code, "machine")


def test_tables_count_what_people_reviewed_beside_all() -> None:
    papers = [paper(), paper("c" * 64, doi="10.1234/c", title="Another")]
    other = tuple(replace(c, document_id="c" * 64, id=f"{c.id}c") for c in codings())
    twin = replace(coding(1), start=0, end=len(SENTENCES[0]), quote=SENTENCES[0], id="twin", family="motivator")
    twin = replace(twin, code="cost_saving")
    done, _ = apply(papers, (*codings(), twin, *other), [on(0), on(1, "reject")], passages)
    final_codings = [c for c in done if counted(c)]
    rows = {row.code: row.left for row in compare(papers, final_codings, book())}
    assert (rows["tax_charge"].papers, rows["tax_charge"].reviewed) == (2, 1)
    assert (rows["subsidy_finance"].papers, rows["subsidy_finance"].reviewed) == (2, 0)
    assert (rows["information_skills"].papers, rows["information_skills"].reviewed) == (1, 0)
    (met,) = (row.left for row in link(papers, final_codings, book()))
    assert (met.papers, met.reviewed) == (1, 0)
    both = [replace(c, decided_by="human") if c.id == "twin" else c for c in final_codings]
    assert [row.left.reviewed for row in link(papers, both, book())] == [1]
