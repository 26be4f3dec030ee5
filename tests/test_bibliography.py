"""Bibliographies beside the papers: what is read of them, what is said of broken ones, whose entry is whose."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bibliography import doubts, match, read
from pipeline.bibliography.normal import file_parts
from pipeline.corpus import scan
from pipeline.documents import Metadata
from pipeline.records import Card, Doubt, Entry, Rejection

RIS = """TY  - JOUR
ID  - lye2009
AU  - Dyer, Dora
AU  - Färber, Max
TI  - Levies on lye: what moved the
      dyers of the valley
JO  - Journal of Lye
PY  - 2009/05//
DO  - https://doi.org/10.1000/LYE.1
L1  - files/12/dyers.pdf
ER  -

TY  - RPRT
AU  - Institute of Soap
T1  - Fees for soap
Y1  - 2012
UR  - https://example.org/soap.pdf
ER  -
"""
CSL = [
    {
        "id": "lye2009",
        "type": "article-journal",
        "title": "Levies on <i>lye</i>",
        "author": [
            {"family": "Dyer", "given": "Dora"},
            {"literal": "Institute of Soap"},
            {"family": "Hoek", "non-dropping-particle": "van der", "given": "A."},
        ],
        "issued": {"date-parts": [["2009", 5]]},
        "DOI": "10.1000/lye.1",
        "container-title": "Journal of Lye",
    },
    {"id": 7, "type": "report", "title": "Fees for soap", "issued": {"raw": "May 2012"}},
]


def entries_of(folder: Path, name: str, content: str | bytes) -> tuple[tuple[Entry, ...], tuple[Rejection, ...]]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = read(path, name, "sha")
    assert found is not None
    return found


def card(name: str, title: str = "", year: int | None = None, doi: str = "", author: str = "") -> Card:
    return Card(name, "pdfium", Metadata(title, (author,) if author else (), year, doi), (), 10, 1000)


def entry(key: str, title: str = "", year: int | None = None, doi: str = "", author: str = "", file: str = "") -> Entry:
    about = Metadata(title, (author,) if author else (), year, doi)
    return Entry(key, about, "", (file,) if file else (), "refs.bib", 3)


def matched(cards: Sequence[Card], entries: Sequence[Entry]) -> dict[str, str]:
    """Cards are named after their files."""
    return {name: found.key for name, found in match(cards, {c.id: c.id for c in cards}, entries).items()}


def doubted(cards: Sequence[Card], entries: Sequence[Entry]) -> list[Doubt]:
    paths = {c.id: c.id for c in cards}
    return list(doubts(cards, paths, entries, match(cards, paths, entries)))


def test_ris_is_read_with_lines_that_go_on(tmp_path: Path) -> None:
    (first, second), broken = entries_of(tmp_path, "a.ris", RIS)
    assert first.metadata == Metadata(
        "Levies on lye: what moved the dyers of the valley", ("Dyer, Dora", "Färber, Max"), 2009, "10.1000/lye.1"
    )
    assert (first.key, first.journal, first.files, first.line) == (
        "lye2009",
        "Journal of Lye",
        ("files/12/dyers.pdf",),
        1,
    )
    assert (second.key, second.metadata.title, second.metadata.year, second.files) == ("", "Fees for soap", 2012, ())
    assert second.line == 13
    assert not broken


def test_csl_json_isread(tmp_path: Path) -> None:
    (first, second), broken = entries_of(tmp_path, "a.json", json.dumps(CSL, indent=1))
    assert first.metadata == Metadata(
        "Levies on lye", ("Dyer, Dora", "Institute of Soap", "van der Hoek, A."), 2009, "10.1000/lye.1"
    )
    assert (second.key, second.metadata.year) == ("7", 2012)
    assert (first.line, second.line) == (2, 31)
    assert not broken


def test_latex_in_bibtex_becomes_characters(tmp_path: Path) -> None:
    text = (
        '@article{k, title={{Levies} on \\& after lye}, author={F{\\"a}rber, Max and {Institute of Soap}}, year=2009}'
    )
    (found,), _ = entries_of(tmp_path, "a.bib", text)
    assert found.metadata == Metadata("Levies on & after lye", ("Färber, Max", "Institute of Soap"), 2009, "")


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("dyers.pdf", ("dyers.pdf",)),
        ("Full Text:files/12/dyers.pdf:application/pdf", ("files/12/dyers.pdf",)),
        ("Snapshot:files/3/a.html:text/html;PDF:files/4/dyers.pdf:application/pdf", ("files/4/dyers.pdf",)),
        (":C\\:\\\\Users\\\\dora\\\\dyers.pdf:PDF", ("C:/Users/dora/dyers.pdf",)),
        ("a.pdf;b.pdf", ("a.pdf", "b.pdf")),
        ("notes.docx", ()),
    ],
)
def test_attachments_in_the_ways_that_programs_write_them(tmp_path: Path, field: str, names: tuple[str, ...]) -> None:
    (found,), _ = entries_of(tmp_path, "a.bib", f"@article{{k, title={{Lye}}, file={{{field}}}}}")
    assert found.files == names


@pytest.mark.parametrize(
    ("name", "content", "line", "says", "kept"),
    [
        ("a.bib", "@article{a, title={Lye}}\n\n@article{b, title={Soap\n\n@article{c, title={Fat}}\n", 3, "", 2),
        ("a.bib", "@article{a, title={Lye}}\n@article{a, title={Fat}}\n", 2, "the key a was used before", 1),
        ("a.ris", "TY  - JOUR\nTI  - Lye\nER  -\nTY  - JOUR\nAU  - Dyer\nER  -\n", 4, "no title", 1),
        ("a.ris", "TY  - JOUR\nTI  - Lye\nTY  - JOUR\nTI  - Fat\nER  -\n", 1, "no end", 1),
        ("a.ris", "AU  - Dyer\nTI  - Lye\nTY  - JOUR\nTI  - Fat\nER  -\n", 1, "outside of all entries", 1),
        ("a.json", json.dumps(CSL, indent=1)[:-20], 36, "", 1),
        ("a.json", json.dumps([*CSL, {"type": "book"}], indent=1), 39, "no title", 2),
        ("a.json", '[{"title": "Lye", "type": "book", "issued": ' + "[" * 100_000, 1, "nested too deep", 0),
        ("a.json", '[{"title": "Lye", "type": "book", "author": ' + "9" * 10_000 + "}]", 1, "absurd", 0),
    ],
)
def test_a_broken_entry_is_told_by_its_line(
    tmp_path: Path, name: str, content: str, line: int, says: str, kept: int
) -> None:
    entries, broken = entries_of(tmp_path, name, content)
    assert len(entries) == kept
    assert broken[0].reason.startswith(f"line {line}: ")
    assert says in broken[0].reason
    assert broken[0].path == name
    assert f"line {line}" in broken[0].remedy


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("name", ["a.ris", "a.bib", "a.json"])
def test_encodings_are_told_by_the_bytes(tmp_path: Path, encoding: str, name: str) -> None:
    texts = {
        "a.ris": "TY  - JOUR\nTI  - Färber\nER  -\n",
        "a.bib": "@article{k, title={Färber}}",
        "a.json": '[{"type": "book", "title": "Färber", "issued": {"raw": "2009"}}]',
    }
    (found,), broken = entries_of(tmp_path, name, texts[name].encode(encoding))
    assert found.metadata.title == "Färber"
    assert not broken


def test_other_json_is_no_bibliography(tmp_path: Path) -> None:
    for content in ('{"title": "x", "type": "y"}', '[{"name": "x", "version": 2}]', "[1, 2]", "", "[" * 10_000):
        (tmp_path / "other.json").write_text(content, encoding="utf-8")
        assert read(tmp_path / "other.json", "other.json", "") is None
    (tmp_path / "p.pdf").write_bytes(b"%PDF-1.4")
    found = scan(tmp_path, tmp_path / "out")
    assert (found.ignored, found.bibliographies, found.rejected) == (1, (), ())


@pytest.mark.parametrize("name", ["a.bib", "a.ris", "a.json"])
def test_a_huge_file_is_named_and_notread(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b'[{"title": "", "type": "", "DOI": "')
    with path.open("r+b") as file:
        file.truncate(100_000_000)
    started = time.process_time()
    found = read(path, name, "")
    assert found is not None
    assert "too large" in found[1][0].reason
    assert time.process_time() - started < 2


def test_many_broken_entries_do_not_fill_the_table(tmp_path: Path) -> None:
    _, broken = entries_of(tmp_path, "a.bib", "@article{a, title={" * 3_000)
    assert len(broken) <= 21


@given(st.sampled_from(["a.bib", "a.ris", "a.json"]), st.binary(max_size=300), st.integers(0, 200))
def test_no_bytes_stop_the_reader(name: str, noise: bytes, cut: int) -> None:
    starts = {"a.bib": b"@article{k, title={Lye},", "a.ris": RIS.encode(), "a.json": json.dumps(CSL).encode()}
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(starts[name][:cut] + noise)
        read(path, name, "")


def test_by_attachment_then_doi_then_title() -> None:
    cards = [
        card("a.pdf", doi="10.1000/b"),
        card("b.pdf", doi="10.1000/B"),
        card("c.pdf", "Fees for soap and lye", 2009),
    ]
    entries = [
        entry("B", doi="10.1000/b"),
        entry("A", file="C:\\papers\\a.pdf"),
        entry("C", "Fees for Soap, and Lye", 2010),
    ]
    assert matched(cards, entries) == {"a.pdf": "A", "b.pdf": "B", "c.pdf": "C"}


def test_of_two_files_of_one_name_the_path_tells() -> None:
    cards = [card("x/paper.pdf"), card("y/paper.pdf")]
    entries = [entry("Y", file="files/y/paper.pdf"), entry("X", file="../../x/paper.pdf")]
    assert matched(cards, entries) == {"x/paper.pdf": "X", "y/paper.pdf": "Y"}


def test_paths_out_of_the_folder_are_compared_by_name_only(tmp_path: Path) -> None:
    assert file_parts("../../etc/passwd.pdf")[-1] == "passwd.pdf"
    cards = [card("passwd.pdf")]
    assert matched(cards, [entry("K", file="/etc/passwd.pdf")]) == {"passwd.pdf": "K"}
    assert matched(cards, [entry("K", file="/etc/shadow.pdf")]) == {}


@pytest.mark.parametrize(
    ("page", "told", "same"),
    [
        (card("p", "Levies on lye in the valley", 2009), entry("k", "Levies on lye in the valley", 2010), True),
        (card("p", "Levies on lye in the valley", 2009), entry("k", "Levies on lye in the valley", 2012), False),
        (card("p", "Levies on lye in the valley", 2009), entry("k", "Fees for soap in the valley", 2009), False),
        (
            card("p", "Levies on lye in the valley", 2009, author="Dora Dyer"),
            entry("k", "Levies on lye in the valley: a review of forty years and three laws", 2009, author="Dyer, D."),
            True,
        ),
        (
            card("p", "Levies on lye in the valley", 2009, author="Max Färber"),
            entry("k", "Levies on lye in the valley: a review of forty years and three laws", 2009, author="Dyer, D."),
            False,
        ),
        (
            card("p", "Introduction", 2009, author="Max Färber"),
            entry("k", "Introduction", 2009, author="Dyer, D."),
            False,
        ),
        (
            card("p", "Introduction", 2009, author="Dora Dyer"),
            entry("k", "Introduction", 2009, author="Dyer, D."),
            True,
        ),
    ],
)
def test_title_year_and_author_tell_together(page: Card, told: Entry, same: bool) -> None:
    assert bool(matched([page], [told])) is same


@pytest.mark.parametrize(
    ("page", "told", "kind"),
    [
        (
            card("p", "Levies on lye in the valley", 2009),
            entry("k", "Levies on lime in the valleys of the south", 2009),
            "near",
        ),
        (card("p", "Levies on lye in the valley", 2009), entry("k", "Levies on lye in the valley", 2012), "near"),
        (card("p", "Introduction", author="Färber"), entry("k", "Introduction", author="Dyer"), "near"),
        (card("p.pdf", doi="10.1000/a"), entry("k", doi="10.1000/b", file="p.pdf"), "doi"),
        (card("p.pdf", year=2009), entry("k", year=2011, file="p.pdf"), "year"),
        (card("p.pdf", "Levies on lye"), entry("k", "Forestry in cold regions", file="p.pdf"), "title"),
    ],
)
def test_a_doubtful_match_is_listed(page: Card, told: Entry, kind: str) -> None:
    (found,) = doubted([page], [told])
    assert (found.path, found.citation_key, found.source, found.kind) == (page.id, "k", "refs.bib:3", kind)
    assert found.reason
    assert found.remedy


def test_two_entries_for_a_paper_and_two_papers_for_an_entry_are_listed() -> None:
    paper = card("p.pdf", "Levies on lye in the valley", 2009, "10.1000/a")
    two = [entry("k", file="p.pdf"), entry("l", doi="10.1000/a"), entry("m", "Levies on lye in the valley", 2009)]
    assert [(d.kind, d.citation_key) for d in doubted([paper], two)] == [("rival", "l"), ("rival", "m")]
    both = [card("a.pdf", doi="10.1000/a"), card("b.pdf", doi="10.1000/a")]
    assert [(d.kind, d.path) for d in doubted(both, [entry("k", doi="10.1000/a")])] == [
        ("shared", "a.pdf"),
        ("shared", "b.pdf"),
    ]


def test_a_sure_match_is_not_listed() -> None:
    paper = card("p.pdf", "Levies on lye in the valley", 2009, "10.1000/a", "Dora Dyer")
    sure = entry("k", "Levies on lye in the valley", 2010, "10.1000/a", "Dyer, D.", "p.pdf")
    assert doubted([paper, card("q.pdf", "Forestry in cold regions")], [sure]) == []


def test_a_copy_of_a_bibliography_raises_no_doubt(tmp_path: Path) -> None:
    for name in ("a.ris", "b.ris"):
        (tmp_path / name).write_text(RIS, encoding="utf-8")
    assert len(scan(tmp_path, tmp_path / "out").entries) == 2
