"""How headings are set, by which they are told from text and from one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.documents import Role
from pipeline.pdf.build import Paragraph
from pipeline.pdf.layout import Line
from pipeline.pdf.names import bare
from pipeline.pdf.raw import BOLD, ITALIC

NEAR = 0.6  # points by which the type of two headings of one kind may differ


class Look(NamedTuple):
    """How a heading is set: the size of its type in points, weight, slant, case, and its font's number."""

    size: float
    bold: bool
    italic: bool
    capitals: bool
    font: int

    def like(self, other: "Look") -> bool:
        """Whether both are set alike; fonts count where weight and slant tell nothing."""
        fonts = self.font == other.font or not (self.font and other.font) or self.bold or self.italic
        return abs(self.size - other.size) <= NEAR and self[1:4] == other[1:4] and fonts

    def above(self, other: "Look") -> bool:
        """Whether this is set larger, or in the same size more heavily; slanted type is not above bold type."""
        if other.bold and self.italic and not self.bold:
            return False
        if abs(self.size - other.size) > NEAR:
            return self.size > other.size
        return (self.capitals, self.bold, not self.italic) > (other.capitals, other.bold, not other.italic)


@dataclass(frozen=True, slots=True)
class Heading:
    """A paragraph, by index, that opens a section: its title, look, and the role it tells, None where it tells none.

    `runs_on` says that the section's text follows in the same paragraph.
    """

    at: int
    title: str
    role: Role | None
    look: Look
    runs_on: bool = False


def look(title: str, paragraph: Paragraph) -> Look:
    """How a heading is set."""
    lines = paragraph.lines
    fonts = {line.font for line in lines}
    capitals = in_capitals(title)
    italic = all(line.style & ITALIC for line in lines)
    return Look(round(paragraph.size * 2) / 2, all_bold(lines), italic, capitals, fonts.pop() if len(fonts) == 1 else 0)


def all_bold(lines: Sequence[Line]) -> bool:
    """Whether all lines are in bold type."""
    return all(line.style & BOLD for line in lines)


def in_capitals(text: str) -> bool:
    """Whether most letters are capitals: "BANDGAPS OF Mg ALLOYS" counts."""
    letters = [char for char in bare(text) if char.isalpha()]
    return len(letters) > 4 and sum(char.isupper() for char in letters) >= 0.7 * len(letters)
