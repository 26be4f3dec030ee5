"""A review desk over the sample, one for each test that changes it."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline.export import read_table
from pipeline.review.server import create_app
from pipeline.settings import Settings

PORT = 8765
HERE = f"http://127.0.0.1:{PORT}"
TOKEN = "told-to-pages"  # noqa: S105 - that of the tests' own server


class Browser:
    """A browser's view of the pages: it follows redirects, and posts as a form of a page does."""

    def __init__(self, settings: Settings) -> None:
        self.client = TestClient(create_app(settings, PORT, TOKEN), base_url=HERE)

    def get(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def post(self, address: str, **form: Any) -> Any:
        return self.client.post(address, data={"token": TOKEN, **form}, headers={"Origin": HERE})

    def codings(self) -> list[str]:
        """The ids of the queue's first page."""
        found = re.findall(r'href="/coding/([0-9a-f]+)\?in=queue', self.get("/queue?order=paper"))
        return list(dict.fromkeys(found))


@pytest.fixture
def browser(own_run: Settings) -> Browser:
    return Browser(own_run)


def table(settings: Settings, name: str) -> list[dict[str, str]]:
    path: Path = settings.out / "tables" / f"{name}.csv"
    return read_table(path)
