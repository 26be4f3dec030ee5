"""The two sides beside each other: what instruments they name, whom they address, what targets they state."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.export.places import sides_of
from pipeline.export.results import Results
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
    """Targets that sentences assert. Those of equal quantity, unit and year of reaching it are one."""
    codings = {c.id: c for c in results.codings if c.status == "asserted"}
    alike: dict[tuple[str, str, int | None], list[Target]] = defaultdict(list)
    for target in results.targets:
        if target.coding_id in codings:
            alike[target.quantity, target.unit, target.by_year].append(target)
    stated = [(_in_words(found), codings[t.coding_id]) for found in alike.values() for t in found]
    return _beside(stated, results)


def _in_words(alike: list[Target]) -> str:
    """ "20 % by 2010: energy intensity"; of what it is only where all that say so say the same."""
    first = alike[0]
    of_what = {target.of_what for target in alike if target.of_what}
    by_year = f" by {first.by_year}" if first.by_year else ""
    return f"{first.quantity} {first.unit}{by_year}" + (f": {of_what.pop()}" if len(of_what) == 1 else "")


def _beside(named: Named, results: Results) -> list[Beside]:
    """Those of most papers first; what no side names is left out."""
    papers = {paper.document_id: paper for paper in results.papers}
    found: dict[str, tuple[list[Coding], list[Coding]]] = defaultdict(lambda: ([], []))
    for name, coding in named:
        for at, counts in enumerate(sides_of(coding, papers[coding.document_id], results.codebook)):
            if name and counts:
                found[name][at].append(coding)
    made = [Beside(name, _surest(left), _surest(right)) for name, (left, right) in found.items()]
    return sorted(made, key=lambda b: (-len({c.document_id for c in (*b.left, *b.right)}), b.name))


def _surest(codings: list[Coding]) -> tuple[Coding, ...]:
    best: dict[str, Coding] = {}
    for coding in sorted(codings, key=lambda c: (-c.confidence, c.id)):
        best.setdefault(coding.document_id, coding)
    return tuple(best.values())
