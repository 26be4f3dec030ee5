"""The log of decisions: a file of JSON lines to which lines are only ever added.

Appends hold an exclusive lock and are flushed to the disk before they are taken for done, so two processes
lose nothing to each other, and a kill loses nothing that was acknowledged. What a kill leaves of a line is
passed over on reading and set aside in a file of its own at the next append.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.decisions.decision import Decision, from_line, to_line
from pipeline.errors import DecisionError, StoreError, where_in
from pipeline.files import write_bytes


def read(path: Path) -> tuple[Decision, ...]:
    """The decisions of a log in the order of (at, id), each once; () where there is no file.

    Raises DecisionError, naming the line, where one is no decision or two tell one id in two ways.
    """
    return decisions_in(content(path), path)


def content(path: Path) -> bytes:
    """The bytes of a log, b"" where there is none. It waits for an append that is under way."""
    try:
        with path.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH)
            return handle.read()
    except FileNotFoundError:
        return b""
    except OSError as error:
        what = f"the decisions cannot be read ({error.strerror or error})"
        raise DecisionError(what, str(path), "mend the file's rights, or name another with decisions") from error


def decisions_in(log: bytes, path: Path) -> tuple[Decision, ...]:
    """As `read`, from the bytes of a log; `path` is for messages. A torn last line is passed over."""
    lines = log.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    *ended, last = lines
    found = [_decision(line, where_in(path, at)) for at, line in enumerate(ended, 1) if line.strip()]
    return merge(found, () if _is_torn(last) else [_decision(last, where_in(path, len(lines)))])


def append(path: Path, decisions: Iterable[Decision]) -> None:
    """Add decisions to a log, which is made if need be. When this returns they are on the disk.

    Raises StoreError where it cannot be written.
    """
    lines = "".join(f"{to_line(decision)}\n" for decision in decisions).encode()
    if not lines:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path) as file:
            _write(file, _mended(path, file) + lines)
            os.fsync(file)
        _flush_folder(path.parent)
    except OSError as error:
        remedy = "free space or mend the rights of its folder, or name another file with the setting decisions"
        raise StoreError(f"the decisions cannot be written ({error.strerror or error})", str(path), remedy) from error


def merge(ours: Sequence[Decision], theirs: Sequence[Decision]) -> tuple[Decision, ...]:
    """The union of two logs by id, in the order of (at, id). Raises DecisionError where they contradict.

    Nobody changes a line of a log; so where one id is told in two ways, somebody did, and a person must look.
    """
    held: dict[str, Decision] = {}
    for decision in (*ours, *theirs):
        if held.setdefault(decision.id, decision) != decision:
            what = f"the decision of {decision.coder} at {decision.at} is told in two ways"
            remedy = "find which line was changed by hand and put it back as it was"
            raise DecisionError(what, f"id {decision.id}", remedy)
    return tuple(sorted(held.values(), key=lambda d: (d.at, d.id)))


def take_in(path: Path, theirs: Sequence[Decision]) -> tuple[Decision, ...]:
    """Append to a log those of `theirs` that it lacks; returns them. Raises DecisionError, StoreError."""
    ours = read(path)
    known = {decision.id for decision in ours}
    new = tuple(decision for decision in merge(ours, theirs) if decision.id not in known)
    append(path, new)
    return new


def _decision(line: bytes, where: str) -> Decision:
    try:
        return from_line(line.decode(), where)
    except UnicodeDecodeError as error:
        raise DecisionError("this line is not UTF-8", where, "save the file as UTF-8, or take the line out") from error


def _is_torn(last: bytes) -> bool:
    """Whether what follows the last line's end is no whole object, as a kill leaves it."""
    try:
        json.loads(last)
    except (ValueError, RecursionError):
        return True
    return False


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _mended(path: Path, file: int) -> bytes:
    """What must stand before new lines: a line's end where somebody's editor left none, else nothing.

    A torn last line is moved to a file beside the log.
    """
    log = path.read_bytes()
    last = log[log.rfind(b"\n") + 1 :]
    if not last:
        return b""
    if not _is_torn(last):
        return b"\n"
    write_bytes(path.with_name(f"{path.stem}.torn-{hashlib.sha256(last).hexdigest()[:8]}{path.suffix}"), last)
    os.ftruncate(file, len(log) - len(last))
    return b""


def _write(file: int, lines: bytes) -> None:
    while lines:
        lines = lines[os.write(file, lines) :]


def _flush_folder(folder: Path) -> None:
    """So that a log just made is still in its folder after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
