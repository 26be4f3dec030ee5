"""The main job over the sample corpus, as a user sees it."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

from pipeline import modelled
from pipeline.codebook import load_codebook
from pipeline.errors import AlreadyRunning, CorpusError
from pipeline.export import read_table
from pipeline.files import lock
from pipeline.plan import make_plan
from pipeline.refresh import refresh
from pipeline.settings import Settings
from pipeline.summary import Summary
from pipeline.topic_outcomes import TopicMethod, TopicModel

TIMED = modelled._timed


def tables(out: Path) -> dict[str, bytes]:
    files = [*sorted((out / "tables").glob("*.csv")), out / "report.html"]
    return {file.name: file.read_bytes() for file in files}


def without_history(out: Path) -> dict[str, object]:
    """What a run leaves but for what depends on the runs before it: what changed since, and the ids of topics.

    A topic that went with a paper and came back with it has a new id. tests/test_changes.py holds both against
    histories.
    """
    files: dict[str, object] = {name: content for name, content in tables(out).items() if name != "changes.csv"}
    for name in ("topics.csv", "topic_years.csv", "topic_sentences.csv"):
        files[name] = [{**row, "id": ""} for row in read_table(out / "tables" / name)]
    page = (out / "report.html").read_text(encoding="utf-8")
    files["report.html"] = re.sub(r'<section aria-labelledby="changes">.*?</section>', "", page, flags=re.DOTALL)
    return files


def test_another_way_to_topics_is_another_run(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    given = Settings(corpus=tmp_path, out=tmp_path / "out")
    book = load_codebook()
    ids = {make_plan(replace(given, topic_method=method), book).run_id for method in get_args(TopicMethod)}
    assert len(ids) == 2


def test_every_file_of_the_sample_is_accounted_for(sample_run: tuple[Settings, Summary]) -> None:
    settings, summary = sample_run
    files = {p.name for p in settings.corpus.glob("*.pdf")}
    read = {row["path"] for row in read_table(settings.out / "tables" / "documents.csv")}
    rejected = {row["path"]: row for row in read_table(settings.out / "tables" / "rejected.csv")}
    assert read | set(rejected) == files
    assert not read & set(rejected)
    assert rejected["scan-0417 (copy).pdf"]["kind"] == "duplicate"
    assert rejected["quynhmai-vietnam-preprint.pdf"]["kind"] == "duplicate"
    assert rejected["download-interrupted.pdf"]["kind"] == "unreadable"
    assert (summary.papers, summary.rejected, summary.duplicates) == (16, 1, 2)


def test_the_bibliography_wins_over_the_page(sample_run: tuple[Settings, Summary]) -> None:
    settings, _ = sample_run
    rows = {row["path"]: row for row in read_table(settings.out / "tables" / "documents.csv")}
    assert rows["2013-bramstedt-eu-ets-germany.pdf"]["citation_key"] == "bramstedt2013price"  # by title alone
    assert all(row["year"] and row["title"] and row["authors"] for row in rows.values())


def test_every_quote_stands_where_the_table_says(sample_run: tuple[Settings, Summary]) -> None:
    settings, _ = sample_run
    from pipeline.store import load_document

    documents = {p.stem: p for p in (settings.out / "state" / "read").rglob("*.parquet")}
    for row in read_table(settings.out / "tables" / "evidence.csv"):
        document = load_document(documents[row["document_id"]])
        start, end = int(row["char_start"]), int(row["char_end"])
        assert document.text[start:end] == row["quote"]
        page = document.page_at(start)
        assert page.number == int(row["page"])
        assert page.start <= start < page.end
        assert document.boxes(start, end)[0].page == page.number


def test_sides_that_the_sample_was_written_with(sample_run: tuple[Settings, Summary]) -> None:
    settings, _ = sample_run
    rows = {(r["family"], r["code"]): r for r in read_table(settings.out / "tables" / "comparison.csv")}
    trading, pilots = rows["instrument", "emissions_trading"], rows["instrument", "demonstration"]
    assert int(trading["climate_papers"]) >= 3
    assert int(trading["cp_papers"]) <= 1
    assert int(pilots["cp_papers"]) >= 2
    assert int(pilots["climate_papers"]) <= 1
    saving = rows["motivator", "cost_saving"]
    assert int(saving["cp_papers"]) >= 5
    assert int(saving["climate_papers"]) >= 3


def test_a_second_run_does_nothing(own_run: Settings) -> None:
    before = tables(own_run.out)
    summary = refresh(own_run)
    assert summary.unchanged
    assert tables(own_run.out) == before


def test_lost_tables_come_back_the_same_without_reading(own_run: Settings) -> None:
    before = tables(own_run.out)
    (own_run.out / "tables" / "evidence.csv").unlink()
    summary = refresh(own_run)
    assert (summary.read, summary.coded) == (0, 0)
    assert tables(own_run.out) == before


def test_one_more_paper_costs_one_paper_and_one_less_leaves_every_table(own_run: Settings) -> None:
    paper = own_run.corpus / "2015-kaveriappan-pat-india.pdf"
    aside = own_run.corpus.parent / paper.name
    before = without_history(own_run.out)
    digest = next(r for r in read_table(own_run.out / "tables/documents.csv") if r["path"] == paper.name)
    paper.rename(aside)
    assert refresh(own_run).read == 0
    gone = [name for name, content in tables(own_run.out).items() if digest["document_id"].encode() in content]
    assert gone == ["changes.csv"]
    for state in (own_run.out / "state").rglob(f"{digest['document_id']}*"):
        state.unlink()
    aside.rename(paper)
    summary = refresh(own_run)
    assert (summary.read, summary.coded) == (1, 1)
    assert without_history(own_run.out) == before


def test_a_changed_term_codes_again_but_does_not_read(own_run: Settings, tmp_path: Path) -> None:
    from dataclasses import replace

    from pipeline.codebook import SHIPPED

    mine = tmp_path / "mine.toml"
    text = SHIPPED.read_text(encoding="utf-8")
    mine.write_text(text.replace("terms = [", 'terms = [\n    "zzyzx levy",', 1), encoding="utf-8")
    summary = refresh(replace(own_run, codebook=mine))
    assert (summary.read, summary.coded) == (0, 17)


def test_a_table_that_a_person_changed_is_kept(own_run: Settings) -> None:
    changed = own_run.out / "tables" / "comparison.csv"
    changed.write_text("my notes", encoding="utf-8")
    (kept,) = refresh(own_run).kept
    assert kept.read_text(encoding="utf-8") == "my notes"


def test_two_runs_at_once(own_run: Settings) -> None:
    with lock(own_run.out), pytest.raises(AlreadyRunning, match="another run"):
        refresh(own_run)


def test_an_empty_or_missing_folder_leaves_the_tables(own_run: Settings, tmp_path: Path) -> None:
    from dataclasses import replace

    before = tables(own_run.out)
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "missing"):
        with pytest.raises(CorpusError, match="folder"):
            refresh(replace(own_run, corpus=tmp_path / folder))
    assert tables(own_run.out) == before


def test_a_killed_run_then_a_run_gives_the_same_tables(sample_run: tuple[Settings, Summary], tmp_path: Path) -> None:
    settings, _ = sample_run
    out = tmp_path / "out"
    command = [sys.executable, "-m", "pipeline.cli", "run", str(settings.corpus), "--out", str(out)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list(out.glob("state/code/*/*/*.parquet")):
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert list(out.glob("state/code/*/*/*.parquet")), "the run was killed before it had begun"
    assert not (out / "run.json").exists()
    refresh(Settings(corpus=settings.corpus, out=out))
    assert tables(out) == tables(settings.out)
    assert not list(out.rglob(".aside-*"))


@pytest.mark.parametrize("dies", [False, True])
def test_topics_made_beside_the_rest_give_the_same_tables(
    own_run: Settings, sample_run: tuple[Settings, Summary], monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    monkeypatch.setattr(modelled, "BESIDE", 1)
    if dies:
        monkeypatch.setattr(modelled, "_timed", partial(_only_here, os.getpid()))
    (own_run.out / "report.html").unlink()
    summary = refresh(own_run)
    assert tables(own_run.out) == tables(sample_run[0].out)
    assert summary.seconds["topics"] > 0
    assert sample_run[1].seconds["topics"] == 0


def _only_here(here: int, texts: modelled.Texts) -> tuple[TopicModel, float]:
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return TIMED(texts)


def test_the_flow_gives_the_same_tables(
    prefect_harness: dict[str, str], sample_run: tuple[Settings, Summary], tmp_path: Path
) -> None:
    from flows import refresh_flow

    settings, _ = sample_run
    refresh_flow(Settings(corpus=settings.corpus, out=tmp_path))
    assert tables(tmp_path) == tables(settings.out)


def test_importing_the_pipeline_imports_no_prefect() -> None:
    code = "import sys, pipeline.cli, pipeline.refresh; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ, check=False).returncode == 0
