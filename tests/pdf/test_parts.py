"""Parts: titles, authors, addresses, captions and footnotes, and what only looks like one."""

from pathlib import Path

import pytest

from pipeline.documents import Document
from pipeline.passages import split
from pipeline.pdf.parts import is_caption
from tests.pdf.made import PROSE
from tests.pdf.sheet import ABSTRACT, REFERENCES, Sheet, pieces

LONG = " ".join(PROSE)
TITLE = "Water levies and the slow spread of audits among small firms"
NAMES = "Ming Li*, Anna K. Smith and Jo-Ann O'Neil"
ADDRESS = "Department of Examples, University of Nowhere, Lakeford, Sweden"
LICENCE = "© 2010 The Authors. This is an open access article under a licence that lets you copy it."
SENTENCE = "Table 2 shows that the firms of the north took part more often than those of the south did."
CAPTION = "Table 1. Firms by province and size in the year of the first round of audits"
NOTE = "1 The levy was first raised in the spring of that year, in all ninety firms of the trade."


def paper(path: Path, names: str = NAMES, address: str = ADDRESS) -> Document:
    sheet = Sheet(path)
    sheet.put([TITLE], 16, "Helvetica-Bold")
    sheet.put([names], 11, "Helvetica")
    sheet.put([address], 8, "Helvetica-Oblique")
    sheet.head("Abstract")
    sheet.text(ABSTRACT)
    sheet.head("1. Introduction")
    sheet.text(LONG)
    sheet.foot(["* Corresponding author. E-mail address: li@nowhere.example", LICENCE])
    sheet.turn()
    sheet.text(SENTENCE)
    sheet.put([CAPTION], 9, "Helvetica")
    sheet.text(LONG)
    sheet.foot([NOTE])
    sheet.turn()
    sheet.head("References")
    for entry in REFERENCES:
        sheet.text(entry)
    return sheet.read(path)


def test_the_title_block_in_parts(tmp_path: Path) -> None:
    document = paper(tmp_path / "a.pdf")
    assert pieces(document, "title") == [TITLE]
    assert pieces(document, "authors") == [NAMES]
    addresses = "\n".join(pieces(document, "affiliation"))
    assert ADDRESS in addresses
    assert "li@nowhere.example" in addresses
    assert LICENCE in addresses


def test_letters_glued_to_names_and_addresses_that_a_mark_alone_tells(tmp_path: Path) -> None:
    names, address = "Ming Lia , Anna K. Smithb , Jo-Ann O'Neilc", "1 Werkstatt der Beispiele, Lakeford, Sweden"
    document = paper(tmp_path / "a.pdf", names, address)
    assert pieces(document, "authors") == [names]
    assert address in pieces(document, "affiliation")


def test_captions_and_footnotes(tmp_path: Path) -> None:
    document = paper(tmp_path / "a.pdf")
    assert pieces(document, "caption") == [CAPTION]
    assert pieces(document, "footnote") == [NOTE]


def test_what_gives_passages(tmp_path: Path) -> None:
    document = paper(tmp_path / "a.pdf")
    said = "\n".join(document.text[p.start : p.end] for p in split(document))
    for kept in (SENTENCE, CAPTION.removeprefix("Table 1. "), NOTE[2:], PROSE[3], ABSTRACT[:60]):
        assert kept in said
    for silent in (TITLE, "Anna K. Smith", ADDRESS, "li@nowhere.example", LICENCE, REFERENCES[0][4:30], "Introduction"):
        assert silent not in said


def test_a_label_on_its_own_line(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    sheet.head("1. Introduction")
    sheet.text(LONG)
    sheet.put(["Table 1"], 8, "Helvetica-Bold")
    sheet.put(["Firms by province and size in the first year"], 8, "Helvetica")
    sheet.put(["North 12 0.31 0.44"], 8, "Helvetica")
    sheet.text(LONG)
    captions = pieces(sheet.read(tmp_path / "a.pdf"), "caption")
    assert captions == ["Table 1", "Firms by province and size in the first year"]


def test_small_type_above_the_text_is_no_footnote(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    sheet.head("1. Introduction")
    for _ in range(3):
        sheet.text(LONG)
    sheet.put([NOTE], 8, "Helvetica")
    sheet.text(LONG)
    assert pieces(sheet.read(tmp_path / "a.pdf"), "footnote") == []


def test_a_title_known_from_the_file_alone_has_no_part(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a.pdf")
    sheet.canvas.setTitle(TITLE)
    for _ in range(4):
        sheet.text(LONG)
    document = sheet.read(tmp_path / "a.pdf")
    assert document.metadata.title == TITLE
    assert pieces(document, "title") == []


@pytest.mark.parametrize(
    "line",
    [
        "Figure 3. Use of water by firms, in tonnes",
        "Fig. 3 Use of water by firms",
        "FIGURE 3 | Use of water by firms",
        "Fig. A.1: use of water by firms",
        "TABLE IV Firms by province",
        "Table 2: Firms by province",
        "Box 1 – What an audit is",
        "Scheme 1. Steps of an audit",
        "Table 2",
    ],
)
def test_captions(line: str) -> None:
    assert is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        "Table 2 shows that firms in the north took part.",
        "Figure 3 presents the use of water by firms.",
        "Figures 3 and 4 give the use of water.",
        "Table 2, in the third column, has the shares.",
        "Tables were drawn by hand.",
        "Map making was taught in the second year.",
        "Figure 3. Use of water by firms .......... 27",
        "Box office returns fell.",
    ],
)
def test_sentences_that_begin_like_captions(line: str) -> None:
    assert not is_caption(line)
