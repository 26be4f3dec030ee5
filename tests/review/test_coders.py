"""Second coders: blind work on a sample, agreement, and what settles a difference."""

import re

from pipeline.decisions.log import read
from pipeline.settings import Settings
from tests.review.conftest import Browser
from tests.review.test_pages import shown


def blind(browser: Browser, name: str, codes: list[str]) -> None:
    """The first sentences of the sample, coded blind under a name; "" finds nothing in a sentence."""
    browser.post("/coders/name", name=name)
    for code in codes:
        page = browser.get("/blind")
        assert "unreviewed" not in page  # what the machine made of it stays hidden
        place = dict(re.findall(r'name="(document_id|start|end)" value="(\w+)"', page))
        if code:
            assert browser.post("/blind/add", **place, code=code, status="asserted").status_code == 200
        browser.post("/blind/seen", **place, domain="cp")


def test_two_blind_coders_differ_and_it_is_settled(browser: Browser, own_run: Settings) -> None:
    assert "none to tell" in browser.get("/coders")
    browser.post("/coders/sample")
    blind(browser, "Ada", ["taxes", "regulation", "", "taxes"])
    blind(browser, "Bo", ["taxes", "subsidies", "", "taxes"])
    page = shown(browser.get("/coders"))
    assert "1 disagreement to settle" in page
    assert re.search(r"Taxes and charges 4 \d+ 2 1\.00", page)  # four sentences, given in two, all agree
    page = browser.get("/disagreements")
    form = dict(re.findall(r'name="(document_id|start|end|family)" value="(\w+)"', page))
    browser.post("/settle", **form, **{"for": "Bo"})
    assert "0 disagreements to settle" in shown(browser.get("/coders"))
    settled = [d for d in read(own_run.log) if d.settled]
    kept = {d.code for d in settled if d.action != "reject"}
    assert "subsidy_finance" in kept
    assert "regulation" not in kept


def test_the_sample_only_grows(browser: Browser) -> None:
    first, second = (re.findall(r"The sample has (\d+) sentences\.", browser.post("/coders/sample").text) for _ in "12")
    assert first == second != ["0"]
