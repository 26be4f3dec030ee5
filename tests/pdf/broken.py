"""Broken and hostile PDFs made from sound ones: random damage by seed, and attacks written out by hand."""

import random
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.conftest import ROOT, SHARED
from tests.pdf.made import PROSE, column, locked, paper, scan

DEEP = 10_000
SMALL = 100_000  # bytes
_NUMBER = re.compile(rb"(?<![\w.])\d+(?![\w.])")
_OBJECT = re.compile(rb"\d+ \d+ obj\b.*?endobj", re.DOTALL)
_STREAM = re.compile(rb"(?<=stream\n)(?:.*?)(?=\r?\n?endstream)", re.DOTALL)
_LITERAL = re.compile(rb"\((?:[^()\\]|\\.)*\)")

TEXT = (
    b"BT /F 10 Tf 72 700 Td "
    + b" ".join(
        b"(%s) Tj 0 -14 Td" % line
        for line in (
            b"Cleaner production audits were carried out in ninety firms of the dyeing industry.",
            b"A levy on waste water made the second round worth while for large firms only.",
            b"The provincial government paid half of the cost of the first audit in each firm.",
        )
    )
    + b" ET"
)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object's body with its length and these entries."""
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), entries, content)


def deflated(content: bytes, entries: bytes = b"") -> bytes:
    """The same, compressed."""
    return stream(zlib.compress(content, 9), b"/Filter/FlateDecode" + entries)


def simple(text: bytes = TEXT, /, **changes: bytes) -> dict[str, bytes]:
    """The bodies of the objects of a one-page PDF by name; `changes` take the place of those of that name."""
    return {
        "catalog": b"<</Type/Catalog/Pages 2 0 R>>",
        "pages": b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "page": b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        "content": stream(text),
        "font": b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        **changes,
    }


def written(objects: Mapping[str, bytes], trailer: bytes = b"") -> bytes:
    """A PDF with a plain index; objects are numbered from 1 in their order, the first is the catalog."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects.values(), 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    index = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out) + tail % (size, index, size, trailer, len(out))


def packed(objects: Mapping[str, bytes]) -> bytes:
    """The same PDF in the modern form: what is no stream lies in an object stream, the index is one too."""
    loose = {n: body for n, body in enumerate(objects.values(), 1) if b"stream\n" in body}
    inner = {n: body for n, body in enumerate(objects.values(), 1) if n not in loose}
    pairs, at = [], 0
    for number, body in inner.items():
        pairs.append(b"%d %d" % (number, at))
        at += len(body) + 1
    head = b" ".join(pairs) + b"\n"
    holder = len(objects) + 1
    loose[holder] = deflated(head + b"\n".join(inner.values()), b"/Type/ObjStm/N %d/First %d" % (len(inner), len(head)))
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in loose.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places[holder + 1] = len(out)
    ranks = {number: rank for rank, number in enumerate(inner)}
    rows = b"".join(
        b"\2" + holder.to_bytes(4) + ranks[n].to_bytes(2) if n in ranks else b"\1" + places[n].to_bytes(4) + b"\0\0"
        for n in range(1, holder + 2)
    )
    entries = b"/Type/XRef/W[1 4 2]/Size %d/Root 1 0 R" % (holder + 2)
    index = deflated(b"\0" * 7 + rows, entries)
    return bytes(out) + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (holder + 1, index, len(out))


# ---- random damage ----------------------------------------------------------------------------------------------

Mutation = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, rng: random.Random) -> bytes:
    """One byte in a thousand or so, or a few, are others."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 3, 10, max(len(data) // 1000, 1), max(len(data) // 100, 1)])):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def cut(data: bytes, rng: random.Random) -> bytes:
    """The head, the tail or a piece of the middle is gone."""
    a, b = sorted(rng.sample(range(len(data)), 2))
    return rng.choice([data[:b], data[a:], data[:a] + data[b:], data[:-a] if a < 500 else data[:a]])


def numbers(data: bytes, rng: random.Random) -> bytes:
    """Some numbers are others: huge, negative, none."""
    odd = [b"0", b"-1", b"65536", b"2147483647", b"2147483648", b"-2147483649", b"4294967295", b"1" + b"0" * 30,
           b"99999999999999999999", b"1e308", b"NaN", b"inf", b".", b"--5", b"0.00000000001"]  # fmt: skip
    share = rng.choice([0.002, 0.02, 0.2])
    return _NUMBER.sub(lambda m: rng.choice(odd) if rng.random() < share else m[0], data)


def references(data: bytes, rng: random.Random) -> bytes:
    """Some references lead to other objects, which makes loops."""
    there = [int(n) for n in re.findall(rb"(\d+) 0 obj", data)] or [1]
    share = rng.choice([0.1, 0.5, 1.0])
    return re.sub(rb"\d+ 0 R\b", lambda m: b"%d 0 R" % rng.choice(there) if rng.random() < share else m[0], data)


def objects(data: bytes, rng: random.Random) -> bytes:
    """An object is gone, stands twice, or two have changed places."""
    found = list(_OBJECT.finditer(data))
    if len(found) < 2:
        return flip(data, rng)
    a, b = sorted(rng.sample(found, 2), key=lambda m: m.start())
    return rng.choice(
        [
            data[: a.start()] + data[a.end() :],
            data[: b.end()] + b"\n" + a[0] + data[b.end() :],
            data[: a.start()] + b[0] + data[a.end() : b.start()] + a[0] + data[b.end() :],
        ]
    )


def streams(data: bytes, rng: random.Random) -> bytes:
    """Two streams have changed places, or one is another's bytes."""
    found = list(_STREAM.finditer(data))
    if len(found) < 2:
        return flip(data, rng)
    a, b = sorted(rng.sample(found, 2), key=lambda m: m.start())
    back = a[0] if rng.random() < 0.5 else b[0]
    return data[: a.start()] + b[0] + data[a.end() : b.start()] + back + data[b.end() :]


def insertion(data: bytes, rng: random.Random) -> bytes:
    """Bytes, marks of the format, or deep brackets stand where they should not."""
    pieces = [rng.randbytes(rng.randrange(1, 3000)), b"endobj", b"stream\n", b"endstream", b"xref\n", b"%%EOF\n",
              b"trailer<</Root 1 0 R>>", b"(" * 3000, b"<<" * DEEP, b"[" * DEEP, b"\0" * 2000, b"%",
              b"<</Type/Page>>", b"1 0 obj<</Type/Page/Parent 1 0 R>>endobj\n"]  # fmt: skip
    at = rng.randrange(len(data))
    return data[:at] + rng.choice(pieces) + data[at:]


def strings(data: bytes, rng: random.Random) -> bytes:
    """Strings hold what no text should: NUL, marks that turn the direction, lone surrogates, no end of a word."""
    odd = [
        b"(\\000\\000\\000)",
        b"(\xfe\xff\xd8\x00\xdc\x00\xd8\x00)",
        b"<FEFF202E202D200F202B>",
        b"<FEFFD83DDC00D83D>",
        b"(" + b"x" * 20_000 + b")",
        b"(=cmd|' /C calc'!A0)",
        b"<FFFE00D8>",
        b"()",
        b"(\\377\\376\\001)",
    ]
    share = rng.choice([0.05, 0.5])
    return _LITERAL.sub(lambda m: rng.choice(odd) if rng.random() < share else m[0], data)


def swapped_words(data: bytes, rng: random.Random) -> bytes:
    """Some names of the format stand in place of others."""
    names = [b"/Page", b"/Pages", b"/Kids", b"/Count", b"/Parent", b"/Font", b"/Length", b"/FlateDecode", b"/ToUnicode",
             b"/Contents", b"/MediaBox", b"/LZWDecode", b"/XObject", b"/ObjStm", b"/Type", b"/Catalog"]  # fmt: skip
    share = rng.choice([0.02, 0.2])
    return re.sub(rb"/[A-Z]\w+", lambda m: rng.choice(names) if rng.random() < share else m[0], data)


MUTATIONS: tuple[Mutation, ...] = (
    flip, cut, numbers, references, objects, streams, insertion, strings, swapped_words,
)  # fmt: skip


def mutants(bases: Mapping[str, bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of `count` damaged files: each one to three kinds of damage on one of the bases, by seed alone."""
    names = sorted(bases)
    for number in range(count):
        rng = random.Random(seed * 1_000_003 + number)
        base = names[number % len(names)]
        data, done = bases[base], []
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            mutation = rng.choice(MUTATIONS)
            data = mutation(data, rng) or b"%PDF-"
            done.append(mutation.__name__)
        yield f"{'+'.join(done)} {base} {number}", data


def bases(folder: Path) -> dict[str, bytes]:
    """Sound small papers to damage: the sample's, made-up ones of every build, and small real ones where there are."""
    folder.mkdir()
    pages = [column(PROSE)] * 3
    made = {
        "plain": written(simple()),
        "packed": packed(simple()),
        "packed and compressed": packed(simple(content=deflated(TEXT))),
        "three pages": paper(folder / "a.pdf", pages).read_bytes(),
        "locked": locked(folder / "b.pdf", "").read_bytes(),
        "scan": scan(folder / "c.pdf", 100).read_bytes(),
    }
    sample = sorted((ROOT / "corpus").glob("*.pdf"))[:6]
    small = [file for file in sorted((SHARED / "corpus/policy").glob("*.pdf")) if file.stat().st_size < SMALL]
    return made | {file.stem.replace(" ", "-"): file.read_bytes() for file in (*sample, *small)}
