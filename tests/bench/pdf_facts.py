"""How well a paper's facts and headings are read, against its publisher's XML: prints a Markdown table.

    .venv/bin/python -m tests.bench.pdf_facts [--papers] [FOLDER]

Needs ../shared/pdf_truth (or FOLDER), as pdf_truth does; `--papers` adds what is wrong, paper by paper. Letters and
digits alone are compared.

- Title, year: equal. Abstract: 85 % of the words shared, both ways (F1). Authors: the surnames (last words) equal,
  in order. DOI: equal; where the truth has none, what was found must stand on the first page, and nothing may be
  found only where no DOI stands there.
- Headings of the top level: sections of level 1 against the truth's `sections`, as sets for each paper, numbers left
  out. Abstract, reference list and notes at the end (BACK) count on neither side: the truth mostly keeps them
  outside its list, but not always.
- Headings of all levels: sections of all levels, without those, against the truth's `sections` and the paragraphs of
  its `body` that look like sub-headings: up to 90 letters or 12 words, beginning with a capital or a number, no mark
  at the end. Some of these are items of lists, and headings that run into their paragraph are missing from them:
  the figure is a floor, good for comparing one version with the next.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pypdfium2

from pipeline import pdf
from pipeline.documents import Document
from tests.bench._text_scores import letters
from tests.bench.pdf_truth import FOLDER

FACTS = ("title", "doi", "year", "abstract", "authors", "references found")
BACK = re.compile(
    r"abstract|(?:executive )?summary|references.*|bibliography|literature cited|acknowledge?ments?.*|funding.*"
    r"|(?:author|authors['’]|credit).*contributions?.*|conflicts? of interests?.*|a b s t r a c t|declarations?"
    r"|(?:competing|declaration).*interests?.*|abbreviations|supplement.*|additional information"
    r"|pre-publication history|ethic(?:s approval|al (?:approval|issues?).*)|consent.*"
    r"|data (?:sharing|availability).*|disclosures?.*|appendi.*|annex.*"
    r"|publisher['’]s note|orcid.*|keywords|patient consent.*|availability of data.*"
    r"|about the authors?|author (?:details|information|affiliations)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:[\W\d_]+|[IVX]{1,4}\.\s)")
_SUBHEADING = re.compile(r"(?=.{3,90}$)(?:[A-Z]|\d+\.)\S*(?:\s\S+){0,11}(?<![.,;:!?])")


def close(a: str, b: str) -> bool:
    """Whether two texts share 85 % of their words, both ways (F1)."""
    left, right = (Counter(re.findall(r"\w+", text.lower())) for text in (a, b))
    shared = sum((left & right).values())
    return bool(shared) and 2 * shared / (left.total() + right.total()) >= 0.85


def abstract_of(document: Document) -> str:
    """The text of the sections that are the abstract, without their headings."""
    parts = [document.text[s.start : s.end].removeprefix(s.title) for s in document.sections if s.role == "abstract"]
    return " ".join(parts)


def judged(document: Document, truth: dict[str, Any], cover: str) -> dict[str, bool]:
    """Which single facts of a paper are right. `cover` is the text of its first page."""
    facts = document.metadata
    return {
        "title": letters(facts.title) == letters(truth["title"]),
        "doi": _doi_right(facts.doi.lower(), truth["doi"].lower(), cover),
        "year": str(facts.year) == truth["year"],
        "abstract": close(abstract_of(document), " ".join(truth["abstract"])),
        "authors": [_surname(name) for name in facts.authors] == [_surname(name) for name in truth["authors"]],
        "references found": any(s.role == "references" for s in document.sections) or not truth["n_refs"],
    }


def _surname(name: str) -> str:
    return letters(name.split()[-1])


def _doi_right(found: str, true: str, cover: str) -> bool:
    if true:
        return found == true
    printed = re.sub(r"\s", "", cover).lower()
    return found in printed if found else not re.search(r"10\.\d{4,9}/", printed)


def headings(document: Document, truth: dict[str, Any], top: bool) -> tuple[int, int, int]:
    """Headings right, found and true: those of the top level, or all."""
    found = {_key(s.title) for s in document.sections if s.title and (s.level == 1 or not top)}
    titles = [*truth["sections"], *(() if top else filter(_SUBHEADING.fullmatch, truth["body"]))]
    true = {_key(title) for title in titles}
    found, true = found - {""}, true - {""}
    return len(found & true), len(found), len(true)


def _key(title: str) -> str:
    """A heading's letters without its number, or nothing where it is of the back matter."""
    plain = _NUMBER.sub("", title).strip(" .:")
    return "" if BACK.fullmatch(plain) else letters(plain)


def rates(right: int, found: int, true: int) -> str:
    """F1, recall and precision in words."""
    return f"{2 * right / max(found + true, 1):.3f} ({right / max(true, 1):.3f}, {right / max(found, 1):.3f})"


def _first_page(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as file:
        return str(file[0].get_textpage().get_text_range())


def main(arguments: list[str]) -> None:
    """Score every paper of the folder and print the table."""
    folder = next((Path(argument) for argument in arguments if not argument.startswith("-")), FOLDER)
    papers = sorted(folder.glob("*.pdf"))
    right: Counter[str] = Counter()
    counts = {True: [0, 0, 0], False: [0, 0, 0]}
    for path in papers:
        truth = json.loads(path.with_suffix(".json").read_text())
        document = pdf.read(path, "")
        facts = judged(document, truth, _first_page(path))
        right.update({name: int(is_right) for name, is_right in facts.items()})
        for top, sums in counts.items():
            counts[top] = [a + b for a, b in zip(sums, headings(document, truth, top), strict=True)]
        if "--papers" in arguments:
            print(path.name, [n for n, ok in facts.items() if not ok], headings(document, truth, True))  # noqa: T201
    rows = [(f"{name} right, of {len(papers)}", str(right[name])) for name in FACTS]
    rows.append(("headings of the top level: F1 (recall, precision)", rates(*counts[True])))
    rows.append(("headings of all levels: the same", rates(*counts[False])))
    print("| figure | value |\n|---|---|")  # noqa: T201 - a benchmark prints its table
    for name, value in rows:
        print(f"| {name} | {value} |")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
