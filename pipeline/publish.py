"""The tables and the report of a run, put in place together, and the record of that run."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.files import ASIDE, STATE, sha256_of, unwritable, write_bytes


@contextlib.contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A folder to write tables into; gone on leaving."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=ASIDE, dir=out / STATE))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise unwritable(out, error) from error


def publish(staged: Path, out: Path, run: dict[str, Any]) -> list[Path]:
    """Put the staged files in place of the last run's, then the run record `run` with their hashes.

    A file that somebody changed since the last run is first set aside under another name; returns those. One
    that a killed run put in place already, just as it is staged now, is nobody's change.
    A file of the last run that this one no longer makes is removed.
    """
    before = load_run(out).get("files", {})
    files = {str(p.relative_to(staged)): sha256_of(p) for p in sorted(staged.rglob("*")) if p.is_file()}
    kept = [_set_aside(out / name) for name in sorted(before) if _changed(out / name, {before[name], files.get(name)})]
    for name in files:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / name).replace(out / name)
    for name in set(before) - set(files):
        (out / name).unlink(missing_ok=True)
    record = json.dumps({**run, "files": files}, indent=1, sort_keys=True, ensure_ascii=False)
    write_bytes(out / "run.json", record.encode())
    return kept


def _changed(path: Path, ours: set[str | None]) -> bool:
    return path.is_file() and sha256_of(path) not in ours


def _set_aside(path: Path) -> Path:
    kept = path.with_name(f"{path.stem}.yours-{sha256_of(path)[:8]}{path.suffix}")
    path.replace(kept)
    return kept


def load_run(out: Path) -> dict[str, Any]:
    """The record of the last finished run: run_id, times, counts, `files` (name -> sha256); {} if none."""
    try:
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def is_current(out: Path, run_id: str) -> bool:
    """Whether the tables in `out` are those of this run id, whole and unchanged."""
    record = load_run(out)
    files = record.get("files", {})
    unchanged = all((out / name).is_file() and sha256_of(out / name) == sha for name, sha in files.items())
    return record.get("run_id") == run_id and bool(files) and unchanged
