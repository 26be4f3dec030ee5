"""What people decided as labelled sentences, for a head to learn from."""

from collections.abc import Callable, Iterator, Sequence

from pipeline.codebook import Codebook
from pipeline.coding.labels import Label
from pipeline.documents import Document, Passage
from pipeline.records import Coding, Paper

GIVEN = ("accepted", "recoded", "added")


def labels_from(
    papers: Sequence[Paper],
    codings: Sequence[Coding],
    codebook: Codebook,
    document: Callable[[str], Document],
    passages: Callable[[str], Sequence[Passage]],
) -> list[Label]:
    """The sentences of every paper on which people decided something, in the order of papers and sentences.

    `codings` are all of the last run, also the rejected (`Results.evidence`); `document` and `passages` are asked for
    papers with decisions only. A sentence without a decision is context. In one with decisions a family of which
    nothing was decided is left open, as are codings that nobody looked at or on which coders differ; the rest of a
    family counts as not there, since its reader saw the whole sentence. Domain and status are people's.
    """
    labels = []
    for paper in papers:
        own = [c for c in codings if c.document_id == paper.document_id]
        if any(_decided(c) for c in own):
            text = document(paper.document_id).text
            for at, passage in enumerate(passages(paper.document_id)):
                here = [c for c in own if passage.start <= c.start < passage.end]
                labels.append(_label(paper, at, text[passage.start : passage.end], here, codebook))
    return labels


def _label(paper: Paper, at: int, text: str, codings: Sequence[Coding], codebook: Codebook) -> Label:
    given = [c for c in codings if c.review_status in GIVEN]
    families = [family.id for family in codebook.families]
    return Label(
        document=paper.document_id,
        title=paper.metadata.title,
        position=at,
        text=" ".join(text.split()),
        domain=_only({c.domain for c in given}),
        status=_only({c.status for c in given}),
        codes={f: frozenset(c.code for c in given if c.family == f) for f in families},
        disputed={f: frozenset(_open(f, codings, codebook)) for f in families},
        context=not any(_decided(c) for c in codings),
    )


def _open(family: str, codings: Sequence[Coding], codebook: Codebook) -> Iterator[str]:
    """The codes of a family that a sentence says nothing of, neither for nor against."""
    own = [c for c in codings if family in (c.family, c.original_family)]
    decided = {c.code for c in own if c.review_status in GIVEN}
    if not any(_decided(c) for c in own):
        yield from (code.id for f in codebook.families if f.id == family for code in f.codes)
    else:
        yield from (c.code for c in own if c.family == family and not _decided(c) and c.code not in decided)


def _decided(coding: Coding) -> bool:
    return coding.review_status not in ("unreviewed", "disputed")


def _only(values: set[str]) -> str:
    return values.pop() if len(values) == 1 else ""
