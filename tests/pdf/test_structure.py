"""Sections, roles and metadata, on papers set as journals set them."""

from pathlib import Path

import pytest

from pipeline import pdf
from pipeline.passages import split
from tests.pdf.checks import sound
from tests.pdf.made import LEADING, PROSE
from tests.pdf.sheet import ABSTRACT, REFERENCES, Sheet, journal, part

HEADINGS = ("1. Introduction", "2. Materials and methods", "3. Results", "4. Discussion", "5. Conclusions")


def test_roles_of_sections(tmp_path: Path) -> None:
    document = journal(tmp_path / "a.pdf", HEADINGS, ("Abstract", ABSTRACT))
    roles = [s.role for s in document.sections if s.title]
    assert roles == [
        "abstract",
        "introduction",
        "methods",
        "results",
        "discussion",
        "conclusion",
        "references",
        "appendix",
    ]
    assert part(document, "abstract") == f"Abstract\n{ABSTRACT}"
    assert part(document, "methods").startswith("2. Materials and methods\nCleaner production audits")


@pytest.mark.parametrize("name", ["References", "REFERENCES", "Bibliography", "Literature cited", "6. References"])
def test_the_reference_list_ends_where_the_appendix_begins(tmp_path: Path, name: str) -> None:
    document = journal(tmp_path / "a.pdf", HEADINGS, ("Abstract", ABSTRACT), name)
    listed = part(document, "references")
    assert all(entry[:30] in listed for entry in REFERENCES)
    assert PROSE[0] not in listed
    assert PROSE[0] in part(document, "appendix")


@pytest.mark.parametrize("lead", ["Abstract - ", "ABSTRACT: ", "Abstract. ", "Abstract—"])
def test_an_abstract_that_runs_on_from_its_heading(tmp_path: Path, lead: str) -> None:
    document = journal(tmp_path / "a.pdf", HEADINGS, ("", lead + ABSTRACT))
    assert ABSTRACT[-60:] in part(document, "abstract")
    assert "Keywords" not in part(document, "abstract")


def test_an_abstract_without_a_heading(tmp_path: Path) -> None:
    document = journal(tmp_path / "a.pdf", HEADINGS, ("", ABSTRACT))
    assert part(document, "abstract") == ABSTRACT
    assert "University" in part(document, "front")


def test_headings_in_bold_without_known_names(tmp_path: Path) -> None:
    headings = ("Introduction", "Water and its price", "What buyers want", "Conclusion")
    document = journal(tmp_path / "a.pdf", headings, ("Abstract", ABSTRACT))
    assert [s.title for s in document.sections if s.title][1:5] == list(headings)
    assert [s.role for s in document.sections if s.title][1:5] == ["introduction", "body", "body", "conclusion"]


def test_a_subsection_has_its_parents_role(tmp_path: Path) -> None:
    document = journal(tmp_path / "a.pdf", ("2. Methods", "2.1. The provinces", "3. Results"), ("Abstract", ABSTRACT))
    assert [s.role for s in document.sections if s.title][1:4] == ["methods", "methods", "results"]


def test_a_tables_column_called_references_is_no_reference_list(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    sheet.head("Introduction")
    sheet.text(" ".join(PROSE))
    sheet.put(["References"], 10, "Helvetica-Bold")
    sheet.text("dyeing firms of the northern province, all sizes taken together, Adams and Brown, 1988")
    sheet.text(" ".join(PROSE[::-1]))
    sheet.head("References")
    for entry in REFERENCES:
        sheet.text(entry)
    sheet.canvas.save()
    document = pdf.read(tmp_path / "a.pdf", "id")
    assert [s.title for s in document.sections if s.role == "references"] == ["References"]
    assert part(document, "references").startswith("References\n[1] Adams")


def test_a_sentence_that_begins_like_a_heading_is_none(tmp_path: Path) -> None:
    document = journal(tmp_path / "a.pdf", HEADINGS, ("Abstract", ABSTRACT + " References to laws are kept short."))
    assert "References to laws are kept short." in part(document, "abstract")


def test_metadata(tmp_path: Path) -> None:
    found = journal(tmp_path / "a.pdf", HEADINGS, ("Abstract", ABSTRACT)).metadata
    assert found.title == "Why small dyeing firms took up cleaner production audits in two provinces"
    assert found.authors == ("Ming Li", "Anna K. Smith", "Jo-Ann O'Neil")
    assert found.year == 2010
    assert found.doi == "10.1234/examples.2010.01.007"


def test_a_text_without_headings_is_body(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    for _ in range(6):
        sheet.text(" ".join(PROSE))
    sheet.canvas.save()
    document = pdf.read(tmp_path / "a.pdf", "id")
    sound(document)
    assert PROSE[0] in part(document, "body")


def test_without_headings_what_comes_after_the_first_paragraphs_is_text(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    sheet.text(ABSTRACT)
    sheet.top += LEADING
    sheet.text("Keywords: audits; levies")
    measures = ["Lower the levy for firms that hold an audit.", "Train auditors in all of the provinces."]
    for measure in measures:
        sheet.top += LEADING
        sheet.text(measure)
    document = sheet.read(tmp_path / "a.pdf")
    said = [document.text[p.start : p.end] for p in split(document)]
    assert said[-2:] == measures
    assert not any(text.startswith("Keywords") for text in said)


@pytest.mark.parametrize(("name", "whole"), [("Executive summary", True), ("Abstract", False)])
def test_a_reports_summary_does_not_end_before_a_note_as_an_abstract_does(
    tmp_path: Path, name: str, whole: bool
) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    sheet.put(["A report on the levy and on small firms"], 18, "Helvetica-Bold")
    sheet.head(name)
    sheet.text(ABSTRACT)
    sheet.text("Funding for small firms was doubled in the year of the survey.")
    sheet.text("All of them could pay for audits from then on.")
    sheet.head("1. Introduction")
    sheet.text(" ".join(PROSE))
    said = part(sheet.read(tmp_path / "a.pdf"), "abstract")
    assert ("from then on." in said) is whole
