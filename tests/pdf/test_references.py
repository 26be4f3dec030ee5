"""Reference lists in the ways that journals set them: by number, by indent, without either. All are invented."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pipeline import pdf
from pipeline.documents import Document
from tests.pdf.made import PROSE, Line, column, paper, wrapped

NAMES = "Abrelo Bertin Cassel Dorval Evrard Fabron Gessel Harte Ivarson Jannick Kolbe Lunde Morand Nisser".split()
TITLES = [
    "Levies on waste water and what they moved in the dyeing towns of the valley over forty years",
    "Fees for soap",
    "A second look at audits in tanneries, with figures of 2004 and an outlook",
    "Loans and guarantees for small firms: the case of the northern province",
]
VENUES = ["Journal of Lye 12, 34–56", "Soap Policy 3(2), 101–115", "Proceedings of the Dyers, vol. 7, pp. 9–12"]
LEFT, RIGHT, WIDTH = 60.0, 310.0, 45  # columns of the page, in points, and their width in characters

Style = Callable[[int], str]


def author_year(n: int) -> str:
    return (
        f"{NAMES[n]}, A.B., Zander, C., {1995 + n}. {TITLES[n % 4]}. {VENUES[n % 3]}. https://doi.org/10.1000/lye.{n}."
    )


def square(n: int) -> str:
    return f"[{n + 1}] A. B. {NAMES[n]} and C. Zander, “{TITLES[n % 4]},” {VENUES[n % 3]}, {1995 + n}."


def dotted(n: int) -> str:
    return f"{n + 1}. {NAMES[n]} AB, Zander C. {TITLES[n % 4]}. {VENUES[n % 3]}. {1995 + n};5:1-9."


def rounded(n: int) -> str:
    return f"({n + 1}) {NAMES[n]}, A. B.; Zander, C. {TITLES[n % 4]}. {VENUES[n % 3]}, {1995 + n}."


def bare(n: int) -> str:
    return f"{n + 1} {NAMES[n]} AB, Zander C. {TITLES[n % 4]}. {VENUES[n % 3]} ({1995 + n})."


def glued(n: int) -> str:
    return f"{n + 1}{NAMES[n]}, A. B. & Zander, C. {TITLES[n % 4]}. {VENUES[n % 3]} ({1995 + n})."


def lines(entries: Iterable[str], hanging: float = 0, first: float = 0) -> list[tuple[float, str]]:
    """Lines with how far they are set in."""
    return [(first if at == 0 else hanging, line) for entry in entries for at, line in enumerate(wrapped(entry, WIDTH))]


def set_in_columns(listed: list[tuple[float, str]], deep: int) -> list[list[Line]]:
    """Pages of two columns with `deep` lines each, below two paragraphs and the heading on the first page."""
    opening = ["1 Introduction", *PROSE, "2 Results", *PROSE, *PROSE[::-1]]
    pages = [column(opening, LEFT), []]
    pages[1].append((LEFT, 60.0, "References"))
    places = [(x, 90.0 + 13 * row) for x in (LEFT, RIGHT) for row in range(deep)]
    for at, (inset, line) in enumerate(listed):
        page, place = divmod(at, len(places))
        if page + 2 > len(pages):
            pages.append([])
        x, top = places[place]
        pages[page + 1].append((x + inset, top, line))
    return pages


def read(folder: Path, listed: list[tuple[float, str]], deep: int = 17) -> Document:
    return pdf.read(paper(folder / "made.pdf", set_in_columns(listed, deep)), "")


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def holds(document: Document, entries: list[str]) -> bool:
    """Whether the document's references are these entries, whole, and nothing else."""
    return [letters(document.text[r.start : r.end]) for r in document.references] == [letters(e) for e in entries]


@pytest.mark.parametrize("style", [square, dotted, rounded, bare, glued], ids=lambda style: style.__name__)
def test_numbered_entries_over_columns_and_pages(tmp_path: Path, style: Style) -> None:
    entries = [style(n) for n in range(14)]
    document = read(tmp_path, lines(entries, hanging=14))
    assert holds(document, entries)
    assert [r.authors[0] for r in document.references] == NAMES
    assert [r.year for r in document.references] == [1995 + n for n in range(14)]
    assert [letters(r.label) for r in document.references] == [str(n + 1) for n in range(14)]


def test_numbered_entries_that_are_not_set_in(tmp_path: Path) -> None:
    entries = [dotted(n) for n in range(14)]
    assert holds(read(tmp_path, lines(entries)), entries)


@pytest.mark.parametrize(("hanging", "first"), [(14, 0), (0, 14)])
@pytest.mark.parametrize("deep", [11, 17])
def test_entries_without_numbers_are_parted_by_their_indent(
    tmp_path: Path, hanging: float, first: float, deep: int
) -> None:
    entries = [author_year(n) for n in range(14)]
    document = read(tmp_path, lines(entries, hanging, first), deep)
    assert holds(document, entries)
    assert [r.doi for r in document.references] == [f"10.1000/lye.{n}" for n in range(14)]
    assert {r.label for r in document.references} == {""}


def test_entries_without_numbers_or_indent_are_parted_by_how_they_begin(tmp_path: Path) -> None:
    entries = [author_year(n) for n in range(14)]
    assert holds(read(tmp_path, lines(entries)), entries)


def test_an_organisation_and_a_dash_begin_entries_too(tmp_path: Path) -> None:
    entries = [author_year(n) for n in range(6)]
    entries[2:2] = ["Council of Dyers, 2004. Rules for the keeping of dye houses and of the water that they use. Lyon."]
    entries[4:4] = ["———, 2009. Further rules for the keeping of dye houses, of tanneries and of soap works. Lyon."]
    document = read(tmp_path, lines(entries, hanging=14))
    assert holds(document, entries)
    assert document.references[2].authors == ("Council of Dyers",)


def test_a_name_that_begins_small_begins_an_entry(tmp_path: Path) -> None:
    entries = [author_year(n) for n in range(6)]
    entries[3:3] = ["van den Berg, A.B., de Vries, C., 2004. Rules for the keeping of dye houses near the towns. Lyon."]
    document = read(tmp_path, lines(entries, hanging=14))
    assert holds(document, entries)
    assert document.references[3].authors == ("van den Berg", "de Vries")


def test_numbers_and_years_within_entries_begin_none(tmp_path: Path) -> None:
    entries = [dotted(n) for n in range(9)]
    listed = lines(entries, hanging=14)
    at = next(i for i, (inset, _) in enumerate(listed) if inset)
    listed[at] = (14, "3. " + listed[at][1])  # a line within an entry that begins as the third would
    assert len(read(tmp_path, listed).references) == 9


def test_what_follows_the_list_is_none_of_it(tmp_path: Path) -> None:
    entries = [author_year(n) for n in range(6)]
    note = [(0.0, ""), (0.0, "Publisher’s note: the dyers remain neutral"), (0.0, "with regard to all claims.")]
    document = read(tmp_path, [*lines(entries, hanging=14), *note], deep=40)
    assert "neutral" not in "".join(document.text[r.start : r.end] for r in document.references)
    assert len(document.references) == 6


def test_a_paper_without_a_list_has_no_references(tmp_path: Path) -> None:
    document = pdf.read(paper(tmp_path / "made.pdf", [column(["1 Introduction", *PROSE], LEFT)]), "")
    assert document.references == ()


@pytest.mark.parametrize("style", [square, author_year], ids=lambda style: style.__name__)
def test_references_keep_the_order_of_the_text_and_do_not_overlap(tmp_path: Path, style: Style) -> None:
    document = read(tmp_path, lines([style(n) for n in range(14)], hanging=14))
    (section,) = [s for s in document.sections if s.role == "references"]
    bounds = [bound for r in document.references for bound in (r.start, r.end)]
    assert bounds == sorted(bounds)
    assert section.start <= bounds[0]
    assert bounds[-1] <= section.end
    assert all(document.text[r.start : r.end].strip() == document.text[r.start : r.end] for r in document.references)
