"""The list in which a coding is looked at: a cell of the matrix, the queue, or a paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from pipeline.evidence import best, code_labels
from pipeline.review.compared import disputed
from pipeline.review.desk import Desk
from pipeline.triage import ORDERS, Order


@dataclass(frozen=True, slots=True)
class Listed:
    """Ids of codings in the order of a list, with its name and address; `reasons` say why one stands where it does."""

    name: str
    address: str
    ids: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)

    def place(self, coding_id: str) -> int:
        """From 0; -1 where the coding is not in the list."""
        return self.ids.index(coding_id) if coding_id in self.ids else -1


def sequence(within: str, desk: Desk) -> Listed:
    """The list of that name: `cell:FAMILY:CODE:SIDE`, `queue:ORDER:FAMILY`, `paper:ID`; empty for another name."""
    return desk.remember(f"list {within}", lambda: _sequence(within, desk))


def _sequence(within: str, desk: Desk) -> Listed:
    kind, *rest = within.split(":")
    if kind == "cell" and len(rest) == 3:
        return _cell(desk, *rest)
    if kind == "queue" and len(rest) == 2 and rest[0] in ORDERS:
        return _queue(desk, rest[0], rest[1])
    if kind == "paper" and len(rest) == 1 and rest[0] in desk.papers:
        return Listed("Its paper", f"/paper/{quote(rest[0])}", tuple(c.id for c in desk.of_paper(rest[0])))
    return Listed("The matrix", "/", ())


def _cell(desk: Desk, family: str, code: str, side: str) -> Listed:
    held = desk.held.get((side, family, code), [])
    names = code_labels(desk.codebook)
    on = {domain.id: domain.label for domain in desk.codebook.domains}
    name = f"{names.get((family, code), code)}, {on.get(side, side)}"
    return Listed(
        name, f"/cell/{quote(family)}/{quote(code)}/{quote(side)}", tuple(c.id for c in best(held, len(held)))
    )


def _queue(desk: Desk, order: Order, family: str) -> Listed:
    looks = desk.disputed(disputed(desk)) if order == "disputed" else desk.queue(order)
    ids = tuple(i for i in looks if not family or ((c := desk.find(i)) and c.family == family))
    address = f"/queue?order={order}&family={quote(family)}"
    return Listed("The queue", address, ids, looks)
