"""The tables as Parquet and as a workbook: the same rows, text as text, the same bytes twice."""

import re
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.errors import PrecedentError
from pipeline.export import Results, read_table, write_exports
from pipeline.export.columns import tables as listed
from pipeline.settings import Settings
from tests.export.made import HOSTILE, results


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    folder = tmp_path_factory.mktemp("workbook")
    write_exports(results(), folder, ["xlsx"], Settings(corpus=folder))
    return folder / "precedent.xlsx"


def test_parquet_holds_what_the_csv_tables_hold(sample: Results, tables: Path, tmp_path: Path) -> None:
    write_exports(sample, tmp_path, ["parquet"], Settings(corpus=tmp_path))
    for path in sorted((tmp_path / "parquet").glob("*.parquet")):
        rows = pq.read_table(path).to_pylist()
        written = read_table(tables / f"{path.stem}.csv")
        assert len(rows) == len(written)
        for row, cells in zip(rows, written, strict=True):
            assert list(row) == list(cells)
            assert all(str(row[n]) == cells[n] for n in row if isinstance(row[n], (str, int))), path.stem
            assert all(row[n] == pytest.approx(float(cells[n]), abs=1e-6) for n in row if isinstance(row[n], float))


def test_parquet_keeps_text_as_it_is(tmp_path: Path) -> None:
    write_exports(results(), tmp_path, ["parquet"], Settings(corpus=tmp_path))
    quotes = pq.read_table(tmp_path / "parquet" / "evidence.parquet")["quote"].to_pylist()
    assert set(HOSTILE) <= set(quotes)


def test_no_sheet_holds_a_formula_or_a_link(workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert len(sheets) == len(listed(results())) + 1  # the dictionary
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
    made = results()
    for letter in "x🏭":  # Excel counts the second as two
        long = replace(made.rejected[0], reason=letter * 40_000)
        write_exports(replace(made, rejected=(long,)), tmp_path, ["xlsx"], Settings(corpus=tmp_path))
        written = strings(tmp_path / "precedent.xlsx")
        assert max(len(s.encode("utf-16-le")) // 2 for s in written) <= 32_767
        assert any(s.startswith(letter * 3) and "cut here" in s for s in written)


def strings(workbook: Path) -> list[str]:
    with zipfile.ZipFile(workbook) as parts:
        return re.findall(r"<t[^>]*>([^<]*)</t>", parts.read("xl/sharedStrings.xml").decode())


def test_a_sheet_that_is_full_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = pytest.importorskip("pipeline.export.workbook", reason="XlsxWriter is not installed")
    monkeypatch.setattr(workbook, "MAX_ROWS", 4)
    said = write_exports(replace(results(), comparisons=()), tmp_path, ["xlsx"], Settings(corpus=tmp_path))
    assert said[0] == "precedent.xlsx: sheet evidence is full and lacks 2 rows; the CSV table has them all"
    assert not [line for line in said if "sheet documents" in line]


def test_what_a_sheet_may_not_hold_is_marked_and_links_stay_text(tmp_path: Path) -> None:
    made = results()
    reasons = ("a\x00b\x0bc\ufffe", "https://example.org/a b", "mailto:a@b.c", "=1+1", "_x0041_")
    rejected = tuple(replace(made.rejected[0], path=f"{at}.pdf", reason=r) for at, r in enumerate(reasons))
    write_exports(replace(made, rejected=rejected), tmp_path, ["xlsx"], Settings(corpus=tmp_path))
    written = strings(tmp_path / "precedent.xlsx")
    assert {"a\ufffdb\ufffdc\ufffd", *reasons[1:4], "_x005F_x0041_"} <= set(written)  # the last as Excel writes it
    with zipfile.ZipFile(tmp_path / "precedent.xlsx") as parts:
        assert not [
            name for name in parts.namelist() if "worksheets/_rels" in name and b"hyperlink" in parts.read(name)
        ]


def test_numbers_are_numbers_and_the_comparison_is_a_table(sample: Results, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    write_exports(sample, tmp_path, ["xlsx"], Settings(corpus=tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl leaves bars aside
        book = openpyxl.load_workbook(tmp_path / "precedent.xlsx")
    head, *lines = book["comparison"].iter_rows()
    assert list(book["comparison"].tables) == ["comparison"]
    for name, *cells in zip(head, *lines, strict=True):
        kinds = {cell.data_type for cell in cells if cell.value is not None}
        assert kinds <= ({"s"} if name.value in ("family", "code", "verdict", "flips_to", "quotes") else {"n"})
    quote = next(cell for cell in book["evidence"][2] if book["evidence"].cell(1, cell.column).value == "quote")
    assert quote.alignment.wrap_text
    for row in range(2, 40):  # room for every line of the quote
        text = book["evidence"].cell(row, quote.column).value
        assert (book["evidence"].row_dimensions[row].height or 15) >= 15 * min(20, len(text) / 60)
    assert book["evidence"].column_dimensions[quote.column_letter].width > 50


@pytest.mark.parametrize("name", ["parquet", "xlsx"])
def test_two_copies_are_the_same_bytes(sample: Results, tmp_path: Path, name: str) -> None:
    if name == "xlsx":
        pytest.importorskip("xlsxwriter", reason="XlsxWriter is not installed")
    made = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        write_exports(sample, folder, [name], Settings(corpus=folder))
        made.append({p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert made[0] == made[1]
    assert made[0]


def test_a_format_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PrecedentError, match="xlsx"):
        write_exports(results(), tmp_path, ["excel"], Settings(corpus=tmp_path))
