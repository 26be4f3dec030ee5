"""A copy of each paper with every coding as a highlight over its words.

The highlights are added to the end of the file as a PDF update, so that all else stays byte for byte as it
was; a file that takes no update (an encrypted one, or one whose index is damaged) is written anew. Every highlight
carries its own picture, so that every viewer shows the same. A file may be hostile: each is opened in a child
process with limits, as it was for reading.
"""

import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from pebble import ProcessExpired
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from pipeline.documents import Box
from pipeline.errors import StoreError, first_line
from pipeline.export.results import Results
from pipeline.export.told import MACHINE, clean, coder, told_by
from pipeline.files import write_bytes
from pipeline.places import reading_note
from pipeline.records import Coding
from pipeline.settings import Settings
from pipeline.workers import explain, run_limited

Colour = tuple[float, float, float]
Quad = tuple[tuple[float, float], ...]  # top left, top right, bottom left, bottom right, as read
Band = tuple[float, float]
COLOURS: tuple[Colour, ...] = ((0.8, 0.75, 1.0), (0.71, 0.92, 0.73), (1.0, 0.76, 0.73), (1.0, 0.92, 0.6))
_PRINTS = 4  # the flag that a highlight is printed too


@dataclass(frozen=True, slots=True)
class Mark:
    """A highlight on one page: its name, its boxes, and who noted what.

    `band` is the part of a line's height, from 0 at the top to 1, that it paints: codings of one sentence
    share the line between them, so that each colour shows.
    """

    name: str
    page: int
    boxes: tuple[Box, ...]
    colour: Colour
    band: Band
    author: str
    note: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy to make: the paper's name, its file, where the copy goes, and its highlights."""

    name: str
    source: Path
    target: Path
    marks: tuple[Mark, ...]


class Unmarkable(Exception):  # noqa: N818 - it names the file's state
    """A file of which no copy shows the highlights."""


def write_highlighted(results: Results, folder: Path, settings: Settings) -> list[str]:
    """Write a highlighted copy of each paper under its path in `folder`; a line for each that was not made.

    A file that cannot be marked within the limits of `settings` is left out; no other is. Raises StoreError
    where nothing can be written.
    """
    codings = {key: tuple(group) for key, group in itertools.groupby(results.codings, lambda c: c.document_id)}
    copies = [
        Copy(
            paper.path,
            settings.corpus / paper.path,
            folder / paper.path,
            tuple(_marks(results, paper.document_id, codings.get(paper.document_id, ()))),
        )
        for paper in results.papers
        if paper.full_text
    ]
    limits = (settings.seconds_per_paper, settings.memory_mb_per_worker)
    bare = [paper.path for paper in results.papers if not paper.full_text]
    left_out = [f"no highlighted copy of {path}: only its abstract is known" for path in bare]
    with closing(run_limited(_copy, copies, settings.workers, *limits)) as made:
        for copy, failure in made:
            if isinstance(failure, StoreError):
                raise failure
            if failure is not None:
                left_out.append(f"no highlighted copy of {copy.name}: {_why(failure, limits)}")
    return left_out


def _why(failure: BaseException, limits: tuple[int, int]) -> str:
    """What kept a copy from being made, in a line."""
    if isinstance(failure, (TimeoutError, MemoryError, ProcessExpired)):
        return explain(failure, *limits)[1]
    return first_line(failure)


def _marks(results: Results, document_id: str, codings: tuple[Coding, ...]) -> list[Mark]:
    """A mark for each page that a coding stands on; the coding's id is the name of its first."""
    document = results.document(document_id)
    colours = {family.id: COLOURS[at % len(COLOURS)] for at, family in enumerate(results.codebook.families)}
    labels = {(f.id, c.id): f"{f.label}: {c.label}" for f in results.codebook.families for c in f.codes}
    spans: dict[tuple[int, int], list[str]] = {}
    for coding in codings:
        spans.setdefault((coding.start, coding.end), []).append(coding.id)
    marks = []
    for coding in codings:
        label = labels.get((coding.family, coding.code), coding.code)
        note = f"{label}\n{coding.domain}, {coding.status}, {told_by(coding)}, confidence {coding.confidence:.2f}"
        if how := reading_note(document, coding.start, coding.end):
            note += f", {how}"
        colour = colours.get(coding.family, COLOURS[-1])
        there = spans[coding.start, coding.end]
        band = there.index(coding.id) / len(there), (there.index(coding.id) + 1) / len(there)
        by_page = itertools.groupby(document.boxes(coding.start, coding.end), lambda box: box.page)
        for at, (page, boxes) in enumerate(by_page):
            name = f"{coding.id}-{at + 1}" if at else coding.id
            marks.append(Mark(name, page, tuple(boxes), colour, band, _author(coding), clean(note)))
    return marks


def _author(coding: Coding) -> str:
    return f"{MACHINE} ({coding.method})" if coder(coding) == MACHINE else coder(coding)


def _copy(copy: Copy) -> None:
    """Make one copy. Raises StoreError where it cannot be written, and anything for a file that is no good."""
    for incremental in (True, False):
        content = _marked(copy, incremental)
        if _shows(content, copy.marks):
            return write_bytes(copy.target, content)
    raise Unmarkable("it is damaged, and no copy of it showed its highlights")


def _marked(copy: Copy, incremental: bool) -> bytes:
    """The file with its highlights: as an update, where it takes one, or written anew."""
    reader = PdfReader(copy.source)
    if incremental and not reader.is_encrypted and _has_index(copy.source.read_bytes()):
        writer = PdfWriter(str(copy.source), incremental=True)
    else:
        writer = PdfWriter(clone_from=reader)
    for mark in copy.marks:
        _add(writer, writer.pages[mark.page - 1], mark)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def _has_index(content: bytes) -> bool:
    """Whether the file's last pointer leads to its index; where not, viewers build one that knows no updates."""
    at = re.findall(rb"startxref\s+(\d{1,15})", content[-2048:])
    return bool(at) and re.compile(rb"\s*(xref|\d+\s+\d+\s+obj)").match(content, int(at[-1])) is not None


def _shows(content: bytes, marks: tuple[Mark, ...]) -> bool:
    """Whether a viewer finds on every page what was put there; in a damaged file an update may go unseen."""
    try:
        with pypdfium2.PdfDocument(content) as document:
            return all(_notes(document, page) >= n for page, n in Counter(mark.page for mark in marks).items())
    except pypdfium2.PdfiumError:
        return False


def _notes(document: Any, number: int) -> int:
    page = document[number - 1]
    try:
        return int(pypdfium2.raw.FPDFPage_GetAnnotCount(page))
    finally:
        page.close()


def _add(writer: PdfWriter, page: PageObject, mark: Mark) -> None:
    quads = [_quad(page, box) for box in mark.boxes]
    points = [point for quad in quads for point in quad]
    rect = (min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points))
    look = writer._add_object(_look(quads, rect, mark))  # pypdf gives no other way to add a stream
    highlight = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Highlight"),
            NameObject("/Rect"): _numbers(rect),
            NameObject("/QuadPoints"): _numbers(itertools.chain.from_iterable(points)),
            NameObject("/C"): _numbers(mark.colour),
            NameObject("/F"): NumberObject(_PRINTS),
            NameObject("/NM"): TextStringObject(mark.name),
            NameObject("/T"): TextStringObject(mark.author),
            NameObject("/Contents"): TextStringObject(mark.note),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): look}),
        }
    )
    there = page.get("/Annots")
    held = ArrayObject(there.get_object()) if there is not None else ArrayObject()
    held.append(writer._add_object(highlight))
    page[NameObject("/Annots")] = held


def _quad(page: PageObject, box: Box) -> Quad:
    """The corners of a box in the page's own space; boxes are in points from the top left as it is shown."""
    crop, media = page.cropbox, page.mediabox
    left, right = max(crop.left, media.left), min(crop.right, media.right)
    bottom, top = max(crop.bottom, media.bottom), min(crop.top, media.top)

    def back(x: float, y: float) -> tuple[float, float]:
        turned = {
            0: (left + x, top - y),
            90: (left + y, bottom + x),
            180: (right - x, bottom + y),
            270: (right - y, top - x),
        }[page.rotation % 360]
        return float(turned[0]), float(turned[1])

    corners = ((box.x0, box.top), (box.x1, box.top), (box.x0, box.bottom), (box.x1, box.bottom))
    return tuple(back(x, y) for x, y in corners)


def _look(quads: list[Quad], rect: tuple[float, ...], mark: Mark) -> DecodedStreamObject:
    """The picture of a highlight: its band of the quads, darkening what is under it as a marker pen does.

    The quads are one path, painted once: where lines stand so close that they overlap, nothing gets darker.
    """
    paint = " ".join(f"{part:.3f}" for part in mark.colour)
    paths = [
        " ".join(f"{x:.2f} {y:.2f} {step}" for (x, y), step in zip((a, b, d, c), "mlll", strict=True)) + " h"
        for a, b, c, d in (_banded(quad, mark.band) for quad in quads)
    ]
    look = DecodedStreamObject()
    look.set_data(f"/M gs {paint} rg\n{chr(10).join(paths)}\nf\n".encode())
    multiply = DictionaryObject({NameObject("/BM"): NameObject("/Multiply")})
    states = DictionaryObject({NameObject("/M"): multiply})
    group = DictionaryObject({NameObject("/S"): NameObject("/Transparency")})
    entries: dict[str, Any] = {
        "/Type": NameObject("/XObject"),
        "/Subtype": NameObject("/Form"),
        "/BBox": _numbers(rect),
        "/Group": group,
        "/Resources": DictionaryObject({NameObject("/ExtGState"): states}),
    }
    look.update({NameObject(name): value for name, value in entries.items()})
    return look


def _banded(quad: Quad, band: Band) -> Quad:
    """The part of a quad between two heights, from 0 at its top edge to 1 at its bottom edge."""
    a, b, c, d = quad

    def between(top: tuple[float, float], bottom: tuple[float, float], at: float) -> tuple[float, float]:
        return top[0] + (bottom[0] - top[0]) * at, top[1] + (bottom[1] - top[1]) * at

    return between(a, c, band[0]), between(b, d, band[0]), between(a, c, band[1]), between(b, d, band[1])


def _numbers(values: Iterable[float]) -> ArrayObject:
    return ArrayObject(FloatObject(round(value, 3)) for value in values)
