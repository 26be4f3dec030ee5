"""The language of the codebook's terms: reading a term, telling whether two clash, and matching one.

A term is a phrase. It is found without regard to case, on word boundaries, under these rules:

- every word also matches its plural or -s form (`tax` finds "taxes", `policy` finds "policies");
- hyphen, space and line break are the same between words (`eco-label` finds "eco label");
- `word*` matches any word that begins so; `a|b|c` matches any of the three; both may be joined;
- ` .. ` stands for at most five words within the sentence;
- a word in CAPITALS (EIA, CDM) must stand in capitals.
"""

import itertools
import math
import re
from functools import cache

GAP = ".."
GAP_WORDS = 5
MOST_GAPS = 3  # of a term: each multiplies by six the ways in which a sentence can be tried
MOST_WAYS = 1_000  # to choose among hyphenated alternatives; each slot of a term multiplies them

Slot = tuple[tuple[str, ...], ...]  # the alternatives at one place of a term, each a run of words

_JOIN = r"(?:['’]s?)?[\s‐‑–-]+"  # a possessive may stand between two words: "government's plan"
# a full stop inside a number or abbreviation does not end a gap
_GAP_JOIN = r"(?:[^\w.;!?]|\.(?=\w))+"


@cache
def parse_term(term: str) -> tuple[Slot, ...]:
    """The places of a term in order; an empty slot stands for a gap.

    Raises ValueError, saying what is wrong, for what is no term.
    """
    slots: list[Slot] = [
        () if part == GAP else tuple(tuple(a.split("-")) for a in part.split("|")) for part in term.split()
    ]
    if not slots:
        raise ValueError("the term is empty")
    if not slots[0] or not slots[-1] or any(not a and not b for a, b in itertools.pairwise(slots)):
        raise ValueError('".." must stand between two words')
    for word in itertools.chain.from_iterable(itertools.chain.from_iterable(slots)):
        if not re.fullmatch(r"\w+|\w{3,}\*", word):
            raise ValueError(f'"{word}" is no word: write letters and digits, and "*" only after three of them')
    if slots.count(()) > MOST_GAPS:
        raise ValueError(f'more than {MOST_GAPS} times ".." in one term')
    if math.prod(1 + sum(len(words) > 1 for words in slot) for slot in slots) > MOST_WAYS:
        raise ValueError("there are too many ways to read its hyphenated alternatives; make it several terms")
    return tuple(slots)


def pattern(term: str) -> str:
    """The term as a regular expression, to be compiled with IGNORECASE.

    Each stretch of words between gaps is a group, so that a match tells which words it claims.
    """
    stretches: list[list[str]] = [[]]
    for slot in parse_term(term):
        if slot:
            stretches[-1].append("(?:" + "|".join(_JOIN.join(map(_word_pattern, a)) for a in slot) + ")")
        else:
            stretches.append([])
    gap = rf"{_GAP_JOIN}(?:\w+{_GAP_JOIN}){{0,{GAP_WORDS}}}?"
    return gap.join(rf"\b({_JOIN.join(words)})(?!\w)" for words in stretches)


def anchor(term: str) -> tuple[str, ...]:
    """Lower-case words, or beginnings of words marked `*`, one of which stands wherever the term matches."""
    slots = [slot for slot in parse_term(term) if slot]
    rarest = max(slots, key=lambda slot: min(max(map(len, words)) for words in slot))
    longest = [max(words, key=len).lower() for words in rarest]
    return tuple(itertools.chain.from_iterable((w,) if w.endswith("*") else _forms(w) for w in longest))


def overlap(a: str, b: str) -> bool:
    """Whether the two terms can claim the very same words of a text; a gap claims none."""
    return any(
        len(x) == len(y) and all(any(_same_word(u, v) for u in us for v in vs) for us, vs in zip(x, y, strict=True))
        for x in _variants(a)
        for y in _variants(b)
    )


@cache
def _forms(word: str) -> tuple[str, str]:
    """A lower-case word and its plural or -s form: `("policy", "policies")`, `("tax", "taxes")`."""
    if re.search(r"[^aeiou]y$", word):
        return word, word[:-1] + "ies"
    return word, word + ("es" if re.search(r"(s|x|z|ch|sh)$", word) else "s")


def _word_pattern(word: str) -> str:
    if word.endswith("*"):
        return word[:-1] + r"\w*"
    if word.isupper() and len(word) > 1:
        return f"(?-i:{word}s?)"
    return "(?:" + "|".join(reversed(_forms(word.lower()))) + ")"


@cache
def _variants(term: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The term's places as single-word alternatives, hyphenated ones written out as words; gaps left out."""
    choices = []
    for slot in filter(None, parse_term(term)):
        single = tuple(words[0].lower() for words in slot if len(words) == 1)
        runs = [tuple((word.lower(),) for word in words) for words in slot if len(words) > 1]
        choices.append([*([(single,)] if single else []), *runs])
    return tuple(tuple(itertools.chain.from_iterable(choice)) for choice in itertools.product(*choices))


def _same_word(a: str, b: str) -> bool:
    """Whether two lower-case words of terms can match one word of a text."""
    if a.endswith("*") and b.endswith("*"):
        return a.startswith(b[:-1]) or b.startswith(a[:-1])
    if a.endswith("*") or b.endswith("*"):
        stem, word = (a, b) if a.endswith("*") else (b, a)
        return any(form.startswith(stem[:-1]) for form in _forms(word))
    return not set(_forms(a)).isdisjoint(_forms(b))
