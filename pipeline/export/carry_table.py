"""The table of what carries over: a row a code, both sides' evidence on it, and what comes with it there."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.codebook import Codebook
from pipeline.export.results import Results
from pipeline.export.schema import Column, by_side
from pipeline.export.statements import Words, carried, plain, words
from pipeline.outcomes import EVIDENCE, FINDINGS, Carried, Company, Mention, Side, Standing

_SIDE = """
evidence string What the side's papers are evidence of
of_papers integer Papers that stand on the side
papers integer Papers of the side that assert the code
low number Lower end of the share's 95 % Wilson interval
high number Upper end of it
proposed integer Papers that only propose it
negated integer Papers that only negate it
"""
_QUOTES = """
named string Instruments that its asserted codings name, each with its papers
quotes string Ids of the best codings that assert it; each leads to evidence.csv
proposing string Ids of the best coding of each paper that only proposes it
"""


def carry_columns(codebook: Codebook) -> tuple[Column, ...]:
    """The columns, those of a side under its name; for each family, what of it stands beside the code."""
    sides = codebook.domains[0].id, codebook.domains[1].id
    means = "in a sentence with it, or tied to it, each with its papers"
    beside = "\n".join(f"beside_{f.id} string Codes of the family {f.id} {means}" for f in codebook.families)
    of_side = by_side(f"{_SIDE.strip()}\n{beside}\n{_QUOTES.strip()}", sides)
    return (
        Column("family", "string", "Family"),
        Column("code", "string", "Code"),
        Column("label", "string", "Name of the code"),
        Column("finding", "string", "Whether a side's evidence may be a precedent for the other"),
        Column("origin", "string", "Side on which it is well evidenced, where it may carry over"),
        Column("target", "string", "Side on which it is thin, where it may carry over"),
        Column("reading", "string", "The row in words"),
        *of_side,
        Column("verdict", "string", "Verdict of the comparison"),
        Column("flips_to", "string", "Verdict that leaving out one paper can lead to, where it can change"),
    )


def carry_values(sides: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What the columns with few values may hold."""
    return {
        "finding": FINDINGS,
        "origin": sides,
        "target": sides,
        **{f"{side}_evidence": EVIDENCE for side in sides},
    }


def carry_rows(results: Results) -> Iterator[Mapping[str, Any]]:
    """A row for each code that was found, in the codebook's order."""
    names = words(results.codebook)
    families = [family.id for family in results.codebook.families]
    for row in results.carried:
        left, right = (
            {f"{side.domain}_{name}": value for name, value in _side(side, standing, families).items()}
            for side, standing in ((row.row.left, row.left), (row.row.right, row.right))
        )
        yield {**_about(row, names), **left, **right, "verdict": row.row.verdict, "flips_to": row.row.flips_to}


def _about(row: Carried, names: Words) -> dict[str, str]:
    return {
        "family": row.row.family,
        "code": row.row.code,
        "label": names.codes[row.row.family, row.row.code],
        "finding": row.finding,
        "origin": row.origin,
        "target": row.target,
        "reading": reading(row, names),
    }


def reading(row: Carried, names: Words) -> str:
    """The row in words: the finding, then the counts that it stands on, and what comes with it."""
    ways = f" from {names.sides[row.origin]} to {names.sides[row.target]}" if row.origin else ""
    flips = " Leaving out one paper could change that." if row.origin and row.row.flips_to else ""
    return f"{row.finding[:1].upper()}{row.finding[1:]}{ways}. {plain(carried(row, names))}{flips}"


def _side(side: Side, standing: Standing, families: Iterable[str]) -> dict[str, Any]:
    beside: dict[str, Company] = {company.family: company for company in standing.beside}
    return {
        "evidence": standing.evidence,
        **{name: getattr(side, name) for name in ("of_papers", "papers", "low", "high", "proposed", "negated")},
        **{f"beside_{family}": _mentions(beside[family].codes if family in beside else ()) for family in families},
        "named": _mentions(standing.named),
        "quotes": "; ".join(standing.quotes),
        "proposing": "; ".join(standing.proposing),
    }


def _mentions(mentions: Iterable[Mention]) -> str:
    """ "cost: 3; technology: 1"."""
    return "; ".join(f"{mention.name}: {mention.papers}" for mention in mentions)
