"""What is left of papers and codings, and what is added, when all that people decided is applied."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.codebook import Codebook
from pipeline.decisions.anchor import anchor, unanchored
from pipeline.decisions.apply import apply
from pipeline.decisions.decision import OF_CODING, Decision
from pipeline.documents import Metadata, Passage
from pipeline.outcomes import Unanchored
from pipeline.records import BOTH, OTHER, Coding, Paper, Rejection


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Papers and all codings after review, also those that do not count (see `apply.counted`).

    `excluded` are the papers that people took out, with their reasons; `unanchored` the decisions without effect.
    """

    papers: tuple[Paper, ...]
    codings: tuple[Coding, ...]
    excluded: tuple[Rejection, ...]
    unanchored: tuple[Unanchored, ...]


def review(
    decisions: Iterable[Decision],
    papers: Sequence[Paper],
    codings: Sequence[Coding],
    codebook: Codebook,
    text: Callable[[str], str],
    passages: Callable[[str], Sequence[Passage]],
) -> Reviewed:
    """Apply a log to the machine's work: anchor it, take papers out, put metadata right, make codings final.

    On papers the latest decision wins, whoever took it. `text` and `passages` give those of a document, and are
    asked only where the decisions need them. Decisions on codings of a paper that is excluded wait.
    """
    judging = [d for d in decisions if d.action not in OF_CODING]
    anchored = anchor(judging, papers, {c.id for c in codings}, text)
    why = _misfits(anchored.decisions, codebook)
    fits = [d for d in anchored.decisions if d.id not in why]
    last = {d.document_id: d for d in fits if d.action in ("exclude", "include")}
    out = {document_id: d for document_id, d in last.items() if d.action == "exclude"}
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for decision in fits:
        if decision.action == "metadata":
            told[decision.document_id][decision.field] = decision.value
    stay = tuple(_mended(p, told.get(p.document_id, {})) for p in papers if p.document_id not in out)
    left = {paper.document_id for paper in stay}
    final, unfound = apply(
        stay,
        [c for c in codings if c.document_id in left],
        [d for d in fits if d.document_id in left],
        passages,
    )
    misfits = [unanchored(d, why[d.id]) for d in anchored.decisions if d.id in why]
    return Reviewed(
        stay,
        final,
        tuple(_excluded(paper, out[paper.document_id]) for paper in papers if paper.document_id in out),
        tuple(sorted((*anchored.lost, *misfits, *unfound), key=lambda u: (u.at, u.decision_id))),
    )


def _misfits(decisions: Iterable[Decision], codebook: Codebook) -> dict[str, str]:
    """By their ids, the decisions that the codebook cannot hold, and why."""
    codes = {(family.id, code.id) for family in codebook.families for code in family.codes}
    domains = {"", *(domain.id for domain in codebook.domains), BOTH, OTHER}
    why = {}
    for d in decisions:
        if d.code and (d.family, d.code) not in codes:
            why[d.id] = f"the codebook has no code {d.code} in a family {d.family}"
        elif d.domain not in domains:
            why[d.id] = f"the codebook has no domain {d.domain}"
    return why


def _mended(paper: Paper, told: Mapping[str, str]) -> Paper:
    """A paper with its metadata as people put it right."""
    if not told:
        return paper
    was = paper.metadata
    about = Metadata(
        title=told.get("title", was.title),
        authors=_authors(told["authors"]) if "authors" in told else was.authors,
        year=(int(told["year"]) if told["year"] else None) if "year" in told else was.year,
        doi=told.get("doi", was.doi),
    )
    return replace(paper, metadata=about, journal=told.get("journal", paper.journal))


def _authors(value: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(";") if name.strip())


def _excluded(paper: Paper, decision: Decision) -> Rejection:
    reason = f"excluded by {decision.coder}, {decision.at[:10]}: {decision.note}"
    return Rejection(paper.path, paper.document_id, "excluded", reason, "nothing to do; include it again if it belongs")
