"""One document's sentences become codings, each with its domain, status and confidence."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from pipeline.codebook import UNSPECIFIED, Codebook, Family
from pipeline.coding.context import sentence_domains, status
from pipeline.coding.features import Features, describe, domain_shares, tokens
from pipeline.coding.head import Array, Head, load_head
from pipeline.coding.matching import Hit, Matches, Span, matcher
from pipeline.coding.named import Mention, mentions, nearest, spoken_of
from pipeline.coding.negation import denied
from pipeline.coding.sectors import sectors
from pipeline.coding.tied import INSTRUMENT, tie
from pipeline.coding.words import MODEL as VECTORS
from pipeline.documents import Document, Passage
from pipeline.records import BOTH, OTHER, CodedPaper, Coding, Status

MODEL = Path(__file__).parents[2] / "models" / "head.npz"
DOUBTFUL = 0.1  # confidence below which a code is not given, though its family is there and its terms stand
DENIED = 0.3  # share of the probability usually asked for that a code needs whose words are denied
NEARLY, LIKELY = (
    0.6,
    0.2,
)  # share of that probability, and confidence, that a motivator or deterrent named outright needs
UNKNOWN = 0.5  # confidence of a code whose terms were never held against labels
PAPER = 0.7  # weight of the whole paper, against the sentence, in telling which side a sentence is on
FEWEST, SHARE = 5, 0.1  # sentences of a paper, and share of them, with terms of a domain: fewer may be chance
RARE = 1.5  # log-odds added to `both`, which few sentences have, so that it is found as often as it stands
SHORT = 3  # letters of words that are no reason by themselves
REASONS = 3  # words given as evidence where no term fired


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document with what was found in it; `scores` is empty without a head."""

    passage: Passage
    text: str
    own: Matches
    features: Features
    scores: Array


def code_document(
    document: Document, passages: Sequence[Passage], codebook: Codebook, head: Head | None = None
) -> CodedPaper:
    """Code every passage of a document. Pure: the same input gives the same codings.

    At most one coding per sentence and code; `document.text[c.start:c.end] == c.quote`. Without `head` the
    one that ships is used, if it was trained on this codebook; else the terms alone decide.
    """
    head = head or shipped_head(codebook.fingerprint)
    match = matcher(codebook).match
    title = match(document.metadata.title)
    sentences = _read(document, passages, title, match, head)
    domains, paper = _domains(sentences, title, codebook, head)
    known = spoken_of(" ".join([document.metadata.title, *(s.text for s in sentences)]))
    codings = [
        coding
        for sentence, domain in zip(sentences, domains, strict=True)
        for family in codebook.families
        for coding in _codings(document.id, sentence, domain, family, head, known)
    ]
    tied = tie(document.text, passages, codings)
    return CodedPaper(document.id, paper, tuple(domains), tied, *_about(document.metadata.title, sentences))


@cache
def shipped_head(fingerprint: str) -> Head | None:
    """The head that ships, or None for a codebook it was not trained on."""
    head = load_head(MODEL)
    return head if head.about["codebook"] == fingerprint else None


def own_head(path: Path, fingerprint: str) -> Head | None:
    """A head of the user's own, or None where there is none, or it was trained on another codebook.

    Raises PrecedentError where the file is damaged.
    """
    if not path.is_file():
        return None
    head = load_head(path)
    return head if head.about["codebook"] == fingerprint else None


def version(own: Path | None = None) -> str:
    """Which head codes: a hash of its file, the user's own if there is one, and of the word vectors it reads."""
    path = own if own and own.is_file() else MODEL
    content = path.read_bytes() + VECTORS.read_bytes()
    return f"{'own-' if path is own else ''}head-" + hashlib.sha256(content).hexdigest()[:8]


def _read(
    document: Document, passages: Sequence[Passage], title: Matches, match: Callable[[str], Matches], head: Head | None
) -> list[Sentence]:
    """Every passage with its matches, features and scores."""
    texts = [document.text[p.start : p.end] for p in passages]
    found = [match(text) for text in texts]
    sentences, shares = [], domain_shares(found)
    for at, (passage, text) in enumerate(zip(passages, texts, strict=True)):
        features = describe(at, found, text, title, shares) if head else {}
        scores = head.scores(text, features) if head else np.zeros(0)
        sentences.append(Sentence(passage, text, found[at], features, scores))
    return sentences


def _domains(
    sentences: Sequence[Sentence], title: Matches, codebook: Codebook, head: Head | None
) -> tuple[list[str], str]:
    """The domain of every sentence and of the paper: by the head, or by terms without one.

    A paper that the terms find on a side stays there unless they are few and the head puts it on neither. In a paper
    on both sides what a sentence says itself, or what stands just before it, tells its side: the paper tells none.
    """
    sides, paper = sentence_domains([s.own.domains for s in sentences], title.domains)
    if head is None or not sentences:
        return sides, paper
    ids = [*(d.id for d in codebook.domains), BOTH, OTHER]
    own = np.array([s.scores[[head.outputs[f"domain {side}"] for side in ids]] for s in sentences])
    own[:, ids.index(BOTH)] += RARE
    if paper != OTHER and _told(sentences, title):
        own = own[:, : ids.index(OTHER)]
    whole = own.mean(axis=0)
    leaning = [ids[at] for at in (PAPER * whole + (1 - PAPER) * own).argmax(axis=1)]
    if paper == BOTH:
        leaning = [lean if OTHER in (lean, side) else side for lean, side in zip(leaning, sides, strict=True)]
    return leaning, OTHER if ids[int(whole.argmax())] == OTHER else paper


def _told(sentences: Sequence[Sentence], title: Matches) -> bool:
    """Whether so many terms of a domain stand in a paper, or one in its title, that no sentence is on neither side."""
    named = sum(any(s.own.domains.values()) for s in sentences)
    return any(title.domains.values()) or named >= max(FEWEST, SHARE * len(sentences))


def _about(title: str, sentences: Sequence[Sentence]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The places and the sectors that the title names or, where it names none, the abstract."""
    abstract = " ".join(s.text for s in sentences if s.passage.role == "abstract")
    places = _names(mentions(title).places) or _names(mentions(abstract).places)
    return places, _names(sectors(title)) or _names(sectors(abstract))


def _names(found: Sequence[tuple[str, Span]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name, _ in found))


def _codings(
    document_id: str, sentence: Sentence, domain: str, family: Family, head: Head | None, known: frozenset[str]
) -> Iterator[Coding]:
    """The codings of one family in a sentence."""
    hits = {hit.code: hit for hit in sentence.own.hits if hit.family == family.id}
    given = _given(sentence, family, hits, head)
    named = mentions(sentence.text, known) if given else Mention((), (), ())
    industries = sectors(sentence.text) if given else ()
    for code, confidence in given:
        hit = hits.get(code)
        terms, spans = (hit.terms, hit.spans) if hit else _reasons(sentence, family.id, code, head)
        key = f"{document_id}:{sentence.passage.start}:{sentence.passage.end}:{family.id}:{code}"
        yield Coding(
            id=hashlib.sha256(key.encode()).hexdigest()[:16],
            document_id=document_id,
            family=family.id,
            code=code,
            domain=domain,
            status=_status(sentence, spans, head),
            start=sentence.passage.start,
            end=sentence.passage.end,
            quote=sentence.text,
            role=sentence.passage.role,
            method="terms (uncalibrated)" if head is None else "terms+head" if hit else "head",
            confidence=confidence,
            terms=terms,
            evidence=tuple((sentence.passage.start + a, sentence.passage.start + b) for a, b in spans),
            named_instrument=nearest(named.instruments, spans) if family.id == INSTRUMENT else "",
            actor=nearest(named.actors, spans),
            place=nearest(named.places, spans),
            cited=sentence.passage.cited,
            sector=nearest(industries, spans),
        )


def _given(sentence: Sentence, family: Family, hits: Mapping[str, Hit], head: Head | None) -> list[tuple[str, float]]:
    """The codes of a family that a sentence gets, with their confidence.

    The head decides. Where it finds a motivator or deterrent, those that the terms name outright are given too.
    """
    if head is None:
        return [(code, UNKNOWN) for code in hits]
    if not hits and family.id in sentence.own.vetoed:
        return []
    plain = {code for code, hit in hits.items() if not hit.cued}
    named = plain - {UNSPECIFIED} if family.id != INSTRUMENT else set()  # instruments are named in passing all the time
    choose = partial(head.choose, family, sentence.scores, sentence.own, sentence.features)
    chosen = choose(named=named)
    if not chosen:
        chosen = {code: p for code, p in choose(NEARLY, named).items() if code in named and p >= LIKELY}
    if not chosen:  # labels hold few plain denials ("no subsidy exists"), so the terms have more of a say there
        refused = {code for code in plain if denied(sentence.text, hits[code].spans)}
        chosen = {code: p for code, p in (choose(DENIED) if refused else {}).items() if code in refused}
    given = [(code, round(head.calibrated(confidence), 4)) for code, confidence in chosen.items()]
    return [(code, confidence) for code, confidence in given if confidence >= DOUBTFUL]


def _reasons(sentence: Sentence, family: str, code: str, head: Head | None) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The words that spoke most for a code of which no term fired, and their spans; else the whole sentence."""
    words = [(head.word_weight(word, family, code), span) for word, span in tokens(sentence.text)] if head else []
    best = sorted(
        sorted((w, span) for w, span in words if w > 0 and span[1] - span[0] > SHORT)[-REASONS:],
        key=lambda found: found[1],
    )
    if not best:
        return (), ((0, len(sentence.text)),)
    spans = tuple(span for _, span in best)
    return tuple(dict.fromkeys(f"~{sentence.text[a:b].lower()}" for a, b in spans)), spans


def _status(sentence: Sentence, spans: Sequence[Span], head: Head | None) -> Status:
    """By cues around the spans; whether it is proposed, by the head where there is one."""
    by_cue = status(sentence.text, spans)
    if head is None or by_cue == "negated":
        return by_cue
    return "proposed" if head.likely("status proposed", sentence.scores) >= head.threshold["status"][0] else "asserted"
