"""The command `precedent train`: what it says, when it puts a head in place, and that the next run goes by it."""

import resource
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline import coding, learning
from pipeline.cli import cli
from pipeline.codebook import load_codebook
from pipeline.coding.adapt import Gain
from pipeline.coding.document import shipped_head
from pipeline.coding.head import load_head, save_head
from pipeline.errors import AlreadyRunning, PrecedentError, StoreError
from pipeline.files import lock
from pipeline.plan import fingerprints, make_plan
from pipeline.publish import load_run
from pipeline.refresh import refresh, run_here
from pipeline.settings import Settings
from tests.coding.test_adapt import corpus
from tests.faults import CONTEXT, PATIENCE

BOOK = load_codebook()


@pytest.fixture
def decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of papers on which people decided; what they decided is made by hand."""
    monkeypatch.setattr(learning, "_labels", lambda _: corpus(4))
    return tmp_path


def trained(folder: Path, *options: str) -> tuple[str, BaseException | None]:
    result = CliRunner().invoke(cli, ["train", str(folder), "--out", str(folder / "out"), *options])
    return result.output, result.exception


def gain_of(monkeypatch: pytest.MonkeyPatch, before: float, after: float) -> None:
    def gains(*_: object) -> list[Gain]:
        return [Gain("", "", before, after, 8), Gain("motivator", "reputation", before, after, 8)]

    monkeypatch.setattr("pipeline.coding.adapt.gains", gains)


def test_it_says_what_it_gains_and_puts_the_head_beside_the_decisions(decided: Path) -> None:
    output, error = trained(decided)
    assert error is None
    assert "8 sentences with decisions in 4 papers" in output
    assert "motivator reputation                0.00  1.00  +1.00      4" in output
    own = coding.own_head(decided / "head.npz", BOOK.fingerprint)
    assert own is not None
    assert own.about["from"] == coding.version()
    assert own.about["decisions on"] == [f"paper{at}" for at in range(4)]


def test_a_worse_head_is_not_put_in_place_unless_asked_for(decided: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gain_of(monkeypatch, 0.6, 0.5)
    output, error = trained(decided)
    assert "-0.10" in output
    assert isinstance(error, PrecedentError)
    assert not (decided / "head.npz").exists()
    assert trained(decided, "--anyway")[1] is None
    assert (decided / "head.npz").exists()


def test_a_head_that_is_no_worse_is_put_in_place(decided: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gain_of(monkeypatch, 0.6, 0.6)
    assert trained(decided)[1] is None
    assert (decided / "head.npz").exists()


def test_no_head_is_fitted_beside_a_run_or_another_training(decided: Path) -> None:
    with lock(decided / "out"):
        error = trained(decided)[1]
    assert isinstance(error, AlreadyRunning)
    assert not (decided / "head.npz").exists()


@pytest.mark.parametrize("step", ["read and code", "compare and write"])
def test_what_a_replaced_head_codes_does_not_pass_for_work_of_the_one_before(
    step: str, decided: Path, own_run: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replaced by hand, or by a training for another folder of tables, while a run is at work."""
    gain_of(monkeypatch, 0.5, 0.6)
    trained(decided)
    for path in sorted(own_run.out.glob("state/code/*/*/*.parquet"))[:1]:
        path.unlink()
    before, kept = load_run(own_run.out), set(own_run.out.glob("state/code/*/*/*.parquet"))

    def run(name: str, function: Callable[[Any], Any], batches: Sequence[Any]) -> Any:
        if name == step:
            shutil.copy(decided / "head.npz", own_run.own_head)
        return list(run_here(name, function, batches))

    with pytest.raises(StoreError, match="head was replaced while the run was at work"):
        refresh(own_run, run)
    assert load_run(own_run.out) == before
    assert len(set(own_run.out.glob("state/code/*/*/*.parquet")) - kept) == (step != "read and code")
    plan = make_plan(own_run, BOOK)
    assert plan.keys["code"] != before["keys"]["code"]
    assert len(plan.todo) >= before["counts"]["papers"]


@pytest.mark.parametrize("dies", [False, True])
def test_a_head_that_is_cut_off_while_it_is_written_leaves_the_old_one(dies: bool, tmp_path: Path) -> None:
    own = tmp_path / "head.npz"
    head = shipped_head(BOOK.fingerprint)
    assert head is not None
    save_head(head, own)
    before = own.read_bytes()
    child = CONTEXT.Process(target=_cut_off, args=(own, dies))
    child.start()
    child.join(PATIENCE)
    assert child.exitcode == (-signal.SIGXFSZ if dies else 1)
    assert own.read_bytes() == before
    assert coding.own_head(own, BOOK.fingerprint) is not None
    if not dies:
        assert list(tmp_path.iterdir()) == [own]


def _cut_off(path: Path, dies: bool) -> None:
    """Write a head where a file may have 10,000 bytes: beyond that the write fails, or the process is killed in it."""
    head = load_head(path)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if dies else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    save_head(head, path)


def test_a_head_of_ones_own_makes_the_coding_stale_and_nothing_before_it(
    decided: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = decided / "head.npz"
    before = fingerprints(BOOK, own)
    assert before == fingerprints(BOOK)
    gain_of(monkeypatch, 0.5, 0.6)
    trained(decided)
    after = fingerprints(BOOK, own)
    assert {stage for stage in before if before[stage] != after[stage]} == {"code", "place"}
    assert coding.version(own).startswith("own-head-")
    assert coding.version(own.with_name("none.npz")) == coding.version()


def test_a_head_for_another_codebook_is_not_used(decided: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gain_of(monkeypatch, 0.5, 0.6)
    trained(decided)
    assert coding.own_head(decided / "head.npz", "another") is None


def test_a_codebook_without_a_head_has_nothing_to_start_from(decided: Path) -> None:
    book = decided / "book.toml"
    shipped = Path(learning.__file__).with_name("codebook.toml").read_text(encoding="utf-8")
    book.write_text(shipped.replace("tax_charge", "levy"), encoding="utf-8")
    settings = decided / "precedent.toml"
    settings.write_text('codebook = "book.toml"\n', encoding="utf-8")
    _, error = trained(decided, "--settings", str(settings))
    assert isinstance(error, PrecedentError)
    assert "no head was trained on this codebook" in str(error)
