"""How well the head that coded does, from the card of the model that ships."""

import re
from dataclasses import dataclass
from pathlib import Path

CARD = Path(__file__).parents[2] / "models" / "README.md"
OVERALL, BY_CODE = "How well it does", "By code"

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Cross-validated figures of a head, as its card gives them: rows of cells, the first of each being their head.

    `overall`: task, figure, interval, agreement of coders, cases. `by_code`: family, code, labelled, right, wrong,
    missed, F1.
    """

    overall: Rows
    by_code: Rows


def figures(model_version: str, card: Path = CARD) -> Figures | None:
    """The figures of the head that ships, if it is the one that coded; a head of the user's own has no card."""
    if not re.fullmatch(r"head-[0-9a-f]{8}", model_version) or not card.is_file():
        return None
    text = card.read_text(encoding="utf-8")
    return Figures(_table(text, OVERALL), _table(text, BY_CODE)) if f"| version | {model_version}," in text else None


def _table(text: str, heading: str) -> Rows:
    """The first table under a heading of a Markdown text, without its rule."""
    _, _, below = text.partition(f"# {heading}\n")
    found = re.search(r"(?:^\|.*\|\n)+", below, re.MULTILINE)
    rows = (line.strip("|").split("|") for line in found[0].splitlines()) if found else ()
    cells = (tuple(cell.strip() for cell in row) for row in rows)
    return tuple(row for row in cells if not re.fullmatch(r"[-:]+", "".join(row)))
