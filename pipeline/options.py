"""Options that several commands share."""

from pathlib import Path

import click
from click.decorators import FC

SETTINGS = click.option("--settings", "file", type=click.Path(path_type=Path), help="A TOML file of settings.")

STATE = click.option(
    "--state", help="Folder or address (s3://bucket/folder) where machines share what is made of papers."
)


def of_a_run(command: FC) -> FC:
    """Which run a command is about: CORPUS, --out, --settings, given to it as `corpus`, `out` and `file`."""
    for option in (
        SETTINGS,
        click.option("--out", type=click.Path(path_type=Path), help="Folder of tables and state."),
        click.argument("corpus", required=False, type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command
