"""A head adapted to people's labels: what moves, what stays, and what it is said to gain."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pipeline.codebook import load_codebook
from pipeline.coding import code_document
from pipeline.coding.adapt import Gain, adapt, gains
from pipeline.coding.document import shipped_head
from pipeline.coding.examples import Example, examples
from pipeline.coding.head import Head
from pipeline.coding.labels import Label, lay_out

BOOK = load_codebook()
FAMILIES = tuple(family.id for family in BOOK.families)
OPEN = {family.id: frozenset(code.id for code in family.codes) for family in BOOK.families}
WISH = "Owners of the dye works hoped for a better name in the town number {0}."


@cache
def head() -> Head:
    found = shipped_head(BOOK.fingerprint)
    assert found
    return found


def label(paper: int, at: int, text: str, *codes: str, context: bool = False) -> Label:
    given = {family: frozenset(codes if family == "motivator" else ()) for family in FAMILIES}
    disputed = {family: frozenset() if family == "motivator" else OPEN[family] for family in FAMILIES}
    return Label(f"paper{paper}", "Dye works", at, text, "", "", given, disputed, context)


def corpus(papers: int) -> list[Label]:
    """Papers whose reader takes a wish for a good name for a motivator, which the head does not."""
    return [
        one
        for paper in range(papers)
        for one in (
            label(paper, 0, WISH.format(paper), "reputation"),
            label(paper, 1, "The river was measured every week.", context=True),
            label(paper, 2, "Samples of sludge were dried and weighed."),
        )
    ]


def seen(papers: int) -> list[Example]:
    return examples(corpus(papers), BOOK)


def motivators(using: Head, text: str) -> set[str]:
    document, passages = lay_out([Label("new", "Dye works", 0, text, "", "", {}, {})])
    return {c.code for c in code_document(document, passages, BOOK, using).codings if c.family == "motivator"}


def test_what_people_insist_on_is_learnt_and_carries_to_other_papers() -> None:
    assert motivators(head(), WISH.format(99)) == set()
    assert motivators(adapt(head(), seen(6), BOOK), WISH.format(99))


def test_other_sentences_are_coded_as_before() -> None:
    told = "Lower cost and customer pressure were the main drivers of the change."
    assert motivators(adapt(head(), seen(6), BOOK), told) == motivators(head(), told)


def test_outputs_that_nothing_was_said_of_stay_as_they_are() -> None:
    adapted = adapt(head(), seen(3), BOOK)
    instrument, motivator = (head().outputs[f"family {family}"] for family in ("instrument", "motivator"))
    assert np.array_equal(adapted.weights[:, instrument], head().weights[:, instrument])
    assert not np.array_equal(adapted.weights[:, motivator], head().weights[:, motivator])


def test_a_stronger_pull_moves_less_and_no_labels_move_nothing() -> None:
    def moved(adapted: Head) -> float:
        return float(np.abs(adapted.weights - head().weights).sum())

    assert 0 < moved(adapt(head(), seen(3), BOOK, pull=30)) < moved(adapt(head(), seen(3), BOOK, pull=1))
    assert adapt(head(), [], BOOK) is head()


def test_the_same_labels_give_the_same_head() -> None:
    assert np.array_equal(adapt(head(), seen(3), BOOK).weights, adapt(head(), seen(3), BOOK).weights)


def test_the_gain_is_told_for_all_families_and_codes_with_cases() -> None:
    found = gains(head(), corpus(4), BOOK)
    everything, family, code = (next(g for g in found if (g.family, g.code) == key) for key in KEYS)
    assert (everything.before, family.before, code.cases) == (0, 0, 4)
    assert family.after > 0.9
    assert {(g.family, g.code) for g in found} >= set(KEYS)


KEYS = (("", ""), ("motivator", ""), ("motivator", "reputation"))


def test_what_one_paper_teaches_is_not_counted_as_a_gain_on_itself() -> None:
    odd = [replace(one, codes={**one.codes, "motivator": frozenset()}) for one in corpus(1)]
    others = [label(paper, 0, "Rain fell on the town.") for paper in range(1, 6)]
    mine = [label(9, 0, WISH.format(9), "reputation")]
    assert gains(head(), [*others, *odd, *mine], BOOK)[0] == Gain("", "", 0.0, 0.0, 1)


def test_two_papers_are_enough() -> None:
    assert gains(head(), corpus(2), BOOK)[0].cases == 2


def test_one_paper_is_too_few_to_say_what_is_gained() -> None:
    with pytest.raises(ValueError, match="two papers"):
        gains(head(), corpus(1), BOOK)
