"""The ruled lines of a page, as pdfium knows them: what tables are drawn with."""

import ctypes
from collections import deque
from collections.abc import Callable
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as c
from numpy.typing import NDArray

from pipeline.pdf.raw import RawPage

THIN = 3.0  # points: what is drawn no thicker is a rule
MOST = 20_000  # drawn objects on a page, beyond which it is a map or a plot and its rules are not looked for
COMPOUND = 300  # paths of many strokes that are taken apart, and strokes in each
_RECTANGLE = 6  # strokes of a path that is no more than a rectangle

SPEAKS = {"Table", "TABLE", "table", "Tab.", "Exhibit"}
FEW, MANY = 3, 10  # words of a line, and lines, on a page that may hold a table without saying so

Segments = NDArray[np.float32]


def _plain(function: Any, *arguments: Any) -> Callable[..., int]:
    """A function of pdfium with plain integers for pointers, which halves the cost of a call."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.PYFUNCTYPE(ctypes.c_void_p, *arguments)(address)


_pointer = ctypes.c_void_p
_object = _plain(c.FPDFPage_GetObject, _pointer, ctypes.c_int)
_kind = ctypes.PYFUNCTYPE(ctypes.c_int, _pointer)(ctypes.cast(c.FPDFPageObj_GetType, _pointer).value or 0)
_bounds = _plain(c.FPDFPageObj_GetBounds, *[_pointer] * 5)


def rules(sheet: Any) -> Segments:
    """The horizontal and vertical strokes on a page, (n, 4) as left, bottom, right, top, y upwards.

    A rectangle gives its four edges, whether it is stroked or filled: rows are often told by their shade.
    """
    count = c.FPDFPage_CountObjects(sheet.raw)
    page = ctypes.cast(sheet.raw, _pointer).value or 0
    if not 0 < count <= MOST:
        return np.zeros((0, 4), np.float32)
    objects = list(map(_object, repeat(page), range(count)))
    kinds = np.fromiter(map(_kind, objects), np.int32, count)
    paths = [objects[i] for i in np.flatnonzero(kinds == c.FPDF_PAGEOBJ_PATH).tolist()]
    box = np.zeros((len(paths), 4), np.float32)
    sides = (range(box.ctypes.data + side, box.ctypes.data + side + 16 * len(paths), 16) for side in (0, 4, 8, 12))
    deque(map(_bounds, paths, *sides), maxlen=0)
    wide, high = box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]
    solid = np.flatnonzero((wide > THIN) & (high > THIN))[:COMPOUND].tolist()
    parts = [part for at in solid if (part := _edges(paths[at], box[at])) is not None]
    return np.concatenate((box[(wide <= THIN) ^ (high <= THIN)], *parts))


def wanted(page: RawPage) -> bool:
    """Whether a page may hold a table: it speaks of one, or has many lines of few words."""
    if not SPEAKS.isdisjoint(page.texts):
        return True
    return int((np.diff(np.flatnonzero(page.breaks), append=len(page.texts)) <= FEW).sum()) >= MANY


def _edges(path: int, box: Segments) -> Segments | None:
    """The straight strokes of a path that is no single stroke, or None where it is too much of a drawing."""
    handle = ctypes.cast(path, c.FPDF_PAGEOBJECT)
    count = c.FPDFPath_CountSegments(handle)
    if count <= _RECTANGLE:
        x0, y0, x1, y1 = box.tolist()
        return np.array([(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)], np.float32)
    return _strokes(handle, count) if count <= COMPOUND else None


def _strokes(handle: Any, count: int) -> Segments:
    """The level and plumb strokes of a path of many, in page space."""
    matrix, x, y = c.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    c.FPDFPageObj_GetMatrix(handle, matrix)
    points, lines = [], []
    for at in range(count):
        segment = c.FPDFPath_GetPathSegment(handle, at)
        c.FPDFPathSegment_GetPoint(segment, x, y)
        lines.append(c.FPDFPathSegment_GetType(segment) == c.FPDF_SEGMENT_LINETO)
        points.append(
            (matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f)
        )
    ends = np.array(points, np.float32)
    both = np.concatenate((np.minimum(ends[:-1], ends[1:]), np.maximum(ends[:-1], ends[1:])), axis=1)
    straight = (both[:, 2] - both[:, 0] <= THIN) ^ (both[:, 3] - both[:, 1] <= THIN)
    return both[np.array(lines[1:], bool) & straight]
