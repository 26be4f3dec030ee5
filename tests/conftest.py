"""What the tests share: the sample corpus run once, and one Prefect harness for the whole session."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from pipeline.refresh import refresh
from pipeline.settings import Settings
from pipeline.summary import Summary

# what a property costs is no matter of the tests, and a busy machine must not fail them
hypothesis.settings.register_profile("steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("steady")

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "corpus"
SHARED = ROOT.parent / "shared"

# Files that take longest are begun first, those that mostly wait beside those that compute: else one of them is begun
# when all others are done, and the second core has nothing left.
LONGEST = (
    "test_flipped.py",
    "test_cluster.py",
    "test_schedule.py",
    "test_real.py",
    "test_browser.py",
    "test_refresh.py",
    "test_report_browser.py",
    "test_faults.py",
    "test_shared.py",
    "test_changes.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


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
def prefect_harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Prefect server with its scheduler, started once; what a child's environment needs to use it."""
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    import flows  # sets Prefect's environment before Prefect is imported

    home = tmp_path_factory.mktemp("prefect")
    quick = {
        "PREFECT_HOME": str(home),
        "PREFECT_UI_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "1",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }
    with (
        pytest.MonkeyPatch.context() as patch,
        temporary_settings({PREFECT_HOME: home}, restore_defaults={PREFECT_API_URL}),
    ):
        for name, value in quick.items():
            patch.setenv(name, value)
        patch.delenv("PREFECT_API_URL", raising=False)
        with flows.server() as address, temporary_settings({PREFECT_API_URL: address}):
            yield {**os.environ, "PREFECT_API_URL": address, "PYTHONPATH": str(ROOT)}
