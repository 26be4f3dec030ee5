"""What every reader hands on: pages of words with boxes, before any thought about layout."""

import math
import re
import unicodedata
import zlib
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import compress
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

HYPHEN_BREAK = "\x02"  # ends a word that its line break cut at a hyphen, as pdfium marks it

BOLD, ITALIC = 1, 2
LEAD = 2  # bits by which the style of a line's first letter is shifted
RAISED = 16  # the word ends in a small raised mark
FONT = 8  # bits by which the number of a line's font is shifted
SMALLEST = 1.0  # points: a word's box is at least so wide and high

_ODD = re.compile(r"[^ -_a-~\x02]")
_MATHS = re.compile("[\U0001d400-\U0001d7ff]")  # italic and bold letters of formulas
_LIGATURES: dict[int, str] = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_DASHES: dict[int, str] = {0x2010: "-", 0x2011: "-"}  # hyphen and non-breaking hyphen, to be found like any other
# points of symbol fonts, in the private range, and what they draw in one that text is set with
_SYMBOLS: dict[int, str] = dict.fromkeys((0xF09F, 0xF0A7, 0xF0A8, 0xF0B7, 0xF0D8, 0xF0FC), "•") | {
    0xF0A3: "≤",
    0xF0B0: "°",
    0xF0B1: "±",
    0xF0B3: "≥",
    0xF0B4: "×",
}
_PLAIN = _LIGATURES | _DASHES | _SYMBOLS
_BOLD = re.compile(
    r"(?i:bold|black|heavy|demi)|(?:CM|SF)BX|[-.]B(?:d|lk)?(?:Cn)?(?:It?|O)?\b|[-_]bi?\b|-Medi(?:Ital)?\b|-Hv"
)
_ITALIC = re.compile(r"(?i:italic|oblique)|It(?:al)?\b|[-.]BI\b|[-.]I\b|[-_]b?i\b|(?:CM|SF)TI|-(?:Bd)?(?:Cn)?O\b")
_SUBSET = re.compile(rb"^[A-Z]{6}\+|\+(?:fb|20)$")
# accents that some fonts draw beside their letter; which of the two letters beside it, its neighbours tell
_ACCENTS = {"´": "\u0301", "`": "\u0300", "ˆ": "\u0302", "˜": "\u0303", "¨": "\u0308"}
_SPACING = re.compile("[´`ˆ˜¨]")
_LETTER = r"[^\W\d_]"
_ACCENT_AFTER = re.compile(
    f"(?<={_LETTER})(?:([aeiouAEIOU])([´`ˆ˜¨])(?={_LETTER})(?![aeiouy]|s\\W*$)|([eao])([´˜¨])(?=\\W*$))|(ı)([´`ˆ¨])|([nN])(˜)"
)
_ACCENT_BEFORE = re.compile(f"(?<={_LETTER})(?<![aeiouyı])(?<!n(?=˜))([´`ˆ˜¨])([aeiouıAEIOU])|([´`ˆ¨])(ı)|(˜)([nN])")
_NOTHING = frozenset(("", HYPHEN_BREAK))  # what is no word
_GONE = {"Cc", "Cf", "Cs", "Cn"}  # controls, soft hyphens and joiners, lone surrogates, non-characters


@dataclass(frozen=True, slots=True, eq=False)
class RawPage:
    """One page's n words in reading order.

    `box`: float32 (n, 4) as x0, top, x1, bottom in points from the top left of the page as shown.
    `breaks`: bool (n,), True where the reader saw a line begin. `style`: uint16 (n,), BOLD and ITALIC added up
    of the line that the word stands in, the same of its first letter shifted by LEAD, RAISED of the word itself,
    and shifted by FONT a number from 1 to 255 for the line's font, 0 where it has several. `size`: float32 (n,),
    the type size in points of the line.
    A word holds no white space; one that ends in HYPHEN_BREAK goes on in the next word. `ocr` says that
    they were read from a picture. `rules`: float32 (m, 4), boxes of the level and plumb strokes on the page.
    """

    number: int
    label: str
    width: float
    height: float
    texts: list[str]
    box: NDArray[np.float32]
    breaks: NDArray[np.bool_]
    style: NDArray[np.uint16]
    size: NDArray[np.float32]
    ocr: bool = False
    rules: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """A whole file: its pages, what its PDF information says, and what read it."""

    pages: list[RawPage]
    title: str
    date: str
    reader: str
    author: str = ""
    subject: str = ""


@cache
def font_style(font: str) -> int:
    """The style that a font's name tells, as in "ABCDEF+Times-BoldItalic" or "AdvTT3b30f6db.B"."""
    return BOLD * bool(_BOLD.search(font)) + ITALIC * bool(_ITALIC.search(font))


@lru_cache(maxsize=4096)
def line_style(first: bytes, last: bytes) -> int:
    """The style of a line, as RawPage has it, from the names of the fonts of its first and last letter.

    A font's number is the same for all its subsets; two fonts rarely share one.
    """
    lead = font_style(first.decode("utf-8", "replace"))
    both = lead & font_style(last.decode("utf-8", "replace"))
    a, b = (zlib.crc32(_SUBSET.sub(b"", font)) % 255 + 1 for font in (first, last))
    return both | lead << LEAD | (a if a == b else 0) << FONT


@lru_cache(maxsize=65_536)
def clean(word: str) -> str:
    """A word in the characters people type: ligatures spelled out, accents joined, controls gone."""
    if not _ODD.search(word):
        return word
    word = _accented(word) if _SPACING.search(word) else word
    paired = word.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    form: Literal["NFC", "NFKC"] = "NFKC" if _MATHS.search(paired) else "NFC"
    plain = unicodedata.normalize(form, paired.translate(_PLAIN))
    return "".join(c for c in plain if c == HYPHEN_BREAK or _kept(c))


def _accented(word: str) -> str:
    """A word with the accents that stand beside their letters put over them, where it is clear over which."""

    def over(letter: str, accent: str) -> str:
        return unicodedata.normalize("NFC", letter.replace("ı", "i") + _ACCENTS[accent])

    def two(match: re.Match[str]) -> list[str]:
        return [group for group in match.groups() if group]

    word = _ACCENT_BEFORE.sub(lambda match: over(*reversed(two(match))), word)
    return _ACCENT_AFTER.sub(lambda match: over(*two(match)), word)


def _kept(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in _GONE


def select(page: RawPage, rows: NDArray[np.intp], begins: NDArray[np.bool_] | None = None) -> RawPage:
    """The page with these of its words, in this order; lines begin where they did, or where `begins` says.

    A line whose first word is left out begins with the next one.
    """
    if begins is None:
        line = np.cumsum(page.breaks)
        begins = np.diff(line[rows], prepend=-1) != 0
    texts = [page.texts[row] for row in rows.tolist()]
    return replace(page, texts=texts, box=page.box[rows], breaks=begins, style=page.style[rows], size=page.size[rows])


def quantile(values: ArrayLike, share: float) -> float:
    """The number below which `share` of one number or more lie, as np.quantile tells it, which takes ten times as long
    for its checks."""
    ordered = np.sort(values).tolist()
    at = share * (len(ordered) - 1)
    low, high = ordered[int(at)], ordered[math.ceil(at)]
    return float(low + (high - low) * (at - int(at)))


def page(
    number: int,
    label: str,
    extent: tuple[float, float],
    texts: list[str],
    box: NDArray[np.floating[Any]],
    breaks: NDArray[Any],
    style: NDArray[Any],
    size: NDArray[Any],
) -> RawPage:
    """A RawPage with cleaned words, boxes put in order and inside the page, and no empty or unseen words."""
    width, height = extent
    words = list(map(clean, texts))
    ordered, seen = _on_page(box.reshape(-1, 4).astype(np.float32), width, height)
    keep = seen & ~np.fromiter(map(_NOTHING.__contains__, words), bool, len(words))
    # a line that began with a dropped word begins with the next one
    begun = np.maximum.accumulate(np.where(breaks, np.arange(len(words)), -1)) if len(words) else breaks
    kept = np.flatnonzero(keep)
    starts = np.concatenate(([True], begun[kept[1:]] > kept[:-1])) if len(kept) else breaks[:0]
    texts = list(compress(words, keep.tolist()))
    return RawPage(
        number,
        label,
        width,
        height,
        texts,
        ordered[kept],
        starts.astype(bool),
        style[kept].astype(np.uint16),
        size[kept].astype(np.float32),
    )


def _on_page(box: NDArray[np.float32], width: float, height: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Boxes with their edges in order and inside the page, and which of them are on the page at all.

    Fonts that give no measure for a letter give it an empty box; it gets a point's width and height.
    """
    x0, y0, x1, y1 = np.nan_to_num(box).T
    (left, right, within_x), (top, bottom, within_y) = _along(x0, x1, width), _along(y0, y1, height)
    return np.stack((left, top, right, bottom), axis=1), within_x & within_y


def _along(
    a: NDArray[np.float32], b: NDArray[np.float32], most: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Lower and upper edges within 0 and `most`, and where something is left between them, of edges in any order."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    middle = (low + high) / 2
    shut = (high - low < SMALLEST) * np.float32(SMALLEST / 2)
    low, high = np.clip(low - shut, 0, most), np.clip(high + shut, 0, most)
    return low, high, (middle >= 0) & (middle <= most) & (low < high)
