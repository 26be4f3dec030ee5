"""Refreshes by the clock, against a real Prefect server."""

import asyncio
import contextlib
import errno
import fcntl
import importlib
import inspect
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from pipeline import bulletin
from pipeline.errors import CodebookError, SettingsError, StoreError, Unreachable
from pipeline.export import read_table
from pipeline.files import lock, unwritable
from pipeline.publish import load_run
from pipeline.settings import Settings, resolve
from pipeline.unattended import name_of
from pipeline.watching import check_folder
from tests.conftest import ROOT

Patch = pytest.MonkeyPatch

SERVED = """
import json, sys
from datetime import timedelta
from prefect.schedules import Interval
import flows
name, given = sys.argv[1:]
flows.serve(name, json.loads(given), Interval(timedelta(seconds=5)), print)
"""


@contextmanager
def served(name: str, given: dict[str, str], environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The flow on a schedule of every five seconds, in a process of its own."""
    command = [sys.executable, "-c", SERVED, name, json.dumps(given)]
    child = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def asked(environment: dict[str, str], what: str) -> list[dict[str, Any]]:
    """Everything of a kind that the server knows."""
    address = f"{environment['PREFECT_API_URL']}/{what}/filter"
    answer: list[dict[str, Any]] = httpx.post(address, json={}).raise_for_status().json()
    return answer


def state_of(**given: str) -> Any:
    """The state that a scheduled refresh ends in, run here, without the waits between its tries."""
    import flows

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(flows.PATIENT, "retry_delay_seconds", 0.1)
        return flows.scheduled_refresh(**given, return_state=True)


def until(true: Any, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.2)


def missed(environment: dict[str, str], name: str, given: dict[str, str], nights: int) -> set[str]:
    """The ids of runs of a schedule that fell due while nothing served it, one a night until last."""
    address = environment["PREFECT_API_URL"]

    def made(what: str, **given: Any) -> str:
        return str(httpx.post(f"{address}/{what}", json=given).raise_for_status().json()["id"])

    limit = {"concurrency_limit": 1, "concurrency_options": {"collision_strategy": "CANCEL_NEW"}}  # once set by us
    schedule = made("deployments/", name=name, flow_id=made("flows/", name="scheduled-refresh"), **limit)
    cut_off = made(f"deployments/{schedule}/create_flow_run")  # by a power cut: it keeps its place under that limit
    for kind in ("PENDING", "RUNNING"):
        httpx.post(f"{address}/flow_runs/{cut_off}/set_state", json={"state": {"type": kind}}).raise_for_status()
    now = datetime.now(UTC)
    due = [(now - timedelta(days=n)).isoformat() for n in range(nights, 0, -1)]
    late = [{"type": "SCHEDULED", "state_details": {"scheduled_time": moment}} for moment in due]
    return {made(f"deployments/{schedule}/create_flow_run", state=state, parameters=given) for state in late}


def fired(environment: dict[str, str]) -> list[str]:
    """The ids of the runs that a schedule began and that are completed."""
    runs = asked(environment, "flow_runs")
    return [run["id"] for run in runs if run["deployment_id"] and run["state_type"] == "COMPLETED"]


def test_a_scheduled_refresh_fires(prefect_harness: dict[str, str], own_run: Settings) -> None:
    last = load_run(own_run.out)
    gone = own_run.corpus / "2015-kaveriappan-pat-india.pdf"
    gone.unlink()
    given = {"corpus": str(own_run.corpus), "out": str(own_run.out)}
    late = missed(prefect_harness, "fires", given, 4)
    with served("fires", given, prefect_harness) as child:
        until(lambda: load_run(own_run.out)["counts"]["papers"] < last["counts"]["papers"])
        until(lambda: fired(prefect_harness))
        child.terminate()  # as a service manager does
        assert child.wait(60) == 0
    ends = Counter(run["state"]["type"] for run in asked(prefect_harness, "flow_runs") if run["id"] in late)
    assert ends == {"COMPLETED": 1, "CANCELLED": 3}
    assert all(gone.name != row["path"] for row in read_table(own_run.out / "tables" / "documents.csv"))
    (deployment,) = (d for d in asked(prefect_harness, "deployments") if d["name"] == "fires")
    assert not deployment["global_concurrency_limit"]  # whose place a run that is cut off by a power cut keeps for ever
    assert deployment["paused"]  # nobody would do what it asks for
    of_ours = [a for a in asked(prefect_harness, "artifacts") if a["flow_run_id"] in fired(prefect_harness)]
    shown = {artifact["key"]: artifact["data"] for artifact in of_ours}
    assert "15 papers in the tables" in shown["refresh"]
    assert "1 paper out" in shown["refresh"]
    assert len(json.loads(shown["comparison"])) == len(read_table(own_run.out / "tables" / "comparison.csv"))
    quotes = [row["quote"] for row in read_table(own_run.out / "tables" / "evidence.csv")]
    assert not any(quote in told for quote in quotes for told in shown.values())


def test_a_refresh_beside_another_leaves_with_a_message(prefect_harness: dict[str, str], own_run: Settings) -> None:
    given = {"corpus": str(own_run.corpus), "out": str(own_run.out)}
    with lock(own_run.out):
        state = state_of(**given)
    assert state.is_cancelled()
    assert "another run is at work" in state.message
    assert state_of(**given).is_completed()


def test_what_can_pass_is_tried_again_and_what_cannot_is_not(prefect_harness: dict[str, str]) -> None:
    from flows import step

    quick: Any = step.with_options(retry_delay_seconds=0)

    def tries_until_given_up(error: Exception) -> int:
        tried = []

        def fails(_: object) -> None:
            tried.append(1)
            raise error

        with pytest.raises(type(error)):
            quick(fails, None)
        return len(tried)

    assert tries_until_given_up(unwritable(Path("out"), OSError(errno.EIO, "Input/output error"))) == 4
    assert tries_until_given_up(OSError(errno.ESTALE, "Stale file handle")) == 4
    assert tries_until_given_up(Unreachable("no Dask scheduler answers there")) == 4
    assert tries_until_given_up(unwritable(Path("out"), OSError(errno.ENOSPC, "No space left on device"))) == 1
    assert tries_until_given_up(OSError(errno.EROFS, "Read-only file system")) == 1
    assert tries_until_given_up(StoreError("kept state is damaged")) == 1
    assert tries_until_given_up(CodebookError("two codes of one name")) == 1


@pytest.mark.parametrize(("number", "tries"), [(errno.ENOSPC, 1), (errno.EHOSTDOWN, 6)])
def test_it_is_told_after_one_round_of_tries(
    number: int, tries: int, prefect_harness: dict[str, str], own_run: Settings, tmp_path: Path, monkeypatch: Patch
) -> None:
    """Not after one of the refresh for each of a batch; and at once where waiting mends nothing."""
    import flows

    tried: list[int] = []

    def fails(_: object) -> None:
        tried.append(1)
        raise unwritable(own_run.out, OSError(number, os.strerror(number)))

    monkeypatch.setattr(flows, "refresh", lambda _, run: list(run("read and code", fails, [None])))
    heard, settings = hook(tmp_path)
    state = state_of(corpus=str(own_run.corpus), out=str(own_run.out), settings=str(settings))
    assert state.is_failed()
    assert len(tried) == tries
    assert os.strerror(number) in state.message
    assert os.strerror(number) in json.loads(heard.read_text(encoding="utf-8"))["what"]


def test_a_share_that_is_away_for_a_while_is_waited_for(
    prefect_harness: dict[str, str], own_run: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import flows

    away = own_run.corpus.with_name("away")
    own_run.corpus.rename(away)
    own_run.corpus.mkdir()  # its mount point
    looked: list[int] = []

    def look(settings: Settings) -> None:
        looked.append(1)
        if len(looked) == 4:
            away.replace(settings.corpus)
        check_folder(settings)

    monkeypatch.setattr(flows, "check_folder", look)
    monkeypatch.setattr(flows, "harvest_first", lambda _: looked.append(0))
    given = {"corpus": str(own_run.corpus), "out": str(own_run.out)}
    assert state_of(**given).is_completed()
    assert looked == [1, 1, 1, 1, 0]  # nothing is harvested into a mount point


def test_how_long_is_waited_for_a_share() -> None:
    from flows import PATIENT

    delays = PATIENT["retry_delay_seconds"](PATIENT["retries"])
    assert 240 < sum(delays) < 600


def hook(folder: Path) -> tuple[Path, Path]:
    """Where a command writes what it hears of a failure, and the settings file that names the command."""
    heard, settings = folder / "heard.json", folder / "precedent.toml"
    code = f"import pathlib, sys; pathlib.Path({str(heard)!r}).write_text(sys.stdin.read())"
    settings.write_text(f"on_failure = {json.dumps(shlex.join([sys.executable, '-c', code]))}", encoding="utf-8")
    return heard, settings


def test_a_failed_refresh_is_told_of(prefect_harness: dict[str, str], own_run: Settings, tmp_path: Path) -> None:
    heard, settings = hook(tmp_path)
    given = {"corpus": str(tmp_path / "away"), "out": str(own_run.out), "settings": str(settings)}
    state = state_of(**given)
    assert state.is_failed()
    told = json.loads(heard.read_text(encoding="utf-8"))
    assert told["what"] == "there is no such folder of papers"
    assert told["where"] == str(tmp_path / "away")
    assert told["remedy"]


@pytest.mark.parametrize("content", ["workers = 2 cores", "wrokers = 2", None])
def test_settings_that_cannot_be_read_are_told_to_whom_they_named_when_the_schedule_began(
    content: str | None, prefect_harness: dict[str, str], own_run: Settings, tmp_path: Path, monkeypatch: Patch
) -> None:
    from prefect.states import Crashed

    import flows

    heard, settings = hook(tmp_path)
    given = {"corpus": str(own_run.corpus), "out": str(own_run.out), "settings": str(settings)}
    monkeypatch.setenv(bulletin.AT_START, "")
    bulletin.remember_who_hears(resolve(settings))
    if content is None:
        settings.unlink()
    else:
        settings.write_text(content, encoding="utf-8")
    state = state_of(**given)
    assert state.is_failed()
    assert str(settings) in state.message
    assert json.loads(heard.read_text(encoding="utf-8"))["where"] == str(settings)
    (called,) = flows.scheduled_refresh.on_crashed_hooks
    flow_run: Any = SimpleNamespace(parameters=given)
    called(flow=flows.scheduled_refresh, flow_run=flow_run, state=Crashed())
    assert json.loads(heard.read_text(encoding="utf-8"))["where"] == str(own_run.corpus)


def test_a_run_that_was_killed_is_told_of(tmp_path: Path) -> None:
    """By Prefect's runner, which calls its hook by these names."""
    from prefect.states import Crashed

    from flows import scheduled_refresh

    heard, settings = hook(tmp_path)
    (called,) = scheduled_refresh.on_crashed_hooks
    parameters = {"corpus": str(tmp_path), "settings": str(settings)}
    flow_run: Any = SimpleNamespace(parameters=parameters)
    called(flow=scheduled_refresh, flow_run=flow_run, state=Crashed())
    told = json.loads(heard.read_text(encoding="utf-8"))
    assert told["what"] == "the refresh was ended"
    assert told["where"] == str(tmp_path)


def test_two_servers_that_start_at_once_take_two_ports(tmp_path: Path) -> None:
    import flows

    assert flows._free_port(tmp_path / "a") == flows._free_port(tmp_path / "a") != flows._free_port(tmp_path / "b")


def test_a_second_server_for_one_folder_is_refused_and_ours_ends_with_us(tmp_path: Path) -> None:
    """The first is killed, which lets nothing be tidied up; its server goes, and Prefect's files are free again."""
    import flows

    hold = "import flows\nwith flows.server() as address:\n    print(address, flush=True)\n    input()"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"PREFECT_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    environment |= {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "no_proxy": "x.example"}

    def first() -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-c", hold], stdin=pipe, stdout=pipe, env=environment, text=True)

    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # somebody else's server, if it is not there already
            held.enter_context(socket.create_server(("127.0.0.1", flows._free_port(tmp_path))))
        child = held.enter_context(first())
        assert child.stdout
        address = child.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        page = httpx.get(address.removesuffix("/api") + "/ui-settings", trust_env=False).json()
        assert page["api_url"] == address
        command = [sys.executable, "-m", "pipeline.cli", "schedule", str(tmp_path), "--out", str(tmp_path / "out")]
        second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert second.returncode == 3
        assert "another Prefect server keeps its files here" in second.stderr
        assert f"PREFECT_API_URL={address}" in second.stderr
        child.kill()

    def free() -> bool:
        with (tmp_path / "server.lock").open() as file, contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    until(free, 10)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{address}/health", trust_env=False)


def test_a_nightly_refresh_comes_once_also_when_the_clocks_change() -> None:
    from prefect.server.schemas.schedules import CronSchedule

    from flows import by_cron

    given = by_cron("30 2 * * *", "Europe/Oslo")
    schedule = CronSchedule(cron=str(given.cron), timezone=given.timezone)
    for day in (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)):
        found: list[Any] = asyncio.run(schedule.get_dates(3, day))
        due = [moment.astimezone(ZoneInfo("Europe/Oslo")) for moment in found]
        assert [moment.date() - day.date() for moment in due] == [timedelta(n) for n in range(3)]
        assert all(moment.hour in (1, 2) and moment.minute == 30 for moment in due)


@pytest.mark.parametrize(("cron", "zone"), [("at two", "UTC"), ("0 2 * * *", "Middle/Earth"), ("0 25 * * *", "UTC")])
def test_a_schedule_that_is_none_is_refused_before_a_server_starts(cron: str, zone: str) -> None:
    from flows import by_cron

    assert by_cron("0 2 * * *", "Europe/Oslo").timezone == "Europe/Oslo"
    with pytest.raises(SettingsError, match="no schedule"):
        by_cron(cron, zone)


def test_two_folders_are_two_schedules(tmp_path: Path) -> None:
    one, other = (Settings(corpus=tmp_path / "papers", out=tmp_path / name) for name in ("a", "b"))
    assert name_of(one) != name_of(other)
    assert name_of(one) == name_of(one)
    assert not set("/%") & set(name_of(Settings(corpus=tmp_path / "50% of/it")))


def test_the_deployment_for_work_pools_names_what_there_is() -> None:
    from flows import scheduled_refresh

    yaml: Any = importlib.import_module("yaml")  # it publishes no types
    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert deployment["entrypoint"] == "flows.py:scheduled_refresh"
    named = re.findall(r"\$(\w+)", (ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    assert not [name for name in named if name.startswith("PRECEDENT_")]  # which would be taken for settings
    assert set(deployment["parameters"]) == set(inspect.signature(scheduled_refresh.fn).parameters)
    assert "concurrency_limit" not in deployment
