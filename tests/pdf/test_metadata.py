"""Titles, authors, years and DOIs, on first pages set as publishers set them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents import Document
from pipeline.pdf.imprint import doi, year
from pipeline.pdf.people import names
from tests.pdf.made import PROSE
from tests.pdf.sheet import ABSTRACT, Sheet, pieces

TITLE = "Water levies and the slow spread of audits among small dyeing firms"


def body(sheet: Sheet, abstract: str = "Abstract", heading: str = "1. Introduction") -> None:
    """What follows a title block: an abstract and a page of text."""
    sheet.head(abstract)
    sheet.text(ABSTRACT)
    sheet.head(heading)
    for _ in range(3):
        sheet.text(" ".join(PROSE))


def big_journal(path: Path) -> Document:
    """The journal's name in larger type than the title, letters as marks, notes at the foot, details in the file."""
    sheet = Sheet(path)
    sheet.canvas.setSubject("Journal of Imagined Production, 18 (2010) 100-109. doi:10.1234/j.jip.2009.12.007")
    sheet.put(["Contents lists available at ExampleDirect"], 8, "Helvetica")
    sheet.put(["Journal of Imagined Production"], 20, "Helvetica")
    sheet.put([TITLE], 14, "Helvetica")
    sheet.marked([("Quillon Lin", "a,*"), (", Perpetua Zhou-Amber", "b"), (", Hanna de Vries", "a,b")])
    sheet.put(["a Institute for Quiet Industry, Lakeford"], 7, "Helvetica-Oblique")
    sheet.put(["b School of Sampled Economics, University of Nowhere"], 7, "Helvetica-Oblique")
    body(sheet)
    sheet.foot(
        ["* Corresponding author. E-mail address: lin@quiet.example (Q. Lin).", "0000-0000/© 2009 All rights reserved."]
    )
    return sheet.read(path)


def dotted_journal(path: Path) -> Document:
    """Authors parted by dots, a title on three lines with a subtitle, dates, a DOI that no label hides."""
    sheet = Sheet(path)
    sheet.put(["Clean Techn Sample Policy (2014) 16:1021-1033", "DOI 10.1007/s99999-013-0711-4"], 8, "Helvetica")
    sheet.put(["Water levies and the slow spread", "of audits among small", "dyeing firms"], 16, "Helvetica-Bold")
    sheet.put(["Anna K. Smith · José García-López · Jürgen von Müller"], 10, "Helvetica-Bold")
    sheet.put(["Received: 3 April 2012 / Accepted: 2 May 2013 / Published online: 24 May 2013"], 8, "Helvetica")
    body(sheet, heading="1 Introduction")
    return sheet.read(path)


def capital_journal(path: Path) -> Document:
    """Title and authors in capitals in one size; degrees; a DOI of data that the paper cites before its own."""
    sheet = Sheet(path)
    sheet.put([TITLE.upper()], 12, "Helvetica-Bold")
    sheet.put(["MING LI, PhD, ANNA SMITH, MSc, and JO O'NEIL"], 12, "Helvetica")
    sheet.put(["Department of Examples, University of Nowhere"], 9, "Helvetica-Oblique")
    body(sheet)
    sheet.text("The data are available from the repository at doi:10.5281/zenodo.123456 and may be used by all.")
    sheet.foot(["Published by Sample Press, 2016; 8(2): 33-49. https://doi.org/10.4321/capital-2016-33"])
    return sheet.read(path)


@pytest.mark.parametrize("made", [big_journal, dotted_journal, capital_journal])
def test_the_title_is_the_papers_and_not_the_journals(tmp_path: Path, made: Callable[[Path], Document]) -> None:
    document = made(tmp_path / "a.pdf")
    assert document.metadata.title.lower() == TITLE.lower()
    assert pieces(document, "title")[0].replace("\n", " ").lower() == TITLE.lower()


def test_raised_letters_are_no_part_of_a_name(tmp_path: Path) -> None:
    document = big_journal(tmp_path / "a.pdf")
    assert document.metadata.authors == ("Quillon Lin", "Perpetua Zhou-Amber", "Hanna de Vries")


def test_names_with_accents_particles_and_degrees(tmp_path: Path) -> None:
    assert dotted_journal(tmp_path / "a.pdf").metadata.authors == (
        "Anna K. Smith",
        "José García-López",
        "Jürgen von Müller",
    )
    assert capital_journal(tmp_path / "b.pdf").metadata.authors == ("MING LI", "ANNA SMITH", "JO O'NEIL")


def test_the_year_is_that_of_the_issue(tmp_path: Path) -> None:
    assert big_journal(tmp_path / "a.pdf").metadata.year == 2010
    assert dotted_journal(tmp_path / "b.pdf").metadata.year == 2014
    assert capital_journal(tmp_path / "c.pdf").metadata.year == 2016


def test_the_doi_is_the_papers_own(tmp_path: Path) -> None:
    assert big_journal(tmp_path / "a.pdf").metadata.doi == "10.1234/j.jip.2009.12.007"
    assert dotted_journal(tmp_path / "b.pdf").metadata.doi == "10.1007/s99999-013-0711-4"
    assert capital_journal(tmp_path / "c.pdf").metadata.doi == "10.4321/capital-2016-33"


@pytest.mark.parametrize(
    "lines",
    [
        ("Carbon Markets, Energy Policy and", "Cleaner Production in Sweden"),
        ("How Small Firms Save Water", "and Energy Policy, Carbon Markets"),
    ],
)
def test_words_in_capitals_do_not_make_a_title_a_list_of_names(tmp_path: Path, lines: tuple[str, str]) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    sheet.put(list(lines), 16, "Helvetica-Bold")
    sheet.put(["Ming Li and Anna K. Smith"], 11, "Helvetica")
    body(sheet)
    sheet.text("A policy on energy, on cleaner markets and on carbon saves water in the production of small firms.")
    found = sheet.read(tmp_path / "a.pdf").metadata
    assert found.title == " ".join(lines)
    assert found.authors == ("Ming Li", "Anna K. Smith")


def test_authors_in_blocks_with_their_addresses(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    sheet.put([TITLE], 16, "Helvetica-Bold")
    for name in ("Ming Li", "Anna K. Smith"):
        sheet.put([name], 11, "Helvetica")
        sheet.put(["University of Nowhere, Lakeford"], 9, "Helvetica-Oblique")
    body(sheet)
    assert sheet.read(tmp_path / "a.pdf").metadata.authors == ("Ming Li", "Anna K. Smith")


def report(path: Path, cover: list[str], author: str = "") -> Document:
    sheet = Sheet(path)
    sheet.canvas.setAuthor(author)
    sheet.canvas.setTitle("Microsoft Word - final_v7.docx")
    sheet.top = 200
    sheet.put(["Clean Industry Roadmap:"], 26, "Helvetica-Bold")
    sheet.put(["Options for the Dyeing Trade"], 20, "Helvetica")
    for line in cover:
        sheet.put([line], 12, "Helvetica")
    sheet.turn()
    sheet.head("Mitigation Target", 14)
    for _ in range(3):
        sheet.text(" ".join(PROSE) + " The mitigation target of the national ministry covers all industry.")
    return sheet.read(path)


def test_a_report_has_its_title_with_subtitle_and_its_date(tmp_path: Path) -> None:
    found = report(tmp_path / "a.pdf", ["Ministry of Examples", "March 2014"]).metadata
    assert found.title == "Clean Industry Roadmap: Options for the Dyeing Trade"
    assert found.year == 2014


@pytest.mark.parametrize(
    "line", ["Mitigation Target", "National Ministry", "NATIONAL INDUSTRY REPORT", "Lakeford, Sweden"]
)
def test_no_authors_are_invented(tmp_path: Path, line: str) -> None:
    assert report(tmp_path / "a.pdf", [line, "March 2014"], author="admin").metadata.authors == ()


def test_the_files_author_counts_where_the_cover_has_the_name(tmp_path: Path) -> None:
    cover = ["Prepared for the ministry by Ximena Peñadoro in Lakeford", "March 2014"]
    assert report(tmp_path / "a.pdf", cover, author="Ximena Peñadoro").metadata.authors == ("Ximena Peñadoro",)
    assert report(tmp_path / "b.pdf", cover, author="Reed Someone").metadata.authors == ()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Ming Li1,2, Anna Smith2* and Jo-Ann O'Neil3", ("Ming Li", "Anna Smith", "Jo-Ann O'Neil")),
        ("Ming Li a,b,*, Anna Smith b & Jo O'Neil c", ("Ming Li", "Anna Smith", "Jo O'Neil")),
        ("Adams, J., Brown, K.L.", ("J. Adams", "K.L. Brown")),
        ("Adams J*, Brown KL**, Clark M***", ("J Adams", "KL Brown", "M Clark")),
        ("Ludwig van der Berg, María del Carmen Ruiz y Soto", ("Ludwig van der Berg", "María del Carmen Ruiz y Soto")),
        ("Prof. Ming Li, Ph.D., Anna Smith, MD", ("Ming Li", "Anna Smith")),
        ("by Ming Li and Anna Smith", ("Ming Li", "Anna Smith")),
        ("Ming Li, Anna Smith et al.", ("Ming Li", "Anna Smith")),
        ("Department of Examples, University of Nowhere, Lakeford", ()),
        ("Received 12 March 2010, accepted 3 May 2010", ()),
        ("Cleaner production in small firms of the dyeing trade", ()),
        ("1. Introduction", ()),
    ],
)
def test_lines_of_authors(line: str, found: tuple[str, ...]) -> None:
    assert names(line) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("doi:10.1016/j.example. 2010.01.007. Received in May", "10.1016/j.example.2010.01.007"),
        ("https://doi.org/10.1000/abc\x02 017-0132-z Open access", "10.1000/abc-017-0132-z"),
        ("(doi: 10.1000/S0000-3026(20)30366-5)", "10.1000/S0000-3026(20)30366-5"),
        ("DOI 10.1000/xyz123.This article is free", "10.1000/xyz123"),
        ("https://doi.org/10.1000/xyz123/full", "10.1000/xyz123"),
        ("10.1000/first is cited. doi:10.1000/own", "10.1000/own"),
        ("Registration: DOI 10.17605/OSF.IO/ABCDE and no other", ""),
        ("Text. References Adams 2004, doi:10.1000/cited", ""),
    ],
)
def test_dois_on_a_page(text: str, found: str) -> None:
    assert doi([text], "") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Received 3 May 2008; accepted 2 June 2009. © 2009 Sample Press. J. Ex. 18 (2010) 100-109", 2010),
        ("Sustainability 2019, 12, 2465; published 19 March 2020", 2019),
        ("Volume 2016, Article ID 410459", 2016),
        ("Vol. 46, No. 1, January 2011", 2011),
        ("© 2013 Sample Press. Downloaded by A Library at 10:12 on 12 March 2016", 2013),
        ("Accepted 5 May 2012", 2012),
        ("Firms were asked in 1999 about the year 1990", 2001),
    ],
)
def test_years_on_a_page(text: str, found: int) -> None:
    assert year([text], [], "", "D:20010101") == found


@given(st.text(max_size=200))
def test_any_text_may_stand_where_facts_are_looked_for(text: str) -> None:
    assert all(len(name.split()) > 1 for name in names(text))
    assert not doi([text], "").endswith((".", ",", " "))
    year([text], [text], text, "")
