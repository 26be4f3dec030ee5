"""One family of errors. Each says what happened, where, and what to do about it."""

import errno
from pathlib import Path

LASTING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # errors of a disk that waiting does not mend


class PrecedentError(Exception):
    """Something a person can act on: `what` happened, `where`, and the `remedy`.

    Every subclass takes exactly these three strings, so that an error survives pickling on its way
    out of a worker process.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  What to do: {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{advice}"


class UnreadablePaper(PrecedentError):  # noqa: N818 - it names the paper's state, as a researcher would
    """A file that cannot become a Document: damaged, encrypted, empty, no PDF, no text.

    `kind` is that of the Rejection it leads to.
    """

    kind = "unreadable"


class OtherLanguage(UnreadablePaper):
    """A paper that is not in English, which is all that the codebook and the models know."""

    kind = "language"


class CodebookError(PrecedentError):
    """A codebook that does not hold together; `where` is file:line."""


class SettingsError(PrecedentError):
    """A setting that is unknown or out of its range."""


class SettingsAway(SettingsError):  # noqa: N818 - it names the state of the place
    """A settings file that cannot be opened now, as when it lies on a share that is away."""


class DecisionError(PrecedentError):
    """A decision that cannot be read, made or applied; `where` is its file:line or row."""


class CorpusError(PrecedentError):
    """The corpus folder is missing, is no folder, or cannot be read."""


class Away(CorpusError):  # noqa: N818 - it names the state of the place
    """The papers are not there now, as when a share is away: its folder is missing, cannot be listed, or is empty."""


class HarvestError(PrecedentError):
    """Something in the web that cannot be had: no answer, a refusal, or an answer that is no good."""


class StoreError(PrecedentError):
    """State that cannot be read or written: rights, space, or a damaged file."""


class Unwritable(StoreError):  # noqa: N818 - it names the state of the place
    """State that cannot be written now: rights, space, a share that is away."""


class Full(Unwritable):
    """A disk without room, or one that may only be read: somebody has to do something about it."""


class Unreachable(StoreError):  # noqa: N818 - it names the state of the place
    """A cluster whose scheduler does not answer now, or no longer."""


class AlreadyRunning(StoreError):  # noqa: N818 - it names the situation
    """Another run holds the lock of this output folder."""


def may_pass(error: BaseException) -> bool:
    """Whether what failed may go well later though no paper comes or goes: a share was away, or a disk full."""
    return isinstance(error, OSError | Unwritable | Unreachable | Away | SettingsAway)


def passes(error: BaseException) -> bool:
    """Whether it may do so by itself within minutes, so that whoever is to mend it should not be called yet."""
    return may_pass(error) and not isinstance(error, Full) and getattr(error, "errno", None) not in LASTING


def first_line(error: BaseException, limit: int = 200) -> str:
    """The first line of an error's message, at most `limit` characters, for a table cell."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:limit]


def where_in(path: Path, line: int) -> str:
    """`file:line`, as editors understand it; lines count from 1."""
    return f"{path}:{line}"
