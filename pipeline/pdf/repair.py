"""A PDF that lost its index, catalog or page tree -> one that can be opened, of the pages that are left.

What a cut or overwritten file lacks is nearly always at its end: the index that says where objects lie, and
the catalog that leads to the pages. The pages themselves and what stands on them are still there. So every
object that is found is written anew, streams with the length they have, under a new catalog. pdfium makes the
index itself.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping

MOST = 128 * 2**20  # bytes that packed objects may open up to, in all
_FAR = 4_000_000  # pdfium takes no number of an object beyond
_MOST_PAGES = 20_000

_MARK = re.compile(rb"(?<!\d)(\d{1,7})\s{1,9}\d{1,5}\s{1,9}obj\b|\bendobj\b|\bstream\r?\n")
_CLOSE = re.compile(rb"endstream|\bendobj\b|(?<![\d.])\d{1,7} \d{1,5} obj\b")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_TREE = re.compile(rb"/Type\s*/Pages\b")
_INDEX = re.compile(rb"/Type\s*/XRef\b")
_LENGTH = re.compile(rb"/Length\s+\d+(?:\s+\d+\s+R\b)?")
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
    plain = {number: (body, content) for number, body, content in _objects(data)}
    packed = {number: body for number, body in _packed(plain.values()) if number not in plain}
    bodies = {number: body for number, (body, _) in plain.items()} | packed
    pages = [number for number, body in bodies.items() if _PAGE.search(body)][:_MOST_PAGES]
    trees = [body for body in bodies.values() if _TREE.search(body)]
    had = max((int(n) for body in (*trees, _linearized(data)) for n in _COUNT.findall(body)), default=0)
    if not pages:
        return b"", had, 0
    contents = [_CONTENTS.search(bodies[number]) for number in pages]
    left = sum(int(found[1]) in bodies for found in contents if found)
    listed = list(dict.fromkeys(int(n) for body in trees for n in _KID.findall(body)))
    order = [n for n in listed if n in set(pages)] if set(pages) <= set(listed) else pages
    kept = b"".join(found[-1] for found in (each.findall(data) for each in _KEPT) if found)
    return _written({**plain, **{n: (body, None) for n, body in packed.items()}}, order, kept), had, left


def _objects(data: bytes) -> Iterator[tuple[int, bytes, bytes | None]]:
    """Number, body and, where it is a stream, content of every object that lies open in the file."""
    number, start, at = -1, 0, 0
    while mark := _MARK.search(data, at):
        at = mark.end()
        if number >= 0:
            body, content = data[start : mark.start()], None
            if mark[0].startswith(b"stream"):
                close = _CLOSE.search(data, at)
                content = data[at : close.start() if close else len(data)]
                at += len(content)
            yield number, body, content
        number, start = (int(mark[1]), at) if mark[1] and int(mark[1]) < _FAR else (-1, 0)


def _packed(objects: Iterable[tuple[bytes, bytes | None]]) -> Iterator[tuple[int, bytes]]:
    """Number and body of every object in object streams (ISO 32000-1, 7.5.7), as far as they can be opened."""
    room = MOST
    for body, packed in objects:
        first = _FIRST.search(body)
        if packed and first and _PACK.search(body):
            content = _inflated(packed, room)
            room -= len(content)
            yield from _unpacked(content, int(first[1]))


def _inflated(data: bytes, most: int) -> bytes:
    """What can be opened of a deflated stream up to `most` bytes."""
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


def _written(objects: Mapping[int, tuple[bytes, bytes | None]], pages: list[int], kept: bytes) -> bytes:
    """A PDF of these objects, with a catalog of these pages, and no index: that makes pdfium look for itself."""
    parts = [b"%PDF-1.7\n"]
    for number, (body, content) in objects.items():
        if not _INDEX.search(body):
            whole = body if content is None else _stream(body, content)
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, whole))
    free = max(objects) + 1
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    tree = b"<</Type/Pages/MediaBox[0 0 595 842]/Kids[%s]/Count %d>>" % (kids, len(pages))
    catalog = b"<</Type/Catalog/Pages %d 0 R>>" % (free + 1)
    parts.append(b"%d 0 obj\n%s\nendobj\n%d 0 obj\n%s\nendobj\n" % (free, catalog, free + 1, tree))
    parts.append(b"trailer\n<</Size %d/Root %d 0 R%s>>\nstartxref\n0\n%%%%EOF\n" % (free + 2, free, kept))
    return b"".join(parts)


def _stream(body: bytes, content: bytes) -> bytes:
    """A stream with its true length in place of the one that it states."""
    entries = _LENGTH.sub(b"", body).rstrip().removesuffix(b">>")
    return b"%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)
