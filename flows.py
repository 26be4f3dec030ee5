"""Prefect's part: tasks, the refresh flow, its schedule. Wiring only; the stages and their order are in `pipeline`.

`python flows.py [CORPUS] [--out DIR] [--settings FILE]` does the same as `precedent run`, with Prefect's
history, retries and states. The server is embedded, on loopback, and keeps its files in ./.prefect.
`precedent schedule` calls `serve`; `prefect.yaml` deploys `scheduled_refresh` to a work pool.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_QUIET = {  # before Prefect is imported, which reads them once
    "PREFECT_HOME": str(Path.cwd() / ".prefect"),
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}
for _name, _value in _QUIET.items():
    os.environ.setdefault(_name, _value)
_direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
os.environ["no_proxy"] = os.environ["NO_PROXY"] = f"{_direct},127.0.0.1,localhost".lstrip(",")  # no proxy to ourselves

from prefect import flow, task  # noqa: E402 - after its settings
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.orchestration import get_client  # noqa: E402
from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter  # noqa: E402
from prefect.client.schemas.objects import State  # noqa: E402
from prefect.client.schemas.schedules import CronSchedule  # noqa: E402
from prefect.context import TaskRunContext  # noqa: E402
from prefect.runner import Runner  # noqa: E402
from prefect.runtime import deployment  # noqa: E402
from prefect.schedules import Cron, Schedule  # noqa: E402
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings  # noqa: E402
from prefect.states import Cancelled  # noqa: E402
from prefect.tasks import exponential_backoff  # noqa: E402

from pipeline import bulletin  # noqa: E402
from pipeline.cli import guarded, make_run  # noqa: E402
from pipeline.cluster import driver  # noqa: E402
from pipeline.errors import AlreadyRunning, PrecedentError, SettingsError, passes  # noqa: E402
from pipeline.harvest import harvest_first  # noqa: E402
from pipeline.refresh import refresh  # noqa: E402
from pipeline.settings import Settings, resolve  # noqa: E402
from pipeline.summary import Summary  # noqa: E402
from pipeline.watching import check_folder  # noqa: E402

PATIENCE = 90  # seconds that a server may take to start
PATIENT: dict[str, Any] = {  # with a folder that is away, or a cluster: over five minutes
    "retries": 5,
    "retry_delay_seconds": exponential_backoff(10),
}
LEASHED = """
import os, runpy, threading

def end_with_parent():
    os.read(0, 1)  # nothing comes; it ends when the process that holds the other end does, however that ends
    os._exit(1)

threading.Thread(target=end_with_parent, daemon=True).start()
runpy.run_module("prefect", run_name="__main__", alter_sys=True)
"""


def _passes(_task: Any, _run: Any, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, BaseException) and passes(error)


@task(
    retries=3,
    retry_delay_seconds=exponential_backoff(10),
    retry_condition_fn=_passes,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def step(function: Callable[[Any], Any], batch: Any) -> Any:
    """One batch of one stage. Our store decides what is new, so Prefect caches and persists nothing."""
    return function(batch)


def run_in_prefect(name: str, function: Callable[[Any], Any], batches: Sequence[Any]) -> Iterable[Any]:
    """The driver: a task run for each batch, one after the other; each batch uses all cores itself.

    Within a task, whose tries its own would multiply, none is tried again by itself.
    """
    tried: Any = step.with_options(name=name, retries=0) if TaskRunContext.get() else step.with_options(name=name)
    return [tried(function, batch) for batch in batches]


@flow(name="refresh", persist_result=False, validate_parameters=False)
def refresh_flow(settings: Settings) -> Summary:
    """Bring the tables up to date with the folder of papers."""
    summary = refresh(settings, driver(settings, run_in_prefect))
    create_markdown_artifact(key="refresh", markdown=bulletin.page(summary), description="What the refresh did")
    table = bulletin.comparison(summary.out)
    create_table_artifact(key="comparison", table=table, description="Cleaner production beside climate, in papers")
    return summary


def _tell_of_crash(flow: Any, flow_run: Any, state: Any) -> None:  # noqa: ARG001 - Prefect gives them by name
    """A run whose process was ended from outside, as a system short of memory does, could not tell of it itself."""
    settings = bulletin.who_hears(*_given(**flow_run.parameters))
    remedy = "nothing is lost, the next run goes on; where memory was short, set fewer workers"
    bulletin.tell(settings, {"what": "the refresh was ended", "where": str(settings.corpus), "remedy": remedy})


@flow(name="scheduled-refresh", persist_result=False, on_crashed=[_tell_of_crash])
def scheduled_refresh(corpus: str = "", out: str = "", settings: str = "") -> Any:
    """Refresh the tables of a folder of papers, after a harvest where the settings name a query; leave with a message
    where a refresh is at work already.

    `settings` is a file, read anew at each run; what is empty is as in that file, or as by default.
    """
    _leave_out_what_is_late()
    parameters = {"corpus": corpus, "out": out, "settings": settings}
    patient: Any = step.with_options(**PATIENT)
    with bulletin.failure_told(bulletin.who_hears(*_given(**parameters))):
        given = patient.with_options(name="look at the folder")(_looked, parameters)
        harvest_first(given)
        done = patient.with_options(name="refresh")(_refreshed, given)
    return Cancelled(message=str(done)) if isinstance(done, AlreadyRunning) else done


def _leave_out_what_is_late() -> None:
    """Cancel the other refreshes of this schedule that are due by now: one does what all would do, be it after a week
    in which the machine was off."""
    if not deployment.id:
        return
    now = datetime.now(UTC)
    message = f"left out, for it was late: the refresh that began at {now:%Y-%m-%d %H:%M} UTC does its work"
    of_ours = DeploymentFilter.model_validate({"id": {"any_": [deployment.id]}})
    due = {"state": {"type": {"any_": ["SCHEDULED"]}}, "expected_start_time": {"before_": now}}
    with get_client(sync_client=True) as client:
        late = client.read_flow_runs(deployment_filter=of_ours, flow_run_filter=FlowRunFilter.model_validate(due))
        for run in late:
            client.set_flow_run_state(run.id, Cancelled(message=message))


def _looked(parameters: dict[str, str]) -> Settings:
    """The settings, once they can be read and the folder of papers is there."""
    given = resolve(*_given(**parameters))
    check_folder(given)
    return given


def _refreshed(settings: Settings) -> Summary | AlreadyRunning:
    """What a refresh did, or that another is at work, which is no failure."""
    try:
        return refresh_flow.fn(settings)
    except AlreadyRunning as error:
        return error


def _given(corpus: str = "", out: str = "", settings: str = "") -> tuple[Path | None, dict[str, object]]:
    """What `resolve` takes."""
    return Path(settings) if settings else None, {"corpus": corpus or None, "out": out or None}


class _Runner(Runner):
    """Prefect's runner, which leaves its schedule and its runs going when SIGTERM ends it, ending as by Ctrl-C."""

    def handle_sigterm(self, *_: Any, **__: Any) -> None:
        signal.raise_signal(signal.SIGINT)


def by_cron(cron: str, timezone: str) -> Schedule:
    """A schedule in cron's writing, in a time zone by name. Raises SettingsError."""
    try:
        CronSchedule(cron=cron, timezone=timezone)
    except ValueError as error:
        remedy = 'write it as in --cron "0 2 * * *" --timezone Europe/Oslo'
        raise SettingsError(f"{cron!r} in {timezone!r} is no schedule", "command line", remedy) from error
    return Cron(cron, timezone=timezone)


def serve(name: str, parameters: dict[str, str], schedule: Schedule, told: Callable[[str], None]) -> None:
    """Start scheduled refreshes of these parameters, one at a time, until interrupted.

    On the server at PREFECT_API_URL, else on one of its own on loopback. `told` gets the server's address. That no two
    are at work at once is held by our lock: a limit of the server's own would outlive a run that is cut off by a power
    cut, and let none begin ever after.
    """
    with server() as address, temporary_settings({PREFECT_API_URL: address}):
        os.environ["PREFECT_API_URL"] = address  # for the processes of runs
        bulletin.remember_who_hears(resolve(*_given(**parameters)))
        told(address.removesuffix("/api"))
        runner = _Runner(name=name, limit=1)
        runner.add_flow(
            scheduled_refresh,
            name=name,
            schedules=[schedule],
            parameters=parameters,
        )
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it starts behind it
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(runner.start())


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The API address of the server that is set, or of one with a scheduler, started for as long as needed.

    The server that Prefect embeds by itself has no scheduler. Ours ends with this process, even where that is killed.
    Raises AlreadyRunning where one is at work on Prefect's files, PrecedentError where it does not start.
    """
    if PREFECT_API_URL.value():
        yield PREFECT_API_URL.value()
        return
    home = PREFECT_HOME.value()
    with _alone(home) as held:
        port = _free_port(home)
        address = f"http://127.0.0.1:{port}/api"
        with _server_process(port, home / "server.log", held) as process:
            try:
                _wait_for(address, process, home / "server.log")
                os.write(held, address.encode())
                yield address
            finally:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                process.kill()


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[int]:
    """The file that says which server is at work on Prefect's files, empty and locked for us: two would write to one
    database. The lock is the kernel's; the server holds it too, so that it goes when both have ended."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "server.lock").open("a+")
    except OSError as error:
        remedy = "start from a folder that you may write to, or set PREFECT_HOME to one"
        raise PrecedentError(f"Prefect cannot keep its files ({error.strerror})", str(home), remedy) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            remedy = (
                f"to use that one for as long as it runs, set PREFECT_API_URL={file.read() or 'to its address'}; "
                "or start this one from another folder"
            )
            raise AlreadyRunning("another Prefect server keeps its files here", str(home), remedy) from error
        file.truncate(0)
        yield file.fileno()


def _server_process(port: int, log: Path, held: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", LEASHED, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    # its pages would else ask the server at the usual port, which may be somebody's
    environment = {**os.environ, "PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api"}
    with log.open("w") as out:
        streams: Any = {"stdin": subprocess.PIPE, "stdout": out, "stderr": out, "pass_fds": [held]}
        return subprocess.Popen(command, env=environment, start_new_session=True, **streams)


def _free_port(home: Path) -> int:
    """A port of these files' own, where it is free, so that their page has an address to remember; two servers that
    start at once, as with the machine, would both find Prefect's usual one free, and one folder's runs go to the other.
    """
    usual = 4200 + int(hashlib.sha256(str(home).encode()).hexdigest(), 16) % 1000
    for port in (usual, 0):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)) as found:
            return int(found.getsockname()[1])
    raise PrecedentError("no port on this machine is free")


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once the server answers. Raises PrecedentError where it ends or takes too long."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=5):  # noqa: S310 - ours
            return
        time.sleep(0.2)
    remedy = "see that file; or start one yourself (prefect server start) and set PREFECT_API_URL to its address"
    raise PrecedentError("the Prefect server did not start", str(log), remedy)


if __name__ == "__main__":
    sys.exit(guarded(make_run(refresh_flow)))
