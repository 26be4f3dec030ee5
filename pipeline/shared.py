"""What was made of each paper, shared by several machines: in a folder, or in an object store through fsspec.

There results lie by the same names as under `<out>/state/`, which stays this machine's own copy and is what all work is
done on; the two are brought into step before a run and after it, with one listing a stage. A name tells the paper, the
stage and all that the result hangs on, so that two machines may make the same one at the same time and neither needs to
wait. What is fetched is checked: what is damaged there counts as missing, is made anew and sent again. Nothing is ever
removed there, since another machine may have another version. Keys and passwords are no business of ours: the store's
own package finds them, and no message of ours repeats what it says.
"""

import contextlib
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipeline.artifacts import artifact, as_written, refusal
from pipeline.errors import PrecedentError, StoreError, Unwritable
from pipeline.files import ASIDE, STATE, record_of, sweep, write_bytes

AT_ONCE = 16  # files on their way at a time, most of which is waiting
MARK = "shared.txt"  # by which a worker knows that it sees the place that the others see

log = logging.getLogger("precedent")


def sync(state: Path | str, out: Path, keys: Mapping[str, str], ids: Collection[str]) -> None:
    """Fetch what is kept of these papers in `state` and not here, and send what is here and not there.

    `keys` is the fingerprint of each stage. Raises StoreError where the place cannot be reached.
    """
    if not seen(state):  # so that want of rights or of a bucket shows before hours of work
        _write(state, MARK, b"What runs of precedent made of papers, for other machines.\n")
    wanted, ours, theirs = set(names(keys, ids)), here(out, keys, ids), there(state, keys)
    fetch(state, out, wanted & theirs - ours)
    send(state, out, ours - theirs)


def there(state: Path | str, keys: Mapping[str, str]) -> set[str]:
    """The names of what is kept in `state` under these keys, of any paper. Raises StoreError."""
    return {name for stage, key in keys.items() for name in _listed(state, f"{stage}/{key[:16]}")}


def seen(state: Path | str) -> bool:
    """Whether a run has shared something in this place. Raises StoreError where it cannot be reached."""
    return _read(state, MARK) is not None


def names(keys: Mapping[str, str], ids: Iterable[str]) -> Iterator[str]:
    """The names of all results and refusals that there may be of these papers."""
    for document_id in ids:
        for stage, key in keys.items():
            path = artifact(Path(), stage, key, document_id)
            yield from (p.relative_to(STATE).as_posix() for p in (path, refusal(path)))


def here(out: Path, keys: Mapping[str, str], ids: Iterable[str]) -> set[str]:
    """Those of the names that this machine has."""
    return {name for name in names(keys, ids) if (out / STATE / name).is_file()}


def done(held: Collection[str], keys: Mapping[str, str], document_id: str) -> bool:
    """Whether all results of a paper are among these names, or a refusal of it."""
    found = {name for name in names(keys, [document_id]) if name in held}
    return sum(name.endswith(".parquet") for name in found) == len(keys) or any(n.endswith(".json") for n in found)


@contextlib.contextmanager
def new_ones_sent(state: Path | str | None, out: Path, keys: Mapping[str, str], ids: Collection[str]) -> Iterator[None]:
    """Send to `state`, if there is one, what is made of these papers meanwhile. Raises StoreError."""
    before = here(out, keys, ids) if state else set()
    yield
    if state:
        send(state, out, here(out, keys, ids) - before)


def fetch(state: Path | str, out: Path, wanted: Collection[str]) -> None:
    """Fetch files by their names; what is not there, or damaged, is passed over. Raises StoreError."""

    def one(name: str) -> bool:
        content = _read(state, name)
        if content is None:
            return False
        if not (as_written(content) if name.endswith(".parquet") else record_of(content)):
            log.warning("%s/%s is damaged; it is made anew from the paper", state, name)
            return False
        write_bytes(out / STATE / name, content)
        return True

    if fetched := sum(_at_once(one, wanted)):
        log.info("fetched %d results from %s", fetched, state)


def send(state: Path | str, out: Path, wanted: Collection[str]) -> None:
    """Send files by their names. Raises StoreError."""
    for _ in _at_once(lambda name: _write(state, name, (out / STATE / name).read_bytes()), wanted):
        pass


def _at_once(function: Callable[[str], Any], wanted: Collection[str]) -> Iterator[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(function, sorted(wanted))


def _listed(state: Path | str, folder: str) -> set[str]:
    """The names that lie under a folder of `state`; on the way, what was left half-written there is removed."""
    with _reached(state):
        if isinstance(state, Path):
            found = list((state / folder).glob("*/*"))
            for path in found:
                if path.name.startswith(ASIDE):
                    sweep(path)
            return {path.relative_to(state).as_posix() for path in found}
        store, root = _store(state)
        try:
            return {name.removeprefix(f"{root}/") for name in store.find(f"{root}/{folder}")}
        except FileNotFoundError:
            return set()


def _read(state: Path | str, name: str) -> bytes | None:
    with _reached(state):
        try:
            if isinstance(state, Path):
                return (state / name).read_bytes()
            store, root = _store(state)
            return bytes(store.cat_file(f"{root}/{name}"))
        except FileNotFoundError:
            return None


def _write(state: Path | str, name: str, content: bytes) -> None:
    with _reached(state):
        if isinstance(state, Path):
            write_bytes(state / name, content)
        else:
            store, root = _store(state)
            store.pipe_file(f"{root}/{name}", content)


def _store(state: str) -> tuple[Any, str]:
    """The file system of an address, which fsspec makes once a process, and the path of the address in it."""
    from fsspec import get_filesystem_class, url_to_fs  # a run that shares nothing should not wait for it

    scheme = state.partition("://")[0]
    try:
        get_filesystem_class(scheme)
    except ImportError as error:
        remedy = "do so on every machine" + (': pip install "precedent[s3]"' if scheme == "s3" else ", with pip")
        raise StoreError(f"a package is missing: {error}", state, remedy) from None
    except ValueError:
        remedy = "write it as in s3://bucket/folder, or name a folder that all machines see"
        raise StoreError("fsspec knows no such kind of place", state, remedy) from None
    store, root = url_to_fs(state, use_listings_cache=False)  # others write there too
    return store, root


@contextlib.contextmanager
def _reached(state: Path | str) -> Iterator[None]:
    """Turn what a store's own package raises, which may be anything, into a StoreError."""
    try:
        yield
    except (PrecedentError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - each store has errors of its own
        what = f"the shared state cannot be listed, read or written ({type(error).__name__})"
        remedy = (
            "see that the place is there, that this machine reaches it and may list, read and write in it, and that "
            "the store's keys are where its package looks for them; nothing is lost, run again to go on"
        )
        raise Unwritable(what, str(state), remedy) from None  # its text may hold a key
