"""Every export by its name, in one folder."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.errors import PrecedentError
from pipeline.export.narrative import write_narrative
from pipeline.export.report import write_report
from pipeline.export.results import Results
from pipeline.export.tables import write_tables


def write_exports(results: Results, folder: Path, formats: Iterable[str], corpus: Path) -> None:
    """Write each of `formats`, names of FORMATS, into `folder`, which is made.

    `corpus` is the folder that the papers' paths are relative to. Raises PrecedentError for a name that is
    not known, OSError where nothing can be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in formats:
        if name not in FORMATS:
            raise PrecedentError("this is not a format of export", name, f"name one of {', '.join(FORMATS)}")
        FORMATS[name](results, folder, corpus)


def _tables(results: Results, folder: Path, _corpus: Path) -> None:
    write_tables(results, folder / "tables")


def _report(results: Results, folder: Path, _corpus: Path) -> None:
    write_report(results, folder / "report.html")
    write_narrative(results, folder / "narrative.md")  # its citations lead into the report beside it


def _parquet(results: Results, folder: Path, _corpus: Path) -> None:
    from pipeline.export.parquet import write_parquet  # each format loads its own libraries, when asked for

    write_parquet(results, folder / "parquet")


def _workbook(results: Results, folder: Path, _corpus: Path) -> None:
    from pipeline.export.workbook import write_workbook

    write_workbook(results, folder / "precedent.xlsx")


def _publication(results: Results, folder: Path, _corpus: Path) -> None:
    from pipeline.export.publication import write_publication

    write_publication(results, folder / "publication")


def _taguette(results: Results, folder: Path, _corpus: Path) -> None:
    from pipeline.export.taguette import write_taguette

    (folder / "taguette").mkdir(exist_ok=True)
    write_taguette(results, folder / "taguette" / "codebook.csv")


def _highlighted(results: Results, folder: Path, corpus: Path) -> None:
    from pipeline.export.highlight import write_highlighted

    write_highlighted(results, folder / "highlighted", corpus)


def _refi(results: Results, folder: Path, corpus: Path) -> None:
    from pipeline.export.refi import write_project

    write_project(results, folder / "precedent.qdpx", corpus)


FORMATS: dict[str, Callable[[Results, Path, Path], None]] = {
    "csv": _tables,
    "report": _report,
    "parquet": _parquet,
    "xlsx": _workbook,
    "publication": _publication,
    "taguette": _taguette,
    "pdf": _highlighted,
    "refi-qda": _refi,
}
