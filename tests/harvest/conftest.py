"""A library on loopback, settings that name it, and a clock that does not keep the tests waiting."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.settings import Settings
from tests.harvest.server import Library, serving


@pytest.fixture
def library() -> Iterator[Library]:
    with serving() as library:
        yield library


@pytest.fixture
def settings(library: Library, tmp_path: Path) -> Settings:
    return Settings(
        corpus=tmp_path / "corpus",
        out=tmp_path / "out",
        mailto="ana@example.org",
        openalex_url=library.url,
        unpaywall_url=f"{library.url}/unpaywall",
    )


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited, none of which passed."""
    waits: list[float] = []
    monkeypatch.setattr("pipeline.harvest.web.time.sleep", waits.append)
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)
    return waits
