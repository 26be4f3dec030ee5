"""What sections of papers and reports are called, and what they are for."""

import re

from pipeline.records import Role

_NUMBER = re.compile(r"^\s*(?:(?:\d{1,2}|[IVX]{1,4}|[A-H])(?:\.\d{1,2}){0,4}[.:)]?|§|■|▪|●)\s+(?=[^\W\d_])")
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
    (
        "back",
        r"acknowledge?ments?\b.*|funding\b.*|conflicts? of interests?\b.*|competing (?:financial )?interests?\b.*"
        r"|declarations?\b.*|disclosures?\b.*|authors?['’]? contributions?\b.*|credit author\b.*"
        r"|author (?:information|details|notes?)|(?:list of )?abbreviations\b.*|nomenclature|supplement\w* \w+.*"
        r"|supporting information\b.*|(?:data|code)(?: and \w+)? availability\b.*|availability of data\b.*|ethic\w*\b.*"
        r"|consent\b.*|open access|publisher['’]?s note|about the authors?|additional \w+|end ?notes|notes"
        r"|pre-publication history|orcid|appendi(?:x|ces)\b.*|annex(?:es)?\b.*|table of contents|contents"
        r"|list of (?:figures|tables)|copyright\b.*",
    ),
    (
        "policy",
        r"(?:.*\b)?(?:polic(?:y|ies)|managerial|practical) (?:implications?|recommendations?)\b.*|recommendations?",
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
    r"(?:abstract|a b s t r a c t|summary|executive summary|(?:\w+ and )?(?:introduction|background|methods?"
    r"|methodology|results?|discussions?|conclusions?)(?: and (?:methods?|discussions?|results?|conclusions?"
    r"|recommendations?|perspectives|outlook))?|experimental|findings|concluding remarks|policy (?:implications"
    r"|recommendations)|acknowledge?ments?|references(?: (?:and|&) notes?)?|bibliography|literature(?: cited)?"
    r"|works cited|appendi(?:x|ces)(?: [a-z0-9])?|annex(?:es)?(?: [a-z0-9]+)?|supplementary materials?|abbreviations"
    r"|competing interests?|conflicts? of interests?|authors?['’] contributions|funding)[.:]?",
    re.IGNORECASE,
)


def bare(heading: str) -> str:
    """A heading without its number and closing mark."""
    return _NUMBER.sub("", heading).strip().rstrip(".:").strip()


def number(heading: str) -> str:
    """A heading's number as written, such as "2.1", or an empty string."""
    found = _NUMBER.match(heading)
    return found.group().strip().rstrip(".:)") if found else ""


def is_named(line: str) -> bool:
    """Whether a line is nothing but a section name that papers share, numbered or not."""
    if len(line) > 60 or not line[:1].isalnum() or line[:1].islower():
        return False
    return bool(_NAMED.fullmatch(bare(line)))


def role_of(heading: str) -> Role | None:
    """The role that a heading tells, or None."""
    title = bare(heading)
    return next((role for role, pattern in _PATTERNS if pattern.fullmatch(title)), None)
