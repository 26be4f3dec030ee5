"""The text of a PDF: whole words, whole sentences, nothing of the page's furniture."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from tests.pdf.checks import sound
from tests.pdf.made import A4, LEADING, PROSE, column, draw, paper, wrapped


def text_of(path: Path) -> str:
    document = pdf.read(path, "id")
    sound(document)
    return document.text


def test_lines_of_a_paragraph_are_joined(tmp_path: Path) -> None:
    lines = wrapped(" ".join(PROSE))
    assert text_of(paper(tmp_path / "a.pdf", [column(lines)])) == " ".join(PROSE)


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    lines = wrapped(" ".join(PROSE), 40)
    half = len(lines) // 2
    page = column(lines[:half], 60) + column(lines[half:], 320)
    assert text_of(paper(tmp_path / "a.pdf", [page])) == " ".join(PROSE)


def test_a_sentence_runs_over_a_page(tmp_path: Path) -> None:
    lines = wrapped(" ".join(PROSE))
    pages = [column(lines[:5]), column(lines[5:])]
    document = pdf.read(paper(tmp_path / "a.pdf", pages), "id")
    sound(document)
    assert document.text == " ".join(PROSE)
    cut = document.pages[1].start
    assert {box.page for box in document.boxes(cut - 10, cut + 10)} == {1, 2}


def test_paragraphs_stay_apart(tmp_path: Path) -> None:
    first, second = " ".join(PROSE[:4]), " ".join(PROSE[4:])
    page = column(wrapped(first)) + column(wrapped(second), top=250)
    assert text_of(paper(tmp_path / "a.pdf", [page])) == f"{first}\n{second}"


def test_a_paragraph_that_ends_its_page_stays_apart_from_the_next(tmp_path: Path) -> None:
    first, second = " ".join(PROSE[:4]), " ".join(PROSE[4:])
    text = text_of(paper(tmp_path / "a.pdf", [column(wrapped(first)), column(wrapped(second))]))
    assert text == f"{first}\n{second}"


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        (["Better produc-", "tion saves money for every firm that was seen."], "production"),
        (["They are known as end-of-", "pipe measures in the whole of this literature."], "end-of-pipe"),
        (["The law reached state-", "owned firms before it reached the private ones."], "state-owned"),
        (["Firms bought energy-", "saving pumps with the help of the new fund."], "energy-saving"),
        (["The mill had a bleach-", "free line, and a bleach-free mill pays less."], "bleach-free"),
        (["There was co-", "operation; such cooperation is rare in this trade."], "cooperation"),
        (["They met in the Sino-", "German centre, which had paid for the audits."], "Sino-German"),
        (["Between 2005-", "2010 the number of audits rose in the whole country."], "2005-2010"),
        (["It compares short-", "and long-term effects of the levy on firms."], "short- and long-term"),
        (["It was a cost-effec-", "tive measure for every firm that tried it."], "cost-effective"),
        (["A paired t-", "test was run on the bills of every firm seen."], "t-test"),
        (["They were anti-", "inflationary measures, as everybody agreed."], "anti-inflationary"),
        (["A demand-", "driven scheme costs less than any other scheme."], "demand-driven"),
        (["It was a community-", "based scheme for small firms of the town."], "community-based"),
        (["It was a broad-", "spectrum policy for the whole of the trade."], "broad-spectrum"),
        (["They used a hand-", "to-mouth budget in the first of the years."], "hand-to-mouth"),
        (["The proto-", "type was shown to the managers of all firms."], "prototype"),
        (["It was a country-", "side full of mills when the levy came in."], "countryside"),
        (["The debate on CLEA-", "NER PRODUCTION went on, and CLEANER it was."], "CLEANER"),
    ],
)
def test_hyphens_at_the_end_of_a_line(tmp_path: Path, lines: list[str], whole: str) -> None:
    assert whole in text_of(paper(tmp_path / "a.pdf", [column([*lines, *PROSE[:2]])]))


def test_a_word_over_a_line_break_has_two_boxes(tmp_path: Path) -> None:
    document = pdf.read(paper(tmp_path / "a.pdf", [column(["Better produc-", "tion saves money.", *PROSE])]), "id")
    at = document.text.index("production")
    upper, lower = document.boxes(at, at + len("production"))
    assert upper.top < lower.top
    assert lower.x0 < upper.x0


LETTERS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(LETTERS, min_size=1, max_size=8), min_size=1, max_size=30), seed=st.integers(0, 3))
def test_offsets_hold_for_any_text(tmp_path: Path, rows: list[list[str]], seed: int) -> None:
    lines = [" ".join(row) for row in rows]
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    for start in range(0, len(lines), 7):
        canvas.setPageRotation(90 * seed)
        draw(canvas, column(lines[start : start + 7], x=40 + 200 * (start % 2), leading=LEADING - seed))
        draw(canvas, column(list(PROSE[:3]), top=560))
        canvas.showPage()
    canvas.save()
    sound(pdf.read(tmp_path / "a.pdf", "id"))


def test_text_that_is_drawn_twice_is_read_once(tmp_path: Path) -> None:
    lines = column(wrapped(" ".join(PROSE)))
    assert text_of(paper(tmp_path / "a.pdf", [[*lines, *lines]])) == " ".join(PROSE)


def test_a_word_that_stands_twice_in_a_line_is_kept_twice(tmp_path: Path) -> None:
    twice = "The more the firms saved in a year the more the firms spent."
    assert text_of(paper(tmp_path / "a.pdf", [column([twice])])) == twice


def test_bullets_are_blocks_of_their_own_though_none_ends_with_a_stop(tmp_path: Path) -> None:
    items = [
        "• Introduce a levy on waste water of all kinds",
        "• Pay for the second half of every audit",
        "• Train the staff of the local centres at once",
    ]
    text = text_of(paper(tmp_path / "a.pdf", [column([*PROSE[:3], *items])]))
    assert set(items) <= set(text.split("\n"))
