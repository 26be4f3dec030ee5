"""What people wrote is as hostile as what papers say, and is told apart from the machine's in every export."""

import csv
import re
from dataclasses import replace
from pathlib import Path

from pipeline.decisions.anchor import unanchored
from pipeline.decisions.apply import counted
from pipeline.export import Results, read_table, write_narrative, write_report, write_tables
from pipeline.export.flow import flow
from pipeline.records import Rejection
from tests.decisions.made import on
from tests.export.made import SCRIPT, results, unpacked

NAME = f"=1+1{SCRIPT}"


def reviewed() -> Results:
    """The hostile results after review: one rejected, one accepted, and a lost decision, all by a hostile coder."""
    plain = results()
    no, yes, *rest = plain.codings
    told = {"reviewer": NAME, "reviewed_at": "2026-01-01T00:00:00.000000+00:00", "note": f"-2{SCRIPT}"}
    no = replace(no, review_status="rejected", decided_by="human", **told)  # type: ignore[arg-type]  # strings all
    yes = replace(yes, review_status="accepted", decided_by="settled", **told)  # type: ignore[arg-type]  # strings all
    everything = (no, yes, *rest)
    lost = unanchored(on(0, "recode", coder=NAME, note=f"@{SCRIPT}"), f"+{SCRIPT}")
    out = Rejection("=out.pdf", "d" * 64, "excluded", NAME, "-")
    return replace(
        plain,
        codings=tuple(c for c in everything if counted(c)),
        evidence=everything,
        unanchored=(lost,),
        rejected=(*plain.rejected, out),
    )


def test_names_and_notes_come_back_from_the_tables_and_never_run(tmp_path: Path) -> None:
    write_tables(reviewed(), tmp_path)
    for name in ("evidence", "unanchored"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
            assert not [cell for row in csv.reader(handle) for cell in row if cell.startswith(("=", "+", "-", "@"))]
    no, yes, *others = read_table(tmp_path / "evidence.csv")
    assert (no["review_status"], no["reviewer"], no["decided_by"]) == ("rejected", NAME, "human")
    assert (yes["note"], yes["decided_by"]) == (f"-2{SCRIPT}", "settled")
    assert {row["decided_by"] for row in others} == {"machine"}
    (lost,) = read_table(tmp_path / "unanchored.csv")
    assert (lost["coder"], lost["note"], lost["reason"]) == (NAME, f"@{SCRIPT}", f"+{SCRIPT}")
    documents = {row["document_id"]: row for row in read_table(tmp_path / "documents.csv")}
    assert (documents["a" * 64]["codings"], documents["a" * 64]["reviewed"]) == ("1", "1")
    assert documents["b" * 64]["reviewed"] == "0"


def test_the_report_says_who_decided_as_text_and_shows_no_rejected_coding(tmp_path: Path) -> None:
    write_report(reviewed(), tmp_path / "report.html")
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert SCRIPT not in report
    packed = re.search(r'id="island">(.*?)</script>', report)
    assert packed
    data = unpacked(packed[1])
    assert "accepted" in data["reviews"]
    assert any(f"accepted by {NAME}" in word for word in data["words"])
    (row,) = [row for row in data["codings"] if row[0] == results().codings[0].id]
    assert tuple(row[15:17]) == (0, 0)  # it stands on neither side


def test_the_narrative_says_how_much_of_it_people_confirmed(tmp_path: Path) -> None:
    for made, said in ((results(), "machine's; where"), (reviewed(), "but for 1 of 5 that people confirmed")):
        write_narrative(made, tmp_path / "narrative.md")
        assert said in (tmp_path / "narrative.md").read_text(encoding="utf-8")


def test_an_excluded_paper_is_a_step_of_its_own_in_the_flow() -> None:
    numbers = flow(reviewed())
    refused = sum(n for _, n in numbers.rejected)
    assert (numbers.excluded, refused) == (1, 1)
    assert numbers.found == numbers.duplicates + refused + numbers.excluded + numbers.read
    assert numbers.read == numbers.coded + numbers.not_coded
