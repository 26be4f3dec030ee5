"""Pages that are pictures of text -> words, through the tesseract binary where it is installed."""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.pdf import pdfium
from pipeline.pdf.raw import RawPage, page

READER = "tesseract"
DPI = 300
TIMEOUT = 120  # seconds a page
SURE = 30.0  # confidence, of 100, below which a word is taken for dirt
_BLANK = 3.0  # standard deviation of grey, of 255, below which a page has nothing on it


def available() -> bool:
    """Whether tesseract is on the search path."""
    return shutil.which("tesseract") is not None


def recognise(data: bytes, pages: list[RawPage]) -> Iterator[RawPage]:
    """These pages of a file read anew from their pictures; blank ones and those that time out are left out."""
    by_number = {old.number: old for old in pages}
    for number, image, scale in pdfium.images(data, list(by_number), DPI):
        if np.asarray(image.resize((64, 64))).std() < _BLANK:
            continue
        rows = _words(image)
        box = (
            np.array(
                [
                    [
                        float(r["left"]),
                        float(r["top"]),
                        float(r["left"]) + float(r["width"]),
                        float(r["top"]) + float(r["height"]),
                    ]
                    for r in rows
                ],
                np.float32,
            ).reshape(-1, 4)
            * scale
        )
        lines = [(r["block_num"], r["par_num"], r["line_num"]) for r in rows]
        breaks = np.array([i == 0 or line != lines[i - 1] for i, line in enumerate(lines)], bool)
        extent = (image.width * scale, image.height * scale)
        read = page(
            number,
            by_number[number].label,
            extent,
            ["".join(r["text"].split()) for r in rows],  # tesseract puts spaces into some
            box,
            breaks,
            np.zeros(len(rows)),
            _sizes(box, breaks),
        )
        yield replace(read, ocr=True)


def _sizes(box: NDArray[np.float32], breaks: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The type size of each word's line: the height of its highest word, which is close.

    The height of a line that runs up or down the page is the width of its boxes.
    """
    starts = np.flatnonzero(breaks)
    if not len(starts):
        return np.zeros(0, np.float32)
    wide, high = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    level = np.add.reduceat(wide, starts) >= np.add.reduceat(high, starts)
    highest = np.where(level, np.maximum.reduceat(high, starts), np.maximum.reduceat(wide, starts))
    return np.repeat(highest, np.diff(np.append(starts, len(box)))).astype(np.float32)


def _words(image: Any) -> list[dict[str, str]]:
    """Tesseract's rows for words that it is fairly sure of."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    command = [
        shutil.which("tesseract") or "tesseract",
        "stdin",
        "stdout",
        "--dpi",
        str(DPI),
        "--psm",
        "1",
        "tsv",
    ]  # 1: turned pages too
    one_thread = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # papers are read in parallel; pages need not be
    try:
        done = subprocess.run(
            command, input=buffer.getvalue(), capture_output=True, timeout=TIMEOUT, env=one_thread, check=True
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return []
    rows = csv.DictReader(io.StringIO(done.stdout.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [row for row in rows if (row["text"] or "").strip() and float(row["conf"]) >= SURE]
