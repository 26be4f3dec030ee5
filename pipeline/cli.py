"""The command `precedent`.

Exit codes: 0 done; 1 something a person must mend, said on the last lines; 2 the command was mistyped;
3 another run is at work on the same output folder; 130 interrupted.
"""

import contextlib
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from pipeline import publish
from pipeline.decisions.commands import decisions
from pipeline.errors import AlreadyRunning, PrecedentError, StoreError, first_line
from pipeline.learning import train
from pipeline.literature import add, harvest
from pipeline.options import STATE, of_a_run
from pipeline.review.commands import agreement, review
from pipeline.settings import Settings, resolve
from pipeline.unattended import schedule, watch

Refresh = Callable[[Settings], Any]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("precedent"), prog_name="precedent")
def cli() -> None:
    """Comparative evidence tables from a folder of papers.

    Start with: precedent run FOLDER. It reads the PDFs of the folder, codes every sentence by the codebook,
    and writes tables and a report to outputs/. Run it again after adding papers: only new ones cost time.
    """


def make_run(refresh: Refresh) -> click.Command:
    """The command `run` over a driver of the pipeline."""

    @click.command("run")
    @of_a_run
    @click.option("--dask", help="Address of the scheduler of a Dask cluster that reads and codes.")
    @STATE
    def run(corpus: Path | None, out: Path | None, file: Path | None, dask: str | None, state: str | None) -> None:
        """Read and code the papers in CORPUS (default: corpus) and write the tables."""
        settings = resolve(file, {"corpus": corpus, "out": out, "dask": dask, "state": state})
        with _progress_shown():
            summary = refresh(settings)
        click.echo(describe(summary))

    return run


def _refresh_here(settings: Settings) -> Any:
    from pipeline.cluster import driver  # the other commands should not wait for spaCy
    from pipeline.refresh import refresh, run_here

    return refresh(settings, driver(settings, run_here))


cli.add_command(make_run(_refresh_here))


@cli.command()
@of_a_run
@STATE
def status(corpus: Path | None, out: Path | None, file: Path | None, state: str | None) -> None:
    """Say what the last run made, and what a run now would have to do."""
    from pipeline.codebook import load_codebook
    from pipeline.plan import make_plan

    settings = resolve(file, {"corpus": corpus, "out": out, "state": state})
    record = publish.load_run(settings.out)
    plan = make_plan(settings, load_codebook(settings.codebook))
    if record:
        counts = record["counts"]
        click.echo(f"last run {record['finished']}: {counts['papers']} papers, {counts['rejected']} rejected")
    else:
        click.echo(f"no run yet in {settings.out}")
    current = publish.is_current(settings.out, plan.run_id)
    elsewhere = _made_elsewhere(plan)
    click.echo(f"papers to read or code: {len(plan.todo) - elsewhere} of {len(plan.scan.papers)}")
    if elsewhere:
        click.echo(f"papers to fetch from {settings.state}: {elsewhere}")
    click.echo("the tables are up to date" if current and not plan.todo else "run again to bring the tables up to date")


def _made_elsewhere(plan: Any) -> int:
    """Of how many papers a run would fetch the results; none, and a word, where the place cannot be asked."""
    from pipeline.plan import made_elsewhere

    try:
        return made_elsewhere(plan)
    except StoreError as error:
        click.echo(f"what other machines made could not be asked for, so a run may have less to do: {error}", err=True)
        return 0


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@of_a_run
@click.option("--format", "formats", multiple=True, help="What to write: csv and report unless named; may be repeated.")
def export(folder: Path, corpus: Path | None, out: Path | None, file: Path | None, formats: tuple[str, ...]) -> None:
    """Write what the last run over CORPUS found to FOLDER, for other programs.

    Formats: csv, report (and narrative), parquet, xlsx, publication, taguette, pdf (the papers, highlighted), refi-qda.
    A file in FOLDER that you made or changed is kept under another name.
    """
    from pipeline.deliver import deliver

    for line in deliver(resolve(file, {"corpus": corpus, "out": out}), folder, formats or ("csv", "report")):
        click.echo(line)
    click.echo(f"{', '.join(formats or ('csv', 'report'))} written to {folder}")


cli.add_command(add)
cli.add_command(harvest)
cli.add_command(decisions)
cli.add_command(review)
cli.add_command(agreement)
cli.add_command(schedule)
cli.add_command(watch)
cli.add_command(train)


@cli.command()
@click.option("--labels", required=True, type=click.Path(path_type=Path), help="A file of coded sentences, JSON lines.")
def evaluate(labels: Path) -> None:
    """Say how well the coding agrees with sentences that people coded."""
    from pipeline.coding.evaluate import evaluate as measured

    click.echo(measured(labels))


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder to check for write rights.")
def doctor(out: Path | None) -> None:
    """Check the install: models, OCR, write rights, versions."""
    checks = [
        *_versions(),
        _sentence_model(),
        _codebook(),
        _writable(resolve(None, {"out": out}).out),
        _ocr(),
    ]
    for good, line in checks:
        click.echo(f"{'ok  ' if good else 'MEND'}  {line}")
    if not all(good for good, _ in checks):
        raise PrecedentError("something needs mending; see the lines above")


def _versions() -> list[tuple[bool, str]]:
    python = sys.version.split()[0]
    names = ("precedent", "pypdfium2", "pdfplumber", "spacy", "scikit-learn", "gensim", "duckdb", "prefect")
    return [(True, f"Python {python}"), *((True, f"{name} {version(name)}") for name in names)]


def _sentence_model() -> tuple[bool, str]:
    from pipeline.passages import model_version, sentence_model

    try:
        sentence_model()
        return True, f"sentence model {model_version()}"
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever is wrong
        return False, f"sentence model: {first_line(error)}; install the packages anew with make"


def _codebook() -> tuple[bool, str]:
    from pipeline.codebook import load_codebook

    try:
        return True, f"codebook {load_codebook(resolve().codebook).name}"
    except PrecedentError as error:
        return False, str(error)


def _writable(out: Path) -> tuple[bool, str]:
    place = next(p for p in (out, *out.parents) if p.exists())
    good = os.access(place, os.W_OK)
    return good, f"output folder {out} {'can' if good else 'cannot'} be written"


def _ocr() -> tuple[bool, str]:
    found = shutil.which("tesseract")
    return (
        True,
        "OCR: tesseract found" if found else "OCR: none; scanned papers are rejected until tesseract is installed",
    )


def describe(summary: Any) -> str:
    """The short summary at the end of a run."""
    head = (
        "Nothing new: no paper was read or coded."
        if summary.unchanged
        else (f"Read {summary.read} and coded {summary.coded} papers.")
    )
    lines = [
        head,
        f"Papers in the tables: {summary.papers}",
        f"Files left out: {summary.rejected} rejected, {summary.duplicates} duplicates"
        + (f", {summary.excluded} excluded by people" if summary.excluded else ""),
        *_changed(summary),
        *([f"Codings that people decided on: {summary.reviewed}"] if summary.reviewed else []),
        *([f"Decisions without effect: {summary.unanchored} (see unanchored.csv)"] if summary.unanchored else []),
        *([f"Doubtful matches with the bibliography: {summary.doubts} (see doubts.csv)"] if summary.doubts else []),
        "Codings by family and domain:",
        *(f"  {family:<12} {domain:<10} {n:>6}" for (family, domain), n in sorted(summary.codings.items())),
        f"Topics: {summary.topics}",
        *(f"You had changed a table; it is kept as {path}" for path in summary.kept),
        f"Tables: {summary.out / 'tables'}",
        f"Report: {summary.out / 'report.html'}",
        f"Narrative: {summary.out / 'narrative.md'}",
    ]
    return "\n".join(lines)


def _changed(summary: Any) -> list[str]:
    from pipeline.changes import in_words

    if summary.changes is None:
        return []
    return [f"Since the last run ({summary.since[:10]}): {in_words(summary.changes)} (see changes.csv)"]


@contextlib.contextmanager
def _progress_shown() -> Iterator[None]:
    """What the pipeline logs, on stderr, for as long as a command runs."""
    handler = logging.StreamHandler()
    log = logging.getLogger("precedent")
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    log.propagate = False  # Prefect would show each line a second time
    try:
        yield
    finally:
        log.propagate = True
        log.removeHandler(handler)


def guarded(command: click.Command, arguments: list[str] | None = None) -> int:
    """Run a command; errors become a message and an exit code."""
    try:
        command.main(args=arguments, standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted; finished work is kept, run again to go on", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except PrecedentError as error:
        click.echo(f"precedent: {error}", err=True)
        return 3 if isinstance(error, AlreadyRunning) else 1
    return 0


def main() -> None:
    """Entry point of the command."""
    sys.exit(guarded(cli))


if __name__ == "__main__":
    main()
