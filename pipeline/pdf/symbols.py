"""Letters that symbol fonts draw as other signs, where the file does not say so.

The tables are those of the fonts' own encodings (Adobe's Symbol, Linotype's Mathematical Pi 1), which some files
leave as plain letters: a "µg" of such a file reads "mg".
"""

import re
from collections.abc import Iterator
from functools import cache

_GREEK = dict(zip("abgdehklmprstw", "αβγδεηκλμπρστω", strict=True))
_PI = _GREEK | {"5": "=", "1": "+", "2": "−", "3": "×", "6": "±"}
_FONTS: tuple[tuple[re.Pattern[str], dict[str, str]], ...] = (
    (re.compile(r"symbol", re.I), _GREEK),
    (re.compile(r"(?:math(?:ematical)?|adv)-?pi-?(?:1|one)\b", re.I), _PI),
    (re.compile(r"AdvP7DA6$"), _GREEK),  # the same signs under names that typesetters gave their fonts
    (re.compile(r"Adv(?:P4C4E74|MT_SY)$"), {"¼": "="}),
    (re.compile(r"AdvPS44A44B$"), {"e": "–"}),
    (re.compile(r"AdvPSMP13$"), {"a": "α", "b": "β", "c": "γ", "d": "δ", "l": "μ"}),
)
# where such a sign is likely, so that few fonts need be asked for: before a unit, alone, or between numbers
_LIKELY = re.compile(  # it finds what stands before the sign, for few signs do
    r"[\s\d(~)](?=[abcdegklm12356¼])(?:(?<!\))(?=[ml](?:[gmlLMAs/]|(?!\S))|[abcgdk](?![^\s,)-]))|(?<=\s)(?=[51236e¼](?!\S))"
    r"|(?<=[\d)])(?=e(?:[\d(]|(?!\S))))"
)


def likely(text: str) -> Iterator[int]:
    """Where in a page's text a symbol may stand for a letter."""
    return (found.start() for found in _LIKELY.finditer(" " + text))


@cache
def meant(font: str, char: str) -> str:
    """The sign that a font draws for a letter."""
    return next((signs.get(char, char) for name, signs in _FONTS if name.search(font)), char)
