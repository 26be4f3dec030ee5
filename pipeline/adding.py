"""Papers into the corpus folder: copied under their own name, once, and only where they can be read."""

import os
import shutil
from functools import partial
from pathlib import Path

from pipeline.errors import PrecedentError, UnreadablePaper
from pipeline.files import ASIDE, sha256_of
from pipeline.records import Document
from pipeline.settings import Settings


def add_paper(file: Path, name: str, settings: Settings) -> str:
    """Copy a PDF into the corpus folder as `name`, a bare file name; returns in words what it was taken for.

    A file with the same bytes is not copied again; where another has the name, part of the hash is added to it.
    Raises UnreadablePaper where no run could read it, OSError where it cannot be copied.
    """
    folder = settings.corpus
    folder.mkdir(parents=True, exist_ok=True)
    digest = sha256_of(file)
    same = next((p for p in sorted(folder.rglob("*")) if p.suffix.lower() == ".pdf" and sha256_of(p) == digest), None)
    if same:
        return f"already there as {same}"
    document = _read_limited(file, settings)
    target = folder / Path(name).name
    if target.exists():
        target = folder / f"{target.stem}-{digest[:8]}{target.suffix}"
    aside = folder / f"{ASIDE}{os.getpid()}-{digest[:8]}"
    try:
        shutil.copyfile(file, aside)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    about = document.metadata
    pages = f"{len(document.pages)} page{'' if len(document.pages) == 1 else 's'}"
    return f"{target}: {about.title or 'no title found'} ({about.year or 'no year'}), {pages}"


def _read_limited(file: Path, settings: Settings) -> Document:
    """The Document in a file, read in a child with limits as in a run. Raises UnreadablePaper."""
    from pipeline.pdf import read
    from pipeline.workers import explain, run_limited

    limits = (settings.seconds_per_paper, settings.memory_mb_per_worker)
    ((_, result),) = run_limited(partial(read, document_id=""), [file], 1, *limits)
    if isinstance(result, PrecedentError):
        raise result
    if isinstance(result, BaseException):
        _, reason, remedy = explain(result, *limits)
        raise UnreadablePaper(reason, str(file), remedy) from result
    return result
