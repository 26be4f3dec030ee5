"""A folder of papers: what counts as one, which are the same, what the bibliography adds."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.corpus import Scan, gather, scan
from pipeline.documents import Metadata
from pipeline.duplicates import find_duplicates, resemblance, sketch
from pipeline.errors import CorpusError
from pipeline.records import Card, CodedPaper, Entry
from tests.pdf.made import column, paper

WORDS = [f"word{n}" for n in range(400)]
TEXT = " ".join(WORDS)


def card(name: str, text: str, title: str = "", doi: str = "") -> Card:
    return Card(name, "pypdfium2", Metadata(title=title, doi=doi), sketch(text), 10, len(text))


def same(a: Card, b: Card) -> bool:
    return find_duplicates([a, b], [a.id, b.id]) != {}


def test_what_makes_two_papers_one() -> None:
    first = card("a", TEXT, "Levies on lye", "10.1000/x1")
    assert same(first, card("b", TEXT.replace("word7 ", "wordseven ")))  # another printing
    assert same(first, card("b", "quite other words " * 50, "Levies on lye", "https://doi.org/10.1000/X1"))


def test_what_does_not() -> None:
    first = card("a", TEXT, "Levies on lye", "10.1000/x1")
    other = " ".join(reversed(WORDS))
    assert not same(first, card("b", other, "Levies on lye"))  # a title alone
    assert not same(first, card("b", other, "Fees for soap", "10.1000/x1"))  # a DOI alone, easily misread
    assert not same(
        card("a", TEXT, "", "10.1000/x1"), card("b", other, "", "10.1000/x1")
    )  # no titles are no same title
    half = " ".join(WORDS[:130] + WORDS[:130:-1])
    assert not same(replace(first, metadata=Metadata()), card("b", half))  # a third of the text in common


def test_the_kept_one_is_the_first_in_the_order_given() -> None:
    cards = [card("a", TEXT), card("b", TEXT), card("c", TEXT)]
    assert {gone: kept for gone, (kept, _) in find_duplicates(cards, ["b", "a", "c"]).items()} == {"a": "b", "c": "b"}


@given(st.lists(st.sampled_from(WORDS), max_size=80), st.lists(st.sampled_from(WORDS), max_size=80))
def test_resemblance_is_a_share_and_symmetric(a: list[str], b: list[str]) -> None:
    one, two = sketch(" ".join(a)), sketch(" ".join(b))
    assert 0 <= resemblance(one, two) == resemblance(two, one) <= 1
    assert resemblance(one, one) == 1


def test_what_a_folder_holds(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "sub").mkdir(parents=True)
    (corpus / ".hidden").mkdir()
    (tmp_path / "corpus" / "outputs").mkdir()
    original = paper(corpus / "b.pdf", [column(["A line of text."])]).read_bytes()
    for name in ("sub/copy of b.PDF", "named-wrongly.docx", ".hidden/b.pdf", "outputs/b.pdf"):
        (corpus / name).write_bytes(original)
    (corpus / "notes.txt").write_text("not a paper", encoding="utf-8")
    (corpus / "gone.pdf").symlink_to(tmp_path / "nowhere.pdf")
    found = scan(corpus, corpus / "outputs")
    assert list(found.papers.values()) == [("b.pdf", "named-wrongly.docx", "sub/copy of b.PDF")]
    assert {(r.path, r.kind) for r in found.rejected} == {
        ("gone.pdf", "unreadable"),
        ("named-wrongly.docx", "duplicate"),
        ("sub/copy of b.PDF", "duplicate"),
    }
    assert found.ignored == 1


def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="precedent run FOLDER"):
        scan(tmp_path / "nowhere", tmp_path / "out")


def test_every_paper_has_a_citation_key_of_its_own() -> None:
    cards = [Card(name, "", Metadata("Fees", ("Max Färber",), 2012), (at,), 1, 1) for at, name in enumerate("abcd")]
    about = Metadata("Levies on lye", ("Dyer, Dora",), 2009)
    entries = [
        Entry(key, about, "", (f"{name}.pdf",), f"{name}.ris", 1) for name, key in (("a", "k"), ("b", "k"), ("c", ""))
    ]
    found = Scan({c.id: (f"{c.id}.pdf",) for c in cards}, tuple(entries), (), (), 0)
    papers, _, doubts = gather(found, cards, {c.id: CodedPaper(c.id, "cp", (), ()) for c in cards})
    assert [paper.citation_key for paper in papers] == ["k", "ka", "dyer2009levies", "farber2012fees"]
    assert papers[2].metadata == about
    assert {doubt.kind for doubt in doubts} == {"title", "year"}


def test_of_two_printings_the_whole_one_stays() -> None:
    whole, cut = card("whole", TEXT), replace(card("cut", TEXT), characters=10**6, damage="damaged: 3 of 9 pages left")
    found = Scan({"cut": ("a.pdf",), "whole": ("b.pdf",)}, (), (), (), 0)
    papers, rejected, _ = gather(found, [cut, whole], {c: CodedPaper(c, "cp", (), ()) for c in ("cut", "whole")})
    assert [paper.path for paper in papers] == ["b.pdf"]
    assert "kept is b.pdf" in rejected[0].reason
