"""How far coders agree, code by code, and where they do not. Pure; papers are what intervals are drawn over.

Kappa and alpha come from tables of counts by document, so that a thousand resamples of documents are one product
of matrices; `tests/test_agreement.py` holds them against scikit-learn and the package krippendorff.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 1

Unit = tuple[str, int, int]  # a sentence: document id, start, end
What = Literal["family", "code", "domain", "status"]
Array = NDArray[np.float64]
Judged = dict[Unit, dict[str, str]]  # by unit and coder: the category given


@dataclass(frozen=True, slots=True)
class Given:
    """What one coder made of a sentence that they looked at.

    `codes` maps (family, code) to its status; it is empty where the coder found nothing. `domain` is empty where the
    coder said nothing of it.
    """

    codes: Mapping[tuple[str, str], str]
    domain: str = ""


Coders = Mapping[str, Mapping[Unit, Given | None]]  # by coder and unit; None or no entry where they did not look


@dataclass(frozen=True, slots=True)
class Figure:
    """A coefficient and its 95 % interval. None where it is undefined, or rests on a single document."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Cohen's kappa of two coders over the `units` that both looked at, in `documents`."""

    coders: tuple[str, str]
    units: int
    documents: int
    kappa: Figure


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one thing: whether a family or a code is there, which domain, or which status.

    `units` were looked at by two coders or more, in `documents`; on `present` of them some coder gave the family or
    code (for domain and status: all). `raw` is the share of pairs of coders that say the same, `alpha`
    Krippendorff's over all coders, in (-1, 1]; `pairs` hold kappa for every two coders that share a unit.
    """

    what: What
    family: str
    code: str
    units: int
    documents: int
    present: int
    raw: Figure
    alpha: Figure
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A sentence on which coders differ: what each `said` of one family's codes, of their status, or of the domain.

    `said` holds, by coder, codes ("tax_charge"), codes with status ("tax_charge proposed") or a domain; nothing where
    the coder found none. `family` is empty for the domain.
    """

    unit: Unit
    what: Literal["code", "status", "domain"]
    family: str
    said: Mapping[str, tuple[str, ...]]
    settled: bool


def agreement(coders: Coders, codes: Sequence[tuple[str, str]]) -> tuple[Agreement, ...]:
    """Agreement per family, per code that someone gave, on the domain and on the status.

    `codes` are the codebook's (family, code), whose order the rows take. A code counts as there or not there in each
    sentence that a coder looked at; so does a family. The status is compared where coders gave the same code. Intervals
    are percentiles of RESAMPLES resamples of documents, whole (Efron & Tibshirani 1993, An Introduction to the
    Bootstrap, chapter 13); resamples in which a coefficient is undefined are left out of its interval.
    """
    given = {pair for units in coders.values() for g in units.values() if g for pair in g.codes}
    families = dict.fromkeys(family for family, _ in codes)
    looks = _looks(coders)
    return (
        *(_row("family", f, "", _judged(_presence(looks, {p for p in given if p[0] == f}))) for f in families),
        *(_row("code", *pair, _judged(_presence(looks, {pair}))) for pair in codes if pair in given),
        _row("domain", "", "", _judged((unit, coder, g.domain) for unit, coder, g in looks if g.domain)),
        _row("status", "", "", _judged(_statuses(looks))),
    )


def disagreements(coders: Coders, settled: Collection[tuple[Unit, str]] = ()) -> tuple[Disagreement, ...]:
    """Every sentence on which coders who looked at it differ, by place, family by family, then by domain.

    Where the codes of a family are the same but their status is not, it is the status that they differ on. `settled`
    are the (unit, family) that were settled, with "" for the domain.
    """
    looks: defaultdict[Unit, dict[str, Given]] = defaultdict(dict)
    for unit, coder, given in _looks(coders):
        looks[unit][coder] = given
    return tuple(
        Disagreement(unit, what, family, said, (unit, family) in settled)
        for unit, by_coder in looks.items()
        for what, family, said in _differing(by_coder)
    )


def _differing(
    by_coder: Mapping[str, Given],
) -> Iterator[tuple[Literal["code", "status", "domain"], str, dict[str, tuple[str, ...]]]]:
    for family in sorted({f for g in by_coder.values() for f, _ in g.codes}):
        codes = {c: tuple(sorted(x for f, x in g.codes if f == family)) for c, g in by_coder.items()}
        if len(set(codes.values())) > 1:
            yield "code", family, codes
            continue
        status = {c: tuple(f"{x} {by_coder[c].codes[family, x]}" for x in given) for c, given in codes.items()}
        if len(set(status.values())) > 1:
            yield "status", family, status
    domains: dict[str, tuple[str, ...]] = {c: (g.domain,) for c, g in by_coder.items() if g.domain}
    if len(set(domains.values())) > 1:
        yield "domain", "", domains


# ---- what is compared ----


Look = tuple[Unit, str, Given]


def _looks(coders: Coders) -> list[Look]:
    """What each coder made of the units that two of them or more looked at, by unit and coder."""
    seen = Counter(unit for units in coders.values() for unit, given in units.items() if given is not None)
    looks = [
        (unit, coder, given)
        for coder, units in coders.items()
        for unit, given in units.items()
        if given is not None and seen[unit] > 1
    ]
    return sorted(looks, key=lambda look: look[:2])


def _presence(looks: Sequence[Look], pairs: Collection[tuple[str, str]]) -> Iterator[tuple[Unit, str, str]]:
    """Whether any of the codes is there."""
    return ((unit, coder, "yes" if any(p in g.codes for p in pairs) else "") for unit, coder, g in looks)


def _statuses(looks: Sequence[Look]) -> Iterator[tuple[Unit, str, str]]:
    """The status of each code that was given; each (sentence, code) is a unit, numbered, of its document."""
    places = sorted({(unit, pair) for unit, _, g in looks for pair in g.codes})
    number = {place: at for at, place in enumerate(places)}
    for unit, coder, g in looks:
        for pair, status in g.codes.items():
            yield (unit[0], number[unit, pair], 0), coder, status


def _judged(entries: Iterable[tuple[Unit, str, str]]) -> Judged:
    """By unit and coder; only units that two coders or more judged."""
    judged: defaultdict[Unit, dict[str, str]] = defaultdict(dict)
    for unit, coder, category in entries:
        judged[unit][coder] = category
    return {unit: judged[unit] for unit in sorted(judged) if len(judged[unit]) > 1}


# ---- coefficients ----


def _row(what: What, family: str, code: str, judged: Judged) -> Agreement:
    documents = sorted({unit[0] for unit in judged})
    tables = _coincidences(judged, documents)
    names = sorted({coder for said in judged.values() for coder in said})
    pairs = tuple(_pair(judged, pair) for pair in combinations(names, 2) if _shared(judged, pair))
    present = sum(any(said.values()) for said in judged.values())
    raw = _figure(_raw_tables(judged, documents), _raw)
    return Agreement(what, family, code, len(judged), len(documents), present, raw, _figure(tables, alpha), pairs)


def _shared(judged: Judged, pair: tuple[str, str]) -> Judged:
    return {unit: said for unit, said in judged.items() if pair[0] in said and pair[1] in said}


def _pair(judged: Judged, pair: tuple[str, str]) -> Pair:
    both = _shared(judged, pair)
    documents = sorted({unit[0] for unit in both})
    kinds = _kinds(both)
    tables = np.zeros((len(documents), len(kinds), len(kinds)))
    row = {document: at for at, document in enumerate(documents)}
    for unit, said in both.items():
        tables[row[unit[0]], kinds[said[pair[0]]], kinds[said[pair[1]]]] += 1
    return Pair(pair, len(both), len(documents), _figure(tables, kappa))


def _kinds(judged: Judged) -> dict[str, int]:
    return {kind: at for at, kind in enumerate(sorted({k for said in judged.values() for k in said.values()}))}


def _coincidences(judged: Judged, documents: Sequence[str]) -> Array:
    """Per document the coincidences of categories, shape (documents, kinds, kinds): each ordered pair of judgements
    within a unit, over the number of its judgements less one (Krippendorff 2011)."""
    kinds, row = _kinds(judged), {document: at for at, document in enumerate(documents)}
    tables = np.zeros((len(documents), len(kinds), len(kinds)))
    for unit, said in judged.items():
        counts = np.bincount([kinds[kind] for kind in said.values()], minlength=len(kinds))
        tables[row[unit[0]]] += (np.outer(counts, counts) - np.diag(counts)) / (len(said) - 1)
    return tables


def _raw_tables(judged: Judged, documents: Sequence[str]) -> Array:
    """Per document the pairs of coders that agree, and all pairs, shape (documents, 1, 2)."""
    row = {document: at for at, document in enumerate(documents)}
    tables = np.zeros((len(documents), 1, 2))
    for unit, said in judged.items():
        same = [a == b for a, b in combinations(said.values(), 2)]
        tables[row[unit[0]], 0] += (sum(same), len(same))
    return tables


def _raw(tables: Array) -> Array:
    return _ratio(tables[:, 0, 0], tables[:, 0, 1])


def kappa(tables: Array) -> Array:
    """Cohen's kappa (Cohen 1960, Educ. Psychol. Meas. 20:37) of tables of counts, shape (n, kinds, kinds).

    Rows are one coder's categories, columns the other's. In [-1, 1]; not a number where both always gave one and
    the same category, since chance alone then makes them agree.
    """
    total = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2) * total
    expected = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    return _ratio(observed - expected, total**2 - expected)


def alpha(tables: Array) -> Array:
    """Krippendorff's nominal alpha of tables of coincidences, shape (n, kinds, kinds).

    Any number of coders, and not all need to have judged every unit (Krippendorff 2011, Computing Krippendorff's
    Alpha-Reliability; Hayes & Krippendorff 2007, Commun. Methods Meas. 1:77). At most 1; not a number where only one
    category was given.
    """
    of_kind = tables.sum(axis=1)
    total = of_kind.sum(axis=1)
    apart = total - np.trace(tables, axis1=1, axis2=2)
    by_chance = total**2 - (of_kind**2).sum(axis=1)
    return 1 - _ratio(apart * (total - 1), by_chance)


def _ratio(top: Array, bottom: Array) -> Array:
    """top / bottom; not a number where the bottom is nothing but rounding."""
    out: Array = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 1e-9)
    return out


def _figure(tables: Array, coefficient: Callable[[Array], Array]) -> Figure:
    """The coefficient of the sum of the documents' tables, and its interval over resamples of documents."""
    if not len(tables):
        return Figure(None, None, None)
    value = _number(coefficient(tables.sum(axis=0, keepdims=True))[0])
    if value is None or len(tables) < 2:
        return Figure(value, None, None)
    n = len(tables)
    draws = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), RESAMPLES)
    drawn = coefficient(np.tensordot(draws, tables, axes=1))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Figure(value, _number(low), _number(high))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6) + 0.0  # adding zero turns -0.0 into 0.0
