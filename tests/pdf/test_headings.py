"""Section trees: levels and roles of headings, in several styles, and what only looks like a heading."""

from pathlib import Path

import pytest

from pipeline.documents import Document
from tests.pdf.made import PROSE
from tests.pdf.sheet import ABSTRACT, REFERENCES, Sheet, part, titles

LONG = " ".join(PROSE)


def opened(path: Path) -> Sheet:
    """A sheet with title, authors and abstract."""
    sheet = Sheet(path)
    sheet.put(["Water levies and the slow spread of audits"], 16, "Helvetica-Bold")
    sheet.put(["Ming Li and Anna K. Smith"], 11, "Helvetica")
    sheet.head("Abstract")
    sheet.text(ABSTRACT)
    return sheet


def closed(sheet: Sheet, path: Path, style: tuple[float, str] = (12, "Helvetica-Bold")) -> Document:
    """The document, with a reference list at its end."""
    sheet.put(["References"], *style)
    for entry in REFERENCES:
        sheet.text(entry)
    return sheet.read(path)


def test_levels_by_type(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "a.pdf")
    sheet.head("Introduction")
    sheet.text(LONG)
    sheet.head("Methods")
    sheet.put(["Firms and places"], 10, "Helvetica-Bold")
    sheet.put(["How they were chosen"], 10, "Helvetica-Oblique")
    sheet.text(LONG)
    sheet.turn()
    sheet.put(["Questions"], 10, "Helvetica-Bold")
    sheet.text(LONG)
    sheet.head("What we saw")
    sheet.text(LONG)
    document = closed(sheet, tmp_path / "a.pdf")
    tree = [(s.level, s.title, s.role) for s in document.sections if s.title][1:-1]
    assert tree == [
        (1, "Introduction", "introduction"),
        (1, "Methods", "methods"),
        (2, "Firms and places", "methods"),
        (3, "How they were chosen", "methods"),
        (2, "Questions", "methods"),
        (1, "What we saw", "body"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "below"),
    [
        ("1. Introduction", "2. Methods", "2.1. Firms and places"),
        ("1 Introduction", "2 Methods", "2.1 Firms and places"),
        ("1 | INTRODUCTION", "2 | METHODS", "2.1 | Firms and places"),
        ("I. Introduction", "II. Methods", "A. Firms and places"),
        ("Chapter 1: Introduction", "Chapter 2: Methods", "2.1 Firms and places"),
    ],
)
def test_levels_by_number(tmp_path: Path, first: str, second: str, below: str) -> None:
    sheet = opened(tmp_path / "a.pdf")
    sheet.head(first)
    sheet.text(LONG)
    sheet.head(second)
    sheet.put([below], 10, "Helvetica-Oblique")
    sheet.text(LONG)
    document = closed(sheet, tmp_path / "a.pdf")
    assert titles(document, 1) == ["Abstract", first, second, "References"]
    assert titles(document, 2) == [below]
    assert below in part(document, "methods")


def test_numbered_headings_of_one_short_word_or_with_words_of_title_pages(tmp_path: Path) -> None:
    names = ["1. Introduction", "2. Methods", "2.1. Data", "2.1.1. Firms", "3. Funding for small firms"]
    sheet = opened(tmp_path / "a.pdf")
    for at, name in enumerate(names):
        sheet.head(name)
        sheet.text(" ".join((*PROSE[at:], *PROSE[:at])))
        if at == 2:
            sheet.turn()
    document = closed(sheet, tmp_path / "a.pdf")
    assert titles(document)[1:-1] == names
    assert [s.role for s in document.sections if s.title][-2] == "body"


def test_a_numbered_address_is_no_heading(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "a.pdf")
    sheet.put(["1 Department of Examples, University of Nowhere"], 9, "Helvetica-Oblique")
    sheet.head("1. Introduction")
    sheet.text(LONG)
    assert titles(closed(sheet, tmp_path / "a.pdf"))[1:-1] == ["1. Introduction"]


def test_numbered_headings_in_the_type_of_the_text(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "a.pdf")
    for at, heading in enumerate(("1. Introduction", "2. Water and its price", "3. Conclusions")):
        sheet.text(heading)
        sheet.text(" ".join((*PROSE[at:], *PROSE[:at])))  # no line stands twice at one height
        sheet.text("1. Firms that had taken part in the first round")
        sheet.text("2. Firms that had taken part in the second round")
        sheet.text(LONG)
        sheet.turn()
    document = closed(sheet, tmp_path / "a.pdf")
    assert titles(document)[1:4] == ["1. Introduction", "2. Water and its price", "3. Conclusions"]
    assert len(titles(document)) == 5  # the items of the lists are none


def test_headings_that_run_into_their_paragraphs(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "a.pdf")
    sheet.head("1. Methods")
    sheet.run_in("Firms and places.", LONG)
    sheet.text(f"1.1. Questions of the survey. {LONG}")
    sheet.head("2. Results")
    sheet.text(LONG)
    document = closed(sheet, tmp_path / "a.pdf")
    assert titles(document, 2) == ["Firms and places", "1.1. Questions of the survey"]
    assert PROSE[0] in part(document, "methods")


def test_words_in_bold_within_a_sentence_are_no_heading(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "a.pdf")
    sheet.head("1. Introduction")
    sheet.run_in("Cleaner production audits", "were carried out in ninety firms of the dyeing trade. " + LONG)
    assert titles(closed(sheet, tmp_path / "a.pdf"), 2) == []


def test_a_heading_on_two_lines_is_one(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "a.pdf")
    sheet.head("1. INTRODUCTION")
    sheet.text(LONG)
    sheet.put(["2. WHAT THE LEVY ON WASTE WATER MEANT FOR THE", "SMALL FIRMS OF THE NORTH"], 12, "Helvetica-Bold")
    sheet.text(LONG)
    document = closed(sheet, tmp_path / "a.pdf")
    assert "2. WHAT THE LEVY ON WASTE WATER MEANT FOR THE SMALL FIRMS OF THE NORTH" in titles(document, 1)


def test_capitals_alone_make_headings(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "a.pdf")
    for heading in ("INTRODUCTION", "WATER AND ITS PRICE", "CONCLUSIONS"):
        sheet.text(heading)
        sheet.text(LONG)
    document = closed(sheet, tmp_path / "a.pdf", (10, "Helvetica"))
    assert titles(document, 1)[1:4] == ["INTRODUCTION", "WATER AND ITS PRICE", "CONCLUSIONS"]


def test_lists_of_contents_are_no_headings(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    sheet.put(["Clean Industry Roadmap"], 26, "Helvetica-Bold")
    sheet.turn()
    sheet.head("Contents", 14)
    chapters = ("1 Introduction", "2 Water and its price", "3 Conclusions")
    for page, chapter in enumerate(chapters, 3):
        sheet.put([f"{chapter} {'.' * 40} {page}"], 11, "Helvetica-Bold")
    for page, chapter in enumerate(chapters, 3):
        sheet.put([f"{chapter} in short {page}"], 11, "Helvetica-Bold")
    for chapter in chapters:
        sheet.turn()
        sheet.head(chapter, 14)
        sheet.text(LONG)
    document = sheet.read(tmp_path / "a.pdf")
    assert titles(document) == ["Contents", *chapters]
    assert part(document, "front").count("Water and its price") == 2


def test_policy_sections_and_appendices(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "a.pdf")
    for heading in ("1. Introduction", "2. Results", "3. Conclusions and policy implications"):
        sheet.head(heading)
        sheet.text(LONG)
    sheet.put(["3.1. Recommendations for provinces"], 10, "Helvetica-Oblique")
    sheet.text(LONG)
    sheet.turn()
    sheet.head("Appendix A. Questions of the survey")
    sheet.text(LONG)
    sheet.head("A.1 Questions on water")
    sheet.text(LONG)
    document = closed(sheet, tmp_path / "a.pdf")
    roles = [(s.title, s.role) for s in document.sections if s.title][3:]
    assert roles == [
        ("3. Conclusions and policy implications", "policy"),
        ("3.1. Recommendations for provinces", "policy"),
        ("Appendix A. Questions of the survey", "appendix"),
        ("A.1 Questions on water", "appendix"),
        ("References", "references"),
    ]


def test_cells_of_a_table_are_no_headings(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "a.pdf")
    sheet.head("1. Introduction")
    sheet.text(LONG)
    sheet.text("Table 1. Firms by province and size in the year of the first round of audits")
    for cells in ("Province Firms Share", "North 12 0.31", "South 26 0.69", "Total 38 1.00"):
        sheet.put([cells], 10, "Helvetica-Bold")
    sheet.text(LONG)
    assert titles(closed(sheet, tmp_path / "a.pdf")) == ["Abstract", "1. Introduction", "References"]
