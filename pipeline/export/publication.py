"""Tables, diagram and references that go into a paper as they are: Markdown, LaTeX, HTML, SVG, BibTeX."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.evidence import code_labels
from pipeline.export.flow import flow, flow_svg
from pipeline.export.results import Results
from pipeline.export.told import clean, sides_of
from pipeline.outcomes import Comparison, Side
from pipeline.records import Paper

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "−": "$-$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "≈": r"$\approx$",
    **{chr(0x2080 + n): f"$_{n}$" for n in range(10)},  # as in CO₂
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#])")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table to print: a caption, the names of its columns, and groups of rows under a heading each."""

    caption: str
    head: tuple[str, ...]
    groups: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


def write_publication(results: Results, folder: Path) -> None:
    """Write the comparison and the codebook in three forms, flow.svg, and bibtex/ with a file a cell.

    Raises OSError.
    """
    (folder / "bibtex").mkdir(parents=True, exist_ok=True)
    for name, grid in (("comparison", comparison_grid(results)), ("codebook", codebook_grid(results))):
        for ending, form in FORMS.items():
            _write(folder / f"{name}.{ending}", form(grid))
    _write(folder / "flow.svg", str(flow_svg(flow(results))) + "\n")
    keys = bibtex_keys(results.papers)
    for name, papers in backing(results).items():
        entries = (bibtex(paper, keys[paper.document_id]) for paper in papers)
        _write(folder / "bibtex" / f"{name}.bib", "\n".join(entries))


def _write(path: Path, text: str) -> None:
    path.write_text(clean(text), encoding="utf-8", newline="\n")


# ---- what is printed ----


def comparison_grid(results: Results) -> Grid:
    """The comparison; codes that no paper mentions are left out."""
    left, right = results.codebook.domains
    head = ("Code", left.label, right.label, "Difference in points", "Verdict")
    labels = code_labels(results.codebook)
    groups = []
    for family in results.codebook.families:
        found = [r for r in results.comparisons if r.family == family.id and r.verdict != "not found"]
        lines = [(labels[r.family, r.code], _share(r.left), _share(r.right), _difference(r), r.verdict) for r in found]
        groups.append((family.label, tuple(lines)))
    caption = (
        f"Papers that assert each code, of {len(results.papers)} papers: number, share in per cent and its 95 % "
        "Wilson interval; difference of the shares with its 95 % Newcombe interval."
    )
    return Grid(caption, head, tuple(groups))


def _share(side: Side) -> str:
    if side.share is None or side.low is None or side.high is None:
        return "no papers"
    return f"{side.papers}/{side.of_papers}, {side.share:.0%} [{side.low * 100:.0f}, {side.high * 100:.0f}]"


def _difference(row: Comparison) -> str:
    if row.difference is None or row.low is None or row.high is None:
        return ""
    return f"{_signed(row.difference)} [{_signed(row.low)}, {_signed(row.high)}]"


def _signed(share: float) -> str:
    number = round(share * 100)
    return f"{number:+d}".replace("-", "−") if number else "0"


def codebook_grid(results: Results) -> Grid:
    """The codebook: what each code covers and what it does not."""
    groups = tuple(
        (family.label, tuple((code.label, code.covers, code.excludes) for code in family.codes))
        for family in results.codebook.families
    )
    return Grid(f"Codebook, version {results.codebook.version}.", ("Code", "Covers", "Does not cover"), groups)


# ---- in three forms ----


def markdown(grid: Grid) -> str:
    """A pipe table; a group's heading is a row of its own, in bold."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cells) + " |"

    width = len(grid.head)
    lines = [line(grid.head), line(("---",) * width)]
    for heading, rows in grid.groups:
        lines.append(line((f"**{_marked(heading)}**", *[""] * (width - 1))))
        lines += [line(tuple(_marked(cell) for cell in row)) for row in rows]
    return f"{_marked(grid.caption)}\n\n" + "\n".join(lines) + "\n"


def _marked(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def latex(grid: Grid) -> str:
    """A table for the packages booktabs and longtable; \\input it."""
    width = len(grid.head)
    column = rf">{{\raggedright\arraybackslash}}p{{\dimexpr {1 / width:.3f}\linewidth-2\tabcolsep}}"
    head = ["\\toprule", " & ".join(map(tex, grid.head)) + r" \\", "\\midrule"]
    lines = [
        "% needs \\usepackage{booktabs,longtable,array}; writing other than Latin needs XeLaTeX or LuaLaTeX",
        "\\begin{longtable}{" + column * width + "}",
        f"\\caption{{{tex(grid.caption)}}}\\\\",
        *head,
        "\\endfirsthead",
        *head,
        "\\endhead",
    ]
    for heading, rows in grid.groups:
        lines.append(f"\\multicolumn{{{width}}}{{l}}{{\\textit{{{tex(heading)}}}}} \\\\")
        lines += [" & ".join(map(tex, row)) + r" \\" for row in rows]
    return "\n".join([*lines, "\\bottomrule", "\\end{longtable}"]) + "\n"


def tex(text: str) -> str:
    """Text as LaTeX shows it. A cell that begins with a bracket or a star is kept from being an option."""
    plain = "".join(_LATEX.get(c, c) for c in unicodedata.normalize("NFC", " ".join(text.split())))
    return f"{{}}{plain}" if plain.startswith(("[", "*")) else plain


def html(grid: Grid) -> str:
    """A table element with a caption, to be pasted into a page."""

    def row(cells: tuple[str, ...]) -> Markup:
        first, *rest = (escape(cell) for cell in cells)
        return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, Markup("").join(map(_data, rest)))

    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in grid.head)
    bodies = Markup("\n").join(
        Markup('<tbody>\n<tr><th scope="rowgroup" colspan="{}">{}</th></tr>\n{}\n</tbody>').format(
            len(grid.head), heading, Markup("\n").join(map(row, rows))
        )
        for heading, rows in grid.groups
    )
    page = Markup("<table>\n<caption>{}</caption>\n<thead><tr>{}</tr></thead>\n{}\n</table>\n")
    return str(page.format(grid.caption, head, bodies))


def _data(cell: Markup) -> Markup:
    return Markup("<td>{}</td>").format(cell)


FORMS: dict[str, Callable[[Grid], str]] = {"md": markdown, "tex": latex, "html": html}


# ---- references ----


def backing(results: Results) -> dict[str, list[Paper]]:
    """family-code-side -> the papers that the cell of the comparison counts, in their order."""
    cells: dict[str, set[str]] = {}
    papers = {paper.document_id: paper for paper in results.papers}
    for coding in results.codings:
        on = sides_of(coding, papers[coding.document_id], results.codebook)
        for domain, counts in zip(results.codebook.domains, on, strict=True):
            if counts and coding.status == "asserted":
                cells.setdefault(f"{coding.family}-{coding.code}-{domain.id}", set()).add(coding.document_id)
    return {name: [p for p in results.papers if p.document_id in held] for name, held in sorted(cells.items())}


def bibtex_keys(papers: Iterable[Paper]) -> dict[str, str]:
    """document id -> a key that BibTeX takes, each only once, for BibTeX whatever its case."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for paper in papers:
        key = re.sub(r"[^\w:.+/-]", "", paper.citation_key) or paper.document_id[:12]
        keys[paper.document_id] = f"{key}-{paper.document_id[:8]}" if key.casefold() in taken else key
        taken.add(key.casefold())
    return keys


def bibtex(paper: Paper, key: str) -> str:
    """The paper as a BibTeX entry."""
    kind = "article" if paper.journal else "misc"
    fields = "".join(f"  {name} = {{{value}}},\n" for name, value in _fields(paper) if value)
    return f"@{kind}{{{key},\n{fields}}}\n"


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    about = paper.metadata
    yield "author", " and ".join(map(_author, about.authors))
    yield "title", f"{{{_value(about.title)}}}" if about.title else ""
    yield "journal", _value(paper.journal)
    yield "year", str(about.year or "")
    yield "doi", re.sub(r"[{}\\\s]", "", about.doi)


def _author(name: str) -> str:
    """A name; that of a body, which BibTeX would take for those of several people, in braces."""
    several = re.search(r"\band\b", name, re.IGNORECASE) or name.count(",") > 2
    return f"{{{_value(name)}}}" if several else _value(name)


def _value(text: str) -> str:
    """Text for a field. BibTeX counts braces though they are escaped, so they are spelt out."""
    return tex(text).replace(r"\{", r"\textbraceleft{}").replace(r"\}", r"\textbraceright{}")
