"""Pages whose content stream is no reading order, and pages whose stream is."""

import random
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest

from pipeline import pdf
from pipeline.pdf import pdfium
from pipeline.pdf.order import in_order
from pipeline.pdf.raw import RawPage, select
from tests.pdf.checks import sound
from tests.pdf.made import PROSE, Line, column, paper, wrapped

SHARED = Path(__file__).parents[2] / "../shared/pdf_truth"
LINES = wrapped(" ".join(PROSE + PROSE[::-1]), 40)
HALF = len(LINES) // 2
LEFT, RIGHT = column(LINES[:HALF], 60), column(LINES[HALF:], 320)
TITLE = [(60.0, 60.0, "Audits of cleaner production in the dyeing industry: who paid for them, and what came of it")]
WHOLE = " ".join(LINES)


def shuffled(lines: list[Line]) -> list[Line]:
    return random.Random(4).sample(lines, len(lines))


def single_words(lines: list[Line]) -> list[Line]:
    """Each word drawn by itself, where Helvetica would put it, near enough."""
    return [(x + 5.6 * line.index(word), top, word) for x, top, line in lines for word in line.split()]


SCRAMBLED = {
    "line by line over the gutter": [line for pair in zip_longest(LEFT, RIGHT) for line in pair if line],
    "from bottom to top": (LEFT + RIGHT)[::-1],
    "at random": shuffled(LEFT + RIGHT),
}


@pytest.mark.parametrize("name", SCRAMBLED)
def test_scrambled_columns_are_read_by_their_places(tmp_path: Path, name: str) -> None:
    document = pdf.read(paper(tmp_path / "a.pdf", [TITLE + SCRAMBLED[name]]), "id")
    sound(document)
    assert TITLE[0][2] in document.text
    assert WHOLE[:400] in document.text.replace("\n", " ")
    assert WHOLE[-300:] in document.text.replace("\n", " ")


def test_a_column_with_its_lines_at_random_is_read_from_the_top(tmp_path: Path) -> None:
    lines = wrapped(" ".join(PROSE + PROSE[::-1]))
    document = pdf.read(paper(tmp_path / "a.pdf", [shuffled(column(lines))]), "id")
    assert document.text.replace("\n", " ") == " ".join(lines)


@pytest.mark.parametrize("lines", [LEFT + RIGHT, TITLE + LEFT + RIGHT, LEFT + RIGHT + TITLE, column(LINES)])
def test_pages_in_order_stay_as_they_are(tmp_path: Path, lines: list[Line]) -> None:
    (page,) = pdfium.read(paper(tmp_path / "a.pdf", [lines]).read_bytes()).pages
    assert in_order(page) is page


def test_a_table_of_numbers_and_words_stays_as_it_is(tmp_path: Path) -> None:
    cells = [(60.0 + 120 * x, 100.0 + 14 * y, f"{x * y} firms") for x in range(4) for y in range(30)]
    (page,) = pdfium.read(paper(tmp_path / "a.pdf", [cells]).read_bytes()).pages
    assert in_order(page) is page


def _real_pages() -> list[RawPage]:
    return [page for path in sorted(SHARED.glob("*.pdf"))[::8] for page in pdfium.read(path.read_bytes()).pages]


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real papers at {SHARED}")
def test_real_pages_stay_as_they_are_and_come_back_when_scrambled() -> None:
    pages = _real_pages()
    assert all(in_order(page) is page for page in pages)
    prose = [page for page in pages if page.number == 2 and len(page.texts) > 500]
    assert prose
    for page in prose:
        perm = np.random.default_rng(1).permutation(len(page.texts))
        mended = in_order(select(page, perm))
        true, got = (set(zip(p.texts, p.texts[1:], strict=False)) for p in (page, mended))
        assert len(true & got) > 0.85 * len(true)
