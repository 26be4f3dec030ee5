"""Decisions made by hand."""

from typing import Any

from pipeline.decisions.decide import addition, on_coding
from pipeline.decisions.decision import Action, Decision, checked, made
from pipeline.documents import Metadata, Passage
from pipeline.records import Coding, Paper

QUOTE = "A levy on effluent moved the dyers to act."
JUDGED = {
    "coding_id": "c1",
    "document_id": "a" * 64,
    "start": 0,
    "end": len(QUOTE),
    "quote": QUOTE,
    "original_family": "instrument",
    "original_code": "tax_charge",
    "original_domain": "cp",
    "original_status": "asserted",
}
CODED = {"family": "instrument", "code": "tax_charge", "domain": "cp", "status": "asserted"}


def judged(action: Action = "accept", coder: str = "Ann", **told: Any) -> Decision:
    """A judgement of one coding, the same one unless told otherwise."""
    coded = {} if action in ("reject", "note") else CODED
    return made(action, coder, **{**JUDGED, **coded, **told})


def numbered(number: int, note: str = "", minute: int = 0) -> Decision:
    """A decision whose id and time go by numbers."""
    at = f"2026-01-01T00:{minute:02d}:00.000000+00:00"
    row = {"id": f"{number:032x}", "at": at, "coder": "Ann", "action": "note", **JUDGED, "note": note}
    return checked(row, "here")


SENTENCES = (
    "A levy on effluent moved the dyers to act.",
    "Managers lacked the skills for it.",
    "A grant of 20 % paid for new vats in most of the towns.",
)
TEXT = "\n".join(SENTENCES)
CODES = (("instrument", "tax_charge"), ("deterrent", "information_skills"), ("instrument", "subsidy_finance"))


def coding(at: int, document_id: str = "a" * 64, text: str = TEXT) -> Coding:
    """The machine's coding of one of SENTENCES."""
    start = text.index(SENTENCES[at])
    end = start + len(SENTENCES[at])
    family, code = CODES[at]
    evidence = ((start, start + 1),)
    about = (f"m{at}{document_id[:4]}", document_id, family, code, "cp", "asserted", start, end, SENTENCES[at])
    return Coding(*about, "results", "terms+head", 0.7, ("levy",), evidence)  # type: ignore[arg-type]  # a plain tuple


def codings() -> tuple[Coding, ...]:
    return tuple(coding(at) for at in range(3))


def paper(document_id: str = "a" * 64, doi: str = "10.1234/dyes", title: str = "Dyes and vats in five towns") -> Paper:
    """A paper on the side of cleaner production."""
    about = Metadata(title, ("Dyer, D.",), 2001, doi)
    return Paper(document_id, f"{document_id[:2]}.pdf", (), "dyer2001dyes", about, "", 1, "", "cp", {"cp": 3})


VERSIONS = {"model_version": "m", "codebook_version": "c"}


def on(at: int, action: Action = "accept", coder: str = "Ann", **told: Any) -> Decision:
    """A decision on the machine's coding of one of SENTENCES, as a screen would make it."""
    return on_coding(action, coder, coding(at), paper(), TEXT, VERSIONS, **told)


def added(
    quote: str, coder: str = "Ben", code: tuple[str, str] = ("motivator", "cost_saving"), text: str = TEXT, **told: Any
) -> Decision:
    """A coding that a person adds."""
    start = text.index(quote)
    args = {"domain": "cp", "status": "asserted", **told}
    return addition(coder, paper(), text, start, start + len(quote), *code, versions=VERSIONS, **args)


def passages(_document_id: str = "", text: str = TEXT) -> tuple[Passage, ...]:
    starts = [text.index(s) for s in SENTENCES]
    return tuple(Passage(a, a + len(s), "results", cited=a > 0) for a, s in zip(starts, SENTENCES, strict=True))
