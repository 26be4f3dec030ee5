"""What the machine may have missed: sentences without a coding, read likeliest first."""

import re
import shutil
import time
from pathlib import Path

import pytest

from pipeline.decisions.log import read
from pipeline.refresh import refresh
from pipeline.review.missed import in_words
from pipeline.settings import Settings
from pipeline.stopping import still_unread
from tests.review.conftest import Browser, table
from tests.review.test_pages import shown


@pytest.fixture(scope="module")
def weighed(sample_run: tuple[Settings, object], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chances of all sentences, which the page works out once."""
    base, (run, _) = tmp_path_factory.mktemp("weighed"), sample_run
    settings = Settings(corpus=base / "corpus", out=base / "out")
    shutil.copytree(run.corpus, settings.corpus)
    shutil.copytree(run.out, settings.out)
    browser, page = Browser(settings), ""
    for _ in range(900):
        page = browser.get("/missed")
        if "being weighed" not in page:
            return settings.out / "state" / "chances"
        time.sleep(0.1)
    pytest.fail(f"the sentences are still being weighed: {shown(page)}")


@pytest.fixture
def ready(own_run: Settings, weighed: Path) -> Browser:
    """A browser of pages that need not weigh sentences any more."""
    shutil.copytree(weighed, own_run.out / "state" / "chances")
    return Browser(own_run)


def place(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(document_id|start|end)" value="(\w+)"', page))


def left(page: str) -> int:
    (number,) = re.findall(r"(\d+) sentences without a coding", page)
    return int(number)


def test_a_sentence_that_holds_nothing_is_not_asked_for_again(ready: Browser, own_run: Settings) -> None:
    page = ready.get("/missed")
    first, before = place(page), left(page)
    coded = {(row["document_id"], row["char_start"]) for row in table(own_run, "evidence")}
    assert (first["document_id"], first["start"]) not in coded
    page = ready.post("/missed/seen", **first, n="0").text
    assert left(page) == before - 1
    assert place(page) != first
    (decision,) = read(own_run.log)
    assert (decision.action, decision.blind, decision.document_id) == ("seen", False, first["document_id"])
    page = ready.post("/undo", n="0").text
    assert place(page) == first
    assert left(page) == before


def test_a_code_given_there_is_a_persons_coding_in_the_tables(ready: Browser, own_run: Settings) -> None:
    first = place(ready.get("/missed"))
    page = ready.post("/missed/add", **first, code="deterrent: cost", domain="", status="asserted", n="0").text
    assert place(page) == first  # another code may follow
    assert "Done with this sentence" in page
    assert place(ready.post("/missed/seen", **first, n="0").text) != first
    refresh(own_run)
    (row,) = [row for row in table(own_run, "evidence") if row["review_status"] == "added"]
    assert (row["char_start"], row["char_end"], row["code"]) == (first["start"], first["end"], "cost")
    assert row["domain"] in ("cp", "climate", "both", "other")


def test_sentences_may_be_passed_over_and_come_back(ready: Browser) -> None:
    first, second = (place(ready.get(f"/missed?n={n}")) for n in (0, 1))
    assert first != second
    page = ready.post("/missed/seen", **second, n="1").text
    assert place(page) not in (first, second)
    assert place(ready.get("/missed")) == first


def test_the_hint_on_when_to_stop_comes_after_twenty(ready: Browser) -> None:
    page = ready.get("/missed")
    for _ in range(20):
        assert "probably hold a code, and at 95" not in page
        page = ready.post("/missed/seen", **place(page), n="0").text
    said = shown(page)
    assert re.search(r"about \d+ probably hold a code, and at 95 % no more than \d+", said)
    assert "Systematic Reviews 9:273" in said


def test_the_hint_says_what_the_method_says() -> None:
    hint = still_unread([(False, 0.1)] * 60, [0.05] * 200)
    said = in_words(hint, 60, 200)
    assert f"no more than {hint.most}," in said
    assert "200 sentences left" in said
    assert in_words(still_unread([], [0.1]), 0, 1) == ""


def test_an_address_of_no_sentence_shows_the_first(ready: Browser) -> None:
    first = place(ready.get("/missed"))
    for at in ("", "x", "x:1", "../etc:5", ":", "a:99999999999999999999", f"{first['document_id']}:99999999"):
        assert place(ready.get(f"/missed?at={at}")) == first
