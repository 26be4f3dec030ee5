"""How well the text of papers is read, against their publishers' XML: prints a Markdown table.

    .venv/bin/python -m tests.bench.pdf_truth [--papers] [FOLDER]

Needs ../shared/pdf_truth (or FOLDER): pairs of NAME.pdf and NAME.json. `--papers` adds what is wrong, paper by
paper. Letters and digits alone are compared, so that spaces, hyphens and quotation marks do not count.
"""

import json
import re
import sys
import time
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2

from pipeline import pdf
from pipeline.passages import split
from pipeline.records import Document

FOLDER = Path(__file__).parents[2] / "../shared/pdf_truth"
TIMED = 8  # papers in the timing, which pdfplumber makes slow
SHORTEST = 25  # letters in a truth sentence that is looked for

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def letters(text: str) -> str:
    """Letters and digits alone, in lower case, without accents and the variants that Unicode keeps apart."""
    return "".join(char for char in unicodedata.normalize("NFKD", text).lower() if char.isalnum())


def raw_text(path: Path) -> str:
    """The text as pypdfium2 gives it."""
    with pypdfium2.PdfDocument(path) as file:
        return "\n".join(file[i].get_textpage().get_text_range() for i in range(len(file)))


def sentences(truth: dict[str, Any]) -> list[str]:
    """The truth's sentences, reduced to letters."""
    paragraphs = [*truth["abstract"], *truth["body"]]
    found = (letters(sentence) for paragraph in paragraphs for sentence in _SENTENCE.split(paragraph))
    return [sentence for sentence in found if len(sentence) >= SHORTEST]


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


def main(arguments: list[str]) -> None:
    """Score every paper of the folder and print the table."""
    folder = next((Path(argument) for argument in arguments if not argument.startswith("-")), FOLDER)
    papers = sorted(folder.glob("*.pdf"))
    tally: Counter[str] = Counter()
    for path in papers:
        truth = json.loads(path.with_suffix(".json").read_text())
        document = pdf.read(path, "")
        text, raw = letters(document.text), letters(raw_text(path))
        units = letters_of_passages(document)
        wanted = sentences(truth)
        tally["sentences"] += len(wanted)
        tally["ours"] += sum(sentence in text for sentence in wanted)
        tally["raw"] += sum(sentence in raw for sentence in wanted)
        tally["lost"] += sum(sentence in raw and sentence not in text for sentence in wanted)
        tally["covered"] += sum(sentence in units for sentence in wanted)
        if "--papers" in arguments:
            lost = [s for s in wanted if s not in text]
            print(path.name, f"{len(lost)}/{len(wanted)} missed")  # noqa: T201
    report(tally, speed(papers[:: max(len(papers) // TIMED, 1)][:TIMED]))


def letters_of_passages(document: Document) -> str:
    """The letters of all passages in a row: what coding gets to see."""
    return letters(" ".join(document.text[p.start : p.end] for p in split(document)))


def report(tally: Counter[str], pages: tuple[float, float]) -> None:
    """Print the table."""
    total = tally["sentences"]
    rows = [
        ("truth sentences found verbatim", f"{tally['ours'] / total:.4f}"),
        ("the same, pypdfium2 raw text", f"{tally['raw'] / total:.4f}"),
        ("in the raw text but not in ours", f"{tally['lost'] / total:.4f}"),
        ("truth sentences within passages", f"{tally['covered'] / total:.4f}"),
        ("pages per CPU second", f"{pages[0]:.0f}"),
        ("the same, pdfplumber with text flow", f"{pages[1]:.1f}"),
        ("times faster", f"{pages[0] / pages[1]:.1f}"),
    ]
    print("| figure | value |\n|---|---|")  # noqa: T201 - a benchmark prints its table
    for name, value in rows:
        print(f"| {name} | {value} |")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
