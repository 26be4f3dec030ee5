"""The tables as Parquet and as a workbook: the same rows, text as text, the same bytes twice."""

import re
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.errors import PrecedentError
from pipeline.export import Results, read_table, write_exports
from pipeline.export.rows import rows
from tests.export.made import HOSTILE, results


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    folder = tmp_path_factory.mktemp("workbook")
    write_exports(results(), folder, ["xlsx"], folder)
    return folder / "precedent.xlsx"


def test_parquet_holds_what_the_csv_tables_hold(sample: Results, tables: Path, tmp_path: Path) -> None:
    write_exports(sample, tmp_path, ["parquet"], tmp_path)
    for path in sorted((tmp_path / "parquet").glob("*.parquet")):
        rows = pq.read_table(path).to_pylist()
        written = read_table(tables / f"{path.stem}.csv")
        assert len(rows) == len(written)
        for row, cells in zip(rows, written, strict=True):
            assert list(row) == list(cells)
            assert all(str(row[n]) == cells[n] for n in row if isinstance(row[n], (str, int))), path.stem
            assert all(row[n] == pytest.approx(float(cells[n]), abs=1e-6) for n in row if isinstance(row[n], float))


def test_parquet_keeps_text_as_it_is(tmp_path: Path) -> None:
    write_exports(results(), tmp_path, ["parquet"], tmp_path)
    quotes = pq.read_table(tmp_path / "parquet" / "evidence.parquet")["quote"].to_pylist()
    assert set(HOSTILE) <= set(quotes)


def test_no_sheet_holds_a_formula_or_a_link(workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert len(sheets) == len(rows(results())) + 1  # the last is the dictionary
    assert not [sheet for sheet in sheets if re.search(r"<f[ >]|<hyperlink", sheet)]
    assert "=cmd|" in strings  # the text itself is there, whole
    assert "&lt;script&gt;" in strings


def test_headers_are_frozen_and_filtered_and_the_comparison_has_bars(workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as parts:
        sheets = [parts.read(f"xl/worksheets/sheet{n}.xml").decode() for n in range(1, 11)]
        table = parts.read("xl/tables/table1.xml").decode()
    assert all('state="frozen"' in sheet for sheet in sheets)
    assert all("<autoFilter" in sheet for sheet in sheets[1:])
    assert "<autoFilter" in table
    assert "<dataBar" in sheets[0]


def test_a_cell_that_excel_refuses_is_cut_and_says_so(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    from dataclasses import replace

    made = results()
    long = replace(made.rejected[0], reason="x" * 40_000)
    write_exports(replace(made, rejected=(long,)), tmp_path, ["xlsx"], tmp_path)
    with zipfile.ZipFile(tmp_path / "precedent.xlsx") as parts:
        strings = re.findall(r"<t[^>]*>([^<]*)</t>", parts.read("xl/sharedStrings.xml").decode())
    assert max(map(len, strings)) <= 32_767
    assert any(s.startswith("xxx") and "cut here" in s for s in strings)


@pytest.mark.parametrize("name", ["parquet", "xlsx"])
def test_two_copies_are_the_same_bytes(sample: Results, tmp_path: Path, name: str) -> None:
    if name == "xlsx":
        pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    made = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        write_exports(sample, folder, [name], folder)
        made.append({p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert made[0] == made[1]
    assert made[0]


def test_a_format_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PrecedentError, match="xlsx"):
        write_exports(results(), tmp_path, ["excel"], tmp_path)
