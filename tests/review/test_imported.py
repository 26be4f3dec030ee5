"""An evidence table in which a person changed cells is read back as decisions, and nothing else of it."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.codebook import Codebook
from pipeline.errors import DecisionError
from pipeline.export import rows
from pipeline.export.exported import before_editing, exported_as
from pipeline.export.tables import read_table, write_tables
from pipeline.export.workbook import write_workbook
from pipeline.review.anchor import standing
from pipeline.review.decision import Decision, made
from pipeline.review.imported import read_decisions
from pipeline.review.log import append
from tests.export.made import results
from tests.review.made import judged, numbered

Edit = Callable[[list[dict[str, Any]]], None]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table whose every cell is hostile: of rows "aaaai0" (row 2) to "bbbbm3"."""
    folder = tmp_path_factory.mktemp("tables")
    write_tables(results(), folder)
    return folder / "evidence.csv"


@cache
def book() -> Codebook:
    return results().codebook


def edited(table: Path, to: Path, edit: Edit, **how: Any) -> Path:
    """The table as somebody saves it after editing: `how` is of the csv module, with an `encoding`."""
    rows = read_table(table, convert=str)
    edit(rows)
    encoding = how.pop("encoding", "utf-8-sig")
    held = io.StringIO(newline="")
    writer = csv.DictWriter(held, list(rows[0]), **how)
    writer.writeheader()
    writer.writerows(rows)
    to.write_bytes(held.getvalue().encode(encoding, "replace"))
    return to


def read(file: Path, ours: tuple[Decision, ...] = (), coder: str = "Ann") -> tuple[Decision, ...]:
    return read_decisions(file, coder, book(), ours)


def change(number: int, **cells: str) -> Edit:
    return lambda rows: rows[number].update(cells)


def test_a_table_that_nobody_changed_makes_no_decision(table: Path, tmp_path: Path) -> None:
    assert read(table) == ()
    for how in ({"delimiter": ";", "encoding": "cp1252"}, {"delimiter": "\t", "encoding": "utf-16"}):
        assert read(edited(table, tmp_path / "evidence.csv", lambda rows: rows.reverse(), **how)) == ()


def test_changed_cells_become_decisions(table: Path, tmp_path: Path) -> None:
    def edit(rows: list[dict[str, Any]]) -> None:
        rows[0] |= {"code": "Emissions trading", "note": "'=SUM(1)"}  # by its name; a note defused by the export
        rows[1] |= {"review_status": "Rejected"}
        rows[2] |= {"review_status": "accept"}
        rows[3] |= {"status": "proposed", "domain": "both"}
        rows[4] |= {"note": "page 3"}
        rows.append({**rows[5], "coding_id": "", "exported_as": "", "code": "cost_saving"})

    recode, reject, accept, other, note, add = read(edited(table, tmp_path / "mine.csv", edit))
    assert (recode.action, recode.family, recode.code) == ("recode", "instrument", "emissions_trading")
    assert (recode.original_code, recode.domain, recode.status) == ("tax_charge", "cp", "asserted")
    assert (recode.note, recode.coder) == ("=SUM(1)", "Ann")
    assert (reject.action, reject.original_code) == ("reject", "information_skills")
    assert (accept.action, accept.code, accept.document_id) == ("accept", "cost_saving", "b" * 64)
    assert (other.action, other.code, other.status, other.domain) == ("recode", "tax_charge", "proposed", "both")
    assert (note.action, note.note) == ("note", "page 3")
    assert (add.action, add.family, add.code, add.coding_id) == ("add", "motivator", "cost_saving", "")
    document = results().document("b" * 64)
    for decision in (accept, other, note, add):
        assert document.text[decision.start : decision.end] == decision.quote
        assert decision.title == results().papers[1].metadata.title
    assert (accept.model_version, accept.codebook_version) == ("m", "c")


def test_the_same_file_read_twice_says_nothing_new(table: Path, tmp_path: Path) -> None:
    def edit(rows: list[dict[str, Any]]) -> None:
        rows[0] |= {"code": "emissions_trading", "note": "look"}
        rows[1] |= {"review_status": "rejected"}
        rows[4] |= {"note": "page 3"}
        rows.append({**rows[5], "coding_id": "", "exported_as": "", "code": "cost_saving"})

    file = edited(table, tmp_path / "mine.csv", edit)
    first = read(file)
    assert len(first) == 4
    assert read(file, first) == ()
    assert len(read(file, first, coder="Ben")) == 4  # it is news from another
    assert len(read(edited(table, file, change(0, code="audit_assessment")), first)) == 1


def test_a_table_of_an_older_run_tells_only_what_was_edited_in_it(table: Path, tmp_path: Path) -> None:
    """The row itself knows what it was written with, whatever the tables say by now."""
    now = read(edited(table, tmp_path / "mine.csv", change(0, run_id="older", model_version="older")))
    assert now == ()


def test_a_decision_of_one_s_own_is_taken_back_and_no_other_s(table: Path, tmp_path: Path) -> None:
    mine = judged(coding_id="aaaai0")
    done = {"review_status": "unreviewed", "exported_as": "accepted instrument tax_charge cp asserted e3b0c442"}
    file = edited(table, tmp_path / "mine.csv", change(0, **done))
    (undo,) = read(file, (mine,))
    assert standing([mine, undo]) == ()
    assert read(file, (mine, undo)) == ()
    with pytest.raises(DecisionError, match="only decisions of their own"):
        read(file, (replace(mine, coder="Ben"),))


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"code": "emisions_trading"}, "did you mean emissions_trading"),
        ({"code": "unspecified", "family": "=1+1"}, "several codes have the name"),
        ({"status": "maybe"}, "status cannot be 'maybe'"),
        ({"domain": "water"}, "domain cannot be 'water'"),
        ({"review_status": "yes"}, "review_status cannot be 'yes'"),
        ({"review_status": "recoded"}, "nothing else was changed"),
        ({"exported_as": "4711"}, "exported_as was changed"),
        ({"code": "regulation", "char_start": "x"}, "whole numbers"),
        ({"coding_id": "bbbbm0"}, "stands in a row above"),
    ],
)
def test_what_cannot_be_read_names_the_row_and_nothing_is_taken(
    table: Path, tmp_path: Path, cells: dict[str, str], what: str
) -> None:
    file = edited(table, tmp_path / "mine.csv", lambda rows: [rows[4].update(cells), rows[1].update(code="cost")][0])
    with pytest.raises(DecisionError, match=what) as refused:
        read(file)
    assert f"{file}, row 6:" in str(refused.value)


def test_every_row_that_cannot_be_read_is_named_at_once(table: Path, tmp_path: Path) -> None:
    def edit(rows: list[dict[str, Any]]) -> None:
        for at in (0, 3):
            rows[at]["code"] = "no such code"

    with pytest.raises(DecisionError, match="2 rows cannot be read") as refused:
        read(edited(table, tmp_path / "mine.csv", edit))
    assert "row 2:" in str(refused.value)
    assert "row 5:" in str(refused.value)


def test_a_file_that_is_no_evidence_table_is_refused(table: Path, tmp_path: Path) -> None:
    with pytest.raises(DecisionError, match="no column coding_id"):
        read(table.with_name("topics.csv"))
    with pytest.raises(DecisionError, match="no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(DecisionError, match="who changed it"):
        read(table, coder=" ")
    (tmp_path / "no.xlsx").write_bytes(b"PK no workbook")
    with pytest.raises(DecisionError, match="workbook cannot be read"):
        read(tmp_path / "no.xlsx")


BEFORE = {
    "review_status": "unreviewed",
    "family": "instrument",
    "code": "tax_charge",
    "domain": "cp",
    "status": "asserted",
    "note": "",
}


def test_a_workbook_is_read_as_the_table_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_workbook(results(), tmp_path / "plain.xlsx")
    assert read(tmp_path / "plain.xlsx") == ()
    made_so = results()
    changed = replace(made_so.codings[0], code="emissions_trading", note="look")
    write_workbook(replace(made_so, codings=(changed, *made_so.codings[1:])), tmp_path / "other.xlsx")
    assert read(tmp_path / "other.xlsx") == ()  # written so, not edited
    monkeypatch.setattr(rows, "exported_as", lambda _: exported_as(BEFORE))
    write_workbook(replace(made_so, codings=(changed,)), tmp_path / "edited.xlsx")
    (decision,) = read(tmp_path / "edited.xlsx")
    assert (decision.action, decision.code, decision.note) == ("recode", "emissions_trading", "look")
    assert (decision.start, decision.end) == (changed.start, changed.end)  # numbers, which a sheet holds as such


def test_a_colleague_s_log_is_read_as_it_is(tmp_path: Path) -> None:
    append(tmp_path / "theirs.jsonl", [numbered(2), numbered(1), made("undo", "Ben", undoes="x")])
    assert read(tmp_path / "theirs.jsonl", coder="")[:2] == (numbered(1), numbered(2))


def test_the_fingerprint_of_a_row_tells_its_cells() -> None:
    row = {"review_status": "unreviewed", "family": "f", "code": "c", "domain": "cp", "status": "asserted"}
    told = before_editing(exported_as({**row, "note": "a  note\r\nof two lines"}))
    assert {**told, "note": ""} == {**row, "note": ""}
    assert told == before_editing(exported_as({**row, "note": "a note of two\nlines"}))
    assert told != before_editing(exported_as({**row, "note": "a note"}))
