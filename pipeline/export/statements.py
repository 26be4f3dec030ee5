"""What a row of what carries over says, sentence by sentence, each with the codings that it rests on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.codebook import Codebook
from pipeline.evidence import code_labels
from pipeline.export.findings import points
from pipeline.export.results import Results
from pipeline.outcomes import CARRIES, Carried, Company, Mention, Side, Standing

MOST_BESIDE = 3  # companions of a family, and named instruments, that are told
MIN_TOLD = 2  # papers that must back what is told
SHARES_FROM = 20  # papers of a side from which shares are told in per cent too


@dataclass(frozen=True, slots=True)
class Cited:
    """Codings to cite at a place in a sentence: their ids, best first."""

    quotes: Sequence[str]


Sentence = tuple[str | Cited, ...]  # without its full stop


@dataclass(frozen=True, slots=True)
class Words:
    """Labels of the codebook: of the sides by domain, of families in running text, of codes."""

    sides: dict[str, str]
    families: dict[str, str]
    codes: dict[tuple[str, str], str]


def words(codebook: Codebook) -> Words:
    return Words(
        sides={d.id: d.label for d in codebook.domains},
        families={f.id: _running(f.label) for f in codebook.families},
        codes=code_labels(codebook),
    )


def _running(label: str) -> str:
    """A label inside a sentence: "Deterrent" as "deterrent", "NGO role" as it is."""
    return label[:1].lower() + label[1:] if not label[1:2].isupper() else label


def plain(sentences: Iterable[Sentence]) -> str:
    """The sentences without what they cite."""
    told = ("".join(part for part in sentence if isinstance(part, str)) for sentence in sentences)
    return " ".join(f"{text[:1].upper()}{text[1:]}." for text in told)


def carried(row: Carried, names: Words) -> Iterator[Sentence]:
    """How many papers assert the code on each side; and where it is well evidenced, what comes with it there."""
    yield (*counts(row, names), *_proposed(row, names))
    if row.finding == CARRIES:
        side, standing = _origin(row)
        for company in standing.beside:
            if company.papers >= MIN_TOLD:
                yield tuple(_beside(company, side, names))
        if named := [m for m in standing.named if m.papers >= MIN_TOLD]:
            yield tuple(_named(named, side, names))


def cited(results: Results) -> set[str]:
    """Ids of the codings that the sentences on what carries over rest on."""
    names = words(results.codebook)
    parts = (part for row in results.carried for sentence in carried(row, names) for part in sentence)
    return {coding_id for part in parts if isinstance(part, Cited) for coding_id in part.quotes}


def apart(row: Carried, names: Words) -> Sentence:
    """The counts, how far the shares lie apart, and how likely it is that this is chance among so many codes."""
    ends = sorted((abs(row.row.low or 0), abs(row.row.high or 0)))
    flips = ", and leaving out one paper could change that" if row.row.flips_to else ""
    interval = f"95 % interval {ends[0] * 100:.0f} to {ends[1] * 100:.0f}"
    rate = "" if row.row.q is None else f"; false discovery rate {_rate(row.row.q)}"
    gap = f"{points(abs(row.row.difference or 0))} apart ({interval}{rate})"
    return (*counts(row, names), f"; the shares are {gap}{flips}")


def _rate(q: float) -> str:
    return f"{q * 100:.0f} %" if q >= 0.01 else "under 1 %"


def counts(row: Carried, names: Words) -> Sentence:
    """The side that has more comes first."""
    sides = [(row.row.left, row.left.quotes), (row.row.right, row.right.quotes)]
    (more, shown), (less, others) = reversed(sides) if (row.row.difference or 0) < 0 else sides
    say, do = "asserts" if more.papers == 1 else "assert", "does" if less.papers == 1 else "do"
    return (
        f"{_told(more.papers, more, names)} {say} it",
        Cited(shown),
        f", {_told(less.papers, less, names)} {do}",
        Cited(others),
    )


def of_papers(papers: int, side: Side) -> str:
    """ "5 of 8", or "12 of 40 (30 %)": a share of a few papers would look surer than it is."""
    per_cent = papers / side.of_papers * 100 if side.of_papers >= SHARES_FROM and papers else None
    share = "" if per_cent is None else f" ({per_cent:.0f} %)" if per_cent >= 1 else " (under 1 %)"
    return f"{papers or 'none'} of {side.of_papers}{share}"


def _told(papers: int, side: Side, names: Words) -> str:
    return f"{of_papers(papers, side)} {names.sides[side.domain]} papers"


def _proposed(row: Carried, names: Words) -> Iterator[str | Cited]:
    for side, standing in ((row.row.left, row.left), (row.row.right, row.right)):
        if side.proposed >= MIN_TOLD:
            yield f"; {_told(side.proposed, side, names)} only propose it"
            yield Cited(standing.proposing)


def _origin(row: Carried) -> tuple[Side, Standing]:
    return (row.row.left, row.left) if row.origin == row.row.left.domain else (row.row.right, row.right)


def _beside(company: Company, side: Side, names: Words) -> Iterator[str | Cited]:
    """ "in 3 of 8 papers it stands beside a deterrent: Cost in 2, and Technology in 2"."""
    family = names.families[company.family]
    article = "an" if family[:1] in "aeiouAEIOU" else "a"
    yield f"in {_told(company.papers, side, names)} it stands beside {article} {family}: "
    backed = [mention for mention in company.codes if mention.papers >= MIN_TOLD] or company.codes
    for between, mention in _joined(backed):
        yield f"{between}{names.codes[company.family, mention.name]} in {mention.papers}"
        yield Cited(mention.quotes)


def _named(named: Sequence[Mention], side: Side, names: Words) -> Iterator[str | Cited]:
    """ "under it, 3 of 8 papers name the one, and 2 the other"."""
    yield "under it, "
    for between, mention in _joined(named):
        yield f"{between}{mention.papers if between else _told(mention.papers, side, names)} name {mention.name}"
        yield Cited(mention.quotes)


def _joined(mentions: Sequence[Mention]) -> Iterator[tuple[str, Mention]]:
    """The first of them, each with what parts it from the one before."""
    told = mentions[:MOST_BESIDE]
    for at, mention in enumerate(told):
        yield ("" if not at else ", and " if at == len(told) - 1 else ", "), mention
