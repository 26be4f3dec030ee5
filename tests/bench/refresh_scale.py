"""A nightly refresh of 1,000 papers: with nothing new, and with one paper more. Prints Markdown.

    .venv/bin/python -m tests.bench.refresh_scale [PAPERS [FOLDER]]

The papers are real ones varied: their bytes with a comment behind the end, and what a run kept of each with one
word in seven replaced by another of its length that the corpus has, so that every offset holds and no two papers
share their sentences. They come from ../shared/corpus where it is present, else from the sample corpus. FOLDER is
where they are made, and kept for the next time; without it they are made in a folder that goes afterwards.

Wall times depend on what else the machine does. CPU seconds are those of the process, with what its children told of
their work on papers and topics, but for their start.
"""

import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from pipeline import artifacts, store
from pipeline.documents import Metadata
from pipeline.publish import load_run
from pipeline.refresh import refresh
from pipeline.settings import Settings
from pipeline.tokens import tokens_of

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "corpus"
WORD = re.compile(r"\b[a-z]{4,12}\b")


def main(arguments: list[str]) -> None:
    """Make the papers unless they are there, refresh three times, print the table."""
    wanted = int(arguments[0]) if arguments else 1000
    if len(arguments) > 1:
        measure(wanted, Path(arguments[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(wanted, Path(folder))


def measure(wanted: int, folder: Path) -> None:
    """Refresh `wanted` papers in `folder`, again with nothing new, and again with one paper more."""
    settings = Settings(corpus=folder / "papers", out=folder / "out")
    if not (settings.out / "run.json").is_file():
        make(wanted, settings, folder / "source")
    timed_run(settings)  # what a kept folder's last time, or another program, left is made good
    again = timed_run(settings)
    by_size = sorted(read_ones(folder / "source").values(), key=lambda path: path.stat().st_size)
    more = by_size[len(by_size) // 2]
    one = settings.corpus / "one-more.pdf"
    count = len(list(folder.glob("seen-*")))
    one.write_bytes(more.read_bytes() + b"\n% one more, never seen before: " + str(count).encode())
    (folder / f"seen-{count}").touch()
    added = timed_run(settings)
    one.unlink()
    if not load_run(settings.out)["counts"]["coded"]:
        raise ValueError(f"the paper more was not coded: {more}")
    rows = [("nothing new", again), ("one paper more, read and coded, topics and tables made anew", added)]
    lines = [f"{wanted} papers, {os.cpu_count()} cores.\n", "| refresh | wall, s | CPU, s |", "|---|---|---|"]
    sys.stdout.write(
        "\n".join([*lines, *(f"| {name} | {wall:.1f} | {cpu:.1f} |" for name, (wall, cpu) in rows)]) + "\n"
    )


def timed_run(settings: Settings) -> tuple[float, float]:
    """Wall and CPU seconds of `precedent run`, start and children included."""
    last = load_run(settings.out).get("finished")
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "pipeline.cli", "run", str(settings.corpus), "--out", str(settings.out)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    record = load_run(settings.out)
    of_children = record["seconds"] if record["finished"] != last else {}
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu + sum(seconds for stage, seconds in of_children.items() if stage != "tables")


def read_ones(source: Path) -> dict[str, Path]:
    """By their hashes, the papers of `source` that a run read and coded."""
    keys = load_run(source / "out")["keys"]
    kept = {path.stem for path in (source / "out" / "state" / "code" / keys["code"][:16]).glob("*/*.parquet")}
    paths = {sha256(path.read_bytes()).hexdigest(): path for path in sorted((source / "papers").rglob("*.pdf"))}
    return {document_id: path for document_id, path in paths.items() if document_id in kept}


def make(wanted: int, settings: Settings, source: Path) -> None:
    """Fill the corpus of `settings` with varied papers, and its state with what reading and coding them would keep."""
    shutil.copytree(REAL if REAL.is_dir() else ROOT / "corpus", source / "papers", dirs_exist_ok=True)
    real = Settings(corpus=source / "papers", out=source / "out")
    refresh(real)
    keys = load_run(real.out)["keys"]
    paths = read_ones(source)
    kept = sorted(paths)
    texts = {i: store.load_document(artifact(real, "read", keys, i)).text for i in kept}
    by_length: dict[int, list[str]] = {}
    for word in WORD.findall(" ".join(texts[i] for i in sorted(texts))):
        by_length.setdefault(len(word), []).append(word)
    settings.corpus.mkdir(parents=True, exist_ok=True)
    for number in range(wanted):
        original = kept[number % len(kept)]
        content = paths[original].read_bytes() + f"\n% varied {number}".encode()
        (settings.corpus / f"{number:05}.pdf").write_bytes(content)
        vary(original, sha256(content).hexdigest(), number, real, settings, keys, by_length)


def artifact(settings: Settings, stage: str, keys: dict[str, str], document_id: str) -> Path:
    """Where the result of a stage lies."""
    return artifacts.artifact(settings.out, stage, keys[stage], document_id)


def vary(
    original: str,
    document_id: str,
    number: int,
    real: Settings,
    settings: Settings,
    keys: dict[str, str],
    by_length: dict[int, list[str]],
) -> None:
    """Keep for a varied paper what was kept for the original, with some of its words replaced."""
    rng = random.Random(number)

    def other(found: re.Match[str]) -> str:
        return rng.choice(by_length[len(found[0])]) if rng.random() < 1 / 7 else found[0]

    document = store.load_document(artifact(real, "read", keys, original))
    text = WORD.sub(other, document.text)
    about = Metadata(f"{document.metadata.title or 'A paper'} {number}", document.metadata.authors, 1995 + number % 30)
    store.save_document(
        artifact(settings, "read", keys, document_id),
        replace(document, id=document_id, text=text, metadata=about),
        [rng.getrandbits(63) for _ in range(256)],
    )
    passages = store.load_passages(artifact(real, "split", keys, original))
    tokens = tokens_of([text[passage.start : passage.end] for passage in passages])
    store.save_passages(artifact(settings, "split", keys, document_id), passages, tokens)
    coded = store.load_coded(artifact(real, "code", keys, original))
    codings = tuple(
        replace(c, id=f"{rng.getrandbits(64):016x}", document_id=document_id, quote=text[c.start : c.end])
        for c in coded.codings
    )
    path = artifact(settings, "code", keys, document_id)
    store.save_coded(path, replace(coded, document_id=document_id, codings=codings))


if __name__ == "__main__":
    main(sys.argv[1:])
