"""A byte that flips in any file of the state costs work at most: tables, pages and decisions stay as they were."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from pipeline import files, hashes, snapshots, store
from pipeline.artifacts import STAGES
from pipeline.cli import cli
from pipeline.decisions import log
from pipeline.decisions.decision import made
from pipeline.errors import CorpusError
from pipeline.export import read_table
from pipeline.hashes import Hashed
from pipeline.records import Chance, Rejection
from pipeline.refresh import finished, refresh
from pipeline.review import chances, images
from pipeline.settings import Settings
from tests.conftest import SAMPLE
from tests.faults import PATIENCE, made_files
from tests.review.conftest import Browser

PAPERS = ("2004-wambolin-cp-centre-kenya.pdf", "2007-canaverde-cdm-brazil.pdf", "download-interrupted.pdf")


@dataclass(frozen=True, slots=True)
class Session:
    """A finished session: papers with decisions and a head beside them, and the output folder as it was left."""

    settings: Settings
    made: dict[str, bytes]
    files: tuple[str, ...]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    base = tmp_path_factory.mktemp("session")
    settings = Settings(corpus=base / "corpus", out=base / "out", workers=1)
    settings.corpus.mkdir()
    for name in PAPERS:
        shutil.copy(SAMPLE / name, settings.corpus)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashes, "ALONE", -60)  # so that hashes of files that were just made are kept
        refresh(settings)
        decide(settings)
        refresh(settings)
        told = (str(settings.corpus), "--out", str(settings.out))
        command("train", *told, "--anyway")
        command("run", *told)
        look(settings, run=True)
        command("export", str(base / "exported"), *told)
        kept = (path for path in (settings.out / "state").rglob("*") if path.is_file())
        names = tuple(sorted(path.relative_to(settings.out).as_posix() for path in kept))
        yield Session(settings, made_files(settings.out), names)


def decide(settings: Settings) -> None:
    """Judge every other coding of every paper."""
    decisions = []
    for at, row in enumerate(read_table(settings.out / "tables" / "evidence.csv")[::2]):
        names = ("document_id", "coding_id", "quote")
        place = {"start": int(row["char_start"]), "end": int(row["char_end"])}
        said = {name: row[name] for name in ("family", "code", "domain", "status")}
        original = {f"original_{name}": value for name, value in said.items()}
        about = {**{name: row[name] for name in names}, **place, **said, **original}
        decisions.append(made("reject" if at % 4 == 0 else "accept", "Ann", **about))
    log.append(settings.log, decisions)


def command(*told: str) -> None:
    result = CliRunner().invoke(cli, told)
    assert result.exception is None, result.output


def look(settings: Settings, run: bool = False) -> None:
    """Open the pages of a review, with pictures of pages and what the machine may have missed."""
    browser = Browser(settings)
    browser.get("/papers")
    browser.get("/training")
    for coding in browser.codings()[:2]:
        address = re.findall(r'/image/[^"]+\.png', browser.get(f"/coding/{coding}"))[0]
        Image.open(BytesIO(browser.client.get(address).content)).load()
    until(lambda: "being weighed" not in browser.get("/missed"))
    assert "sentences without a coding are left" in browser.get("/missed")
    if run:
        browser.post("/run")
        until(lambda: "The run is done" in browser.get("/run"))


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def flip(path: Path, at: float) -> None:
    """Change one bit of a file, at a place from its beginning (0) to its end (1); an empty file gets a byte."""
    content = bytearray(path.read_bytes() or b"\0")
    content[int(at * (len(content) - 1))] ^= 4
    path.write_bytes(content)


def one_of_each(names: tuple[str, ...]) -> list[str]:
    """The files without those that differ from another only in the paper."""
    kinds: dict[str, str] = {}
    for name in names:
        kinds.setdefault(re.sub(r"[0-9a-f]{2}/[0-9a-f]{64}", "*", name), name)
    return list(kinds.values())


def test_a_flip_in_any_file_of_the_state_costs_no_decision_and_changes_no_table(
    session: Session, tmp_path: Path
) -> None:
    kinds = {name.split("/")[1] for name in session.files}
    known = {*STAGES, "snapshots", "chances", "pages"}
    assert kinds == known | {"lock", "format.json", "run.json", "hashes.json", "training.json", "review-run.log"}
    assert any(name.endswith(".rejected.json") for name in session.files)
    decisions = session.settings.log.read_bytes()
    for at, name in enumerate(one_of_each(session.files)):
        settings = replace(session.settings, out=tmp_path / str(at))
        shutil.copytree(session.settings.out, settings.out)
        flip(settings.out / name, 0.6)
        if at % 2:  # the pages meet it first, else the run
            look(settings)
        (settings.out / "tables" / "codebook.csv").unlink()  # so that the run makes its tables anew
        summary = refresh(settings)
        assert made_files(settings.out) == session.made, name
        assert summary.kept == (), name
        assert session.settings.log.read_bytes() == decisions, name
        assert refresh(settings).unchanged, name
        look(settings)
        shutil.rmtree(settings.out)


def test_a_flip_that_an_idle_run_does_not_meet_is_mended_once_the_pages_do(session: Session, tmp_path: Path) -> None:
    for stage in STAGES:
        settings = replace(session.settings, out=tmp_path / stage)
        shutil.copytree(session.settings.out, settings.out)
        damaged = next((settings.out / "state" / stage).rglob("*.parquet"))
        whole = damaged.read_bytes()
        flip(damaged, 0.6)
        assert refresh(settings).unchanged
        browser = Browser(settings)
        assert papers_on(browser) == 1  # one is there to be looked at
        assert "1 paper waits for a run" in browser.get("/queue")
        with pytest.raises(CorpusError, match="run first"):
            finished(settings)
        assert not refresh(settings).unchanged
        assert damaged.read_bytes() == whole
        assert made_files(settings.out) == session.made
        assert len(finished(settings).papers) == 2
        assert papers_on(browser) == 2  # the pages that were open see it
        assert "for a run" not in browser.get("/queue")


def papers_on(browser: Browser) -> int:
    return len(re.findall('href="/paper/', browser.get("/papers")))


# ---- every byte of each kind ----


def same_or_none(path: Path, load: Callable[[], object]) -> None:
    """Whichever byte flips, what is loaded is as before or counts as not there."""
    whole, before = path.read_bytes(), load()
    lost = 0
    for at in range(len(whole)):
        for bit in (1, 4, 0x80):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
            found = load()
            lost += not found
            assert not found or found == before, (at, bit)
    assert lost > len(whole)  # most flips are noticed as such


def test_any_byte_of_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    store.save_rejection(path, Rejection("a.pdf", "0" * 64, "unreadable", "why", "what to do"))
    (kept,) = tmp_path.iterdir()
    same_or_none(kept, lambda: store.load_rejection(path))


def test_any_byte_of_the_hashes(tmp_path: Path) -> None:
    hashes.save(tmp_path, {"/papers/a.pdf": Hashed("paper", "0" * 64, (1, 2, 3, 4))})
    same_or_none(tmp_path / "state" / "hashes.json", lambda: hashes.load(tmp_path))


def test_any_byte_of_the_chances(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    files.write_record(path, {"chances": [[0.25, 1.5], [0.75, 2.0]]})
    assert chances.load(path) == (Chance(0.25, 1.5), Chance(0.75, 2.0))
    same_or_none(path, lambda: chances.load(path))


def test_any_byte_of_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (3, 3), "red").save(path)

    def pixels() -> bytes:
        if not images.is_whole(path):
            return b""
        with Image.open(path) as opened:
            return opened.tobytes()

    same_or_none(path, pixels)


def test_any_byte_of_a_snapshot(session: Session, tmp_path: Path) -> None:
    """Each is kept twice, and the other copy stands in."""
    name = next(name for name in session.files if name.endswith(".copy.json.gz"))
    content = (session.settings.out / name).read_bytes()
    path = tmp_path / "a.json.gz"
    for at in (*range(64), *range(64, len(content), 97), *range(len(content) - 16, len(content))):
        path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        assert snapshots._read(path) in (None, snapshots._read(session.settings.out / name))
