"""Decisions made by hand."""

from typing import Any

from pipeline.review.decision import Action, Decision, checked, made

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
