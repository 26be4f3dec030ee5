"""PDF -> words through pdfium, in content-stream order.

pdfium keeps one record per character. Calls into it cost more than anything done with the answers, so
the characters come in one call a page, and boxes only for the first and last character of a word.
"""

import contextlib
import ctypes
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as c
from numpy.typing import NDArray

from pipeline.pdf import rules, symbols
from pipeline.pdf.raw import HYPHEN_BREAK, RAISED, Raw, RawPage, line_style, page
from pipeline.pdf.rules import plain

READER = "pdfium"
MOST_TEXT = 40_000_000  # characters, which ten thousand full pages do not reach; a bomb does
MOST_PIXELS = 150_000_000  # of a page's picture: a poster (A0) at 300 dots per inch
LONGEST_SIDE = 32_000  # pixels; tesseract takes no picture beyond 32,767
TALLEST = 1.8  # sizes of its type that a letter's box may be high; some fonts claim more
MARKED = 1.25  # times a citation mark's size: the text that it stands in is at least so large
DROPPED = 1.9  # times the size of its line: a first letter of so much is a drop cap
ASCENT, DESCENT = 0.9, 0.22  # of common type, in sizes

_SOLID = np.ones(0x3002, bool)  # by value of a character, up to the highest space and one more
_SOLID[[0, 9, 10, 11, 12, 13, 32, 0x85, 0xA0, 0x3000, *range(0x2000, 0x200C)]] = False
_MARK = 0xFFFE  # beside HYPHEN_BREAK, pdfium's way to mark a hyphen at a line's end


_pointer, _int = ctypes.c_void_p, ctypes.c_int
_unicode = plain(c.FPDFText_GetUnicode, _pointer, _int, gives=ctypes.c_uint)
_loose_box = plain(c.FPDFText_GetLooseCharBox, _pointer, _int, _pointer)
_font_size = plain(c.FPDFText_GetFontSize, _pointer, _int, gives=ctypes.c_double)
_matrix = plain(c.FPDFText_GetMatrix, _pointer, _int, _pointer)
_font_name = plain(c.FPDFText_GetFontInfo, _pointer, _int, _pointer, ctypes.c_ulong, _pointer)


class TooMuchText(Exception):  # noqa: N818 - it names the file's state
    """A file with more than MOST_TEXT characters."""


def read(data: bytes) -> Raw:
    """The words of a PDF. Raises pypdfium2.PdfiumError where pdfium cannot open it, and TooMuchText."""
    pages, room = [], MOST_TEXT
    with pypdfium2.PdfDocument(data) as pdf:
        for index in range(len(pdf)):
            pages.append(_page(pdf, index))
            room -= sum(map(len, pages[-1].texts))
            if room < 0:
                raise TooMuchText
        told = [_decoded(pdf.get_metadata_value, key) for key in ("Title", "CreationDate", "Author", "Subject")]
    title, date, author, subject = told
    return Raw(pages, title, date, READER, author, subject)


def _decoded(get: Callable[[Any], str], of: Any) -> str:
    """A string that pypdfium2 gets, or an empty one where its bytes are no text."""
    try:
        return get(of)
    except UnicodeDecodeError:
        return ""


def _page(pdf: Any, index: int) -> RawPage:
    label = _decoded(pdf.get_page_label, index).strip() or str(index + 1)
    try:
        sheet = pdf[index]
    except pypdfium2.PdfiumError:  # one page that cannot be loaded does not cost the others
        return _blank(index, label)
    try:
        extent, corner = sheet.get_size(), _corner(sheet)
        if sheet.get_rotation():
            _set_upright(sheet)
        text = sheet.get_textpage()
        try:
            return replace(_words(text, index, label, extent, corner), rules=_shown(rules.rules(sheet), corner))
        finally:
            text.close()
    except pypdfium2.PdfiumError:
        return _blank(index, label)
    finally:
        sheet.close()


def _blank(index: int, label: str) -> RawPage:
    none = np.zeros(0)
    return page(index + 1, label, (0.0, 0.0), [], none.reshape(0, 4), none, none, none)


def _words(text: Any, index: int, label: str, extent: tuple[float, float], corner: tuple[float, float]) -> RawPage:
    handle = ctypes.cast(text.raw, ctypes.c_void_p).value or 0
    codes = _codes(text, handle)
    first, last, breaks = _spans(codes)
    boxes = np.concatenate((_boxes(handle, first), _boxes(handle, last)), axis=1)
    torn = _torn(boxes)
    if torn.any():
        first, last, breaks = _mend(handle, first, last, breaks, torn)
        boxes = np.concatenate((_boxes(handle, first), _boxes(handle, last)), axis=1)
    size, style = _type(handle, first, last, breaks)
    style |= RAISED * _raised(boxes)
    box = _sized(text, _union(boxes), size, first, np.abs(boxes[:, 1::4] - boxes[:, 3::4]).max(axis=1))
    string = _signs(handle, codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass"))
    texts = [string[a : b + 1] for a, b in zip(first.tolist(), last.tolist(), strict=True)]
    return page(index + 1, label, extent, texts, _shown(box, corner), breaks, style, size)


def _shown(box: NDArray[np.float32], corner: tuple[float, float]) -> NDArray[np.float32]:
    """Boxes as left, bottom, right, top, y upwards, as they lie on the page as shown, y downwards."""
    return np.stack((box[:, 0] - corner[0], corner[1] - box[:, 3], box[:, 2] - corner[0], corner[1] - box[:, 1]), 1)


def _signs(handle: int, string: str) -> str:
    """A page's characters with the signs that symbol fonts draw in place of letters."""
    likely = list(symbols.likely(string))
    fonts = (font.decode("utf-8", "replace") for font in _fonts(handle, likely))
    found = {at: symbols.meant(font, string[at]) for at, font in zip(likely, fonts, strict=True)}
    if all(sign == string[at] for at, sign in found.items()):
        return string
    return "".join(found.get(at, char) for at, char in enumerate(string))


def _union(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """One box, (n, 4) as left, bottom, right, top, around both characters of each row."""
    low = np.minimum(boxes[:, :4], boxes[:, 4:])
    high = np.maximum(boxes[:, :4], boxes[:, 4:])
    return np.stack((low[:, 0], low[:, 3], high[:, 2], high[:, 1]), axis=1)


def _type(
    handle: int, first: NDArray[np.intp], last: NDArray[np.intp], breaks: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
    """Size and style of the type of each word's line: its middle and start tell the one, both its ends the other."""
    starts = np.flatnonzero(breaks)
    ends = np.append(starts[1:], len(first))[: len(starts)]
    middles = first[(starts + ends) // 2]
    sizes, starting = np.split(_sizes(handle, [*middles.tolist(), *first[starts].tolist()]), 2)
    raised = (starting > MARKED * sizes) & (starting < DROPPED * sizes)  # the middle is a citation mark
    sizes = np.where(raised, starting, sizes)
    fonts = _fonts(handle, first[starts].tolist()), _fonts(handle, last[ends - 1].tolist())
    styles = np.fromiter(map(line_style, *fonts), np.uint16, len(starts))
    return np.repeat(sizes, ends - starts), np.repeat(styles, ends - starts)


def _sizes(handle: int, at: list[int]) -> NDArray[np.float32]:
    """The sizes in points of the characters' type, as scaled on the page."""
    matrix = np.zeros((len(at), 6), np.float32)
    start = matrix.ctypes.data
    deque(map(_matrix, repeat(handle), at, range(start, start + 24 * len(at), 24)), maxlen=0)
    scale = np.fromiter(map(math.hypot, *matrix[:, 2:4].T.tolist()), float, len(at))
    sizes = np.abs(np.fromiter(map(_font_size, repeat(handle), at), float, len(at)) * scale)
    return np.where(sizes, sizes, 1.0).astype(np.float32)


def _fonts(handle: int, at: list[int]) -> list[bytes]:
    """The names of the characters' fonts; empty where one is longer than 63 bytes."""
    names = np.zeros(len(at), "S64")
    start = names.ctypes.data
    deque(
        map(_font_name, repeat(handle), at, range(start, start + 64 * len(at), 64), repeat(64), repeat(None)), maxlen=0
    )
    return names.tolist()


def _sized(
    text: Any,
    box: NDArray[np.float32],
    size: NDArray[np.float32],
    first: NDArray[np.intp],
    height: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Boxes with those put right whose font gives a false height: they get that of common type.

    `height` is that of the word's higher end letter: a word that runs up the page is high, its letters are not.
    """
    level = box[:, 2] - box[:, 0] > 0.2 * size
    false = level & (height > TALLEST * size)
    x, y = ctypes.c_double(), ctypes.c_double()
    for row in np.flatnonzero(false):
        c.FPDFText_GetCharOrigin(text.raw, int(first[row]), x, y)
        box[row, 1], box[row, 3] = y.value - DESCENT * size[row], y.value + ASCENT * size[row]
    return box


def _codes(text: Any, handle: int) -> NDArray[np.uint32]:
    """The value of every character, (n,), one to one with pdfium's indices; rare letters take two, as in UTF-16."""
    count = max(text.count_chars(), 0)
    units = (ctypes.c_ushort * (count * 2 + 1))()
    got = c.FPDFText_GetText(text.raw, 0, count, units) - 1 if count else 0
    codes = np.frombuffer(units, np.uint16)[:count].astype(np.uint32)
    if got != count:  # pdfium left characters without a Unicode value out: indices are off
        codes = np.fromiter(map(_unicode, repeat(handle), range(count)), np.uint32, count)
    codes[codes == _MARK] = ord(HYPHEN_BREAK)
    codes[codes > 0x10FFFF] = 0xFFFD
    return codes


def _spans(codes: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """First and last character of every word, and whether a line begins with it."""
    solid = _SOLID[np.minimum(codes, len(_SOLID) - 1)]
    mark = codes == ord(HYPHEN_BREAK)
    before = np.concatenate(([True], ~solid[:-1] | mark[:-1])) if len(codes) else solid
    after = np.concatenate((~solid[1:], [True])) | mark if len(codes) else solid
    first, last = np.flatnonzero(solid & before), np.flatnonzero(solid & after)
    line = np.cumsum((codes == 10) | (codes == 13) | np.concatenate(([False], mark[:-1]))) if len(codes) else codes
    breaks = np.diff(line[first], prepend=-1) != 0
    return first, last, breaks


def _boxes(handle: int, at: NDArray[np.intp]) -> NDArray[np.float32]:
    """Boxes of the characters at these indices, (n, 4) as left, top, right, bottom, y upwards."""
    out = np.zeros((len(at), 4), np.float32)
    start = out.ctypes.data
    deque(map(_loose_box, repeat(handle), at.tolist(), range(start, start + 16 * len(at), 16)), maxlen=0)
    return out


def _torn(boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Words whose last character does not stand beside or below its first: two lines run together."""
    a, b = boxes[:, :4], boxes[:, 4:]
    level = np.minimum(a[:, 1], b[:, 1]) - np.maximum(a[:, 3], b[:, 3]) > 0
    plumb = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0]) > 0
    return np.asarray(~plumb & (~level | (b[:, 2] < a[:, 0])))


def _mend(
    handle: int,
    first: NDArray[np.intp],
    last: NDArray[np.intp],
    breaks: NDArray[np.bool_],
    torn: NDArray[np.bool_],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """The words with the torn ones cut where one character does not follow the one before it."""
    cuts: list[int] = []
    for a, b in zip(first[torn].tolist(), last[torn].tolist(), strict=True):
        chars = _boxes(handle, np.arange(a, b + 1))
        cuts += (np.flatnonzero(_torn(np.concatenate((chars[:-1], chars[1:]), axis=1))) + a).tolist()
    ends = np.array(cuts, dtype=np.intp)
    order = np.argsort(np.concatenate((first, ends + 1)), kind="stable")
    starts = np.concatenate((first, ends + 1))[order]
    return starts, np.sort(np.concatenate((last, ends))), np.concatenate((breaks, ends >= 0))[order]


def _corner(sheet: Any) -> tuple[float, float]:
    """Where the top left of the page as shown will be in user space, once the page is set upright."""
    left, _, _, top = sheet.get_bbox()
    return (0.0, sheet.get_height()) if sheet.get_rotation() else (left, top)


def _set_upright(sheet: Any) -> None:
    """Turn what stands on a rotated page to where it is shown: pdfium looks for words from left to right only."""
    left, bottom, right, top = sheet.get_bbox()
    matrix = {
        90: (0, -1, 1, 0, -bottom, right),
        180: (-1, 0, 0, -1, right, top),
        270: (0, 1, -1, 0, top, -left),
    }[sheet.get_rotation()]
    for at in range(c.FPDFPage_CountObjects(sheet.raw)):
        c.FPDFPageObj_Transform(c.FPDFPage_GetObject(sheet.raw, at), *matrix)
    sheet.set_rotation(0)


def _raised(boxes: NDArray[np.float32]) -> NDArray[np.uint16]:
    """1 for words whose last character is smaller than the first and stands higher, else 0."""
    a, b = boxes[:, :4], boxes[:, 4:]
    height, low = a[:, 1] - a[:, 3], b[:, 3] - a[:, 3]
    smaller = b[:, 1] - b[:, 3] < 0.85 * height
    return np.asarray(smaller & (low > 0.1 * height), np.uint16)


def attachments(data: bytes) -> list[str]:
    """Names of the files attached to a PDF."""
    with pypdfium2.PdfDocument(data) as pdf:
        found = (pdf.get_attachment(at) for at in range(pdf.count_attachments()))
        return [_decoded(lambda each: str(each.get_name()), each) for each in found]


def images(data: bytes, numbers: list[int], dpi: int) -> Iterator[tuple[int, Any, float]]:
    """Pages (numbers from 1) as shown, drawn to grey PIL images, one at a time, with the points to a pixel.

    They are drawn at `dpi`, huge pages more coarsely; those that cannot be drawn are left out.
    """
    with pypdfium2.PdfDocument(data) as pdf:
        for number in numbers:
            with contextlib.suppress(pypdfium2.PdfiumError):
                sheet = pdf[number - 1]
                width, height = sheet.get_size()
                scale = min(dpi / 72, math.sqrt(MOST_PIXELS / width / height), LONGEST_SIDE / max(width, height))
                yield number, sheet.render(scale=scale, grayscale=True).to_pil(), 1 / scale
                sheet.close()
