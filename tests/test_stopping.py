"""The stopping hint: what is left, at most and probably."""

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stopping import FEWEST, Unread
from pipeline.stopping import still_unread as hinted


def still_unread(found: list[bool], unread: int, level: float = 0.95) -> Unread:
    """The hint where the head knew nothing: every chance was a tenth."""
    return hinted([(relevant, 0.1) for relevant in found], [0.1] * unread, level)


def chance_of_so_few(found: int, window: int, relevant: int, of: int) -> float:
    """By counting: the chance to draw `found` or fewer of `relevant` in a window of `of` sentences."""
    ways = sum(comb(relevant, x) * comb(of - relevant, window - x) for x in range(found + 1) if window >= x)
    return ways / comb(of, window)


def test_the_limit_is_that_of_the_hypergeometric_test() -> None:
    hint = still_unread([True] * 3 + [False] * 27, 100)
    assert hint.window == 25  # the last 25 held none, which says more than the last 20, and than three in all thirty
    assert chance_of_so_few(0, 25, hint.most, 125) >= 0.025 > chance_of_so_few(0, 25, hint.most + 1, 125)


def test_a_long_barren_stretch_leaves_little() -> None:
    short, long = (still_unread([True] * 30 + [False] * barren, 200) for barren in (20, 300))
    assert long.most < short.most
    assert long.recall is not None
    assert long.recall > 0.85


def test_after_too_few_sentences_nothing_is_promised() -> None:
    hint = still_unread([False] * (FEWEST - 1), 50)
    assert (hint.most, hint.window) == (50, 0)


def test_when_all_is_read_nothing_is_left() -> None:
    hint = still_unread([True, False] * 20, 0)
    assert (hint.most, hint.expected, hint.recall) == (0, 0, 1)


def test_where_nothing_is_relevant_recall_is_unknown() -> None:
    assert still_unread([False] * 30, 0).recall is None


@given(st.lists(st.booleans(), max_size=80), st.integers(0, 200))
def test_what_is_expected_is_within_the_limit_and_the_limit_within_the_unread(found: list[bool], unread: int) -> None:
    hint = still_unread(found, unread)
    assert 0 <= hint.expected <= hint.most <= unread
    assert hint.most <= still_unread(found, unread, 0.99).most


@given(st.lists(st.booleans(), min_size=20, max_size=60), st.integers(0, 100))
def test_one_more_relevant_sentence_at_the_end_promises_no_less(found: list[bool], unread: int) -> None:
    assert still_unread([*found[:-1], True], unread).most >= still_unread([*found[:-1], False], unread).most


def test_the_limit_holds_nearly_always_where_the_order_is_by_chance() -> None:
    chance, held = random.Random(7), 0
    for _ in range(200):
        found = [chance.random() < 0.2 for _ in range(150)]
        held += sum(found[FEWEST:]) <= still_unread(found[:FEWEST], 130).most
    assert held >= 191


def test_what_is_expected_follows_the_chances_and_how_right_they_were() -> None:
    right = hinted([(True, 0.5), (False, 0.5)] * 50, [0.1] * 50)
    low = hinted([(True, 0.2), (False, 0.2)] * 50, [0.1] * 50)
    assert right.expected == 5
    assert low.expected == pytest.approx(5 * 55 / 25, abs=0.1)
    assert low.most == right.most


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_senseless_levels_are_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level must be between 0 and 1"):
        still_unread([True], 3, level)
