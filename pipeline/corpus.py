"""A folder becomes papers: files found and hashed, duplicates left out, the bibliography matched."""

import contextlib
import hashlib
import os
import re
import stat
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from pipeline.bibliography import ENDINGS, doubts, match, normal_title, read
from pipeline.documents import ABSTRACT, ABSTRACT_FILE, Metadata
from pipeline.duplicates import find_duplicates
from pipeline.errors import Away
from pipeline.hashes import Hashed, left_alone, marks_of
from pipeline.records import Card, CodedPaper, Doubt, Entry, Paper, Rejection

_HEAD = 1024  # bytes within which a PDF says that it is one


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds. `papers` maps sha256 to the paths of its bytes, first one first; paths are
    relative to the folder, with forward slashes. `ignored` counts files that are neither papers nor
    bibliographies. `hashed` are the hashes to keep for the next look, by absolute path.
    """

    papers: dict[str, tuple[str, ...]]
    entries: tuple[Entry, ...]
    bibliographies: tuple[tuple[str, str], ...]
    rejected: tuple[Rejection, ...]
    ignored: int
    hashed: Mapping[str, Hashed] = field(default_factory=dict)


def scan(folder: Path, *skip: Path, known: Mapping[str, Hashed] = MappingProxyType({})) -> Scan:
    """Find and hash the papers and bibliographies under `folder`, leaving out hidden files and what is in `skip`:
    folders such as that of the tables, files such as the log of decisions.

    A paper is a file that ends in .pdf, one that begins as a PDF whatever its name, or one of an abstract. Files that
    are as they were when their hash was `known` are not read. Raises Away where the folder is missing or cannot be
    listed.
    """
    papers: dict[str, list[str]] = defaultdict(list)
    entries: list[Entry] = []
    bibliographies: list[tuple[str, str]] = []
    rejected: list[Rejection] = []
    hashed: dict[str, Hashed] = {}
    ignored = 0
    now = time.time()
    for path in files_in(folder, skip):
        name = path.relative_to(folder).as_posix()
        if not _is_text(name):
            rejected.append(_misnamed(name))
            continue
        try:
            seen = look(path, known.get(str(path)))
            kind, digest = seen.kind, seen.sha256
            read_entries = read(path, name, digest) if kind == "bibliography" else None
        except OSError as error:
            rejected.append(_unreadable(name, error))
            continue
        if digest and left_alone(seen.marks, now):
            hashed[str(path)] = seen
        if kind == "paper":
            papers[digest].append(name)
        elif read_entries:
            entries += read_entries[0]
            rejected += read_entries[1]
            bibliographies.append((name, digest))
        else:
            ignored += 1
    rejected += [_same_bytes(sha, name, names[0]) for sha, names in papers.items() for name in names[1:]]
    return Scan(
        {sha: tuple(names) for sha, names in papers.items()},
        _distinct(entries),
        tuple(bibliographies),
        tuple(rejected),
        ignored,
        hashed,
    )


def _distinct(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries without those that say the same as one before, as in a copy of a bibliography."""
    kept: dict[object, Entry] = {}
    for entry in entries:
        kept.setdefault((entry.key, entry.metadata, entry.journal, entry.files), entry)
    return tuple(kept.values())


def files_in(folder: Path, skip: Collection[Path]) -> Iterator[Path]:
    """Files under `folder` in the order of their names; hidden ones and those in or under `skip` left out.

    Raises Away where the folder is missing, or one cannot be listed.
    """
    if not folder.is_dir():
        remedy = "name a folder of PDF files: precedent run FOLDER; or see that its drive or share is there"
        raise Away("there is no such folder of papers", str(folder), remedy)

    def fail(error: OSError) -> None:
        what = f"the folder cannot be listed ({error.strerror})"
        raise Away(what, str(error.filename), "see that its drive or share is there, and your rights to it") from error

    for root, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(f for f in folders if f[0] != "." and Path(root, f) not in skip)
        yield from (Path(root, n) for n in sorted(names) if n[0] != "." and Path(root, n) not in skip)


def look(path: Path, known: Hashed | None = None) -> Hashed:
    """Whether a file is a "paper", a "bibliography" or "other", and its sha256, "" of other files. Raises OSError."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise OSError(0, "not a regular file")
    if known and known.marks == marks_of(about):
        return known
    with path.open("rb") as handle:
        marks = marks_of(os.fstat(handle.fileno()))  # before it is read: what changes it then changes them
        kind = _kind(path, handle.read(_HEAD))
        handle.seek(0)
        return Hashed(kind, "" if kind == "other" else hashlib.file_digest(handle, "sha256").hexdigest(), marks)


def kind_of(path: Path) -> str:
    """What `look` takes a file for, without its hash."""
    kind = _kind(path, b"")
    if kind == "paper" or not path.is_file():
        return kind
    with path.open("rb") as handle:
        return _kind(path, handle.read(_HEAD))


def _kind(path: Path, head: bytes) -> str:
    ending = path.suffix.lower()
    if ending == ".pdf" or b"%PDF-" in head or path.name.endswith(ABSTRACT_FILE):
        return "paper"
    return "bibliography" if ending in ENDINGS else "other"


def by_size(folder: Path, *skip: Path) -> dict[int, list[Path]]:
    """The files under `folder` that a scan would look at, by their size in bytes; none where there is no folder."""
    found: dict[int, list[Path]] = defaultdict(list)
    for path in files_in(folder, skip) if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            found[path.stat().st_size].append(path)
    return found


def same_paper(sizes: Mapping[int, Sequence[Path]], size: int, sha256: str) -> Path | None:
    """The first paper of these, by size, that holds the very bytes of that hash."""
    for path in sizes.get(size, ()):
        with contextlib.suppress(OSError):
            about = look(path)
            if (about.kind, about.sha256) == ("paper", sha256):
                return path
    return None


def _is_text(name: str) -> bool:
    """Whether a name can be written down; one in bytes that are no UTF-8 cannot."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _misnamed(name: str) -> Rejection:
    shown = name.encode(errors="surrogateescape").decode(errors="replace")
    return Rejection(shown, "", "unreadable", "the file's name is not in UTF-8", "give it another name, then run again")


def _unreadable(name: str, error: OSError) -> Rejection:
    reason = f"the file cannot be opened ({error.strerror or type(error).__name__})"
    return Rejection(name, "", "unreadable", reason, "mend its rights or the link, then run again")


def _same_bytes(sha256: str, name: str, first: str) -> Rejection:
    remedy = "nothing to do; delete one of the two if you like"
    return Rejection(name, sha256, "duplicate", f"the same file as {first}", remedy)


def gather(
    scan: Scan, cards: Sequence[Card], coded: Mapping[str, CodedPaper]
) -> tuple[tuple[Paper, ...], tuple[Rejection, ...], tuple[Doubt, ...]]:
    """The papers of the tables, in the order of their paths, the near-duplicates that are left out, and the
    matches with the bibliography that a person should look at.

    What the bibliography says wins over what was read from the page. Of two printings the one stays that
    is no abstract alone, then one that the bibliography names, then one of which nothing is lost, then the longer one,
    then the first by path.
    """
    first = {card.id: scan.papers[card.id][0] for card in cards}
    entries = match(cards, first, scan.entries)

    def worth(card: Card) -> tuple[bool, bool, bool, int, str]:
        named = _attached(entries.get(card.id), first[card.id])
        return card.reader == ABSTRACT, not named, bool(card.damage), -card.characters, first[card.id]

    order = sorted(cards, key=worth)
    dropped = find_duplicates(cards, [card.id for card in order])
    rejected = tuple(
        Rejection(first[gone], gone, "duplicate", f"{why}: kept is {first[kept]}", "delete the one you do not want")
        for gone, (kept, why) in sorted(dropped.items(), key=lambda item: first[item[0]])
    )
    stay = sorted((card for card in cards if card.id not in dropped), key=lambda card: first[card.id])
    keys = _citation_keys(stay, entries)
    papers = tuple(_paper(c, scan.papers[c.id], keys[c.id], entries.get(c.id), coded[c.id]) for c in stay)
    return papers, rejected, doubts(stay, first, scan.entries, entries)


def _attached(entry: Entry | None, path: str) -> bool:
    return entry is not None and any(Path(file).name == Path(path).name for file in entry.files)


def _paper(card: Card, paths: Sequence[str], key: str, entry: Entry | None, coded: CodedPaper) -> Paper:
    return Paper(
        document_id=card.id,
        path=paths[0],
        other_paths=tuple(paths[1:]),
        citation_key=key,
        metadata=_about(card, entry),
        journal=entry.journal if entry else "",
        pages=card.pages,
        reader=card.reader,
        domain=coded.domain,
        sentences=dict(sorted(Counter(coded.domains).items())),
        language=card.language,
        damage=card.damage,
        places=coded.places,
        sectors=coded.sectors,
    )


def _merge(first: Metadata, second: Metadata) -> Metadata:
    """`first`, with what it lacks from `second`."""
    return Metadata(
        first.title or second.title,
        first.authors or second.authors,
        first.year or second.year,
        first.doi or second.doi,
    )


def _citation_keys(cards: Sequence[Card], entries: Mapping[str, Entry]) -> dict[str, str]:
    """A key for each paper: its entry's, else surname, year and a word; a letter behind one that is taken."""
    keys: dict[str, str] = {}
    used: set[str] = set()
    told = {entry.key for entry in entries.values()}
    for card in cards:
        entry = entries.get(card.id)
        base = entry.key if entry and entry.key else _made_key(card.id, _about(card, entry))
        taken = used if entry and entry.key else used | told
        tails = ("", *"abcdefghijklmnopqrstuvwxyz", f"-{card.id[:8]}")
        keys[card.id] = next(base + tail for tail in tails if base + tail not in taken)
        used.add(keys[card.id])
    return keys


def _about(card: Card, entry: Entry | None) -> Metadata:
    """What is known of a paper: the entry's word before the page's."""
    return _merge(entry.metadata, card.metadata) if entry else card.metadata


def _made_key(document_id: str, about: Metadata) -> str:
    author = about.authors[0] if about.authors else "anon"
    surname = author.split(",")[0] if "," in author else author.split()[-1]
    words = [word for word in normal_title(about.title).split() if len(word) > 3]
    plain = re.sub(r"[^a-z0-9]", "", _unaccented(surname)) or "anon"
    return f"{plain}{about.year or ''}{_unaccented(words[0]) if words else document_id[:6]}"


def _unaccented(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char))
