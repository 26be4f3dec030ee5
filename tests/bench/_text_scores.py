"""What is counted of a text that a reader made of a paper; `tests.bench.pdf_truth` says what each figure means."""

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2

from pipeline.documents import Document

SHORTEST = 25  # letters in a truth sentence that is looked for
BAND = 0.1  # share of the page's height, at top and at bottom, where running lines are looked for
CROSSING = 0.025  # of a page's words; one column of lines has more that stand across the page's middle

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_HYPHENED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_BROKEN = re.compile(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+)*-\s*\n\s*[^\W\d_]+(?:-[^\W\d_]+)*")
_NUMBER = re.compile(r"[0-9]{1,5}")
_WHOLE = re.compile(r"(?<![\w-])[^\W\d_]+(?![\w-])")


def plain(text: str) -> str:
    """Lower case, without accents, and one character for every hyphen."""
    low = unicodedata.normalize("NFKD", text).lower()
    low = "".join(char for char in low if not unicodedata.combining(char))
    return re.sub("[\x02\ufffe\u2010\u2011\u00ad]", "-", low)


def letters(text: str) -> str:
    """Letters and digits alone, in lower case, without accents and the variants that Unicode keeps apart."""
    return "".join(char for char in unicodedata.normalize("NFKD", text).lower() if char.isalnum())


def sentences(truth: dict[str, Any]) -> list[str]:
    """The truth's sentences, reduced to letters."""
    paragraphs = [*truth["abstract"], *truth["body"]]
    found = (letters(sentence) for paragraph in paragraphs for sentence in _SENTENCE.split(paragraph))
    return [sentence for sentence in found if len(sentence) >= SHORTEST]


def bigrams(truth: dict[str, Any], pages: list[str]) -> tuple[int, int]:
    """Pairs of neighbouring words that the text has, and those of the truth, within its paragraphs."""
    true = Counter(pair for part in (*truth["abstract"], *truth["body"]) for pair in pairwise(_words(part)))
    return sum((true & Counter(pairwise(_words("\n".join(pages))))).values()), true.total()


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", plain(text))


def hyphens(truth: dict[str, Any], pages: list[str], raw: list[str]) -> tuple[int, int]:
    """Words broken at a line's end that the text has with a hyphen and the truth without, and the reverse.

    Which words a line's end broke is told by the raw text.
    """
    true = plain(" ".join((*truth["abstract"], *truth["body"])))
    hyphened, whole = set(_HYPHENED.findall(true)), set(_WHOLE.findall(true))
    ends = plain(re.sub("[\x02\ufffe]", "-\n", "\n".join(raw)))
    broken = {re.sub(r"\s", "", word) for word in _BROKEN.findall(ends)}
    joined = {word.replace("-", "") for word in hyphened & broken} - whole
    text = re.sub(r"-\s+", "-", plain("\n".join(pages)))
    candidates = (word for word in _HYPHENED.findall(text) if word in broken and word not in hyphened)
    left = sum(word.replace("-", "") in whole for word in candidates)
    return left, sum(word in joined for word in _WHOLE.findall(text))


def running(path: Path) -> list[list[str]]:
    """The running lines and page numbers of each page, as pdfium has them in the bands at top and bottom."""
    bands = _bands(path)
    seen = Counter(key for lines in bands for key in {_key(line) for line in lines})
    steps = Counter(int(line) - at for at, lines in enumerate(bands) for line in set(lines) if _NUMBER.fullmatch(line))

    def runs(line: str, at: int) -> bool:
        if _NUMBER.fullmatch(line):
            return steps[int(line) - at] > 1
        return len(letters(_key(line))) > 3 and seen[_key(line)] > 1

    return [[line for line in lines if runs(line, at)] for at, lines in enumerate(bands)]


def _bands(path: Path) -> list[list[str]]:
    out = []
    with pypdfium2.PdfDocument(path) as file:
        for page in file:
            left, bottom, right, top = page.get_bbox()
            text, depth = page.get_textpage(), BAND * (top - bottom)
            got = [
                text.get_text_bounded(left, top - depth, right, top),
                text.get_text_bounded(left, bottom, right, bottom + depth),
            ]
            out.append([line.strip() for band in got for line in band.splitlines() if line.strip()])
    return out


def _key(line: str) -> str:
    return re.sub(r"\d+", "", line.lower())


def running_left(lines: list[list[str]], raw: list[str], pages: list[str]) -> int:
    """How many of the running lines (page by page) stand in a reader's pages.

    A line is left where the page has its letters as often as the raw text of the page: the body may have them too.
    """
    return sum(
        min(max(n - (_count(line, before) - _count(line, now)), 0), n)
        for mine, before, now in zip(lines, raw, pages, strict=False)
        for line, n in Counter(mine).items()
    )


def _count(line: str, page: str) -> int:
    if line.isdigit():
        return len(re.findall(rf"(?<!\d){line}(?!\d)", page))
    return letters(page).count(letters(line))


def two_columns(document: Document) -> bool:
    """Whether most pages have next to no word across their middle."""
    words = document.words
    width = np.array([page.width for page in document.pages])[words.page - 1]
    across = (words.box[:, 0] < width / 2) & (words.box[:, 2] > width / 2)
    shares = [across[words.page == page.number].mean() for page in document.pages if (words.page == page.number).any()]
    return bool(np.median(shares) < CROSSING)


def pages_of(document: Document) -> list[str]:
    """The text, page by page."""
    return [document.text[page.start : page.end] for page in document.pages]
