"""Tables and references that go into a paper: numbers as in the comparison, text that no format runs."""

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export import Results, write_exports
from pipeline.export.publication import backing, bibtex, comparison_grid, html, latex, markdown, tex
from tests.export.made import SCRIPT, results


@pytest.fixture(scope="module")
def folder(sample: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publication")
    write_exports(sample, folder, ["publication", "taguette"], folder)
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
    bare = re.sub(r"\\[a-z]+\{\}|\$-\$|\\[&%$#_{}]|^\{\}", "", tex(text))
    assert not set(bare) & set("\\&%$#_{}~^")


def test_hostile_text_stays_text_in_every_form(tmp_path: Path) -> None:
    write_exports(results(), tmp_path, ["publication", "taguette"], tmp_path)
    for path in tmp_path.rglob("*"):
        if path.suffix in (".html", ".svg", ".md"):
            assert "<script" not in path.read_text(encoding="utf-8")
    assert SCRIPT not in bibtex(results().papers[1])


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
    with (folder / "taguette" / "codebook.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    paths = [row["path"] for row in rows]
    assert len(set(paths)) == len(paths) == 3 + sum(len(f.codes) for f in sample.codebook.families)
    assert "instrument.tax_charge" in paths
    assert all(row["description"] for row in rows)
