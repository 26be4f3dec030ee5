"""The comparison told in Markdown, by rule: every sentence with its counts and at least two papers to look up."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from pipeline.export.beside import Beside, actors_beside, instruments_beside, targets_beside
from pipeline.export.island import byline
from pipeline.export.markdown import escaped
from pipeline.export.results import Results
from pipeline.export.statements import MIN_TOLD, Cited, Sentence, Words, apart, carried, counts, words
from pipeline.export.told import clean
from pipeline.outcomes import CARRIES, Carried
from pipeline.records import BOTH, Coding, Paper

MOST = 8  # statements of a section, and rows of a table
CITED = 2  # papers cited for a count
SURE = 0.5  # probability that a coder would agree, below which a citation is marked


@dataclass(frozen=True, slots=True)
class Teller:
    """What the sections are told from. `cite` makes the citation of a coding, `codings` are by id."""

    results: Results
    names: Words
    codings: dict[str, Coding]
    cite: Callable[[Coding], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A section's lines, and how many of its statements were left out: for want of a second paper, or of room."""

    heading: str
    lines: tuple[str, ...]
    single: int = 0
    further: int = 0


def write_narrative(results: Results, path: Path) -> None:
    """Write narrative.md beside report.html, into which its citations lead. Raises OSError."""
    path.write_text(clean(narrative(results)), encoding="utf-8", newline="\n")


def narrative(results: Results) -> str:
    """The narrative, in Markdown; all text of papers and of the codebook is escaped.

    Every line between "The question" and "How to read this" is one sentence or one row of a table. It holds
    its counts, k of n papers, and citations of at least two papers, each a link to the coding in the report.
    What one paper alone would have to bear is left out, and counted at the end.
    """
    teller = Teller(results, words(results.codebook), {c.id: c for c in results.codings}, _citer(results))
    left, right = (escaped(domain.label) for domain in results.codebook.domains)
    parts = list(_parts(teller))
    families = ", ".join(escaped(name) for name in teller.names.families.values())
    question = (
        f"What precedent does {left} set for {right}, and {right} for {left}? Their papers are compared by what "
        f"they say under each code of these families: {families}."
    )
    blocks = [f"# {left} beside {right}", "## The question", question]
    for part in parts:
        blocks += [f"## {part.heading}", "\n".join(part.lines)] if part.lines else []
    blocks += ["## How to read this", "\n".join(_reading(results)), "## What is left out", "\n".join(_left_out(parts))]
    return "\n\n".join(blocks) + "\n"


# ---- sections ----


def _parts(teller: Teller) -> Iterator[Part]:
    rows = teller.results.carried
    left, right = teller.results.codebook.domains
    shared = sorted((r for r in rows if r.row.verdict == "shared"), key=_least_share)
    different = [r for r in rows if r.row.verdict.startswith(("only in", "more in"))]
    different.sort(key=lambda r: -abs(r.row.difference or 0))
    open_ = [row for row in rows if row.one_sided]
    yield _listed("What both share", shared, counts, teller)
    yield _listed("Where they differ", different, apart, teller)
    yield _paragraphs(left.id, right.id, rows, teller)
    yield _paragraphs(right.id, left.id, rows, teller)
    yield _listed("Well evidenced on one side, too few papers to say on the other", open_, counts, teller)
    if not shared and not different:
        often = sorted(rows, key=lambda r: -(r.row.left.papers + r.row.right.papers))
        yield _listed("Found most often, with too few papers to compare", often, counts, teller)
    yield _table("Named instruments", instruments_beside(teller.results), teller)
    yield _table("Targets", targets_beside(teller.results), teller)
    yield _table("Actors addressed", actors_beside(teller.results), teller)


def _least_share(row: Carried) -> tuple[float, float]:
    shares = sorted((row.row.left.share or 0, row.row.right.share or 0))
    return -shares[0], -shares[1]


def _listed(heading: str, rows: Iterable[Carried], say: Callable[[Carried, Words], Sentence], teller: Teller) -> Part:
    """A bullet for each row, up to MOST of them."""
    told = [(row, say(row, teller.names)) for row in rows]
    backed = [(row, sentence) for row, sentence in told if _papers(sentence, teller) >= MIN_TOLD]
    lines = [f"- {_head(row, teller.names)}{_markdown(sentence, teller)}" for row, sentence in backed[:MOST]]
    return Part(heading, tuple(lines), len(told) - len(backed), len(backed[MOST:]))


def _paragraphs(origin: str, target: str, rows: Iterable[Carried], teller: Teller) -> Part:
    """A paragraph for each code that may carry over, a sentence a line; the most frequent code first."""
    names = teller.names
    found = [row for row in rows if row.finding == CARRIES and (row.origin, row.target) == (origin, target)]
    found.sort(key=lambda row: -abs(row.row.difference or 0))
    lines: list[str] = []
    for row in found[:MOST]:
        told = [_markdown(s, teller) for s in carried(row, names) if _papers(s, teller) >= MIN_TOLD]
        lines += ["", _head(row, names) + told[0], *told[1:]]
    heading = escaped(f"What may carry over from {names.sides[origin]} to {names.sides[target]}")
    return Part(heading, tuple(lines[1:]), further=len(found[MOST:]))


def _table(heading: str, rows: Sequence[Beside], teller: Teller) -> Part:
    """The two sides beside each other; a cell counts papers and cites the surest."""
    backed = [row for row in rows if len({c.document_id for c in (*row.left, *row.right)}) >= MIN_TOLD]
    if not backed:
        return Part(heading, (), len(rows))
    sides = [(d.label, of) for d, of in zip(teller.results.codebook.domains, _of_papers(teller.results), strict=True)]
    head = f"| {heading} | " + " | ".join(f"{escaped(label)}, {of} papers" for label, of in sides) + " |"
    lines = [
        f"| {escaped(row.name)} | {_cell(row.left, sides[0][1], teller)} | {_cell(row.right, sides[1][1], teller)} |"
        for row in backed[:MOST]
    ]
    return Part(heading, (head, "|---|---|---|", *lines), len(rows) - len(backed), len(backed[MOST:]))


def _cell(codings: Sequence[Coding], of: int, teller: Teller) -> str:
    if not codings:
        return f"none of {of}"
    return f"{len(codings)} of {of} ({'; '.join(map(teller.cite, codings[:CITED]))})"


def _reading(results: Results) -> list[str]:
    left, right = results.codebook.domains
    of_left, of_right = _of_papers(results)
    on_both = sum(paper.domain == BOTH for paper in results.papers)
    confirmed = sum(coding.decided_by != "machine" for coding in results.codings)
    but = f", but for {confirmed} of {len(results.codings)} that people confirmed or made" if confirmed else ""
    return [
        f"- Drafted by rule from the tables: {len(results.papers)} papers, {of_left} of them on the side of "
        f"{escaped(left.label)} and {of_right} on that of {escaped(right.label)}, {on_both} of them on both.",
        "- A paper asserts a code where at least one of its sentences states it as so, be it that it cites another for "
        "that; `own` in comparison.csv counts those that say it themselves. Papers are counted, not sentences. "
        "Proposals and denials are counted apart.",
        "- A difference is told where the 95 % interval of its own code excludes zero. So many codes are compared that "
        "some differ by chance: of the differences with a false discovery rate no higher than the one told (Benjamini "
        "and Hochberg, over all codes found), about that share may be such.",
        "- A citation gives the page of the file, from 1, and leads to its quote in report.html beside this text.",
        "- What may carry over is well evidenced on one side (at least 3 papers, and surely more than 5 % of them) "
        "and thin on the other (one paper or none, or surely fewer than 5 %), by a difference whose 95 % interval "
        "excludes zero. It is a gap in these papers; whether it is one in policy is for you to say.",
        "- What a code comes with stands in one sentence with it, or next to it; that is no claim that one causes the "
        "other.",
        "- Named instruments and actors are counted whatever the status of the sentence; targets where it is asserted.",
        f"- The codings are a machine's{but}; where its confidence is below 0.5 the citation is marked as unsure. Read "
        "the quotes before you cite a number.",
    ]


def _left_out(parts: Iterable[Part]) -> list[str]:
    """What of each section is not told, and where it stands."""
    lines = []
    for part in parts:
        why = [(part.single, "that one paper alone would bear"), (part.further, "for want of room")]
        told = ", ".join(f"{n} {reason}" for n, reason in why if n)
        if told or not part.lines:
            lines.append(f"- {part.heading}: {told or 'nothing was found that two papers bear'}.")
    where = "comparison.csv, carries\\_over.csv, instruments.csv, targets.csv and actors.csv"
    return [*lines, f"- All that was found stands in the tables: {where}."]


def _of_papers(results: Results) -> tuple[int, int]:
    left, right = results.codebook.domains
    on = Counter(paper.domain for paper in results.papers)
    return on[left.id] + on[BOTH], on[right.id] + on[BOTH]


# ---- sentences ----


def _head(row: Carried, names: Words) -> str:
    pair = row.row.family, row.row.code
    return f"**{escaped(names.codes[pair])}** ({escaped(names.families[row.row.family])}): "


def _papers(sentence: Sentence, teller: Teller) -> int:
    """Distinct papers that the sentence can cite."""
    cited = (i for part in sentence if isinstance(part, Cited) for i in part.quotes)
    return len({teller.codings[i].document_id for i in cited})


def _markdown(sentence: Sentence, teller: Teller) -> str:
    told = "".join(escaped(part) if isinstance(part, str) else _citations(part, teller) for part in sentence)
    return f"{told[:1].upper()}{told[1:]}."


def _citations(cited: Cited, teller: Teller) -> str:
    """A coding of each of the first papers, in parentheses."""
    first: dict[str, Coding] = {}
    for coding in (teller.codings[i] for i in cited.quotes):
        first.setdefault(coding.document_id, coding)
    chosen = [teller.cite(coding) for coding in itertools.islice(first.values(), CITED)]
    return f" ({'; '.join(chosen)})" if chosen else ""


def _citer(results: Results) -> Callable[[Coding], str]:
    """Cites a coding as "[Lin 2010a, p. 4](report.html#coding-ID)", by the file's page."""
    names = _bylines(results.papers)

    @cache
    def page_of(document_id: str, start: int, end: int) -> int:
        return results.placed(document_id, {(start, end)})[start, end].page

    def cite(coding: Coding) -> str:
        page = page_of(coding.document_id, coding.start, coding.end)
        unsure = ", unsure" if coding.confidence < SURE and coding.decided_by == "machine" else ""
        name = escaped(names[coding.document_id])
        return f"[{name}, p. {page}](report.html#coding-{quote(coding.id, safe='')}){unsure}"

    return cite


def _bylines(papers: Sequence[Paper]) -> dict[str, str]:
    """ "Lin 2010"; "Lin 2010, lin2010audits" where others have that name too; the key alone where nobody signs."""
    names = {p.document_id: byline(p.metadata.authors, p.metadata.year) if p.metadata.authors else "" for p in papers}
    papers_of = Counter(names.values())
    return {
        p.document_id: name if name and papers_of[name] == 1 else ", ".join(filter(None, (name, p.citation_key)))
        for p, name in zip(papers, names.values(), strict=True)
    }
