"""The command `precedent decisions`: what people decided, taken in from colleagues and written out."""

from pathlib import Path

import click

from pipeline.options import SETTINGS
from pipeline.settings import Settings, resolve

_CORPUS = click.option("--corpus", type=click.Path(path_type=Path), help="Folder of the papers.")


@click.group()
def decisions() -> None:
    """What people decided on codings and papers: decisions.jsonl in the folder of papers."""


@decisions.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--coder", default="", help="Who changed the tables; a decisions.jsonl says so itself.")
@SETTINGS
@_CORPUS
def import_(files: tuple[Path, ...], coder: str, corpus: Path | None, file: Path | None) -> None:
    """Take in the decisions in FILES: a colleague's decisions.jsonl, or an edited evidence.csv or .xlsx.

    In a table change code, domain, status, note, and review_status: accepted, rejected, or unreviewed to take your
    own decision back. Rows that were not changed make no decision. A row without coding_id adds a coding.
    """
    from pipeline.codebook import load_codebook
    from pipeline.decisions.imported import read_decisions
    from pipeline.decisions.log import read, take_in

    settings = resolve(file, {"corpus": corpus})
    codebook = load_codebook(settings.codebook)
    for one in files:
        found = read_decisions(one, coder, codebook, read(settings.log))
        new = take_in(settings.log, found)
        click.echo(f"{one}: {len(new)} new decisions, {len(found) - len(new)} known already")
    click.echo(f"they are in {settings.log}; {_again(settings)}")


@decisions.command("export")
@click.argument("table", type=click.Path(path_type=Path))
@SETTINGS
@_CORPUS
def export(table: Path, corpus: Path | None, file: Path | None) -> None:
    """Write all decisions to TABLE, a CSV file, in the order of time; those taken back are marked."""
    from dataclasses import asdict

    from pipeline.decisions.anchor import standing
    from pipeline.decisions.decision import FIELD_NAMES
    from pipeline.decisions.log import read
    from pipeline.export.tables import write_csv

    settings = resolve(file, {"corpus": corpus})
    all_of_them = read(settings.log)
    stand = {decision.id for decision in standing(all_of_them)}
    undone = ({**asdict(d), "taken_back": int(d.action != "undo" and d.id not in stand)} for d in all_of_them)
    write_csv(table, [*FIELD_NAMES, "taken_back"], undone)
    click.echo(f"{len(all_of_them)} decisions in {table}")


def _again(settings: Settings) -> str:
    return f"to bring the tables up to date: precedent run {settings.corpus}"
