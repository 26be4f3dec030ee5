"""Other PDF readers, as functions from a file to the text of its pages."""

import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pdfplumber
import pypdfium2
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTTextContainer
from pypdf import PdfReader

Reader = Callable[[Path], list[str]]

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs every oddity of a file


def pdfium_raw(path: Path) -> list[str]:
    """pypdfium2, as it comes."""
    with pypdfium2.PdfDocument(path) as file:
        return [page.get_textpage().get_text_range() for page in file]


def _plumber(path: Path, flow: bool) -> list[str]:
    with pdfplumber.open(path) as file:
        return [page.extract_text(use_text_flow=flow) for page in file.pages]


def _plumber_default(path: Path) -> list[str]:
    return _plumber(path, flow=False)


def plumber_flow(path: Path) -> list[str]:
    """pdfplumber in the order of the content stream."""
    return _plumber(path, flow=True)


def _pdfminer(path: Path) -> list[str]:
    return ["".join(box.get_text() for box in page if isinstance(box, LTTextContainer)) for page in extract_pages(path)]


def _pypdf(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]


def _poppler(program: str, *options: str) -> Reader:
    def read(path: Path) -> list[str]:
        done = subprocess.run([program, *options, str(path), "-"], stdout=subprocess.PIPE, check=True)
        return done.stdout.decode("utf-8", "replace").split("\f")[:-1]

    return read


def fast() -> Iterator[tuple[str, Reader]]:
    """Readers that take every paper of the benchmark in seconds, of those installed here."""
    yield "pypdfium2 raw", pdfium_raw
    program = shutil.which("pdftotext")
    if program:
        yield "pdftotext", _poppler(program)
        yield "pdftotext -raw", _poppler(program, "-raw")


def slow() -> Iterator[tuple[str, Reader]]:
    """Readers that would take minutes."""
    yield "pdfplumber", _plumber_default
    yield "pdfplumber, text flow", plumber_flow
    yield "pdfminer.six", _pdfminer
    yield "pypdf", _pypdf
