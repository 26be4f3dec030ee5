"""What a harvest keeps beside its papers: harvest.jsonl, a line for whatever became of a work, and harvest.json, the
bibliography (CSL-JSON) from which a run takes what is known of them."""

import contextlib
import fcntl
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.documents import ABSTRACT_FILE
from pipeline.errors import AlreadyRunning, CorpusError
from pipeline.files import unwritable, write_bytes
from pipeline.harvest.works import Work, mapping

FOLDER = "harvest"  # in the folder of papers
_TYPES = {"csl": dict, "tries": int}  # of the fields of a record that are no text
_NAME = re.compile(r"[a-z0-9]+(?:-W\d+)?")  # of a citation key, which names a file
State = Literal["downloaded", "there already", "no open copy", "failed"]


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a work of OpenAlex's, `id`. `key` is its citation key and `file` its PDF in the harvest's folder.

    `license`, `version` and `source` (its address) are those of the copy that was taken; empty where nothing is said.
    `reason` says why there is none; `tries` counts the harvests that looked for one in vain. `retrieved` is the day,
    `query` and `since` what was looked for, `csl` the work's entry in the bibliography.
    """

    id: str
    key: str
    state: State
    retrieved: str
    query: str
    since: str
    csl: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    sha256: str = ""
    license: str = ""
    version: str = ""
    oa_status: str = ""
    source: str = ""
    reason: str = ""
    tries: int = 0


def load(folder: Path) -> dict[str, Record]:
    """By id, the last that is kept of each work. A line that a killed harvest left half-written is passed over."""
    try:
        lines = (folder / "harvest.jsonl").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CorpusError("it cannot be read", str(folder / "harvest.jsonl"), "mend its rights") from error
    found = (_record(line) for line in lines)
    return {record.id: record for record in found if record}


def _record(line: str) -> Record | None:
    try:
        said = json.loads(line)
        record = Record(**said)
    except (ValueError, TypeError, RecursionError):
        return None
    sound = all(type(getattr(record, f.name)) is _TYPES.get(f.name, str) for f in fields(Record))
    return record if sound and record.state in get_args(State) and _NAME.fullmatch(record.key) else None


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[Callable[[Record], None]]:
    """A function that adds a record. One harvest a folder at a time. Raises AlreadyRunning, StoreError."""
    path = folder / "harvest.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as handle:
            _hold(handle, folder)
            handle.seek(max(handle.seek(0, 2) - 1, 0))
            if handle.read(1) not in (b"", b"\n"):
                handle.write(b"\n")  # after a line that a killed harvest left half-written

            def add(record: Record) -> None:
                handle.write(json.dumps(asdict(record), ensure_ascii=False).encode(errors="replace") + b"\n")
                handle.flush()

            yield add
    except OSError as error:
        raise unwritable(path, error) from error


def _hold(handle: Any, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise AlreadyRunning("another harvest is at work here", str(folder), "wait until it ends") from error


def entry_of(work: Work, key: str) -> dict[str, Any]:
    """A work as an item of CSL-JSON."""
    item: dict[str, Any] = {"id": key, "type": "article-journal" if work.journal else "document", "title": work.title}
    item["author"] = [_name(author) for author in work.authors]
    if work.year:
        item["issued"] = {"date-parts": [[work.year]]}
    said = {"container-title": work.journal, "DOI": work.doi, "abstract": work.abstract}
    return item | {name: value for name, value in said.items() if value} | {"custom": {"openalex": work.id}}


def _name(author: str) -> dict[str, str]:
    given, _, family = author.rpartition(" ")
    return {"family": family, "given": given} if given else {"literal": author}


def save_bibliography(folder: Path, records: Mapping[str, Record]) -> None:
    """Bring harvest.json up to date. An entry that is there stays as it is, for somebody may have put it right; only
    its file is told, that of the abstract where there is no other. Raises StoreError, CorpusError."""
    items = {str(item.get("id")): item for item in _items(folder / "harvest.json")}
    for record in records.values():
        if not record.csl:
            continue
        item = items.setdefault(record.key, record.csl)
        abstract = f"{record.key}{ABSTRACT_FILE}"
        file = record.file or (abstract if (folder / abstract).is_file() else "")
        if file:
            told = {"file": file} | ({"license": record.license} if record.file else {})
            items[record.key] = {**item, "custom": {**mapping(item.get("custom")), **told}}
    content = json.dumps([items[key] for key in sorted(items)], indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if items:
        write_bytes(folder / "harvest.json", content.encode(errors="replace"))


def _items(path: Path) -> list[dict[str, Any]]:
    """The entries of a bibliography that an earlier harvest made. Raises CorpusError where it is none any more."""
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(items, list) and all(isinstance(item, dict) and item.get("id") for item in items):
            return items
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError):
        pass
    remedy = "mend it, or move it away: the next harvest makes it anew from harvest.jsonl"
    raise CorpusError("this is no bibliography that a harvest can add to", str(path), remedy)
