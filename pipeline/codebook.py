"""The codebook: what is coded and by which terms, read from a TOML file and checked.

The terms are written in the language of `pipeline.terms`; the head of the shipped file explains it.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline.codebook_file import Source, Table
from pipeline.records import BOTH, OTHER
from pipeline.terms import overlap, parse_term

SHIPPED = Path(__file__).with_name("codebook.toml")
UNSPECIFIED = "unspecified"  # the code of a family that yields to any other of its codes in a sentence
MOST_TERMS = 5_000  # of a family or domain: each is held against each


@dataclass(frozen=True, slots=True)
class Code:
    """One code. `terms` count by themselves; `cued_terms` only beside one of the family's cues in the
    same sentence; a hit that overlaps an `unless` phrase does not count."""

    id: str
    label: str
    covers: str
    excludes: str
    terms: tuple[str, ...]
    cued_terms: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Codes that answer one question. `cues` are terms that let the codes' `cued_terms` count."""

    id: str
    label: str
    definition: str
    cues: tuple[str, ...]
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """One side of the comparison and the terms by which a sentence is known to belong to it."""

    id: str
    label: str
    definition: str
    terms: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Codebook:
    """A validated codebook. The domains are the left and the right side of every comparison.

    `fingerprint` is the sha256 (hex) of the content; comments and layout do not change it.
    """

    name: str
    version: str
    domains: tuple[Domain, Domain]
    families: tuple[Family, ...]
    fingerprint: str


def load_codebook(path: Path | None = None) -> Codebook:
    """Read and check a codebook file; without `path`, the one that ships.

    Raises CodebookError, with file, line and remedy, at the first thing that does not hold.
    """
    source = Source(path or SHIPPED)
    for table in (source.top, *source.tables):
        _check_fields(source, table)
    _check_ids(source)
    for group in _groups(source.tables):
        _check_terms(source, group)
    domains = [Domain(**_fields(t)) for t in source.tables if t.kind == "domain"]
    if len(domains) != 2:
        what = f"a codebook compares exactly two domains; this one has {len(domains)}"
        raise source.error(what, 1, "write two [[domain]] tables, the left side first")
    families = [_family(source, group) for group in _groups(source.tables) if group[0].kind == "family"]
    if not families:
        raise source.error("no family", 1, "write a [[family]] table with [[family.code]] tables under it")
    top = _fields(source.top)
    content = [top, [asdict(d) for d in domains], [asdict(f) for f in families]]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return Codebook(**top, domains=(domains[0], domains[1]), families=tuple(families), fingerprint=digest)


# the keys of each kind of table; those not required may be left out
_TEXTS = {
    "": ("name", "version"),
    "domain": ("id", "label", "definition"),
    "family": ("id", "label", "definition"),
    "family.code": ("id", "label", "covers", "excludes"),
}
_LISTS = {"": (), "domain": ("terms", "unless"), "family": ("cues",)}
_LISTS["family.code"] = ("terms", "cued_terms", "unless")
_OPTIONAL = ("excludes", "terms", "cued_terms", "unless", "cues")


def _check_fields(source: Source, table: Table) -> None:
    """Every key is known, there if it must be, of its type and not empty; there are terms."""
    known = _TEXTS[table.kind] + _LISTS[table.kind]
    for key, value in table.data.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            remedy = f'did you mean "{near[0]}"?' if near else f"remove it; known here: {', '.join(known)}"
            raise source.error(f'unknown key "{key}"', source.line(table, key), remedy)
        if not _well_typed(value, key in _LISTS[table.kind]):
            shape = '["...", "..."]' if key in _LISTS[table.kind] else '"..."'
            what = f'"{key}" is empty or of the wrong type'
            raise source.error(what, source.line(table, key), f"write it as {key} = {shape}")
    for key in known:
        if key not in table.data and key not in _OPTIONAL:
            raise source.error(f'"{key}" is missing', table.first, f'add {key} = "..."')
    if "terms" in known and not (table.data.get("terms") or table.data.get("cued_terms")):
        name = table.data["id"]
        raise source.error(f'"{name}" has no terms', table.first, 'add terms = ["...", "..."]')


def _well_typed(value: object, is_list: bool) -> bool:
    if is_list:
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    return isinstance(value, str) and bool(value.strip())


def _check_ids(source: Source) -> None:
    """Ids are well formed and each stands once: domains, families, and the codes within a family."""
    seen: dict[tuple[str, str], int] = {}
    scope = ""
    for table in source.tables:
        name, line = table.data["id"], source.line(table, "id")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise source.error(f'"{name}" is no id', line, "use small letters, digits and _, a letter first")
        if table.kind == "domain" and name in (BOTH, OTHER):
            what = f'"{name}" is the name of what is on {"both sides" if name == BOTH else "neither side"}'
            raise source.error(what, line, "give the domain another id")
        scope = name if table.kind == "family" else scope
        key = (f"{table.kind} {scope}" if table.kind == "family.code" else table.kind, name)
        if key in seen:
            raise source.error(f'id "{name}" is taken, see line {seen[key]}', line, "give it another id")
        seen[key] = line


def _check_terms(source: Source, group: list[Table]) -> None:
    """Every term can be read, and no two terms of a family, or of a domain, can claim the same words."""
    claims: dict[str, list[tuple[str, int]]] = {}
    if sum(len(table.data.get(key, ())) for table in group for key in _LISTS[table.kind]) > MOST_TERMS:
        raise source.error(f"more than {MOST_TERMS} terms", group[0].first, "leave out those that find nothing")
    for table in group:
        for key in _LISTS[table.kind]:
            for number, term in enumerate(table.data.get(key, ())):
                line = source.line(table, key, term, table.data[key][:number].count(term))
                try:
                    starts = sorted({first[0][0].lower() for first in parse_term(term)[0]})
                except ValueError as error:
                    raise source.error(f'term "{term}": {error}', line, "see the rules at the file's head") from None
                if key in ("terms", "cued_terms"):
                    for start in starts:
                        _claim(source, claims.setdefault(start, []), term, line)


def _claim(source: Source, taken: list[tuple[str, int]], term: str, line: int) -> None:
    """Add a term to those with the same first letter, unless one of them clashes."""
    for other, place in taken:
        if overlap(term, other):
            what = f'"{term}" and "{other}" (line {place}) can claim the same words'
            raise source.error(what, line, "keep one of the two, or make them differ in a word")
    taken.append((term, line))


def _groups(tables: Sequence[Table]) -> list[list[Table]]:
    """Tables in the groups within which terms must not clash: a domain, a family with its codes."""
    groups: list[list[Table]] = []
    for table in tables:
        if table.kind == "family.code":
            groups[-1].append(table)
        else:
            groups.append([table])
    return groups


def _family(source: Source, group: list[Table]) -> Family:
    head, *codes = group
    if not codes:
        what = f'family "{head.data["id"]}" has no codes'
        raise source.error(what, head.first, "add [[family.code]] tables under it")
    cued = next((t for t in codes if t.data.get("cued_terms")), None)
    if cued and not head.data.get("cues"):
        remedy = f'add cues = ["..."] to family "{head.data["id"]}", or move them to terms'
        raise source.error("cued_terms in a family without cues", source.line(cued, "cued_terms"), remedy)
    return Family(**_fields(head), codes=tuple(Code(**_fields(t)) for t in codes))


def _fields(table: Table) -> dict[str, Any]:
    """The fields of the table's dataclass, what was left out being empty."""
    texts = {key: table.data.get(key, "").strip() for key in _TEXTS[table.kind]}
    return texts | {key: tuple(table.data.get(key, ())) for key in _LISTS[table.kind]}
