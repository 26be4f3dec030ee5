"""Where results lie, whole and checked; `store` says what is in them. These two and `snapshots` alone write state.

Under `<out>/state/` each paper's result of each stage is one Parquet file, named by the paper's sha256
in a folder named by the stage's fingerprint. A file is written aside, flushed and renamed, so it is
there whole or not at all, and a run killed at any moment leaves nothing to mend. Each holds the sha256 of
the rest of it, so that a single byte that was changed since is noticed (`remove_damaged`).
"""

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import StoreError
from pipeline.files import STATE, unwritable, write_bytes

STAGES = ("read", "split", "code", "place")


def artifact(out: Path, stage: str, fingerprint: str, document_id: str) -> Path:
    """Where the result of `stage` for one paper lies, or would lie."""
    return out / STATE / stage / fingerprint[:16] / document_id[:2] / f"{document_id}.parquet"


def refusal(path: Path) -> Path:
    """Where the refusal of a paper lies, beside where the result would."""
    return path.with_suffix(".rejected.json")


def remove_damaged(paths: Iterable[Path]) -> list[Path]:
    """Remove those of these results that are not as they were written; returns them. Raises StoreError where one
    cannot be removed."""
    found = [path for path in paths if path.is_file() and not _is_sound(path)]
    for path in found:
        try:
            path.unlink()
        except OSError as error:
            raise unwritable(path, error) from error
    return found


def prune(out: Path, current: Mapping[str, str], ids: Sequence[str]) -> None:
    """Remove what older code, settings or codebooks made of these papers, now that newer results are there.

    `current` is the fingerprint of each stage. Results of papers that left the folder stay, so that a
    paper that comes back costs no time.
    """
    for stage, fingerprint in current.items():
        for folder in (out / STATE / stage).glob("*"):
            if folder.name != fingerprint[:16]:
                _remove_papers(folder, ids)


def _remove_papers(folder: Path, ids: Sequence[str]) -> None:
    for document_id in ids:
        path = folder / document_id[:2] / f"{document_id}.parquet"
        path.unlink(missing_ok=True)
        refusal(path).unlink(missing_ok=True)


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table with its own sha256 before the footer: readers go by the offsets in the footer, which leave it
    out, and page checksums would leave out the footer."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue()
    at = len(content) - _footer(content)
    write_bytes(path, content[:at] + hashlib.sha256(content).digest() + content[at:])


def as_written(content: bytes) -> bool:
    """Whether these are the bytes that `write_parquet` wrote."""
    end = len(content) - _footer(content)
    start = end - hashlib.sha256().digest_size
    rest = hashlib.sha256(content[: max(start, 0)])
    rest.update(content[max(end, 0) :])
    return start > 0 and content[start:end] == rest.digest()


def _is_sound(path: Path) -> bool:
    try:
        return as_written(path.read_bytes())
    except OSError:
        return False


def _footer(content: bytes) -> int:
    """Bytes of a Parquet file's footer, with its length and the mark at the end (Parquet format, File format)."""
    return int.from_bytes(content[-8:-4], "little") + 8


def read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    """The table in a file, read in this thread: a child at the limit of its memory can start no other.

    A damaged file is removed, so that the next run makes it anew, also where there is nothing else to do.
    """
    try:
        content = path.read_bytes()
        if not as_written(content):
            path.unlink()
            raise OSError("it is not as it was written")
        return pq.ParquetFile(pa.BufferReader(content), pre_buffer=False).read(columns, use_threads=False)
    except (OSError, pa.ArrowInvalid) as error:  # others, such as want of memory, say nothing about the file
        raise damaged(path, error) from error


def damaged(path: Path, error: BaseException) -> StoreError:
    """The error for a result that cannot be read."""
    what = f"kept state is missing or damaged ({type(error).__name__})"
    remedy = "run again: what is damaged is made anew from the papers"
    return StoreError(what, str(path), remedy)
