"""Child processes with limits: one bad paper ends its own child at most, never the run or the machine."""

import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

Item = TypeVar("Item")
Result = TypeVar("Result")

TASKS_A_CHILD = 200  # a child is replaced after so many papers, so that what a parser leaks is given back


def run_limited(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    workers: int,
    seconds: int,
    memory_mb: int,
) -> Iterator[tuple[Item, Result | BaseException]]:
    """Call `function` on each item in a pool of child processes; yield (item, result) in order.

    In place of a result stands the exception: TimeoutError after `seconds`, MemoryError beyond
    `memory_mb` of address space, ProcessExpired where the child died, or what the function raised.
    `function` and items must pickle. `workers` 0 means one per core. On leaving, no child is left.
    """
    count = min(workers or os.cpu_count() or 1, max(len(items), 1))
    pool = ProcessPool(
        max_workers=count,
        max_tasks=TASKS_A_CHILD,
        initializer=_limit,
        initargs=[memory_mb],
        context=multiprocessing.get_context("forkserver"),
    )
    try:
        futures = [pool.schedule(function, args=[item], timeout=seconds) for item in items]
        for item, future in zip(items, futures, strict=True):
            yield item, _outcome(future.result)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]  # pebble types only what takes arguments
        pool.join()


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
    if isinstance(error, ProcessExpired):
        remedy = "save the file anew as PDF, for instance by printing it to a file"
        return "crash", "the process that read it died", remedy
    return "error", f"unexpected {type(error).__name__} while reading or coding it", "report this as a fault"


def _limit(memory_mb: int) -> None:
    """Set up a child: an end to its memory, and an end to itself when its parent is gone."""
    limit = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_die_with_parent, args=(os.getppid(),), daemon=True).start()


def _die_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
