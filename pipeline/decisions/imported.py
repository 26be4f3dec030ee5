"""Decisions of colleagues: from their log, or from an evidence table in which they changed cells."""

import csv
import difflib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pipeline.codebook import Codebook
from pipeline.decisions.anchor import CONTEXT, standing
from pipeline.decisions.apply import claim, subject
from pipeline.decisions.decision import JUDGEMENTS, Decision, made
from pipeline.decisions.log import read
from pipeline.errors import DecisionError
from pipeline.export.exported import EDITABLE, before_editing, note_mark
from pipeline.export.tables import restore
from pipeline.records import BOTH, OTHER, ReviewStatus, Status
from pipeline.workers import explain, run_limited

SHEET = "evidence"
MOST = 20  # faults that one message names
SECONDS, MEMORY_MB = 120, 2048  # limits on the reading of a workbook
_VERBS = {"accept": "accepted", "reject": "rejected", "recode": "recoded", "add": "added", "": "unreviewed"}
_NEEDED = ("coding_id", "document_id", "quote", "char_start", "char_end", *EDITABLE, "exported_as")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the rows of a table are read by: whose they are, the codebook, and what is in the log already."""

    coder: str
    codebook: Codebook
    standing: Sequence[Decision]


def read_decisions(file: Path, coder: str, codebook: Codebook, ours: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions in a colleague's log (.jsonl) or in an edited evidence table (.csv, .xlsx).

    In a table a row that was not edited makes no decision, nor one that says what `coder` said before in `ours`, so
    that the same file can be read twice. A cell of code, domain or status that was changed recodes; so does a row
    without coding_id, which adds; review_status accepts, rejects, or ("unreviewed") takes the coder's own back.
    A code is given by its id or its name. Raises DecisionError that names the rows that cannot be read.
    """
    if not file.is_file():
        raise DecisionError("there is no such file", str(file), "name a decisions.jsonl, or an evidence.csv or .xlsx")
    if file.suffix.lower() == ".jsonl":
        return read(file)
    if not coder.strip():
        raise DecisionError("a table does not say who changed it", str(file), "say who did: --coder NAME")
    rows = _workbook(file) if file.suffix.lower() == ".xlsx" else _csv(file)
    reading = _Reading(" ".join(coder.split()), codebook, standing(ours))
    return tuple(_decisions(rows, file, reading))


def _decisions(rows: Sequence[Row], file: Path, reading: _Reading) -> list[Decision]:
    found: list[Decision] = []
    faults: list[DecisionError] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, 2):  # as a spreadsheet counts: the header is row 1
        where = f"{file}, row {number}"
        try:
            if row["coding_id"] in seen:
                raise DecisionError("this coding_id stands in a row above", where, "a row that adds a coding has none")
            seen |= {row["coding_id"]} - {""}
            found += _of_row(row, where, reading)
        except DecisionError as fault:
            faults.append(fault)
    if faults:
        told = "\n".join(f"{fault.where}: {fault.what} ({fault.remedy})" for fault in faults[:MOST])
        what = f"{len(faults)} rows cannot be read; none was taken in\n{told}"
        raise DecisionError(what, str(file), "mend these rows, then import again")
    return found


def _of_row(row: Row, where: str, reading: _Reading) -> list[Decision]:
    """The decisions of one row: none where nothing was changed."""
    if not row["exported_as"] and not row["coding_id"]:
        return _unless_known(_added(row, where, reading), reading) if row["code"] else []
    try:
        before = before_editing(row["exported_as"])
    except ValueError as error:
        remedy = "export the table anew, and leave that column as it is"
        raise DecisionError("the cell exported_as was changed", where, remedy) from error
    now = _now(row, before, where, reading.codebook)
    changed = {name for name in EDITABLE if now[name] != before[name]}
    if not changed:
        return []
    if changed <= {"review_status", "note"} and now["review_status"] == "unreviewed" != before["review_status"]:
        return _taken_back(row, before, where, reading)
    action = _action(changed, now["review_status"], where)
    said = {n: now[n] for n in ("family", "code", "domain", "status")} if action in ("accept", "recode") else {}
    told = {"note": row["note"]} if "note" in changed else {}
    told |= {"coding_id": row["coding_id"], **_original(row, before), **_place(row, where)}
    return _unless_known(made(action, reading.coder, **said, **told), reading)


def _action(changed: set[str], review: str, where: str) -> Any:
    if review == "rejected" and "review_status" in changed:
        return "reject"
    if changed & {"family", "code", "domain", "status"}:
        return "recode"
    if "review_status" not in changed:
        return "note"
    if review == "accepted":
        return "accept"
    remedy = "write accepted, rejected or unreviewed, or change the code, the domain or the status"
    raise DecisionError(f"review_status says {review}, and nothing else was changed", where, remedy)


def _now(row: Row, before: Row, where: str, codebook: Codebook) -> dict[str, str]:
    """The editable cells as they are now, the note by its mark."""
    review = " ".join(row["review_status"].lower().split())
    review = _VERBS.get(review, review)
    family, code = before["family"], before["code"]
    if (row["family"].strip(), row["code"].strip()) != (family, code):
        family, code = _code(row, where, codebook)
    return {
        "review_status": _one_of("review_status", review, get_args(ReviewStatus), where),
        "family": family,
        "code": code,
        "note": note_mark(row["note"]),
        **_side(row, where, codebook),
    }


def _side(row: Row, where: str, codebook: Codebook) -> dict[str, str]:
    domains = (*(domain.id for domain in codebook.domains), BOTH, OTHER)
    return {
        "domain": _one_of("domain", row["domain"].strip().lower(), domains, where),
        "status": _one_of("status", row["status"].strip().lower(), get_args(Status), where),
    }


def _one_of(name: str, value: str, known: Sequence[str], where: str) -> str:
    if value not in known:
        raise DecisionError(f"{name} cannot be {value!r}", where, f"write one of {', '.join(known)}")
    return value


def _code(row: Row, where: str, codebook: Codebook) -> tuple[str, str]:
    """(family, code) that a row names by id or by name: in its family, or else where there is only one such."""
    name = " ".join(row["code"].lower().split())
    named = [(f.id, c.id) for f in codebook.families for c in f.codes if name in (c.id, c.label.lower())]
    of_family = [pair for pair in named if pair[0] == row["family"].strip().lower()]
    found = of_family or named
    if len(found) == 1:
        return found[0]
    ids = [code.id for family in codebook.families for code in family.codes]
    close = difflib.get_close_matches(name, ids, 1)
    remedy = "put its family beside it" if found else f"did you mean {close[0]}?" if close else "see codebook.csv"
    what = "several codes have the name" if found else "the codebook has no code"
    raise DecisionError(f"{what} {row['code']!r}", where, remedy)


def _added(row: Row, where: str, reading: _Reading) -> Decision:
    family, code = _code(row, where, reading.codebook)
    said = {"family": family, "code": code, **_side(row, where, reading.codebook)}
    return made("add", reading.coder, **said, **_place(row, where), note=row["note"])


def _original(row: Row, before: Row) -> dict[str, str]:
    """What the machine says of a row's coding, or of one that it did not make, those who made it."""
    names = ("family", "code", "domain", "status")
    return {f"original_{name}": row.get(f"original_{name}") or before[name] for name in names}


def _place(row: Row, where: str) -> dict[str, Any]:
    """Where the coding stands and in which paper, from a row's cells."""
    about = {name: row.get(name, "") for name in ("citation_key", "title", "doi", "document_id", "quote")}
    versions = {name: row.get(name, "") for name in ("model_version", "codebook_version")}
    before, after = f"{row.get('context_before', '')} ", f" {row.get('context_after', '')}"  # tables have it trimmed
    context = {"before": before[-CONTEXT:], "after": after[:CONTEXT]}
    try:
        offsets = {"start": int(row["char_start"]), "end": int(row["char_end"])}
    except ValueError as error:
        remedy = "copy the cells of the sentence's own row"
        raise DecisionError("char_start and char_end must be whole numbers", where, remedy) from error
    return {**about, **versions, **context, **offsets}


def _taken_back(row: Row, before: Row, where: str, reading: _Reading) -> list[Decision]:
    """The undoing of what the coder decided on a row's coding, known by its id, or by its place and code."""
    place, original = _place(row, where), _original(row, before)
    at = place["document_id"], place["start"], place["end"], (original["original_family"], original["original_code"])
    held = [
        d
        for d in reading.standing
        if d.coding_id == row["coding_id"] or (d.document_id, d.start, d.end, subject(d)) == at
    ]
    own = [d for d in held if d.coder == reading.coder]
    if held and not own:
        remedy = f"ask {held[-1].coder}, or give your own judgement"
        raise DecisionError(f"{reading.coder} can take back only decisions of their own", where, remedy)
    return [made("undo", reading.coder, undoes=decision.id) for decision in own]


def _unless_known(new: Decision, reading: _Reading) -> list[Decision]:
    """The decision, unless its coder has said the same of the same before."""
    same = [d for d in reading.standing if d.coder == new.coder and _coding_of(d) == _coding_of(new)]
    said = [d for d in same if d.action in JUDGEMENTS]
    noted = not new.note or any(d.note == new.note for d in same)
    if new.action == "note":
        return [] if noted and same else [new]
    return [] if said and claim(said[-1]) == claim(new) and noted else [new]


def _coding_of(decision: Decision) -> tuple[str, str, int, int]:
    added = decision.document_id, decision.start, decision.end
    return ("", *added) if decision.action == "add" else (decision.coding_id, "", 0, 0)


# ---- files ----


def _csv(file: Path) -> list[Row]:
    """The rows of a CSV file as it was written, or as Excel saves it: with semicolons or tabs, in another coding."""
    content = file.read_bytes()
    text = _decoded(content)
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        return _rows([[restore(cell) for cell in row] for row in reader], file)
    except csv.Error as error:
        remedy = "save it anew as CSV, in UTF-8"
        raise DecisionError(f"this table cannot be read ({error})", str(file), remedy) from error


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _workbook(file: Path) -> list[Row]:
    """The rows of a workbook, read in a child with limits: a few bytes can claim 17 thousand million cells."""
    ((_, cells),) = run_limited(_cells, [file], 1, SECONDS, MEMORY_MB)
    if isinstance(cells, DecisionError):
        raise cells
    if isinstance(cells, BaseException):
        what = f"this workbook cannot be read ({explain(cells, SECONDS, MEMORY_MB)[1]})"
        raise DecisionError(what, str(file), "save its sheet evidence as CSV, and import that") from cells
    return _rows(cells, file)


def _cells(file: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook  # only who reads a workbook waits for it

    try:
        cells = CalamineWorkbook.from_path(file).get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    except CalamineError as error:
        remedy = f"name a workbook that precedent exported, with its sheet {SHEET!r}"
        raise DecisionError(f"this workbook cannot be read ({error})", str(file), remedy) from error
    return [[_text(cell) for cell in row] for row in cells]


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _rows(cells: Sequence[Sequence[str]], file: Path) -> list[Row]:
    """Rows by the names in the header; a row that is shorter is filled up."""
    head = [name.strip() for name in cells[0]] if cells else []
    if missing := [name for name in _NEEDED if name not in head]:
        remedy = "name an evidence table that precedent wrote, with all its columns"
        raise DecisionError(f"the table has no column {missing[0]}", str(file), remedy)
    return [dict(zip(head, [*row, *[""] * len(head)], strict=False)) for row in cells[1:]]
