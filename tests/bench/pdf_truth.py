"""How well the text of papers is read, against their publishers' XML and beside other readers: prints Markdown tables.

    .venv/bin/python -m tests.bench.pdf_truth [--papers] [FOLDER]

Needs ../shared/pdf_truth (or FOLDER): pairs of NAME.pdf and NAME.json. `--papers` adds the sentences missed, paper by
paper. Letters and digits alone are compared, so that spaces, hyphens and quotation marks do not count.

- sentences: of the truth's, of 25 letters or more, the share found verbatim in the reader's text. XML and page differ
  (citation numbers, symbols, list marks), so no reader finds all; "findable" are those that at least one reader of the
  run finds, ours among them.
- bigrams: of the truth's pairs of neighbouring words, the share that the text has, each as often as the truth.
- hyphens left: words broken at a line's end that the text has with a hyphen and the truth without, a page. Hyphens
  lost: the reverse, in all.
- running lines: lines in the top and bottom tenth of the page that come again, but for numbers, on another page (there
  and in the order that pdfium gives), and the page numbers: those of them that the text still has, a page.

Slow readers take every fourth paper; the table has our figures on those papers too.
"""

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber

from pipeline import pdf
from pipeline.documents import Document
from pipeline.passages import split
from tests.bench import _peers, _text_scores
from tests.bench._text_scores import letters

FOLDER = Path(__file__).parents[2] / "../shared/pdf_truth"
TIMED = 8  # papers in the timing, which pdfplumber makes slow
EVERY = 4  # slow readers take one paper of so many
OURS = "ours"


@dataclass(frozen=True, slots=True)
class Scored:
    """One paper: which truth sentences each reader found, and what else was counted of its text."""

    two_columns: bool
    slow: bool  # the slow readers took it too
    found: dict[str, list[bool]]
    counts: dict[str, Counter[str]]


def score(path: Path, with_slow: bool) -> tuple[Scored, list[str]]:
    """A paper's figures, reader by reader, and the sentences that we missed."""
    truth = json.loads(path.with_suffix(".json").read_text())
    document = pdf.read(path, "")
    texts = {OURS: _text_scores.pages_of(document)}
    texts |= {name: read(path) for name, read in [*_peers.fast(), *(_peers.slow() if with_slow else ())]}
    wanted = _text_scores.sentences(truth)
    lines = _text_scores.running(path)
    found, counts = {}, {}
    for name, pages in texts.items():
        solid = letters("\n".join(pages))
        found[name] = [sentence in solid for sentence in wanted]
        counts[name] = counted(truth, pages, lines, texts["pypdfium2 raw"])
    units = letters_of_passages(document)
    counts[OURS]["in passages"] = sum(sentence in units for sentence in wanted)
    missed = [sentence for sentence, hit in zip(wanted, found[OURS], strict=True) if not hit]
    return Scored(_text_scores.two_columns(document), with_slow, found, counts), missed


def counted(truth: dict[str, Any], pages: list[str], lines: list[list[str]], raw: list[str]) -> Counter[str]:
    """What is counted of one reader's text of one paper."""
    shared, pairs = _text_scores.bigrams(truth, pages)
    left, lost = _text_scores.hyphens(truth, pages, raw)
    return Counter(
        {
            "shared": shared,
            "pairs": pairs,
            "hyphens left": left,
            "hyphens lost": lost,
            "running": _text_scores.running_left(lines, raw, pages),
            "pages": len(raw),
        }
    )


def speed(paths: list[Path]) -> tuple[float, float]:
    """Pages per CPU second, ours and pdfplumber's, paper by paper in turn."""
    ours = theirs = 0.0
    pages = 0
    for path in paths:
        start = time.process_time()
        pages += len(pdf.read(path, "").pages)
        ours += time.process_time() - start
        start = time.process_time()
        with pdfplumber.open(path) as file:
            for page in file.pages:
                page.extract_text(use_text_flow=True)
        theirs += time.process_time() - start
    return pages / ours, pages / theirs


def letters_of_passages(document: Document) -> str:
    """The letters of all passages in a row: what coding gets to see."""
    return letters(" ".join(document.text[p.start : p.end] for p in split(document)))


def main(arguments: list[str]) -> None:
    """Score every paper of the folder and print the tables."""
    folder = next((Path(argument) for argument in arguments if not argument.startswith("-")), FOLDER)
    papers = sorted(folder.glob("*.pdf"))
    scored = []
    for at, path in enumerate(papers):
        one, missed = score(path, at % EVERY == 0)
        scored.append(one)
        if "--papers" in arguments:
            print(path.name, f"{len(missed)} missed", *missed, sep="\n    ")  # noqa: T201
    report(scored)
    report_ours(scored, speed(papers[:: max(len(papers) // TIMED, 1)][:TIMED]))


def report(scored: list[Scored]) -> None:
    """Print a row for each reader: the fast ones on all papers, the slow ones on those that they took."""
    some = [paper for paper in scored if paper.slow]
    names = ("papers", "sentences", "of findable", "two columns", "of findable", "bigrams")
    more = ("hyphens left a page", "lost", "running lines a page")
    print(f"| reader | {' | '.join(names + more)} |\n|---{'|---' * len(names + more)}|")  # noqa: T201 - a benchmark prints
    fast = [OURS, *(name for name, _ in _peers.fast())]
    for reader, papers in [*((name, scored) for name in fast), *((name, some) for name in some[0].found)]:
        print(f"| {reader} | {' | '.join(row(reader, papers))} |")  # noqa: T201


def row(reader: str, papers: list[Scored]) -> list[str]:
    """A reader's figures over these papers."""
    total = sum((paper.counts[reader] for paper in papers), Counter[str]())
    columns = [paper for paper in papers if paper.two_columns]
    return [
        str(len(papers)),
        *(f"{value:.4f}" for group in (papers, columns) for value in recall(reader, group)),
        f"{total['shared'] / total['pairs']:.4f}",
        f"{total['hyphens left'] / total['pages']:.3f}",
        str(total["hyphens lost"]),
        f"{total['running'] / total['pages']:.3f}",
    ]


def recall(reader: str, papers: list[Scored]) -> tuple[float, float]:
    """The share of the truth's sentences found, of all and of those that some reader finds."""
    found = [hit for paper in papers for hit in paper.found[reader]]
    findable = [any(hits) for paper in papers for hits in zip(*paper.found.values(), strict=True)]
    return sum(found) / max(len(found), 1), sum(found) / max(sum(findable), 1)


def report_ours(scored: list[Scored], pages: tuple[float, float]) -> None:
    """Print what is asked of our text alone."""
    both = [pair for paper in scored for pair in zip(paper.found["pypdfium2 raw"], paper.found[OURS], strict=True)]
    lost = sum(raw and not ours for raw, ours in both)
    passages = sum(paper.counts[OURS]["in passages"] for paper in scored)
    rows = [
        ("truth sentences in the raw text but not in ours", f"{lost / len(both):.4f}"),
        ("truth sentences within passages", f"{passages / len(both):.4f}"),
        ("two-column papers", str(sum(paper.two_columns for paper in scored))),
        ("pages per CPU second", f"{pages[0]:.0f}"),
        ("the same, pdfplumber with text flow", f"{pages[1]:.1f}"),
        ("times faster", f"{pages[0] / pages[1]:.1f}"),
    ]
    print("\n| figure | value |\n|---|---|")  # noqa: T201
    for name, value in rows:
        print(f"| {name} | {value} |")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
