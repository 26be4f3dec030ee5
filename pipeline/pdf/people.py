"""The lines under a title -> the names of authors."""

import re
import unicodedata
from collections.abc import Sequence

from pipeline.pdf.build import Paragraph
from pipeline.pdf.names import is_named, letters
from pipeline.pdf.raw import RAISED, Raw, RawPage

REACH = 12  # paragraphs after the title in which authors are looked for
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
_FIRST_WORD = re.compile(r"\w+\s+(?:of|for|de|für)\b|\W")
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
    if address and parts and not (_is_name(parts[-1]) and _FIRST_WORD.match(text, address.start())):
        parts.pop()  # the address began before the word that tells it: "Stanford University"
    parts = _paired(parts)
    named = [part for part in parts if _is_name(part)]
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


def _is_name(text: str) -> bool:
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


def _are_words(found: Sequence[str], text: str) -> bool:
    """Whether each of the names holds a word that the text writes small: headings do, names rarely."""
    return all(any(f" {w.lower()} " in text for w in name.split() if len(w) > 3) for name in found)


def _is_small(name: str, text: str) -> bool:
    """Whether the text writes all of a name's words small."""
    long = [word.lower() for word in name.split() if len(word) > 3]
    return bool(long) and all(f" {word} " in text for word in long)


def listed(line: str, text: str) -> tuple[str, ...]:
    """The names in a line of authors; none where they are but words of the text, as those of a title are."""
    found = names(line)
    return () if _are_words(found, text) else found


def authors(raw: Raw, text: str, paragraphs: Sequence[Paragraph], at: int) -> tuple[str, ...]:
    """Names in the paragraphs after the title, as written, up to the first that holds none; else the PDF's own.

    What is no more than words, as a report's headings are, or stands without any sign of authors (two names, marks,
    an address or an abstract after them) is not taken for names.
    """
    after = paragraphs[at : at + REACH]
    found = _run(raw, text, after) or _run(raw, text, _under(paragraphs, at))
    return found or _told(raw, text)


def _under(paragraphs: Sequence[Paragraph], at: int) -> list[Paragraph]:
    """The paragraphs of the title's page that the file holds before it, from top to bottom."""
    if not paragraphs:
        return []
    page = paragraphs[max(at - 1, 0)].lines[0].page
    before = [p for p in paragraphs[: max(at - 1, 0)] if p.lines[0].page == page]
    return sorted(before, key=lambda p: p.lines[0].top)[:REACH]


def _run(raw: Raw, text: str, paragraphs: Sequence[Paragraph]) -> tuple[str, ...]:
    """The names of the first paragraphs that hold some, where they are those of authors.

    Authors who stand one by one may have their addresses between them.
    """
    said: list[str] = []
    first: Paragraph | None = None
    rest = ""
    for paragraph in paragraphs:
        line = plain_text(paragraph, raw.pages)
        if _names_with(said, line) and _alike(first, paragraph, line) and not (rest and len(names(line)) != 1):
            said.append(line)
            first = first or paragraph
        elif said and any(char.isalpha() for char in line):
            rest = rest or line
            if not (ORGANISATION.search(line) and all(len(names(one)) == 1 for one in said)):
                break  # else an author's address may stand before the next author
    whole = _joined(said)
    found = names(whole) or tuple(name for line in said for name in names(line))
    if len(found) > 1:  # a department's name among the names
        found = tuple(name for name in found if not _is_small(name, text)) or found
    return found if found and _are_authors(found, whole, rest, text) else ()


def _names_with(said: list[str], line: str) -> tuple[str, ...]:
    return names(f"{said[-1]} {line}" if said and _splits(said[-1], line) else line)


def _joined(lines: list[str]) -> str:
    """Lines of authors in one: a name that two lines share is put together, an address goes."""
    whole = lines[0] if lines else ""
    for line in lines[1:]:
        whole = f"{whole} {line}" if _splits(whole, line) else f"{_before_address(whole)} ; {line}"
    return whole


def _before_address(line: str) -> str:
    address = ORGANISATION.search(line)
    return line[: address.start()] if address else line


def _splits(before: str, line: str) -> bool:
    """Whether a name is split between two paragraphs: the second one starts with the single word that ends it."""
    if re.search(r"(?:[,;&]|\band)$", before.strip()) or line[:1] in ",;&":
        return True
    if is_named(line) or ORGANISATION.match(line):
        return False
    head = re.split(r"[,;&\d^*]|\band\b", line, maxsplit=1)[0].split()
    return len(head) == 1 and not re.search(r"[\d^*]$", before.strip())


def _alike(first: Paragraph | None, paragraph: Paragraph, line: str) -> bool:
    """Whether a paragraph is in no smaller type than the first one with authors, or goes on from it."""
    return first is None or line[:1] in ",;&" or paragraph.size > 0.94 * first.size


def _are_authors(found: tuple[str, ...], said: str, rest: str, text: str) -> bool:
    """Whether names are those of authors, by two signs of it, or one where their words are no others of the text."""
    signs = [
        len(found) > 1,
        bool(re.search(r"[\d*†‡^∗]", said)),
        bool(ORGANISATION.search(said) or ORGANISATION.search(rest) or "@" in rest),
        said.lower().startswith("by "),
        is_named(rest),
    ]
    words = _are_words(found, text)
    return sum(signs) >= (3 if words else 1 if len(found) > 1 and not said.isupper() else 2)


def _told(raw: Raw, text: str) -> tuple[str, ...]:
    """The authors in the PDF's information, where all of them are names that the first pages have too."""
    told = names(raw.author)
    head = letters(text[:8000])
    return told if all(letters(word) in head for name in told for word in (name.split()[0], name.split()[-1])) else ()
