"""Which entry belongs to which paper, and which of these matches a person should look at."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from pipeline.bibliography.normal import file_parts, normal_doi, normal_title
from pipeline.documents import Metadata
from pipeline.records import Card, Doubt, DoubtKind, Entry

SAME_TITLE = 90  # of 100, likeness of two titles
SURE_TITLE = 97  # from here on it counts whatever the authors: those on the page may be misread
NEAR_TITLE = 75  # from here on a title is near enough to be shown to a person
OTHER_TITLE = 50  # below, two titles are those of two papers
WORDS = 4  # words from which a title can tell a paper by itself


def match(cards: Sequence[Card], paths: Mapping[str, str], entries: Sequence[Entry]) -> dict[str, Entry]:
    """The entry of each paper that has one: by attachment, else by DOI, else by title, year and author.

    `paths` maps document ids to paths in the corpus. By title an entry goes to one paper at most; by attachment
    and DOI to all that it names, since two printings of one paper share their entry.
    """
    found: dict[str, Entry] = {}
    by_name, by_doi = _by_name(entries), _by_doi(entries)
    for card in cards:
        parts = file_parts(paths[card.id])
        named = by_name.get(_name(paths[card.id]), [])
        same_doi = by_doi.get(normal_doi(card.metadata.doi), [])
        if named or same_doi:
            found[card.id] = max(named, key=lambda entry: _common(entry, parts), default=(*same_doi, *named)[0])
    taken = {id(entry) for entry in found.values()}
    free = [entry for entry in entries if id(entry) not in taken]
    return found | _by_title([card for card in cards if card.id not in found], free)


def _by_name(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Entries by the names of their attachments; folders and drives are left to `_common`."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for name in dict.fromkeys(parts[-1].casefold() for file in entry.files if (parts := file_parts(file))):
            found[name].append(entry)
    return found


def _by_doi(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.metadata.doi:
            found[entry.metadata.doi].append(entry)
    return found


def _common(entry: Entry, parts: Sequence[str]) -> int:
    """How many parts of a path, from its end, an attachment of the entry has in common with it."""
    best = 0
    for file in entry.files:
        pairs = zip(reversed(file_parts(file)), reversed(parts), strict=False)
        best = max(best, next((n for n, (a, b) in enumerate(pairs) if a.casefold() != b.casefold()), len(parts)))
    return best


def _by_title(cards: Sequence[Card], entries: Sequence[Entry]) -> dict[str, Entry]:
    """Greedy from the most similar pair down, each card and each entry once."""
    among = _titles(entries)
    pairs = [
        (score, card.id, at)
        for card in cards
        for at, score in _alike(card, among, SAME_TITLE)
        if not _differ(card.metadata, entries[at].metadata, score)
    ]
    found: dict[str, Entry] = {}
    used: set[int] = set()
    for _, document_id, at in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if document_id not in found and at not in used:
            found[document_id] = entries[at]
            used.add(at)
    return found


@dataclass(frozen=True, slots=True)
class _Titles:
    """Entries by their titles: normalised, with their words sorted, and by their first WORDS words."""

    entries: Sequence[Entry]
    normal: list[str]
    ordered: list[str]
    openings: dict[str, list[int]]


def _titles(entries: Sequence[Entry]) -> _Titles:
    normal = [normal_title(entry.metadata.title) for entry in entries]
    openings: dict[str, list[int]] = defaultdict(list)
    for at, title in enumerate(normal):
        openings[_opening(title)].append(at)
    return _Titles(entries, normal, [_ordered(title) for title in normal], openings)


def _ordered(title: str) -> str:
    return " ".join(sorted(title.split()))


def _opening(title: str) -> str:
    return " ".join(title.split()[:WORDS])


def _alike(card: Card, among: _Titles, least: float) -> list[tuple[int, float]]:
    """Entries, by index, whose title is like a paper's, with the likeness, from `least` to 100.

    The likeness is rapidfuzz's ratio of the titles with their words sorted. A title that lacks the other's
    subtitle is wholly like it where year and first author agree.
    """
    title = normal_title(card.metadata.title)
    if not title:
        return []
    scored = process.extract(
        _ordered(title), among.ordered, scorer=fuzz.ratio, processor=None, score_cutoff=least, limit=None
    )
    found = {at: score for _, score, at in scored}
    for at in among.openings.get(_opening(title), []) if len(title.split()) >= WORDS else []:
        other, theirs = among.normal[at], among.entries[at].metadata
        if (title.startswith(other) or other.startswith(title)) and theirs.year == card.metadata.year:
            found[at] = 100.0 if _same_author(theirs, card.metadata) else found.get(at, 0.0)
    return sorted((at, score) for at, score in found.items() if score >= least)


def _differ(a: Metadata, b: Metadata, score: float) -> bool:
    """Whether years are more than one apart, or other authors come with a short title or one not quite the same."""
    if a.year and b.year and abs(a.year - b.year) > 1:
        return True
    telling = len(normal_title(a.title).split()) >= WORDS and score >= SURE_TITLE
    return not telling and bool(a.authors and b.authors) and not _same_author(a, b)


def _same_author(a: Metadata, b: Metadata) -> bool:
    """Whether the first author of one is among those of the other, by a word of the name."""
    first = {word for m in (a, b) for author in m.authors[:1] for word in normal_title(author).split() if len(word) > 2}
    every = [{word for author in m.authors for word in normal_title(author).split()} for m in (a, b)]
    return bool(first & every[0] & every[1])


def doubts(
    cards: Sequence[Card], paths: Mapping[str, str], entries: Sequence[Entry], found: Mapping[str, Entry]
) -> tuple[Doubt, ...]:
    """What a person should look at in the matches `found`, in the order of the papers' paths."""
    owners: dict[int, list[str]] = defaultdict(list)
    for card in cards:
        if card.id in found:
            owners[id(found[card.id])].append(paths[card.id])
    free = [entry for entry in entries if id(entry) not in owners]
    among = _titles(free)
    by_name, by_doi = _by_name(entries), _by_doi(entries)
    listed: list[Doubt] = []
    for card in sorted(cards, key=lambda card: paths[card.id]):
        path, entry = paths[card.id], found.get(card.id)
        alike = [(free[at], score) for at, score in _alike(card, among, NEAR_TITLE)]
        if entry:
            fitting = [*by_name.get(_name(path), []), *by_doi.get(normal_doi(card.metadata.doi), [])]
            fitting += [other for other, score in alike if score >= SAME_TITLE]
            reasons: list[_Reason] = [
                *_conflicts(card.metadata, entry),
                *_rivals(entry, fitting),
                *_shared(entry, path, owners),
            ]
        else:
            reasons = [(other, "near", _near(card.metadata, other.metadata, score), _NAME_IT) for other, score in alike]
        listed += [
            Doubt(path, e.key, f"{e.source}:{e.line}", kind, reason, remedy) for e, kind, reason, remedy in reasons
        ]
    return tuple(listed)


_NAME_IT = "if it is this paper's, name the file in the entry (file in BibTeX, L1 in RIS)"
_Reason = tuple[Entry, DoubtKind, str, str]  # the entry, kind, reason, remedy


def _name(path: str) -> str:
    return file_parts(path)[-1].casefold()


def _rivals(entry: Entry, fitting: Sequence[Entry]) -> Iterator[_Reason]:
    """Other entries that fit the paper."""
    for rival in {id(rival): rival for rival in fitting}.values():
        if rival is not entry:
            reason = f"this entry fits the paper too; taken was {entry.key} ({entry.source}:{entry.line})"
            yield rival, "rival", reason, "delete the entry that is wrong"


def _shared(entry: Entry, path: str, owners: Mapping[int, Sequence[str]]) -> Iterator[_Reason]:
    others = [other for other in owners[id(entry)] if other != path]
    if others:
        reason = f"the entry was given to this paper and to {', '.join(others)}"
        yield entry, "shared", reason, "name the one file in the entry that is its paper"


def _near(page: Metadata, entry: Metadata, score: float) -> str:
    """Why an entry with a like title was not taken."""
    if score < SAME_TITLE:
        return f"the titles are {score:.0f} % alike, too little to be sure; the entry's is {entry.title!r}"
    if page.year and entry.year and abs(page.year - entry.year) > 1:
        return f"the titles agree, but the page says {page.year} and the entry {entry.year}"
    if _differ(page, entry, score):
        return f"the titles agree, but the authors do not; the entry's are {'; '.join(entry.authors)}"
    return "the titles agree, but the entry went to another paper, or another entry to this"


def _conflicts(page: Metadata, entry: Entry) -> Iterator[_Reason]:
    """Where what was read from the page speaks against the entry that was taken."""
    told = entry.metadata
    if page.doi and told.doi and normal_doi(page.doi) != told.doi:
        reason = f"the page says DOI {page.doi} and the entry {told.doi}"
        yield entry, "doi", reason, "mend the DOI in the entry, or take the entry from the paper"
    if page.year and told.year and abs(page.year - told.year) > 1:
        reason = f"the page says {page.year} and the entry {told.year}"
        yield entry, "year", reason, "mend the year in the entry, if it is wrong"
    alike = fuzz.token_set_ratio(normal_title(page.title), normal_title(told.title))
    if page.title and told.title and alike < OTHER_TITLE:
        reason = f"the page's title is another: {page.title!r}"
        yield entry, "title", reason, "see whether the entry names the right file"
