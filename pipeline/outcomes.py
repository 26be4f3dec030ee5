"""Frozen records of what the tables stage finds over all papers: comparisons, links, what carries over."""

from dataclasses import dataclass

UNKNOWN = "unknown"  # the stratum of what is of no known period, place or sector

# how well evidenced a code is on one side, and what that makes of it; `carry` holds the rule
WELL, THIN, BETWEEN, UNSEEN = EVIDENCE = ("well evidenced", "thin", "in between", "too few papers on the side")
CARRIES, ON_BOTH, MORE, OPEN = FINDINGS = (
    "may carry over",
    "already on both sides",
    "more on one side",
    "too few papers to say",
)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison row. Papers are the unit; sentences are shown beside them.

    `papers` of `of_papers` papers on this side assert the code; `share` with its 95 % interval
    [`low`, `high`] (None where the side has no papers). `proposed` and `negated` count papers whose
    mention of the code is only of that status. `own` of `papers` assert it in a sentence of their own, the
    others only where they cite. `mixed` of `papers`, and `of_mixed` of `of_papers`, stand on both sides.
    `reviewed` of `papers` assert it in a coding that a person confirmed or made.
    """

    domain: str
    of_papers: int
    papers: int
    sentences: int
    proposed: int
    negated: int
    share: float | None
    low: float | None
    high: float | None
    own: int = 0
    of_mixed: int = 0
    mixed: int = 0
    reviewed: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """One code, left side against right: `difference` is left share minus right share, in [-1, 1].

    `quotes` are ids of the best codings, those of the left side first, best first within a side.

    The rest is None where a side has no papers, and for codes that no coding carries. `odds_ratio` is that of
    the left side over the right; `p` that of Fisher's exact test, `q` its false discovery rate over the codes
    found. The difference runs from `least` to `most` when any one paper is left out; [`boot_low`, `boot_high`]
    is its bootstrap interval over papers, and `held` the share of resamples, in [0, 1], that give the same
    verdict. `flips_to` is what the verdict becomes where leaving out one paper can change it, else empty.
    """

    family: str
    code: str
    left: Side
    right: Side
    difference: float | None
    low: float | None
    high: float | None
    verdict: str
    quotes: tuple[str, ...]
    odds_ratio: float | None = None
    odds_low: float | None = None
    odds_high: float | None = None
    p: float | None = None
    q: float | None = None
    least: float | None = None
    most: float | None = None
    boot_low: float | None = None
    boot_high: float | None = None
    held: float | None = None
    flips_to: str = ""


@dataclass(frozen=True, slots=True)
class LinkSide:
    """How often two codes meet on one side: distinct papers and sentences, and up to five quotes.

    `own` of `papers` say both in a sentence of their own, the others only where they cite. `quotes` are ids of the
    codings of the link's first code, best first; their sentences hold both. `near_papers` and `near_sentences` count
    where the other code is tied to the first in the sentence beside it, never where both meet in one sentence;
    `near_quotes` are ids of the codings of the other code.
    `reviewed` of `papers` have a sentence in which a person confirmed or made both codings.
    """

    domain: str
    papers: int
    sentences: int
    quotes: tuple[str, ...]
    own: int = 0
    near_papers: int = 0
    near_sentences: int = 0
    near_quotes: tuple[str, ...] = ()
    reviewed: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A code of the codebook's first family that is asserted in the same sentence as one of another, or beside it."""

    family: str
    code: str
    with_family: str
    with_code: str
    left: LinkSide
    right: LinkSide


@dataclass(frozen=True, slots=True)
class Unanchored:
    """A decision of a person that has no effect on the tables as they are: its last place, and why.

    `start` and `end` are offsets of `quote` in the text of `document_id` when it was decided.
    """

    decision_id: str
    at: str
    coder: str
    action: str
    document_id: str
    citation_key: str
    title: str
    family: str
    code: str
    start: int
    end: int
    quote: str
    note: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A code, or the name of an instrument, and the distinct papers that have it where it was looked for.

    `quotes` are ids of up to five of its codings there, best first.
    """

    name: str
    papers: int
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """The codes of another family that papers assert beside a code: in one sentence with it, or tied to it.

    `papers` are distinct papers with any of them; `codes` are those of most papers first.
    """

    family: str
    papers: int
    codes: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a code stands on one side: `evidence`, one of EVIDENCE, and what comes with it there.

    `beside` is its company, a family each in the codebook's order; `named` are the instruments that codings
    asserting it name, those of most papers first. `quotes` are ids of the best codings that assert it,
    `proposing` of the best of each paper that only proposes it; up to five of each.
    """

    evidence: str
    beside: tuple[Company, ...]
    named: tuple[Mention, ...]
    quotes: tuple[str, ...]
    proposing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """What one side's evidence on a code may be to the other; `finding` is one of FINDINGS.

    `origin` and `target` are domain ids; they are empty unless it may carry over from the one to the other.
    """

    row: Comparison
    finding: str
    origin: str
    target: str
    left: Standing
    right: Standing

    @property
    def one_sided(self) -> bool:
        """Whether it is well evidenced on one side and thin on the other, and yet too few papers to say."""
        return self.finding == OPEN and {self.left.evidence, self.right.evidence} == {WELL, THIN}


@dataclass(frozen=True, slots=True)
class Marker:
    """A word that marks one side's asserted sentences under a code.

    `papers` say it on the left and on the right side in a sentence that asserts the code, in so many `sentences`.
    `log_odds` is that of the left side over the right with its 95 % interval, so below 0 for words that mark the
    right side; `z` is it over its standard error. `of_domain` says that the word stands in a term by which sentences
    are put on that side. `quotes` are ids of codings of the side, best first, whose sentences hold the word.
    """

    family: str
    code: str
    domain: str
    word: str
    of_domain: bool
    papers: tuple[int, int]
    sentences: tuple[int, int]
    log_odds: float
    low: float
    high: float
    z: float
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stratum:
    """One code on one side, in the papers of a period, a place or a sector: `by` says which, `stratum` names it.

    `papers` of `of_papers` papers of the stratum assert the code there, with `share` and its 95 % interval; `own` of
    them in a sentence of their own. `proposed` and `negated` count papers whose mention of the code there is only of
    that status. `quotes` are ids of the best codings, best first.
    """

    by: str
    stratum: str
    family: str
    code: str
    domain: str
    of_papers: int
    papers: int
    proposed: int
    negated: int
    sentences: int
    own: int
    share: float | None
    low: float | None
    high: float | None
    quotes: tuple[str, ...]
