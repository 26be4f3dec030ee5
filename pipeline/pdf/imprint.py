"""When a paper came out, and its DOI: from its first pages and the PDF's own information."""

import re


def _any_case(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_YEAR = r"((?:19|20)\d\d)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
# a volume or its pages beside the year: that of the issue, which is the year that papers are cited by
_VOLUMES = _any_case(
    rf"\b{_YEAR}\s*[,;]\s*(?:vol\.?\s*)?\d{{1,4}}\s*(?:\(\s*[\w\s–-]{{1,12}}\)\s*[,:]?|[,:])\s*(?:pp?\.?\s*)?[a-z]?\d+",
    rf"\({_YEAR}\)\s*\d{{1,4}}\s*(?:\(\d+\))?\s*[:,]\s*\w?\d+",
    rf"\b\d{{1,4}}\s*(?:\(\d+\))?,?\s*\({_YEAR}\)\s*[,:]?\s*(?:pp?\.?\s*)?[a-z]?\d+",
    rf"\bvol(?:ume|\.)?\s*{_YEAR}\b",
    rf"\bvol(?:ume|\.)?\s*\d+\b[^()]{{0,45}}?\b{_YEAR}\b",
    rf"\b\d{{1,4}},\s*\d+[–-]\d+,\s*(?:{_MONTH}\.?\s+)?{_YEAR}\b",
    rf"\b(?-i:(?!Agenda|Law|Act|Decree|Art|Table|Fig|No|Directive|Section|Regulation)[A-Z][a-z]+),?\s"
    rf"\d{{1,4}}\s?(?:\(\d+\))?,?\s?\({_YEAR}\)",
)
_NOTICES = _any_case(
    rf"(?:©|\(c\)|copyright)\D{{0,40}}{_YEAR}\b",
    rf"published(?: online)?\b[^.]{{0,40}}?\b{_YEAR}\b",
    rf"\bavailable online\b[^.]{{0,40}}?\b{_YEAR}\b",
    rf"\baccepted\b[^.]{{0,40}}?\b{_YEAR}\b",
)
_DATES = _any_case(rf"(?:^|\b{_MONTH}\.?,?\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?){_YEAR}\W*$")  # a report's cover
_ACCESS = re.compile(r"(?:downloaded|accessed|retrieved|printed)\b.{0,90}?(?:19|20)\d\d", re.IGNORECASE)

_DOI = re.compile(
    r"\b10\.\d{4,9}/\s?[^\s\"<>|{}^`\\]+(?:(?<=[/_(-])\s[^\s\"<>|{}]*\d[^\s\"<>|{}]*|(?<=\.)\s\d+\.\d[\d.]*|\s\.\d[\d.]+)*"
)
_DOI_LABEL = re.compile(r"doi(?:\.org)?[:/\s]*(?:https?://)?(?:dx\.)?(?:doi\.org/)?\s*$", re.IGNORECASE)
_OF_DATA = re.compile(
    r"10\.(?:17605|5281|6084|5061|7910|17632|3886|13039)/"
)  # OSF, Zenodo, figshare, Dryad, funders ...
_ABOUT_DATA = re.compile(r"regist|data|repositor|available (?:at|from|in)|code|supplement|osf|figshare", re.IGNORECASE)
_LISTS = re.compile(r"\b(?:References|REFERENCES|Bibliography|Literature cited)\b")
_RUNS_ON = re.compile(
    r"(?:\.?(?:Received|Accepted|Published|Citation|Academic|Copyright|This|www|http|PII|ISSN)"
    r"|/(?:full|abstract|e?pdf|meta)$|/-/DC).*$"
)


def year(pages: list[str], lines: list[str], subject: str, date: str) -> int | None:
    """The year of publication: that of the issue, else of a notice, else of the cover's or the file's own date.

    `pages` are the texts of the first pages, `lines` the short lines of the cover; `subject` and `date` are fields of
    the PDF's information. Dates of download are passed over.
    """
    texts = [_ACCESS.sub(" ", page)[:8000] for page in pages]
    made = re.search(_YEAR, date)
    last = int(made.group()) + 1 if made else 2100
    places = [(_VOLUMES, [subject, *texts]), (_NOTICES, texts), (_DATES, lines)]
    for patterns, where in places:
        for pattern in patterns:
            for text in where:
                found = pattern.search(text)
                if found and (int(found.group(1)) <= last or patterns is not _DATES):
                    return int(found.group(1))
    return int(made.group()) if made else None


def doi(pages: list[str], subject: str) -> str:
    """The paper's own DOI: from the PDF's information, or labelled on a first page before any reference list.

    DOIs of data, code and registrations count only where nothing about them says that they are of such.
    """
    if told := _DOI.search(subject):
        return _trimmed(told.group())
    for page in pages:
        own = _LISTS.split(page.replace("\x02 ", "-"))[0]
        found = [match for match in _DOI.finditer(own) if not _is_of_data(match, own)]
        labelled = [match for match in found if _DOI_LABEL.search(own[: match.start()])]
        for match in labelled or found[:1]:
            return _trimmed(match.group())
    return ""


def _is_of_data(match: re.Match[str], text: str) -> bool:
    before = text[max(match.start() - 80, 0) : match.start()]
    return bool(_OF_DATA.match(match.group()) and _ABOUT_DATA.search(before))


def _trimmed(found: str) -> str:
    """A DOI without what runs on after it."""
    return without_closing(_RUNS_ON.sub("", re.sub(r"\s", "", found)))


def without_closing(doi: str) -> str:
    """A DOI without the closing marks behind it, and brackets that it did not open."""
    while doi and (doi[-1] in ".,;:'\"’”*]}>" or (doi[-1] == ")" and doi.count("(") < doi.count(")"))):
        doi = doi[:-1]
    return doi
