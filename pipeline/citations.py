"""In-text citations: where they stand in a sentence, and whether it reports another's finding."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.documents import Document, Reference

FEW = 3  # citations in square brackets from which a paper is taken to cite in that way
COVERED = 0.3  # share of a list's numbers that must stand in round brackets for them to be citations
NEAR = 90  # characters before a citation in which it may be likened to
GAP = 8  # words between the likening and the citation
LEAD = 5  # words that may stand before the source that a sentence is about

Style = Literal["square", "round", "raised", ""]

_LIST = r"\d{1,3}(?:\s*[,;–—-]\s*\d{1,3})*"
_SQUARE = re.compile(rf"\[\s*({_LIST})\s*\]")
_ROUND = re.compile(rf"\(\s*({_LIST})\s*\)")
_RAISED = re.compile(
    r"(?<![\d.])(?P<word>[^\W\d_]*[a-z]{3}|\b[a-z]{2}(?=\.)|[\])])[.,;:]?[”\"’)]?"
    r"(?P<n>\d{1,3}(?:[,–-]\d{1,3})*)(?![.,]?\d)(?=[\s.,;:)”\"’]|$)"
)
_COUNTED = re.compile(
    r"(?:tables?|fig(?:ure)?s?|sections?|scope|log|phase|tier|level|annex|scopes|eqs?|chapter)$", re.I
)
_SPAN = re.compile(r"(?:interval|ranges?|scale|scores?|between|within|from|CI|=|∈)[\s:]*$")

_UP = r"[^\W\d_a-zß-öø-ÿ]"
_PARTICLE = r"(?:(?:[Vv][ao]n|[Dd]e[rnl]?|[Dd][iu]|[Dd]os|[Ll][ae]|[Aa]l|[Ee]l|[Tt]en)[\s-])"
_NAME = rf"{_PARTICLE}{{0,3}}{_UP}[^\W\d_]*(?:[’'-](?!s\b)[^\W\d_]+)*"
_NAMES = rf"{_NAME}(?:(?:,?\s(?:and|&|of|for|on|the|in)(?:\sthe)?\s|,?\s){_NAME}){{0,7}}"
_ET_AL = r"(?:,?\s(?:et\sal\b\.?|and\s(?:others|colleagues|co-?workers)))"
_YEAR = r"(?:(?:1[89]|20)\d\d[a-z]?(?!\d)|in\spress|forthcoming|n\.d\.)"
_TOLD = re.compile(rf"(?P<who>{_NAMES})(?P<more>{_ET_AL})?(?:[’']s?)?,?\s?[(\[]\s?{_YEAR}[^()\[\]]{{0,60}}[)\]]")
_BRACKET = re.compile(r"[(\[][^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*[)\]]")
_PART = re.compile(rf"(?P<who>{_NAMES})(?P<more>{_ET_AL})?(?:\s?\([^()]*\))?(?P<comma>,)?\s\(?{_YEAR}")
_TELLER = re.compile(rf"(?P<who>{_NAMES})(?P<more>{_ET_AL})?\s?$")

_STUDY = (
    r"(?:stud(?:y|ies)|papers?|articles?|analys[ei]s|work|surveys?|research|thesis|reports?|reviews?|investigation)"
)
_OURS = (
    r"(?:results?|findings?|data(?:set)?|estimates?|models?|samples?|cases?|approach|methods?|evidence|calculations?"
    r"|interview(?:s|ees)?|respondents|framework|hypothes[ei]s|experiments?|observations?|conclusions?|questionnaire"
    rf"|{_STUDY})"
)
_OWN = re.compile(
    r"\b[Ww]e\b(?!\s(?:all\s)?(?:know|need|must|should|live|have\sto)\b)"
    rf"|\b[Oo]ur\s(?:(?!previous|earlier|prior|former)[\w-]+\s){{0,2}}{_OURS}\b"
    rf"|\b(?:[Tt]his|[Tt]he\s(?:present|current))\s(?:[\w-]+\s)?{_STUDY}\b"
    r"|\b(?:[Tt]hese|[Tt]he\spresent)\s(?:[\w-]+\s)?(?:results?|findings?|estimates?|observations?)\b"
)
_EARLIER = re.compile(rf"\b[Oo]ur\s(?:own\s)?(?:previous|earlier|prior|former)\s(?:[\w-]+\s)?{_OURS}\b")
_HERE = re.compile(rf"\b(?:[Hh]ere|[Nn]ow|[Tt]his\s{_STUDY})\b")
_CONTRAST = re.compile(
    r"(?:;|\b(?:while|whereas|but|yet|though|although|and)\b)\s(?:(?:in|here|while|whereas|but|yet)\b,?\s)?"
    rf"(?:we\b|our\s(?:[\w-]+\s)?{_OURS}\b|(?:in\s)?(?:this|the\spresent)\s{_STUDY}\b)"
)
_LIKENESS = re.compile(
    r"\b(?:in\s(?:line|agreement|accordance|keeping|accord|contrast|contradiction|comparison|common)\s(?:with|to)"
    r"|consistent(?:ly)?\swith|similar(?:ly)?\sto|comparable\s(?:with|to)|compared\s(?:with|to)|contrary\sto|unlike"
    r"|as\sopposed\sto|differ(?:s|ent|ently)?\sfrom|agrees?\s(?:well\s)?with|accords?\swith|confirm(?:s|ing)?"
    r"|corroborat(?:es?|ing)|echo(?:es|ing)?|than|contradict(?:s|ing)?|in\sthe\ssame\srange\sas|match(?:es|ing)"
    r"|resembles?|at\sodds\swith|conflicts?\swith|replicat(?:es?|ing)|as\s(?:predicted|expected|hypothesi[sz]ed)\sby)\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    rf"\b(?:{_STUDY}|findings?|results?|literature|those|that|evidence|authors?|estimates?|theor(?:y|ies)|hypothesis"
    r"|observations?|claims?|arguments?|conclusions?|researchers|scholars|what)\b",
    re.IGNORECASE,
)
_BORROWED = re.compile(
    r"\b(?:follow(?:ing|s|ed)?|as\s(?:described|proposed|suggested|defined|recommended|outlined)\s(?:by|in)"
    r"|(?:adapted|adopted|taken|drawn|obtained|modified|derived|collected|extracted|retrieved)\s(?:from|after)"
    r"|for\s(?:details|more|a\s(?:full\s)?(?:review|description)),?\ssee)\b",
    re.IGNORECASE,
)
_USING = re.compile(r"\b(?:using|use[ds]?|appl(?:y|ied)|by\smeans\sof|according\sto|based\son)\b", re.IGNORECASE)
_METHOD = re.compile(
    r"\b(?:methods?|methodology|protocols?|procedures?|framework|guidelines?|formula|scheme|equations?|questionnaire"
    r"|software|package|technique|algorithm|classification|data|database|statistics)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Known:
    """How a paper cites: by numbers of its list in one style, by names in normal form, or both."""

    style: Style
    numbers: frozenset[int]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation in a sentence, by offsets; `told` where its author's name is a part of the sentence."""

    start: int
    end: int
    told: bool


def known(document: Document) -> Known:
    """What a document's reference list and text tell of how it cites."""
    numbers = frozenset(int(digits) for r in document.references if (digits := re.sub(r"\D", "", r.label)))
    names = frozenset(name for r in document.references for name in _names(r, document.text))
    body = "\n".join(document.text[s.start : s.end] for s in document.sections if s.role != "references")
    return Known(_style(body, numbers), numbers, names)


def _names(reference: Reference, text: str) -> Iterator[str]:
    """An entry's authors in normal form; organisations also by their last word's and their letters' short names."""
    for author in reference.authors:
        yield _normal(author)
        words = [word for word in author.split() if word[:1].isupper()]
        if len(words) > 2:
            yield _normal("".join(word[0] for word in words))
    if short := re.search(r"\(([A-Z][A-Za-z]{1,7})\)", text[reference.start : reference.end][:100]):
        yield _normal(short[1])


def _normal(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).lower()
    return "".join(char for char in plain if char.isalnum())


def _style(body: str, numbers: frozenset[int]) -> Style:
    """How the numbers of a list stand in the text; "" where it has none."""
    if sum(_within(found[1], numbers) for found in _SQUARE.finditer(body)) >= FEW:
        return "square"
    if not numbers:
        return ""
    cited = {n for found in _ROUND.finditer(body) if _within(found[1], numbers) for n in _numbers(found[1])}
    return "round" if len(cited) >= max(COVERED * len(numbers), FEW) else "raised"


def _numbers(listed: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", listed)]


def _within(listed: str, numbers: frozenset[int]) -> bool:
    """Whether all numbers are those of the list; where there is none, whether they may be."""
    return all(n in numbers if numbers else 0 < n < 400 for n in _numbers(listed))


def reports_others(sentence: str, paper: Known) -> bool:
    """Whether a sentence reports what another source says: it cites, and speaks of nothing of the paper's own.

    What the paper found and likens to a source ("in line with Li (2009)"), or did in a source's way
    ("following [12]"), is its own.
    """
    marks = list(citations(sentence, paper))
    if not marks:
        return False
    first = sentence[: marks[0].start]
    if marks[0].told and len(first.split()) <= LEAD and not _speaks(first) and not _likened(sentence, marks[0]):
        return not _CONTRAST.search(sentence, marks[0].end)
    if _EARLIER.search(sentence):
        return not _HERE.search(sentence)
    if _speaks(_blanked(sentence, marks)):
        return False
    return not all(_likened(sentence, mark) for mark in marks)


def _speaks(text: str) -> bool:
    """Whether the authors speak of themselves or of this study, and not of one that is cited right behind."""
    return any(text[own.end() : own.end() + 2] != " \0" for own in _OWN.finditer(text))


def _blanked(sentence: str, marks: Sequence[Mark]) -> str:
    """The sentence with every citation as NUL."""
    for mark in reversed(marks):
        sentence = sentence[: mark.start] + "\0" + sentence[mark.end :]
    return sentence


def _likened(sentence: str, mark: Mark) -> bool:
    """Whether a citation stands behind words that liken to it, or that borrow from it."""
    before = re.split(r"[.;]\s", sentence[max(mark.start - NEAR, 0) : mark.start])[-1]
    for cue, noun, alone in ((_LIKENESS, _SOURCE, True), (_BORROWED, _METHOD, True), (_USING, _METHOD, False)):
        found = list(cue.finditer(before))
        gap = before[found[-1].end() :].strip(" (,") if found else ""
        near = len(gap.split()) <= GAP
        if found and near and (noun.search(gap) or (alone and not gap) or (mark.told and cue is _LIKENESS)):
            return True
    return False


def citations(sentence: str, paper: Known) -> Iterator[Mark]:
    """The citations of a sentence in order, without overlap."""
    if not re.search(r"\d|in press|forthcoming|n\.d\.", sentence):
        return
    end = 0
    for mark in sorted(
        [*_by_name(sentence, paper), *_by_number(sentence, paper)], key=lambda mark: (mark.start, -mark.end)
    ):
        if mark.start >= end:
            yield mark
            end = mark.end


def _by_name(sentence: str, paper: Known) -> Iterator[Mark]:
    for found in _TOLD.finditer(sentence):
        if start := _author(found, paper, bracketed=False):
            yield Mark(start[0], found.end(), True)
    for found in _BRACKET.finditer(sentence):
        if any(_author(part, paper, bracketed=True) for part in _PART.finditer(found.group())):
            yield Mark(found.start(), found.end(), False)


def _author(found: re.Match[str], paper: Known, bracketed: bool) -> tuple[int] | None:
    """Where the name of an author begins in what looks like names, or None where none does.

    A name is known from the reference list; without one, it shows by "et al." or in brackets by a comma.
    """
    who, at = found["who"], found.start("who")
    words = [(m.group(), m.start()) for m in re.finditer(r"[^\s,]+", who)]
    for i, (_, start) in enumerate(words):
        rest = who[start:]
        if _normal(rest) in paper.names or any(
            _normal(" ".join(w for w, _ in words[i:j])) in paper.names for j in range(i + 1, len(words) + 1)
        ):
            return (at + start,)
    if found["more"] or (not paper.names and bracketed and found["comma"] and not _COUNTED.search(words[0][0])):
        return (at,)
    return None


def _by_number(sentence: str, paper: Known) -> Iterator[Mark]:
    if paper.style == "raised":
        for found in _RAISED.finditer(sentence):
            if _within(found["n"], paper.numbers) and not _COUNTED.search(found["word"]):
                yield Mark(*_with_teller(sentence, found.start("n"), found.end(), paper))
    pattern = _ROUND if paper.style == "round" else _SQUARE
    for found in pattern.finditer(sentence):
        if _within(found[1], paper.numbers) and not _SPAN.search(sentence[: found.start()]):
            yield Mark(*_with_teller(sentence, found.start(), found.end(), paper))


def _with_teller(sentence: str, start: int, end: int, paper: Known) -> tuple[int, int, bool]:
    """A numbered citation, from the name of its author on where that stands before it."""
    teller = _TELLER.search(sentence[max(start - 80, 0) : start])
    found = _author(teller, paper, bracketed=False) if teller else None
    return (found[0] + max(start - 80, 0), end, True) if found else (start, end, False)
