"""Every export by its name, in one folder."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.errors import PrecedentError
from pipeline.export.narrative import write_narrative
from pipeline.export.report import write_report
from pipeline.export.results import HIGHLIGHTED, Results
from pipeline.export.tables import write_tables
from pipeline.settings import Settings


def write_exports(results: Results, folder: Path, formats: Iterable[str], settings: Settings) -> list[str]:
    """Write each of `formats`, names of FORMATS, into `folder`, which is made; what could not be, a line each.

    `settings` tells the folder that the papers' paths are relative to, and the limits under which papers are
    opened. Raises PrecedentError for a name that is not known, before anything is written, and for a place that
    cannot be written; or OSError.
    """
    wanted = known(formats)
    folder.mkdir(parents=True, exist_ok=True)
    return [line for name in wanted for line in FORMATS[name](results, folder, settings) or ()]


def known(formats: Iterable[str]) -> tuple[str, ...]:
    """The names, each once. Raises PrecedentError for one that is not known."""
    wanted = tuple(dict.fromkeys(formats))
    for name in wanted:
        if name not in FORMATS:
            raise PrecedentError("this is not a format of export", name, f"name one of {', '.join(FORMATS)}")
    return wanted


def _tables(results: Results, folder: Path, _settings: Settings) -> None:
    write_tables(results, folder / "tables")


def _report(results: Results, folder: Path, _settings: Settings) -> None:
    write_report(results, folder / "report.html")
    write_narrative(results, folder / "narrative.md")  # its citations lead into the report beside it


def _parquet(results: Results, folder: Path, _settings: Settings) -> None:
    from pipeline.export.parquet import write_parquet  # each format loads its own libraries, when asked for

    write_parquet(results, folder / "parquet")


def _workbook(results: Results, folder: Path, _settings: Settings) -> list[str]:
    from pipeline.export.workbook import write_workbook

    return write_workbook(results, folder / "precedent.xlsx")


def _publication(results: Results, folder: Path, _settings: Settings) -> None:
    from pipeline.export.publication import write_publication

    write_publication(results, folder / "publication")


def _taguette(results: Results, folder: Path, _settings: Settings) -> None:
    from pipeline.export.taguette import write_taguette

    (folder / "taguette").mkdir(exist_ok=True)
    write_taguette(results, folder / "taguette" / "codebook.csv")


def _highlighted(results: Results, folder: Path, settings: Settings) -> list[str]:
    from pipeline.export.highlight import write_highlighted

    return write_highlighted(results, folder / HIGHLIGHTED, settings)


def _refi(results: Results, folder: Path, settings: Settings) -> None:
    from pipeline.export.refi import write_project

    write_project(results, folder / "precedent.qdpx", settings.corpus)


FORMATS: dict[str, Callable[[Results, Path, Settings], list[str] | None]] = {
    "csv": _tables,
    "report": _report,
    "parquet": _parquet,
    "xlsx": _workbook,
    "publication": _publication,
    "taguette": _taguette,
    "pdf": _highlighted,
    "refi-qda": _refi,
}
