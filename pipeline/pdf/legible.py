"""Is it text? Fonts without a map to Unicode give strings that look like text and are none."""

import re
from collections.abc import Sequence
from string import ascii_lowercase

MOST_LETTERS = 0.4  # of the characters, at least so many must be letters
COMMON = 0.02  # of the words, at least so many must be among the commonest of a language
ENOUGH = 60  # words below which shares mean nothing
PASSAGE = 8  # the same for a passage, which is judged by its letters
SELDOM = 0.05  # of its words, so many may be common by chance
LETTERS = 40  # letters that must be there for that
OFTEN = 0.45  # of Latin letters, at least so many are among the commonest nine; by chance, 0.35 are
UNMAPPED = 0.3  # of the characters, at most so many stand for no letter of Unicode, and as many at least are letters
KINDS = 12  # of signs: rows of dots have fewer

# the commonest short words of languages written in Latin letters: a paper in any of them is text
_COMMONEST = frozenset(
    """the of and in to a is for that with as by on are from this be or at an
    der die das und den von zu mit des im le la les de du et en des un une que el los y del se por con una
    di il che e per della dei non o os as da do em para com een het van op te och att som i og at er med
    w z na do jest si nie se ve bir ile dan yang""".split()
)
_NUMBER = re.compile(r"[\W_]*\d[\W\d_]*")
_COMMON_WORDS = frozenset(word for word in _COMMONEST if len(word) > 1)
_COMMON_LETTERS = frozenset("etaoinshr")  # of English; they make up more than half of any text in Latin letters


def is_garbled(words: Sequence[str]) -> bool:
    """Whether the words of a passage or page are signs by chance; few words, or other scripts than Latin, never are."""
    if len(words) < PASSAGE or sum(map(_COMMON_WORDS.__contains__, words)) > SELDOM * len(words):
        return False
    low = [word.lower() for word in words]
    solid = "".join(low)
    if sum("\ue000" <= char <= "\uf8ff" or char == "\ufffd" for char in solid) > UNMAPPED * len(solid):
        return True
    if sum(char.isalnum() for char in solid) < UNMAPPED * len(solid):
        return len(set(solid)) > KINDS
    long = [word for word in low if len(word) > 3 and word.isalpha() and word.isascii()]
    latin = "".join(long)
    if len(long) < MOST_LETTERS * len(low) or len(latin) < LETTERS:
        return False
    return sum(char in _COMMON_LETTERS for char in latin) < OFTEN * len(latin)


def is_legible(text: str) -> bool:
    """Whether a text is made of words. Texts in other scripts than Latin are judged by letters alone."""
    words = text.lower().split()
    if len(words) < ENOUGH:
        return True
    solid = "".join(words)
    if sum(map(solid.count, _COMMON_LETTERS)) < 0.5 * len(solid):  # else there are Latin letters enough
        letters, latin = sum(map(str.isalpha, solid)), sum(map(solid.count, ascii_lowercase))
        if letters < MOST_LETTERS * len(solid):
            told = [word for word in words if not _NUMBER.fullmatch(word)]  # numbers are text, and tell nothing
            return len(told) < len(words) and is_legible(" ".join(told))
        if latin < 0.5 * letters:
            return _one_script(solid)
    common = sum(map(_COMMONEST.__contains__, words))
    if common < COMMON * len(words):
        common = sum(word.strip(".,;:()") in _COMMONEST for word in words)
    return common >= COMMON * len(words)


def _one_script(solid: str) -> bool:
    """Whether letters keep to few Unicode blocks, as a writing system's do and a broken map's do not."""
    blocks = {ord(char) >> 8 for char in solid if char.isalpha()}
    return len(blocks) <= 12 or sum("\u3400" <= char <= "\u9fff" for char in solid) > 0.3 * len(solid)
