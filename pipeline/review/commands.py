"""The commands `precedent review` and `precedent agreement`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.options import of_a_run
from pipeline.settings import resolve

if TYPE_CHECKING:
    from pipeline.agreement import Agreement, Figure


@click.command()
@of_a_run
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port on this machine; a free one unless given.")
@click.option("--open/--no-open", "opens", default=True, help="Whether to open the page in the browser.")
def review(corpus: Path | None, out: Path | None, file: Path | None, port: int, opens: bool) -> None:
    """Read and correct the codings of CORPUS in your browser, on this machine alone.

    What you decide goes to decisions.jsonl beside the papers, at once; the tables follow at the next run.
    """
    from pipeline.review.server import serve

    def opened(address: str) -> None:
        click.echo(f"Review: {address}   (Ctrl-C ends it; every decision is kept)")
        if opens:
            click.launch(address)

    serve(resolve(file, {"corpus": corpus, "out": out}), port, opened)


@click.command("agreement")
@of_a_run
def agreement(corpus: Path | None, out: Path | None, file: Path | None) -> None:
    """Say how far the coders of CORPUS agree, by family and code, over sentences that two or more looked at.

    Each figure has its 95 % interval, drawn over papers; kappa is given for every two coders.
    """
    from pipeline.review.compared import agreement_of, disputed
    from pipeline.review.desk import Desk

    desk = Desk(resolve(file, {"corpus": corpus, "out": out}))
    rows = agreement_of(desk)
    if not rows:
        click.echo("no two coders have looked at the same sentences yet; see Coders in: precedent review")
        return
    click.echo("\n".join(_told(rows)))
    click.echo(f"disagreements to settle: {len(disputed(desk))}")


def _told(rows: "Sequence[Agreement]") -> Iterator[str]:
    heads = f"{'sentences':>11}{'papers':>8}{'given':>7}"
    yield f"{'':<34}{heads}  {'raw agreement':<20}{'alpha (Krippendorff)':<22}kappa (Cohen)"
    for row in rows:
        name = f"{row.family} {row.code}".strip() or row.what
        pairs = "; ".join(f"{' and '.join(p.coders)} (n {p.units}) {figure(p.kappa)}" for p in row.pairs)
        counts = f"{row.units:>11}{row.documents:>8}{row.present:>7}"
        yield f"{name:<34}{counts}  {figure(row.raw):<20}{figure(row.alpha):<22}{pairs}".rstrip()


def figure(found: "Figure") -> str:
    """A coefficient with its interval, such as "0.81 (0.70, 0.90)"; "none" where it is undefined."""
    if found.value is None:
        return "none"
    between = f" ({found.low:.2f}, {found.high:.2f})" if found.low is not None and found.high is not None else ""
    return f"{found.value:.2f}{between}"
