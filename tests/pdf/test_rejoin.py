"""Sentences that something on the page cut in two."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline import pdf
from tests.pdf.checks import sound
from tests.pdf.made import A4, LEADING, PROSE, Line, column, draw, wrapped


def text_of(path: Path) -> str:
    document = pdf.read(path, "id")
    sound(document)
    return document.text


def test_a_sentence_runs_on_past_a_footnote(tmp_path: Path) -> None:
    lines = wrapped(" ".join(PROSE))
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    draw(canvas, column(lines[:5]))
    draw(canvas, [(72, 700, "1 A note on how the firms were chosen for the survey.")], size=7)
    canvas.showPage()
    draw(canvas, column(lines[5:]))
    canvas.save()
    text = text_of(tmp_path / "a.pdf")
    assert " ".join(PROSE) in text
    assert "1 A note on how the firms were chosen for the survey." in text.split("\n")


def broken(path: Path, head: str, between: Sequence[Line], rest: str, size: float = 8, font: str = "Helvetica") -> str:
    """The text of two pages: `head` ends the first, `between` in another type opens the second, then comes `rest`."""
    canvas = Canvas(str(path), pagesize=A4)
    draw(canvas, column(wrapped(head)))
    canvas.showPage()
    draw(canvas, between, size=size, font=font)
    draw(canvas, column(wrapped(rest), top=500))
    canvas.save()
    return text_of(path)


WHOLE = " ".join(PROSE)
AT = WHOLE.index("The provincial government paid half") + len("The provincial government paid half")
TABLE = [(72 + 90 * x, 100 + 12 * y, f"{x * y}.5") for y in range(25) for x in range(4)]


def test_a_sentence_runs_on_past_a_long_table(tmp_path: Path) -> None:
    assert WHOLE in broken(tmp_path / "a.pdf", WHOLE[:AT], TABLE, WHOLE[AT:].strip())


@pytest.mark.parametrize("word", ["Kenyan", "25-30", "0.5", "[12] and"])
def test_a_sentence_runs_on_with_a_capital_or_a_number(tmp_path: Path, word: str) -> None:
    lines = wrapped(WHOLE)
    head = " ".join(lines[:4])
    rest = f"{word} firms of the dyeing industry in that year alone. {WHOLE}"
    assert f"{head} {rest}" in broken(tmp_path / "a.pdf", head, TABLE, rest)


def test_a_sentence_runs_on_after_an_abbreviation(tmp_path: Path) -> None:
    head = WHOLE[:AT] + " of the bills for audits, as reported by Author et al."
    rest = "in the survey of the ninety firms that was made in the year before. " + WHOLE[AT:].split(". ", 1)[1]
    assert f"{head} {rest}" in broken(tmp_path / "a.pdf", head, TABLE, rest)


def test_a_sentence_runs_on_within_a_bracket(tmp_path: Path) -> None:
    head = " ".join(wrapped(WHOLE)[:3]) + " of the firms that took part in the survey of the year before (Author, 2009;"
    rest = f"Writer, 2011) in the survey of the ninety firms that was made in the year before. {WHOLE}"
    assert f"{head} {rest}" in broken(tmp_path / "a.pdf", head, TABLE, rest)


def test_a_first_line_that_ends_with_an_abbreviation_goes_on_in_the_next(tmp_path: Path) -> None:
    lines = ["Most of the firms that took part in it were small, as told by Author et al.", *wrapped("in " + WHOLE)]
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    draw(canvas, [(92, 100, lines[0]), *column(lines[1:], top=100 + LEADING)])
    canvas.save()
    assert " ".join(lines) in text_of(tmp_path / "a.pdf")


def test_a_sentence_runs_on_past_a_box_of_whole_sentences(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    box = "A box told how the survey was made. It was sent to all firms by post."
    lines = wrapped(WHOLE, 44)
    draw(canvas, column(lines[:5], 60, top=600))
    draw(canvas, [(320, 80, "What the survey was")], font="Helvetica-Bold")
    draw(canvas, column(wrapped(box, 44), 320, top=100))
    draw(canvas, column(lines[5:], 320, top=300))
    canvas.save()
    text = text_of(tmp_path / "a.pdf")
    assert WHOLE in text
    assert box in text.split("\n")


def test_a_caption_under_a_broken_sentence_is_no_part_of_it(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    lines = column(wrapped(WHOLE[:AT]))
    draw(canvas, lines)
    draw(canvas, [(72, lines[-1][1] + LEADING, "Figure 2. Firms by size, in the year of the survey.")], size=9)
    canvas.showPage()
    draw(canvas, column(wrapped(WHOLE[AT:].strip())))
    canvas.save()
    assert WHOLE in text_of(tmp_path / "a.pdf")


def test_no_sentence_runs_on_past_a_heading(tmp_path: Path) -> None:
    head = WHOLE[:AT] + " of the bills that came to the small and medium firms of"
    text = broken(tmp_path / "a.pdf", head, [(72, 470, "3. Results")], WHOLE, size=12, font="Helvetica-Bold")
    assert "3. Results" in text.split("\n")
    assert WHOLE in text.split("\n")


def test_a_paragraph_after_a_whole_sentence_stays_apart(tmp_path: Path) -> None:
    assert f"{WHOLE}\n" in broken(tmp_path / "a.pdf", WHOLE, TABLE, WHOLE)


def test_an_italic_line_within_a_sentence_is_part_of_it(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    lines = wrapped(WHOLE)
    for at, line in enumerate(column(lines)):
        draw(canvas, [line], font="Helvetica-Oblique" if at == 2 else "Helvetica")
    canvas.save()
    assert text_of(tmp_path / "a.pdf") == WHOLE
