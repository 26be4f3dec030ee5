"""Topics of the papers that stay, made in a process beside the one that makes all that does not need them."""

import contextlib
import gc
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from pipeline.gathered import spoken
from pipeline.plan import Plan
from pipeline.topic_outcomes import TopicModel
from pipeline.topics import find_topics
from pipeline.workers import beside

BESIDE = 300  # papers from which on it pays to start a process

Waiting = Callable[[], tuple[TopicModel, float]]  # the topics, and the CPU seconds that another process took for them


@dataclass(frozen=True, slots=True)
class Texts:
    """The papers to make topics of: by their ids, the domain of each sentence."""

    plan: Plan
    domains: Mapping[str, tuple[str, ...]]


@contextlib.contextmanager
def modelling(papers: int) -> Iterator[Callable[[Texts], Waiting]]:
    """What begins to make topics of so many papers, and returns what waits for them.

    They are the same wherever they are made; of few papers, that is here, once they are asked for.
    """
    if papers < BESIDE:
        yield lambda texts: lambda: (_topics(texts), 0.0)
    else:
        with beside(_ready) as begin:
            yield partial(begin, _timed)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """No search for garbage in cycles meanwhile: there is hardly any, and it goes through all codings, which live on,
    again and again; loading them takes a third less time without."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _ready() -> None:
    """Import what is slow to import, while others find out which papers stay."""
    gc.disable()
    import scipy.sparse.linalg  # noqa: F401
    import sklearn.decomposition  # noqa: F401


def _timed(texts: Texts) -> tuple[TopicModel, float]:
    started = time.process_time()
    return _topics(texts), time.process_time() - started


def _topics(texts: Texts) -> TopicModel:
    how = texts.plan.settings
    left, right = (domain.id for domain in texts.plan.codebook.domains)
    return find_topics(spoken(texts.plan, texts.domains), (left, right), how.topics, how.seed, how.topic_method)
