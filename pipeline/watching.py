"""A folder that people drop papers in: looked at every few seconds, refreshed when it has come to rest.

It is looked at by listing it, for a network share tells no machine of what another one wrote there. A file that is
still being copied is left out until its size and time hold still from one look to the next.
"""

import math
import time
from collections.abc import Callable, Collection
from pathlib import Path

from pipeline.bulletin import failure, tell
from pipeline.corpus import files_in
from pipeline.errors import AlreadyRunning, Away, PrecedentError, may_pass
from pipeline.publish import load_run
from pipeline.settings import Settings
from pipeline.summary import Summary

MOST_LOOKS = 10  # without rest, before what has come to rest is read without the rest
LONGEST = 3600  # seconds before what failed, and may go well later, is tried again

Listing = dict[Path, tuple[int, int, int]]  # size, time of change in ns, inode
Refresh = Callable[[Settings, Collection[Path]], Summary]


def watch(
    settings: Settings,
    every: float,
    refresh: Refresh,
    told: Callable[[Summary | Exception], None],
    rest: Callable[[float], None],
) -> None:
    """Refresh whenever files have come or gone and hold still, until interrupted.

    `refresh` gets the files to leave out; `told` gets what each one made, or why it failed: once, where it fails
    again for the same reason. `every` is the time between looks, in seconds, which `rest` lets pass.
    """
    before: Listing = {}
    done: Listing | None = None
    failed, looks, again, wait = "", 0, math.inf, every
    while True:
        try:
            now = look(settings)
            moving = {path for path in {*now, *before} if now.get(path) != before.get(path)}
            still = {path: seen for path, seen in now.items() if path not in moving}
            before, looks = now, looks + 1 if moving else 0
            if looks % MOST_LOOKS == 0 and (still != done or time.monotonic() > again):
                done, again = still, math.inf
                told(refresh(settings, moving))
                failed, wait = "", every
        except AlreadyRunning:
            done = None  # look again, and say nothing: the other run may not know of the new files
        except (PrecedentError, OSError) as error:
            if isinstance(error, Away):
                done = None  # once it is back, whatever was half done is done anew
            if str(error) != failed:
                told(error)
                tell(settings, failure(error, settings))
            failed = str(error)
            if may_pass(error):
                again, wait = time.monotonic() + wait, min(2 * wait, LONGEST)
        rest(every)


def look(settings: Settings) -> Listing:
    """What a refresh depends on: the files under the folder of papers, and those of the user's that lie elsewhere.

    Raises Away where the folder cannot be listed.
    """
    own = (settings.log, settings.own_head, settings.codebook)
    found: Listing = {}
    for path in [*files_in(settings.corpus, [settings.out]), *(path for path in own if path)]:
        try:
            about = path.stat()
        except OSError:  # it went between listing and looking, or is not there at all
            continue
        found[path] = (about.st_size, about.st_mtime_ns, about.st_ino)
    return found


def check_folder(settings: Settings) -> None:
    """Raise Away where the folder of papers is not there, or holds nothing though the last run read papers.

    The second is the mount point of a share that is away, where a harvest would begin a collection anew.
    """
    empty = next(files_in(settings.corpus, [settings.out]), None) is None
    if empty and load_run(settings.out):
        remedy = "see that its drive or share is there; the tables are still those of the last run"
        raise Away("the folder of papers is empty", str(settings.corpus), remedy)
