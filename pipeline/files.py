"""Files that are there whole or not at all and tell when they were damaged, and the lock that keeps two runs apart."""

import contextlib
import errno
import fcntl
import hashlib
import json
import logging
import os
import platform
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import LASTING, AlreadyRunning, Full, StoreError, Unwritable

STATE = "state"  # folder of what is kept between runs, in the output folder
ASIDE = ".aside-"  # begins the names of what is not yet whole
ABANDONED = 24 * 3600  # seconds after which what another machine left half-written is taken for given up
FORMAT = 1  # of the state's layout; the next where an older version could not tell that it must not touch it
CHECK = "check"  # in a record: the sha256 of the rest of it

log = logging.getLogger("precedent")


@contextlib.contextmanager
def lock(out: Path) -> Iterator[None]:
    """Hold this output folder for one run. Raises AlreadyRunning, or StoreError where it can't be written.

    The lock is the kernel's, on an open file: it goes with the process, however that ends.
    """
    try:
        (out / STATE).mkdir(parents=True, exist_ok=True)
        handle = (out / STATE / "lock").open("w")
    except OSError as error:
        raise unwritable(out, error) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            what = "another run is at work on this output folder, or an export or a training"
            remedy = "wait until it ends, or give this run another folder with --out"
            raise AlreadyRunning(what, str(out), remedy) from error
        check_format(out)
        if read_record(_format(out)) is None:
            write_record(_format(out), {"format": FORMAT})
        _sweep_all(out)
        yield
        _sweep_all(out)  # children of a run that was killed just before this one began were still ending


@contextlib.contextmanager
def unchanging(out: Path) -> Iterator[None]:
    """Keep runs from this output folder while its results are read; several may read. Raises AlreadyRunning.

    Nothing is written, for the folder may be a colleague's.
    """
    try:
        handle = (out / STATE / "lock").open()
    except OSError:  # no run was ever here
        yield
        return
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            what = "another run is at work on this output folder"
            raise AlreadyRunning(what, str(out), "wait until it ends; then the results are whole again") from error
        yield


def check_format(out: Path) -> None:
    """Raise StoreError where a newer version wrote the state. What older ones left needs no leave: results lie under
    the fingerprints of what made them, so that those of other code are not used."""
    found = (read_record(_format(out)) or {}).get("format", FORMAT)
    if not isinstance(found, int) or found > FORMAT:
        what = f"a newer version of precedent wrote this state (format {found}; this version knows {FORMAT})"
        raise StoreError(what, str(out / STATE), "update precedent, or give another folder with --out")


def _format(out: Path) -> Path:
    return out / STATE / "format.json"


def aside_prefix() -> str:
    """What the names of this process's half-written files begin with: machines that share a folder share no numbers
    of processes."""
    return f"{ASIDE}{_machine()}-{os.getpid()}-"


def _machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def _sweep_all(out: Path) -> None:
    for path in (out / STATE).glob(f"**/{ASIDE}*"):
        sweep(path)


def sweep(path: Path) -> None:
    """Remove something half-written, unless a process of this machine or another machine may be writing it yet."""
    machine, _, rest = path.name.removeprefix(ASIDE).partition("-")
    process = rest.partition("-")[0]
    with contextlib.suppress(FileNotFoundError):  # whole by now, or swept by another
        ours = machine == _machine() and process.isdecimal() and not _lives(int(process))
        if ours or path.stat().st_mtime < time.time() - ABANDONED:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _lives(process: int) -> bool:
    """Whether another process of this number lives; this one itself has only begun, and left nothing."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return process != os.getpid()


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises StoreError where it cannot be written."""
    with whole(path) as aside:
        aside.write_bytes(content)


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Write a record as JSON, whole or not at all, with its own check in it. Raises StoreError."""
    content = json.dumps({**record, CHECK: _check(record)}, indent=1, sort_keys=True, ensure_ascii=False)
    write_bytes(path, content.encode())


def read_record(path: Path) -> dict[str, Any] | None:
    """The record that `write_record` wrote; None, with a line in the log, where it is damaged; None where it is not
    there. One without a check is of an older version, and taken as it is."""
    try:
        record = record_of(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s cannot be read (%s)", path, type(error).__name__)
        return None
    if record is None:
        log.warning("%s is damaged, and not used", path)
    return record


def record_of(content: bytes) -> dict[str, Any] | None:
    """The record in the bytes that `write_record` wrote, None where they are damaged."""
    try:
        record = json.loads(content)
        good = isinstance(record, dict) and record.pop(CHECK, None) in (None, _check(record))
    except (ValueError, RecursionError):
        return None
    return record if good else None


def _check(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; what was written is flushed and takes the place of `path`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{aside_prefix()}{path.name}")
        try:
            yield aside
            with aside.open("rb") as handle:
                os.fsync(handle.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> Unwritable:
    """The error for a place that cannot be written; where a disk is full, it says which."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        disk = next((place for place in path.absolute().parents if place.is_mount()), path.parent)
        error = OSError(error.errno, f"{error.strerror}: the disk at {disk} is full")
    remedy = "free space or mend the rights, or give another folder with --out; then run again, nothing is lost"
    kind = Full if error.errno in LASTING else Unwritable
    return kind(f"cannot write ({error.strerror or error})", str(path), remedy)
