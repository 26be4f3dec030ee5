"""The order of reading: likely sentences first, and what was found counts for those around."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Chance
from pipeline.screening import reading_order


def flat(count: int, likely: float = 0.3) -> list[Chance]:
    return [Chance(likely, likely)] * count


def test_the_likeliest_comes_first_and_of_two_alike_the_one_with_more_codes() -> None:
    paper = [Chance(0.2, 0.3), Chance(0.9, 1.0), Chance(0.9, 2.5), Chance(0.5, 0.5)]
    assert reading_order({"paper": paper}, {}) == [("paper", at) for at in (2, 1, 3, 0)]


def test_a_find_draws_its_neighbours_forward_and_no_one_else() -> None:
    papers = {"a": flat(20), "b": flat(20)}
    order = reading_order(papers, {("b", 10): True})
    assert {document for document, _ in order[:10]} == {"b"}
    assert {at for _, at in order[:10]} == {5, 6, 7, 8, 9, 11, 12, 13, 14, 15}
    assert order[10:30] == [("a", at) for at in range(20)]


def test_a_barren_sentence_sends_its_neighbours_back() -> None:
    order = reading_order({"a": flat(20), "b": flat(20)}, {("a", 10): False})
    assert {at for _, at in order[-10:]} == {5, 6, 7, 8, 9, 11, 12, 13, 14, 15}


def test_what_was_expected_to_be_found_is_no_news() -> None:
    sure = [Chance(0.99, 1.0), *flat(5)]
    assert reading_order({"a": flat(6), "b": sure}, {("b", 0): True, ("a", 0): False})[0] == ("b", 1)
    unsure = [Chance(0.3, 1.0), *flat(5)]
    both = {"a": unsure, "b": sure}
    assert reading_order(both, {("b", 0): True, ("a", 0): True})[0] == ("a", 1)


@given(
    st.dictionaries(st.sampled_from("abc"), st.lists(st.floats(0.01, 0.99), max_size=14), min_size=1),
    st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(0, 13)), st.booleans()),
)
def test_every_unread_sentence_is_there_once(likely: dict[str, list[float]], read: dict[tuple[str, int], bool]) -> None:
    papers = {document: [Chance(p, p) for p in of] for document, of in likely.items()}
    there = {(document, at) for document, of in papers.items() for at in range(len(of))}
    read = {place: found for place, found in read.items() if place in there}
    order = reading_order(papers, read)
    assert sorted(order) == sorted(there - set(read))
    assert order == reading_order(dict(reversed(papers.items())), dict(reversed(read.items())))
