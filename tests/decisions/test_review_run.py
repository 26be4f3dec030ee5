"""A whole session over sample papers: run, decide, run again, edit a table, import it, change the codebook."""

import csv
import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli import cli, guarded
from pipeline.codebook import SHIPPED
from pipeline.decisions.decide import addition, on_coding, on_paper
from pipeline.decisions.log import append, read
from pipeline.export import Results, read_table
from pipeline.refresh import finished, refresh
from pipeline.settings import Settings
from pipeline.summary import Summary

PAPERS = ("2004-wambolin", "2009-lin", "2020-veldkornet")


@pytest.fixture(scope="module")
def few_run(sample_run: tuple[Settings, Summary], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run over three of the sample papers."""
    base = tmp_path_factory.mktemp("few")
    for name, source in (("corpus", sample_run[0].corpus), ("out", sample_run[0].out)):
        shutil.copytree(source, base / name)
    for file in (base / "corpus").glob("*.pdf"):
        if not file.name.startswith(PAPERS):
            file.unlink()
    refresh(Settings(corpus=base / "corpus", out=base / "out"))
    return base


@pytest.fixture
def few(few_run: Path, tmp_path: Path) -> Settings:
    """A copy of it that a test may change."""
    shutil.copytree(few_run, tmp_path / "few")
    return Settings(corpus=tmp_path / "few" / "corpus", out=tmp_path / "few" / "out")


def rows(settings: Settings, table: str) -> list[dict[str, str]]:
    return read_table(settings.out / "tables" / f"{table}.csv")


def ignored(settings: Settings) -> int:
    """Files of the folder that are neither papers nor bibliographies."""
    return int(json.loads((settings.out / "run.json").read_text(encoding="utf-8"))["counts"]["ignored"])


def decide(settings: Settings, results: Results) -> dict[str, str]:
    """Accept, reject and recode one coding each of the first paper, add one, and exclude the last paper; ids."""
    first, *_, last = results.papers
    text = results.document(first.document_id).text
    codings = [c for c in results.codings if c.document_id == first.document_id]
    yes, no, *_, other = codings
    at = text.index("cleaner production")
    versions = results.versions
    code = "voluntary_programme" if other.family == "instrument" else "unspecified"
    decisions = [
        on_coding("accept", "Ann", yes, first, text, versions),
        on_coding("reject", "Ann", no, first, text, versions, note="an example"),
        on_coding("recode", "Ann", other, first, text, versions, code=code, note="=1+1"),
        addition("Ben", first, text, at, at + 18, "motivator", "reputation", "cp", "asserted", versions),
        on_paper("exclude", "Ann", last, versions, note="no CP in it"),
    ]
    append(settings.log, decisions)
    return {"yes": yes.id, "no": no.id, "other": other.id, "code": code, "out": last.path}


def test_decisions_change_the_tables_at_the_cost_of_the_tables_alone(few: Settings, tmp_path: Path) -> None:
    before, stray = rows(few, "comparison"), ignored(few)
    told = decide(few, finished(few))
    held = few.log.read_bytes()
    summary = refresh(few)
    assert (summary.unchanged, summary.read, summary.coded) == (False, 0, 0)
    assert (summary.papers, summary.rejected, summary.excluded, summary.reviewed) == (2, 0, 1, 4)
    evidence = {row["coding_id"]: row for row in rows(few, "evidence")}
    statuses = Counter(row["review_status"] for row in evidence.values())
    assert {s: n for s, n in statuses.items() if s != "unreviewed"} == dict.fromkeys(
        ("accepted", "rejected", "recoded", "added"), 1
    )
    assert [evidence[told[i]]["review_status"] for i in ("yes", "no", "other")] == ["accepted", "rejected", "recoded"]
    recoded = evidence[told["other"]]
    assert (recoded["code"], recoded["reviewer"], recoded["decided_by"]) == (told["code"], "Ann", "human")
    assert recoded["original_code"] not in ("", told["code"])
    assert recoded["note"] == "=1+1"
    (added,) = (row for row in evidence.values() if row["review_status"] == "added")
    assert (added["method"], added["quote"], added["reviewer"]) == ("human", "cleaner production", "Ben")
    assert json.loads(added["boxes"])
    assert [(r["path"], r["kind"]) for r in rows(few, "rejected")] == [(told["out"], "excluded")]
    assert "no CP in it" in rows(few, "rejected")[0]["reason"]
    assert told["out"] not in {row["path"] for row in rows(few, "documents")}
    (document,) = (row for row in rows(few, "documents") if row["document_id"] == added["document_id"])
    counting = [
        r for r in evidence.values() if r["document_id"] == added["document_id"] and r["coding_id"] != told["no"]
    ]
    assert (int(document["codings"]), int(document["reviewed"])) == (len(counting), 3)
    assert told["no"] not in "".join(
        row["quotes"] for t in ("comparison", "links", "instruments") for row in rows(few, t)
    )
    now = {(r["family"], r["code"]): r for r in rows(few, "comparison")}
    assert sum(int(r["cp_reviewed"]) + int(r["climate_reviewed"]) for r in before) == 0
    assert int(now["motivator", "reputation"]["cp_reviewed"]) == 1
    changed = {row["coding_id"] or row["kind"]: row for row in rows(few, "changes") if "topic" not in row["kind"]}
    assert changed["paper out"]["why"].startswith("excluded by Ann, ")
    assert (changed[told["no"]]["kind"], changed[told["no"]]["why"]) == ("coding lost", "rejected by Ann")
    assert (changed[told["other"]]["kind"], changed[told["other"]]["why"]) == ("coding changed", "recoded by Ann")
    assert changed[added["coding_id"]]["why"] == "added by Ben"
    assert told["yes"] not in changed
    assert not {row["why"] for row in changed.values()} & {"not known", "model changed", "program changed"}
    assert "Excluded by people: 1" in (few.out / "report.html").read_text(encoding="utf-8")
    assert few.log.read_bytes() == held
    assert refresh(few).unchanged
    assert ignored(few) == stray


def test_decisions_outlive_another_codebook_and_list_what_it_cannot_hold(few: Settings, tmp_path: Path) -> None:
    told = decide(few, finished(few))
    refresh(few)
    text = SHIPPED.read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('id = "reputation"', 'id = "good_name"'), encoding="utf-8")
    other = replace(few, codebook=mine)
    summary = refresh(other)
    assert (summary.read, summary.unanchored) == (0, 1)
    (lost,) = rows(other, "unanchored")
    assert (lost["coder"], lost["action"], lost["code"]) == ("Ben", "add", "reputation")
    assert "no code reputation" in lost["reason"]
    people = [row for row in rows(other, "evidence") if row["decided_by"] == "human"]
    assert {(row["code"], row["reviewer"]) for row in people} >= {(told["code"], "Ann")}
    assert len(people) in (2, 3)  # a rejection of what this codebook does not find has nothing to do
    back = refresh(few)
    assert (back.reviewed, back.unanchored) == (4, 0)


def test_a_paper_in_another_file_keeps_its_decisions_and_one_that_is_gone_has_them_listed(
    few: Settings, tmp_path: Path
) -> None:
    results = finished(few)
    decide(few, results)
    first, *_, last = results.papers
    (few.corpus / last.path).unlink()
    with (few.corpus / first.path).open("ab") as handle:
        handle.write(b"\n% saved again\n")
    summary = refresh(few)
    assert (summary.read, summary.excluded, summary.reviewed, summary.unanchored) == (1, 0, 4, 1)
    assert [row["action"] for row in rows(few, "unanchored")] == ["exclude"]


def test_an_edited_table_is_imported_by_the_command(
    few: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = few.out / "tables" / "evidence.csv"
    edited = tmp_path / "from Ben.csv"
    lines = list(csv.reader(table.open(encoding="utf-8-sig", newline="")))
    lines[1][lines[0].index("review_status")] = "rejected"
    lines[2][lines[0].index("note")] = "look at this"
    with edited.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=";").writerows(lines)
    command = ["decisions", "import", str(edited), "--corpus", str(few.corpus)]
    assert guarded(cli, command) == 1
    assert "--coder" in capsys.readouterr().err
    assert guarded(cli, [*command, "--coder", "Ben"]) == 0
    assert "2 new decisions" in capsys.readouterr().out
    assert guarded(cli, [*command, "--coder", "Ben"]) == 0
    assert "0 new decisions" in capsys.readouterr().out
    assert [(d.coder, d.action) for d in read(few.log)] == [("Ben", "reject"), ("Ben", "note")]
    refresh(few)
    no, noted = rows(few, "evidence")[:2]
    assert (no["review_status"], no["reviewer"]) == ("rejected", "Ben")
    assert (noted["review_status"], noted["note"]) == ("unreviewed", "look at this")
    theirs = shutil.copy(few.log, tmp_path / "decisions.jsonl")
    assert guarded(cli, ["decisions", "import", str(theirs), "--corpus", str(few.corpus)]) == 0
    assert "0 new decisions, 2 known already" in capsys.readouterr().out
    listed = tmp_path / "list.csv"
    assert guarded(cli, ["decisions", "export", str(listed), "--corpus", str(few.corpus)]) == 0
    assert [row["action"] for row in read_table(listed)] == ["reject", "note"]


def test_a_line_that_is_no_decision_stops_the_run_and_leaves_the_tables(
    sample_run: tuple[Settings, Summary], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "ours.jsonl"
    log.write_text('{"id": "1"}\n', encoding="utf-8")
    settings, _ = sample_run
    file = tmp_path / "precedent.toml"
    file.write_text('decisions = "ours.jsonl"\n', encoding="utf-8")
    command = ["run", str(settings.corpus), "--out", str(settings.out), "--settings", str(file)]
    before = (settings.out / "run.json").read_bytes()
    assert guarded(cli, command) == 1
    assert f"{log}:1" in capsys.readouterr().err
    assert (settings.out / "run.json").read_bytes() == before
