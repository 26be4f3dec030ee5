"""Snapshots: what a run found, kept so that the next one can say what changed.

They lie in `<out>/state/snapshots/`, one file each, named by the run and by all that came before it. A
snapshot is written before its run's tables are put in place, and counts only once the run record names it:
so a run that is killed in between is compared, when it runs again, with the same snapshot as before. Each is
kept twice: all else in the state can be made again from the papers, history cannot.
"""

import gzip
import hashlib
import json
import logging
import zlib
from collections.abc import Sequence
from dataclasses import astuple
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.drift import from_json, remember, to_json
from pipeline.export.results import Results
from pipeline.files import STATE, write_bytes
from pipeline.history import SeenCoding, SeenPaper, SeenVerdict, Snapshot
from pipeline.outcomes import Comparison
from pipeline.records import Coding

FORMAT = 1
OPENING = 80  # characters of a sentence by which it is known again, and shown once it is gone

log = logging.getLogger("precedent")


def take(results: Results, before: Snapshot | None, reading: str, program: str) -> Snapshot:
    """The snapshot of a run that is compared with `before`, if with any.

    `reading` and `program` are the fingerprints of what made sentences of papers, and codings of sentences.
    """
    left, right = results.codebook.domains
    counting = {coding.id for coding in results.codings}
    return Snapshot(
        run_id=results.versions["run_id"],
        before=name_of(before) if before else "",
        versions={
            "codebook": results.codebook.fingerprint,
            "model": results.versions["model_version"],
            "reading": reading,
            "program": program,
        },
        sides=((left.id, left.label), (right.id, right.label)),
        papers=tuple(
            SeenPaper(p.document_id, p.citation_key, p.metadata.title, p.metadata.doi, p.path, p.domain)
            for p in results.papers
        ),
        codings=tuple(_seen(coding) for coding in results.codings),
        verdicts=tuple(_verdict(row) for row in results.comparisons),
        left_out={r.sha256: r.reason for r in results.rejected if r.sha256},
        topics=remember(results.topics),
        set_aside=tuple(_seen(coding) for coding in results.evidence if coding.id not in counting),
    )


def _seen(c: Coding) -> SeenCoding:
    """A coding in short. To accept is to leave the machine's word, and so is a dispute over it."""
    names = " and ".join(c.reviewer.split("; "))
    decided = f"{c.review_status} by {names}" if c.review_status not in ("unreviewed", "accepted") else ""
    return SeenCoding(c.id, c.document_id, c.family, c.code, c.domain, c.status, c.quote[:OPENING], decided)


def _verdict(row: Comparison) -> SeenVerdict:
    papers, of_papers = (row.left.papers, row.right.papers), (row.left.of_papers, row.right.of_papers)
    return SeenVerdict(row.family, row.code, row.verdict, papers, of_papers)


def name_of(snapshot: Snapshot) -> str:
    """The name that a snapshot is kept under: the same for the same run after the same history."""
    return hashlib.sha256(f"{snapshot.run_id} {snapshot.before}".encode()).hexdigest()[:16]


def compared_with(out: Path, last: str, run_id: str) -> Snapshot | None:
    """The snapshot that the run `run_id` is compared with, or None where there is none.

    `last` is the name in the record of the last finished run. Where that was this very run, whose tables are
    made anew, it is the one before.
    """
    found = load(out, last) if last else None
    if found and found.run_id == run_id:
        return load(out, found.before) if found.before else None
    return found


def save(out: Path, snapshot: Snapshot) -> None:
    """Keep a snapshot. Raises StoreError where it cannot be written."""
    content = json.dumps({"format": FORMAT, **_plain(snapshot)}, ensure_ascii=False)
    packed = gzip.compress(content.encode("utf-8", "surrogatepass"), 1, mtime=0)
    for path in _paths(out, name_of(snapshot)):
        write_bytes(path, packed)


def load(out: Path, name: str) -> Snapshot | None:
    """The snapshot of that name, from whichever of its files is sound; None, with a line in the log, where none is,
    or it is of another version."""
    found = (snapshot for path in _paths(out, name) if (snapshot := _read(path)))
    if snapshot := next(found, None):
        return snapshot
    log.warning("what the last run found cannot be read; this one counts as a first run")
    return None


def _read(path: Path) -> Snapshot | None:
    try:
        content = json.loads(gzip.decompress(path.read_bytes()).decode("utf-8", "surrogatepass"))
        if content.pop("format") != FORMAT:
            raise ValueError("it is of another version")
        return _snapshot(**content)
    except (OSError, EOFError, zlib.error, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("%s cannot be read (%r)", path, error)
        return None


def prune(out: Path, snapshot: Snapshot) -> None:
    """Remove all snapshots but this one and the one that it was compared with."""
    wanted = {*_paths(out, name_of(snapshot)), *_paths(out, snapshot.before)}
    for path in (out / STATE / "snapshots").glob("*.json.gz"):
        if path not in wanted:
            path.unlink()


def _paths(out: Path, name: str) -> tuple[Path, Path]:
    """Where a snapshot lies, and its second copy."""
    folder = out / STATE / "snapshots"
    return folder / f"{name}.json.gz", folder / f"{name}.copy.json.gz"


def _plain(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as lists and texts, the codings by paper, so that its long id stands there once."""
    return {
        "run_id": snapshot.run_id,
        "before": snapshot.before,
        "versions": snapshot.versions,
        "sides": snapshot.sides,
        "papers": [astuple(paper) for paper in snapshot.papers],
        "codings": _by_paper(snapshot.codings),
        "set_aside": _by_paper(snapshot.set_aside),
        "verdicts": [astuple(verdict) for verdict in snapshot.verdicts],
        "left_out": snapshot.left_out,
        "topics": to_json(snapshot.topics),
    }


def _by_paper(codings: Sequence[SeenCoding]) -> list[tuple[str, list[tuple[str, ...]]]]:
    return [
        (paper, [(c.id, c.family, c.code, c.domain, c.status, c.quote, c.decided) for c in group])
        for paper, group in groupby(codings, key=lambda c: c.document_id)
    ]


def _codings(kept: Sequence[tuple[str, Sequence[Any]]]) -> tuple[SeenCoding, ...]:
    return tuple(SeenCoding(row[0], paper, *row[1:]) for paper, rows in kept for row in rows)


def _snapshot(
    sides: Sequence[Sequence[str]],
    papers: Sequence[Sequence[Any]],
    codings: Sequence[tuple[str, Sequence[Any]]],
    verdicts: Sequence[Sequence[Any]],
    topics: str,
    set_aside: Sequence[tuple[str, Sequence[Any]]] = (),
    **rest: Any,
) -> Snapshot:
    (left, left_label), (right, right_label) = sides
    return Snapshot(
        sides=((left, left_label), (right, right_label)),
        papers=tuple(SeenPaper(*row) for row in papers),
        codings=_codings(codings),
        verdicts=tuple(SeenVerdict(family, code, said, tuple(k), tuple(n)) for family, code, said, k, n in verdicts),
        topics=from_json(topics),
        set_aside=_codings(set_aside),
        **rest,
    )
