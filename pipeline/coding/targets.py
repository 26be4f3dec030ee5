"""The figures of a target: how much, of what, by when and against when."""

import re

from pipeline.records import Target

_AMOUNT = r"\d+(?:[.,]\d+)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_UNIT = (
    r"\\?%|percent\b|per cent\b|percentage points\b|°C|degrees C\b|(?:GW|MW|TWh|GWh|kWh|PJ|EJ|Mtce|tce)\b"
    r"|(?:million |billion )?(?:tonnes|tons|tce|t|Mt|Gt|kt)\b(?: (?:of )?(?:CO2|carbon dioxide|coal equivalent)\b)?"
)
_QUANTITY = re.compile(
    rf"(?<![\w.,])(?!(?:19|20)\d\d\b)(?P<low>{_AMOUNT})"
    rf"(?:\s?(?:%|percent|per cent)?\s?(?:-|–|to|and)\s?(?P<high>{_AMOUNT}))?"
    rf"\s?(?P<unit>{_UNIT})"
)
_BY = re.compile(rf"\b(?:by|until|before|in|for|to|till)\s(?:the\s)?(?:end of\s|year\s|around\s)*{_YEAR}(?!\s?level)")
_PERIOD = re.compile(rf"\b(?:19|20)\d\d\s?(?:-|–|to|and)\s?{_YEAR}")
_BASE = re.compile(
    r"\b(?:compared (?:to|with)|relative to|against|from|below|over|on|versus|than)\s(?:the\s)?"
    rf"(?:levels? (?:of|in)\s|(?:those|that) (?:of|in)\s|base(?:line)? (?:year )?(?:of )?)?{_YEAR}(?!\s?[-–]\s?\d)"
)
_THING = r"(?:the\s|its\s|their\s)?(?P<what>[A-Za-z][\w\s,/-]{2,60}?)"
_OF = re.compile(
    r"^(?:\s*(?:reduction|cut|decrease|decline|increase|improvement|share|drop|saving)s?)?\s*(?:of|in|from)\s"
    + _THING
    + r"(?=\s*(?:[.,;:()]|$)|\s(?:by|until|before|compared|relative|against|below|from|over|in (?:19|20)\d\d|between"
    r"|during|within|and|was|is)\b)"
)
_VERB = re.compile(
    r"\b(?:reduc|cut|lower|decreas|rais|increas|improv|sav|limit|expand|halv)\w*\s(?:of\s)?"
    + _THING
    + r"\s(?:by|to|at|of|below|from)\s(?:a\s|at least\s|about\s|up to\s|some\s)*$"
)


def targets(quote: str, document_id: str = "", coding_id: str = "") -> tuple[Target, ...]:
    """The quantified targets in a sentence, in text order; none where no quantity stands in it.

    A target's year and base year are the nearest that the sentence states; None where it states none.
    """
    found = list(_QUANTITY.finditer(quote))
    bounds = [*(m.start() for m in found[1:]), len(quote)][: len(found)]
    return tuple(
        _target(quote, match, end, len(found), document_id, coding_id) for match, end in zip(found, bounds, strict=True)
    )


def _target(quote: str, match: re.Match[str], end: int, count: int, document_id: str, coding_id: str) -> Target:
    # years that stand between this quantity and the next belong to it; a lone quantity has those before it too
    scope = quote[match.end() : end] if count > 1 else quote
    base = _BASE.search(scope)
    rest = scope if base is None else scope[: base.start()] + " " + scope[base.end() :]
    by = _PERIOD.search(rest) or _BY.search(rest)
    return Target(
        document_id=document_id,
        coding_id=coding_id,
        quantity=_number(match),
        unit=_unit(match["unit"]),
        of_what=_of_what(quote, match),
        by_year=int(by["year"]) if by else None,
        base_year=int(base["year"]) if base else None,
    )


def _number(match: re.Match[str]) -> str:
    low = match["low"].replace(",", ".") if re.search(r",\d{1,2}$", match["low"]) else match["low"].replace(",", "")
    return f"{low}-{match['high']}" if match["high"] else low


def _unit(unit: str) -> str:
    return "%" if unit in ("%", "\\%", "percent", "per cent") else " ".join(unit.split())


def _of_what(quote: str, match: re.Match[str]) -> str:
    """What the quantity is of: the words behind it, or the object of the verb before it."""
    found = _OF.search(quote[match.end() :]) or _VERB.search(quote[: match.start()])
    return " ".join(found["what"].split()).strip(" ,") if found else ""
