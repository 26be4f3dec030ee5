"""The two sides beside each other: what instruments they name, whom they address, what targets they state."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.evidence import count_papers, surest
from pipeline.export.results import Results
from pipeline.export.told import sides_of
from pipeline.records import Coding, Target

Named = Iterable[tuple[str, Coding]]


@dataclass(frozen=True, slots=True)
class Beside:
    """What papers name, and the codings that do on each side: the surest of each paper, the surest first."""

    name: str
    left: tuple[Coding, ...]
    right: tuple[Coding, ...]


def instruments_beside(results: Results) -> list[Beside]:
    """Named instruments, whatever the status of the coding, as instruments.csv counts them."""
    return _beside(((c.named_instrument, c) for c in results.codings), results)


def actors_beside(results: Results) -> list[Beside]:
    """Actors, whatever the status of the coding, as actors.csv counts them."""
    return _beside(((c.actor, c) for c in results.codings), results)


def targets_beside(results: Results) -> list[Beside]:
    """Targets that sentences assert; those of equal quantity, unit and year, or else equal thing, are one.

    A share of nobody knows what by nobody knows when, such as "20 %" alone, is left out.
    """
    codings = {c.id: c for c in results.codings if c.status == "asserted"}
    alike: dict[tuple[str, str, int | str], list[Target]] = defaultdict(list)
    for target in results.targets:
        when_or_what = target.by_year or target.of_what
        if target.coding_id in codings and (when_or_what or target.unit != "%"):
            alike[target.quantity, target.unit, when_or_what].append(target)
    stated = [(_in_words(found), codings[t.coding_id]) for found in alike.values() for t in found]
    return _beside(stated, results)


def _in_words(alike: list[Target]) -> str:
    """ "20 % by 2010: energy intensity"; of what it is only where all that say so say the same."""
    first = alike[0]
    of_what = {target.of_what for target in alike if target.of_what}
    by_year = f" by {first.by_year}" if first.by_year else ""
    known = len(of_what) == 1 and str(first.by_year) not in min(of_what)
    return f"{first.quantity} {first.unit}{by_year}" + (f": {min(of_what)}" if known else "")


def _beside(named: Named, results: Results) -> list[Beside]:
    """Those of most papers first; what no side names is left out."""
    papers = {paper.document_id: paper for paper in results.papers}
    found: dict[str, tuple[list[Coding], list[Coding]]] = defaultdict(lambda: ([], []))
    for name, coding in named:
        on = sides_of(coding, papers[coding.document_id], results.codebook) if name else ()
        for at, counts in enumerate(on):
            if counts:
                found[name][at].append(coding)
    made = [Beside(name, surest(left), surest(right)) for name, (left, right) in found.items()]
    return sorted(made, key=lambda b: (-count_papers((*b.left, *b.right)), b.name))
