"""BibTeX beside the papers: its entries, its mistakes, and which entry belongs to which paper."""

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry as Block
from rapidfuzz import fuzz

from pipeline.records import Card, Entry, Metadata, Rejection

SAME_TITLE = 90  # of 100, rapidfuzz token_sort_ratio of normalised titles

logging.getLogger("bibtexparser").setLevel(logging.ERROR)  # broken entries are reported by us, with advice


def read_bibtex(path: Path, name: str, sha256: str) -> tuple[tuple[Entry, ...], tuple[Rejection, ...]]:
    """Entries of a BibTeX file, called `name` in the tables, and a Rejection for each broken one.

    Bytes that are not UTF-8 are read as Latin-1. Never raises for what the file holds.
    """
    try:
        library = parse_string(_decode(path.read_bytes()), append_middleware=_MIDDLEWARE)
    except Exception as error:  # noqa: BLE001 - a parser's fault on a hostile file must not stop a run
        return (), (_broken(name, sha256, 1, f"the file cannot be parsed ({type(error).__name__})"),)
    entries = tuple(_entry(block, name) for block in library.entries)
    return entries, tuple(
        _broken(name, sha256, (block.start_line or 0) + 1, _reason(block.error)) for block in library.failed_blocks
    )


_MIDDLEWARE = [middlewares.LatexDecodingMiddleware()]


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _reason(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "broken entry"


def _broken(name: str, sha256: str, line: int, reason: str) -> Rejection:
    remedy = f"mend the entry at line {line}; the other entries of the file were used"
    return Rejection(name, sha256, "bibliography", f"line {line}: {reason}", remedy)


def _entry(block: Block, source: str) -> Entry:
    fields = {key.lower(): " ".join(str(field.value).split()) for key, field in block.fields_dict.items()}
    year = re.search(r"\b(1[89]|20)\d\d\b", fields.get("year", "") or fields.get("date", ""))
    metadata = Metadata(
        title=re.sub(r"[{}]", "", fields.get("title", "")),
        authors=_authors(fields.get("author", "")),
        year=int(year.group()) if year else None,
        doi=normal_doi(fields.get("doi", "")),
    )
    journal = fields.get("journal") or fields.get("booktitle") or fields.get("publisher", "")
    return Entry(block.key, metadata, journal, _files(fields.get("file", "")), source, (block.start_line or 0) + 1)


def _authors(field: str) -> tuple[str, ...]:
    names = (re.sub(r"[{}]", "", name).strip() for name in re.split(r"\s+and\s+", field))
    return tuple(name for name in names if name)


def _files(field: str) -> tuple[str, ...]:
    """Attachments named in a `file` field, in the plain, JabRef and Zotero ways of writing it."""
    parts = re.split(r"(?<!\\)[;:]", field)
    return tuple(part.strip().replace("\\", "") for part in parts if part.strip().lower().endswith(".pdf"))


def normal_doi(text: str) -> str:
    """A DOI in lower case without its resolver, or an empty string where there is none."""
    found = re.search(r"10\.\d{4,9}/\S+", text.lower())
    return found.group().rstrip(".,;)]}>\"'") if found else ""


def normal_title(title: str) -> str:
    """A title as lower-case words of letters and digits, one space apart."""
    return " ".join(re.findall(r"\w+", title.lower()))


def match(cards: Sequence[Card], paths: Mapping[str, str], entries: Sequence[Entry]) -> dict[str, Entry]:
    """The entry of each paper that has one: by attachment, else by DOI, else by near-same title and year.

    `paths` maps document ids to paths in the corpus. An entry goes to one paper at most, save by DOI: two
    printings of one paper share their entry.
    """
    found: dict[str, Entry] = {}
    for card in cards:
        entry = _by_file(paths[card.id], entries) or _by_doi(card, entries)
        if entry:
            found[card.id] = entry
    taken = {id(entry) for entry in found.values()}
    free = [entry for entry in entries if id(entry) not in taken]
    rest = [card for card in cards if card.id not in found]
    return found | _by_title(rest, free)


def _by_file(path: str, entries: Sequence[Entry]) -> Entry | None:
    name = PurePosixPath(path).name
    return next((e for e in entries if any(PurePosixPath(f).name == name for f in e.files)), None)


def _by_doi(card: Card, entries: Sequence[Entry]) -> Entry | None:
    doi = normal_doi(card.metadata.doi)
    return next((e for e in entries if doi and e.metadata.doi == doi), None)


def _by_title(cards: Sequence[Card], entries: Sequence[Entry]) -> dict[str, Entry]:
    """Greedy from the most similar pair down, each card and each entry once."""
    pairs = [
        (score, card.id, at)
        for card in cards
        for at, entry in enumerate(entries)
        if (score := _likeness(card.metadata, entry.metadata)) >= SAME_TITLE
    ]
    found: dict[str, Entry] = {}
    used: set[int] = set()
    for _, document_id, at in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if document_id not in found and at not in used:
            found[document_id] = entries[at]
            used.add(at)
    return found


def _likeness(a: Metadata, b: Metadata) -> float:
    """Similarity of two titles, 0 to 100; 0 where the years are known and more than one apart."""
    if not a.title or not b.title or (a.year and b.year and abs(a.year - b.year) > 1):
        return 0.0
    return fuzz.token_sort_ratio(normal_title(a.title), normal_title(b.title))
