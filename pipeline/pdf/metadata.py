"""Title, authors, year and DOI, from the first pages and the PDF's own information."""

import re
from collections.abc import Sequence

from pipeline.pdf.build import Paragraph
from pipeline.pdf.names import is_named
from pipeline.pdf.raw import Raw
from pipeline.records import Metadata

_DOI = re.compile(r"\b10\.\d{4,9}/\s?[^\s\"<>|{}^`\\]+(?:\s\.\d[\d.]+)?")
_DOI_LABEL = re.compile(r"doi(?:\.org)?[:/\s]*(?:https?://)?(?:dx\.)?(?:doi\.org/)?\s*$", re.IGNORECASE)
_YEARS = (
    r"(?:©|\(c\)|copyright)\D{0,40}((?:19|20)\d\d)\b",
    r"\bpublished(?: online)?\b[^.]{0,40}?\b((?:19|20)\d\d)\b",
    r"\bavailable online\b[^.]{0,40}?\b((?:19|20)\d\d)\b",
    r"\b((?:19|20)\d\d)\s*[,;]\s*\d{1,4}\s*(?:\(\d+\))?\s*[,:]\s*\w?\d+",
    r"\b\d{1,4}\s*(?:\(\d+\))?\s*\(((?:19|20)\d\d)\)",
    r"\bvol(?:ume|\.)?\s*\d+[^.]{0,50}?\b((?:19|20)\d\d)\b",
    r"\baccepted\b[^.]{0,40}?\b((?:19|20)\d\d)\b",
)
_NOT_A_TITLE = re.compile(
    r"microsoft word|untitled|\.(?:docx?|pdf|indd|fm|qxd|tex|dvi|rtf)\b|^doi:|^pii|https?:|www\.|\bissn\b|©|@|"
    r"^(?:research|original|review|open access|article|full length|short)\b[\w\s]{0,20}$|\bjournal of\b[^:]{0,60}$|"
    r"^(?:journal|volume|vol\.)\b|^contents lists|^available online|^received|^\W*\d",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(r"\s*(?:\|.{0,60}|\s[-–—]\s(?:PMC|PubMed|ScienceDirect|Springer\w*|Wiley.{0,20}|MDPI))\s*$")
_ORGANISATION = re.compile(
    r"univers|institut|depart|school|college|centre|center|faculty|laborator|hospital|ministry|academy|corresp"
    r"|author|received|copyright|email|road|street|box|editor|journal|open access|research|review|article",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\(.*?\)|[\d*†‡§¶#∗⁎✉]+|\b[a-f](?:,[a-f])*(?=[,\s]|$)")
_DEGREE = re.compile(r"(?:Ph\.?D|M\.?D|M\.?Sc?|B\.?Sc?|MB|MM|MPH|MBA|Dr|Prof)\.?[a-z]?", re.IGNORECASE)
_PARTICLES = frozenset("de da dos del di van von der den la le el bin al ter ten y e und zu".split())


def metadata(raw: Raw, text: str, paragraphs: Sequence[Paragraph]) -> Metadata:
    """What the first pages tell of a paper; a field that none of them tells is empty."""
    at, title = _title(raw, text, paragraphs)
    first = [" ".join(page.texts) for page in raw.pages[:3]]
    return Metadata(
        title=title,
        authors=_authors(text, paragraphs, at),
        year=_year(first[:2], raw.date),
        doi=_doi(first),
    )


def _title(raw: Raw, text: str, paragraphs: Sequence[Paragraph]) -> tuple[int, str]:
    """The title and the index of the paragraph after it: largest type near the top of page 1."""
    told = _PUBLISHER.sub("", " ".join(raw.title.split()))
    plausible = len(told.split()) >= 4 and not _NOT_A_TITLE.search(told)
    at, seen = _largest(text, paragraphs)
    if plausible and (not seen or _letters(told) in _letters(text[:6000])):
        return at, told.rstrip(".")
    return at, seen.rstrip("*†‡§1 .")


def _largest(text: str, paragraphs: Sequence[Paragraph]) -> tuple[int, str]:
    first = paragraphs[0].lines[0].page if paragraphs else 1
    front = [i for i, p in enumerate(paragraphs) if p.lines[0].page == first and _may_be_title(text[p.start : p.end])]
    wordy = [i for i in front if len(text[paragraphs[i].start : paragraphs[i].end].split()) >= 4] or front
    if not wordy:
        return 0, ""
    start = max(wordy, key=lambda i: (round(paragraphs[i].size, 1), -i))
    end = start + 1
    while end in front and abs(paragraphs[end].size - paragraphs[start].size) < 0.05 * paragraphs[start].size:
        end += 1
    return end, text[paragraphs[start].start : paragraphs[end - 1].end].replace("\n", " ")


def _may_be_title(text: str) -> bool:
    return 8 <= len(text) <= 350 and not _NOT_A_TITLE.search(text) and not is_named(text)


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _authors(text: str, paragraphs: Sequence[Paragraph], at: int) -> tuple[str, ...]:
    """Names in the paragraphs after the title, as written, up to the first that holds none."""
    names: list[str] = []
    for paragraph in paragraphs[at : at + 12]:
        more = _names(text[paragraph.start : paragraph.end])
        if names and not more and len(text[paragraph.start : paragraph.end].split()) > 1:
            break
        names += more
    return tuple(names)


def _names(text: str) -> tuple[str, ...]:
    plain = _MARKS.sub(" ", text)
    parts = [" ".join(part.split()).strip(" .-–") for part in re.split(r"[,;&·•|]|\band\b|\s\.\s", plain)]
    parts = [part for part in parts if len(part) > 1 and not _DEGREE.fullmatch(part)]
    named = [part for part in parts if _is_name(part)]
    return tuple(named) if parts and len(named) >= 0.7 * len(parts) and len(text) < 1200 else ()


def _is_name(text: str) -> bool:
    """Whether text looks like a person's name: two to six capitalised words or particles, no digit."""
    words = text.split()
    if not 2 <= len(words) <= 6 or len(text) > 60 or _ORGANISATION.search(text):
        return False
    plain = all(word.replace("-", "").replace("’", "").replace("'", "").replace(".", "").isalpha() for word in words)
    return plain and words[-1][0].isupper() and all(word[0].isupper() or word in _PARTICLES for word in words)


def _year(pages: list[str], date: str) -> int | None:
    """The year of publication, by the surest pattern that matches; the file's own date comes last."""
    for pattern in _YEARS:
        for page in pages:
            found = re.search(pattern, page[:8000], re.IGNORECASE)
            if found:
                return int(found.group(1))
    made = re.search(r"(?:19|20)\d\d", date)
    return int(made.group()) if made else None


def _doi(pages: list[str]) -> str:
    """The paper's own DOI: one that is labelled on the first pages, before any reference list."""
    for page in pages:
        own = re.split(r"\b(?:References|REFERENCES|Bibliography|Literature cited)\b", page)[0]
        found = list(_DOI.finditer(own))
        labelled = [match for match in found if _DOI_LABEL.search(own[: match.start()])]
        for match in labelled or found[:1]:
            return _trimmed(match.group())
    return ""


def _trimmed(doi: str) -> str:
    """A DOI without what runs on after it: closing marks, brackets that it did not open."""
    doi = re.sub(r"\s", "", doi)
    doi = re.sub(r"(?:\.?(?:Received|Accepted|Published|Citation|Academic|Copyright|This|www|http)).*$", "", doi)
    while doi and (doi[-1] in ".,;:'\"’”*]}>" or (doi[-1] == ")" and doi.count("(") < doi.count(")"))):
        doi = doi[:-1]
    return doi
