"""Runs killed at every boundary of stages and at random moments; what the next run makes of it.

`python -m tests.bench.faults [ROUNDS] [SEED]` prints a table. Every round starts from a state of its own: half from an
empty output folder, half from a finished run since which a paper came, one went and a person decided. It counts as good
where the run after the kill leaves, byte for byte, the tables, report and narrative of a run that was never disturbed,
nothing half-written, nothing set aside as a person's, and every decision.
"""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults import BOUNDARIES, STAGES, Scene, kill_after, kill_after_stage, kill_at, recovers, staged

ROOT = Path(__file__).parents[2]
ROUNDS, SEED = 50, 1


def rounds(scenes: dict[str, Scene], base: Path, times: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """(scene, how it was killed, outcome) of each round: the boundaries first, the rest at random moments."""
    for name, scene in scenes.items():
        for boundary in BOUNDARIES:
            yield name, boundary, _outcome(scene, base, boundary)
        for stage in STAGES:
            yield name, f"first result of {stage}", _outcome(scene, base, stage)
    draw = random.Random(seed)
    names = list(scenes)
    for number in range(times):
        name = names[number % len(names)]
        yield name, "at a random moment", _outcome(scenes[name], base, draw.uniform(0, scenes[name].seconds))


def _outcome(scene: Scene, base: Path, how: str | float) -> str:
    settings = scene.settings(base / "out")
    try:
        if isinstance(how, float):
            killed = kill_after(settings, how)
        else:
            (kill_at if how in BOUNDARIES else kill_after_stage)(settings, how)
            killed = True
        recovers(scene, settings)
    except AssertionError as error:
        return f"NOT RECOVERED: {str(error)[:200]}"
    finally:
        shutil.rmtree(settings.out, ignore_errors=True)
    return "same tables" if killed else "done before the kill; same tables"


def main(times: int = ROUNDS, seed: int = SEED) -> None:
    papers = sorted((ROOT / "corpus").glob("20*.pdf"))[:3]
    began, cpu = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        scenes = {
            "first run": staged(base / "first", papers[1:]),
            "later run": staged(base / "later", papers[1:], papers[:2]),
        }
        found: Counter[tuple[str, str, str]] = Counter()
        for row in rounds(scenes, base, times, seed):
            found[row] += 1
            print(*row, sep=": ", file=sys.stderr, flush=True)  # noqa: T201 - it takes minutes
    print("| run | killed | outcome | rounds |\n|---|---|---|---|")  # noqa: T201
    for (scene, how, outcome), count in found.items():
        print(f"| {scene} | {how} | {outcome} | {count} |", flush=True)  # noqa: T201
    told = f"{sum(found.values())} rounds, {time.monotonic() - began:.0f} s, {time.process_time() - cpu:.0f} s CPU here"
    print(f"\n{told}")  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
