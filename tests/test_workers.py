"""Children with limits: what one paper does to its child is its own end, and nobody is left behind."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.workers import beside, explain, run_limited

ROOT = Path(__file__).parents[1]
SECONDS, MEMORY = 30, 1024


def double(number: int) -> int:
    return 2 * number


def slow(number: int) -> int:
    time.sleep(0.5)
    return 2 * number


def deadly(number: int) -> int:
    """The double of a number that is no signal, else the end of this process by that signal."""
    if number < 20:
        os.kill(os.getpid(), number)
    return 2 * number


def greedy(megabytes: int) -> int:
    return len(bytearray(megabytes * 1024 * 1024))


def loud(number: int) -> int:
    os.write(1, b"noise on stdout")
    os.write(2, b"noise on stderr")
    print("more noise")  # noqa: T201 - that it is not shown is what is tested
    return number


_spoilt = False


def spoiling(number: int) -> int:
    """Fails for 0 and, in the same process, ever after: as an import that ran out of memory does."""
    global _spoilt
    if number == 0 or _spoilt:
        _spoilt = True
        raise ValueError(str(number))
    return number


def at_home(pid: int) -> int:
    """What only the process of that id can do: another one is killed by it, or where it has no such id, fails."""
    if os.getpid() != abs(pid):
        if pid < 0:
            raise ValueError(str(pid))
        os.kill(os.getpid(), signal.SIGKILL)
    return pid


def process_of(_: object) -> int:
    return os.getpid()


def nothing() -> None:
    """What needs no time to get ready."""


def unready() -> None:
    os._exit(1)


def asleep(folder: Path) -> None:
    """Start a process as OCR does, note its id and one's own, and wait for it."""
    command = ["/bin/sh", "-c", f"echo $$ > {folder}/grandchild; exec sleep 300"]
    (folder / "child").write_text(str(os.getpid()))
    subprocess.run(command, check=False)


def alive(folder: Path) -> list[str]:
    """Which of the processes of `asleep` still live."""
    return [name for name in ("child", "grandchild") if _lives(int((folder / name).read_text()))]


def _lives(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def gone_within(folder: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(folder)


def begun(folder: Path) -> bool:
    """Whether the processes of `asleep` have noted their ids, within half a minute."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        grandchild = folder / "grandchild"
        if grandchild.exists() and grandchild.read_text().strip():
            return True
        time.sleep(0.05)
    return False


def test_results_come_in_order() -> None:
    assert list(run_limited(double, [3, 1, 2], 2, SECONDS, MEMORY)) == [(3, 6), (1, 2), (2, 4)]
    assert list(run_limited(double, [], 2, SECONDS, MEMORY)) == []


@pytest.mark.parametrize(
    ("signum", "kind"), [(signal.SIGSEGV, "crash"), (signal.SIGABRT, "crash"), (signal.SIGKILL, "killed")]
)
def test_a_child_that_dies_costs_its_own_paper_only(signum: int, kind: str) -> None:
    done = dict(run_limited(deadly, [30, int(signum), 40], 1, SECONDS, MEMORY))
    assert (done[30], done[40]) == (60, 80)
    error = done[signum]
    assert isinstance(error, BaseException)
    assert explain(error, SECONDS, MEMORY)[0] == kind


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not hold processes to a limit of memory")
def test_memory_beyond_the_limit_is_refused_and_the_next_paper_has_its_own() -> None:
    first, second = (result for _, result in run_limited(greedy, [2 * MEMORY, 1], 1, SECONDS, MEMORY))
    assert isinstance(first, MemoryError)
    assert str(MEMORY) in explain(first, SECONDS, MEMORY)[1]
    assert second == 1024 * 1024


def test_what_one_paper_spoils_is_not_there_for_the_next() -> None:
    done = dict(run_limited(spoiling, [1, 0, 2, 3], 1, SECONDS, MEMORY))
    assert (done[1], done[2], done[3]) == (1, 2, 3)
    assert isinstance(done[0], ValueError)
    assert explain(done[0], SECONDS, MEMORY)[0] == "error"


def test_nothing_that_a_child_prints_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(run_limited(loud, [1], 1, SECONDS, MEMORY)) == [(1, 1)]
    assert capfd.readouterr() == ("", "")


def test_a_paper_out_of_time_ends_with_all_that_it_started(tmp_path: Path) -> None:
    ((_, error),) = run_limited(asleep, [tmp_path], 1, 1, MEMORY)
    assert isinstance(error, TimeoutError)
    assert gone_within(tmp_path, 2)


@pytest.mark.parametrize("ready", [nothing, unready])
def test_what_is_done_beside_is_done_in_another_process(ready: Callable[[], None]) -> None:
    with beside(ready) as begin:
        first, second, where = begin(double, 2), begin(double, 3), begin(process_of, 0)
        assert (second(), first()) == (6, 4)
        assert where() != os.getpid()


@pytest.mark.parametrize("sign", [1, -1], ids=["killed", "failed"])
def test_what_a_child_fails_at_is_done_here(sign: int) -> None:
    with beside(nothing) as begin:
        waiting = begin(at_home, sign * os.getpid())
        assert begin(double, 2)() == 4
        assert waiting() == sign * os.getpid()


def test_what_is_done_beside_ends_with_the_need_for_it(tmp_path: Path) -> None:
    with beside(nothing) as begin:
        begin(asleep, tmp_path)
        assert begun(tmp_path)
    assert gone_within(tmp_path, 5)


@pytest.mark.parametrize("leap", [3600, -3600])
def test_a_clock_that_leaps_shortens_and_lengthens_no_limit(
    leap: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a laptop wakes in the midst of a run: else all papers in hand would be taken for too long to read."""
    clock = itertools.count(2_000_000_000, leap)
    monkeypatch.setattr(time, "time", lambda: float(next(clock)))
    assert list(run_limited(slow, [1, 2], 1, SECONDS, MEMORY)) == [(1, 2), (2, 4)]
    ((_, error),) = run_limited(asleep, [tmp_path], 1, 1, MEMORY)
    assert isinstance(error, TimeoutError)
    assert gone_within(tmp_path, 2)


LIMITED = f"list(run_limited(asleep, [folder], 1, 100, {MEMORY}))"
BESIDE = "with beside(nothing) as begin: begin(asleep, folder)()"


@pytest.mark.parametrize("what", [LIMITED, BESIDE], ids=["limited", "beside"])
@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT])
def test_no_child_outlives_its_parent(tmp_path: Path, signum: int, what: str) -> None:
    code = (
        # which a job that a shell runs in the background ignores
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path; from pipeline.workers import beside, run_limited\n"
        f"from tests.test_workers import asleep, nothing; folder = Path({str(tmp_path)!r})\n{what}"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL)
    assert begun(tmp_path)
    parent.send_signal(signum)
    parent.wait(20)
    assert gone_within(tmp_path, 5)
