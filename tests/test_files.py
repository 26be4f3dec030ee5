"""What is half-written: swept once nobody writes it any more, on folders that several machines share."""

import os
import platform
import subprocess
import time
from pathlib import Path

import pytest

from pipeline import files
from pipeline.files import ABANDONED, aside_prefix, lock, sweep, whole


def named(process: int, monkeypatch: pytest.MonkeyPatch, machine: str) -> str:
    """What the half-written files of a process of a machine begin with."""
    with monkeypatch.context() as patch:
        patch.setattr(platform, "node", lambda: machine)
        patch.setattr(os, "getpid", lambda: process)
        return aside_prefix()


@pytest.fixture
def ended() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen(["true"])  # noqa: S607 - found on the path, like any shell would
    process.wait()
    return process.pid


def test_two_machines_with_one_process_number_write_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "result"
    with whole(target) as mine:
        mine.write_text("mine")
        monkeypatch.setattr(platform, "node", lambda: "another")
        with whole(target) as other:
            other.write_text("other")
        assert mine.read_text() == "mine"
    assert target.read_text() == "mine"


def test_what_ended_processes_of_this_machine_left_goes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: int
) -> None:
    here = platform.node()
    gone = [tmp_path / "state" / "a" / f"{named(n, monkeypatch, here)}x" for n in (ended, os.getpid(), 10**30)]
    writing = tmp_path / "state" / f"{named(os.getppid(), monkeypatch, here)}x"
    for path in (*gone, writing):
        path.mkdir(parents=True)
        (path / "file").touch()
    with lock(tmp_path):
        assert [path for path in (*gone, writing) if path.exists()] == [writing]


def test_what_was_still_being_written_as_a_run_began_goes_as_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:  # noqa: S607 - found on the path
        left = tmp_path / "state" / f"{named(child.pid, monkeypatch, platform.node())}x"
        left.parent.mkdir()
        left.touch()
        with lock(tmp_path):
            assert left.exists()
            child.communicate()
        assert not left.exists()


@pytest.mark.parametrize("name", ["another-machine", "older version"])
def test_what_others_left_goes_once_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: int, name: str
) -> None:
    older = f"{files.ASIDE}{ended}-file"  # as it was before machines were named
    path = tmp_path / (older if name == "older version" else f"{named(ended, monkeypatch, name)}file")
    path.touch()
    sweep(path)
    assert path.exists()
    os.utime(path, (time.time() - ABANDONED - 60,) * 2)
    sweep(path)
    assert not path.exists()
    sweep(path)
