"""Codebook terms against one sentence: which codes and domains it names, and by which words."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.codebook import UNSPECIFIED, Code, Codebook
from pipeline.terms import anchor, pattern

Span = tuple[int, int]
Kind = Literal["term", "cued", "cue", "unless"]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A code in a sentence: the terms that fired, in alphabetical order, and the spans that they claim.

    `cued` says that it rests on cued terms alone. Spans are offsets into the sentence, in text order.
    """

    family: str
    code: str
    terms: tuple[str, ...]
    spans: tuple[Span, ...]
    cued: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """What the terms found in a sentence: hits in codebook order, the count of terms per domain, the families'
    cues as (family, term), and the families of which an `unless` phrase stands in it."""

    hits: tuple[Hit, ...]
    domains: dict[str, int]
    cues: tuple[tuple[str, str], ...] = ()
    vetoed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    """A term as compiled; `owner` is (family, code), (family, "") for a cue, or ("", domain)."""

    owner: tuple[str, str]
    kind: Kind
    term: str
    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A match of a rule: the spans of its words, a gap between any two."""

    rule: _Rule
    spans: tuple[Span, ...]

    @property
    def length(self) -> int:
        return sum(end - start for start, end in self.spans)


class Matcher:
    """The terms of a codebook, compiled. A rule is run only on sentences that hold its anchor word."""

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook
        self._words: defaultdict[str, list[_Rule]] = defaultdict(list)
        self._stems: defaultdict[str, list[tuple[str, _Rule]]] = defaultdict(list)
        for rule in _rules(codebook):
            for word in anchor(rule.term):
                if word.endswith("*"):
                    self._stems[word[:3]].append((word[:-1], rule))
                else:
                    self._words[word].append(rule)
        # words repeat; the bound keeps memory flat however many papers are read
        self._rules_for = lru_cache(maxsize=50_000)(self._look_up)

    def match(self, sentence: str) -> Matches:
        """The codes and domains that the sentence names by itself."""
        found: defaultdict[tuple[str, str], list[_Claim]] = defaultdict(list)
        candidates: dict[int, _Rule] = {}
        for word in set(_WORD.findall(sentence.lower())):
            candidates.update((id(rule), rule) for rule in self._rules_for(word))
        for rule in candidates.values():
            for match in rule.regex.finditer(sentence):
                spans = tuple(match.span(group) for group in range(1, rule.regex.groups + 1))
                found[rule.owner].append(_Claim(rule, spans))
        domains = {d.id: len(set(_kept(found["", d.id], ()))) for d in self._codebook.domains}
        cues = {(f.id, c.rule.term) for f in self._codebook.families for c in found.get((f.id, ""), ())}
        vetoed = {owner[0] for owner, claims in found.items() if any(c.rule.kind == "unless" for c in claims)}
        return Matches(tuple(self._hits(found)), domains, tuple(sorted(cues)), tuple(sorted(vetoed - {""})))

    def _look_up(self, word: str) -> tuple[_Rule, ...]:
        stems = (rule for stem, rule in self._stems.get(word[:3], ()) if word.startswith(stem))
        return (*self._words.get(word, ()), *stems)

    def _hits(self, found: dict[tuple[str, str], list[_Claim]]) -> Iterator[Hit]:
        for family in self._codebook.families:
            cues = found.get((family.id, ""), ())
            kept = {code.id: _kept(found.get((family.id, code.id), ()), cues) for code in family.codes}
            standing = _longest([claim for claims in kept.values() for claim in claims])
            hits = [hit for code in family.codes if (hit := _hit(family.id, code, standing))]
            yield from (hit for hit in hits if hit.code != UNSPECIFIED or len(hits) == 1)


@lru_cache(maxsize=4)
def matcher(codebook: Codebook) -> Matcher:
    """The codebook's terms, compiled once."""
    return Matcher(codebook)


def _rules(codebook: Codebook) -> Iterator[_Rule]:
    for domain in codebook.domains:
        yield from _compiled(("", domain.id), "term", domain.terms)
        yield from _compiled(("", domain.id), "unless", domain.unless)
    for family in codebook.families:
        yield from _compiled((family.id, ""), "cue", family.cues)
        for code in family.codes:
            owner = (family.id, code.id)
            yield from _compiled(owner, "term", code.terms)
            yield from _compiled(owner, "cued", code.cued_terms)
            yield from _compiled(owner, "unless", code.unless)


def _compiled(owner: tuple[str, str], kind: Kind, terms: Sequence[str]) -> Iterator[_Rule]:
    for term in terms:
        yield _Rule(owner, kind, term, re.compile(pattern(term), re.IGNORECASE))


def _kept(claims: Iterable[_Claim], cues: Iterable[_Claim]) -> list[_Claim]:
    """The claims that no `unless` vetoes and, if cued, that have a cue among other words."""
    claims = list(claims)
    vetoes = [claim for claim in claims if claim.rule.kind == "unless"]
    return [
        claim
        for claim in claims
        if claim.rule.kind in ("term", "cued")
        and not any(_touch(claim, veto) for veto in vetoes)
        and (claim.rule.kind == "term" or any(not _touch(claim, cue) for cue in cues))
    ]


def _touch(a: _Claim, b: _Claim) -> bool:
    return any(s < f and t < e for s, e in a.spans for t, f in b.spans)


def _longest(claims: list[_Claim]) -> list[_Claim]:
    """The claims that no longer one displaces."""
    ordered = sorted(claims, key=lambda c: (-c.length, c.spans, c.rule.owner))
    standing: list[_Claim] = []
    for claim in ordered:
        if not any(_displaces(longer, claim) for longer in standing):
            standing.append(claim)
    return standing


def _displaces(longer: _Claim, claim: _Claim) -> bool:
    """Whether the longer claim takes the other's words: any of them or, where a gap is in play, all.

    "lack .. skills" and "lack .. capital" share their "lack" in an enumeration, and both stand.
    """
    if len(longer.spans) == len(claim.spans) == 1:
        return _touch(longer, claim)
    return all(any(t <= s and e <= f for t, f in longer.spans) for s, e in claim.spans)


def _hit(family: str, code: Code, standing: list[_Claim]) -> Hit | None:
    claims = [claim for claim in standing if claim.rule.owner == (family, code.id)]
    if not claims:
        return None
    terms = tuple(sorted({claim.rule.term for claim in claims}))
    spans = tuple(sorted({span for claim in claims for span in claim.spans}))
    return Hit(family, code.id, terms, spans, all(claim.rule.kind == "cued" for claim in claims))
