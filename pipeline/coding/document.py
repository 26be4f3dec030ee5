"""One document's sentences become codings, each with its domain, status and confidence."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pipeline.codebook import SHIPPED, Codebook, load_codebook
from pipeline.coding.context import sentence_domains, status
from pipeline.coding.matching import Hit, matcher
from pipeline.records import CodedPaper, Coding, Document, Passage

FIGURES = Path(__file__).parents[2] / "models" / "confidence.json"
UNKNOWN = 0.5  # confidence of a code whose terms were never held against labels


def code_document(document: Document, passages: Sequence[Passage], codebook: Codebook) -> CodedPaper:
    """Code every passage of a document. Pure: the same input gives the same codings.

    At most one coding per sentence and code; `document.text[c.start:c.end] == c.quote`.
    """
    match = matcher(codebook).match
    found = [match(document.text[p.start : p.end]) for p in passages]
    domains, paper = sentence_domains([m.domains for m in found], match(document.metadata.title).domains)
    codings = tuple(
        _coding(document, passage, hit, domain, codebook)
        for passage, matches, domain in zip(passages, found, domains, strict=True)
        for hit in matches.hits
    )
    return CodedPaper(document.id, paper, tuple(domains), codings)


def _coding(document: Document, passage: Passage, hit: Hit, domain: str, codebook: Codebook) -> Coding:
    quote = document.text[passage.start : passage.end]
    key = f"{document.id}:{passage.start}:{passage.end}:{hit.family}:{hit.code}"
    measured = _figures(codebook.fingerprint)
    return Coding(
        id=hashlib.sha256(key.encode()).hexdigest()[:16],
        document_id=document.id,
        family=hit.family,
        code=hit.code,
        domain=domain,
        status=status(quote, hit.spans),
        start=passage.start,
        end=passage.end,
        quote=quote,
        role=passage.role,
        method="terms" if measured else "terms (uncalibrated)",
        confidence=measured.get(strength(hit), UNKNOWN),
        terms=hit.terms,
        evidence=tuple((passage.start + start, passage.start + end) for start, end in hit.spans),
        cited=passage.cited,
    )


def strength(hit: Hit) -> str:
    """The kind of evidence that a hit rests on: family and several terms, a phrase, a cued term or a word."""
    if len(hit.terms) > 1:
        kind = "several"
    elif hit.cued:
        kind = "cued"
    else:
        kind = "phrase" if len(hit.terms[0].replace("-", " ").split()) > 1 else "word"
    return f"{hit.family} {kind}"


@cache
def _figures(fingerprint: str) -> Mapping[str, float]:
    """Measured confidence by strength of evidence; nothing for a codebook it was not measured on."""
    if fingerprint != load_codebook(SHIPPED).fingerprint:
        return {}
    kept: dict[str, float] = json.loads(FIGURES.read_text(encoding="utf-8"))["confidence"]
    return kept


def version() -> str:
    """What confidence was measured with: a hash of the figures."""
    return "terms-" + hashlib.sha256(FIGURES.read_bytes()).hexdigest()[:8]
