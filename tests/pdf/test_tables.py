"""Tables: their cells row by row, in the text cell by cell; and what only looks like a table."""

import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from pipeline.documents import Document, Table
from pipeline.passages import split
from tests.pdf.checks import sound
from tests.pdf.made import A4, PROSE, column, draw, wrapped

Rows = Sequence[Sequence[str]]

HEAD = ("Barrier", "Firms", "Share (%)")
BODY = (("Credit", "31", "34.4"), ("Staff", "27", "30.0"), ("Advice", "12", "13.3"), ("Space", "9", "10.0"))
SENTENCES = (
    ("Measure", "What it did", "What held it back"),
    (
        "Levy on waste water",
        "Large firms took up the audit once the levy had doubled. Their bills fell within a year.",
        "Small firms lacked the capital for new tanks and could not borrow it from the banks.",
    ),
    (
        "Free advice",
        "Most firms asked the local centre for help before they bought a machine.",
        "The centre had too few engineers to see all who asked, so many gave up waiting.",
    ),
)


def rule(canvas: Canvas, x0: float, x1: float, top: float) -> None:
    canvas.line(x0, A4[1] - top, x1, A4[1] - top)


def plumb(canvas: Canvas, x: float, top: float, bottom: float) -> None:
    canvas.line(x, A4[1] - top, x, A4[1] - bottom)


def booktabs(canvas: Canvas, top: float, lefts: Sequence[float], right: float, rows: Rows, width: int = 80) -> float:
    """A table with three level rules, set row by row; the height where it ends. Long cells are wrapped."""
    edge = lefts[0] - 4
    rule(canvas, edge, right, top)
    y = top + 4
    for number, row in enumerate(rows):
        cells = [wrapped(text, width) for text in row]
        for x, lines in zip(lefts, cells, strict=True):
            draw(canvas, column(lines, x, y, 11), 8)
        y += 11 * max(len(lines) for lines in cells) + 5
        if number == 0:
            rule(canvas, edge, right, y - 2)
    rule(canvas, edge, right, y)
    return y


def grid(canvas: Canvas, top: float, edges: Sequence[float], rows: Rows, width: int = 80) -> None:
    """A table with a line around each cell, set column by column."""
    tops = [top]
    for row in rows:
        tops.append(tops[-1] + 12 * max(len(wrapped(text, width)) for text in row) + 6)
    for at in range(len(edges) - 1):
        for y, row in zip(tops, rows, strict=False):
            draw(canvas, column(wrapped(row[at], width), edges[at] + 3, y + 3, 12), 9)
    for y in tops:
        rule(canvas, edges[0], edges[-1], y)
    for x in edges:
        plumb(canvas, x, tops[0], tops[-1])


def opened(path: Path) -> Canvas:
    return Canvas(str(path), pagesize=A4)


def read(canvas: Canvas, path: Path) -> Document:
    canvas.save()
    document = pdf.read(path, "id")
    sound(document)
    _within(document)
    return document


def _within(document: Document) -> None:
    """Cells are in the text's order, apart from one another, and each is a line of the text by itself."""
    lines = set(document.text.split("\n"))
    for table in document.tables:
        spans = [span for row in table.rows for span in row]
        assert len({len(row) for row in table.rows}) == 1
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
        assert all(document.text[a:b] in lines for a, b in spans if b > a)
        page = document.page_at(spans[0][0])
        assert table.box.page == page.number
        assert page.start <= spans[0][0]
        assert spans[-1][1] <= page.end


def cells(document: Document, table: Table) -> list[list[str]]:
    return [[document.text[a:b] for a, b in row] for row in table.rows]


def only(document: Document) -> list[list[str]]:
    (table,) = document.tables
    return cells(document, table)


def test_a_table_with_three_rules(tmp_path: Path) -> None:
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, column(wrapped(" ".join(PROSE[:4]))))
    draw(canvas, [(72, 200, "Table 1. What firms named as barriers.")])
    booktabs(canvas, 220, (76, 200, 300), 380, [HEAD, *BODY])
    draw(canvas, column(wrapped(" ".join(PROSE[4:])), top=400))
    document = read(canvas, tmp_path / "a.pdf")
    assert only(document) == [list(HEAD), *map(list, BODY)]
    assert document.text.split("\n")[:3] == [" ".join(PROSE[:4]), "Table 1. What firms named as barriers.", "Barrier"]
    assert document.text.endswith("\n" + " ".join(PROSE[4:]))


def test_sentences_in_cells_can_be_coded_whole(tmp_path: Path) -> None:
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, [(72, 40, "1. Introduction")], 12, "Helvetica-Bold")
    draw(canvas, column(wrapped(" ".join(PROSE)), top=60))
    draw(canvas, [(72, 280, "Table 2. Measures and what held them back.")])
    booktabs(canvas, 300, (76, 180, 350), 540, SENTENCES, 32)
    document = read(canvas, tmp_path / "a.pdf")
    assert only(document) == [list(row) for row in SENTENCES]
    passages = {document.text[p.start : p.end] for p in split(document)}
    assert "Their bills fell within a year." in passages
    assert "Small firms lacked the capital for new tanks and could not borrow it from the banks." in passages


def test_a_table_of_drawn_cells_set_column_by_column(tmp_path: Path) -> None:
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, column(wrapped(" ".join(PROSE[:4]))))
    grid(canvas, 220, (72, 160, 330, 520), SENTENCES, 30)
    document = read(canvas, tmp_path / "a.pdf")
    assert only(document) == [list(row) for row in SENTENCES]


def test_an_empty_cell_has_no_extent(tmp_path: Path) -> None:
    rows = [HEAD, ("Credit", "31", ""), ("Staff", "", "30.0"), *BODY[2:]]
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, column(PROSE))
    grid(canvas, 300, (72, 160, 330, 520), rows)
    document = read(canvas, tmp_path / "a.pdf")
    assert only(document) == [list(row) for row in rows]


def test_a_word_in_a_cell_within_a_larger_one_is_there_once(tmp_path: Path) -> None:
    """Rules around the lower of the last two columns' cells that end there draw a cell within a cell."""
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, column(wrapped(" ".join(PROSE))))
    lefts, tops = (72, 160, 250, 340, 430), (300, 320, 340, 360, 380)
    for row, y in enumerate(tops[:-1]):
        draw(canvas, [(x + 4, y + 4, f"{name}{row}") for x, name in zip(lefts, "abcd", strict=False)], 9)
    for y in (tops[0], *tops[-2:]):
        rule(canvas, lefts[0], lefts[-1], y)
    for y in tops[1:3]:
        rule(canvas, lefts[0], lefts[2], y)
    rule(canvas, lefts[3], lefts[4], tops[2])
    for x in lefts:
        plumb(canvas, x, tops[2] if x == lefts[3] else tops[0], tops[-1])
    document = read(canvas, tmp_path / "a.pdf")
    assert document.tables
    counts = Counter(document.text.split())
    assert {counts[f"{name}{row}"] for name in "abcd" for row in range(4)} == {1}


def test_rows_of_shade_are_rows(tmp_path: Path) -> None:
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, column(wrapped(" ".join(PROSE))))
    draw(canvas, [(72, 280, "Table 3 Shaded rows")])
    for at, row in enumerate([HEAD, *BODY]):
        canvas.setFillGray(0.9 if at % 2 else 0.8)
        canvas.rect(72, A4[1] - 320 - 20 * at, 400, 20, stroke=0, fill=1)
        canvas.setFillGray(0)
        draw(canvas, [(x, 304 + 20 * at, text) for x, text in zip((76, 200, 330), row, strict=True)], 9)
    assert only(read(canvas, tmp_path / "a.pdf")) == [list(HEAD), *map(list, BODY)]


def test_a_table_in_one_column_leaves_the_other_alone(tmp_path: Path) -> None:
    lines = wrapped(" ".join(PROSE), 44)
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, column(lines[:7], 50))
    draw(canvas, [(50, 210, "Table 1. What firms named.")], 8)
    booktabs(canvas, 225, (54, 130, 190), 280, [HEAD, *BODY])
    draw(canvas, column(lines[7:], 310))
    document = read(canvas, tmp_path / "a.pdf")
    assert only(document) == [list(HEAD), *map(list, BODY)]
    assert " ".join(PROSE) in document.text


def test_a_paragraph_runs_on_past_a_table_on_the_next_page(tmp_path: Path) -> None:
    lines = wrapped(" ".join(PROSE))
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, column(lines[:5]))
    canvas.showPage()
    draw(canvas, [(72, 60, "Table 1. What firms named.")])
    booktabs(canvas, 80, (76, 200, 300), 380, [HEAD, *BODY * 4])
    draw(canvas, column(lines[5:], top=500))
    document = read(canvas, tmp_path / "a.pdf")
    assert len(only(document)) == 17
    assert " ".join(PROSE) in document.text.split("\n")


def test_a_table_set_sideways(tmp_path: Path) -> None:
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, column(wrapped(" ".join(PROSE))))
    canvas.showPage()
    canvas.translate(A4[0], 0)
    canvas.rotate(90)
    canvas.translate(0, A4[0] - A4[1])
    draw(canvas, [(72, 300, "Table 4. Measures and what held them back.")])
    booktabs(canvas, 320, (76, 250, 480), 700, SENTENCES, 40)
    document = read(canvas, tmp_path / "a.pdf")
    assert only(document) == [list(row) for row in SENTENCES]
    (table,) = document.tables
    assert table.box.bottom - table.box.top > table.box.x1 - table.box.x0


def test_notes_under_a_table_are_not_in_it(tmp_path: Path) -> None:
    note = (
        "Note: firms could name more than one barrier; shares are of the ninety firms that were asked in both rounds."
    )
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, [(72, 60, "Table 1. What firms named.")])
    rule(canvas, 72, 480, 220)
    end = booktabs(canvas, 80, (76, 200, 300), 480, [HEAD, *BODY])
    draw(canvas, [(76, end + 4, note)], 7)
    draw(canvas, column(wrapped(" ".join(PROSE)), top=300))
    document = read(canvas, tmp_path / "a.pdf")
    assert only(document) == [list(HEAD), *map(list, BODY)]
    assert note in document.text.split("\n")


def _frame(canvas: Canvas) -> None:
    canvas.rect(30, 30, A4[0] - 60, A4[1] - 60)


def _abstract_box(canvas: Canvas) -> None:
    canvas.rect(60, A4[1] - 300, 470, 220)


def _head_and_foot(canvas: Canvas) -> None:
    rule(canvas, 50, 560, 60)
    rule(canvas, 50, 560, 800)


def _head_middle_and_foot(canvas: Canvas) -> None:
    _head_and_foot(canvas)
    rule(canvas, 50, 560, 80)


def _note_rule(canvas: Canvas) -> None:
    rule(canvas, 60, 160, 700)
    draw(canvas, [(60, 704, "1 Firms of fewer than fifty workers."), (60, 716, "2 At prices of 2005.")], 7)


@pytest.mark.parametrize("drawn", [_frame, _abstract_box, _head_and_foot, _head_middle_and_foot, _note_rule])
@pytest.mark.parametrize("columns", [1, 2])
def test_rules_around_prose_make_no_table(tmp_path: Path, drawn: object, columns: int) -> None:
    canvas = opened(tmp_path / "a.pdf")
    assert callable(drawn)
    drawn(canvas)
    if columns == 1:
        draw(canvas, column(wrapped(" ".join(PROSE))))
    else:
        lines = wrapped(" ".join(PROSE * 3), 44)
        draw(canvas, column(lines[: len(lines) // 2], 60) + column(lines[len(lines) // 2 :], 310))
    draw(canvas, [(60, 400 + 250, "Table 1 shows what firms named, and it is set elsewhere.")])
    document = read(canvas, tmp_path / "a.pdf")
    assert document.tables == ()
    assert " ".join(PROSE) in document.text


@pytest.mark.parametrize(("head", "found"), [("ABSTRACT", 0), ("What it did", 1)])
def test_the_box_of_a_title_page_is_no_table(tmp_path: Path, head: str, found: int) -> None:
    canvas = opened(tmp_path / "a.pdf")
    rows = [("ARTICLE INFO", head), *((first, second) for first, second, _ in SENTENCES[1:])]
    end = booktabs(canvas, 100, (60, 200), 540, rows, 60)
    for x in (56, 196, 540):
        plumb(canvas, x, 100, end)
    draw(canvas, column(["1. Introduction", *wrapped(" ".join(PROSE))], top=300))
    document = read(canvas, tmp_path / "a.pdf")
    assert len(document.tables) == found
    assert any(s.role == "abstract" for s in document.sections) is not found


def test_a_chart_is_no_table(tmp_path: Path) -> None:
    canvas = opened(tmp_path / "a.pdf")
    for at in range(6):
        rule(canvas, 100, 400, 200 + 30 * at)
        draw(canvas, [(80, 196 + 30 * at, str(100 - 20 * at))], 7)
        draw(canvas, [(100 + 55 * at, 356, str(2000 + at))], 7)
    plumb(canvas, 100, 200, 350)
    draw(canvas, [(150, 215, "Large firms"), (300, 310, "Small firms")], 7)
    draw(canvas, [(100, 370, "Figure 1. Audits by year.")])
    draw(canvas, column(wrapped(" ".join(PROSE)), top=420))
    assert read(canvas, tmp_path / "a.pdf").tables == ()


def test_a_list_of_references_between_rules_is_no_table(tmp_path: Path) -> None:
    canvas = opened(tmp_path / "a.pdf")
    draw(canvas, column(wrapped(" ".join(PROSE))))
    for at in range(6):
        rule(canvas, 70, 520, 300 + 30 * at)
        lines = wrapped(
            "Adams, J., 2004. Audits in small firms of the dyeing industry. Journal of Examples 12, 1-9.", 70
        )
        draw(canvas, [(74, 304 + 30 * at, f"[{at + 1}]"), *column(lines, 110, 304 + 30 * at, 12)], 9)
    assert read(canvas, tmp_path / "a.pdf").tables == ()


CELL = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=9)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=9),
    drawn=st.booleans(),
    caption=st.booleans(),
)
def test_every_word_stays_once(tmp_path: Path, rows: list[list[str]], drawn: bool, caption: bool) -> None:
    path = tmp_path / "a.pdf"
    canvas = opened(path)
    draw(canvas, column(wrapped(" ".join(PROSE[:4]))))
    if caption:
        draw(canvas, [(72, 200, "Table 1. Any cells.")])
    if drawn:
        grid(canvas, 220, (72, 200, 300, 420), rows)
    else:
        booktabs(canvas, 220, (76, 200, 300), 420, rows)
    draw(canvas, column(wrapped(" ".join(PROSE[4:])), top=500))
    document = read(canvas, path)
    with patch("pipeline.pdf.rules.rules", return_value=np.zeros((0, 4), np.float32)):
        without = pdf.read(path, "id")
    assert not without.tables
    assert Counter(letters(document)) == Counter(letters(without))


def letters(document: Document) -> str:
    """All characters but white space and the hyphens of line breaks."""
    return "".join(document.text.split()).replace("-", "")
