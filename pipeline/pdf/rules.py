"""The ruled lines of a page, as pdfium knows them: what tables are drawn with."""

import ctypes
from collections import defaultdict, deque
from collections.abc import Callable
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as c
from numpy.typing import NDArray

THIN = 3.0  # points: what is drawn no thicker is a rule
MOST = 20_000  # drawn objects on a page, beyond which it is a map or a plot and its rules are not looked for
SOLID = 500  # rectangles and drawings that are looked at
COMPOUND = 400  # drawings that are taken apart, and strokes in each
_RECTANGLE = 6  # strokes of a path that is no more than a rectangle

Segments = NDArray[np.float32]


_pointer = ctypes.c_void_p


def plain(function: Any, *arguments: Any, gives: Any = ctypes.c_int) -> Callable[..., Any]:
    """A function of pdfium with plain integers for pointers, which halves the cost of a call."""
    return ctypes.PYFUNCTYPE(gives, *arguments)(ctypes.cast(function, _pointer).value or 0)


_object = plain(c.FPDFPage_GetObject, _pointer, ctypes.c_int, gives=_pointer)
_kind = plain(c.FPDFPageObj_GetType, _pointer)
_bounds = plain(c.FPDFPageObj_GetBounds, *[_pointer] * 5)
_matrix = plain(c.FPDFPageObj_GetMatrix, _pointer, _pointer)
_count = plain(c.FPDFPath_CountSegments, _pointer)
_segment = plain(c.FPDFPath_GetPathSegment, _pointer, ctypes.c_int, gives=_pointer)
_point = plain(c.FPDFPathSegment_GetPoint, *[_pointer] * 3)
_drawn = plain(c.FPDFPathSegment_GetType, _pointer)


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
    solid = np.flatnonzero((wide > THIN) & (high > THIN))[:SOLID].tolist()
    counts = {at: _count(paths[at]) for at in solid}
    plain = [at for at in solid if counts[at] <= _RECTANGLE]
    edges = _edges(box[plain], [_shade(paths[at]) for at in plain])
    many = [at for at in solid if _RECTANGLE < counts[at] <= COMPOUND][:COMPOUND]
    strokes = _strokes([paths[at] for at in many], [counts[at] for at in many])
    return np.concatenate((box[(wide <= THIN) ^ (high <= THIN)], edges, strokes))


def _shade(path: int) -> tuple[int, ...] | None:
    """The colour that a path is filled with, where its outline is not drawn."""
    handle = ctypes.cast(path, c.FPDF_PAGEOBJECT)
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    c.FPDFPath_GetDrawMode(handle, fill, stroke)
    if stroke.value or not fill.value:
        return None
    colour = [ctypes.c_uint() for _ in range(4)]
    c.FPDFPageObj_GetFillColor(handle, *colour)
    return tuple(part.value for part in colour)


def _edges(box: Segments, shades: list[tuple[int, ...] | None]) -> Segments:
    """The four edges of rectangles, without those that nobody sees: where one shade goes on in the next rectangle
    below, as it does where each line of a cell is shaded by itself."""
    lower: dict[object, set[int]] = defaultdict(set)
    upper: dict[object, set[int]] = defaultdict(set)
    for shade, (x0, y0, x1, y1) in zip(shades, box.tolist(), strict=True):
        lower[shade, round(x0), round(x1)].add(round(y0))
        upper[shade, round(x0), round(x1)].add(round(y1))
    out = []
    for shade, (x0, y0, x1, y1) in zip(shades, box.tolist(), strict=True):
        key = (shade, round(x0), round(x1))
        out += [(x0, y0, x0, y1), (x1, y0, x1, y1)]
        if shade is None or upper[key].isdisjoint(range(round(y0) - 1, round(y0) + 2)):
            out.append((x0, y0, x1, y0))
        if shade is None or lower[key].isdisjoint(range(round(y1) - 1, round(y1) + 2)):
            out.append((x0, y1, x1, y1))
    return np.array(out, np.float32).reshape(-1, 4)


def _strokes(paths: list[int], counts: list[int]) -> Segments:
    """The level and plumb strokes of paths of many, `counts`, in page space."""
    matrices = np.zeros((len(paths), 6), np.float32)
    for path, row in zip(paths, matrices, strict=True):
        _matrix(path, row.ctypes.data)
    segments = [
        one for path, count in zip(paths, counts, strict=True) for one in map(_segment, repeat(path), range(count))
    ]
    x, y = np.zeros((2, len(segments)), np.float32)
    places = (range(axis.ctypes.data, axis.ctypes.data + 4 * len(x), 4) for axis in (x, y))
    deque(map(_point, segments, *places), maxlen=0)
    drawn = np.fromiter(map(_drawn, segments), np.int32, len(x)) == c.FPDF_SEGMENT_LINETO
    drawn[np.cumsum([0, *counts])[:-1]] = False  # no stroke leads from one path to the next
    a, b, c_, d, e, f = np.repeat(matrices, counts, axis=0).T
    ends = np.stack((a * x + c_ * y + e, b * x + d * y + f), axis=1)
    both = np.concatenate((np.minimum(ends[:-1], ends[1:]), np.maximum(ends[:-1], ends[1:])), axis=1)
    straight = (both[:, 2] - both[:, 0] <= THIN) ^ (both[:, 3] - both[:, 1] <= THIN)
    level_or_plumb: Segments = both[drawn[1:] & straight].astype(np.float32)
    return level_or_plumb
