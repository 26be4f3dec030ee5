"""How well reference lists are split and read, against their publishers' XML: prints a Markdown table.

    .venv/bin/python -m tests.bench.pdf_references [--papers] [FOLDER]

Needs ../shared/pdf_truth (or FOLDER): pairs of NAME.pdf and NAME.json. An entry of ours is right where it and one
true entry share first author and either three of five title words or the year; each counts once. Accents,
spaces and marks do not count. `--papers` adds what is wrong, paper by paper.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

from pipeline import pdf
from pipeline.documents import Document, Reference
from tests.bench._text_scores import letters
from tests.bench.pdf_truth import FOLDER

HEAD = 45  # letters of a true entry in which its first author must stand
_NUMBER = re.compile(r"^\W*\d{1,3}\W*\s")


def words(text: str) -> set[str]:
    """Words of four letters or more, reduced to letters."""
    return {letters(word) for word in text.split() if len(letters(word)) > 3}


def same(ours: Reference, true: str) -> bool:
    """Whether an entry is a true one: by first author, or title where it has none, and by year or title."""
    first = letters(ours.authors[0] if ours.authors else ours.title)[:30]
    if not first or first not in letters(_NUMBER.sub("", true))[:HEAD]:
        return False
    title = words(ours.title)
    alike = bool(title) and len(title & words(true)) >= 0.6 * len(title)
    return alike or (ours.year is not None and str(ours.year) in true)


def paired(ours: list[Reference], true: list[str]) -> dict[int, int]:
    """Ours to true entries by index, each once, the nearest in order first."""
    pairs = sorted(
        (abs(i - j), i, j) for i, reference in enumerate(ours) for j, text in enumerate(true) if same(reference, text)
    )
    found: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in found and j not in found.values():
            found[i] = j
    return found


def judged(document: Document, true: list[str]) -> tuple[Counter[str], list[str]]:
    """Counts of one paper, and its true entries that were not found."""
    ours = list(document.references)
    found = paired(ours, true)
    spans = [letters(document.text[r.start : r.end]) for r in ours]
    tally = Counter(
        {
            "true": len(true),
            "ours": len(ours),
            "right": len(found),
            "exact": int(len(ours) == len(true)),
            "year": sum(str(ours[i].year) in true[j] for i, j in found.items()),
            "title": sum(bool(t := letters(ours[i].title)) and t in letters(true[j]) for i, j in found.items()),
            "doi read": sum(bool(ours[i].doi) for i in found),
            "doi": sum(bool(ours[i].doi) and ours[i].doi in true[j].lower() for i, j in found.items()),
            "whole": sum(covered(text, spans) for text in true),
        }
    )
    return tally, [text for j, text in enumerate(true) if j not in found.values()]


def covered(true: str, spans: list[str]) -> bool:
    """Whether the words of a true entry all stand in one of ours.

    Numbers and identifiers are let be: the XML has last pages in full, and DOIs and ids that are not printed.
    """
    wanted = [letters(word) for word in _NUMBER.sub("", true).split()]
    return any(all(word in span for word in wanted if word.isalpha()) for span in spans)


def main(arguments: list[str]) -> None:
    """Score every paper of the folder and print the table."""
    folder = next((Path(argument) for argument in arguments if not argument.startswith("-")), FOLDER)
    papers = sorted(folder.glob("*.pdf"))
    tally: Counter[str] = Counter()
    for path in papers:
        truth = json.loads(path.with_suffix(".json").read_text())
        counts, missed = judged(pdf.read(path, ""), truth["refs"])
        tally += counts
        if "--papers" in arguments:
            line = [counts[name] for name in ("true", "ours", "right", "whole")]
            print(path.stem, line, *(text[:70] for text in missed[:4]), sep="\n    ")  # noqa: T201
    report(tally, len(papers))


def report(tally: Counter[str], papers: int) -> None:
    """Print the table."""
    right, ours, true = (tally[name] for name in ("right", "ours", "true"))
    rows = [
        ("entries, F1 of count and first author", f"{2 * right / (ours + true):.3f}"),
        ("precision", f"{right / max(ours, 1):.3f}"),
        ("recall", f"{right / max(true, 1):.3f}"),
        (f"number of entries exactly right, of {papers} papers", str(tally["exact"])),
        ("true entries with all their words in one of ours", f"{tally['whole'] / max(true, 1):.3f}"),
        ("year right, of entries right", f"{tally['year'] / max(right, 1):.3f}"),
        ("DOI in the true one, of those read", f"{tally['doi'] / max(tally['doi read'], 1):.3f}"),
        ("title within the true one, of entries right", f"{tally['title'] / max(right, 1):.3f}"),
    ]
    print("| figure | value |\n|---|---|")  # noqa: T201 - a benchmark prints its table
    for name, value in rows:
        print(f"| {name} | {value} |")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
