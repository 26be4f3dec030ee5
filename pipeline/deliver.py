"""What the last run found, written for other programs into a folder of the user's."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pipeline import publish
from pipeline.errors import CorpusError, StoreError
from pipeline.export import write_exports
from pipeline.export.exports import known
from pipeline.export.results import HIGHLIGHTED
from pipeline.files import unchanging
from pipeline.refresh import finished
from pipeline.settings import Settings


def deliver(settings: Settings, folder: Path, formats: Iterable[str]) -> list[str]:
    """Write the last run's results to `folder` in each of `formats`; what a person should know, a line each.

    All is written aside first and then put in place, so that a failure leaves the last export as it was; files
    that somebody else made or changed are kept under another name. Raises AlreadyRunning while a run is at work, and
    none can begin until the export is done; PrecedentError.
    """
    wanted = known(formats)
    _refuse_the_corpus(settings, folder)
    with unchanging(settings.out):
        return _delivered(settings, folder, wanted)


def _delivered(settings: Settings, folder: Path, wanted: Iterable[str]) -> list[str]:
    results = finished(settings)
    try:
        with publish.staging(folder) as staged:
            lines = []
            for name in sorted(wanted, key="report".__eq__):  # last, since it leads to highlighted copies
                lines += write_exports(results, staged / name, [name], settings)
                results = replace(results, highlighted=results.highlighted | _copies(staged / name / HIGHLIGHTED))
            kept = publish.hand_over(staged, folder)
    except StoreError as error:
        if not Path(error.where).is_relative_to(folder):
            raise
        remedy = "free space or mend the rights, or name another folder; the last export there is as it was"
        raise StoreError(error.what, str(folder), remedy) from error
    return [*lines, *(f"A file that you made or changed is kept as {path}" for path in kept)]


def _copies(folder: Path) -> frozenset[str]:
    return frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _refuse_the_corpus(settings: Settings, folder: Path) -> None:
    """Copies of papers among the papers would be read as papers by the next run."""
    corpus, out, there = (path.resolve() for path in (settings.corpus, settings.out, folder))
    passed_over = out != corpus and out.is_relative_to(corpus)  # by a run, as no folder of papers
    if there.is_relative_to(corpus) and not (passed_over and there.is_relative_to(out)):
        remedy = "name the folder to write to first, then the papers: precedent export TO_FOLDER PAPERS"
        raise CorpusError("this is the folder of papers, and an export would be read as papers", str(folder), remedy)
