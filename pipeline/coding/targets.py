"""The figures of a target: how much, of what, by when and against when."""

import re

from pipeline.records import Target

_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = {word: at for at, word in enumerate(_WORDS, 1)} | {word: 10 * at for at, word in enumerate(_TENS, 2)}

_AMOUNT = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
_PERCENT = r"(?:\\?%|percent\b|per cent\b)"
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_UNIT = (
    rf"{_PERCENT}|percentage points\b|(?:°\s?C|degrees? (?:C|Celsius))\b"
    r"|(?:(?:million|billion|thousand)\s)?(?:"
    r"(?:GW|MW|kW|TWh|GWh|MWh|kWh|PJ|EJ|TJ|Mtce|Mtoe|tce|toe|kilowatts?|megawatts?|gigawatts?|hectares?|ha|m3"
    r"|cubic (?:metres?|meters?))\b"
    r"|(?:tonnes?|tons?|Mt|Gt|kt|t)(?:[\s-]*(?:of\s)?(?:CO2(?:[\s-]?eq?\b\.?)?|carbon dioxide(?: equivalent)?"
    r"|coal equivalent))?(?!\w))"
)
_BETWEEN = r"\s?(?:-|–|to|and)\s?"
_QUANTITY = re.compile(  # it begins with a figure, which is found fast; what must not stand before it comes after
    r"(?P<low>\d(?<![\w.,>≥<\[–]\d)(?!(?<=1)9\d\d\b|(?<=2)0\d\d\b)(?:\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d*(?:[.,]\d+)?))"
    rf"(?:\s?{_PERCENT}?{_BETWEEN}(?P<high>{_AMOUNT}))?"
    rf"(?:\s|-)?(?P<unit>{_UNIT})(?!\s(?:success|probability|confidence|chance|likelihood))",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(rf"\b(?P<low>{'|'.join(_NUMBERS)})\s(?P<unit>per ?cent)\b", re.IGNORECASE)

_FISCAL = (
    r"(?:the\s(?=end|year|fiscal|financial))?(?:end of\s|around\s)?"
    r"(?:FY\s?|(?:fiscal |financial )?year\s(?:of\s)?(?:\(FY\)\s)?)?"
)
_NO_YEAR = r"(?![\s-]?(?:levels?|base|emission|business|BAU|target|pledge|goal))"  # what a year says something of else
_BY = re.compile(rf"\b(?:[Bb]y|[Uu]ntil|[Bb]efore|in|for|to|till)\s{_FISCAL}{_YEAR}{_NO_YEAR}")
_FIRM_BY = re.compile(  # what stands in front of all quantities: "in 2009, it announced" is no target's year
    rf"\b(?:[Bb]y|[Uu]ntil|target (?:is )?for)\s{_FISCAL}{_YEAR}{_NO_YEAR}"
    r"|\b(?P<named>(?:19|20)\d\d)\s(?:\w+\s)?(?:target|goal|commitment|objective|pledge)\b"
)
_PERIOD = re.compile(rf"\b(?:19|20)\d\d{_BETWEEN}{_YEAR}(?!\s(?:annual|average|period))")
_BASE = re.compile(
    r"\b(?:compared (?:to|with)|relative to|against|from|below|over|on|versus|than|of)\s(?:the\s|its\s|their\s)?"
    rf"(?:levels? (?:of|in)\s|(?:those|that) (?:of|in)\s|base(?:line)? (?:year )?(?:of )?)?{_FISCAL}{_YEAR}"
    r"(?!\s?[-–]\s?\d|\s(?:business|BAU|target|pledge|goal))(?P<level>[\s-]?(?:levels?|baseline))?",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CLAUSE = re.compile(r"(?:[^();]|\([^()]*\))*")  # up to the end of the bracket that it stands in

_HEDGE = (
    r"(?:(?:a|an|the|at|least|most|about|around|approximately|nearly|over|up|to|some|more|less|than|no|as|much|well"
    r"|further|another|almost|below|above|under|only)\s)*"
)
_WORD = r"[A-Za-z][\w'’/-]*"  # no word begins with a figure
_NOT_OF_IT = (
    r"(?!(?:by|to|until|before|compared|relative|against|below|above|over|between|during|within|or|but|was|were|is|up"
    r"|are|be|been|will|would|should|could|may|can|must|has|have|had|while|when|which|that|who|where|with|under|at|than"
    r"|as|if|because|so|it|this|these|they|we{more})\b)"
)
_WITHIN = _NOT_OF_IT.format(more="|and")
_WITHIN_AND = _NOT_OF_IT.format(more=r"|and\s(?:a|an|the|to|its)")
_BEGIN = r"(?!(?:of|in|from|per(?!\scapita)|for|on|and|or|such|beyond|\w+ly)\b)"
_MORE = r"(?:\s{within}{word}|\s\([A-Z]\w*\)){{0,10}}"
_THING = rf"(?P<what>{_BEGIN}{_WITHIN}{_WORD}{_MORE.format(within=_WITHIN, word=_WORD)})"
_THINGS = rf"(?P<what>{_BEGIN}{_WITHIN}{_WORD}{_MORE.format(within=_WITHIN_AND, word=_WORD)})"  # "buildings and roads"
_DETERMINED = r"(?:(?:the|its|their|our|these|those|all)\s)?"
_CHANGES = (
    "reductions?|cuts?|decreases?|declines?|increases?|improvements?|shares?|rises?|growth|drops?|savings?|limitations?"
)
_CHANGE = rf"(?:{_CHANGES}|capacity)"
_TO_CHANGE = (
    r"\b(?:reduc|cut|lower|decreas|rais|increas|improv|sav|limit|expand|halv|bring|keep|hold|achiev|avoid|contain"
    rf"|boost)\w*\s(?:[a-z]+ly\s)?(?:(?:of|in)\s)?{_DETERMINED}"
)
_IN_FRONT = re.compile(
    rf"^.*{_TO_CHANGE}{_THINGS}(?:\s(?:by|in|until)\s(?:19|20)\d\d)?\s(?:(?:by|to|at|of|below)\s)?{_HEDGE}$",
    re.IGNORECASE | re.DOTALL,
)
_CARRIED_ON = re.compile(rf"^\s?,?\s?(?:and\s|or\s)(?:of\s)?{_DETERMINED}{_THING}\s(?:by|to)\s{_HEDGE}$")
_BEHIND = re.compile(
    rf"^\s(?:(?:[a-z]+(?:-[a-z]+)?\s){{0,2}}{_CHANGE}\s(?:for|of|in)\s|of\s|in\s(?=[a-z])){_DETERMINED}{_THINGS}"
)
_COMPOUND = re.compile(
    rf"^\s(?P<what>(?!domestic|absolute|relative)(?:{_BEGIN}{_WITHIN}{_WORD}\s){{1,3}}){_CHANGE}\b(?!\s(?:of|in)\b)"
)
_SUBJECT = re.compile(
    rf"(?:^|[,;:(]\s?|\b(?:that|and|while)\s){_DETERMINED}{_THING}\s"
    r"(?:(?:is|are|was|were|has|have|will|would|should|must|can|could|may|to|be|been|projected|expected|planned|set"
    r"|further|also)\s){0,5}(?:reduced?|cut|lowered|limited|held|kept|brought|raised|increased?|fall|fell|falls|rise|rose|rises"
    rf"|declined?|decreased?|dropped|drop|grow|grew|reach|represent|represents)\s(?:by\s|to\s|at\s)?{_HEDGE}$",
    re.IGNORECASE,
)
_NOUN = re.compile(rf"(?:^|[,;:(]\s?|\b(?:and|in|for|a|an|the|with|its)\s){_THINGS}\sof\s{_HEDGE}$")
_LEADING = re.compile(r"^(?:(?:the|its|their|our|a|an|these|those|current|total|overall|of|in|and)\s)+", re.IGNORECASE)
_TRAILING = re.compile(
    r"\s(?:in|from|of|for|on|and|the|its|their|a|to|by|per|far|least|more|less|about|around|nearly)$|[,;]$|['’]s?$"
)
_NO_THING = re.compile(
    r"\b(?:targets?|goals?|levels?|scenario|BAU|I?NDCs?|commitments?|contributions?|ambitions?|terms|extent|pledges?"
    r"|objectives?|periods?|plan|years?|respect|range|which|line|case|context|business|minus|term|probability|CO2[\s-]?eq?)$"
    rf"|^(?:{_CHANGES}|reductions? (?:amount|volume|percentage)|amount|percentage|rates?|the|its|an?)$|^levels? of\b",
    re.IGNORECASE,
)


def targets(quote: str, document_id: str = "", coding_id: str = "") -> tuple[Target, ...]:
    """The quantified targets in a sentence, in text order; none where no quantity stands in it.

    A target's year and base year are the nearest that the sentence states, and a year in front of all quantities
    ("by 2030 it will ...") is that of each without one; None where it states none. What it is of is empty where the
    sentence does not say it plainly. Probabilities and intervals in brackets are no targets.
    """
    found = _quantities(quote)
    begins = [0, *(match.end() for match in found)]
    front = quote[: found[0].start()] if found else ""
    return tuple(
        Target(
            document_id=document_id,
            coding_id=coding_id,
            quantity=_number(match),
            unit=_unit(match["unit"]),
            of_what=_of_what(quote[begin : match.start()], quote[match.end() :]),
            **_years(quote[match.end() :], front, alone=len(found) == 1),
        )
        for match, begin in zip(found, begins, strict=False)
    )


def _quantities(quote: str) -> list[re.Match[str]]:
    """The quantities in a sentence, but for those in square brackets."""
    in_words = _IN_WORDS.finditer(quote) if "cent" in quote.lower() else ()
    found = sorted((*_QUANTITY.finditer(quote), *in_words), key=re.Match.start)
    return [match for match in found if quote.rfind("[", 0, match.start()) <= quote.rfind("]", 0, match.start())]


def _years(behind: str, front: str, *, alone: bool) -> dict[str, int | None]:
    """The years of a quantity from the text behind it, up to the next one, and that in front of the first one."""
    texts = [_own(behind), *([front] if alone else [])]
    base = next((match for text in texts for match in _BASE.finditer(text) if _is_base(match)), None)
    rest = [_BASE.sub(lambda match: " " if _is_base(match) else match[0], text) for text in texts]
    by = next((match for text in rest if (match := _PERIOD.search(text) or _BY.search(text))), None)
    firm = None if by else _FIRM_BY.search(front)
    year = by["year"] if by else firm and (firm["year"] or firm["named"])
    return {"by_year": int(year) if year else None, "base_year": int(base["year"]) if base else None}


def _own(behind: str) -> str:
    """The part of the text behind a quantity that may tell of it: of its clause, up to the next quantity. Brackets that
    hold other quantities are left out."""
    told = _BRACKET.sub(lambda match: " " if _QUANTITY.search(match[0]) else match[0], behind)
    clause = _CLAUSE.match(told)
    return _QUANTITY.split(clause[0], maxsplit=1)[0] if clause else ""


def _is_base(match: re.Match[str]) -> bool:
    """Whether a year is one to compare with: "of 2020" alone is none, as in "the end of 2020"."""
    return bool(match["level"]) or not match[0].lower().startswith("of")


def _number(match: re.Match[str]) -> str:
    if match.re is _IN_WORDS:
        return str(_NUMBERS[match["low"].lower()])
    return "-".join(_plain(part) for part in (match["low"], match["high"]) if part)


def _plain(amount: str) -> str:
    """A number without the commas between its thousands; a comma before one or two digits is a decimal one."""
    return amount.replace(",", ".") if re.search(r",\d{1,2}$", amount) else amount.replace(",", "")


def _unit(unit: str) -> str:
    return "%" if re.fullmatch(_PERCENT, unit, re.IGNORECASE) else " ".join(unit.split())


def _of_what(before: str, behind: str) -> str:
    """What a quantity is of, by the text between the one before it and it, and the text behind it."""
    patterns = (
        *((_IN_FRONT, before), (_CARRIED_ON, before), (_BEHIND, behind), (_COMPOUND, behind)),
        *((_SUBJECT, before), (_NOUN, before)),
    )
    for pattern, text in patterns:
        for found in pattern.finditer(text):
            if thing := _thing(found["what"]):
                return thing
    return ""


def _thing(words: str) -> str:
    """The words without what leads up to and away from the thing; empty where they name none."""
    thing = _LEADING.sub("", " ".join(words.split()))
    while (shorter := _TRAILING.sub("", thing)) != thing:
        thing = shorter
    return "" if _NO_THING.search(thing) or len(thing) < 2 else thing
