"""Runs that are killed at a boundary of stages or at any moment, and what must hold afterwards."""

import importlib
import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from pipeline.decisions import log
from pipeline.decisions.decision import made
from pipeline.export import read_table
from pipeline.refresh import refresh
from pipeline.settings import Settings
from pipeline.summary import Summary

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["pipeline.work", "pipeline.refresh", "tests.faults"])
PATIENCE = 300  # seconds

# by name: the function at whose call a run is killed, and at which call of it
BOUNDARIES: dict[str, tuple[str, int]] = {
    "planned": ("pipeline.refresh.without_damage", 1),
    "read and coded": ("pipeline.refresh.build_tables", 1),
    "tables compared": ("pipeline.refresh.write_settled", 1),
    "topics made": ("pipeline.refresh.write_tables", 1),
    "tables written aside": ("pipeline.refresh.write_report", 1),
    "before the snapshot": ("pipeline.snapshots.save", 1),
    "between the snapshot's copies": ("pipeline.snapshots.write_bytes", 2),
    "before publishing": ("pipeline.publish.publish", 1),
    "before anything is in place": ("pipeline.publish._replace", 1),
    "half of it in place": ("pathlib.Path.replace", 12),
    "before the record": ("pipeline.publish.write_record", 2),
    "before old snapshots go": ("pipeline.snapshots.prune", 1),
    "before old results go": ("pipeline.artifacts.prune", 1),
}
STAGES = ("read", "split", "code", "place")  # killed when the first result of the stage lies there


@dataclass(frozen=True, slots=True)
class Scene:
    """Papers and decisions, the output folder that a run starts from (or None), and what an undisturbed run makes."""

    corpus: Path
    start: Path | None
    expected: dict[str, bytes]
    seconds: float

    def settings(self, out: Path) -> Settings:
        """A run over the scene with an output folder of its own, made as it starts."""
        if self.start:
            shutil.copytree(self.start, out)
        return Settings(corpus=self.corpus, out=out, workers=1)


def made_files(out: Path) -> dict[str, bytes]:
    """What users see of a run, all but the record with its clock."""
    found = [*out.glob("tables/*"), *out.glob("*.html"), *out.glob("*.md")]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found}


def staged(base: Path, papers: Sequence[Path], first: Sequence[Path] = ()) -> Scene:
    """A scene with `papers`, and with a decision on a coding; with `first`, after a finished run over these."""
    corpus, start = base / "corpus", base / "start"
    corpus.mkdir(parents=True)
    settings = Settings(corpus=corpus, out=start, workers=1)
    if first:
        _fill(corpus, first)
        refresh(settings)
    _fill(corpus, papers)
    undisturbed = base / "undisturbed"
    if first:
        decide(settings)
        shutil.copytree(start, undisturbed)
    began = time.monotonic()
    refresh(replace(settings, out=undisturbed))
    return Scene(corpus, start if first else None, made_files(undisturbed), time.monotonic() - began)


def _fill(corpus: Path, papers: Sequence[Path]) -> None:
    for path in corpus.glob("*.pdf"):
        path.unlink()
    for path in papers:
        shutil.copy(path, corpus)


def decide(settings: Settings) -> None:
    """Reject the first coding of the last run."""
    row = read_table(settings.out / "tables" / "evidence.csv")[0]
    names = ("document_id", "coding_id", "quote")
    place = {"start": int(row["char_start"]), "end": int(row["char_end"])}
    original = {f"original_{name}": row[name] for name in ("family", "code", "domain", "status")}
    log.append(settings.log, [made("reject", "Ann", **{name: row[name] for name in names}, **place, **original)])


def recovers(scene: Scene, settings: Settings) -> Summary:
    """Run again, and hold what comes out against the undisturbed run."""
    decisions = settings.log.read_bytes() if settings.log.exists() else b""
    summary = refresh(settings)
    assert made_files(settings.out) == scene.expected
    assert not list(settings.out.rglob(".aside-*"))
    assert summary.kept == (), "what a run had made was taken for a person's"
    assert (settings.log.read_bytes() if settings.log.exists() else b"") == decisions
    assert refresh(settings).unchanged
    return summary


def kill_at(settings: Settings, boundary: str) -> None:
    """A run in a process of its own that is killed at a boundary, by SIGKILL."""
    child = CONTEXT.Process(target=_run_until, args=(settings, *BOUNDARIES[boundary]))
    child.start()
    child.join(PATIENCE)
    assert child.exitcode == -signal.SIGKILL, f"the run never came to where it was to be killed: {boundary}"


def kill_after_stage(settings: Settings, stage: str) -> None:
    """A run that is killed once there is a result of a stage that was not there before."""
    before = _results(settings, stage)
    child = _started(settings)
    deadline = time.monotonic() + PATIENCE
    while _results(settings, stage) <= before and child.is_alive() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert _ended(child), f"the run ended before it was killed, after {stage}"


def kill_after(settings: Settings, seconds: float) -> bool:
    """A run that is killed after so many seconds; False where it was done before."""
    child = _started(settings)
    child.join(seconds)
    return _ended(child)


def _results(settings: Settings, stage: str) -> set[Path]:
    return set((settings.out / "state" / stage).glob("*/*/[!.]*.parquet"))


def _started(settings: Settings) -> BaseProcess:
    begun = CONTEXT.Event()
    child = CONTEXT.Process(target=_run, args=(settings, begun))
    child.start()
    begun.wait(PATIENCE)
    return child


def _ended(child: BaseProcess) -> bool:
    if child.is_alive() and child.pid:
        os.kill(child.pid, signal.SIGKILL)
    child.join(PATIENCE)
    return child.exitcode == -signal.SIGKILL


def _run(settings: Settings, begun: Event) -> None:
    begun.set()
    refresh(settings)


def _run_until(settings: Settings, name: str, times: int) -> None:
    place, _, function = name.rpartition(".")
    module, _, owner = place.rpartition(".")
    holder = getattr(importlib.import_module(module), owner) if owner[0].isupper() else importlib.import_module(place)
    setattr(holder, function, _deadly(getattr(holder, function), times))
    refresh(settings)


def _deadly(function: Callable[..., Any], times: int) -> Callable[..., Any]:
    calls = 0

    def called(*given: Any, **told: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == times:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **told)

    return called
