"""One decision of a person, and the line of JSON that holds it.

A line leaves out what is empty, keeps the order of the fields, and is one line to every program: characters
that some take for a line's end, and halves of surrogate pairs, are written as escapes.
"""

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from pipeline.errors import DecisionError
from pipeline.records import Status

Action = Literal[
    "accept",  # the coding is right as shown
    "reject",  # the sentence does not say this
    "recode",  # it has another code, domain or status
    "add",  # a coding that the machine did not make
    "note",
    "undo",  # an earlier decision is taken back; an undo can be undone
    "exclude",  # the paper leaves the tables, for the reason in `note`
    "include",  # it comes back
    "metadata",  # one field of a paper's metadata is put right
    "seen",  # a coder has read this sentence, and holds the codes that they added to it and no others
    "sample",  # sentences are drawn for a second coder, by the shares in `value`
]
JUDGEMENTS = ("accept", "reject", "recode", "add")
ON_PAPERS = ("exclude", "include", "metadata")
OF_CODING = ("seen", "sample")  # on the work of coders: no table of findings is other for them
FIELDS = ("title", "authors", "year", "doi", "journal")  # of metadata; authors separated by semicolons

_PLACE = ("document_id", "quote")
_CODED = ("family", "code", "domain", "status")
_ORIGINAL = ("original_family", "original_code")
_NEEDS: dict[str, tuple[str, ...]] = {
    "accept": ("coding_id", *_PLACE, *_CODED, *_ORIGINAL),
    "reject": ("coding_id", *_PLACE, *_ORIGINAL),
    "recode": ("coding_id", *_PLACE, *_CODED, *_ORIGINAL),
    "add": (*_PLACE, *_CODED),
    "note": ("coding_id", *_PLACE, *_ORIGINAL),
    "undo": ("undoes",),
    "exclude": ("document_id", "note"),
    "include": ("document_id",),
    "metadata": ("document_id", "field"),
    "seen": _PLACE,
    "sample": ("value",),
}
_BREAKS = re.compile("[\x7f\x85\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided at one moment. Strings are empty where a field has nothing to say.

    `id` is a UUID4 in hex; `at` is UTC in ISO 8601 with microseconds, so that text order is time order.
    `settled` marks the settlement of a disagreement between coders, `blind` a coder who saw no other's work.

    It speaks of the coding `coding_id` (empty for "add"), or of the paper alone. [start, end) are offsets of
    `quote` in the text of `document_id` as it was then; `before` and `after` some of the text around it.
    `family`, `code`, `domain`, `status` are as decided, `original_...` what the machine had said.
    `field` and `value` belong to "metadata" (`value` to "sample" too), `undoes` (the id of a decision) to "undo".
    """

    id: str
    at: str
    coder: str
    action: Action
    undoes: str = ""
    settled: bool = False
    blind: bool = False
    citation_key: str = ""
    title: str = ""
    doi: str = ""
    document_id: str = ""
    coding_id: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    before: str = ""
    after: str = ""
    family: str = ""
    code: str = ""
    domain: str = ""
    status: Status | Literal[""] = ""
    original_family: str = ""
    original_code: str = ""
    original_domain: str = ""
    original_status: Status | Literal[""] = ""
    field: str = ""
    value: str = ""
    note: str = ""
    model_version: str = ""
    codebook_version: str = ""


_FIELDS = {f.name: f for f in fields(Decision)}
FIELD_NAMES = tuple(_FIELDS)
_MUST = ("id", "at", "coder", "action")
_KINDS = {name: type(f.default) if f.name not in _MUST else str for name, f in _FIELDS.items()}


def made(action: Action, coder: str, **told: Any) -> Decision:
    """A decision of this moment, with an id of its own; `told` are further fields. Raises DecisionError."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    row = {"id": uuid.uuid4().hex, "at": now, "coder": " ".join(coder.split()), "action": action, **told}
    return checked(row, f"the decision of {coder or 'nobody'}")


def in_turn(decisions: Iterable[Decision], last: str) -> list[Decision]:
    """The decisions with times later than `last`, the latest time of the log, and than each other.

    A clock that was set back would else let an older decision win over a newer one.
    """
    found: list[Decision] = []
    for decision in decisions:
        if decision.at <= last:
            after = datetime.fromisoformat(last) + timedelta(microseconds=1)
            decision = replace(decision, at=after.isoformat(timespec="microseconds"))
        last = decision.at
        found.append(decision)
    return found


def to_line(decision: Decision) -> str:
    """The decision as one line of JSON, without the line's end."""
    told = {n: getattr(decision, n) for n, f in _FIELDS.items() if n in _MUST or getattr(decision, n) != f.default}
    return _BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(told, ensure_ascii=False))


def from_line(line: str, where: str) -> Decision:
    """The decision in a line; `where` is its file:line. Raises DecisionError.

    A field that this version does not know is refused: it may change what the decision means.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        remedy = "mend the line or take it out; marks such as <<<<<<< are left by a merge of versions"
        raise DecisionError("this line is no decision: it is not JSON", where, remedy) from error
    if not isinstance(row, dict):
        raise DecisionError("this line is no decision: it is no object of JSON", where, "take the line out")
    return checked(row, where)


def checked(row: dict[str, Any], where: str) -> Decision:
    """A decision from its fields, all of them held against what the action needs. Raises DecisionError."""
    if unknown := sorted(set(row) - set(_FIELDS)):
        remedy = "a newer version of precedent may have written it: update, then try again"
        raise DecisionError(f"this version knows no field {unknown[0]!r} of a decision", where, remedy)
    for name in _MUST:
        if not row.get(name):
            raise DecisionError(f"the decision has no {name}", where, f"give it its {name}, or take it out")
    for name, value in row.items():
        if type(value) is not _KINDS[name]:
            raise DecisionError(f"{name} cannot be {value!r}", where, f"it must be of the kind {_KINDS[name].__name__}")
    decision = Decision(**row)
    if fault := _fault(decision):
        raise DecisionError(fault, where, "mend the decision, or take it out")
    return decision


def _fault(decision: Decision) -> str:
    """What is wrong with a decision whose fields are of the right kinds, or nothing."""
    needs = _NEEDS.get(decision.action)
    if needs is None:
        return f"there is no action {decision.action!r}; there are {', '.join(_NEEDS)}"
    if missing := [name for name in needs if not getattr(decision, name)]:
        return f"to {decision.action} needs {' and '.join(missing)}"
    if not _is_time(decision.at):
        return f"at must be a time of UTC such as 2026-01-31T09:30:00.000000+00:00, not {decision.at!r}"
    if not {decision.status, decision.original_status} <= {"", *get_args(Status)}:
        return f"status must be one of {', '.join(get_args(Status))}"
    if decision.action == "metadata" and (decision.field not in FIELDS or not _fits(decision)):
        return f"metadata knows the fields {', '.join(FIELDS)}, and a year in digits"
    if not 0 <= decision.start <= decision.end or decision.undoes == decision.id:
        return "the decision holds no such place, or undoes itself"
    return ""


def _fits(decision: Decision) -> bool:
    return decision.field != "year" or not decision.value or bool(re.fullmatch(r"[12][0-9]{3}", decision.value))


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="microseconds") == text
    except ValueError:
        return False
