"""A bibliography file -> its entries, and what is wrong with it, by line."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.bibliography import bibtex, csl, ris
from pipeline.bibliography.parsed import Parsed
from pipeline.errors import first_line
from pipeline.records import Entry, Rejection
from pipeline.workers import explain, run_limited

LARGEST = 20_000_000  # bytes; a bibliography of 20,000 entries with abstracts
LARGE = 1_000_000  # bytes from which on it is read in a child with limits
MOST = 100_000  # entries
LONGEST = 2_000  # characters of a title that are kept; all titles are compared with all
SECONDS, MEMORY_MB = 120, 2048  # limits on the reading of a large one
LISTED = 20  # broken entries that are listed one by one
_HEAD = 16_384  # bytes by which a JSON file is told for a bibliography

_READERS: dict[str, Callable[[str], Parsed]] = {".bib": bibtex.parse, ".ris": ris.parse, ".json": csl.parse}
ENDINGS = tuple(_READERS)


def read(path: Path, name: str, sha256: str) -> tuple[tuple[Entry, ...], tuple[Rejection, ...]] | None:
    """Entries of a bibliography, called `name` in the tables, and a Rejection for what is wrong with it.

    None for a JSON file that is no CSL-JSON. UTF-8 and UTF-16 are told by their bytes; what is neither is read as
    Windows-1252. Files of more than 20 MB are not read. Never raises for what the file holds; raises OSError.
    """
    ending = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if ending == ".json" and not csl.looks_like(decode(head)):
            return None
        content = head + file.read(LARGEST + 1 - len(head))
    if len(content) > LARGEST:
        remedy = "export only the papers of this folder from your reference manager"
        reason = f"the file is too large for a bibliography (more than {LARGEST // 1_000_000} MB) and was not read"
        return (), (Rejection(name, sha256, "bibliography", reason, remedy),)
    parsed = _parsed(ending, content) if len(content) < LARGE else _parsed_limited(ending, content)
    entries = tuple(
        Entry(key, replace(about, title=about.title[:LONGEST]), journal, files, name, line)
        for line, key, about, journal, files in parsed.entries
    )
    return entries, tuple(_rejections(parsed, name, sha256))


def _parsed(ending: str, content: bytes) -> Parsed:
    try:
        parsed = parse(decode(content), ending)
    except Exception as error:  # noqa: BLE001 - a parser's fault on a hostile file must not stop a run
        return Parsed((), ((1, f"the file cannot be read ({type(error).__name__}: {first_line(error, 80)})"),))
    if len(parsed.entries) <= MOST:
        return parsed
    left = (parsed.entries[MOST].line, f"there are more than {MOST} entries; from here on they were left out")
    return Parsed(parsed.entries[:MOST], tuple(sorted([*parsed.broken, left])))


def _parsed_limited(ending: str, content: bytes) -> Parsed:
    ((_, parsed),) = run_limited(partial(_parsed, ending), [content], 1, SECONDS, MEMORY_MB)
    if isinstance(parsed, BaseException):
        return Parsed((), ((1, f"the file was not read: {explain(parsed, SECONDS, MEMORY_MB)[1]}"),))
    return parsed


def parse(text: str, ending: str) -> Parsed:
    """What a bibliography holds, by the ending of its file's name."""
    return _READERS[ending](text)


def decode(content: bytes) -> str:
    """The text of a file: its encoding from its mark, else UTF-16 where every other byte is 0, else a guess."""
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return content.decode("utf-32", "replace")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for encoding, zeros in (("utf-16-le", content[1:400:2]), ("utf-16-be", content[0:400:2])):
        if zeros and zeros.count(0) > 0.8 * len(zeros) and content[:400].count(0) < 300:
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cut = error.start > len(content) - 4 and error.reason == "unexpected end of data"
        return content[: error.start].decode("utf-8-sig") if cut else content.decode("cp1252", "replace")


def _rejections(parsed: Parsed, name: str, sha256: str) -> list[Rejection]:
    listed = [
        Rejection(name, sha256, "bibliography", f"line {line}: {reason}", _remedy(line))
        for line, reason in parsed.broken[:LISTED]
    ]
    more = len(parsed.broken) - LISTED
    if more > 0:
        line = parsed.broken[LISTED][0]
        listed.append(
            Rejection(
                name, sha256, "bibliography", f"line {line}: {more} more entries from here on are broken", _remedy(line)
            )
        )
    return listed


def _remedy(line: int) -> str:
    return f"mend the entry at line {line}; the other entries of the file were used"
