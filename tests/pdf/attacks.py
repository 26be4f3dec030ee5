"""PDFs that are made to hurt a reader, written out by hand: loops, depths, bombs, senseless measures."""

import zlib

from tests.pdf.broken import DEEP, TEXT, deflated, packed, simple, stream, written

BOMB = 300_000_000  # bytes that a bomb of a few hundred kilobytes opens up to
_PAGE = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>%s>>/MediaBox[0 0 595 842]%s>>"


def attacks() -> dict[str, bytes]:
    """All of them by name; none is above two megabytes."""
    return {**trees(), **depths(), **bombs(), **measures(), **indexes(), **drawings(), **texts()}


def trees() -> dict[str, bytes]:
    """Page trees that lead back to themselves, lie about their size, or hold what is no page."""
    kids = {
        "kids lead to the tree itself": b"2 0 R 3 0 R",
        "kids lead to the catalog": b"1 0 R 3 0 R",
        "a page that stands a thousand times": b"3 0 R " * 1000,
        "kids that are not there": b"3 0 R 77 0 R 78 0 R",
        "kids that are numbers": b"3 0 R 5 7 (x) /Page null",
        "kids that are fonts and contents": b"5 0 R 4 0 R 3 0 R",
    }
    made = {name: simple(pages=b"<</Type/Pages/Kids[%s]/Count 3>>" % each) for name, each in kids.items()}
    for count in (b"-1", b"0", b"2147483647", b"99999999999", b"1e9", b"(1)", b"2 0 R"):
        made[f"count {count.decode()}"] = simple(pages=b"<</Type/Pages/Kids[3 0 R]/Count %s>>" % count)
    made["two trees that lead to each other"] = simple(
        pages=b"<</Type/Pages/Kids[6 0 R 3 0 R]/Count 9>>", second=b"<</Type/Pages/Kids[2 0 R]/Count 9/Parent 2 0 R>>"
    )
    made["a page that is its own parent"] = simple(page=b"<</Type/Page/Parent 3 0 R/Contents 4 0 R>>")
    made["kids without a list"] = simple(pages=b"<</Type/Pages/Kids 3 0 R/Count 1>>")
    made["no pages"] = simple(pages=b"<</Type/Pages/Kids[]/Count 0>>")
    made["no tree"] = simple(catalog=b"<</Type/Catalog>>")
    deep = {f"n{n}": b"<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (n + 1, n - 1) for n in range(6, DEEP)}
    made["a tree ten thousand deep"] = simple(
        pages=b"<</Type/Pages/Kids[6 0 R]/Count 1>>", **deep, last=_PAGE % (b"", b"")
    )
    return {name: written(parts) for name, parts in made.items()} | {
        f"packed: {name}": packed(parts) for name, parts in list(made.items())[:4]
    }


def depths() -> dict[str, bytes]:
    """Brackets in brackets, and objects that stand for themselves."""
    opened = {
        "arrays": b"[" * DEEP + b"]" * DEEP,
        "arrays without end": b"[" * DEEP,
        "dictionaries": b"<</A" * DEEP + b" 1" + b">>" * DEEP,
        "dictionaries without end": b"<</A" * DEEP,
        "brackets in a string": b"(" * DEEP + b")" * DEEP,
    }
    made = {f"catalog: {name}": simple(catalog=b"<</Type/Catalog/Pages 2 0 R/X %s>>" % x) for name, x in opened.items()}
    made |= {f"contents: {name}": simple(TEXT + b" " + x * 20 + b" TJ") for name, x in opened.items()}
    made["graphics states"] = simple(b"q " * 1_000_000 + TEXT)
    made["texts in texts"] = simple(b"BT " * 100_000 + TEXT)
    made["marked contents"] = simple(b"/A <</B 1>> BDC " * 100_000 + TEXT)
    made["an object that is itself"] = simple(page=_PAGE % (b"", b"/Rotate 6 0 R"), itself=b"6 0 R")
    made["two objects that are each other"] = simple(page=_PAGE % (b"", b"/Annots 6 0 R"), a=b"7 0 R", b=b"6 0 R")
    made["contents that list themselves"] = simple(content=b"[4 0 R 4 0 R 5 0 R]")
    made["outlines in a ring"] = simple(
        catalog=b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>",
        outlines=b"<</First 7 0 R/Last 7 0 R>>",
        item=b"<</Title(a)/Next 7 0 R/First 6 0 R>>",
    )
    made["labels in a ring"] = simple(
        catalog=b"<</Type/Catalog/Pages 2 0 R/PageLabels 6 0 R>>", labels=b"<</Kids[6 0 R 6 0 R]>>"
    )
    return {name: written(parts) for name, parts in made.items()}


def bombs() -> dict[str, bytes]:
    """Little that opens up to much, wherever a stream may stand."""
    zeros = deflated(b"\0" * BOMB)
    spaces = deflated(b" " * BOMB)
    twice = stream(_twice(), b"/Filter[/FlateDecode/FlateDecode]")
    many = stream(b"00>" * 10, b"/Filter[%s]" % (b"/ASCIIHexDecode" * 5000))
    words = deflated(b"BT /F 1 Tf 9 700 Td " + b"(sheet ) Tj " * 3_000_000 + b"ET")
    long = deflated(b"BT /F 1 Tf 9 700 Td (" + b"x" * 10_000_000 + b") Tj ET")
    table = b"/Predictor 12/Columns 2147483647/Colors 64/BitsPerComponent 16"
    made = {
        "zeros as contents": simple(content=zeros),
        "spaces as contents": simple(content=spaces),
        "zeros twice deflated": simple(content=twice),
        "five thousand filters": simple(content=many),
        "three million words": simple(content=words),
        "a word of ten million letters": simple(content=long),
        "a huge predictor": simple(content=deflated(TEXT, b"/DecodeParms<<%s>>" % table)),
        "runs": simple(content=stream(b"\x81 " * 500_000, b"/Filter/RunLengthDecode")),
        "zeros for letters": simple(font=_font(b"/ToUnicode 6 0 R"), map=zeros),
        "a map with huge ranges": simple(font=_font(b"/ToUnicode 6 0 R"), map=stream(_CMAP)),
        "zeros as font": simple(
            font=_font(b"/FontDescriptor 6 0 R"), about=b"<</Type/FontDescriptor/FontFile2 7 0 R>>", file=zeros
        ),
        "widths without end": simple(font=_font(b"/FirstChar -2147483648/LastChar 2147483647/Widths[1 2]")),
        "a length far beyond the file": simple(content=b"<</Length 99999999999>>stream\n%s\nendstream" % TEXT),
    }
    return {name: written(parts) for name, parts in made.items()}


_CMAP = (
    b"/CIDInit /ProcSet findresource begin 1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange "
    b"100 beginbfrange " + b"<00000000> <FFFFFFFE> <0041> " * 100 + b"endbfrange end"
)


def _twice() -> bytes:
    return zlib.compress(zlib.compress(b"\0" * (BOMB * 3), 9), 9)


def _font(entries: bytes) -> bytes:
    return b"<</Type/Font/Subtype/TrueType/BaseFont/Helvetica%s>>" % entries


def measures() -> dict[str, bytes]:
    """Pages and type of senseless size."""
    boxes = [
        b"0 0 1e38 1e38",
        b"0 0 2147483648 2147483648",
        b"0 0 NaN NaN",
        b"0 0 0 0",
        b"595 842 0 0",
        b"0 0 -5 -5",
        b"0 0 14400 14400",
        b"0 0 1e-9 1e-9",
        b"(a) (b) (c) (d)",
        b"0 0",
        b"-1e9 -1e9 1e9 1e9",
        b"0 0 200000 8",
    ]
    parts = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/MediaBox[%s]>>"
    made = {f"box {box.decode()}": simple(page=parts % box) for box in boxes}
    made |= {f"empty, box {box.decode()}": simple(b"q Q", page=parts % box) for box in boxes}
    for turn in (b"45", b"-90", b"1e12", b"99999999999", b"(x)"):
        made[f"turned by {turn.decode()}"] = simple(page=_PAGE % (b"", b"/Rotate " + turn))
    for size in (b"0", b"-10", b"1e30", b"1e-30", b"99999999999999999999"):
        made[f"type of {size.decode()}"] = simple(TEXT.replace(b"/F 10 Tf", b"/F %s Tf" % size))
    for matrix in (b"0 0 0 0 0 0", b"1e30 0 0 1e30 0 0", b"1e-30 0 0 1e-30 0 0", b"1 1 1 1 99999999999 -99999999999"):
        made[f"matrix {matrix.decode()}"] = simple(matrix + b" cm " + TEXT)
    made["unit of a million"] = simple(page=_PAGE % (b"", b"/UserUnit 1e6"))
    return {name: written(parts) for name, parts in made.items()}


def indexes() -> dict[str, bytes]:
    """Indexes that lead back to themselves, and holders of objects that hold themselves."""
    plain, modern = written(simple()), packed(simple())
    start = plain.rindex(b"\nxref") + 1
    tail = b"trailer\n<</Size 6/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    index = plain[start : plain.index(b"trailer")]
    ways = {
        "itself": b"/Prev %d" % start,
        "a stream that it is": b"/XRefStm %d" % start,
        "nowhere": b"/Prev 99999999999",
    }
    made = {f"index before: {name}": plain[:start] + index + tail % (way, start) for name, way in ways.items()}
    made["index of four thousand million"] = plain.replace(b"xref\n0 6", b"xref\n0 4000000000")
    made["index that starts before nothing"] = plain.replace(b"xref\n0 6", b"xref\n-5 6")
    made["size of two thousand million"] = plain.replace(b"/Size 6", b"/Size 2147483647")
    made["root that is not there"] = plain.replace(b"/Root 1 0 R", b"/Root 99 0 R")
    made["root that is the page"] = plain.replace(b"/Root 1 0 R", b"/Root 3 0 R")
    made["no index at all"] = plain[:start]
    made["ten thousand updates"] = plain + (index + tail % (b"", start)) * 5000
    made["holder that goes on in itself"] = modern.replace(b"/Type/ObjStm", b"/Extends 6 0 R/Type/ObjStm")
    made["holder of a thousand million"] = modern.replace(b"/N 4", b"/N 1000000000")
    made["holder that begins beyond its end"] = modern.replace(b"/First ", b"/First 99999")
    made["rows of huge width"] = modern.replace(b"/W[1 4 2]", b"/W[1 2147483647 2]")
    made["rows of no width"] = modern.replace(b"/W[1 4 2]", b"/W[0 0 0]")
    made["index of negative parts"] = modern.replace(b"/W[1 4 2]", b"/W[1 4 2]/Index[-5 2147483647]")
    return made


def drawings() -> dict[str, bytes]:
    """Forms in forms and pictures without end."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X %d 0 R>>/Font<</F 5 0 R>>>>"
    image = b"/Type/XObject/Subtype/Image/Width %s/Height %s/BitsPerComponent 1/ColorSpace/DeviceGray"
    shown = _PAGE % (b"/XObject<</X 6 0 R>>", b"")
    ring = simple(TEXT + b" /X Do", page=shown, form=stream(TEXT + b" /X Do /X Do", form % 6))
    laughs = {f"f{n}": stream(b"/X Do " * 10, form % (n + 1)) for n in range(6, 30)}
    made = {
        "a form that draws itself": ring,
        "ten forms in ten forms": simple(TEXT + b" /X Do", page=shown, **laughs, last=stream(TEXT, form % 5)),
    }
    for side in (b"100000", b"2147483647", b"-1"):
        picture = deflated(b"\0" * 1000, image % (side, side))
        made[f"picture {side.decode()} wide"] = simple(b"595 0 0 842 0 0 cm /X Do", page=shown, picture=picture)
    pattern = b"<</PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .0001/YStep .0001/Length 9>>"
    tile = pattern + b"\nstream\n0 0 1 1 re f\nendstream"
    page = _PAGE % (b"/Pattern<</P 6 0 R>>", b"")
    made["a pattern of tiny steps"] = simple(b"/Pattern cs /P scn 0 0 595 842 re f", page=page, tile=tile)
    made["a million strokes"] = simple(content=deflated(b"0 0 m 595 842 l S " * 1_000_000))
    return {name: written(parts) for name, parts in made.items()}


def texts() -> dict[str, bytes]:
    """Strings that no text should hold."""
    odd = [
        b"\\000" * 500,
        b"\\377\\376" * 500,
        b"\x1b[31m\x07",
        b"=1+1",
        b"\r\n" * 500,
        b"." * 200_000,
        b"a " * 100_000,
        b"(" * 10_000,
        b"et al. " * 20_000,
        b"1 2 3 4 5 " * 20_000,
        b"-" * 100_000,
        b"http://" * 10_000,
    ]
    made = {}
    for number, text in enumerate(odd):
        escaped = text.replace(b"(", b"\\(") if b"(" in text else text
        line = b"BT /F .01 Tf 0 100 Td (%s) Tj ET " % escaped
        made[f"odd text {number}"] = written(
            simple(content=deflated(TEXT + b" " + line)), b"/Info<</Title(%s)>>" % escaped
        )
    for name, codes in {"halves": b"D800", "right to left": b"202E", "none": b"FFFE", "far": b"DBFFDFFF"}.items():
        cmap = b"1 beginbfrange <00> <FF> <%s> endbfrange" % codes
        made[f"letters that are {name}"] = written(simple(font=_font(b"/ToUnicode 6 0 R"), map=stream(cmap)))
    return made
