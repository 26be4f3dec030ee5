"""Whose a coding is and where it counts, and text as files hold it."""

import re
from functools import cache

from pipeline.codebook import Codebook
from pipeline.evidence import counts_on
from pipeline.records import Coding, Paper

MACHINE = "Precedent"  # as a coder
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text with control characters and lone surrogates made U+FFFD, each for one: offsets still hold."""
    return _CONTROL.sub("\ufffd", text)


def coder(coding: Coding) -> str:
    """Who made a coding, as other programs show it: people by name, or the machine."""
    return MACHINE if coding.decided_by == "machine" else f"Person: {coding.reviewer or 'unnamed'}"


def told_by(coding: Coding) -> str:
    """What made a coding, and what people decided on it: "terms+head, accepted by Ann"."""
    reviewed = f", {coding.review_status} by {coding.reviewer}" if coding.reviewer else ""
    return f"{coding.method}{reviewed}"


def sides_of(coding: Coding, paper: Paper, codebook: Codebook) -> tuple[bool, bool]:
    """Whether a coding counts on the left and on the right."""
    left, right = codebook.domains
    return _counts(left.id, right.id, paper.domain, coding.domain)


@cache
def _counts(left: str, right: str, of_paper: str, of_sentence: str) -> tuple[bool, bool]:
    return counts_on(left, of_paper, of_sentence), counts_on(right, of_paper, of_sentence)
