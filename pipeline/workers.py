"""Child processes with limits: one bad paper ends its own child at most, never the run or the machine."""

import contextlib
import multiprocessing
import os
import pickle
import resource
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool
from pebble.pool import process as pebble_process

# pebble holds limits of time by the wall clock, which leaps where a laptop wakes or a time server sets it right
setattr(pebble_process, "time", SimpleNamespace(time=time.monotonic, sleep=time.sleep))  # noqa: B010 - mypy forbids it

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_OUTPUT = 256 * 2**20  # bytes of a result as it is sent to the parent, whose memory has no limit
TASKS_A_CHILD = 200  # a child is replaced after so many papers, so that what a parser leaks is given back


class TooMuchOutput(Exception):  # noqa: N818 - it names what the child made
    """A result of more than MOST_OUTPUT bytes."""


def run_limited(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    workers: int,
    seconds: int,
    memory_mb: int,
) -> Generator[tuple[Item, Result | BaseException], None, None]:
    """Call `function` on each item in a pool of child processes; yield (item, result) in order.

    In place of a result stands the exception: TimeoutError after `seconds`, MemoryError beyond
    `memory_mb` of address space, TooMuchOutput, ProcessExpired where the child died, or what the function raised.
    What fails for another cause than time is tried once more in a child of its own, so that it does not
    depend on what its child had done before. `function` and items must pickle. `workers` 0 means one per
    core. On leaving, no child is left; whoever may leave before the last item closes the generator, for a collector of
    garbage might do so in the pool's own thread, which can't wait for itself.
    """
    count = min(workers or os.cpu_count() or 1, max(len(items), 1))
    with _pool(count, TASKS_A_CHILD, memory_mb) as pool:
        futures = [pool.schedule(_or_die, args=[function, item], timeout=seconds) for item in items]
        for item, future in zip(items, futures, strict=True):
            result = _outcome(future.result)
            if isinstance(result, ProcessExpired):
                with _pool(1, 1, memory_mb) as own:
                    result = _outcome(own.schedule(sized, args=[function, item], timeout=seconds).result)
            yield item, result


@contextlib.contextmanager
def beside(ready: Callable[[], None]) -> Iterator[Callable[[Callable[[Item], Result], Item], Callable[[], Result]]]:
    """A child process without limits, that works beside this one; it gets `ready` at once, as by slow imports.

    Yields what gives it work, a function and its item, which must pickle; that returns what waits for the result.
    Where the child dies or fails, the function is called here. On leaving, the child is gone.
    """
    with _pool(1, 0, 0) as pool:
        pool.schedule(ready)

        def begin(function: Callable[[Item], Result], item: Item) -> Callable[[], Result]:
            future = pool.schedule(function, args=[item])

            def result() -> Result:
                done = _outcome(future.result)
                return function(item) if isinstance(done, BaseException) else done

            return result

        yield begin


@contextlib.contextmanager
def _pool(workers: int, tasks: int, memory_mb: int) -> Iterator[ProcessPool]:
    """Children that are replaced after so many tasks (0: never); all are gone on leaving."""
    context = multiprocessing.get_context("forkserver")
    parent_lives, we_live = context.Pipe(duplex=False)
    initargs = [memory_mb, parent_lives]
    pool = ProcessPool(max_workers=workers, max_tasks=tasks, initializer=_limit, initargs=initargs, context=context)
    try:
        yield pool
    finally:
        pool.stop()  # type: ignore[no-untyped-call]  # pebble types only what takes arguments
        pool.join()
        parent_lives.close()
        we_live.close()


def _or_die(function: Callable[[Item], Result], item: Item) -> Result:
    """Call the function; end this child where it fails, for what is left of it may be no good to the next item.

    A module whose import ran out of memory, for one, stays broken.
    """
    try:
        return sized(function, item)
    except BaseException:  # noqa: BLE001 - the second try, in a child of its own, tells what it was
        os._exit(1)


def sized(function: Callable[[Item], Result], item: Item) -> Result:
    """What the function makes of an item. Raises TooMuchOutput where that is too large to be sent."""
    result = function(item)
    if len(pickle.dumps(result)) > MOST_OUTPUT:
        raise TooMuchOutput
    return result


def _outcome(result: Callable[[], Result]) -> Result | BaseException:
    try:
        return result()
    except (KeyboardInterrupt, CancelledError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a paper did to its child is that paper's outcome
        return error


def explain(error: BaseException, seconds: int, memory_mb: int) -> tuple[str, str, str]:
    """(kind, reason, remedy) in a researcher's words for what `run_limited` gave in place of a result."""
    if isinstance(error, TimeoutError):
        remedy = "raise seconds_per_paper in the settings, or split the file"
        return "timeout", f"reading took longer than the limit of {seconds} s", remedy
    if isinstance(error, MemoryError):
        remedy = "raise memory_mb_per_worker in the settings, or split the file"
        return "memory", f"reading needed more memory than the limit of {memory_mb} MB", remedy
    if isinstance(error, TooMuchOutput):
        return "output", f"it gave back more than the limit of {MOST_OUTPUT >> 20} MB", "split the file"
    if isinstance(error, ProcessExpired):
        return _explain_death(error.exitcode, memory_mb)
    return "error", f"unexpected {type(error).__name__} while reading or coding it", "report this as a fault"


def _explain_death(exit_code: int | None, memory_mb: int) -> tuple[str, str, str]:
    if exit_code in (-signal.SIGKILL, -signal.SIGTERM):
        remedy = "run again; where memory was short, set fewer workers"
        return "killed", "the process that read it was ended from outside, as a system short of memory does", remedy
    reason = f"the process that read it died; it may have needed more memory than the limit of {memory_mb} MB"
    remedy = "save the file anew as PDF, for instance by printing it to a file, or raise memory_mb_per_worker"
    return "crash", reason, remedy


def _limit(memory_mb: int, parent: Connection) -> None:
    """Set up a child: an end to its memory and to what it prints, and an end to it when its parent is gone.

    It leads a process group, so that what it has started, such as OCR, ends with it. Linux holds every process of
    the group to the memory limit; macOS takes the limit and does not hold to it.
    """
    os.setpgrp()
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if memory_mb:
        _lower(resource.RLIMIT_AS, memory_mb * 1024 * 1024)
    _lower(resource.RLIMIT_CORE, 0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)  # parsers written in C say there what no reader of papers can use
    os.close(nowhere)


def _lower(limit: int, value: int) -> None:
    """Set a limit, to what the system allows at most."""
    most = resource.getrlimit(limit)[1]
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses a limit below what the process holds already
        resource.setrlimit(limit, (value, value))


def _end(*_: object) -> None:
    os.killpg(0, signal.SIGKILL)


def _end_with(parent: Connection) -> None:
    """End this process when the other end of a pipe that only the parent holds is shut, however that came about."""
    with contextlib.suppress(OSError):
        parent.poll(None)
    _end()
