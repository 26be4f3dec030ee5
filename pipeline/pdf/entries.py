"""What an entry of a reference list tells: surnames, year, title, DOI."""

import re
from collections.abc import Iterator

from pipeline.documents import Reference
from pipeline.pdf.imprint import without_closing

TITLE = 400  # characters of the longest title
ORGANISATION = 100  # characters of the longest name of an organisation
SHORTEST = 4  # characters of a title

_UP = r"[^\W\d_a-zß-öø-ÿ]"
_PARTICLES = r"van|von|de|der|den|del|della|di|da|dos|do|du|la|le|ten?|ter|al|el|bin|ibn|zu[rm]?|st\.?|d[’']|['’]t"
_PARTICLE = rf"(?:(?i:{_PARTICLES})[\s-])"
_WORD = rf"(?:d[’'])?{_UP}[^\W\d_]*(?:[’'´`-]\s?[^\W\d_]+)*"
_SURNAME = rf"(?P<s>{_PARTICLE}{{0,3}}{_WORD}(?:\s(?!et\b|and\b){_UP}[^\W\d_]*[^\W\d_A-Z](?:[’'-][^\W\d_]+)*){{0,2}})"
_DOT = r"(?:\.|(?=[\s,;:&(-]|$))"
_LAST = r"(?:\.|(?=[,;:&(-]|$))"  # a letter that a blank follows may be the title's "A"
_INITIALS = rf"{_UP}[a-z]?{_DOT}(?:[\s-]*(?:{_UP}[a-z]?|[a-z]{{1,2}}\b|d[’']){_LAST}){{0,4}}"
_TAIL = r"(?:,?\s(?:Jr|Sr|III?|IV)\b\.?)?"
_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_SURNAME},\s*{_INITIALS}{_TAIL}",  # Li, J. M.
        rf"{_SURNAME},?\s{_UP}{{1,4}}(?:-{_UP}{{1,2}})?(?=[\s,.;:(]|$){_TAIL}",  # Li JM
        rf"{_SURNAME}\s{_INITIALS}{_TAIL}",  # Li J.M.
        rf"{_INITIALS}\s?{_SURNAME}{_TAIL}",  # J. M. Li
    )
)
_GIVEN = rf"{_UP}[^\W\d_]+(?:-{_UP}?[^\W\d_]+)?(?:\s{_UP}\.|\s{_UP}[^\W\d_]+)?"
_WHOLE = re.compile(rf"{_SURNAME},\s{_GIVEN}(?=[,.;(]|\sand\s|\s&\s)")  # Li, Jing
_FULL = re.compile(rf"{_UP}[^\W\d_]+(?:-{_UP}?[^\W\d_]+)?\s(?:{_UP}\.\s?)*(?=\S*[a-zß-ÿ]){_SURNAME}")  # Jing M. Li
_JOINED = re.compile(
    r"\s*(?:[,;]\s*(?:and|&|und|y|e|et(?!\sal))\s+|[,;]\s*(?:\.\s?){0,3}(?:&\s)?|\s*&\s*|\s(?:and|und|y|et(?!\sal))\s+)"
)
_MORE = re.compile(r"[\s,;]*(?:et\.?\sal\b|and others\b|\(?[Ee]ds?\b\.?\)?|\(?[Ee]ditors?\)?)?[\s.,;:]*")
_YEAR = r"(?P<y>1[89]\d\d|20\d\d)[a-z]?"
_BRACKETED = re.compile(rf"(?<!\w)[(\[]\s?{_YEAR}(?:[,;/\s][^()]{{0,25}})?[)\]]")
_VOLUMED = re.compile(rf"\b{_YEAR}(?:\s[A-Z][a-z]{{2}}[\w\s-]{{0,12}})?\s?;")
_PLAIN = re.compile(rf"(?<![\d/–:-]){_YEAR}(?![\d–/-])\b")
_ADDRESSED = re.compile(r"http|www|ccessed|ited|iewed|etrieved")
_ELSEWHERE = re.compile(
    r"(?:https?://|www\.)\S*(?:\s\S+\.(?:pdf|html?)\b)?"
    r"|[(\[]?\b(?:last |date )?(?:accessed|cited|viewed|retrieved)\b.*",
    re.IGNORECASE,
)
_DOI = re.compile(r"\b10\.\d{4,9}\s?/\s?[^\s\"<>|{}^`\\]+(?:(?<=[./_(-])\s(?=\S*\d)[a-z0-9][^\s\"<>,;]*)*")
_QUOTED = re.compile(r"[“\"‘]([^”\"]{8,400}?)(?:[,.?!][”\"’](?=\W|$)|[”\"’](?=[,.;]|\sin\b|$))")
_STOP = re.compile(r"(?<!\b[A-Z])(?<!\bvs)(?<!\bal)(?<!\bsp)(?<!\bNo)[.?!]\s")
_SOURCE = re.compile(
    rf",\s(?=in:?\s|{_UP}[^,]{{2,70}}?\s\d+\s?\(|{_UP}[^,]{{2,70}},\s(?:vol\b|no\b|\d|{_YEAR})|{_UP}[^,]{{2,70}}?\s\d+\s?,)"
)


def parse(text: str, start: int, end: int, label: str) -> Reference:
    """The entry in text[start:end], whose mark in the list is `label`.

    Surnames as written, in order, without those behind "et al."; an organisation counts as one. Year, title
    and DOI are None or empty where the entry does not give them in a way that is known.
    """
    entry = text[start:end].replace("\n", " ").removeprefix(label).lstrip(" ,.")
    plain = _DOI.sub(" ", entry) if "10." in entry else entry
    plain = _ELSEWHERE.sub(" ", plain) if _ADDRESSED.search(plain) else plain
    authors, after = _authors(plain)
    if not authors:
        authors, after = _organisation(plain)
    found = _year(plain, after)
    title = _title(plain, after)
    return Reference(start, end, label, authors, int(found["y"]) if found else None, title, _doi(entry))


def _authors(entry: str) -> tuple[tuple[str, ...], int]:
    """Surnames of the people an entry begins with, and where their names end."""
    runs = [_run(entry, form, form) for form in _FORMS]
    runs += [_run(entry, _WHOLE, _WHOLE), _run(entry, _WHOLE, _FULL), _run(entry, _FORMS[0], _FORMS[3])]
    full = _run(entry, _FULL, _FULL)
    if len(full[0]) > 1 or entry[full[1] :].lstrip(" ,").startswith("et al"):  # a single one may be an organisation
        runs.append(full)
    names, at = max(runs, key=lambda run: run[1])
    more = _MORE.match(entry, at)
    return names, more.end() if names and more else at


def _run(entry: str, first: re.Pattern[str], further: re.Pattern[str]) -> tuple[tuple[str, ...], int]:
    """Names that follow each other from the start of an entry, and where the last ends."""
    names: list[str] = []
    at = end = 0
    while found := (further if names else first).match(entry, at):
        names.append(found["s"])
        end = found.end()
        joined = _JOINED.match(entry, end)
        if not joined:
            break
        at = joined.end()
    return tuple(names), end


def _organisation(entry: str) -> tuple[tuple[str, ...], int]:
    """What stands where names should, up to the first year, stop or comma, as one author; a quoted title is none."""
    if entry[:1] in "“\"‘'[":
        return (), 0
    ends = [found.start() for pattern in (_PLAIN, _STOP) if (found := pattern.search(entry))]
    at = min([end for end in (*ends, entry.find(", ")) if end > 1], default=len(entry))
    name = entry[:at].strip(" ,.;:([")
    return ((name,), at) if 1 < len(name) <= ORGANISATION else ((), 0)


def _year(entry: str, after: int) -> re.Match[str] | None:
    """The year of publication: behind the authors, in brackets, before a volume, or the last there is."""
    every = list(_PLAIN.finditer(entry))
    near = next((found for found in every if -8 <= found.start() - after <= 3), None)
    return near or _BRACKETED.search(entry) or _VOLUMED.search(entry) or (every[-1] if every else None)


def _title(entry: str, after: int) -> str:
    """The title: what is quoted, else what stands between the names, with the year, and the journal."""
    if quoted := _QUOTED.search(entry, max(after - 2, 0)):
        return quoted[1].strip(" ,.")
    rest = re.sub(rf"^[\s,.:;]*[(\[]?{_YEAR}[^)\].,:]{{0,25}}[)\]]?[\s.,:;]*", "", entry[after:]).lstrip(" ,.:;")
    ends = [match.start() for match in _ends(rest)]
    return rest[: min([*ends, TITLE])].strip(" ,.;")


def _ends(rest: str) -> Iterator[re.Match[str]]:
    """Where a title may end: at a stop behind some words, or at the comma before a journal."""
    for pattern in (_STOP, _SOURCE):
        if found := pattern.search(rest, SHORTEST):
            yield found


def _doi(entry: str) -> str:
    """The DOI as written, in lower case, without the blanks that lines left in it and marks behind it."""
    found = _DOI.search(entry) if "10." in entry else None
    return without_closing(re.sub(r"\s", "", found.group()).lower()) if found else ""
