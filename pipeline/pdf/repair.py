"""A PDF that lost its index, catalog or page tree -> one that can be opened, of the pages that are left.

What a cut or overwritten file lacks is nearly always at its end: the index that says where objects lie, and
the catalog that leads to the pages. The pages themselves and what stands on them are still there. pdfium finds
objects without an index, so a new catalog behind the old bytes is all that it needs.
"""

import re
import zlib
from collections.abc import Iterator

MOST = 128 * 2**20  # bytes that packed objects may open up to, in all
_FAR = 4_000_000  # pdfium takes no number of an object beyond
_MOST_PAGES = 20_000
_HEAD = 1024  # bytes in which pdfium looks for the mark of a PDF

_MARK = re.compile(rb"(?<!\d)(\d{1,7})\s{1,9}\d{1,5}\s{1,9}obj\b|\bendobj\b|\bstream\r?\n")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_TREE = re.compile(rb"/Type\s*/Pages\b")
_PACK = re.compile(rb"/Type\s*/ObjStm\b")
_FIRST = re.compile(rb"/First\s+(\d{1,9})\b")
_KID = re.compile(rb"(\d{1,7})\s+\d{1,5}\s+R\b")
_CONTENTS = re.compile(rb"/Contents\s*\[?\s*(\d{1,7})\s+\d{1,5}\s+R\b")
_COUNT = re.compile(rb"/(?:Count|N)\s+(\d{1,5})\b")
_KEPT = (re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R\b"), re.compile(rb"/ID\s*\[[^\]]{1,300}\]"),
         re.compile(rb"/Info\s+\d+\s+\d+\s+R\b"))  # fmt: skip


def repaired(data: bytes) -> tuple[bytes, int, int]:
    """A PDF of the pages that are found in the bytes of a damaged one, how many it had, and how many are left.

    The bytes are empty where no page is found; the first number is 0 where nothing tells it. A page whose contents
    are gone is found, but not left. Pages come in the order of the page tree where that is there, else of the file.
    """
    plain = {number: data[start:end] for number, start, end, _ in _objects(data)}
    packed = {number: body for number, body in _packed(data) if number not in plain}
    bodies = plain | packed
    pages = [number for number, body in bodies.items() if _PAGE.search(body)][:_MOST_PAGES]
    trees = [body for body in bodies.values() if _TREE.search(body)]
    had = max((int(n) for body in (*trees, _linearized(data)) for n in _COUNT.findall(body)), default=0)
    if not pages:
        return b"", had, 0
    contents = [_CONTENTS.search(bodies[number]) for number in pages]
    left = sum(int(found[1]) in bodies for found in contents if found)
    listed = list(dict.fromkeys(int(n) for body in trees for n in _KID.findall(body)))
    order = [n for n in listed if n in set(pages)] if set(pages) <= set(listed) else pages
    head = b"" if b"%PDF-" in data[:_HEAD] else b"%PDF-1.7\n"
    return head + data + _tail(packed, order, max(bodies) + 1, data), had, left


def _objects(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Number, start and end of the body up to its stream, and start of the stream, of every object in the file."""
    number, start = 0, -1
    for mark in _MARK.finditer(data):
        if start >= 0 and number < _FAR:
            yield number, start, mark.start(), mark.end()
        number, start = (int(mark[1]), mark.end()) if mark[1] else (0, -1)


def _packed(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and body of every object in object streams (ISO 32000-1, 7.5.7), as far as they can be opened."""
    room = MOST
    for _, start, end, stream in _objects(data):
        first = _FIRST.search(data, start, end)
        if first and _PACK.search(data, start, end):
            content = _inflated(memoryview(data)[stream:], room)
            room -= len(content)
            yield from _unpacked(content, int(first[1]))


def _inflated(data: memoryview, most: int) -> bytes:
    """What can be opened of a deflated stream at the head of `data`, up to `most` bytes."""
    try:
        return zlib.decompressobj().decompress(data, max(most, 1))
    except zlib.error:
        return b""


def _unpacked(content: bytes, first: int) -> Iterator[tuple[int, bytes]]:
    head = [int(n) for n in re.findall(rb"\d{1,9}", content[:first])]
    places = [first + at for at in head[1::2]]
    for number, start, end in zip(head[::2], places, [*places[1:], len(content)], strict=False):
        if number < _FAR and start < len(content):
            yield number, content[start:end]


def _linearized(data: bytes) -> bytes:
    """The entry at the head of a file made for the web; its /N is the number of pages."""
    at = data.find(b"/Linearized", 0, 1024)
    return data[at : data.find(b">>", at)] if at >= 0 else b""


def _tail(packed: dict[int, bytes], pages: list[int], free: int, data: bytes) -> bytes:
    """What stands behind the old bytes: an end to an open stream, objects unpacked, a new catalog."""
    loose = b"".join(b"%d 0 obj\n%s\nendobj\n" % item for item in packed.items())
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    kept = b"".join(found[-1] for found in (each.findall(data) for each in _KEPT) if found)
    return b"\nendstream\nendobj\n%s%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n%d 0 obj\n%s\nendobj\n%s" % (
        loose,
        free,
        free + 1,
        free + 1,
        b"<</Type/Pages/MediaBox[0 0 595 842]/Kids[%s]/Count %d>>" % (kids, len(pages)),
        b"trailer\n<</Size %d/Root %d 0 R%s>>\nstartxref\n0\n%%%%EOF\n" % (free + 2, free, kept),
    )
