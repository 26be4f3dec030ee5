"""The files of a run, or of an export, put in place together, and the record of them."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from pipeline.files import STATE, aside_prefix, read_record, sha256_of, unwritable, write_bytes, write_record

RECORD = "run.json"
EXPORT = "export.json"  # in a folder of exports: by format, the files and what was in them


@contextlib.contextmanager
def staging(place: Path) -> Iterator[Path]:
    """A folder in `place`, which is made, to write files into; gone on leaving. Raises StoreError."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=aside_prefix(), dir=place))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise unwritable(place, error) from error


def publish(staged: Path, out: Path, run: dict[str, Any]) -> list[Path]:
    """Put the staged files in place of the last run's, then the run record `run` with their hashes.

    A file that is not as a run made it is somebody's, and is first set aside under another name; returns those.
    The record is written twice: first to the state, so that what a run that is killed in between has put in place
    is known for its own, and so that the one beside the tables can be damaged or deleted.
    A file of the last run that this one no longer makes is removed.
    """
    last = load_run(out).get("files", {})
    begun = (read_record(out / STATE / RECORD) or {}).get("files", {})
    files = _digests(staged)
    names = {*last, *begun, *files}
    ours = {name: {made.get(name) for made in (last, begun, files)} for name in names}
    kept = [_set_aside(out / name) for name in sorted(names) if _changed(out / name, ours[name])]
    write_record(out / STATE / RECORD, {**run, "files": files})
    _replace(staged, out, files, names)
    write_record(out / RECORD, {**run, "files": files})
    return kept


def hand_over(staged: Path, folder: Path) -> list[Path]:
    """Put what is staged, a folder a format, in place in the user's `folder`, and say in EXPORT what is whose.

    A file that is not as the last export left it, or that none made, is first set aside under another name;
    returns those. A file of a format's last export that this one no longer makes is removed.
    """
    before = _exported(folder)
    made = {part.name: _digests(part) for part in sorted(staged.iterdir())}
    kept = []
    for part, files in made.items():
        last = before.get(part, {})
        there = sorted(name for name in {*files, *last} if (folder / name).is_file())
        held = {name: sha256_of(folder / name) for name in there}
        kept += [_set_aside(folder / name) for name in there if held[name] not in (last.get(name), files.get(name))]
        _replace(staged / part, folder, files, last)
    record = json.dumps({"files": {**before, **made}}, indent=1, sort_keys=True, ensure_ascii=False)
    write_bytes(folder / EXPORT, record.encode())
    return kept


def _exported(folder: Path) -> dict[str, dict[str, str]]:
    """What the last export wrote, by format. The record may have been sent by others: it leads nowhere outside."""
    parts = _load(folder / EXPORT).get("files")
    held = {part: files for part, files in parts.items() if isinstance(files, dict)} if isinstance(parts, dict) else {}
    return {part: {name: sha for name, sha in files.items() if _inside(name)} for part, files in held.items()}


def _inside(name: str) -> bool:
    path = PurePath(name)
    return not path.is_absolute() and ".." not in path.parts


def _digests(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): sha256_of(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def _replace(staged: Path, out: Path, files: Iterable[str], before: Iterable[str]) -> None:
    """Put the staged files in place, and remove those of before that are not among them."""
    for name in files:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (staged / name).replace(out / name)
    for name in set(before) - set(files):
        (out / name).unlink(missing_ok=True)


def _changed(path: Path, ours: set[str | None]) -> bool:
    return path.is_file() and sha256_of(path) not in ours


def _set_aside(path: Path) -> Path:
    kept = path.with_name(f"{path.stem}.yours-{sha256_of(path)[:8]}{path.suffix}")
    path.replace(kept)
    return kept


def load_run(out: Path) -> dict[str, Any]:
    """The record of the last finished run: run_id, times, counts, `files` (name -> sha256); {} if none.

    Where it is gone or damaged, the one in the state: of the same run, or of one that was killed as it finished.
    """
    return read_record(out / RECORD) or read_record(out / STATE / RECORD) or {}


def _load(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def is_current(out: Path, run_id: str) -> bool:
    """Whether the tables in `out` are those of this run id, whole and unchanged, and their record beside them."""
    record = read_record(out / RECORD) or {}
    files = record.get("files", {})
    unchanged = all((out / name).is_file() and sha256_of(out / name) == sha for name, sha in files.items())
    return record.get("run_id") == run_id and bool(files) and unchanged
