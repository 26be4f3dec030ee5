"""Papers in other languages are named and set aside; English ones stay, whatever else stands in them."""

from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from pipeline.codebook import load_codebook
from pipeline.documents import Section
from pipeline.errors import OtherLanguage
from pipeline.pdf.language import NAMES, language
from tests.pdf.made import PROSE, column, paper, wrapped

TEXTS = {
    "de": "Die Betriebe senkten ihren Verbrauch an Wasser und Energie, nachdem die Abgabe erhöht worden war. Viele "
    "kleine Firmen hatten jedoch weder das Geld noch die Fachleute, um neue Anlagen zu bauen und zu betreiben.",
    "fr": "Les entreprises ont réduit leur consommation d'eau et d'énergie après la hausse de la taxe. Beaucoup de "
    "petites sociétés n'avaient pourtant ni l'argent ni les spécialistes pour construire de nouvelles installations.",
    "es": "Las empresas redujeron su consumo de agua y de energía después de que subiera el impuesto. Sin embargo, "
    "muchas firmas pequeñas no tenían ni el dinero ni los técnicos para construir nuevas instalaciones.",
    "pt": "As empresas reduziram o seu consumo de água e de energia depois do aumento do imposto. No entanto, muitas "
    "firmas pequenas não tinham nem o dinheiro nem os técnicos para construir novas instalações de produção.",
    "it": "Le imprese hanno ridotto il consumo di acqua e di energia dopo l'aumento della tassa. Molte piccole "
    "aziende però non avevano né il denaro né i tecnici per costruire nuovi impianti e farli funzionare bene.",
    "ru": "Предприятия сократили потребление воды и энергии после повышения налога. Однако у многих небольших "
    "фирм не было ни денег, ни специалистов, чтобы построить новые установки и работать на них.",
    "tr": "İşletmeler verginin artırılmasından sonra su ve enerji tüketimlerini azalttı. Ancak birçok küçük firmanın "
    "yeni tesisler kurmak ve işletmek için ne parası ne de uzmanı vardı, bankalar da kredi vermedi.",
    "vi": "Các doanh nghiệp đã giảm lượng nước và năng lượng tiêu thụ sau khi thuế được tăng lên. Tuy nhiên nhiều "
    "công ty nhỏ không có tiền cũng không có chuyên gia để xây dựng và vận hành các cơ sở mới.",
    "zh": "提高税费之后，企业减少了水和能源的消耗。但是，许多小企业既没有资金，也没有技术人员来建设和运行新的设施。",
    "ja": "税が引き上げられた後、企業は水とエネルギーの使用量を減らした。"
    "しかし多くの小さな会社には、新しい設備を作るための資金も専門家もいなかった。",
}
ENGLISH = " ".join(PROSE)


def told(text: str, references: str = "") -> str:
    """The language of a text that a reference list follows."""
    sections = [Section("", "body", 0, len(text)), Section("References", "references", len(text), 10**6)]
    return language(text + references, sections)


@pytest.mark.parametrize("code", TEXTS)
def test_languages_are_told(code: str) -> None:
    assert told(TEXTS[code] * 8) == code
    assert code in NAMES


def test_english_is_told() -> None:
    assert told(ENGLISH * 3) == "en"


def test_a_short_text_is_not_judged() -> None:
    assert told("12.5 13.1 CO2 levy") == ""
    assert told("Die Abgabe stieg.") == ""


def test_numbers_are_not_judged() -> None:
    assert told("12.5 | 13.1 | 14.2 | n.a. | 2005 | 2010 | " * 100) == ""


@pytest.mark.parametrize("code", ["de", "es", "zh"])
def test_an_abstract_in_another_language_does_not_count(code: str) -> None:
    assert told(f"{ENGLISH} {TEXTS[code] * 40}") == code
    assert told(f"{TEXTS[code]} {ENGLISH * 3}") == "en"


def test_references_do_not_count() -> None:
    assert told(TEXTS["de"] * 8, ENGLISH * 10) == "de"
    assert told(ENGLISH * 3, TEXTS["de"] * 30) == "en"


def test_names_from_everywhere_do_not_count() -> None:
    names = "Müller, Université de Lyon, São Paulo, İzmir Üniversitesi, Władysław Żeleński, Nguyễn Văn Hùng."
    assert told(" ".join(f"{sentence} {names}" for sentence in PROSE)) == "en"


def test_the_codebook_is_in_english() -> None:
    text = " ".join(code.covers for family in load_codebook().families for code in family.codes)
    assert told(text) in ("en", "")


def test_a_german_paper_is_set_aside_with_its_language(tmp_path: Path) -> None:
    path = paper(tmp_path / "a.pdf", [column(wrapped(" ".join(PROSE[:3]) + " " + TEXTS["de"] * 10))])
    with pytest.raises(OtherLanguage) as caught:
        pdf.read(path, "id")
    assert caught.value.what == "The paper is in German (de)."
    assert caught.value.where == str(path)
    assert "English" in caught.value.remedy
    assert caught.value.kind == "language"


def test_a_chinese_paper_is_set_aside(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.setFont("STSong-Light", 11)
    for at in range(30):
        canvas.drawString(60, 780 - 20 * at, (TEXTS["zh"] * 2)[at : at + 36])
    canvas.save()
    with pytest.raises(OtherLanguage, match=r"Chinese \(zh\)"):
        pdf.read(tmp_path / "a.pdf", "id")


def test_an_english_paper_says_so(tmp_path: Path) -> None:
    assert pdf.read(paper(tmp_path / "a.pdf", [column(wrapped(ENGLISH))]), "id").language == "en"
