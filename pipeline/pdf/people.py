"""Lines under a title -> the names of authors in them."""

import re
import unicodedata
from collections.abc import Sequence

from pipeline.pdf.build import Paragraph
from pipeline.pdf.raw import RAISED, RawPage

ORGANISATION = re.compile(
    r"\b(?:univers|institut|depart|dept\b|school|college|colegio|centre|center|centro|facul|laborator|hospital|ministry"
    r"|minist[eè]r|academy|academia|escuela|[eé]cole|hochschule|agency|council|commission|corporation|company|gmbh"
    r"|ltd\b|inc\b|foundation|association|programme?\b|corresp|author|received|copyright|e-?mail|road|street|avenue"
    r"|p\.?o\.? box|editor|journal|open access|research|review|article|abstract|version|draft|working paper"
    r"|group\b|labs?\b|republic)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\([^)]*\)|[\d*†‡§¶#∗⁎✉^∥‖]+|(?<=[\s,])[a-h](?:\s?,\s?[a-h])*(?=[\s,;]|$)")
_TAIL = re.compile(r"(.*?[^\W\d_].*?)([a-z](?:,(?:[a-z][*†‡∗]*|[*†‡∗]+))+,?|[a-z]|[\d*†‡§¶#∗⁎,]+)([,;.]?)")
_LETTERS = re.compile(
    r"[^\W\d_]{2}[a-h](?:,(?:[a-h][*†‡∗]*|[*†‡∗]+))+,?$"
)  # letters parted by commas are marks, raised or not
_DEGREES = (
    r"(?:Ph\.?\s?D|M\.?D|M\.?Sc|M\.?A|B\.?Sc|MB(?:ChB|BS)?|MM|MPH|MBA|FRCP?|MRCP|RN|PharmD|DVM|FAAN"
    r"|Dr|Prof(?:essor)?|Mrs?|Ms|Jr|Sr|I{2,3})"
)
_DEGREE = re.compile(rf"{_DEGREES}\.?[a-z]?", re.IGNORECASE)
_TITLES = re.compile(rf"^(?:(?:{_DEGREES}|by)\b\.?\s+)+|(?:\s+{_DEGREES}\.?)+$", re.IGNORECASE)
_PARTS = re.compile(r"[,;&·•|^]|\band\b|\bund\b|\s\.\s")
_GLUED = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z])")  # "Xin-MingCao", where the file has no space
_OTHERS = re.compile(r"\bet al\b\.?")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")
_TURNED = re.compile(r"([^\W\d_][\w’'-]+(?: [^\W\d_][\w’'-]+){0,2}) ((?:[A-Z]\.?-?){1,3})")  # surname, then initials
_PARTICLES = frozenset(
    "de da do dos das del della di du von van vom der den la le el bin ibn al ter ten y e und zu".split()
)
_NEVER = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)$"
    r"|\b(?:china|germany|usa|india|brazil|japan|france|italy|spain|kingdom|states|sweden|norway|canada|australia|mexico)$"
    r"|^(?:dear|table|contents|figure|annex|chapter|report|summary|submission)\b",
    re.IGNORECASE,
)
_ACCENTS = {"´": "\u0301", "`": "\u0300", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "¸": "\u0327"}
_ACCENTED = re.compile(f"([^\\W\\d_])([{''.join(_ACCENTS)}])")


def plain_text(paragraph: Paragraph, pages: Sequence[RawPage]) -> str:
    """A paragraph's text with "^" for the raised marks that end its words: "Lin^," for "Lin" with a raised "a,"."""
    words: list[str] = []
    for line in paragraph.lines:
        page = pages[line.page - 1]
        raised = (page.style[line.first : line.last] & RAISED).tolist()
        texts = page.texts[line.first : line.last]
        words += [_unmarked(w) if mark or _LETTERS.search(w) else w for w, mark in zip(texts, raised, strict=True)]
    return _ACCENTED.sub(lambda m: unicodedata.normalize("NFC", m[1] + _ACCENTS[m[2]]), " ".join(words))


def _unmarked(word: str) -> str:
    match = _TAIL.fullmatch(word)
    return f"{match[1]}^{match[3]}" if match and match[2] else word


def names(text: str) -> tuple[str, ...]:
    """The names of persons in a line of authors, in the order given name, surname; none where it is something else.

    The line ends where an address begins. Degrees, marks and "et al." are left out.
    """
    address = ORGANISATION.search(text)
    line = _OTHERS.sub(" ", text[: address.start()] if address else text)
    if not line.strip() or len(line) > 2500:
        return ()
    parts = [_part(part) for part in _PARTS.split(_MARKS.sub(" ^ ", line))]
    parts = [part for part in parts if part and not _DEGREE.fullmatch(part)]
    if address and parts and not is_name(parts[-1]):
        parts.pop()  # the address began before the word that tells it
    parts = _paired(parts)
    named = [part for part in parts if is_name(part)]
    if not named or len(named) < 0.7 * len(parts):
        return ()
    turned = [_TURNED.fullmatch(name) for name in named]
    if sum(match is not None for match in turned) > 0.6 * len(named):
        return tuple(f"{m[2]} {m[1]}" if m else name for m, name in zip(turned, named, strict=True))
    return tuple(named)


def _part(text: str) -> str:
    stripped = " ".join(text.split()).strip(" -–:")
    if _INITIALS.fullmatch(stripped):
        return stripped
    stripped = stripped.strip(". ")
    whole = _TITLES.sub("", stripped).strip() if len(stripped) > 1 else ""
    return whole if " " in whole else _GLUED.sub(" ", whole)


def _paired(parts: list[str]) -> list[str]:
    """Surnames that commas part from their initials ("Adams", "J.") put together."""
    if len(parts) < 2 or not all(_INITIALS.fullmatch(part) for part in parts[1::2]) or len(parts) % 2:
        return parts
    return [f"{given} {surname}" for surname, given in zip(parts[::2], parts[1::2], strict=True)]


def is_name(text: str) -> bool:
    """Whether text looks like a person's name: two to six capitalised words or particles, no digit."""
    words = text.split()
    if (
        not len(words) >= 2
        or sum(w not in _PARTICLES for w in words) > 6
        or len(text) > 60
        or ORGANISATION.search(text)
        or _NEVER.search(text)
    ):
        return False
    plain = all(re.sub(r"[-’'.‐`´]", "", word).isalpha() for word in words)
    long = any(len(word.strip(".")) > 1 for word in words)
    return plain and long and words[-1][0].isupper() and all(w[0].isupper() or w.lower() in _PARTICLES for w in words)


def are_words(found: Sequence[str], text: str) -> bool:
    """Whether each of the names holds a word that the text writes small: headings do, names rarely."""
    return all(any(f" {w.lower()} " in text for w in name.split() if len(w) > 3) for name in found)
