"""What the tests share: the sample corpus run once, and one Prefect harness for the whole session."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.refresh import Summary, refresh
from pipeline.settings import Settings

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "corpus"
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Summary]:
    """One run over a copy of the sample corpus; tests must not change its folders."""
    base = tmp_path_factory.mktemp("sample")
    corpus = base / "corpus"
    shutil.copytree(SAMPLE, corpus, ignore=shutil.ignore_patterns("source"))
    settings = Settings(corpus=corpus, out=base / "out")
    return settings, refresh(settings)


@pytest.fixture
def own_run(sample_run: tuple[Settings, Summary], tmp_path: Path) -> Settings:
    """A copy of the finished sample run, its state with it, that a test may change."""
    settings, _ = sample_run
    shutil.copytree(settings.corpus, tmp_path / "corpus")
    shutil.copytree(settings.out, tmp_path / "out")
    return Settings(corpus=tmp_path / "corpus", out=tmp_path / "out")


@pytest.fixture(scope="session")
def prefect_harness() -> Iterator[None]:
    """Prefect's own harness: a server and a database of its own, started once."""
    from prefect.testing.utilities import prefect_test_harness

    import flows  # noqa: F401 - sets Prefect's environment before Prefect is imported

    with prefect_test_harness(server_startup_timeout=120):
        yield
