"""Resolved settings: defaults, a TOML file, PRECEDENT_* in the environment, command line; the last wins."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args

from pipeline.errors import SettingsAway, SettingsError
from pipeline.topic_outcomes import TopicMethod


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run goes by. Paths are absolute once resolved.

    corpus: folder of papers. out: folder of state and tables. codebook: a codebook of the user's own, or
    None for the shipped one. workers: processes that read and code, 0 for one per core.
    seconds_per_paper, memory_mb_per_worker: limits on one file, and on the process that reads it.
    decisions: the log of what people decided, or None for decisions.jsonl in the folder of papers.
    head: a head of the user's own, or None for head.npz in the folder of papers, if it is there.
    batch: papers a task. topics: number of topics, 0 to let the corpus decide. topic_method: "nmf", or "lda"
    for latent Dirichlet allocation. seed: of the topic model.
    mailto: your mail address, which OpenAlex and Unpaywall ask for; without it nothing goes to the network.
    harvest_query, harvest_since: what a harvest looks for, and from which day of publication (YYYY-MM-DD) on.
    openalex_url, unpaywall_url: where the two are.
    on_failure, webhook: a command, and an address, that hear of it when an unattended refresh fails; none unless set.
    dask: address of the scheduler of a Dask cluster that reads and codes; empty for this machine.
    state: a folder, or an address such as s3://bucket/folder, where machines share what was made of each paper; None
    for what this machine keeps alone.
    """

    corpus: Path = Path("corpus")
    out: Path = Path("outputs")
    codebook: Path | None = None
    decisions: Path | None = None
    head: Path | None = None
    workers: int = 0
    seconds_per_paper: int = 300
    memory_mb_per_worker: int = 4096
    batch: int = 100
    topics: int = 0
    topic_method: TopicMethod = "nmf"
    seed: int = 1
    mailto: str = ""
    harvest_query: str = ""
    harvest_since: str = ""
    openalex_url: str = "https://api.openalex.org"
    unpaywall_url: str = "https://api.unpaywall.org/v2"
    on_failure: str = ""
    webhook: str = ""
    dask: str = ""
    state: Path | str | None = None

    @property
    def log(self) -> Path:
        """Where the log of decisions is: beside the papers, unless set, so that it goes where they go."""
        return self.decisions or self.corpus / "decisions.jsonl"

    @property
    def own_head(self) -> Path:
        """Where a head that was trained on this corpus is, or would be: beside the decisions that it learnt from."""
        return self.head or self.corpus / "head.npz"


RANGES = {
    "workers": (0, 1024),
    "seconds_per_paper": (1, 86_400),
    "memory_mb_per_worker": (1024, 1_048_576),
    "batch": (1, 10_000),
    "topics": (0, 500),
    "seed": (0, 2**31 - 1),
}
CHOICES = {"topic_method": get_args(TopicMethod)}
TEXTS = {  # what each must look like, and that in words
    "mailto": (r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+", "give your mail address"),
    "harvest_query": (r".{1,1000}", "give words to look for, on one line"),
    "harvest_since": (r"\d{4}-\d\d-\d\d", "give a day such as 2020-01-31"),
    "openalex_url": (r"https?://[^\s?#]+", "give an address in the web"),
    "unpaywall_url": (r"https?://[^\s?#]+", "give an address in the web"),
    "on_failure": (".*", "write a command as you would type it"),
    "webhook": (r"(https?://\S+)?", "write an address that begins with https:// or http://"),
    "dask": (r"((tcp|tls|ucx|ws|wss)://)?[\w.\[\]:-]+:\d+|", "write the scheduler's address, such as tcp://host:8786"),
}
# scheme, at most a name before the @, host or bucket, folder: no password, no signature behind a question mark
ADDRESS = r"[a-z][a-z0-9]*://([^\s/?#@:]+@)?[^\s/?#@:]+(:\d+)?(/[^\s?#]*)?"


def resolve(
    file: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Settings from defaults, `file`, `environ` and `overrides`, each winning over the one before.

    Overrides that are None are passed over. Raises SettingsError with the place of the mistake.
    """
    settings = Settings()
    if file is not None:
        settings = _apply(settings, _read(file), str(file), file.parent)
    variables = {k[10:].lower(): v for k, v in environ.items() if k.startswith("PRECEDENT_")}
    settings = _apply(settings, variables, "environment (PRECEDENT_...)", Path.cwd())
    given = {k: v for k, v in (overrides or {}).items() if v is not None}
    settings = _apply(settings, given, "command line", Path.cwd())
    return replace(settings, **{name: _absolute(getattr(settings, name)) for name in (*_PATHS, "state")})


_NAMES = tuple(field.name for field in fields(Settings))
_PATHS = ("corpus", "out", "codebook", "decisions", "head")


def _absolute(path: Path | str | None) -> Any:
    return Path.cwd() / path if isinstance(path, Path) else path


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        what = f"the settings file cannot be read ({error.strerror})"
        raise SettingsAway(what, str(file), "check --settings, and that its drive or share is there") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        remedy = "mend that line; strings need quotes"
        raise SettingsError(f"not valid TOML: {error}", str(file), remedy) from error


def _apply(settings: Settings, values: Mapping[str, object], where: str, base: Path) -> Settings:
    return replace(settings, **{name: _value(name, raw, where, base) for name, raw in values.items()})


def _value(name: str, raw: object, where: str, base: Path) -> Any:
    """One setting in its type and range; relative paths are taken from `base`."""
    if name not in _NAMES:
        close = difflib.get_close_matches(name, _NAMES, 1)
        hint = f"did you mean {close[0]}?" if close else f"known settings: {', '.join(_NAMES)}"
        raise SettingsError(f"unknown setting {name!r}", where, hint)
    if name == "state" and isinstance(raw, str) and "://" in raw:
        return _address(raw, where)
    if name in (*_PATHS, "state"):
        if not isinstance(raw, str | Path) or not str(raw):
            raise SettingsError(f"{name} must be a path, not {raw!r}", where, f'write {name} = "path/to/it"')
        return base / Path(raw).expanduser()
    if name in TEXTS:
        return _text(name, raw, where)
    return _choice(name, raw, where) if name in CHOICES else _integer(name, raw, where)


def _text(name: str, raw: object, where: str) -> str:
    form, remedy = TEXTS[name]
    if isinstance(raw, str) and re.fullmatch(form, raw):
        return raw
    raise SettingsError(f"{name} cannot be {raw!r}", where, remedy)


def _address(raw: str, where: str) -> Path | str:
    """The address of a shared place. What may hold a password is refused, and not repeated."""
    if raw.startswith("file:///"):
        return Path(raw.removeprefix("file://"))
    if re.fullmatch(ADDRESS, raw):
        return raw.rstrip("/")
    remedy = 'write state = "s3://bucket/folder"; keys and passwords go where the store\'s own package looks for them'
    raise SettingsError("state is not the plain address of a folder", where, remedy)


def _choice(name: str, raw: object, where: str) -> str:
    if isinstance(raw, str) and raw in CHOICES[name]:
        return raw
    remedy = f"write one of {', '.join(CHOICES[name])}"
    raise SettingsError(f"{name} cannot be {raw!r}", where, remedy)


def _integer(name: str, raw: object, where: str) -> int:
    low, high = RANGES[name]
    try:
        number = int(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else None
    except ValueError:
        number = None
    if number is None or not low <= number <= high:
        remedy = f"give a whole number from {low} to {high}"
        raise SettingsError(f"{name} cannot be {raw!r}", where, remedy)
    return number
