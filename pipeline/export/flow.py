"""What became of every file, after the flow diagram of PRISMA 2020 (Page et al. 2021, BMJ 372:n71)."""

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup, escape

from pipeline.export.results import Results
from pipeline.records import BOTH

LINE = 20  # height of a line of text


@dataclass(frozen=True, slots=True)
class Flow:
    """The numbers of the diagram. found = duplicates + the sum of `rejected` + excluded + read, and
    read = coded + not_coded. `by_domain` splits the papers that are read and not `excluded` by people; of
    `abstracts` of them only the abstract is known."""

    found: int
    duplicates: int
    rejected: tuple[tuple[str, int], ...]
    read: int
    coded: int
    not_coded: int
    by_domain: tuple[tuple[str, int], ...]
    excluded: int = 0
    abstracts: int = 0


def flow(results: Results) -> Flow:
    """The numbers of a run."""
    kinds = Counter(rejection.kind for rejection in results.rejected)
    duplicates, excluded = kinds.pop("duplicate", 0), kinds.pop("excluded", 0)
    with_codings = {coding.document_id for coding in results.codings}
    coded = sum(paper.document_id in with_codings for paper in results.papers)
    read = len(results.papers)
    names = {d.id: d.label for d in results.codebook.domains} | {BOTH: "Both sides"}
    domains = Counter(names.get(paper.domain, "Neither side") for paper in results.papers)
    return Flow(
        found=read + len(results.rejected),
        duplicates=duplicates,
        rejected=tuple(sorted(kinds.items())),
        read=read,
        coded=coded,
        not_coded=read - coded,
        by_domain=tuple((name, domains[name]) for name in (*names.values(), "Neither side") if domains[name]),
        excluded=excluded,
        abstracts=sum(not paper.full_text for paper in results.papers),
    )


def flow_svg(numbers: Flow) -> Markup:
    """The diagram as an SVG element that takes its colours from the text around it."""
    refused = [f"{kind}: {n}" for kind, n in numbers.rejected]
    rows = [
        ([f"Files found: {numbers.found}"], [f"Duplicates: {numbers.duplicates}"]),
        (
            [f"Different papers: {numbers.found - numbers.duplicates}"],
            [f"Rejected: {sum(n for _, n in numbers.rejected)}", *refused],
        ),
        *_by_people(numbers),
        (
            [
                f"Papers {'left' if numbers.excluded else 'read'}: {numbers.read}",
                *([f"Of these abstracts alone: {numbers.abstracts}"] if numbers.abstracts else []),
                *(f"{name}: {n}" for name, n in numbers.by_domain),
            ],
            [f"Without a coding: {numbers.not_coded}"],
        ),
        ([f"Papers with codings: {numbers.coded}"], []),
    ]
    parts, top = [], 4
    for at, (stays, leaves) in enumerate(rows):
        height = 16 + LINE * max(len(stays), len(leaves), 1)
        parts.append(_box(4, top, 250, height, stays))
        if leaves:
            parts.append(_box(306, top, 250, height, leaves))
            parts.append(_arrow(254, top + height / 2, 304, top + height / 2))
        if at < len(rows) - 1:
            parts.append(_arrow(129, top + height, 129, top + height + 24))
        top += height + 26
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 {0}" width="560" height="{0}" role="img" '
        'aria-label="{1}" font-family="system-ui, sans-serif" font-size="14" color="#1c2024" fill="none">{2}</svg>'
    ).format(top, _in_words(numbers), Markup("").join(parts))


def _by_people(numbers: Flow) -> list[tuple[list[str], list[str]]]:
    """The step of the papers that people excluded, where they did."""
    if not numbers.excluded:
        return []
    return [([f"Papers read: {numbers.read + numbers.excluded}"], [f"Excluded by people: {numbers.excluded}"])]


def _box(x: float, y: float, width: float, height: float, lines: list[str]) -> Markup:
    texts = Markup("").join(
        Markup('<text x="{}" y="{}" fill="currentColor"{}>{}</text>').format(
            x + 12, y + 22 + LINE * i, Markup(' font-weight="600"') if i == 0 else "", escape(line)
        )
        for i, line in enumerate(lines)
    )
    return Markup(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="6" stroke="currentColor" stroke-opacity=".45"/>{}'
    ).format(x, y, width, height, texts)


def _arrow(x0: float, y0: float, x1: float, y1: float) -> Markup:
    dx, dy = (-7, 0) if y0 == y1 else (0, -7)
    head = f"M{x1 + dx - dy / 2:g} {y1 + dy - dx / 2:g}L{x1:g} {y1:g}L{x1 + dx + dy / 2:g} {y1 + dy + dx / 2:g}"
    return Markup('<path d="M{:g} {:g}L{:g} {:g}{}" stroke="currentColor" stroke-opacity=".7"/>').format(
        x0, y0, x1, y1, head
    )


def _in_words(numbers: Flow) -> str:
    refused = sum(n for _, n in numbers.rejected)
    return (
        f"{numbers.found} files found, {numbers.duplicates} duplicates, {refused} rejected, "
        f"{numbers.read + numbers.excluded} papers read, "
        f"{f'{numbers.abstracts} of them as abstracts alone, ' if numbers.abstracts else ''}"
        f"{f'{numbers.excluded} excluded by people, ' if numbers.excluded else ''}{numbers.coded} with codings"
    )
