"""Whatever befalls a run or what it keeps, the next gives an undisturbed run's tables, and no decision is lost."""

import json
import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import publish
from pipeline import refresh as running
from pipeline import summary as telling
from pipeline.artifacts import remove_damaged
from pipeline.decisions import log
from pipeline.decisions.decision import Decision
from pipeline.errors import CorpusError, DecisionError, Full, StoreError, Unwritable
from pipeline.files import sha256_of
from pipeline.plan import Plan
from pipeline.refresh import refresh
from pipeline.settings import Settings
from tests.conftest import SAMPLE
from tests.faults import STAGES, Scene, kill_at, made_files, recovers, staged


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A finished run over three papers, since which one went and a person decided."""
    papers = sorted(SAMPLE.glob("20*.pdf"))[:3]
    return staged(tmp_path_factory.mktemp("scene"), papers[:2], papers)


@pytest.fixture
def here(scene: Scene, tmp_path: Path) -> Settings:
    return scene.settings(tmp_path / "out")


@pytest.mark.parametrize("boundary", ["planned", "half of it in place", "before the record"])
def test_a_run_that_is_killed(boundary: str, scene: Scene, here: Settings) -> None:
    kill_at(here, boundary)
    recovers(scene, here)


def flip(path: Path, at: float) -> None:
    """Change one bit, at a place from the beginning (0) to the end (1) of a file."""
    content = bytearray(path.read_bytes())
    content[int(at * (len(content) - 1))] ^= 4
    path.write_bytes(content)


def test_a_flipped_bit_anywhere_in_a_result_is_noticed(here: Settings) -> None:
    kept = sorted(here.out.glob("state/*/*/*/*.parquet"))
    assert {path.parents[2].name for path in kept} == set(STAGES)
    whole = kept[0].read_bytes()
    assert remove_damaged(kept) == []
    for step in range(101):
        kept[0].write_bytes(whole)
        flip(kept[0], step / 100)
        assert remove_damaged(kept) == [kept[0]], step
    for cut in (b"", whole[:7], whole[:-1], whole[: len(whole) // 2], whole + b"\0"):
        kept[0].write_bytes(cut)
        assert remove_damaged(kept) == [kept[0]]


def test_damage_everywhere_in_the_state_at_once(scene: Scene, here: Settings, caplog: pytest.LogCaptureFixture) -> None:
    damaged = [sorted(here.out.glob(f"state/{stage}/*/*/*.parquet"))[0] for stage in STAGES]
    damaged += [next(here.out.glob("state/snapshots/*.copy.json.gz")), here.out / "run.json"]
    damaged += [here.out / "state" / "format.json"]
    for path in damaged:
        flip(path, 0.6)
    with caplog.at_level(logging.WARNING, "precedent"):
        recovers(scene, here)
    for path in damaged[: len(STAGES)]:
        told = [record for record in caplog.records if str(path) in record.getMessage()]
        assert len(told) <= 1
        assert told or path.stem not in {sha256_of(p) for p in here.corpus.glob("*.pdf")}


def test_a_record_that_is_gone_or_damaged_costs_no_history_and_no_changed_table(scene: Scene, here: Settings) -> None:
    table = here.out / "tables" / "comparison.csv"
    table.write_text("my notes", encoding="utf-8")
    (here.out / "run.json").unlink()
    (kept,) = refresh(here).kept
    assert kept.read_text(encoding="utf-8") == "my notes"
    kept.unlink()
    assert made_files(here.out) == scene.expected
    record = json.loads((here.out / "run.json").read_text(encoding="utf-8"))
    (here.out / "run.json").write_text(json.dumps({**record, "counts": {}}), encoding="utf-8")
    refresh(here)
    assert publish.load_run(here.out)["counts"]["papers"] == record["counts"]["papers"]


def test_a_damaged_refusal_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    settings = Settings(corpus=tmp_path / "corpus", out=tmp_path / "out", workers=1)
    refresh(settings)
    (refusal,) = settings.out.glob("state/read/*/*/*.rejected.json")
    before = refusal.read_bytes()
    flip(refusal, 0.5)
    made = made_files(settings.out)
    refresh(settings)
    assert refusal.read_bytes() == before
    assert made_files(settings.out) == made


def test_state_of_a_newer_version_is_left_alone(scene: Scene, here: Settings) -> None:
    marker = here.out / "state" / "format.json"
    ours = marker.read_bytes()
    marker.write_text('{"format": 99}', encoding="utf-8")
    before = made_files(here.out)
    with pytest.raises(StoreError, match=r"newer version .*99[\s\S]*update precedent"):
        refresh(here)
    assert made_files(here.out) == before
    marker.write_bytes(ours)
    recovers(scene, here)


def test_state_of_an_older_version_is_used_where_it_holds_and_made_anew_where_not(scene: Scene, here: Settings) -> None:
    """Results lie under fingerprints of what made them. Records had no check in them then."""
    (here.out / "state" / "format.json").unlink()
    (here.out / "state" / "run.json").unlink()
    record = json.loads((here.out / "run.json").read_text(encoding="utf-8"))
    del record["check"]
    (here.out / "run.json").write_text(json.dumps(record), encoding="utf-8")
    for folder in here.out.glob("state/code/*"):
        folder.rename(folder.with_name("0" * 16))
    recovers(scene, here)
    papers = {sha256_of(path) for path in here.corpus.glob("*.pdf")}
    assert not [p for p in here.out.glob(f"state/code/{'0' * 16}/*/*") if p.stem in papers], "it was not pruned"


def test_a_decision_that_is_damaged_stops_the_run_and_is_not_touched(here: Settings, tmp_path: Path) -> None:
    shutil.copytree(here.corpus, tmp_path / "own")
    own = Settings(corpus=tmp_path / "own", out=here.out, workers=1)
    line = own.log.read_bytes()
    own.log.write_bytes(line + line[:100] + b"\0" + line[101:] + line)
    damaged, before = own.log.read_bytes(), made_files(own.out)
    with pytest.raises(DecisionError, match=r"decisions\.jsonl:2"):
        refresh(own)
    assert own.log.read_bytes() == damaged
    assert made_files(own.out) == before


def test_papers_that_go_away_while_they_are_read_leave_the_tables(
    here: Settings, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = tmp_path / "share"
    shutil.copytree(here.corpus, share)
    away = Settings(corpus=share, out=here.out, workers=1)
    before = made_files(here.out)

    def unplugged(plan: Plan) -> Plan:
        shutil.rmtree(share)
        share.mkdir()  # what is left of a share is the place where it was mounted
        return plan

    monkeypatch.setattr(running, "without_damage", unplugged)
    with pytest.raises(CorpusError, match="went away"):
        refresh(away)
    assert made_files(here.out) == before
    monkeypatch.undo()
    recovers(scene, here)


def test_a_clock_that_goes_back_changes_nothing(scene: Scene, here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Earlier(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Earlier":
            return cls(1999, 1, 1, tzinfo=tz)

    monkeypatch.setattr(telling, "datetime", Earlier)
    monkeypatch.setattr(time, "time", lambda: Earlier.now(UTC).timestamp())  # all files are of the future
    recovers(scene, here)
    assert publish.load_run(here.out)["finished"].startswith("1999")


# ---- disks ----


def mount(*arguments: str) -> None:
    program = shutil.which("mount") if sys.platform == "linux" else None
    if not program or subprocess.run([program, *arguments], check=False, capture_output=True).returncode:
        pytest.skip("this user may mount no file system")


@contextmanager
def disk(place: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of so many kilobytes."""
    place.mkdir()
    mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(place))
    try:
        yield place
    finally:
        subprocess.run([shutil.which("umount") or "umount", str(place)], check=True)


def room(files: Iterable[Path]) -> int:
    """Kilobytes that files take on a `disk`: whole pages of each; folders and names take none of its size."""
    return sum(-(-path.stat().st_size // 4096) * 4 for path in files if path.is_file())


@pytest.mark.parametrize("share", [0, 0.5, 0.9])
def test_a_disk_that_fills_up(share: float, scene: Scene, here: Settings, tmp_path: Path) -> None:
    """With room for about so much of the new tables and report, which are whole before the old give way to them."""
    new = room(here.out / name for name in scene.expected)
    with disk(tmp_path / "disk", room(here.out.rglob("*")) + int(share * new)) as place:
        out = place / "out"
        shutil.copytree(here.out, out)
        before = made_files(out)
        full = Settings(corpus=here.corpus, out=out, workers=1)
        with pytest.raises(Full, match=f"No space left on device: the disk at {place} is full"):
            refresh(full)
        assert made_files(out) == before
        assert not list(out.rglob(".aside-*"))
        mount("-o", "remount,size=50m", str(place))
        recovers(scene, full)


def test_a_disk_that_fills_up_while_a_child_saves_a_paper(scene: Scene, here: Settings, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", room((here.out / "state" / "read").rglob("*")) // 2) as place:
        full = Settings(corpus=here.corpus, out=place / "out", workers=1)
        with pytest.raises(Unwritable, match=rf"No space left on device: the disk at {place} is full") as caught:
            refresh(full)
        assert Path(caught.value.where).relative_to(full.out / "state").parts[0] in STAGES  # so a child wrote it
        assert "free space" in caught.value.remedy
        assert not list(full.out.rglob("*.rejected.json")), "a paper was blamed for the disk"
        assert not list(full.out.rglob(".aside-*"))
        done = len(list(full.out.glob("state/code/*/*/*.parquet")))
        mount("-o", "remount,size=50m", str(place))
        summary = refresh(full)
        assert summary.coded == summary.papers - done
        undisturbed = replace(full, out=tmp_path / "undisturbed")
        refresh(undisturbed)
        assert made_files(full.out) == made_files(undisturbed.out)


def test_an_output_folder_that_cannot_be_written(scene: Scene, here: Settings, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 20_000) as place:
        out = place / "out"
        shutil.copytree(here.out, out)
        mount("-o", "remount,ro", str(place))
        locked = Settings(corpus=here.corpus, out=out, workers=1)
        with pytest.raises(StoreError, match="cannot write"):
            refresh(locked)
        mount("-o", "remount,rw", str(place))
        recovers(scene, locked)


def test_a_full_disk_takes_no_half_decision(here: Settings, tmp_path: Path) -> None:
    decisions = log.read(here.log)
    with disk(tmp_path / "disk", 64) as place:
        path = place / "decisions.jsonl"
        taken: list[Decision] = []
        with pytest.raises(StoreError, match="No space left"):
            _fill(path, decisions[0], taken)
        assert log.read(path) == tuple(taken)
        mount("-o", "remount,size=1m", str(place))
        log.append(path, [_numbered(decisions[0], 2000)])
        assert len(log.read(path)) == len(taken) + 1


def _fill(path: Path, decision: Decision, taken: list[Decision]) -> None:
    for number in range(1000):
        log.append(path, [_numbered(decision, number)])
        taken.append(_numbered(decision, number))


def _numbered(decision: Decision, number: int) -> Decision:
    return replace(decision, id=f"{number:032d}", at=f"2026-01-01T00:00:00.{number:06d}+00:00")
