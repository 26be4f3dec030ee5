"""What sections of papers and reports are called, and what they are for."""

import re

from pipeline.documents import Role

LONGEST_NAME = 60  # characters in the name of a section that papers share

_NUMBER = re.compile(
    r"^\s*(?:(?:(?i:chapter|section|part)\s+)?(?:\d{1,2}(?:\.\d{1,2}){0,4}[.:)]?|[IVX]{1,5}[.:)]"
    r"|(?:II|III|IV|VI{0,3}|IX|XI{0,3})(?=\s)|[A-H](?:\.\d{1,2}){1,4}[.:)]?|[A-H][.:)])|§|■|▪|●)"
    r"(?:\s*\|)?\s+(?=[^\W\d_])"
)
_WORD = re.compile(r"^(?:chapter|section|part)\s+", re.IGNORECASE)
_ROLES: tuple[tuple[Role, str], ...] = (
    (
        "references",
        r"(?:list of )?references(?: (?:and|&) notes?| cited| list)?|bibliography|literature(?: cited)?|works cited"
        r"|cited literature|notes and references|reference list|literature references|list of literature",
    ),
    (
        "abstract",
        r"abstract|a ?b ?s ?t ?r ?a ?c ?t|executive summary|summary|synopsis|summary for policy ?makers",
    ),
    ("front", r"table of contents|contents|list of (?:figures|tables|boxes)"),
    (
        "back",
        r"acknowledge?ments?\b.*|funding(?: (?:and|&|information|sources?|statement)\b.*)?"
        r"|conflicts? of interests?\b.*|competing (?:financial )?interests?\b.*"
        r"|declarations?\b.*"
        r"|disclosures?(?: (?:and|&|statements?|of (?:potential|competing|conflicts?|interests?))\b.*)?"
        r"|authors?['’]? contributions?\b.*|credit author\b.*"
        r"|author (?:information|details|notes?)|(?:list of )?abbreviations\b.*|nomenclature"
        r"|(?:data|code)(?: and \w+)? availability\b.*|availability of data\b.*|ethic\w*\b.*"
        r"|credit author\w*\b.*|consent\b.*|publisher['’]?s note|about the authors?|additional \w+|end ?notes|notes"
        r"|pre-publication history|orcid|copyright\b.*",
    ),
    (
        "appendix",
        r"appendi(?:x|ces)\b.*|annex(?:es|ures?)?\b.*|supplement(?:s|ary|al)\b.*|supporting information\b.*"
        r"|additional files?\b.*",
    ),
    (
        "policy",
        r"(?:.*\b)?(?:polic(?:y|ies)|managerial|practical) (?:implications?|recommendations?|suggestions?"
        r"|proposals?|options|insights|relevance)\b.*|recommendations?(?: for .*)?",
    ),
    (
        "conclusion",
        r"(?:summary,? (?:and )?)?(?:discussion and )?(?:the )?conclu(?:sions?|ding remarks)\b.*|final remarks|outlook",
    ),
    ("discussion", r"(?:general )?discussions?\b.*"),
    ("results", r"(?:\w+ )?results?\b.*|(?:main |key |empirical )?findings\b.*"),
    (
        "methods",
        r"(?:\w+ ){0,2}(?:methods?|methodolog(?:y|ies)|materials?)\b.*|experimental(?: \w+)?|research design"
        r"|(?:study|survey) (?:area|design|site)\b.*|data(?: (?:sources?|collection|and \w+))?|data analysis"
        r"|statistical analysis",
    ),
    ("introduction", r"(?:general )?introduction\b.*|background\b.*"),
)
_PATTERNS = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _ROLES)
_NAMED = re.compile(
    r"(?:abstract|a b s t r a c t|summary|executive summary|(?:table of )?contents"
    r"|(?:\w+ (?:and|&) )?(?:introduction|background|methods?"
    r"|methodology|results?|discussions?|conclusions?)(?: (?:and|&) (?:methods?|discussions?|results?|conclusions?"
    r"|recommendations?|perspectives|outlook|policy implications|analysis|materials?|data|limitations|motivation))?"
    r"|methods ?/ ?design|experimental|findings|concluding remarks|policy (?:implications|recommendations)"
    r"|literature review|acknowledge?ments?|references(?: (?:and|&) notes?)?|bibliography|literature(?: cited)?"
    r"|works cited|appendi(?:x|ces)(?: [a-z0-9])?|annex(?:es)?(?: [a-z0-9]+)?|supplementary materials?|abbreviations"
    r"|(?:declaration of )?competing interests?|conflicts? of interests?|authors?['’]? contributions?|funding"
    r"|data availability(?: statement)?|credit authorship contribution statement|nomenclature|declarations)[.:]?",
    re.IGNORECASE,
)

KEYWORDS = re.compile(r"^(?:key ?-?words?|index terms|jel(?: class\w*)?|subject headings)\b", re.IGNORECASE)
FLOATING = re.compile(
    r"^(?:(?:(?:supplementary|extended data)\s+)?(?:fig(?:ure|\.)|tab(?:le|\.)|box|scheme|plate|chart|graph|map|exhibit"
    r"|diagram|photo|algorithm)s?\s*(?:[a-z]{0,2}[.-]?\d|[ivxl]+\b|[.:])|(?:source|note)s?\s*[:.])",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"@|https?://|©|\b(?:copyright|licen[cs]e|received\b.*\d{4}|correspond|department of|universit|citation:"
    r"|issn\b|doi\b|published\b.*\d{4}|editor|conflicts? of interest|funding"
    r"|open.access article|distributed under|creative commons|all rights reserved|corresponding author)",
    re.IGNORECASE,
)


def bare(heading: str) -> str:
    """A heading without its number and closing mark."""
    found = _NUMBER.match(heading)
    return heading[found.end() if found else 0 :].strip().rstrip(".:").strip()


def number(heading: str) -> str:
    """A heading's number as written, such as "2.1" or "IV", or an empty string."""
    found = _NUMBER.match(heading)
    return _WORD.sub("", found.group().strip()).rstrip(".:)| ") if found else ""


def depth(numbered: str) -> int:
    """How deep a heading stands by its number: 1 for "2", "IV" and "B", 2 for "2.1"."""
    return numbered.count(".") + 1


def counted(numbered: str) -> tuple[int, ...]:
    """The parts of a number in figures: (2, 1) for "2.1"."""
    return tuple(int(part) for part in re.findall(r"\d+", numbered))


def is_named(line: str) -> bool:
    """Whether a line is nothing but a section name that papers share, numbered or not."""
    if (
        len(line) > LONGEST_NAME
        or not line[:1].isalnum()
        or (line[:1].islower() and line not in ("abstract", "a b s t r a c t"))
    ):
        return False  # small capitals come out small
    return bool(_NAMED.fullmatch(bare(line)))


def role_of(heading: str) -> Role | None:
    """The role that a heading tells, or None."""
    title = bare(heading)
    return next((role for role, pattern in _PATTERNS if pattern.fullmatch(title)), None)


def is_note(text: str) -> bool:
    """Whether a paragraph is of the kind that title pages carry: addresses, dates, licences."""
    return len(_NOISE.findall(text)) >= (1 if len(text) < 300 else 2)


def letters(text: str) -> str:
    """The letters and digits of a text in lower case, by which two printings of one title are the same."""
    return "".join(char for char in text.lower() if char.isalnum())
