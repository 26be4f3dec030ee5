"""Decisions are found again in the texts as they are now: by offsets, by quote and context, in a new file of the paper.

Nothing is guessed at: a quote that stands in several places with the same surroundings, or whose likeness
lacks a number or a negation of the other, is not found.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz import fuzz

from pipeline.bibliography import normal_doi, normal_title
from pipeline.outcomes import Unanchored
from pipeline.records import Paper
from pipeline.review.decision import ON_PAPERS, Decision

CONTEXT = 60  # characters of context kept on either side of a quote
LIKE = 90  # of 100, likeness of a quote and a stretch of text that is taken for it
FEWEST = 30  # letters and digits that a quote must have to be found by likeness
AROUND = 60  # of 100, likeness of the surroundings that a place must have where the quote stands in several
_SOLID = re.compile(r"[^\W_]")  # spaces, hyphens and signs are what readings of one page differ in
_GIST = re.compile(r"\d+|\b(?:no|not|never|nor|neither|without|cannot)\b|n['’]t\b")  # change these, change the sense

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Anchored:
    """Decisions with `document_id`, `start`, `end` and `quote` as they are now, and those that have no place."""

    decisions: tuple[Decision, ...]
    lost: tuple[Unanchored, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text, its letters and digits in lower case, and for each of these its offset in the text."""

    whole: str
    solid: str
    offsets: tuple[int, ...]


def standing(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions that nobody took back, without the undoings, in the order of (at, id).

    An undo that was itself undone takes nothing back.
    """
    listed = sorted(decisions, key=lambda d: (d.at, d.id))
    undoing: dict[str, list[str]] = defaultdict(list)
    for decision in listed:
        if decision.action == "undo":
            undoing[decision.undoes].append(decision.id)

    def stands(decision_id: str, asked: frozenset[str] = frozenset()) -> bool:
        if decision_id in asked:  # undoings in a circle, which only a hand can write
            return False
        return not any(stands(other, asked | {decision_id}) for other in undoing.get(decision_id, ()))

    return tuple(d for d in listed if d.action != "undo" and stands(d.id))


def anchor(
    decisions: Iterable[Decision], papers: Sequence[Paper], coding_ids: Collection[str], text: Callable[[str], str]
) -> Anchored:
    """Find the place of every decision that stands. `text` gives a paper's text and is asked only where it must be.

    A decision on a coding that the machine makes now as then (`coding_ids`), or on a paper that is there,
    stays as it is. Else its quote is looked for where it stood; then in the paper's text, and where the file
    is gone in those of the papers with its DOI, title or citation key: as it is written, then by its letters and
    digits alone, then by likeness (LIKE of 100, rapidfuzz's partial ratio) with the same numbers and
    negations. Of several places the one with the surroundings that were kept is taken.
    """
    here = {paper.document_id for paper in papers}
    heirs = _heirs(papers)
    texts = cache(lambda document_id: _solid(text(document_id)))
    found: list[Decision] = []
    lost: list[Unanchored] = []
    for decision in standing(decisions):
        candidates = [decision.document_id] if decision.document_id in here else heirs(decision)
        placed = _placed(decision, candidates, coding_ids, texts)
        if isinstance(placed, str):
            lost.append(unanchored(decision, placed))
        else:
            found.append(placed)
    return Anchored(tuple(found), tuple(lost))


def unanchored(decision: Decision, reason: str) -> Unanchored:
    """A decision that has no effect, with its last place, and why."""
    d = decision
    code = d.family or d.original_family, d.code or d.original_code
    about = d.id, d.at, d.coder, d.action, d.document_id, d.citation_key, d.title
    return Unanchored(*about, *code, d.start, d.end, d.quote, d.note, reason)


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """The context of a place, as decisions keep it: at most CONTEXT characters before and after."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def _placed(
    decision: Decision, candidates: Sequence[str], coding_ids: Collection[str], texts: Callable[[str], _Text]
) -> Decision | str:
    """The decision where it belongs now, or why it has no place."""
    if not candidates:
        return "the paper is not in the tables, nor one with its DOI or title"
    if decision.action in ON_PAPERS:
        return replace(decision, document_id=candidates[0])
    same = candidates[0] == decision.document_id
    if same and decision.coding_id in coding_ids:
        return decision
    for document_id in candidates:
        held = texts(document_id)
        as_was = same and held.whole[decision.start : decision.end] == decision.quote
        span = (decision.start, decision.end) if as_was else find(decision, held)
        if span:
            return replace(
                decision, document_id=document_id, start=span[0], end=span[1], quote=held.whole[span[0] : span[1]]
            )
    return "the quote is not in the paper's text, or in several places alike"


def _heirs(papers: Sequence[Paper]) -> Callable[[Decision], list[str]]:
    """Which papers may be the one, in another file, that a decision speaks of; the likeliest first.

    A key made from surname, year and word may have gone to another paper, so that it is enough only for a
    quote, which must be found there too.
    """
    by_doi, by_title, by_key = (defaultdict(list) for _ in range(3))
    for paper in papers:
        by_doi[normal_doi(paper.metadata.doi)].append(paper.document_id)
        by_title[normal_title(paper.metadata.title)].append(paper.document_id)
        by_key[paper.citation_key].append(paper.document_id)

    def heirs(decision: Decision) -> list[str]:
        marks = [(by_doi, normal_doi(decision.doi)), (by_title, normal_title(decision.title))]
        if decision.action not in ON_PAPERS:
            marks.append((by_key, decision.citation_key))
        return list(dict.fromkeys(i for held, mark in marks if mark for i in held.get(mark, ())))

    return heirs


# ---- a quote in a text ----


def _solid(text: str) -> _Text:
    kept = [(low, at) for at, char in enumerate(text) if _SOLID.match(char) for low in char.lower()]
    return _Text(text, "".join(char for char, _ in kept), tuple(at for _, at in kept))


def find(decision: Decision, held: _Text) -> Span | None:
    """Where the quote of a decision stands in a text, if at one place only."""
    for spans in (_written(decision.quote, held), _lettered(decision.quote, held), _alike(decision.quote, held)):
        places = [span for span in spans if _cut_alike(decision, span, held.whole)]
        if places:
            return _by_context(decision, places, held.whole)
    return None


def _written(quote: str, held: _Text) -> Iterator[Span]:
    return ((at, at + len(quote)) for at in _occurrences(quote, held.whole))


def _lettered(quote: str, held: _Text) -> Iterator[Span]:
    """Where the letters and digits of a quote stand, whatever is between them."""
    letters = _letters(quote)
    for at in _occurrences(letters, held.solid) if letters else ():
        yield _with_signs(quote, held, at, at + len(letters))


def _alike(quote: str, held: _Text) -> Iterator[Span]:
    """The stretch of text, of whole words, that is most like a quote."""
    letters = _letters(quote)
    if len(letters) < FEWEST:
        return
    near = fuzz.partial_ratio_alignment(letters, held.solid, score_cutoff=LIKE)
    if near is None or len(letters) > len(held.solid):
        return
    slack = len(letters) // 10
    scored = [
        (fuzz.ratio(letters, held.solid[start:end], score_cutoff=LIKE), _with_signs(quote, held, start, end))
        for start in _edges(held, near.dest_start, slack)
        for end in _edges(held, near.dest_end, slack)
        if start < end
    ]
    score, (start, end) = max(scored, default=(0.0, (0, 0)))
    if score and _gist(quote) == _gist(held.whole[start:end]):
        yield start, end


def _edges(held: _Text, near: int, slack: int) -> list[int]:
    """Places among the letters, at most `slack` from one, between which and the letter before lies no word."""
    places = range(max(0, near - slack), min(len(held.solid), near + slack) + 1)
    return [at for at in places if at in (0, len(held.solid)) or held.offsets[at] > held.offsets[at - 1] + 1]


def _with_signs(quote: str, held: _Text, first: int, end: int) -> Span:
    """Letters [first, end) as a span of the text, with the signs around them where the quote has some."""
    start, stop, text = held.offsets[first], held.offsets[end - 1] + 1, held.whole
    while not quote[0].isalnum() and start and _is_sign(text[start - 1]):
        start -= 1
    while not quote[-1].isalnum() and stop < len(text) and _is_sign(text[stop]):
        stop += 1
    return start, stop


def _is_sign(char: str) -> bool:
    return not char.isalnum() and not char.isspace()


def _letters(text: str) -> str:
    return "".join(_SOLID.findall(text)).lower()


def _gist(text: str) -> list[str]:
    return _GIST.findall(text.lower())


def _occurrences(part: str, whole: str) -> Iterator[int]:
    at = whole.find(part)
    while at >= 0:
        yield at
        at = whole.find(part, at + 1)


def _cut_alike(decision: Decision, span: Span, text: str) -> bool:
    """Whether a place cuts no word that the quote did not cut: "tax" is not in "syntax"."""
    start, end = span
    now = _cuts(text[max(0, start - 1) : start], text[start]), _cuts(text[end - 1], text[end : end + 1])
    then = _cuts(decision.before[-1:], decision.quote[0]), _cuts(decision.quote[-1], decision.after[:1])
    return now[0] <= then[0] and now[1] <= then[1]


def _cuts(before: str, after: str) -> bool:
    return before.isalnum() and after.isalnum()


def _by_context(decision: Decision, places: Sequence[Span], text: str) -> Span | None:
    """The only place, or the one whose surroundings are clearly those that were kept."""
    if len(places) == 1:
        return places[0]
    scored = sorted(((_likeness(decision, around(text, *span)), span) for span in places), reverse=True)
    (first, span), (second, _) = scored[:2]
    return span if first >= AROUND and first > second else None


def _likeness(decision: Decision, context: tuple[str, str]) -> float:
    told = _letters(decision.before), _letters(decision.after)
    return sum(fuzz.ratio(a, _letters(b)) for a, b in zip(told, context, strict=True)) / 2
