"""Single signs and words: accents, symbols, drop caps, and fonts that do not say what they draw."""

import re
import shutil
from pathlib import Path

import pytest
import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from pipeline.pdf import symbols
from pipeline.pdf.legible import is_garbled
from pipeline.pdf.raw import clean
from tests.pdf.checks import sound
from tests.pdf.made import A4, LEADING, PROSE, column, draw, paper, wrapped

WHOLE = " ".join(PROSE)


def test_ligatures_and_odd_characters() -> None:
    assert clean("e\ufb03cient") == "efficient"
    assert clean("pro\u00adduction\u200b") == "production"
    assert clean("cafe\u0301") == "café"
    assert clean("\x00\x07\ufffe\ud800") == ""
    assert clean("end\u2011use") == "end-use"
    assert clean("CO\u2082") == "CO\u2082"
    assert clean("\uf09f") == "•"
    assert clean("2\uf0b0C") == "2°C"


@pytest.mark.parametrize(
    ("drawn", "meant"),
    [
        ("Rene\u00b4", "René"),
        ("Be\u00b4nin", "Bénin"),
        ("L\u00b4evy", "Lévy"),
        ("Scho\u00a8n", "Schön"),
        ("Espan\u02dca", "España"),
        ("Maci\u00b4n", "Macín"),
        ("Mac\u0131\u00b4as", "Macías"),
        ("Vendo\u02c6mois", "Vendômois"),
    ],
)
def test_accents_beside_their_letters_are_put_over_them(drawn: str, meant: str) -> None:
    assert clean(drawn) == meant


@pytest.mark.parametrize("word", ["Brazil\u00b4s", "companie\u00b4s", "don\u00b4t", "`climate", "health`.", "`Article"])
def test_apostrophes_and_quotation_marks_are_no_accents(word: str) -> None:
    assert clean(word) == word


def test_signs_of_symbol_fonts() -> None:
    page = "the m g and 12 mg of (b) in 1990e2010 by 5 and pages 8e10 of a tome"
    found = {page[at] for at in symbols.likely(page)}
    assert found == set("mgbe5a")
    assert symbols.meant("ABCDEF+Symbol", "m") == "μ"
    assert symbols.meant("MathematicalPi-One", "5") == "="
    assert symbols.meant("Times-Roman", "m") == "m"


def test_an_equals_sign_that_its_font_calls_a_quarter(tmp_path: Path) -> None:
    lines = ["The firms (n \u00bc 12) were audited, and about \u00bc of them again, 2 \u00bc years later.", *PROSE]
    text = pdf.read(paper(tmp_path / "a.pdf", [column(lines)]), "id").text
    assert "(n = 12)" in text
    assert "about \u00bc of them" in text
    assert "2 \u00bc years" in text


def with_drop_cap(path: Path, prose: str, size: float, deep: int) -> str:
    canvas = Canvas(str(path), pagesize=A4)
    lines = wrapped(prose)
    canvas.setFont("Helvetica", size)
    canvas.drawString(72, A4[1] - 100 - LEADING * (deep - 1) - 10, prose[0])
    beside = 72 + canvas.stringWidth(prose[0], "Helvetica", size) + 2
    texts = [lines[0][1:].lstrip(), *lines[1:]]
    draw(canvas, [(beside if at < deep else 72, 100 + LEADING * at, line) for at, line in enumerate(texts)])
    canvas.save()
    document = pdf.read(path, "id")
    sound(document)
    return document.text


@pytest.mark.parametrize(("size", "deep"), [(27, 2), (41, 3)])
def test_a_drop_cap_is_part_of_its_word(tmp_path: Path, size: float, deep: int) -> None:
    assert with_drop_cap(tmp_path / "a.pdf", WHOLE, size, deep) == WHOLE


def test_a_drop_cap_that_is_a_word_stays_one(tmp_path: Path) -> None:
    prose = PROSE[3].replace(" only", " and the smaller ones only by half, as one manager put it")
    assert with_drop_cap(tmp_path / "a.pdf", prose, 27, 2) == prose


def shifted(text: str) -> str:
    """Text as fonts give it whose codes are glyph numbers."""
    return "".join(chr((ord(char) - 94) % 26 + 97) if char.islower() else char for char in text.lower())


def test_a_garbled_passage_is_told_from_text() -> None:
    assert is_garbled(shifted(WHOLE).split())
    assert is_garbled(["".join(chr(0xE000 + ord(char)) for char in word) for word in WHOLE.split()])
    assert not is_garbled(WHOLE.split())
    assert not is_garbled("Tab. 3 ELB; Tw,r = 25 °C GBB; Tw,r = 35 °C HPB; Tw,r = 45 °C".split())
    assert not is_garbled("Anna Author, Bengt Author, Carla Author, Dana Author, Emil Author, Fritz Author".split())
    assert not is_garbled("清洁 生产 审核 在 九十 家 印染 企业 中 进行".split())
    assert not is_garbled([". . . . . . . . . . . . 12"] * 9)


def test_a_garbled_paragraph_is_left_out_and_the_paper_kept(tmp_path: Path) -> None:
    page = column(wrapped(WHOLE)) + column(wrapped(shifted(WHOLE)), top=400)
    document = pdf.read(paper(tmp_path / "a.pdf", [page, column(PROSE)]), "id")
    sound(document)
    assert WHOLE in document.text
    assert shifted(PROSE[1]).split()[0] not in document.text


def without_map(path: Path) -> Path:
    """A paper whose second page is drawn with a font that tells other letters than it draws."""
    name = "Mute"
    pdfmetrics.registerFont(TTFont(name, str(Path(reportlab.__file__).parent / "fonts/Vera.ttf")))
    canvas = Canvas(str(path), pagesize=A4, pageCompression=0)
    for face in ("Helvetica", name):
        draw(canvas, column(wrapped(WHOLE, 60), leading=20), size=12, font=face)
        canvas.showPage()
    canvas.save()
    false = re.sub(
        rb"<00([67][0-9A-F])>",
        lambda match: b"<%04X>" % ord(shifted(chr(int(match[1], 16)))),
        path.read_bytes(),
    )
    path.write_bytes(false)
    return path


def test_a_page_without_a_map_of_its_letters_is_not_taken_for_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    document = pdf.read(without_map(tmp_path / "a.pdf"), "id")
    sound(document)
    assert document.text == WHOLE
    assert document.damage == "left out as nonsense: page 2"


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_a_page_without_a_map_of_its_letters_is_read_from_its_picture(tmp_path: Path) -> None:
    document = pdf.read(without_map(tmp_path / "a.pdf"), "id")
    sound(document)
    assert document.text.count("Most managers said that lower water bills") == 2
    assert not document.damage
