"""Papers into the corpus folder: copied under a name that is free, once, and only where they can be read.

A folder, or a bibliography with its attachments as reference managers export them, becomes a folder of its own in the
corpus in which all lies as it lay, so that the bibliography still finds its files. Nothing is taken that is not in the
folder that was named, whatever links and bibliographies say.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from pipeline.bibliography import ENDINGS, file_parts, merge, read
from pipeline.corpus import by_size, kind_of, look, same_paper
from pipeline.documents import ABSTRACT_FILE
from pipeline.errors import PrecedentError, UnreadablePaper
from pipeline.files import aside_prefix, write_bytes
from pipeline.hashes import Hashed
from pipeline.records import Entry
from pipeline.settings import Settings

_OUTSIDE = "export it together with its files, or add that file by its name"


class Line(NamedTuple):
    """What became of a file, in words, and whether it is in the corpus now."""

    taken: bool
    words: str


def add(source: Path, settings: Settings) -> Iterator[Line]:
    """Take in a PDF, a bibliography with its attachments, or all of these that are in a folder; a line for each."""
    if source.is_dir():
        yield from _add_folder(source, settings)
    elif source.suffix.lower() in ENDINGS:
        yield from _add_library(source, settings)
    else:
        yield from _papers([(source, settings.corpus / source.name)], settings)


def add_paper(file: Path, name: str, settings: Settings) -> str:
    """Copy a PDF into the corpus folder as `name`, a bare file name; returns in words what it was taken for.

    A file with the same bytes is not copied again; where another has the name, part of the hash is added to it.
    Raises UnreadablePaper where no run could read it, OSError where it cannot be copied.
    """
    (result,) = _copies([(file, settings.corpus / Path(name).name)], settings)
    if isinstance(result, Exception):
        raise result
    return result


def _papers(pairs: Sequence[tuple[Path, Path]], settings: Settings) -> Iterator[Line]:
    for (file, _), result in zip(pairs, _copies(pairs, settings), strict=True):
        bad = isinstance(result, Exception)
        yield Line(not bad, f"{file}: not added: {result}" if bad else str(result))


def _copies(pairs: Sequence[tuple[Path, Path]], settings: Settings) -> Iterator[str | UnreadablePaper | OSError]:
    """Copy files to their targets in the corpus; for each, in order, what it was taken for, or why it was not taken."""
    from pipeline.workers import run_limited

    limits = (settings.seconds_per_paper, settings.memory_mb_per_worker)
    there = by_size(settings.corpus, settings.out)
    seen = [_seen(file, there) for file, _ in pairs]
    fresh = [
        file for (file, _), (about, same) in zip(pairs, seen, strict=True) if isinstance(about, Hashed) and not same
    ]
    taken: dict[str, Path] = {}
    with closing(run_limited(_look, fresh, settings.workers, *limits)) as read:
        for (file, target), (about, same) in zip(pairs, seen, strict=True):
            try:
                if isinstance(about, OSError):
                    raise about
                words = "" if same else _words(next(read)[1], file, limits)
                if same := same or taken.get(about.sha256):
                    yield f"already there as {same}"
                else:
                    taken[about.sha256] = copy = _copy(file, target, about)
                    yield f"{copy}: {words}"
            except (UnreadablePaper, OSError) as error:
                yield error


def _seen(file: Path, there: Mapping[int, Sequence[Path]]) -> tuple[Hashed | OSError, Path | None]:
    """What a file is, and where the corpus has its very bytes as a paper."""
    try:
        about = look(file)
    except OSError as error:
        return error, None
    return about, same_paper(there, about.marks[0], about.sha256)


def _copy(file: Path, target: Path, about: Hashed) -> Path:
    """Copy a paper to its target, with part of its hash in the name where that is taken; returns where it lies."""
    if about.kind != "paper":
        raise UnreadablePaper("no run would take it for a paper", str(file), "give it a name that ends in .pdf")
    if target.exists():
        target = target.with_name(f"{target.stem}-{about.sha256[:8]}{target.suffix}")
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.parent / f"{aside_prefix()}{about.sha256[:8]}"
    try:
        shutil.copyfile(file, aside)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def _look(file: Path) -> str:
    """What a PDF is, in words."""
    from pipeline import abstracts, pdf

    read = abstracts.read if file.name.endswith(ABSTRACT_FILE) else pdf.read
    document = read(file, document_id="")
    about = document.metadata
    pages = f"{len(document.pages)} page{'' if len(document.pages) == 1 else 's'}"
    return f"{about.title or 'no title found'} ({about.year or 'no year'}), {pages}"


def _words(looked: str | BaseException, file: Path, limits: tuple[int, int]) -> str:
    """What a child found a file to be. Raises UnreadablePaper, OSError where it could not."""
    from pipeline.workers import explain

    if isinstance(looked, PrecedentError | OSError):
        raise looked
    if isinstance(looked, BaseException):
        _, reason, remedy = explain(looked, *limits)
        raise UnreadablePaper(reason, str(file), remedy) from looked
    return looked


def _add_folder(folder: Path, settings: Settings) -> Iterator[Line]:
    """The papers and bibliographies under a folder, to a folder of its name."""
    home = settings.corpus / folder.resolve().name.lstrip(".")
    found = [path for path in _files(folder) if not path.resolve().is_relative_to(settings.corpus.resolve())]
    papers = []
    for path in found:
        target = home / path.relative_to(folder)
        if _inside(path, folder) is None:
            yield Line(False, f"{path}: not added: this link leads out of the folder; add that file by its name")
        elif _is_paper(path):
            papers.append((path, target))
        elif (entries := _entries(path)) is not None:
            yield _bibliography(path, entries, target)
    yield from _papers(papers, settings)
    if not found:
        yield Line(False, f"{folder}: nothing added: there are no PDF files or bibliographies in it")


def _files(folder: Path) -> list[Path]:
    """What a run would take for papers and bibliographies under a folder, by name; hidden files and linked folders are
    left out, and of what links lead out to nothing is read."""
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != ".")
        found += [Path(root, name) for name in sorted(names) if name[0] != "."]
    return [path for path in found if _named_so(path) or (_inside(path, folder) and _is_paper(path))]


def _named_so(path: Path) -> bool:
    return path.suffix.lower() in (".pdf", *ENDINGS) or path.name.endswith(ABSTRACT_FILE)


def _is_paper(path: Path) -> bool:
    try:
        return kind_of(path) == "paper"
    except OSError:
        return False


def _add_library(file: Path, settings: Settings) -> Iterator[Line]:
    """A bibliography, and its attachments where they are in its folder; where it names none, the PDFs in `files`."""
    entries, base = _entries(file) or (), file.parent
    home = settings.corpus / (file.stem.lstrip(".") or "library")
    yield _bibliography(file, entries, home / file.name)
    if not entries:
        return
    named = list(dict.fromkeys(name for entry in entries for name in entry.files))
    beside = [path for path in _files(base / "files") if _is_paper(path)]
    found = [(name, _attachment(name, base, beside)) for name in named] or [(p.name, _inside(p, base)) for p in beside]
    for name, path in found:
        if path is None:
            shown = "".join(c for c in name if c.isprintable())[:200]
            yield Line(False, f"{shown}: not added: it is not in {base}, the bibliography's folder; {_OUTSIDE}")
    inside = [path for _, path in found if path]
    yield from _papers([(path, home / path.relative_to(base.resolve())) for path in inside], settings)


def _entries(file: Path) -> tuple[Entry, ...] | None:
    """The entries of a bibliography; None for a JSON file that is none. One that cannot be opened has no entries."""
    try:
        found = read(file, file.name, "")
    except OSError:
        return ()
    return found[0] if found else None


def _attachment(name: str, base: Path, beside: list[Path]) -> Path | None:
    """The file that a bibliography in `base` means: where it says, else the one of that name beside it.

    A reference manager may have written the place where the file lay on another machine.
    """
    parts = file_parts(name)
    exact = (base.joinpath(*parts), Path(name), base / parts[-1]) if parts else ()
    alike = [path for path in beside if parts and path.name == parts[-1]]
    found = (_inside(path, base) for path in (*exact, *(alike if len(alike) == 1 else [])))
    return next(filter(None, found), None)


def _inside(path: Path, base: Path) -> Path | None:
    """The regular file that a path leads to in the end, where it lies under `base`."""
    try:
        real = path.resolve(strict=True)
        return real if real.is_file() and real.is_relative_to(base.resolve()) else None
    except (OSError, ValueError, RuntimeError):
        return None


def _bibliography(file: Path, entries: tuple[Entry, ...], target: Path) -> Line:
    """Copy a bibliography; one of the same name is joined to it, and nothing that is there is written over."""
    if not entries:
        return Line(False, f"{file}: not added: it cannot be read, or holds no entries; export it anew")
    try:
        content = file.read_bytes()
        if not target.exists():
            write_bytes(target, content)
            return Line(True, f"{target}: a bibliography of {len(entries)} entries")
        joined = merge(target.read_bytes(), content, file.suffix.lower())
        if joined is None:
            return Line(True, f"{_under_another_name(target, content)}: a bibliography of {len(entries)} entries")
        if joined.added:
            write_bytes(target, joined.content)
        left = f"; {joined.differing} say otherwise there, and stay as they are there" if joined.differing else ""
        return Line(True, f"{target}: {joined.added} new entries of {len(entries)}{left}")
    except OSError as error:
        return Line(False, f"{file}: not added: {error}")


def _under_another_name(target: Path, content: bytes) -> Path:
    other = target.with_name(f"{target.stem}-{hashlib.sha256(content).hexdigest()[:8]}{target.suffix}")
    if not other.exists():
        write_bytes(other, content)
    return other
