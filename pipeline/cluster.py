"""Reading and coding on a Dask cluster. What goes to its workers is keys and paths, what comes back is outcomes.

The workers see the folder of papers under the same path as this machine, and either the folder of tables too, where
they write results themselves, or the shared state, to which they send them; they have the same version of Precedent
installed. A worker that dies loses the papers it had in hand, which others take over; what it had finished is kept.
Tables are made on this machine.
"""

import logging
import multiprocessing
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.errors import CorpusError, PrecedentError, StoreError, Unreachable
from pipeline.files import STATE
from pipeline.plan import fingerprints
from pipeline.refresh import READ, Run
from pipeline.settings import Settings
from pipeline.shared import fetch, names, seen
from pipeline.work import BatchJob, Outcome, process_batch

# papers a task: each begins with three seconds in which its process loads the models, so many where there are many;
# but few enough that a thread has PARTS of them, so that all workers end at about the same time
FEWEST, MOST, PARTS = 5, 40, 8
PATIENCE = 20  # seconds that a scheduler may take to answer

log = logging.getLogger("precedent")


def driver(settings: Settings, run: Run) -> Run:
    """`run`, but for reading and coding on the cluster that the settings name, if they name one."""

    def spread(name: str, function: Callable[[Any], Any], batches: Sequence[Any]) -> Iterable[Any]:
        return read_there(settings.dask, batches) if name == READ and batches else run(name, function, batches)

    return spread if settings.dask else run


def read_there(address: str, batches: Sequence[BatchJob]) -> list[tuple[Outcome, ...]]:
    """The outcomes of batches that the cluster at `address` worked on, in order. Raises PrecedentError."""
    client, as_completed, killed = _connected(address)
    threads = sum(client.nthreads().values())  # none where no worker has come yet
    papers = sum(len(batch.jobs) for batch in batches)
    tasks = [task for batch in batches for task in tasks_of(batch, at_once(papers, threads))]
    with client:
        if not threads:
            log.warning("the cluster at %s has no workers yet: waiting for one", address)
        futures = client.map(process_there, tasks, pure=False)
        try:
            done = (future for future in as_completed(futures) if not future.cancelled())
            for n, _ in enumerate(done, 1):
                log.info("read and coded %d of %d parts", n, len(tasks))
            return list(client.gather(futures))
        except (CancelledError, OSError) as error:  # Dask cancels what it waited for where the scheduler is gone
            remedy = "see why it ended, and start it again. Finished work is kept: run again to go on"
            raise Unreachable("the scheduler of the cluster is gone", address, remedy) from error
        except killed as error:
            remedy = "see the workers' logs; give them more memory. Finished work is kept: run again to go on"
            raise StoreError("several workers of the cluster died over the same papers", address, remedy) from error
        finally:
            client.cancel(futures)


def _connected(address: str) -> tuple[Any, Any, Any]:
    """A client of the cluster, and what else of Dask is needed. Raises PrecedentError."""
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        remedy = 'install it: pip install "precedent[dask]"'
        raise PrecedentError("Dask is not installed", address, remedy) from error
    for name in ("distributed", "distributed.client"):  # Dask gives the second a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong reaches us, and is told in words
    try:
        client = Client(address, timeout=PATIENCE)  # type: ignore[no-untyped-call]  # Dask types little
    except (OSError, ValueError) as error:
        remedy = "check the address, and that the scheduler runs; it says its address when it starts"
        raise Unreachable("no Dask scheduler answers there", address, remedy) from error
    return client, as_completed, KilledWorker


def at_once(papers: int, threads: int) -> int:
    """How many papers a task holds, of so many on a cluster of so many threads; it may have none yet."""
    return max(FEWEST, min(MOST, papers // (PARTS * max(threads, 1))))


def tasks_of(batch: BatchJob, size: int) -> list[BatchJob]:
    """A batch in tasks that take one process each: how many a worker takes at once is its number of threads."""
    settings = replace(batch.settings, workers=1)
    return [BatchJob(batch.jobs[i : i + size], settings) for i in range(0, len(batch.jobs), size)]


def process_there(batch: BatchJob) -> tuple[Outcome, ...]:
    """Read and code some papers, as a worker of the cluster.

    Raises CorpusError or StoreError where this worker does not see the folders, or would make other results: better
    no tables than some without the papers that it could not find.
    """
    settings, job = batch.settings, batch.jobs[0]
    remedy = "let the worker see the shared folder under the same path as the machine that runs precedent"
    if not settings.corpus.is_dir():
        raise CorpusError("a worker of the cluster does not see the folder of papers", str(settings.corpus), remedy)
    if settings.state and not seen(settings.state):
        raise StoreError("a worker of the cluster does not see the shared state", str(settings.state), remedy)
    if not settings.state and not (settings.out / STATE / "lock").is_file():
        raise StoreError("a worker of the cluster does not see the folder of tables", str(settings.out), remedy)
    if fingerprints(job.codebook, job.head) != dict(job.keys):
        same = "install the same version of precedent, with the same packages, on every worker"
        raise StoreError("a worker of the cluster has another version of precedent", str(settings.out), same)
    _may_have_children()
    return _by_shared_state(batch) if settings.state else process_batch(batch)


def _by_shared_state(batch: BatchJob) -> tuple[Outcome, ...]:
    """Work in a folder of this worker's own, from what is shared of these papers to what is then sent there."""
    state, keys = batch.settings.state or "", batch.jobs[0].keys
    with tempfile.TemporaryDirectory(prefix="precedent-") as folder:
        own = Path(folder)
        fetch(state, own, [n for n in names(keys, [job.document_id for job in batch.jobs]) if n.endswith(".parquet")])
        return process_batch(replace(batch, jobs=tuple(replace(job, out=own) for job in batch.jobs)))


def _may_have_children() -> None:
    """Dask's nanny makes its worker a daemon, which multiprocessing forbids children. Ours end with their parent."""
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
