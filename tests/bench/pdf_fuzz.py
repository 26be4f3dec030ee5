"""Damaged and hostile PDFs through the real child processes: each must end as read or rejected, within its limits.

    .venv/bin/python -m tests.bench.pdf_fuzz [HOW_MANY [SEED]]

The files are attacks written out by hand (tests/pdf/attacks.py) and, up to HOW_MANY (2,200), random damage by SEED
(tests/pdf/broken.py) to small papers: those of corpus/, made-up ones in the plain and the modern form of PDF, locked
ones, a scan. A fault is an unexpected error, a document that contradicts itself, or anything left behind.
"""

import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.codebook import Codebook, load_codebook
from pipeline.plan import Job, fingerprints, result_path
from pipeline.store import load_document
from pipeline.work import process_paper
from pipeline.workers import explain, run_limited
from tests.pdf.attacks import attacks
from tests.pdf.broken import bases, mutants
from tests.pdf.checks import sound

SECONDS, MEMORY_MB = 20, 1024
HOW_MANY, SEED = 2200, 7


@dataclass(frozen=True)
class End:
    """What became of one file: a reader's name or a kind of refusal, why, seconds, open files of its child."""

    kind: str
    reason: str
    seconds: float = 0.0
    handles: int = 0
    child: int = 0

    @property
    def fault(self) -> bool:
        return self.kind == "error"


@dataclass
class Tally:
    """The ends of one kind of damage."""

    ends: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


def tried(job: Job) -> End:
    """In a child: read, split and code a file, and hold what came of it against what holds for every document."""
    before = time.monotonic()
    rejection = process_paper(job).rejection
    seconds, handles = time.monotonic() - before, len(list(Path("/dev/fd").iterdir()))
    if rejection:
        return End(rejection.kind, rejection.reason, seconds, handles, os.getpid())
    document = load_document(result_path(job, "read"))
    sound(document)
    return End(document.reader, document.damage, seconds, handles, os.getpid())


def ends(files: Mapping[str, bytes], folder: Path, workers: int = 1) -> dict[str, End]:
    """How each file ends, by name, in child processes with limits."""
    book, jobs = load_codebook(), {}
    keys = fingerprints(book)
    for number, (name, content) in enumerate(files.items()):
        path = folder / f"{number}.pdf"
        path.write_bytes(content)
        jobs[name] = _job(path, name, folder / "out", keys, book)
    done = run_limited(tried, list(jobs.values()), workers, SECONDS, MEMORY_MB)
    return {job.name: end if isinstance(end, End) else _failed(end) for job, end in done}


def _job(path: Path, name: str, out: Path, keys: Mapping[str, str], book: Codebook) -> Job:
    from pipeline.files import sha256_of

    return Job(sha256_of(path), path, name, out, keys, book)


def _failed(error: BaseException) -> End:
    kind, reason, _ = explain(error, SECONDS, MEMORY_MB)
    return End(kind, f"{reason}: {error!r}" if kind == "error" else reason, float(SECONDS))


def zombies() -> int:
    """Children of this process that have ended and were not asked for."""
    ours, count = str(os.getpid()), 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        count += parent == ours and state == "Z"
    return count


def left(folder: Path) -> list[str]:
    """Files in a folder that should hold none but results."""
    return [
        str(path) for path in folder.rglob("*") if path.is_file() and path.suffix not in (".pdf", ".parquet", ".json")
    ]


def grown(found: Sequence[End]) -> int:
    """By how many open files the child grew most that handled more than one file."""
    by_child: dict[int, list[int]] = defaultdict(list)
    for end in found:
        if end.child:
            by_child[end.child].append(end.handles)
    return max((counts[-1] - counts[0] for counts in by_child.values()), default=0)


def main(how_many: int, seed: int) -> None:
    """Run, print the tables as Markdown, and fail where there was a fault."""
    before = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = bases(folder / "bases")
        hostile = attacks()
        files = {**hostile, **dict(mutants(base, how_many - len(hostile), seed))}
        (folder / "tmp").mkdir()
        os.environ["TMPDIR"] = str(folder / "tmp")
        found = ends(files, folder)
        litter = [*left(folder), *map(str, (folder / "tmp").rglob("*"))]
    faults = {name: end for name, end in found.items() if end.fault}
    _print(found, set(hostile), time.monotonic() - before)
    _checks({"faults": len(faults), "zombies": zombies(), "files left": len(litter),
             "open files more at the end of a child": grown(list(found.values()))})  # fmt: skip
    for name, end in faults.items():
        print(f"{name}: {end.reason}", file=sys.stderr)  # noqa: T201
    sys.exit(bool(faults or litter))


def _print(found: Mapping[str, End], hostile: set[str], seconds: float) -> None:
    tallies: dict[str, Tally] = defaultdict(Tally)
    for name, end in found.items():
        for damage in ("attacks",) if name in hostile else name.split()[0].split("+"):
            tallies[damage].ends[end.kind] += 1
            tallies[damage].slowest = max(tallies[damage].slowest, end.seconds)
    kinds = sorted({end.kind for end in found.values()})
    print(f"{len(found)} files in {seconds:.0f} s; a file with two kinds of damage counts under both.\n")  # noqa: T201
    print(f"| damage | {' | '.join(kinds)} | slowest, s |\n|---|{'---|' * (len(kinds) + 1)}")  # noqa: T201
    for damage, tally in sorted(tallies.items()):
        counts = " | ".join(str(tally.ends[kind]) for kind in kinds)
        print(f"| {damage} | {counts} | {tally.slowest:.1f} |")  # noqa: T201


def _checks(rows: Mapping[str, int]) -> None:
    print("\n| check | found |\n|---|---|")  # noqa: T201
    for name, value in rows.items():
        print(f"| {name} | {value} |")  # noqa: T201


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*given, *(HOW_MANY, SEED)[len(given) :])
