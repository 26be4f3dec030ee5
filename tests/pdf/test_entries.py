"""What an entry of a reference list tells, in the styles of journals and reports. All entries are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.pdf.entries import parse

ENTRIES = [
    (
        "Abrelo, M.C.S., van der Lint, D., 2018. On the implementation of water fees: the role of towns. Resour. Lye "
        "Recycl. 138, 99–109. https://doi.org/10.1000/j.lye.2018.07.001.",
        ("Abrelo", "van der Lint"),
        2018,
        "On the implementation of water fees: the role of towns",
        "10.1000/j.lye.2018.07.001",
    ),
    (
        "Pörter, M. E., & D’Angelo, C. (1995). Toward a new conception of lye. Journal of Soap, 9(4), 97–118.",
        ("Pörter", "D’Angelo"),
        1995,
        "Toward a new conception of lye",
        "",
    ),
    (
        "Zotten KA, Li X-Y (2004) “End-of-pipe” versus built-in water saving: a comparison. J Clean Dye 12:685–695",
        ("Zotten", "Li"),
        2004,
        "“End-of-pipe” versus built-in water saving: a comparison",
        "",
    ),
    (
        "Smithe, A., and J. Doer. 2010. “What Dyers Pay.” Lye Policy 10 (2): 1–10. doi:10.1000/14693062.2010.9.",
        ("Smithe", "Doer"),
        2010,
        "What Dyers Pay",
        "10.1000/14693062.2010.9",
    ),
    (
        "Smithe, Adam, and Jane Doer. 2010. The Price of Water. Paris: Dyers’ Press.",
        ("Smithe", "Doer"),
        2010,
        "The Price of Water",
        "",
    ),
    (
        "Harte, S.L. (1995), “A dye-based view of the firm”, Review of Lye, Vol. 20 No. 4, pp. 986-1014.",
        ("Harte",),
        1995,
        "A dye-based view of the firm",
        "",
    ),
    ("Harte SL. 1995. A dye-based view of the firm. Lye 3: 5–9.", ("Harte",), 1995, "A dye-based view of the firm", ""),
    (
        "[12] S. Tossa, R. N. Chatter, and M.-P. Uhl, “Soap in towns,” in Proc. Lye, vol. 54, no. 2, pp. 89–108, 2015.",
        ("Tossa", "Chatter", "Uhl"),
        2015,
        "Soap in towns",
        "",
    ),
    (
        "[1] S. Chenn, J. Songe, Soap genomics: examining the lye, Science of Soap 347 (2015) 27–29.",
        ("Chenn", "Songe"),
        2015,
        "Soap genomics: examining the lye",
        "",
    ),
    (
        "3. Sevson A, Kolbe DI, et al. Surgical dyes in rats. Oral Lye. 2008;34:1291-301.e3.",
        ("Sevson", "Kolbe"),
        2008,
        "Surgical dyes in rats",
        "",
    ),
    (
        "7. Peron, A.; Sánchez-Lye, L.; de Oliveira, M. A Novel Effect of Coatings. Food Lye 2012, 18, 529–537.",
        ("Peron", "Sánchez-Lye", "de Oliveira"),
        2012,
        "A Novel Effect of Coatings",
        "",
    ),
    (
        "5. Lunde, H. et al. Statistics of dyeing, 2002. Energy Lye 164, 147–159 (2018).",
        ("Lunde",),
        2018,
        "Statistics of dyeing, 2002",
        "",
    ),
    (
        "European Commission, 2019. The Dyers’ Deal. COM(2018) 640 final, Brussels.",
        ("European Commission",),
        2019,
        "The Dyers’ Deal",
        "",
    ),
    ("World Bank. 2009. World Lye Report 2010. Washington, DC.", ("World Bank",), 2009, "World Lye Report 2010", ""),
    ("“Statement on lye, 2023,” Lye News Service (2022).", (), 2022, "Statement on lye, 2023", ""),
    (
        "ILA, 2021. Lye 2020. https://www.ila.example/reports/lye-2020 (accessed 12 May 2022).",
        ("ILA",),
        2021,
        "Lye 2020",
        "",
    ),
    (
        "Lee, Y., 2020. Fees. J. Clean. Dye. 5, 12. https://doi.org/10.1016/j. jclepro.2020.12 3456",
        ("Lee",),
        2020,
        "Fees",
        "10.1016/j.jclepro.2020.12",
    ),
]


@pytest.mark.parametrize(("entry", "authors", "year", "title", "doi"), ENTRIES, ids=lambda value: str(value)[:25])
def test_what_an_entry_tells(entry: str, authors: tuple[str, ...], year: int, title: str, doi: str) -> None:
    label = entry.split(" ")[0] if entry[0] in "[0123456789" else ""
    found = parse(f"Before. {entry}", 8, 8 + len(entry), label)
    assert (found.authors, found.year, found.title, found.doi) == (authors, year, title, doi)
    assert (found.start, found.end, found.label) == (8, 8 + len(entry), label)


@given(st.text(max_size=200))
def test_any_text_is_read_and_nothing_is_made_up(text: str) -> None:
    found = parse(text, 0, len(text), "")
    flat = text.replace("\n", " ")
    assert all(author in flat for author in found.authors)
    assert found.year is None or str(found.year) in text
