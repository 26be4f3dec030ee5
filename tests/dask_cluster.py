"""A Dask cluster in processes of its own on loopback: a scheduler, and workers of one thread."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.conftest import ROOT

Process = subprocess.Popen[str]
COMMON = ("--host", "127.0.0.1", "--no-dashboard")


@contextlib.contextmanager
def cluster(folder: Path, workers: Sequence[Sequence[str]]) -> Iterator[tuple[str, list[Process]]]:
    """The scheduler's address, and a worker for each list of options, the scheduler last. Workers lay their files down
    in `folder`. All are gone on leaving."""
    scheduler = _started("scheduler", *COMMON, "--port", "0")
    processes = [scheduler]
    try:
        assert scheduler.stderr
        address = next(found[0] for line in scheduler.stderr if (found := re.search(r"tcp://[\d.]+:\d+", line)))
        own = ("--nthreads", "1", "--local-directory", str(folder))
        processes[:0] = [_started("worker", address, *COMMON, *own, *options) for options in workers]
        yield address, processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _started(kind: str, *arguments: str) -> Process:
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # of a worker nobody reads what it says, which would stop it once the pipe is full
    says = subprocess.PIPE if kind == "scheduler" else subprocess.DEVNULL
    return subprocess.Popen(command, stderr=says, env=environment, text=True, cwd=ROOT)
