"""What surrounds a hit: the side that a sentence belongs to, and whether it is asserted."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.coding.negation import denied
from pipeline.records import BOTH, OTHER, Status

FAIR_SHARE = 0.25  # of a paper's one-sided sentences that the lesser side needs for the paper to be `both`
TITLE = 5  # sentences that a side named in the title counts for
NEAR = 3  # sentences before, whose side a sentence without terms of its own takes over

_PROPOSED = re.compile(
    r"\b(?:should|recommend(?:s|ed|ation|ations)?|propos(?:e|es|ed|al|als)|suggest(?:s|ed)? that|ought to|"
    r"could(?! not)|would|might|needs? to be|is needed|are needed|we call for|calls? for|hypothesi[sz]e\w*|whether|"
    r"(?:paper|study|article|research) (?:aims|seeks|intends|explores|examines|investigates|asks)|"
    r"we (?:ask|asked|explore|investigate|examine|propose)|"
    r"aims? (?:of this|to)|objective of this|is planned|are planned|plans to|intends? to|future)\b",
    re.IGNORECASE,
)


def status(sentence: str, spans: Sequence[tuple[int, int]]) -> Status:
    """Whether the codings at `spans` are asserted, negated or proposed.

    Words that are all denied are negated; a cue of intention, recommendation or doubt anywhere makes the
    sentence proposed.
    """
    if denied(sentence, spans):
        return "negated"
    return "proposed" if _PROPOSED.search(sentence) else "asserted"


def side_of(counts: Mapping[str, int]) -> str:
    """The domain that term counts by domain speak for: one side, `both`, or `other`."""
    sides = [domain for domain, count in counts.items() if count]
    return sides[0] if len(sides) == 1 else BOTH if sides else OTHER


def sentence_domains(counts: Sequence[Mapping[str, int]], title: Mapping[str, int]) -> tuple[list[str], str]:
    """The domain of each sentence of a paper and of the paper, from term counts by domain.

    A sentence's own terms decide; without any it takes the side of the last of the NEAR sentences before
    it that has one, else the paper's side if the paper has a single one.
    """
    own = [side_of(c) for c in counts]
    paper = paper_domain(own, side_of(title))
    sides = []
    for at, domain in enumerate(own):
        near = next((d for d in reversed(own[max(0, at - NEAR) : at]) if d != OTHER), paper)
        sides.append(near if domain == OTHER else domain)
    return sides, paper


def paper_domain(own: Sequence[str], title: str) -> str:
    """A paper is on a side unless the other has a FAIR_SHARE of its one-sided sentences; then `both`.

    Sentences of `both` speak for neither. A title counts as TITLE sentences of its side.
    """
    votes = Counter(domain for domain in own if domain not in (BOTH, OTHER))
    if title not in (BOTH, OTHER):
        votes[title] += TITLE
    if not votes:
        return BOTH if BOTH in own else OTHER
    ranked = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    least = ranked[1][1] if len(ranked) > 1 else 0
    return BOTH if least >= FAIR_SHARE * sum(votes.values()) else ranked[0][0]
