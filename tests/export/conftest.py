"""The sample run, as everything that an export is made of."""

from pathlib import Path

import pytest

from pipeline.codebook import load_codebook
from pipeline.export import Results
from pipeline.plan import make_plan
from pipeline.refresh import collect
from pipeline.settings import Settings
from pipeline.summary import Summary


@pytest.fixture(scope="session")
def sample(sample_run: tuple[Settings, Summary]) -> Results:
    """What the sample run's tables were made of."""
    settings, _ = sample_run
    return collect(make_plan(settings, load_codebook(settings.codebook)))[0]


@pytest.fixture(scope="session")
def tables(sample_run: tuple[Settings, Summary]) -> Path:
    """The folder of the sample run's tables."""
    return sample_run[0].out / "tables"
