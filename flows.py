"""Prefect's part: tasks and the refresh flow. Wiring only; the stages and their order are in `pipeline`.

`python flows.py [CORPUS] [--out DIR] [--settings FILE]` does the same as `precedent run`, with Prefect's
history, retries and states. The server is embedded, on loopback, and keeps its files in ./.prefect.
"""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
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

from prefect import flow, task  # noqa: E402 - after its settings
from prefect.cache_policies import NO_CACHE  # noqa: E402

from pipeline.cli import guarded, make_run  # noqa: E402
from pipeline.refresh import Summary, refresh  # noqa: E402
from pipeline.settings import Settings  # noqa: E402


@task(retries=2, retry_delay_seconds=5, persist_result=False, cache_policy=NO_CACHE)
def step(function: Callable[[Any], Any], batch: Any) -> Any:
    """One batch of one stage. Our store decides what is new, so Prefect caches and persists nothing."""
    return function(batch)


def run_in_prefect(name: str, function: Callable[[Any], Any], batches: Sequence[Any]) -> Iterable[Any]:
    """The driver: a task run for each batch, one after the other; each batch uses all cores itself."""
    return [step.with_options(name=name)(function, batch) for batch in batches]


@flow(name="refresh", persist_result=False, validate_parameters=False)
def refresh_flow(settings: Settings) -> Summary:
    """Bring the tables up to date with the folder of papers."""
    return refresh(settings, run_in_prefect)


if __name__ == "__main__":
    sys.exit(guarded(make_run(refresh_flow)))
