"""Whether the words of a coding are denied in their sentence: negations, their reach, and what only looks like one.

A negation reaches the words behind it in its clause ("no subsidy", "did not introduce a tax") and, as a denied
verb, its subject ("regulation did not motivate"), in the spirit of NegEx (Chapman et al. 2001) with clauses for
limits. Two negations cancel out ("would not have happened without a subsidy").
"""

import re
from collections.abc import Sequence

REACH = 9  # words between a negation and what it denies

_AUX = r"(?:is|are|was|were|be|been|being|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)"
_NOT = rf"(?:{_AUX} (?:\w+ly |yet |also |always )?not|{_AUX}n['’]t|can(?:no|['’])t|won['’]t)"
_SELDOM = r"(?:never|hardly|scarcely|barely|rarely|seldom|nowhere|in no way|by no means|no longer)"
_FAIL = r"(?:fail(?:s|ed|ing)? to|refus(?:e|es|ed|ing) to|ceas(?:e|es|ed) to|declin(?:e|es|ed) to|unable to)"
_SHOW = r"(?:evidence|support|indication|sign|proof|signs|indications|relationship|association|correlation|link)"

# what looks like a negation and is none; each is blanked out before the search
_APPARENT = re.compile(
    r"\bnot (?:only|just|merely|simply|solely|least|surprisingly|to mention|unlike|until|uncommon\w*|unusual\w*|few)\b|"
    rf"\b(?:{_NOT}|not) (?:the |their |its |a matter of )?(?:only|sole|just|merely|simply|solely|until|alone)\b|"
    r"\bno (?:doubt|less|fewer|more than|later than|longer than|matter|sooner|small|mean|wonder|surprise|denying)\b|"
    r"\bno longer (?:than|free|able|allowed|permitted|tolerated|accepted|ignored?)\b|"
    r"\bno[- ]regrets?\b|\bnot[- ]for[- ]profit\b|\b\w+ or (?:\w+ )?not\b|\bif not\b|\bnothing but\b|"
    r"\bnothing less\b|\bwith(?:,? (?:and|or)|/) ?without\b|"
    r"\bnot (?:all|every|each|both|always|fully|entirely|evenly|equally)\b|"
    r"\bnever(?:theless|-ending)\b|\bno ?\. ?\d+|\bnot without\b|\b(?:not|n['’]t|cannot|never) fail\w*\b|"
    rf"(?:\b{_NOT}|\bnever|\bcannot|\bnot) (?:\w+ )?(?:be )?(?:deny|denied|ignored?|neglect\w*|overlook\w*|overstated?|"
    r"overestimated?|doubt\w*|disputed?|afford|avoid|escape|circumvent|negligible|insignificant|unimportant|"
    r"irrelevant|absent|missing|lacking|enough|sufficient|stop(?:ped)? at)\b|"
    r"\bno (?:lack|shortage|absence|dearth) of\b|"
    r"\bnot (?:enough|sufficient\w*|yet clear|clear|known|well understood)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(rf"\b(?:that|who|which|whose \w+) {_NOT} \w+|\b(?:that|who|which) {_SELDOM} \w+", re.IGNORECASE)
# where a clause begins, for words behind it and for words before it
_OPENS = (
    r"[;:—–()]|\b(?:but|yet(?=,| the| a)|although|though|while|whilst|whereas|because(?! of)|since|unless|until|when|"
    r"despite|which|who|what|where|so that)\b"
)
_BEGINS = re.compile(_OPENS, re.IGNORECASE)
_ENDS = re.compile(_OPENS + r"|\b(?:that|as|if|and so|even)\b", re.IGNORECASE)
_BEFORE = re.compile(
    rf"\b(?:{_NOT}|not|no|none|neither|nor|nobody|no one|nothing|no-one|cannot|{_SELDOM}|{_FAIL}|"
    rf"(?:little|scant|scarce|limited|insufficient|hardly any|weak) {_SHOW}|"
    r"far from|anything but|instead of|rather than|without|devoid of|free of|exempt(?:ed)? from)\b",
    re.IGNORECASE,
)
_NEAR = re.compile(r"(?:instead of|rather than|without|devoid of|free of|exempt(?:ed)? from|far from)$", re.IGNORECASE)
_GONE = (
    r"(?:absent|missing|non-?existent|inexistent|unavailable|irrelevant|insignificant|non-?significant|unimportant|"
    r"unrelated|negligible|immaterial|nowhere|out of the question|abolished|ruled out|rejected|abandoned)"
)
_SEEMS = rf"(?:{_AUX}|seems?|seemed|remains?|remained|proved|found|appears?|appeared|turned out)"
_HOW = r"(?: to be| as| still| largely| entirely| altogether| completely| often| mostly| statistically)*"
_AFTER = re.compile(
    rf"^(?:\W+[\w'’%-]+){{0,7}}?\W+(?:{_NOT}\b|cannot\b|never\b|{_SELDOM}\b|{_FAIL}|"
    rf"{_SEEMS}{_HOW} (?:{_GONE}\b|far from\b|anything but\b|neither\b|no\b|not\b|yet to\b)|"
    r"(?:has|have|had|plays?|played|exerts?|exerted|shows?|showed|makes?|made|bears?|bore|gives?|gave|leaves?|left|offers?|"
    r"offered|provides?|provided|carries|carried|receives?|received|gets?|got|finds?|found)"
    r" (?:no|little|hardly any|neither)\b)",
    re.IGNORECASE,
)


def denied(sentence: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether all the words at `spans`, offsets into the sentence, are denied in it."""
    plain = _RELATIVE.sub(_blank, _APPARENT.sub(_blank, sentence))
    return bool(spans) and all(_denied(plain, span) for span in spans)


def _denied(sentence: str, span: tuple[int, int]) -> bool:
    before, after = sentence[: span[0]], sentence[span[1] :]
    starts = [match.end() for match in _BEGINS.finditer(before)]
    begun = before[starts[-1] if starts else 0 :]
    end = _ENDS.search(after)
    return _denied_before(begun, after) != bool(_AFTER.match(_without_lists(after[: end.start() if end else None])))


def _denied_before(clause: str, after: str) -> bool:
    """Whether an odd number of negations before the words reach them."""
    found = [match for match in _BEFORE.finditer(clause) if _reaches(clause[match.end() :], match[0], after)]
    # "neither a tax nor a permit" is one negation for either
    return bool(found) and (len(found) % 2 == 1 or found[-1][0].lower() in ("nor", "neither"))


def _reaches(between: str, negation: str, after: str) -> bool:
    words = between.split()
    if len(words) > (3 if _NEAR.search(negation) else REACH):
        return False
    # ", and subsidies were given": words with a verb of their own behind `and` are another clause
    joined = re.search(r"(?:,|\band\b|\bor\b|\bthen\b)(?P<rest>[^,]*)$", between)
    return not (joined and "nor" not in joined["rest"].split() and _own_verb(after))


def _own_verb(after: str) -> bool:
    return bool(re.match(rf"(?:\W+\w+){{0,2}}?\W+{_AUX}\b", after))


def _without_lists(after: str) -> str:
    """What follows the words, up to a comma behind which another clause begins."""
    return re.split(r",\s+(?:not|and it|and they|and the|it|they|we|so)\b", after)[0]


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"\S", "_", match[0])
