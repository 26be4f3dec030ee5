"""What stands on pages and is no text: running lines, numbers, stamps, watermarks, line numbers."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from tests.pdf.checks import sound
from tests.pdf.made import A4, LEADING, PROSE, column, draw, paper, wrapped


def text_of(path: Path) -> str:
    document = pdf.read(path, "id")
    sound(document)
    return document.text


def test_running_lines_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    pages = [
        [(72, 30, "Journal of Examples 12 (2010) 1-9"), (290, 800, str(40 + n)), *column([PROSE[n], PROSE[n + 4]])]
        for n in range(4)
    ]
    text = text_of(paper(tmp_path / "a.pdf", pages))
    assert "Journal" not in text
    assert not {"40", "41", "42", "43"} & set(text.split())
    assert all(sentence in text for sentence in PROSE)


def test_body_text_at_the_top_of_every_page_stays(tmp_path: Path) -> None:
    pages = [column([PROSE[n], PROSE[n + 4]], top=40) for n in range(4)]
    text = text_of(paper(tmp_path / "a.pdf", pages))
    assert all(sentence in text for sentence in PROSE)


def test_numbers_in_the_body_are_no_page_numbers(tmp_path: Path) -> None:
    pages = [[*column(PROSE[:4]), (290, 400, "317")], column(PROSE[4:])]
    assert "317" in text_of(paper(tmp_path / "a.pdf", pages))


def test_a_header_that_stands_on_one_page_only_is_left_out(tmp_path: Path) -> None:
    heads = (
        "",
        "A. Author and B. Author",
        "Audits in dye works",
        "A. Author and B. Author",
        "Audits in dye works",
        "Last",
    )
    pages = [[(200, 30, head), *column(PROSE[n : n + 3])] for n, head in enumerate(heads)]
    text = text_of(paper(tmp_path / "a.pdf", pages))
    assert "Last" not in text
    assert "Author" not in text


def test_a_short_line_that_begins_the_body_stays(tmp_path: Path) -> None:
    heads = ("", "A. Author", "Audits", "A. Author", "Audits", "A. Author")
    pages = [[(200, 30, head), *column(PROSE[n : n + 3], top=60)] for n, head in enumerate(heads)]
    pages[3][1:1] = [(72, 46, "of the firms.")]
    assert "of the firms." in text_of(paper(tmp_path / "a.pdf", pages))


@pytest.mark.parametrize(
    "stamp",
    [
        "www.example-journal.org",
        "https://doi.org/10.1234/abc.56",
        "© 2020 The Authors. All rights reserved.",
        "Downloaded from https://example.org by a guest on 1 May 2020",
        "Accepted Manuscript",
        "ISSN 1234-5678",
    ],
)
def test_a_stamp_at_the_edge_of_a_page_is_left_out(tmp_path: Path, stamp: str) -> None:
    pages = [column(PROSE[:4]), [*column(PROSE[4:]), (72, 800, stamp)]]
    assert stamp not in text_of(paper(tmp_path / "a.pdf", pages))


def test_an_address_that_ends_a_reference_stays(tmp_path: Path) -> None:
    lines = column(
        [*PROSE, "Author, A. 2010. A title of a paper. Journal of Examples 12, 1-9.", "doi:10.1234/abc.56"], top=690
    )
    assert "doi:10.1234/abc.56" in text_of(paper(tmp_path / "a.pdf", [column(PROSE), lines[:1] + lines[-2:]]))


def test_page_numbers_with_a_letter_are_left_out(tmp_path: Path) -> None:
    pages = [[*column([PROSE[n], PROSE[n + 4]]), (290, 800, f"e{12 + n}")] for n in range(4)]
    assert not {"e12", "e13", "e14", "e15"} & set(text_of(paper(tmp_path / "a.pdf", pages)).split())


def test_a_year_beside_a_running_line_is_left_out(tmp_path: Path) -> None:
    foot = [(72, 800, "Journal of Examples 12"), (480, 800, "©2017")]
    pages = [[*column([PROSE[n], PROSE[n + 4]]), *foot] for n in range(4)]
    assert "2017" not in text_of(paper(tmp_path / "a.pdf", pages))


def drawn_over(path: Path, mark: str, angle: float, size: float) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    for n in range(4):
        draw(canvas, column(wrapped(" ".join(PROSE[n:]))))
        canvas.saveState()
        canvas.translate(300, 400)
        canvas.rotate(angle)
        canvas.setFont("Helvetica", size)
        canvas.drawCentredString(0, 0, mark)
        canvas.restoreState()
        canvas.showPage()
    canvas.save()
    return path


@pytest.mark.parametrize("angle", [0, 50])
def test_watermarks_are_left_out(tmp_path: Path, angle: float) -> None:
    text = text_of(drawn_over(tmp_path / "a.pdf", "PREPRINT", angle, 70))
    assert not set("PREPRINT") & {word for word in text.split() if word.isupper()}
    assert " ".join(PROSE) in text


def test_large_headings_stay(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for n, name in enumerate(("Steel", "Paper", "Dyes")):
        draw(canvas, [(72, 200, name)], size=24)
        draw(canvas, column(PROSE[n : n + 4], top=300))
        canvas.showPage()
    canvas.save()
    assert {"Steel", "Paper", "Dyes"} <= set(text_of(tmp_path / "a.pdf").split())


def test_a_note_at_the_side_of_every_page_is_left_out(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for n in range(3):
        draw(canvas, column(PROSE[n : n + 4]))
        canvas.saveState()
        canvas.translate(20, 200)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Downloaded by a guest of the library of examples")
        canvas.restoreState()
        canvas.showPage()
    canvas.save()
    assert "guest" not in text_of(tmp_path / "a.pdf")


def manuscript(path: Path, every: int = 1, pages: int = 3) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    for n in range(pages):
        lines = column(wrapped(" ".join(PROSE[n:] + PROSE[:n])))
        draw(canvas, lines)
        first = n * len(lines) + 1
        numbers = [(44, top, str(first + at)) for at, (_, top, _) in enumerate(lines) if (first + at) % every == 0]
        draw(canvas, numbers, size=8)
        canvas.showPage()
    canvas.save()
    return path


def test_line_numbers_of_a_manuscript_are_left_out(tmp_path: Path) -> None:
    text = text_of(manuscript(tmp_path / "a.pdf"))
    assert not any(word.isdigit() for word in text.split())
    assert " ".join(PROSE) in text


def test_the_numbers_of_a_table_are_no_line_numbers(tmp_path: Path) -> None:
    rows = [
        cell
        for n in range(20)
        for cell in (
            (50, 300 + n * LEADING, str(10 + n)),
            (150, 300 + n * LEADING, "dye works"),
            (300, 300 + n * LEADING, "12.5"),
        )
    ]
    words = text_of(paper(tmp_path / "a.pdf", [[*column(PROSE[:4]), *rows], column(PROSE), column(PROSE)])).split()
    assert {str(10 + n) for n in range(20)} <= set(words)


def test_the_numbers_of_a_list_are_no_line_numbers(tmp_path: Path) -> None:
    pages = []
    for n in range(3):
        lines = wrapped(" ".join(PROSE), 40)
        pages.append(
            column(lines, top=60) + [(50, 60 + 2 * at * LEADING, str(n * 8 + at + 1)) for at in range(len(lines) // 2)]
        )
    assert {"3", "12", "20"} <= set(text_of(paper(tmp_path / "a.pdf", pages)).split())


def test_lines_of_the_text_stay_though_other_pages_have_their_like(tmp_path: Path) -> None:
    lines = [f"Firm {n} of the trade saved {n + 3} cubic metres of water in the year of its audit." for n in range(40)]
    pages = [column(lines[start : start + 10], top=60) for start in range(0, 40, 10)]
    text = text_of(paper(tmp_path / "a.pdf", pages))
    assert all(line in text for line in lines)
