"""Works found in the web -> papers in the corpus, and what is known of those of which there is no open copy."""

import hashlib
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.abstracts import FEWEST, as_file
from pipeline.bibliography import normal_doi, normal_title
from pipeline.corpus import by_size, same_paper
from pipeline.documents import ABSTRACT_FILE
from pipeline.errors import HarvestError, PrecedentError, SettingsError
from pipeline.files import write_bytes
from pipeline.harvest import openalex, record, unpaywall
from pipeline.harvest.record import FOLDER, Record
from pipeline.harvest.web import Web, place
from pipeline.harvest.works import Copy, Work, line, listed, mapping
from pipeline.settings import Settings

MOST = 200  # works of a harvest, unless said otherwise
LARGEST = 100_000_000  # bytes of a paper
IN_VAIN = 3  # harvests after which a paper that cannot be had is no longer looked for
COPIES = 3  # of a work that are tried
HEAD = 1024  # bytes within which a PDF says that it is one
_NO_PDF = ("text/", "application/json", "application/xml", "application/xhtml+xml", "image/")

log = logging.getLogger("precedent")


@dataclass(frozen=True, slots=True)
class Harvested:
    """What became of the works that were found: `new` papers as their files, and how many are in which state."""

    new: tuple[Path, ...]
    states: Counter[str]

    def __str__(self) -> str:
        states = ", ".join(f"{n} {state}" for state, n in sorted(self.states.items()))
        return f"{self.states.total()} works found, {len(self.new)} new papers" + (f" ({states})" if states else "")


def harvest(
    settings: Settings, query: str = "", since: str = "", most: int = MOST, tell: Callable[[str], None] = log.info
) -> Harvested:
    """Bring the open-access papers that OpenAlex finds for a query into the corpus, and a bibliography of all it finds.

    `query` and `since` (YYYY-MM-DD) are those of the settings unless given; the `most` relevant works are taken. A
    work whose paper was downloaded once is not downloaded again, even where somebody has deleted it since. `tell` is
    given a line for each work that is new, or of which something else came. Whatever ends a harvest, what it has
    found by then is kept. Raises SettingsError before anything is sent; HarvestError where OpenAlex cannot be had,
    StoreError where the folder cannot be written, AlreadyRunning.
    """
    query, since = query or settings.harvest_query, since or settings.harvest_since
    web = _web(settings)
    if not query:
        raise SettingsError("there is nothing to look for", "harvest", "give --query, or harvest_query in the settings")
    _day(since)
    works = openalex.search(web, settings, query, since, most)
    return _taken_in(web, settings, works, Record("", "", "failed", _today(), query, since), tell)


def harvest_first(settings: Settings) -> None:
    """A harvest before a scheduled refresh, where the settings name a query; what hinders it hinders no refresh.

    What was found, or why nothing could be, is a line in the log.
    """
    if not settings.harvest_query:
        return
    try:
        log.info("harvest: %s", harvest(settings))
    except PrecedentError as error:
        log.warning("no harvest before this refresh: %s", error)


def harvest_doi(settings: Settings, doi: str) -> Record:
    """Bring the paper of a DOI into the corpus, if there is an open copy. Raises as `harvest` does, and HarvestError
    where nothing is known of the DOI."""
    web = _web(settings)
    work = openalex.work_of(web, settings, normal_doi(doi))
    if work is None:
        raise HarvestError("OpenAlex knows no work of this DOI", doi, "see whether it is written right")
    _taken_in(web, settings, [work], Record("", "", "failed", _today(), normal_doi(doi), ""), by_name=True)
    return record.load(settings.corpus / FOLDER)[work.id]


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _web(settings: Settings) -> Web:
    if not settings.mailto:
        remedy = 'put mailto = "you@example.org" into the settings file, or PRECEDENT_MAILTO into the environment'
        raise SettingsError("OpenAlex and Unpaywall ask for a mail address", "mailto", remedy)
    bases = [urlsplit(url) for url in (settings.openalex_url, settings.unpaywall_url)]
    ours = {f"{base.hostname}:{base.port or (443 if base.scheme == 'https' else 80)}" for base in bases}
    return Web(f"precedent/{version('precedent')} (mailto:{settings.mailto})", frozenset(ours))


def _day(since: str) -> None:
    try:
        date.fromisoformat(since or "2000-01-01")
    except ValueError as error:
        raise SettingsError(f"{since!r} is no day", "since", "give a day such as 2020-01-31") from error


def _taken_in(
    web: Web,
    settings: Settings,
    works: Iterable[Work],
    blank: Record,
    tell: Callable[[str], None] = log.info,
    by_name: bool = False,
) -> Harvested:
    """Take in the works that are new, or whose paper could not be had so far; `blank` says what was looked for.
    A work that was asked for by name is looked for however often it was in vain."""
    folder = settings.corpus / FOLDER
    new: list[Path] = []
    states: Counter[str] = Counter()
    with record.writing(folder) as add:
        records = record.load(folder)
        record.save_bibliography(folder, records)  # now, while nothing is lost if it cannot be
        try:
            for work in works:
                before = records.get(work.id)
                if before is None or (before.state != "downloaded" and (by_name or before.tries < IN_VAIN)):
                    key = before.key if before else _key(work, _taken_keys(folder, records))
                    tries = before.tries if before else 0
                    made = _one(web, settings, work, replace(blank, id=work.id, key=key, tries=tries))
                    _keep_abstract(folder, work, made, new=before is None)
                    if before is None or replace(made, retrieved=before.retrieved) != before:
                        records[work.id] = made
                        add(made)
                        tell(in_words(made))
                    new += [folder / made.file] if made.file else []
                states[records[work.id].state] += 1
        finally:
            record.save_bibliography(folder, records)
    return Harvested(tuple(new), states)


def _keep_abstract(folder: Path, work: Work, made: Record, new: bool) -> None:
    """The abstract of a new work whose paper could not be had, as a file of its own; gone when the paper comes.

    Where a person has deleted it, it does not come back.
    """
    path = folder / f"{made.key}{ABSTRACT_FILE}"
    if made.state in ("downloaded", "there already"):
        path.unlink(missing_ok=True)
    elif new and len(work.abstract.split()) >= FEWEST:
        write_bytes(path, as_file(work.title, work.doi, work.abstract))


def in_words(made: Record) -> str:
    """What became of a work, on one line."""
    title = f"{line(made.csl.get('title'))} ({_year(made) or 'no year'})"
    if made.file:
        return f"{FOLDER}/{made.file}: {title}, licence {made.license or 'not stated'}"
    instead = "; its abstract stands in for it" if len(line(made.csl.get("abstract")).split()) >= FEWEST else ""
    return f"{made.key}: {title}: {made.state}: {made.reason}{instead}"


def _year(made: Record) -> str:
    parts = [listed(part) for part in listed(mapping(made.csl.get("issued")).get("date-parts"))]
    return line(str(parts[0][0])) if parts and parts[0] else ""


def _one(web: Web, settings: Settings, work: Work, fresh: Record) -> Record:
    """What became of a work: its paper downloaded, or why not."""
    made = replace(fresh, csl=record.entry_of(work, fresh.key), oa_status=work.oa_status, state="no open copy")
    if work.is_open is False:
        return replace(made, reason="closed access")
    reasons: list[str] = []
    for copy in _copies(web, settings, work, reasons):
        try:
            content = _pdf(web, copy)
        except HarvestError as error:
            reasons.append(f"{error.where}: {error.what}")
            continue
        return _kept(settings, made, copy, content)
    made = replace(made, tries=made.tries + 1)
    if not reasons:
        return replace(made, reason="nobody has it as a PDF in the open")
    return replace(made, state="failed", reason="; ".join(reasons))


def _copies(web: Web, settings: Settings, work: Work, reasons: list[str]) -> Iterator[Copy]:
    """The copy that OpenAlex knows, then, where that is no good, those that Unpaywall knows."""
    yield from work.copies
    if work.doi:
        try:
            found = unpaywall.open_copies(web, settings, work.doi)
        except HarvestError as error:
            reasons.append(f"{error.where}: {error.what}")
            return
        known = {copy.url for copy in work.copies}
        yield from [copy for copy in found if copy.url not in known][: COPIES - len(known)]


def _pdf(web: Web, copy: Copy) -> bytes:
    """The PDF at an address. Raises HarvestError for what is none."""
    answer = web.get(copy.url, LARGEST, tries=2)
    if answer.status != 200:
        raise HarvestError(f"the server refused ({answer.status})", place(copy.url))
    if answer.type.startswith(_NO_PDF) or b"%PDF-" not in answer.body[:HEAD]:
        raise HarvestError("there is no PDF but something else, such as a page to log in", place(copy.url))
    return answer.body


def _kept(settings: Settings, made: Record, copy: Copy, content: bytes) -> Record:
    """The record of a PDF that was downloaded, which is written unless the corpus has it."""
    about = replace(made, license=copy.license, version=copy.version, source=copy.url, sha256=_sha256(content))
    held = same_paper(by_size(settings.corpus, settings.out), len(content), about.sha256)
    if held:
        return replace(about, state="there already", reason=f"as {held.relative_to(settings.corpus)}", tries=IN_VAIN)
    file = f"{made.key}.pdf"
    write_bytes(settings.corpus / FOLDER / file, content)
    return replace(about, state="downloaded", file=file)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _taken_keys(folder: Path, records: dict[str, Record]) -> set[str]:
    return {path.stem.casefold() for path in folder.glob("*.*")} | {record.key for record in records.values()}


def _key(work: Work, taken: Collection[str]) -> str:
    """A citation key that may be the name of a file anywhere: surname, year and a word, in the letters a to z."""
    surname = _plain(work.authors[0].split()[-1] if work.authors else "") or "anon"
    words = [_plain(word) for word in normal_title(work.title).split() if len(word) > 3]
    base = f"{surname[:30]}{work.year or ''}{next(filter(None, words), work.id.lower())[:30]}"
    tails = ("", *"abcdefghijklmnopqrstuvwxyz")
    return next((base + tail for tail in tails if base + tail not in taken), f"{base}-{work.id}")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text.lower()))
