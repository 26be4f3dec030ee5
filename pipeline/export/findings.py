"""The answer in words, drafted from the comparison by rule: what both sides share, where they differ."""

from dataclasses import dataclass

from pipeline.codebook import UNSPECIFIED, Codebook
from pipeline.outcomes import Comparison

MOST_SHARED = 3
MOST_DIFFERENT = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of the comparison and what it says, as a sentence that follows the code's label."""

    row: Comparison
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The strongest findings of each kind. `open` holds the most frequent codes where no verdict stands."""

    shared: tuple[Finding, ...]
    different: tuple[Finding, ...]
    open: tuple[Finding, ...]


def answer(rows: tuple[Comparison, ...], codebook: Codebook) -> Answer:
    """The answer that the rows allow. A family's catch-all code tells nothing and is left out."""
    left, right = (domain.label for domain in codebook.domains)
    telling = [row for row in rows if row.code != UNSPECIFIED]
    shared = sorted((r for r in telling if r.verdict == "shared"), key=_least_share)[:MOST_SHARED]
    apart = [r for r in telling if r.verdict.startswith(("only in", "more in"))]
    different = sorted(apart, key=lambda r: (-abs(r.difference or 0), r.family, r.code))[:MOST_DIFFERENT]
    found = sorted((r for r in telling if r.left.papers + r.right.papers), key=_least_papers)
    return Answer(
        tuple(Finding(row, _shared(row, left, right)) for row in shared),
        tuple(Finding(row, _different(row, left, right)) for row in different),
        () if shared or different else tuple(Finding(r, _counts(r, left, right)) for r in found[:MOST_SHARED]),
    )


def _least_share(row: Comparison) -> tuple[float, float, str, str]:
    shares = sorted((row.left.share or 0, row.right.share or 0))
    return -shares[0], -shares[1], row.family, row.code


def _least_papers(row: Comparison) -> tuple[int, str, str]:
    return -(row.left.papers + row.right.papers), row.family, row.code


def _counts(row: Comparison, left: str, right: str) -> str:
    return (
        f"asserted by {row.left.papers} of {row.left.of_papers} {left} papers "
        f"and by {row.right.papers} of {row.right.of_papers} {right} papers."
    )


def _different(row: Comparison, left: str, right: str) -> str:
    """The side that has more comes first, so that the difference reads as a positive number."""
    more, less, names = row.left, row.right, (left, right)
    ends = row.low or 0, row.high or 0
    if (row.difference or 0) < 0:
        more, less, names, ends = less, more, (right, left), (-ends[1], -ends[0])
    few = f"{less.papers} of {less.of_papers}" if less.papers else f"none of {less.of_papers}"
    return (
        f"asserted by {more.papers} of {more.of_papers} {names[0]} papers and by {few} {names[1]} papers: "
        f"{points(abs(row.difference or 0))} apart (95 % interval {ends[0] * 100:.0f} to {ends[1] * 100:.0f})."
    )


def _shared(row: Comparison, left: str, right: str) -> str:
    return (
        f"{_counts(row, left, right)} The shares are {points(abs(row.difference or 0))} apart; the 95 % interval "
        f"runs from {_lead(row.low or 0, left, right)} to {_lead(row.high or 0, left, right)}."
    )


def _lead(difference: float, left: str, right: str) -> str:
    return f"{points(abs(difference))} more in {left if difference > 0 else right}"


def points(share: float) -> str:
    """A difference of shares as percentage points, in words."""
    number = f"{share * 100:.0f}"
    return f"{number} point{'' if number == '1' else 's'}"
