"""The command `precedent train`: a head of one's own, from the one that ships and what people decided."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.errors import PrecedentError
from pipeline.files import STATE, lock, read_record, write_record
from pipeline.options import of_a_run
from pipeline.settings import Settings, resolve

if TYPE_CHECKING:
    from pipeline.codebook import Codebook
    from pipeline.coding.adapt import Gain
    from pipeline.coding.head import Head
    from pipeline.coding.labels import Label

RECORD = "training.json"


@click.command()
@of_a_run
@click.option("--anyway", is_flag=True, help="Put the new head in place even if it does worse.")
def train(corpus: Path | None, file: Path | None, out: Path | None, anyway: bool) -> None:
    """Learn from what people decided on the papers in CORPUS, and say what that gains on papers not learnt from.

    The new head is put beside the decisions, as head.npz, unless it does worse than the one that ships; the next run
    codes with it. Delete the file to go back.
    """
    from pipeline.codebook import load_codebook
    from pipeline.coding.document import shipped_head

    settings = resolve(file, {"corpus": corpus, "out": out})
    codebook = load_codebook(settings.codebook)
    head = shipped_head(codebook.fingerprint)
    if head is None:
        what, remedy = (
            "no head was trained on this codebook",
            "its terms decide alone; a head comes with the one shipped",
        )
        raise PrecedentError(what, str(settings.codebook), remedy)
    with lock(settings.out):  # no run reads, and no other training writes, the head meanwhile
        _fit(settings, codebook, head, anyway)
    click.echo(f"the new head is {settings.own_head}; to code with it: precedent run {settings.corpus}")


def _fit(settings: Settings, codebook: "Codebook", head: "Head", anyway: bool) -> None:
    """Fit a head to the decisions, say what it gains and put it in place. Raises PrecedentError where it does worse."""
    from pipeline.coding.adapt import adapt, gains
    from pipeline.coding.document import version
    from pipeline.coding.examples import examples
    from pipeline.coding.head import save_head

    labels = _labels(settings)
    found = gains(head, labels, codebook)
    click.echo("\n".join(_told(found, labels)))
    taken = anyway or found[0].after >= found[0].before
    keep(settings.out, found, labels, taken)
    if not taken:
        what = "the new head does worse on papers that it did not learn from, so it was not put in place"
        raise PrecedentError(what, str(settings.own_head), "decide on more codings, or use it with --anyway")
    about = {**head.about, "from": version(), "decisions on": sorted({label.document for label in labels})}
    save_head(replace(adapt(head, examples(labels, codebook), codebook), about=about), settings.own_head)


def keep(out: Path, found: "Sequence[Gain]", labels: "Sequence[Label]", taken: bool) -> None:
    """Keep what training gained, and whether the head was put in place, for the pages. Raises StoreError."""
    coded = [label for label in labels if not label.context]
    counts = {"sentences": len(coded), "papers": len({label.document for label in coded})}
    write_record(out / STATE / RECORD, {"gains": [asdict(gain) for gain in found], "taken": taken, **counts})


def last(out: Path) -> dict[str, Any]:
    """What `keep` kept: `gains`, `taken`, `sentences`, `papers`; {} where nothing was, or it is damaged."""
    return read_record(out / STATE / RECORD) or {}


def _labels(settings: Settings) -> "list[Label]":
    """The sentences that people decided on. Raises PrecedentError where there are too few to learn from."""
    from pipeline.artifacts import artifact
    from pipeline.decisions.training import labels_from
    from pipeline.plan import fingerprints
    from pipeline.refresh import finished
    from pipeline.store import load_passages

    results = finished(settings)
    key = fingerprints(results.codebook)["split"]
    labels = labels_from(
        results.papers,
        results.evidence,
        results.codebook,
        results.document,
        lambda document_id: load_passages(artifact(settings.out, "split", key, document_id)),
    )
    if len({label.document for label in labels}) < 2:
        remedy = "accept, reject, recode or add codings in two papers or more, run, then train"
        raise PrecedentError("there are too few decisions to learn from", str(settings.log), remedy)
    return labels


def _told(found: "Sequence[Gain]", labels: "Sequence[Label]") -> Iterator[str]:
    coded = [label for label in labels if not label.context]
    yield f"{len(coded)} sentences with decisions in {len({label.document for label in coded})} papers"
    yield "F1 on papers not learnt from, cross-validated over papers:"
    yield f"{'':<34}{'now':>6}{'new':>6}{'gain':>7}{'cases':>7}"
    for gain in found:
        name = f"{gain.family} {gain.code}".strip() or "all codes"
        yield f"{name:<34}{gain.before:>6.2f}{gain.after:>6.2f}{gain.after - gain.before:>+7.2f}{gain.cases:>7}"
