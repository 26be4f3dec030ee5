"""Is it text? Fonts without a map to Unicode give strings that look like text and are none."""

MOST_LETTERS = 0.4  # of the characters, at least so many must be letters
COMMON = 0.02  # of the words, at least so many must be among the commonest of a language
ENOUGH = 60  # words below which shares mean nothing

# the commonest short words of languages written in Latin letters: a paper in any of them is text
_COMMONEST = frozenset(
    """the of and in to a is for that with as by on are from this be or at an
    der die das und den von zu mit des im le la les de du et en des un une que el los y del se por con una
    di il che e per della dei non o os as da do em para com een het van op te och att som i og at er med
    w z na do jest si nie se ve bir ile dan yang""".split()
)


def is_legible(text: str) -> bool:
    """Whether a text is made of words. Texts in other scripts than Latin are judged by letters alone."""
    words = text.lower().split()
    if len(words) < ENOUGH:
        return True
    solid = "".join(words)
    letters = sum(char.isalpha() for char in solid)
    if letters < MOST_LETTERS * len(solid):
        return False
    latin = sum("a" <= char <= "z" for char in solid)
    if latin < 0.5 * letters:
        return _one_script(solid)
    common = sum(word.strip(".,;:()") in _COMMONEST for word in words)
    return common >= COMMON * len(words)


def _one_script(solid: str) -> bool:
    """Whether letters keep to few Unicode blocks, as a writing system's do and a broken map's do not."""
    blocks = {ord(char) >> 8 for char in solid if char.isalpha()}
    return len(blocks) <= 12 or sum("\u3400" <= char <= "\u9fff" for char in solid) > 0.3 * len(solid)
