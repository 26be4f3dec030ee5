"""The CSV tables: what they hold agrees with itself, and hostile text stays text."""

import csv
import io
import json
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export import Results, read_table, write_tables
from pipeline.export.island import island
from pipeline.export.tables import _cell, defuse, restore, write_csv
from pipeline.records import BOTH
from pipeline.settings import Settings
from pipeline.summary import Summary
from tests.export.golden import GOLDEN, in_short
from tests.export.made import HOSTILE, results, unpacked

EVIDENCE = """
coding_id document_id citation_key doi authors year title domain family code named_instrument actor place quote
context_before context_after section page page_label char_start char_end boxes status own_or_cited confidence
method model_version codebook_version review_status reviewer reviewed_at original_code note pdf_sha256 run_id terms
tied_to tied_instrument sector decided_by original_family original_domain original_status exported_as full_text
""".split()
NAMES = ["a", "b", "c"]
RUNS_AS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
readable = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\x7f", "\ufffe", "\uffff"])
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write_tables(results(), folder)
    return folder


@given(st.sampled_from(["", "'", "''", " ", "\xa0 ", "' ", *RUNS_AS_FORMULA]), readable)
def test_a_defused_text_comes_back_and_never_runs(head: str, tail: str) -> None:
    for text in (head + tail, f"{head}={tail}"):
        assert restore(defuse(text)) == text
        assert not defuse(text).startswith(("\t", "\r", "\n"))
        assert not defuse(text).strip().startswith(RUNS_AS_FORMULA)


def test_numbers_stay_numbers_however_small() -> None:
    written = {-0.25: "-0.25", 1.0: "1", -0.0: "0", 725.23: "725.23", 4.11e-7: "4.11e-07", -3: "-3"}
    assert {value: _cell(value) for value in written} == written
    assert _cell(None) == ""
    assert float(_cell(1 / 3)) == pytest.approx(1 / 3, abs=1e-6)
    assert float(_cell(2e-30 / 3)) == pytest.approx(2e-30 / 3, rel=1e-5)


@given(st.lists(st.tuples(*[st.text(max_size=8) | st.integers() | st.floats() | st.none()] * 3), max_size=5))
def test_tables_are_written_as_pythons_csv_writes_them(table: list[tuple[Any, ...]]) -> None:
    theirs = io.StringIO()
    csv.writer(theirs).writerows([NAMES, *(map(_cell, row) for row in table)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_csv(path, NAMES, [dict(zip(NAMES, row, strict=True)) for row in table])
        assert path.read_bytes().decode("utf-8-sig") == theirs.getvalue()


def test_a_codings_id_does_not_hang_on_what_else_was_found(hostile: Path, tmp_path: Path) -> None:
    made = results()
    kept = [c for c in made.codings if c.document_id == made.papers[1].document_id]
    less = replace(made, papers=made.papers[1:], codings=tuple(kept), topic_sentences={})
    write_tables(less, tmp_path)
    before, after = ({r["coding_id"]: r["quote"] for r in read_table(f / "evidence.csv")} for f in (hostile, tmp_path))
    assert after.items() < before.items()


def test_plain_text_is_left_as_it_is() -> None:
    for text in ("", "tax", "'quoted'", "a=b", "3 % - 5 %", "… and so on"):
        assert defuse(text) == text


def test_characters_that_no_table_can_hold_are_marked() -> None:
    assert defuse("a\x00b\ud800c\x0cd") == "a\ufffdb\ufffdc\ufffdd"


def test_evidence_has_the_columns_that_others_rely_on(tables: Path) -> None:
    with (tables / "evidence.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert next(csv.reader(handle)) == EVIDENCE


def test_no_cell_of_a_hostile_paper_runs(hostile: Path) -> None:
    for path in hostile.glob("*.csv"):
        for row in read_table(path, convert=str):
            for name, cell in row.items():
                number = name.endswith(("difference", "low", "high", "coherence"))
                assert number or not cell.startswith(RUNS_AS_FORMULA), (path.name, name, cell)


def test_hostile_quotes_come_back_verbatim(hostile: Path) -> None:
    quotes = {row["quote"] for row in read_table(hostile / "evidence.csv")}
    assert set(HOSTILE) <= quotes


def test_excel_is_told_the_encoding(tables: Path) -> None:
    for path in tables.glob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), path.name


def test_the_dictionary_lists_every_column_of_every_table(tables: Path) -> None:
    listed: dict[str, list[str]] = defaultdict(list)
    for row in read_table(tables / "data_dictionary.csv"):
        assert row["meaning"]
        listed[f"{row['table']}.csv"].append(row["column"])
    for path in tables.glob("*.csv"):
        if path.name != "data_dictionary.csv":
            with path.open(encoding="utf-8-sig", newline="") as handle:
                assert next(csv.reader(handle)) == listed.pop(path.name)
    assert not listed


def test_counts_sum(tables: Path, sample_run: tuple[Settings, Summary]) -> None:
    _, summary = sample_run
    evidence, documents = read_table(tables / "evidence.csv"), read_table(tables / "documents.csv")
    assert Counter((r["family"], r["domain"]) for r in evidence) == summary.codings
    assert Counter(r["document_id"] for r in evidence) == Counter(
        {r["document_id"]: int(r["codings"]) for r in documents}
    )
    assert len(documents) == summary.papers
    weights: Counter[str] = Counter()
    for row in read_table(tables / "topic_weights.csv"):
        weights[row["document_id"]] += float(row["weight"])  # type: ignore[assignment]  # a Counter may hold floats
    assert all(abs(total - 1) < 1e-4 for total in weights.values())


def test_the_comparison_agrees_with_the_evidence(tables: Path) -> None:
    domains = {r["document_id"]: r["domain"] for r in read_table(tables / "documents.csv")}
    asserting: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in read_table(tables / "evidence.csv"):
        for side in ("cp", "climate"):
            stands = domains[row["document_id"]] in (side, BOTH) and row["domain"] in (side, BOTH)
            if stands and row["status"] == "asserted":
                asserting[side, row["family"], row["code"]].add(row["document_id"])
    for row in read_table(tables / "comparison.csv"):
        for side in ("cp", "climate"):
            assert int(row[f"{side}_papers"]) == len(asserting[side, row["family"], row["code"]])
            assert int(row[f"{side}_of_papers"]) == sum(d in (side, BOTH) for d in domains.values())


def test_every_id_leads_somewhere(tables: Path) -> None:
    known = {row["coding_id"] for row in read_table(tables / "evidence.csv")}
    for name in ("comparison", "links", "instruments", "actors", "strata", "words"):
        for row in read_table(tables / f"{name}.csv"):
            listed = f"{row['quotes']}; {row.get('near_quotes', '')}"
            assert set(filter(None, listed.split("; "))) <= known
    codes = {(r["family"], r["code"]) for r in read_table(tables / "codebook.csv")}
    assert {(r["family"], r["code"]) for r in read_table(tables / "comparison.csv")} == codes


def test_nothing_is_reviewed_before_anybody_did(tables: Path) -> None:
    for row in read_table(tables / "evidence.csv"):
        assert row["review_status"] == "unreviewed"
        assert not any(row[name] for name in ("reviewer", "reviewed_at", "original_code", "note"))


def test_quotes_from_scans_say_so(tmp_path: Path) -> None:
    made = results()
    scanned, plain = (paper.document_id for paper in made.papers)
    document = made.document(scanned)
    by_ocr = replace(document, pages=(replace(document.pages[0], ocr=True),))
    mixed = replace(made, document={scanned: by_ocr, plain: made.document(plain)}.__getitem__)
    write_tables(mixed, tmp_path)
    notes = {(row["document_id"], row["note"]) for row in read_table(tmp_path / "evidence.csv")}
    assert notes == {(scanned, "read by OCR"), (plain, "")}
    shown = str(unpacked(island(mixed)))
    assert "read by OCR" in shown
    assert "read by OCR" not in str(unpacked(island(made)))


def test_named_instruments_are_counted_by_paper(hostile: Path) -> None:
    (row,) = read_table(hostile / "instruments.csv")
    assert row["named_instrument"] == "+<script>alert(1)</script>"
    assert (row["papers"], row["climate_papers"], row["cp_papers"]) == ("1", "1", "0")
    assert (row["jurisdiction"], row["year"]) == ("International", "1987")
    assert row["quotes"] == "bbbbi1"


def test_an_instrument_that_is_not_listed_has_no_year(tmp_path: Path) -> None:
    write_tables(replace(results(), named={}), tmp_path)
    (row,) = read_table(tmp_path / "instruments.csv")
    assert (row["jurisdiction"], row["year"]) == ("", "")


def test_the_instruments_of_the_sample_say_whose_they_are(tables: Path) -> None:
    rows = {row["named_instrument"]: row for row in read_table(tables / "instruments.csv")}
    law = rows["Cleaner Production Promotion Law"]
    assert (law["jurisdiction"], law["year"]) == ("China", "2002")
    assert all(row["jurisdiction"] for row in rows.values())


def test_actors_are_counted_by_paper(hostile: Path, tables: Path) -> None:
    (row,) = read_table(hostile / "actors.csv")
    assert (row["actor"], row["papers"], row["climate_sentences"], row["quotes"]) == ("=1+1", "1", "1", "bbbbm0")
    naming: dict[str, set[str]] = defaultdict(set)
    for row in read_table(tables / "evidence.csv"):
        naming[row["actor"]].add(row["document_id"])
    counted = {row["actor"]: int(row["papers"]) for row in read_table(tables / "actors.csv")}
    assert counted == {actor: len(papers) for actor, papers in naming.items() if actor}


def test_statuses_of_instruments_and_actors_are_told_apart_and_sum(tables: Path) -> None:
    rows = [row for name in ("instruments", "actors") for row in read_table(tables / f"{name}.csv")]
    for row in rows:
        for side in ("", "cp_", "climate_"):
            counts = [int(row[side + status]) for status in ("asserted", "proposed", "negated")]
            assert sum(counts) == int(row[f"{side}papers"])
            assert int(row[f"{side}own"]) <= counts[0]
    assert any(row["proposed"] != "0" or row["negated"] != "0" for row in rows)


def test_an_instrument_that_is_only_proposed_is_not_asserted(tmp_path: Path) -> None:
    made = results()
    named = tuple(replace(c, named_instrument="Act", status="proposed") for c in made.codings if c.domain == "climate")
    write_tables(replace(made, codings=named), tmp_path)
    (row,) = read_table(tmp_path / "instruments.csv")
    assert (row["papers"], row["asserted"], row["climate_proposed"], row["own"]) == ("1", "0", "1", "0")


def test_the_strata_agree_with_the_comparison_and_the_evidence(tables: Path) -> None:
    rows, evidence = read_table(tables / "strata.csv"), read_table(tables / "evidence.csv")
    periods: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        if row["by"] == "period":
            periods[row["family"], row["code"], row["domain"]] += int(row["papers"])
    compared = {(r["family"], r["code"]): r for r in read_table(tables / "comparison.csv")}
    assert periods
    for (family, code, side), papers in periods.items():
        assert papers == int(compared[family, code][f"{side}_papers"])
    sectors = {row["stratum"] for row in rows if row["by"] == "sector"}
    assert {row["sector"] for row in evidence if row["domain"] in ("cp", "climate")} - {""} <= sectors
    assert {"unknown"} < sectors


def test_a_motivator_leads_to_its_instrument(hostile: Path) -> None:
    rows = {row["coding_id"]: row for row in read_table(hostile / "evidence.csv")}
    tied = {c: (row["tied_to"], row["tied_instrument"]) for c, row in rows.items() if row["tied_to"]}
    assert tied == {"bbbbm0": ("bbbbi1", "tax_charge: +<script>alert(1)</script>")}


def test_what_the_sample_ties_together_is_in_the_same_paper(tables: Path) -> None:
    rows = {row["coding_id"]: row for row in read_table(tables / "evidence.csv")}
    tied = [(row, rows[row["tied_to"]]) for row in rows.values() if row["tied_to"]]
    assert len(tied) > 10
    for row, to in tied:
        assert row["document_id"] == to["document_id"]
        assert (row["family"] != "instrument", to["family"]) == (True, "instrument")
        assert row["tied_instrument"].startswith(to["code"])


def test_cited_findings_are_told_from_own_ones(hostile: Path) -> None:
    rows = {row["coding_id"]: row["own_or_cited"] for row in read_table(hostile / "evidence.csv")}
    assert rows["bbbbi1"] == "cited"
    assert rows["aaaai0"] == "own"


def test_the_descriptor_describes_the_tables(tables: Path) -> None:
    package = json.loads((tables / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        rows = read_table(tables / resource["path"])
        fields = resource["schema"]["fields"]
        for field in fields:
            allowed = field.get("constraints", {}).get("enum")
            assert not allowed or {row[field["name"]] for row in rows} <= {*allowed, ""}, field["name"]
        key = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in rows]
        assert len(set(key)) == len(key)
        if rows:
            assert [field["name"] for field in fields] == list(rows[0])


def test_the_descriptor_passes_the_validator(tables: Path) -> None:
    frictionless = pytest.importorskip("frictionless", reason="the frictionless package is not installed")
    report = frictionless.validate(str(tables / "datapackage.json"))
    assert report.valid, report.flatten(["resourceName", "rowNumber", "fieldName", "message"])


def test_two_writings_are_the_same_bytes(sample: Results, tables: Path, tmp_path: Path) -> None:
    write_tables(sample, tmp_path)
    for path in tables.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_sample_says_what_it_said_before(tables: Path) -> None:
    """After a change of coding that is meant: python -m tests.export.golden."""
    assert in_short(tables / "comparison.csv") == GOLDEN.read_text(encoding="utf-8")
