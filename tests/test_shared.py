"""Machines that share what was made of papers, in a folder or an object store: none makes what another made."""

import importlib.util
import os
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import known_implementations, register_implementation

from pipeline.artifacts import STAGES
from pipeline.cli import cli, guarded
from pipeline.cluster import process_there
from pipeline.codebook import load_codebook
from pipeline.errors import SettingsError, StoreError, Unwritable
from pipeline.files import ABANDONED, ASIDE, sha256_of
from pipeline.plan import Plan, in_step, make_plan, without_damage
from pipeline.refresh import refresh
from pipeline.settings import Settings, resolve
from pipeline.shared import MARK, names, sync
from pipeline.work import BatchJob, Outcome, process_batch
from tests.conftest import ROOT
from tests.test_refresh import tables


@pytest.fixture(params=["folder", "object store"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    if request.param == "folder":
        yield tmp_path / "shared"
        return
    yield "memory://reviews/x"
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


def held(state: Path | str) -> dict[str, bytes]:
    """What lies in the shared place, by name."""
    address = str(state) if isinstance(state, str) else state.as_uri()
    store, root = fsspec.url_to_fs(address)
    return {name.removeprefix(f"{root}/"): store.cat_file(name) for name in store.find(root)}


def put(state: Path | str, name: str, content: bytes) -> None:
    with fsspec.open(f"{state}/{name}", "wb") as file:
        file.write(content)


def results(out: Path) -> set[str]:
    """The names of what a run kept of each paper."""
    found = [path for stage in STAGES for path in (out / "state" / stage).rglob("*.*")]
    return {path.relative_to(out / "state").as_posix() for path in found}


def another(settings: Settings, name: str = "another") -> Settings:
    """The same run on another machine."""
    return replace(settings, out=settings.out.parent / name)


def planned(settings: Settings) -> Plan:
    """What this machine has to do, once it has taken what others made."""
    return in_step(make_plan(settings, load_codebook()))


def work(settings: Settings) -> list[Outcome]:
    """Read and code what has to be, as a run does before it makes tables."""
    plan = planned(settings)
    return list(process_batch(BatchJob(plan.todo, settings))) if plan.todo else []


def test_a_second_machine_reads_and_codes_nothing(own_run: Settings, state: Path | str) -> None:
    first = replace(own_run, state=state)
    assert refresh(first).unchanged
    assert set(held(state)) == {*results(first.out), MARK}
    second = another(first)
    summary = refresh(second)
    assert (summary.read, summary.coded, summary.rejected) == (0, 0, refresh(first).rejected)
    assert tables(second.out) == tables(first.out)


def test_status_tells_what_is_left_once_others_work_is_fetched(
    own_run: Settings, state: Path | str, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(replace(own_run, state=state))
    for stage in ("code", "place"):
        name = sorted(n for n in held(state) if n.startswith(stage))[0]
        store, root = fsspec.url_to_fs(str(state))
        store.rm(f"{root}/{name}")
    lacking = {Path(n).stem for n in results(own_run.out) - set(held(state))}
    command = ["status", str(own_run.corpus), "--out", str(own_run.out.parent / "another"), "--state"]
    assert guarded(cli, [*command, str(state)]) == 0
    said = capsys.readouterr().out
    assert f"papers to read or code: {len(lacking)} of 18" in said
    assert f"papers to fetch from {state}: {18 - len(lacking)}" in said
    assert not results(own_run.out.parent / "another")
    assert guarded(cli, [*command, "nosuch://place/x"]) == 0
    told = capsys.readouterr()
    assert "papers to read or code: 18 of 18" in told.out
    assert "what other machines made could not be asked for" in told.err


def test_new_papers_are_shared_and_those_of_other_folders_not_fetched(own_run: Settings, state: Path | str) -> None:
    new = own_run.corpus / "2019-valdeira-ems-brazil.pdf"
    content, sha = new.read_bytes(), sha256_of(new)
    for path in own_run.out.glob(f"state/*/*/*/{sha}.parquet"):
        path.unlink()
    new.unlink()
    first = replace(own_run, state=state)
    assert not work(first)
    before = set(held(state))
    new.write_bytes(content)
    (outcome,) = work(another(first))
    assert set(outcome.seconds) == set(STAGES)
    assert {Path(name).stem for name in set(held(state)) - before} == {sha}
    assert not work(first)
    assert sum(sha in name for name in results(first.out)) == len(STAGES)
    new.unlink()
    third = another(first, "third")
    planned(third)
    assert results(third.out) == {name for name in results(first.out) if sha not in name}


def test_what_is_damaged_there_is_made_anew_and_sent_again(own_run: Settings, state: Path | str) -> None:
    first = replace(own_run, state=state)
    planned(first)
    sound = held(state)
    stages = {stage: sorted(n for n in sound if n.startswith(stage)) for stage in STAGES}
    flipped, empty, other = stages["read"][2], stages["split"][3], stages["code"][4]
    (refused,) = (name for name in sound if name.endswith(".json"))
    content = bytearray(sound[flipped])
    content[len(content) // 2] ^= 1
    for name, damage in {flipped: bytes(content), empty: b"", other: b"<html>", refused: sound[refused][:-9]}.items():
        put(state, name, damage)
    second = another(first)
    made = {o.document_id: list(o.seconds) for o in work(second)}
    expected = {Path(name).name.partition(".")[0]: [name.partition("/")[0]] for name in (flipped, empty, other)}
    assert made == {**expected, Path(refused).name.partition(".")[0]: []}
    assert held(state) == sound
    assert not planned(another(first, "third")).todo


def test_what_a_killed_run_did_not_send_goes_the_next_time(own_run: Settings, state: Path | str) -> None:
    first = replace(own_run, state=state)
    planned(first)
    whole = held(state)
    store, root = fsspec.url_to_fs(str(state))
    for name in sorted(whole)[::3]:
        store.rm(f"{root}/{name}")
    assert not planned(first).todo
    assert held(state) == whole


def test_a_result_damaged_here_is_fetched(own_run: Settings, state: Path | str) -> None:
    first = replace(own_run, state=state)
    planned(first)
    kept = next(first.out.glob("state/read/*/*/*.parquet"))
    content = kept.read_bytes()
    kept.write_bytes(content[:-1])
    assert not without_damage(planned(first)).todo
    assert kept.read_bytes() == content


def test_a_run_with_nothing_new_asks_once_a_stage(own_run: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = replace(own_run, state="memory://asked/x")
    refresh(first)
    asked: list[str] = []

    def count(name: str) -> None:
        known = getattr(MemoryFileSystem, name)

        def counted(*given: Any, **told: Any) -> Any:
            asked.append(name)
            return known(*given, **told)

        monkeypatch.setattr(MemoryFileSystem, name, counted)

    for name in ("find", "cat_file", "pipe_file", "exists", "isfile"):
        count(name)
    assert refresh(first).unchanged
    assert asked == ["cat_file", *["find"] * len(STAGES)]  # the mark, then the stages


def test_older_results_stay_for_machines_with_an_older_version(own_run: Settings) -> None:
    old = f"code/{'0' * 16}/ab/{next(iter(make_plan(own_run, load_codebook()).scan.papers))}.parquet"
    put("memory://older/x", old, b"of another version")
    (own_run.out / "tables" / "topics.csv").unlink()  # so that the run comes to where it prunes
    assert not refresh(replace(own_run, state="memory://older/x")).unchanged
    assert old in held("memory://older/x")


def test_a_worker_takes_from_the_shared_state_and_gives_to_it_alone(own_run: Settings, tmp_path: Path) -> None:
    settings = replace(own_run, state=tmp_path / "shared", workers=1)
    planned(settings)
    codes = sorted((tmp_path / "shared" / "code").glob("*/*/*.parquet"))
    for path in codes:
        path.unlink()
    plan = make_plan(replace(settings, out=tmp_path / "nobody's"), load_codebook())
    with pytest.raises(StoreError, match="does not see the shared state"):
        process_there(BatchJob(plan.todo[:2], replace(settings, state=tmp_path / "elsewhere")))
    assert not (tmp_path / "elsewhere").exists()
    outcomes = process_there(BatchJob(plan.todo[:2], settings))
    assert [set(o.seconds) for o in outcomes] == [{"code"}, {"code"}]
    assert sum(path.is_file() for path in codes) == 2
    assert not (tmp_path / "nobody's").exists()


def test_what_another_machine_left_half_written_in_the_folder_goes_once_it_is_old(tmp_path: Path) -> None:
    keys, ids = {"read": "f" * 64}, ["a" * 64]
    folder = tmp_path / "shared" / "read" / "ffffffffffffffff" / "aa"
    folder.mkdir(parents=True)
    old, new = folder / f"{ASIDE}abc-1-x", folder / f"{ASIDE}abc-2-x"
    for path in (old, new):
        path.touch()
    os.utime(old, (time.time() - ABANDONED - 60,) * 2)
    sync(tmp_path / "shared", tmp_path / "out", keys, ids)
    assert list(folder.iterdir()) == [new]
    assert not list((tmp_path / "out").rglob("*"))


class Leaky(MemoryFileSystem):  # type: ignore[misc]  # fsspec publishes no types
    """A store whose every word holds a key, and which raises errors of its own."""

    protocol = "leaky"

    def cat_file(self, path: str, *_: Any, **__: Any) -> bytes:
        raise RuntimeError(f"403 for https://store/{path}?signature=topsecret")


def test_no_message_repeats_what_a_store_says(own_run: Settings) -> None:
    register_implementation("leaky", Leaky, clobber=True)
    with pytest.raises(Unwritable, match=r"leaky://reviews.*RuntimeError") as raised:
        refresh(replace(own_run, state="leaky://reviews/x"))
    assert raised.value.__suppress_context__
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)  # noqa: S301 - our own
    assert "topsecret" not in str(raised.value)


def test_a_missing_package_and_an_unknown_place_are_said(own_run: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(known_implementations, "s4", {"class": "no_such.Store", "err": "Install s4fs to access S4"})
    with pytest.raises(StoreError, match="Install s4fs"):
        refresh(replace(own_run, state="s4://bucket/x"))
    with pytest.raises(StoreError, match="knows no such kind of place"):
        refresh(replace(own_run, state="nosuch://bucket/x"))


@pytest.mark.parametrize(
    "address",
    [
        "s3://AKIA:topsecret@bucket/x",
        "abfs://c@account.dfs.core.windows.net/x?sig=topsecret",
        "https://host/x#topsecret",
        "simplecache::s3://topsecret/x",
        "s3://",
        "S3://topsecret/x",
        "s3://bucket/topsecret x",
    ],
)
def test_an_address_that_may_hold_a_key_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(SettingsError, match="plain address") as raised:
        resolve(None, {"state": address})
    assert "topsecret" not in str(raised.value)


def test_addresses_and_folders_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "precedent.toml"
    for raw, state in {
        "s3://bucket/reviews/x/": "s3://bucket/reviews/x",
        "s3://bucket": "s3://bucket",
        "abfs://box@account.dfs.core.windows.net/x": "abfs://box@account.dfs.core.windows.net/x",
        "sftp://ann@host:22/x": "sftp://ann@host:22/x",
        "shared": tmp_path / "shared",
        "/mnt/shared": Path("/mnt/shared"),
        "file:///mnt/shared": Path("/mnt/shared"),
    }.items():
        file.write_text(f'state = "{raw}"\n', encoding="utf-8")
        assert resolve(file, environ={}).state == state
    monkeypatch.chdir(tmp_path)
    assert resolve(None, {"state": "here"}, environ={}).state == tmp_path / "here"
    assert resolve(None, environ={}).state is None
    with pytest.raises(SettingsError, match="must be a path"):
        resolve(None, {"state": ""})


def test_names_lead_nowhere_outside() -> None:
    found = list(names({"read": "f" * 64, "code": "e" * 64}, ["a" * 64]))
    assert len(found) == 4
    assert all(re.fullmatch(r"(read|code)/[ef]{16}/aa/a{64}\.(parquet|rejected\.json)", name) for name in found)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of a server on loopback that speaks S3's protocol."""
    if not all(importlib.util.find_spec(name) for name in ("s3fs", "moto", "flask")):
        pytest.skip("s3fs and moto[server] are not installed")
    from moto.server import ThreadedMotoServer  # type: ignore[import-not-found,unused-ignore]

    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.get_host_and_port()[1]}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "topsecret")
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir("reviews")
    yield "s3://reviews/x"
    server.stop()


def test_over_s3_by_the_command(own_run: Settings, bucket: str) -> None:
    """As a user runs it: a first machine that reads and codes, a second that has nothing to read."""
    said = []
    for name in ("first", "second"):
        where = [str(own_run.corpus), "--out", str(own_run.out.parent / name), "--state", bucket]
        command = [sys.executable, "-m", "pipeline.cli", "run", *where]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said.append(done.stdout.decode())
    assert "Read 17 and coded 17 papers" in said[0]
    assert "Read 0 and coded 0 papers" in said[1]
    assert tables(own_run.out.parent / "first") == tables(own_run.out.parent / "second") == tables(own_run.out)
    assert "topsecret" not in "".join(said)
