"""How the report was made: what the papers are, what people decided, by which settings and versions."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, get_args

from pipeline.export.results import Results
from pipeline.records import BOTH, Coding, Paper, ReviewStatus

Facts = list[tuple[str, str]]
_TOPICS = {"nmf": "non-negative matrix factorisation", "lda": "latent Dirichlet allocation"}


def made(results: Results) -> dict[str, Any]:
    """`corpus` and `versions`, each names with values; `decided`, a table of what people decided, its head first,
    empty where they decided nothing; `listed`, by name the codings that were rejected or are in dispute."""
    shown = results.evidence or results.codings
    of = {status: [c for c in shown if c.review_status == status] for status in ("rejected", "disputed")}
    names = {"rejected": "Rejected by people: they count nowhere", "disputed": "In dispute between coders"}
    return {
        "corpus": _corpus(results),
        "decided": _decided(shown),
        "listed": [(names[status], codings) for status, codings in of.items() if codings],
        "versions": _versions(results),
    }


def facts(paper: Paper, results: Results) -> Facts:
    """What is known of a paper, by name, without what is not."""
    about = paper.metadata
    names = {d.id: d.label for d in results.codebook.domains} | {BOTH: "both sides"}
    sentences = [f"{n} {names.get(domain, 'neither side')}" for domain, n in paper.sentences.items() if n]
    doubts = [f"{d.reason} ({d.source}): {d.remedy}" for d in results.doubts if d.path == paper.path]
    told = {
        "Authors": "; ".join(about.authors),
        "Journal": paper.journal,
        "Year": str(about.year or ""),
        "DOI": about.doi,
        "Key": paper.citation_key,
        "Side": names.get(paper.domain, "neither side"),
        "Sentences": ", ".join(sentences),
        "Places": "; ".join(paper.places),
        "Sectors": "; ".join(paper.sectors),
        "File": f"{paper.path}, {_count(paper.pages, 'page')}",
        "Same file as": "; ".join(paper.other_paths),
        "Damage": paper.damage,
        "To check": " ".join(doubts),
    }
    return [(name, value) for name, value in told.items() if value]


def _corpus(results: Results) -> Facts:
    papers = results.papers
    years = [p.metadata.year for p in papers if p.metadata.year]
    span = f"{min(years)} to {max(years)}" if years else "not known"
    undated = len(papers) - len(years)
    damaged = sum(bool(p.damage) for p in papers)
    told = {
        "Papers": f"{len(papers)}, {_count(sum(p.pages for p in papers), 'page')}",
        "Sentences": f"{sum(sum(p.sentences.values()) for p in papers):,}",
        "Years": span + (f"; {undated} without a year" if undated else ""),
        "Codings": f"{len(results.codings):,} in {_count(len({c.document_id for c in results.codings}), 'paper')}",
        "Damaged": f"{_count(damaged, 'paper')}, read in part" if damaged else "",
        "To check": f"{_count(len(results.doubts), 'doubtful match', 'es')} with the bibliography, in doubts.csv"
        if results.doubts
        else "",
    }
    return [(name, value) for name, value in told.items() if value]


def _decided(codings: Iterable[Coding]) -> list[tuple[str, ...]]:
    statuses = [status for status in get_args(ReviewStatus) if status != "unreviewed"]
    counts = Counter((c.reviewer, c.review_status) for c in codings if c.review_status != "unreviewed")
    coders = sorted({coder for coder, _ in counts})
    rows = [(coder, *(str(counts[coder, status]) for status in statuses)) for coder in coders]
    return [("Coder", *statuses), *rows] if rows else []


def _versions(results: Results) -> Facts:
    book, how = results.codebook, results.settings
    told = {"Codebook": f"{book.name} {book.version}"}
    if how:
        number = "as many as suit the corpus" if how["topics"] == "0" else how["topics"]
        told["Topics"] = f"{number}, by {_TOPICS[how['topic_method']]}, seed {how['seed']}"
    named = {name.replace("_", " ").capitalize(): value for name, value in sorted(results.versions.items())}
    return [*told.items(), *named.items()]


def _count(n: int, one: str, plural: str = "s") -> str:
    return f"{n:,} {one}{'' if n == 1 else plural}"
