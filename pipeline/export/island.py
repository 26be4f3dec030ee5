"""The codings and quotes of the report, as packed JSON inside the page.

The report's script builds a cell's quotes when it is opened, so that ten thousand quotes cost little and
nothing in a paper's text is ever taken for markup.
"""

import base64
import itertools
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from markupsafe import Markup

from pipeline.documents import Role
from pipeline.evidence import code_labels
from pipeline.export.results import Results
from pipeline.export.statements import cited
from pipeline.export.strata_table import strata_view
from pipeline.export.told import clean, sides_of, told_by
from pipeline.places import CONTEXT
from pipeline.records import BOTH, OTHER, Coding, DecidedBy, Paper, Place, ReviewStatus, Status

BUDGET = 2_350_000  # characters of all this as it stands in the page; quotes beyond it are in evidence.csv alone
ROW = 24  # of them that a coding and its sentence cost without their quote
PACKED = 0.42  # of them that a character of text costs
FOR_BEST = 0.25  # of the budget, however many codings there are: the quotes that tables and narrative lead to
FOR_QUOTES = 0.8  # of what is left for text; the rest is for context
_STATUSES = get_args(Status)
_NUMBER = {word: at for kind in (Status, Role, ReviewStatus, DecidedBy) for at, word in enumerate(get_args(kind))}

Sentence = tuple[str, int, int]


def island(results: Results) -> Markup:
    """What the script needs: JSON, deflated and in base64, so that nothing in it can end its element.

    Its rows are lists, to be small, and those of `codings` are turned into columns, to be smaller:

    papers: [key, title, byline, year, left?, right?, places, sectors]; sentences: [paper, page, page label,
    section, place down the page in percent, quote, before, after], cut short where the budget holds no text;
    codings: [id, sentence, code, domain, status, role, confidence in percent, cited?, name, place, sector, what
    made it, review, who decided, coding that it is tied to or -1, left?, right?, [[start, end] of terms in the
    quote]]. All but percent and offsets are numbers of entries, from 0, in the lists of that name; `words` holds
    sections, names, places, sectors and what made a coding. What people rejected is there too, and counts on
    neither side. `strata` are those of `strata_view`.
    """
    book = results.codebook
    words: dict[str, int] = {"": 0}
    sides = book.domains[0].id, book.domains[1].id
    papers = [_paper(paper, sides, words) for paper in results.papers]
    sentences, codings = _rows(results, words)
    data = {
        "domains": [*([d.id, d.label] for d in book.domains), [BOTH, "both sides"], [OTHER, "neither side"]],
        "families": [[f.id, f.label] for f in book.families],
        "codes": [[at, c.id, c.label] for at, f in enumerate(book.families) for c in f.codes],
        "statuses": _STATUSES,
        "roles": get_args(Role),
        "reviews": get_args(ReviewStatus),
        "deciders": get_args(DecidedBy),
        "words": list(words),
        "papers": papers,
        "sentences": sentences,
        "codings": list(zip(*codings, strict=True)),
        "strata": strata_view(results, {row[0]: at for at, row in enumerate(codings)}),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # level 9 takes five times as long for 2 %
    packed = base64.b64encode(zlib.compress(clean(text).encode(), 6)).decode("ascii")
    return Markup(packed)  # noqa: S704 - base64 has no character that means something in HTML


def _paper(paper: Paper, sides: tuple[str, str], words: dict[str, int]) -> list[Any]:
    about = paper.metadata
    stands = [int(paper.domain in (side, BOTH)) for side in sides]
    within = [[_word(words, word) for word in listed] for listed in (paper.places, paper.sectors)]
    named = [paper.citation_key, about.title or paper.path, byline(about.authors, about.year), about.year]
    return [*named, *stands, *within]


def _rows(results: Results, words: dict[str, int]) -> tuple[list[list[Any]], list[list[Any]]]:
    """Sentences and codings, in the order of the papers and their text; `words` gains what they need."""
    told, around = _within(results)
    counted = {coding.id for coding in results.codings}
    shown = results.evidence or results.codings
    place = {coding.id: at for at, coding in enumerate(shown)}
    labels = code_labels(results.codebook)
    papers = {paper.document_id: (at, paper) for at, paper in enumerate(results.papers)}
    codes = {key: at for at, key in enumerate((f.id, c.id) for f in results.codebook.families for c in f.codes)}
    domains = {name: at for at, name in enumerate([*(d.id for d in results.codebook.domains), BOTH, OTHER])}
    sentences: list[list[Any]] = []
    codings: list[list[Any]] = []
    for document_id, group in itertools.groupby(shown, key=lambda c: c.document_id):
        of_paper = list(group)
        placed = results.placed(document_id, {(c.start, c.end) for c in of_paper})
        at, paper = papers[document_id]
        seen: dict[Sentence, int] = {}
        for coding in of_paper:
            key = _sentence(coding)
            if key not in seen:
                seen[key] = len(sentences)
                stands = placed[coding.start, coding.end]
                sentences.append([at, *_told(stands, coding, words, key in told, key in around)])
            found = [coding.id, seen[key], codes[coding.family, coding.code], domains[coding.domain]]
            sides = [int(coding.id in counted and on) for on in sides_of(coding, paper, results.codebook)]
            about = [*_about(coding, words), _word(words, _made(coding, labels)), *_decided(coding)]
            tied = place.get(coding.tied_to, -1)
            codings.append([*found, *about, tied, *sides, _marks(coding) if key in told else []])
    return sentences, codings


def _sentence(coding: Coding) -> Sentence:
    return coding.document_id, coding.start, coding.end


def _word(words: dict[str, int], word: str) -> int:
    return words.setdefault(word, len(words))


def _told(place: Place, coding: Coding, words: dict[str, int], told: bool, around: bool) -> list[Any]:
    label = place.label if place.label != str(place.page) else ""
    where = ", ".join(part for part in (place.section or coding.role, place.note) if part)
    quote = [clean(coding.quote)] if told else []
    context = (place.before, place.after) if around else ()
    return [place.page, label, _word(words, where), place.down, *quote, *context]


def _about(c: Coding, words: dict[str, int]) -> list[int]:
    names = [_word(words, word) for word in (c.named_instrument, c.place, c.sector)]
    return [_NUMBER[c.status], _NUMBER[c.role], round(c.confidence * 100), int(c.cited), *names]


def _decided(c: Coding) -> list[int]:
    return [_NUMBER[c.review_status], _NUMBER[c.decided_by]]


def _made(c: Coding, labels: Mapping[tuple[str, str], str]) -> str:
    """What made a coding and who decided on it: "terms+head, recoded by Ann (the machine: Cost, negated). A note"."""
    code = labels.get((c.original_family, c.original_code), c.original_code)
    before = ", ".join(part for part in (code, c.original_status, c.original_domain) if part)
    return f"{told_by(c)}{f' (the machine: {before})' if before else ''}{f'. {c.note}' if c.note else ''}"


def _marks(c: Coding) -> list[list[int]]:
    return [[start - c.start, end - c.start] for start, end in sorted(c.evidence)]


def _within(results: Results) -> tuple[set[Sentence], set[Sentence]]:
    """The sentences whose quote, and whose context, the report carries: the most wanted, up to the budget."""
    lengths = {_sentence(coding): len(coding.quote) for coding in _ranked(results)}
    needed = ROW * len(results.evidence or results.codings)
    left = max(BUDGET - needed, BUDGET * FOR_BEST) / PACKED
    told = set(_up_to(lengths.items(), left * FOR_QUOTES))
    return told, set(_up_to(((s, 2 * CONTEXT) for s in lengths if s in told), left * (1 - FOR_QUOTES)))


def _up_to(lengths: Iterable[tuple[Sentence, int]], budget: float) -> Iterator[Sentence]:
    for sentence, length in lengths:
        budget -= length
        if budget < 0:
            return
        yield sentence


def _ranked(results: Results) -> list[Coding]:
    """All codings, the most wanted first: those that are shown as best or cited, then each paper's best per code."""
    named = {coding_id for row in results.comparisons for coding_id in row.quotes} | cited(results)
    surest = sorted(results.evidence or results.codings, key=lambda c: (_NUMBER[c.status], -c.confidence, c.id))
    before: dict[tuple[str, str, str], int] = {}
    turns = {}
    for coding in surest:
        cell = coding.document_id, coding.family, coding.code
        turns[coding.id] = (coding.id not in named, before.setdefault(cell, 0))
        before[cell] += 1
    return sorted(surest, key=lambda c: turns[c.id])


def byline(authors: tuple[str, ...], year: int | None) -> str:
    """Authors and year in short: "Lin and Paragon 2024", "Lin et al. 2024"."""
    names = [_family_name(author) for author in authors]
    short = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return " ".join(part for part in (short, str(year or "")) if part)


def _family_name(author: str) -> str:
    return author.partition(",")[0].strip() if "," in author else author.split()[-1] if author.split() else author
