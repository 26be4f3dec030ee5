"""Which sentences a second coder gets: a sample by rule, of coded and of uncoded sentences, that only grows.

Whether a sentence is in depends on its hash, its stratum's share and the seed alone, not on what else the corpus
holds. So a sentence that is in stays in when papers are added, and the chance of each to be in is known.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.documents import Passage
from pipeline.records import CodedPaper

EACH = 20  # sentences that a stratum should have in the sample

Unit = tuple[str, int, int]  # a sentence: document id, start, end
Stratum = tuple[str, str]  # the sentence's domain, and a family that it is coded with, or "" for none


def strata(paper: CodedPaper, passages: Iterable[Passage]) -> dict[Unit, frozenset[Stratum]]:
    """The strata of every sentence of a paper: its domain with each family that it is coded with, or with none."""
    families: dict[tuple[int, int], set[str]] = {}
    for coding in paper.codings:
        families.setdefault((coding.start, coding.end), set()).add(coding.family)
    return {
        (paper.document_id, p.start, p.end): frozenset((side, f) for f in families.get((p.start, p.end), {""}))
        for p, side in zip(passages, paper.domains, strict=True)
    }


def sampling_shares(
    sentences: Mapping[Unit, frozenset[Stratum]], each: int = EACH, before: Mapping[Stratum, float] | None = None
) -> dict[Stratum, float]:
    """The share of each stratum, in (0, 1], that brings about `each` sentences of it into the sample.

    Shares given `before` are kept, so that a sample once drawn only grows: keep the shares with the sample, and give
    them again when papers were added. Uncoded sentences, most of any corpus, form strata like the others: what the
    machine missed stands there.
    """
    sizes = Counter(stratum for of in sentences.values() for stratum in of)
    shares = {stratum: min(1.0, each / size) for stratum, size in sorted(sizes.items())}
    return shares | dict(before or {})


def double_coding_sample(
    sentences: Mapping[Unit, frozenset[Stratum]], shares: Mapping[Stratum, float], seed: int = 1
) -> dict[Unit, float]:
    """The sentences of the sample, by place, each with its chance, in (0, 1], of having come into it.

    A sentence of several strata has the largest of their shares. Weigh sentences by one over their chance to speak of
    the whole corpus (Horvitz & Thompson 1952, J. Am. Stat. Assoc. 47:663). Strata without a share are left out.
    A sentence leaves only where a new coding takes it into strata of smaller shares.
    """
    chance = {unit: max((shares.get(s, 0.0) for s in of), default=0.0) for unit, of in sentences.items()}
    return {unit: chance[unit] for unit in sorted(chance) if drawn(unit, seed) < chance[unit]}


def drawn(unit: Unit, seed: int) -> float:
    """A number in [0, 1) for a sentence, as if by chance: the same for the same sentence and seed, anywhere."""
    digest = hashlib.sha256(f"{seed}:{':'.join(map(str, unit))}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
