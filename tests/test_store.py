"""What is kept of a paper comes back as it was."""

from pathlib import Path

from pipeline.records import CodedPaper, Coding, Place
from pipeline.store import load_coded, load_places, places_in, save_coded, save_places

CODING = Coding(
    id="an id",
    document_id="a document",
    family="a family",
    code="a code",
    domain="a domain",
    status="proposed",
    start=3,
    end=17,
    quote="what was quoted",
    role="results",
    method="a method",
    confidence=0.25,
    terms=("one", "two"),
    evidence=((3, 6), (9, 12)),
    named_instrument="an instrument",
    actor="an actor",
    place="a place",
    cited=True,
    tied_to="another id",
    sector="a sector",
)


def test_each_field_of_a_coding_comes_back_in_its_place(tmp_path: Path) -> None:
    plain = Coding("b", "a document", "f", "c", "d", "asserted", 20, 25, "quote", "body", "m", 1.0, (), ())
    paper = CodedPaper("a document", "both", ("a domain", "d"), (CODING, plain), ("Norway",), ("pulp",))
    save_coded(tmp_path / "a.parquet", paper)
    assert load_coded(tmp_path / "a.parquet") == paper


def test_each_field_of_a_place_comes_back_in_its_place(tmp_path: Path) -> None:
    place = Place(3, 17, 2, "ii", 40, "a section", "a note", "before", "after", "[[2, 1.0, 2.0, 3.0, 4.0]]")
    save_places(tmp_path / "a.parquet", [place])
    assert places_in(load_places(tmp_path / "a.parquet")) == {(3, 17): place}
