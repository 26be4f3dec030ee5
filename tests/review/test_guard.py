"""What the pages refuse: foreign names, foreign pages, pages of an earlier start."""

import pytest
from fastapi.testclient import TestClient

from pipeline.review.server import create_app
from pipeline.settings import Settings
from tests.review.conftest import HERE, PORT, TOKEN


@pytest.fixture(scope="module")
def client(sample_run: tuple[Settings, object]) -> TestClient:
    return TestClient(create_app(sample_run[0], PORT, TOKEN), base_url=HERE)


@pytest.mark.parametrize(
    "host", ["example.org", f"example.org:{PORT}", "127.0.0.1", "127.0.0.1:1", "", "localhost.:8765"]
)
@pytest.mark.parametrize("page", ["/", "/queue", "/static/review.js"])
def test_a_name_that_is_not_this_server_is_refused(client: TestClient, host: str, page: str) -> None:
    answer = client.get(page, headers={"Host": host})
    assert answer.status_code == 403
    assert "open the address" in answer.text


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}"])
def test_this_machine_is_answered_by_either_name(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", [None, "null", "http://example.org", "https://127.0.0.1:8765", "http://127.0.0.1:8766"]
)
@pytest.mark.parametrize("address", ["/decide", "/add", "/undo", "/run", "/papers/upload?name=a.pdf", "/coders/name"])
def test_a_page_from_elsewhere_cannot_post(client: TestClient, origin: str | None, address: str) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = client.post(address, data={"token": TOKEN}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("token", ["", "guessed", "é", TOKEN.upper()])
def test_a_page_of_an_earlier_start_cannot_post(client: TestClient, token: str) -> None:
    answer = client.post("/undo", data={"token": token}, headers={"Origin": HERE})
    assert answer.status_code == 403
    assert "load it anew" in answer.text


def test_pages_may_load_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/")
    rules = answer.headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "unsafe" not in rules
    assert "frame-ancestors 'none'" in rules
    assert answer.headers["x-content-type-options"] == "nosniff"
