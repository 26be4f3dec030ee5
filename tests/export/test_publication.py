"""Tables and references that go into a paper: numbers as in the comparison, text that no format runs."""

import csv
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import hypothesis
import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents import Metadata
from pipeline.export import Results, write_exports
from pipeline.export.flow import flow, flow_svg
from pipeline.export.publication import backing, bibtex, bibtex_keys, comparison_grid, html, latex, markdown, tex
from pipeline.settings import Settings
from tests.export.made import SCRIPT, results


@pytest.fixture(scope="module")
def folder(sample: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publication")
    write_exports(sample, folder, ["publication", "taguette"], Settings(corpus=folder))
    return folder


def test_a_line_says_what_the_comparison_says(sample: Results) -> None:
    grid = comparison_grid(sample)
    lines = {row[0]: row for _, rows in grid.groups for row in rows}
    line = lines["Emissions trading"]
    left, right = next((row.left, row.right) for row in sample.comparisons if row.code == "emissions_trading")
    assert line[1].startswith(f"0/{left.of_papers}, 0% [0, ")
    share = f"{right.papers}/{right.of_papers}"
    assert line[2].startswith(f"{share}, {100 * right.papers / right.of_papers:.0f}% [")
    assert line[3].startswith("−")
    assert "Stakeholder pressure" not in lines  # nobody mentions it
    for form in (markdown, latex, html):
        assert form(grid).count(share) == sum(share in cell for row in lines.values() for cell in row)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_no_text_breaks_out_of_latex(text: str) -> None:
    bare = re.sub(r"\\[a-z]+\{\}|\$(-|_\d|\\[a-z]+)\$|\\[&%$#_{}]|^\{\}", "", tex(text))
    assert not set(bare) & set("\\&%$#_{}~^")


def test_hostile_text_stays_text_in_every_form(tmp_path: Path) -> None:
    write_exports(results(), tmp_path, ["publication", "taguette"], Settings(corpus=tmp_path))
    for path in tmp_path.rglob("*"):
        if path.suffix in (".html", ".svg", ".md"):
            assert "<script" not in path.read_text(encoding="utf-8")
    assert SCRIPT not in bibtex(results().papers[1], "key")


def test_the_tables_have_as_many_cells_in_every_line(folder: Path) -> None:
    for name, width in (("comparison", 5), ("codebook", 3)):
        for line in (folder / "publication" / f"{name}.md").read_text(encoding="utf-8").splitlines():
            if line.startswith("|"):
                assert len(re.findall(r"(?<!\\)\|", line)) == width + 1
        for line in (folder / "publication" / f"{name}.tex").read_text(encoding="utf-8").splitlines():
            if line.endswith(r"\\") and not line.startswith(("\\multicolumn", "\\caption")):
                assert len(re.findall(r"(?<!\\)&", line)) == width - 1


def test_the_html_is_one_whole_table(folder: Path) -> None:
    text = (folder / "publication" / "comparison.html").read_text(encoding="utf-8")
    table = ElementTree.fromstring(text)  # noqa: S314 - a file of ours
    assert [body.tag for body in table.findall("tbody")] == ["tbody"] * 3
    assert {len(row) for row in table.iter("tr")} == {1, 5}


def test_every_cell_has_the_papers_that_it_counts(sample: Results, folder: Path) -> None:
    cells = backing(sample)
    for row in sample.comparisons:
        for side in (row.left, row.right):
            name = f"{row.family}-{row.code}-{side.domain}"
            assert len(cells.get(name, [])) == side.papers
            path = folder / "publication" / "bibtex" / f"{name}.bib"
            assert path.exists() == bool(side.papers)
            if side.papers:
                entries = parse_string(path.read_text(encoding="utf-8")).entries
                assert [entry.key for entry in entries] == [paper.citation_key for paper in cells[name]]


def test_the_flow_diagram_is_whole(folder: Path) -> None:
    drawn = ElementTree.parse(folder / "publication" / "flow.svg")  # noqa: S314 - a file of ours
    said = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "Files found: 19" in said
    assert "Papers with codings: 16" in said


def test_taguette_gets_every_code_once(sample: Results, folder: Path) -> None:
    with (folder / "taguette" / "codebook.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    paths = [row["path"] for row in rows]
    assert len(set(paths)) == len(paths) == 3 + sum(len(f.codes) for f in sample.codebook.families)
    assert "instrument.tax_charge" in paths
    assert all(row["description"] for row in rows)


def test_letters_that_latex_lacks_are_spelt(tmp_path: Path) -> None:
    assert tex("CO₂ ≥ 5 %") == r"CO$_2$ $\geq$ 5 \%"
    assert tex("Gru\u0308n") == "Gr\u00fcn"  # a letter and its mark as one, which LaTeX takes


titles = st.text(st.sampled_from("ab {}\\%&#_~^$,\"'@=-üé₂"), min_size=1).map(str.strip).filter(bool)


@hypothesis.settings(deadline=None)  # the first example waits for the codebook
@given(titles, st.lists(titles, min_size=1, max_size=3))
def test_any_title_and_author_come_back_from_bibtex(title: str, authors: list[str]) -> None:
    paper = results().papers[0]
    entry = bibtex(replace(paper, metadata=Metadata(title, tuple(authors), 2001, "10.1/x"), journal=title), "key")
    library = parse_string(entry + entry.replace("{key,", "{other,"))
    assert [e.key for e in library.entries] == ["key", "other"]
    assert not library.failed_blocks
    fields = {field.key: field.value for field in library.entries[0].fields}
    assert read_back(fields["title"][1:-1]) == unicodedata.normalize("NFC", " ".join(title.split()))
    assert len(re.split(r" and (?![^{]*\})", fields["author"])) == len(authors)


def read_back(text: str) -> str:
    """What LaTeX would print."""
    named = {"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbraceleft": "{"}
    named["textbraceright"] = "}"
    shown = re.sub(r"\\([&%$#_])", lambda m: f"\0{m[1]}", re.sub(r"\$_2\$", "₂", text))
    shown = re.sub(r"\\([a-z]+)\{\}", lambda m: named[m[1]], shown)
    return shown.replace("\0", "")


def test_a_body_with_and_in_its_name_is_one_author() -> None:
    about = Metadata("T", ("Ministry of Trade and Industry", "Dyer, D."), 2001, "")
    assert "author = {{Ministry of Trade and Industry} and Dyer, D.}" in bibtex(
        replace(results().papers[0], metadata=about), "key"
    )


@hypothesis.settings(deadline=None)  # the first example waits for the codebook
@given(st.lists(st.text(st.sampled_from("aAü {},"), max_size=3)))
def test_every_key_is_its_papers_alone(names: list[str]) -> None:
    paper = results().papers[0]
    papers = [replace(paper, citation_key=name, document_id=f"{at:064}"[::-1]) for at, name in enumerate(names)]
    keys = bibtex_keys(papers).values()
    assert len({key.casefold() for key in keys}) == len(names)
    assert all(re.fullmatch(r"[\w:.+/-]+", key) for key in keys)


kinds = st.sampled_from(["duplicate", "unreadable", "language", "timeout"])


@hypothesis.settings(deadline=None)  # the first example waits for the codebook
@given(st.lists(kinds), st.lists(st.tuples(st.sampled_from(["cp", "climate", "both", "other"]), st.booleans())))
def test_the_numbers_of_the_flow_diagram_sum(left_out: list[str], read: list[tuple[str, bool]]) -> None:
    made = results()
    papers = [replace(made.papers[0], document_id=str(at), domain=domain) for at, (domain, _) in enumerate(read)]
    codings = [replace(made.codings[0], document_id=str(at)) for at, (_, coded) in enumerate(read) if coded]
    rejected = [replace(made.rejected[0], kind=kind) for kind in left_out]
    numbers = flow(replace(made, papers=tuple(papers), codings=(*codings, *codings), rejected=tuple(rejected)))
    assert numbers.found == numbers.duplicates + sum(n for _, n in numbers.rejected) + numbers.read
    assert numbers.found == len(left_out) + len(read)
    assert numbers.read == numbers.coded + numbers.not_coded == sum(n for _, n in numbers.by_domain)
    assert numbers.coded == sum(coded for _, coded in read)
    said = re.findall(r">([^<>]*): (\d+)<", str(flow_svg(numbers)))
    assert said[0] == ("Files found", str(numbers.found))
    assert {("Papers read", str(numbers.read)), ("Papers with codings", str(numbers.coded))} <= set(said)
