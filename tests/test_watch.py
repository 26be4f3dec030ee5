"""A watched folder: what is still being copied is left out, what has come to rest is read, once."""

import http.server
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.bulletin import failure, failure_told, tell
from pipeline.errors import AlreadyRunning, Away, CodebookError, CorpusError, PrecedentError, SettingsError
from pipeline.files import unwritable, write_record
from pipeline.publish import load_run
from pipeline.settings import Settings, resolve
from pipeline.unattended import _until_ended
from pipeline.watching import check_folder, watch
from tests.conftest import ROOT, SAMPLE

Step = Callable[[], object]


class Watched:
    """A watch over `settings` whose looks each come after one of `steps`; `runs` are the names that each refresh took.

    It ends after the last step. What `fails` gives is raised in place of a refresh, in turn; None is none.
    """

    def __init__(
        self, settings: Settings, steps: Sequence[Callable[[], object]], fails: Collection[Exception | None] = ()
    ):
        self.settings, self.steps, self.fails = settings, iter(steps), list(fails)
        self.runs: list[list[str]] = []
        self.told: list[object] = []

    def refresh(self, settings: Settings, moving: Collection[Path]) -> Any:
        names = {p.name for p in settings.corpus.iterdir()} - {p.name for p in moving}
        self.runs.append(sorted(names))
        error = self.fails.pop(0) if self.fails else None
        if error:
            raise error
        return "refreshed"

    def rest(self, _: float) -> None:
        step = next(self.steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    def through(self) -> list[list[str]]:
        with pytest.raises(KeyboardInterrupt):
            watch(self.settings, 30, self.refresh, self.told.append, self.rest)
        return self.runs


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.pdf").write_bytes(b"%PDF- a")
    return Settings(corpus=tmp_path / "papers", out=tmp_path / "papers" / "tables")


def rest() -> None:
    """A look at which nothing has happened."""


def grow(path: Path) -> Step:
    def more() -> None:
        with path.open("ab") as handle:
            handle.write(b"%PDF- more")

    return more


def test_a_file_is_read_once_and_only_when_it_has_stopped_growing(given: Settings) -> None:
    steps = [rest, rest, *[grow(given.corpus / "b.pdf")] * 4, rest, rest, rest]
    assert Watched(given, steps).through() == [["a.pdf"], ["a.pdf", "b.pdf"]]


def test_nothing_is_read_at_the_first_look(given: Settings) -> None:
    assert Watched(given, []).through() == []


def test_a_file_that_grows_for_long_does_not_keep_others_waiting(given: Settings) -> None:
    steps = [grow(given.corpus / "long.pdf")] * 25
    assert Watched(given, steps).through() == [["a.pdf"]]  # and not again and again


def test_a_paper_that_goes_or_changes_is_noticed(given: Settings) -> None:
    paper = given.corpus / "b.pdf"

    def replaced() -> None:
        aside = given.corpus / ".aside"
        aside.write_bytes(b"%PDF- B")
        os.utime(aside, ns=(times.st_atime_ns, times.st_mtime_ns))
        aside.replace(paper)

    paper.write_bytes(b"%PDF- b")
    times = paper.stat()
    steps = [rest, replaced, rest, paper.unlink, rest, rest, given.log.touch, rest]
    runs = Watched(given, steps).through()
    assert [("b.pdf" in names) for names in runs] == [True, True, False, False]


def test_tables_among_the_papers_start_no_refresh(given: Settings) -> None:
    steps = [rest, given.out.mkdir, grow(given.out / "report.html"), rest, rest]
    assert len(Watched(given, steps).through()) == 1


def test_another_run_is_waited_for(given: Settings) -> None:
    busy = AlreadyRunning("another run is at work", "out", "wait")
    watched = Watched(given, [rest] * 4, [busy, busy, None])
    assert len(watched.through()) == 3
    assert watched.told == ["refreshed"]


def test_what_can_pass_is_tried_again_later_and_told_once(given: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 10))  # seconds, some a look
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    full = unwritable(given.out, OSError(28, "No space left on device"))
    watched = Watched(given, [rest] * 30, [full, full, None])
    assert len(watched.through()) == 3
    assert watched.told == [full, "refreshed"]


def test_what_cannot_pass_waits_for_a_change(given: Settings) -> None:
    wrong = CodebookError("two codes of one name")
    steps = [*[rest] * 10, grow(given.corpus / "b.pdf"), rest, rest]
    watched = Watched(given, steps, [wrong, None])
    assert len(watched.through()) == 2
    assert watched.told == [wrong, "refreshed"]


def test_a_share_that_goes_away_and_comes_back(given: Settings) -> None:
    away = given.corpus.with_name("away")
    steps = [rest, lambda: given.corpus.rename(away), rest, rest, lambda: away.rename(given.corpus), rest, rest]
    watched = Watched(given, steps)
    assert watched.through() == [["a.pdf"], ["a.pdf"]]  # once more, for it may have gone in the middle
    assert [isinstance(told, Away) for told in watched.told] == [False, True, False]


def test_a_share_that_goes_away_while_papers_are_read(given: Settings) -> None:
    gone = Away("the papers went away while they were read", str(given.corpus), "see that its share is there")
    watched = Watched(given, [rest] * 6, [gone, gone, None])
    assert watched.through() == [["a.pdf"]] * 3
    assert watched.told == [gone, "refreshed"]


def test_an_error_of_the_system_does_not_end_the_watch(given: Settings) -> None:
    stale = OSError(116, "Stale file handle")
    watched = Watched(given, [rest, rest, grow(given.corpus / "b.pdf"), rest, rest], [stale, None])
    assert len(watched.through()) == 2
    assert watched.told == [stale, "refreshed"]


def test_an_empty_mount_point_is_no_folder_of_papers(given: Settings, tmp_path: Path) -> None:
    paper = given.corpus / "a.pdf"
    check_folder(given)
    paper.unlink()
    check_folder(given)  # no run was there yet: a harvest may fill it
    write_record(given.out / "run.json", {"run_id": "x"})
    with pytest.raises(Away, match="is empty"):
        check_folder(given)
    grow(paper)()
    check_folder(given)
    given.corpus.rename(tmp_path / "elsewhere")
    with pytest.raises(Away, match="no such folder"):
        check_folder(given)


@contextmanager
def listener(status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    """The address of a server on this machine, and what was posted to it."""
    heard: list[Any] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
        server.shutdown()


def test_an_address_hears_what_happened_where_and_what_to_do(given: Settings, tmp_path: Path) -> None:
    error = CorpusError("there is no such folder of papers", "/papers", "name a folder")
    with listener() as (address, heard):
        settings = resolve(None, {"webhook": address})
        with pytest.raises(CorpusError), failure_told(settings):
            raise error
        with pytest.raises(AlreadyRunning), failure_told(settings):
            raise AlreadyRunning("another run is at work")
        with pytest.raises(ValueError, match="quote"), failure_told(settings):
            raise ValueError("a quote of a paper")
    assert heard[0] == {"what": error.what, "where": error.where, "remedy": error.remedy}
    assert heard[1]["what"] == "unexpected ValueError"
    assert len(heard) == 2
    assert "quote" not in str(heard)


def test_a_hook_that_fails_hides_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    told = failure(PrecedentError("it failed"), Settings())
    with listener(500) as (address, heard):
        tell(resolve(None, {"webhook": address, "on_failure": "no-such-command --at all"}), told)
    assert heard == [told]
    assert "on_failure did not take the news" in caplog.text
    assert "webhook did not take the news" in caplog.text


def test_nobody_is_told_unless_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.bulletin._post", lambda *_: pytest.fail("it was posted"))
    monkeypatch.setattr("pipeline.bulletin._run", lambda *_: pytest.fail("it was run"))
    tell(Settings(), failure(PrecedentError("it failed"), Settings()))


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("webhook", "file:///etc/passwd", "https://hooks.example/x"),
        ("webhook", "ftp://hooks.example", "http://127.0.0.1:8080"),
        ("dask", "scheduler", "tcp://10.0.0.1:8786"),
        ("dask", "http://scheduler", "scheduler:8786"),
    ],
)
def test_addresses_are_checked(name: str, wrong: str, right: str) -> None:
    assert getattr(resolve(None, {name: right}), name) == right
    with pytest.raises(SettingsError, match=f"{name} cannot be"):
        resolve(None, {name: wrong})


def test_an_interrupt_that_python_drops_still_ends_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cleared:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    dropped: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", dropped.append)
    try:
        rest = _until_ended()
        rest(0)
        Cleared()
        assert dropped
        with pytest.raises(KeyboardInterrupt):
            rest(60)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_watch_as_typed(own_run: Settings) -> None:
    last = load_run(own_run.out)
    command = [sys.executable, "-m", "pipeline.cli", "watch", str(own_run.corpus), "--out", str(own_run.out)]
    child = subprocess.Popen([*command, "--every", "0.2"], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    content = (SAMPLE / "2004-wambolin-cp-centre-kenya.pdf").read_bytes() + b"\n% another file"
    new = own_run.corpus / "dropped.pdf"
    (own_run.corpus / "2004-wambolin-cp-centre-kenya.pdf").unlink()
    with new.open("wb") as handle:
        for at in range(0, len(content), len(content) // 8 + 1):
            handle.write(content[at : at + len(content) // 8 + 1])
            handle.flush()
            time.sleep(0.1)
    slow = threading.Timer(240, child.kill)
    slow.start()
    assert child.stdout
    said = list(itertools.takewhile(lambda line: "16 papers in the tables" not in line, child.stdout))
    child.terminate()
    said += child.communicate(timeout=60)[0].splitlines()
    slow.cancel()
    assert load_run(own_run.out)["run_id"] != last["run_id"]
    assert child.returncode == 0
    assert "Ended. Finished work is kept." in said
    assert b"dropped.pdf" in (own_run.out / "tables" / "documents.csv").read_bytes()
    shutil.rmtree(own_run.corpus)
