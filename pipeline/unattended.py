"""The commands that refresh without being asked each time: `precedent schedule` and `precedent watch`."""

import hashlib
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.errors import SettingsError
from pipeline.options import of_a_run
from pipeline.settings import Settings, resolve


@click.command()
@of_a_run
@click.option("--cron", default="0 2 * * *", show_default=True, help="When, as cron writes it.")
@click.option("--timezone", help="Whose clock, such as Europe/Oslo.  [default: this machine's]")
def schedule(corpus: Path | None, out: Path | None, file: Path | None, cron: str, timezone: str | None) -> None:
    """Refresh the tables of CORPUS by the clock, with Prefect, until Ctrl-C.

    Prefect's server is started on this machine; where PREFECT_API_URL is set, that server is used. Refreshes that fell
    due while another was at work, or the machine off, come as one. The settings file is read anew at each refresh. A
    time that the clocks skip in spring comes an hour early, once; one that they repeat in autumn comes once.
    """
    import flows

    settings = resolve(file, {"corpus": corpus, "out": out})
    zone = timezone or _timezone()
    when = flows.by_cron(cron, zone)
    given = {"corpus": settings.corpus, "out": settings.out, **({"settings": file.resolve()} if file else {})}
    if not settings.corpus.is_dir():
        click.echo(f"{settings.corpus}: there is no such folder now; each refresh looks for it", err=True)
    click.echo("Starting; this takes up to a minute.")
    flows.serve(
        name_of(settings),
        {name: str(path) for name, path in given.items()},
        when,
        lambda page: click.echo(f"Refreshing {settings.corpus} at {cron} ({zone}); runs: {page} (Ctrl-C ends it)"),
    )


@click.command()
@of_a_run
@click.option(
    "--every", default=30.0, show_default=True, type=click.FloatRange(0.1, 3600), help="Seconds between looks."
)
def watch(corpus: Path | None, out: Path | None, file: Path | None, every: float) -> None:
    """Refresh the tables of CORPUS whenever papers come or go, until Ctrl-C.

    A file that is still being copied is left out until it has stopped growing.
    """
    from pipeline.cluster import driver
    from pipeline.refresh import refresh, run_here
    from pipeline.watching import watch

    settings = resolve(file, {"corpus": corpus, "out": out})
    run = driver(settings, run_here)
    click.echo(f"Watching {settings.corpus} (Ctrl-C ends it)")
    try:
        watch(settings, every, lambda given, moving: refresh(given, run, moving), _say, _until_ended())
    except KeyboardInterrupt:
        click.echo("Ended. Finished work is kept.")


def _until_ended() -> Callable[[float], None]:
    """What lets so many seconds pass, unless this process is to end: by Ctrl-C, or as a service manager ends it.

    The signal also raises at once, but Python drops what is raised while it clears an object away.
    """
    ended = threading.Event()

    def end(*_: object) -> None:
        ended.set()
        raise KeyboardInterrupt

    def rest(seconds: float) -> None:
        if ended.wait(seconds):
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return rest


def _say(what: Any) -> None:
    """A line on a refresh, or on why there was none."""
    clock = f"{datetime.now():%H:%M:%S}"
    if isinstance(what, Exception):
        click.echo(f"{clock} {what}", err=True)
    elif what.unchanged:
        click.echo(f"{clock} nothing new; {what.papers} papers in the tables")
    else:
        from pipeline.changes import in_words

        since = f": {in_words(what.changes)}" if what.changes is not None else ""
        click.echo(f"{clock} {what.papers} papers in the tables{since}")


def name_of(settings: Settings) -> str:
    """A name for the schedule that is its own on a server that several people use, and the same the next time."""
    told = "".join(c if c.isalnum() else "-" for c in settings.corpus.name) or "papers"
    return f"{told}-{hashlib.sha256(str(settings.out).encode()).hexdigest()[:8]}"


def _timezone() -> str:
    """The name of this machine's time zone; Prefect would count in UTC."""
    from tzlocal import get_localzone_name

    try:
        return get_localzone_name() or "UTC"
    except KeyError as error:  # ZoneInfoNotFoundError is one
        raise SettingsError("this machine's time zone is not known", "TZ, /etc/localtime", "give --timezone") from error
