"""What a refresh that nobody watched tells afterwards: a page and a table for whoever looks, a call when it failed.

The page and the table quote no paper, for they may go to a Prefect server on another machine.
"""

import contextlib
import json
import logging
import os
import shlex
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.changes import in_words
from pipeline.errors import AlreadyRunning, PrecedentError, SettingsError
from pipeline.export import read_table
from pipeline.export.markdown import escaped
from pipeline.settings import Settings, resolve
from pipeline.summary import Summary

PATIENCE = 60  # seconds that a command or an address may take over a failure
HOOKS = ("on_failure", "webhook")  # the settings that say who hears of a failure
AT_START = "WHO_HEARS_OF_PRECEDENT"  # in the environment; a name of ours would be taken for a setting
MOST = 50  # lines of a list on the page; the tables have them all

log = logging.getLogger("precedent")


def page(summary: Summary) -> str:
    """A run in Markdown: papers in and out, codings, verdicts that flipped, files left out and why."""
    changed = read_table(summary.out / "tables" / "changes.csv")
    left_out = read_table(summary.out / "tables" / "rejected.csv")
    flips = [row for row in changed if row["kind"] == "verdict flipped"]
    flipped = [f"{row['family']} {row['code']}: {row['before']} → {row['after']}" for row in flips]
    return "\n".join(
        [
            f"# {summary.papers} papers in the tables",
            "",
            "Nothing new." if summary.unchanged else f"Read {summary.read}, coded {summary.coded}.",
            *([f"Since {summary.since}: {in_words(summary.changes)}."] if summary.changes is not None else []),
            "",
            "| family | domain | codings |",
            "|---|---|---|",
            *(f"| {escaped(f)} | {escaped(d)} | {n} |" for (f, d), n in sorted(summary.codings.items())),
            "",
            *_listed("Verdicts that flipped in the last run that changed something", flipped),
            *_listed("Files left out", [f"{row['path']}: {row['reason']} ({row['remedy']})" for row in left_out]),
            f"Tables and report: `{summary.out}`".replace("\n", " "),
        ]
    )


def _listed(title: str, lines: list[str]) -> list[str]:
    more = [f"- and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return [
        f"## {title}",
        "",
        *(f"- {escaped(line)}" for line in lines[:MOST]),
        *more,
        *([] if lines else ["None."]),
        "",
    ]


def comparison(out: Path) -> list[dict[str, str]]:
    """The comparison table in short: by code the papers and shares of each side, the difference, the verdict."""
    ends = ("_of_papers", "_papers", "_share")
    names = {"family", "code", "difference", "difference_low", "difference_high", "verdict", "held"}
    rows = read_table(out / "tables" / "comparison.csv")
    return [{name: cell for name, cell in row.items() if name in names or name.endswith(ends)} for row in rows]


@contextlib.contextmanager
def failure_told(settings: Settings) -> Iterator[None]:
    """Tell whom the settings name when what is done within fails; that another run is at work is no failure."""
    try:
        yield
    except AlreadyRunning:
        raise
    except Exception as error:
        tell(settings, failure(error, settings))
        raise


def remember_who_hears(settings: Settings) -> None:
    """Keep in the environment, for the processes that this one starts, who hears of a failure by these settings."""
    os.environ[AT_START] = json.dumps({name: getattr(settings, name) for name in HOOKS})


def who_hears(file: Path | None, overrides: Mapping[str, object]) -> Settings:
    """Settings that say who hears of a failure: where the file cannot be read now, as it did when it was remembered."""
    try:
        return resolve(file, overrides)
    except SettingsError:
        return resolve(None, {**overrides, **json.loads(os.environ.get(AT_START, "{}"))})


def failure(error: BaseException, settings: Settings) -> dict[str, str]:
    """What happened, where, and what to do. An unforeseen error gives its type alone: its words might be a paper's."""
    if isinstance(error, PrecedentError):
        return {"what": error.what, "where": error.where, "remedy": error.remedy}
    what = f"unexpected {type(error).__name__}"
    return {"what": what, "where": str(settings.corpus), "remedy": "see the log; report this as a fault"}


def tell(settings: Settings, told: dict[str, str]) -> None:
    """Give `told` as JSON to the command, on its standard input, and to the address; what they do is only logged."""
    content = json.dumps(told).encode()
    for name, call in zip(HOOKS, (_run, _post), strict=True):
        target = getattr(settings, name)
        if target:
            try:
                call(target, content)
            except (OSError, ValueError, subprocess.SubprocessError) as error:
                log.warning("%s did not take the news of a failure: %s", name, error)


def _run(command: str, content: bytes) -> None:
    subprocess.run(shlex.split(command), input=content, timeout=PATIENCE, check=True)


def _post(address: str, content: bytes) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "precedent"}
    request = urllib.request.Request(address, content, headers)  # noqa: S310 - settings take http and https alone
    with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310 - the same
        pass
