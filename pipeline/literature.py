"""The commands `precedent add` and `precedent harvest`: papers into the corpus, from this machine or from the web."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from pipeline.errors import CorpusError, HarvestError
from pipeline.options import SETTINGS
from pipeline.settings import Settings, resolve

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?10\.\d{4,9}/\S+", re.IGNORECASE)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILES...")
@click.option("--corpus", type=click.Path(path_type=Path), help="Folder to copy them to.")
@SETTINGS
def add(sources: tuple[str, ...], corpus: Path | None, file: Path | None) -> None:
    """Copy FILES into the corpus folder and say what each was taken for.

    FILES are PDFs, folders of them, bibliographies (.bib, .ris, .json) with their attachments as Zotero exports them,
    or DOIs. Only a DOI makes this command use the network: OpenAlex and Unpaywall are asked for an open copy.
    """
    settings = resolve(file, {"corpus": corpus})
    taken = True
    for source in sources:
        for good, words in _added(source, settings):
            click.echo(words, err=not good)
            taken &= good
    if not taken:
        raise CorpusError("not every file was added; see above", str(settings.corpus), "mend those and add them again")


def _added(source: str, settings: Settings) -> Iterator[tuple[bool, str]]:
    from pipeline import adding
    from pipeline.harvest import harvest_doi, in_words

    if not _DOI.fullmatch(source) or Path(source).exists():
        yield from adding.add(Path(source), settings)
        return
    try:
        made = harvest_doi(settings, source)
    except HarvestError as error:
        yield False, f"{source}: not added: {error}"
    else:
        yield made.state in ("downloaded", "there already"), in_words(made)


@click.command()
@click.option(
    "--query", default="", help="What to look for in titles, abstracts and texts; AND, OR, NOT are understood."
)
@click.option("--since", default="", help="The first day of publication, such as 2020-01-01.")
@click.option("--most", default=200, show_default=True, type=click.IntRange(1, 10_000), help="Works to look at.")
@SETTINGS
@click.argument("corpus", required=False, type=click.Path(path_type=Path))
def harvest(query: str, since: str, most: int, file: Path | None, corpus: Path | None) -> None:
    """Find works at OpenAlex and download those that are open access into the folder harvest in CORPUS.

    This uses the network, and needs your mail address as the setting mailto. The most relevant works come first. A
    second harvest downloads only what is new. Licences are in harvest.jsonl; what is known of the works, with their
    abstracts, is in harvest.json, a bibliography.
    """
    from pipeline.harvest import harvest as harvested

    settings = resolve(file, {"corpus": corpus})
    click.echo(f"{harvested(settings, query, since, most, click.echo)}")
    click.echo(f"to bring the tables up to date: precedent run {settings.corpus}")
