"""The sha256 of papers, kept between runs, so that a folder of gigabytes on a share is not read anew each night.

A hash is trusted only while the file's size, times and inode are those that it was taken at, and only if the file had
been left alone for an hour by then: one that is changed again within one tick of the file system's clock, or while a
share's clock and ours differ, would keep its times. (Git's index has the same trouble: "racily clean" entries.)
"""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import StoreError
from pipeline.files import STATE, read_record, write_record

ALONE = 3600  # seconds
FORMAT = 1

Marks = tuple[int, int, int, int]  # size, time of change of content and of anything, in ns, inode


@dataclass(frozen=True, slots=True)
class Hashed:
    """What a file was taken for, its sha256, and the marks it is known again by."""

    kind: str
    sha256: str
    marks: Marks


def marks_of(about: os.stat_result) -> Marks:
    """What changes when a file does."""
    return about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino


def left_alone(marks: Marks, now: float) -> bool:
    """Whether a file with these marks had been left alone for long at the time `now`, in seconds."""
    return max(marks[1], marks[2]) < (now - ALONE) * 1e9


def load(out: Path) -> dict[str, Hashed]:
    """What is kept, by path; nothing where it is missing, damaged or cannot be understood."""
    kept = read_record(_path(out)) or {}
    try:
        if kept["format"] != FORMAT:
            return {}
        return {path: Hashed(kind, sha, (a, b, c, d)) for path, (kind, sha, (a, b, c, d)) in kept["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def save(out: Path, seen: Mapping[str, Hashed]) -> None:
    """Keep the hashes of files by path. Where that cannot be, the next run takes them anew."""
    if seen != load(out) or not _path(out).is_file():
        files = {path: (h.kind, h.sha256, h.marks) for path, h in seen.items()}
        with contextlib.suppress(StoreError, UnicodeEncodeError):  # a path may be in bytes that are no UTF-8
            write_record(_path(out), {"format": FORMAT, "files": files})


def _path(out: Path) -> Path:
    return out / STATE / "hashes.json"
