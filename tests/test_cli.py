"""The command `precedent`, as typed."""

import re
import shutil
from pathlib import Path

import pytest

from pipeline.cli import cli, guarded
from pipeline.files import lock
from pipeline.settings import Settings
from pipeline.summary import Summary
from tests.conftest import ROOT, SAMPLE

ONE = "2004-wambolin-cp-centre-kenya.pdf"


def precedent(*arguments: str | Path) -> int:
    return guarded(cli, [str(a) for a in arguments])


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert precedent("--help") == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in cli.commands)
    for name in cli.commands:
        assert precedent(name, "--help") == 0


@pytest.mark.parametrize("typed", [["rnu"], ["run", "--ot", "x"], ["add"]])
def test_a_mistyped_command_is_2(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert precedent(*typed) == 2
    assert "Error" in capsys.readouterr().err


def test_what_a_person_must_mend_is_1_and_says_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert precedent("run", tmp_path / "nowhere", "--out", tmp_path / "out") == 1
    assert "What to do: name a folder" in capsys.readouterr().err
    assert precedent("export", tmp_path / "to", "--out", tmp_path / "out") == 1
    assert "run first" in capsys.readouterr().err


def test_another_run_at_work_is_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with lock(tmp_path / "out"):
        assert precedent("run", SAMPLE, "--out", tmp_path / "out") == 3
    assert "another run is at work" in capsys.readouterr().err


def test_an_output_folder_that_is_a_file_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    assert precedent("run", SAMPLE, "--out", tmp_path / "out") == 1
    assert "cannot write" in capsys.readouterr().err
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_run_status_and_export(own_run: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert precedent("run", own_run.corpus, "--out", own_run.out) == 0
    assert "Nothing new" in capsys.readouterr().out
    handed_on = tmp_path / "handed on"
    assert precedent("export", handed_on, own_run.corpus, "--out", own_run.out) == 0
    handed = {p.relative_to(handed_on) for p in handed_on.rglob("*") if p.is_file()} - {Path("export.json")}
    assert {Path("report.html"), Path("tables/evidence.csv")} <= handed
    assert all((own_run.out / name).read_bytes() == (handed_on / name).read_bytes() for name in handed)
    shutil.copy(own_run.corpus / "references.bib", own_run.corpus / "more.bib")
    assert precedent("status", own_run.corpus, "--out", own_run.out) == 0
    shown = capsys.readouterr().out
    assert "papers to read or code: 0 of 18" in shown
    assert "run again to bring the tables up to date" in shown
    assert precedent("export", handed_on, own_run.corpus, "--out", own_run.out) == 1
    assert "no finished run of these papers" in capsys.readouterr().err


def test_export_writes_the_formats_that_are_named(own_run: Settings, tmp_path: Path) -> None:
    named = ["--format", "xlsx", "--format", "refi-qda"]
    assert precedent("export", tmp_path / "to", own_run.corpus, "--out", own_run.out, *named) == 0
    assert {p.name for p in (tmp_path / "to").iterdir()} == {"precedent.xlsx", "precedent.qdpx", "export.json"}
    assert precedent("export", tmp_path / "to", own_run.corpus, "--out", own_run.out, "--format", "docx") == 1


def test_add_says_what_it_took_a_file_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert precedent("add", SAMPLE / ONE, "--corpus", tmp_path / "mine") == 0
    assert re.search(r"tea, leather and sugar in Kenya \(2004\), \d+ pages", capsys.readouterr().out)
    assert (tmp_path / "mine" / ONE).read_bytes() == (SAMPLE / ONE).read_bytes()
    shutil.copy(SAMPLE / ONE, tmp_path / "again.pdf")
    assert precedent("add", tmp_path / "again.pdf", "--corpus", tmp_path / "mine") == 0
    assert "already there" in capsys.readouterr().out
    bad = SAMPLE / "download-interrupted.pdf"
    assert precedent("add", bad, tmp_path / "nothing.pdf", "--corpus", tmp_path / "mine") == 1
    assert capsys.readouterr().err.count("not added") == 2
    assert [p.name for p in (tmp_path / "mine").iterdir()] == [ONE]


def test_add_never_writes_over_another_paper_of_the_same_name(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "2019-valdeira-ems-brazil.pdf", tmp_path / ONE)
    assert precedent("add", SAMPLE / ONE, "--corpus", tmp_path) == 0
    assert len(list(tmp_path.glob("*.pdf"))) == 2


def test_doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert precedent("doctor", "--out", tmp_path / "out") == 0
    shown = capsys.readouterr().out
    assert "sentence model" in shown
    assert "OCR" in shown
    assert not (tmp_path / "out").exists()


def test_every_command_of_the_readme_is_one(sample_run: tuple[Settings, Summary]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^    |`)precedent ([a-z]+)", readme, flags=re.MULTILINE))
    assert named
    assert named <= set(cli.commands)
    made = {path.name for path in (sample_run[0].out / "tables").iterdir()}
    assert set(re.findall(r"\b([a-z_]+\.csv|datapackage\.json)\b", readme)) == made
    assert all((ROOT / picture).is_file() for picture in re.findall(r"!\[.*\]\((.*?)\)", readme))
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(re.findall(r"(?:^    |`)make ([a-z]+)\b", readme, flags=re.MULTILINE)) <= set(targets)
