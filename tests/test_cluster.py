"""Reading and coding on a Dask cluster: scheduler and workers in processes of their own, on this machine."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cluster import FEWEST, MOST, at_once, process_there, read_there, tasks_of
from pipeline.codebook import load_codebook
from pipeline.errors import CorpusError, PrecedentError, StoreError
from pipeline.export import read_table
from pipeline.files import lock
from pipeline.plan import make_plan
from pipeline.refresh import refresh
from pipeline.settings import Settings
from pipeline.summary import Summary
from pipeline.work import BatchJob
from tests import dask_cluster
from tests.conftest import ROOT
from tests.dask_cluster import Process
from tests.test_refresh import tables

pytest.importorskip("distributed", reason="Dask is not installed; it comes with the extra named dask")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[Process]]]:
    """The address of a scheduler, its two workers, and the scheduler itself."""
    with dask_cluster.cluster(tmp_path, ([], ["--no-nanny"])) as running:
        yield running


def test_a_killed_worker_loses_and_doubles_nothing(
    cluster: tuple[str, list[Process]], sample_run: tuple[Settings, Summary], tmp_path: Path
) -> None:
    address, workers = cluster
    settings, alone = sample_run
    out = tmp_path / "out"
    kept = shutil.copytree(settings.out, out) / "state"
    papers = sorted({path.stem for path in kept.glob("place/*/*/*.parquet")})[:10]  # two tasks
    for path in [path for paper in papers for path in kept.glob(f"*/*/*/{paper}.parquet")]:
        path.unlink()
    command = [sys.executable, "-m", "pipeline.cli", "run", str(settings.corpus), "--out", str(out), "--dask", address]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    end = time.monotonic() + 300
    while not (done := _coded(kept, papers)) and run.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    workers[1].send_signal(signal.SIGKILL)
    said = run.communicate(timeout=300)[0]
    assert run.returncode == 0, said
    assert 0 < done < 10, "it was killed before or after the work, not in the midst of it"
    assert tables(out) == tables(settings.out)
    ids = [row["coding_id"] for row in read_table(out / "tables" / "evidence.csv")]
    assert len(ids) == len(set(ids)) == alone.codings.total()


def _coded(state: Path, papers: list[str]) -> int:
    return sum(path.stem in papers for path in state.glob("code/*/*/*.parquet"))


def test_a_scheduler_that_ends_is_said_and_what_was_done_is_kept(
    cluster: tuple[str, list[Process]], sample_run: tuple[Settings, Summary], tmp_path: Path
) -> None:
    address, workers = cluster
    out = tmp_path / "out"
    corpus = str(sample_run[0].corpus)
    command = [sys.executable, "-m", "pipeline.cli", "run", corpus, "--out", str(out), "--dask", address]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    end = time.monotonic() + 300
    while not list(out.glob("state/code/*/*/*.parquet")) and run.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    workers[-1].kill()  # the scheduler
    said = run.communicate(timeout=300)[0]
    assert run.returncode not in (0, None)
    assert "the scheduler of the cluster is gone" in said
    assert "Traceback" not in said, "what Dask says of it hides what we say"
    assert not re.search(r"coded (\d+) of \1 parts", said)


def test_no_scheduler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.cluster.PATIENCE", 1)
    with pytest.raises(PrecedentError, match="no Dask scheduler answers"):
        read_there("tcp://127.0.0.1:1", [])


@pytest.mark.parametrize(
    ("papers", "threads", "expected"), [(10, 2, FEWEST), (2000, 2, MOST), (2000, 20, 12), (1000, 0, MOST)]
)
def test_a_task_is_worth_its_start_and_leaves_some_for_each_worker(papers: int, threads: int, expected: int) -> None:
    assert at_once(papers, threads) == expected


def test_a_worker_that_would_see_or_make_something_else_refuses(own_run: Settings) -> None:
    """Else its papers would be taken for vanished, or results of another version for those of this one."""
    for kept in own_run.out.glob("state/*/*/*/*.parquet"):
        kept.unlink()
    plan = make_plan(own_run, load_codebook())
    with lock(own_run.out):
        pass
    (task, *more) = tasks_of(BatchJob(plan.todo, own_run), 5)
    assert sum(len(t.jobs) for t in (task, *more)) == len(plan.todo)
    elsewhere = replace(own_run, corpus=own_run.corpus / "elsewhere")
    with pytest.raises(CorpusError, match="does not see the folder of papers"):
        process_there(replace(task, settings=elsewhere))
    with pytest.raises(StoreError, match="does not see the folder of tables"):
        process_there(replace(task, settings=replace(own_run, out=own_run.out / "elsewhere")))
    older = replace(task.jobs[0], keys={**task.jobs[0].keys, "code": "0" * 64})
    with pytest.raises(StoreError, match="another version"):
        process_there(replace(task, jobs=(older,)))


def test_without_an_address_all_is_done_here(own_run: Settings) -> None:
    from pipeline.cluster import driver
    from pipeline.refresh import run_here

    assert driver(own_run, run_here) is run_here
    assert refresh(own_run, driver(own_run, run_here)).unchanged
