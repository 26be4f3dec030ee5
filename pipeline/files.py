"""Files that are there whole or not at all, and the lock that keeps two runs apart."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import AlreadyRunning, Unwritable

STATE = "state"  # folder of what is kept between runs, in the output folder
ASIDE = ".aside-"  # begins the names of what is not yet whole


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
            remedy = "wait until it ends, or give this run another folder with --out"
            raise AlreadyRunning("another run is at work on this output folder", str(out), remedy) from error
        _sweep(out)
        yield


def _sweep(out: Path) -> None:
    """Remove what a killed run left half-written."""
    for path in (out / STATE).glob(f"**/{ASIDE}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises StoreError where it cannot be written."""
    with whole(path) as aside:
        aside.write_bytes(content)


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; what was written is flushed and takes the place of `path`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{ASIDE}{os.getpid()}-{path.name}")
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
    """The error for a place that cannot be written."""
    remedy = "free space or mend the rights, or give another folder with --out; then run again, nothing is lost"
    return Unwritable(f"cannot write ({error.strerror or error})", str(path), remedy)
