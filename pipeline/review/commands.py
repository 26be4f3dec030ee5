"""The command `precedent review`."""

from pathlib import Path

import click

from pipeline.settings import resolve


@click.command()
@click.option("--settings", "file", type=click.Path(path_type=Path), help="A TOML file of settings.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of tables and state.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port on this machine; a free one unless given.")
@click.option("--open/--no-open", "opens", default=True, help="Whether to open the page in the browser.")
@click.argument("corpus", required=False, type=click.Path(path_type=Path))
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
