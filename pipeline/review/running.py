"""A run started from the pages: a process of its own, so that the pages go on while it works."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from pipeline.files import STATE
from pipeline.settings import Settings

LINES = 30  # of the run's last words that are shown


class Runner:
    """The run that was started last, if any; a class because a process is held from one request to the next."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._log = settings.out / STATE / "review-run.log"

    @property
    def going(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def ended(self) -> int | None:
        """The exit code of the last run; None where none was started or it goes on."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start a run, unless one goes on. Raises OSError."""
        if self.going:
            return
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "pipeline.cli", "run"]
            root = Path(__file__).parents[2]
            self._process = subprocess.Popen(
                command, cwd=root, env=_environment(self._settings), stdout=log, stderr=subprocess.STDOUT
            )

    def words(self) -> list[str]:
        """The last lines that the run said."""
        try:
            said = self._log.read_bytes()[-20_000:].decode("utf-8", errors="replace")
        except OSError:
            return []
        return said.splitlines()[-LINES:] if self._process is not None else []


def _environment(settings: Settings) -> dict[str, str]:
    """The environment that gives another process the same settings."""
    told = {f.name: getattr(settings, f.name) for f in fields(Settings)}
    return {
        **os.environ,
        **{f"PRECEDENT_{name.upper()}": str(value) for name, value in told.items() if value not in (None, "")},
    }
