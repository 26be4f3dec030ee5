"""Decisions as labelled sentences: what counts for, against and not at all."""

from dataclasses import replace

import numpy as np

from pipeline.codebook import load_codebook
from pipeline.coding.labels import Label
from pipeline.decisions.training import labels_from
from pipeline.documents import Document, Metadata, Passage, Words
from pipeline.records import Coding, ReviewStatus
from tests.decisions.made import SENTENCES, TEXT, codings, paper

BOOK = load_codebook()
NONE = np.zeros(0, np.int32)
DOCUMENT = Document("a" * 64, TEXT, (), Words(NONE, NONE, NONE, np.zeros((0, 4), np.float32)), (), Metadata(), "")
UNDECIDED: tuple[ReviewStatus, ...] = ("unreviewed", "disputed")
PASSAGES = [Passage(TEXT.index(s), TEXT.index(s) + len(s), "results") for s in SENTENCES]


def labelled(*given: Coding) -> list[Label]:
    return labels_from([paper()], given, BOOK, lambda _: DOCUMENT, lambda _: PASSAGES)


def judged(at: int, review: ReviewStatus, **told: str) -> Coding:
    return replace(codings()[at], review_status=review, **told)  # type: ignore[arg-type]  # plain strings


def test_papers_without_decisions_teach_nothing() -> None:
    assert labelled(*codings()) == []


def test_sentences_without_decisions_are_context() -> None:
    first, second, third = labelled(judged(0, "accepted"), *codings()[1:])
    assert [label.context for label in (first, second, third)] == [False, True, True]
    assert (first.text, first.position) == (SENTENCES[0], 0)


def test_accepted_and_added_codes_count_for_rejected_ones_against() -> None:
    yes, no, more = labelled(judged(0, "accepted"), judged(1, "rejected"), judged(2, "added", status="proposed"))
    assert yes.codes["instrument"] == {"tax_charge"}
    assert (yes.domain, yes.status) == ("cp", "asserted")
    assert no.codes["deterrent"] == set()
    assert not no.open("deterrent", "information_skills")
    assert (more.codes["instrument"], more.status) == (frozenset({"subsidy_finance"}), "proposed")


def test_the_rest_of_a_family_counts_against_and_other_families_stay_open() -> None:
    first, *_ = labelled(judged(0, "accepted"))
    assert not first.open("instrument", "regulation")
    assert first.open("motivator", "cost_saving")


def test_what_nobody_looked_at_or_coders_dispute_stays_open() -> None:
    other = replace(codings()[0], id="other", code="regulation")
    for status in UNDECIDED:
        first, *_ = labelled(judged(0, "accepted"), replace(other, review_status=status))
        assert first.open("instrument", "regulation")
        assert not first.open("instrument", "tax_charge")


def test_a_recoded_sentence_speaks_against_what_the_machine_said() -> None:
    turned = judged(0, "recoded", code="regulation", original_family="instrument", original_code="tax_charge")
    first, *_ = labelled(turned)
    assert first.codes["instrument"] == {"regulation"}
    assert not first.open("instrument", "tax_charge")
    moved = judged(0, "recoded", family="motivator", code="cost_saving", original_family="instrument")
    first, *_ = labelled(moved)
    assert first.codes == {"instrument": set(), "motivator": {"cost_saving"}, "deterrent": set()}
    assert not first.open("instrument", "tax_charge")  # the machine's family was wrong
