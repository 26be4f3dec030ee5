"""What the pages refuse: foreign names, foreign pages, pages of an earlier start."""

from collections.abc import Iterator

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
@pytest.mark.parametrize(
    "address",
    [
        "/decide",
        "/add",
        "/undo",
        "/run",
        "/papers/upload?name=a.pdf",
        "/coders/name",
        "/missed/seen",
        "/blind/undo",
        "/settle",
    ],
)
def test_a_page_from_elsewhere_cannot_post(client: TestClient, origin: str | None, address: str) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = client.post(address, data={"token": TOKEN}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("token", ["", "guessed", TOKEN.upper(), "tökén"])
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


def test_a_token_of_strange_letters_is_refused_like_any_other(client: TestClient) -> None:
    headers = {"Origin": HERE, "x-precedent-token": b"t\xf6ken"}
    assert client.post("/papers/upload?name=a.pdf", content=b"", headers=headers).status_code == 403


@pytest.mark.parametrize("address", ["/coders/name", "/decide", "/settle", "/missed/add", "/papers/exclude", "/run"])
@pytest.mark.parametrize("headers", [{}, {"x-precedent-token": TOKEN}])
def test_a_form_that_is_longer_than_any_of_the_pages_is_not_taken(
    client: TestClient, address: str, headers: dict[str, str]
) -> None:
    form = {"token": TOKEN, "name": "x" * 200_000}
    answer = client.post(address, data=form, headers={"Origin": HERE, **headers})
    assert answer.status_code == 413
    assert "shorten what you typed" in answer.text
    assert client.post("/coders/name", data={**form, "name": "x" * 90_000}, headers={"Origin": HERE}).status_code == 200


def test_a_form_that_does_not_say_how_long_it_is_is_not_read(client: TestClient) -> None:
    read = []

    def endless() -> Iterator[bytes]:
        for piece in range(1000):
            read.append(piece)
            yield b"x" * 1000

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/coders/name", content=endless(), headers={"Origin": HERE, **kind})
    assert answer.status_code == 413
    assert not read


def test_the_name_of_a_coder_is_kept_from_scripts_and_other_sites(client: TestClient) -> None:
    form = {"token": TOKEN, "name": "Ada; Path=/"}
    answer = client.post("/coders/name", data=form, headers={"Origin": HERE}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith('precedent_coder="Ada%3B%20Path%3D/";')
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
