"""Second coders: blind work on a sample, agreement, and what settles a difference."""

import re

from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.decisions.log import read
from pipeline.settings import Settings
from tests.review.conftest import Browser, table
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
    browser.post("/coders/name", name="Cy")  # who did not code blind, and settles
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


def test_a_blind_coder_stays_with_a_sentence_until_it_is_done_whatever_the_machine_made_of_it(
    browser: Browser, own_run: Settings
) -> None:
    browser.post("/coders/sample")
    coded = {(row["document_id"], row["char_start"]) for row in table(own_run, "evidence")}
    met = set()
    for _ in range(12):
        place = dict(re.findall(r'name="(document_id|start|end)" value="(\w+)"', browser.get("/blind")))
        met.add((place["document_id"], place["start"]) in coded)
        page = browser.post("/blind/add", **place, code="regulation", status="asserted").text
        assert dict(re.findall(r'name="(document_id|start|end)" value="(\w+)"', page)) == place
        page = browser.post("/blind/seen", **place, domain="cp").text
        assert dict(re.findall(r'name="(document_id|start|end)" value="(\w+)"', page)) != place
    assert met == {True, False}  # both were tried


def test_what_others_made_is_closed_to_a_blind_coder_until_their_sample_is_done(
    browser: Browser, own_run: Settings
) -> None:
    row = table(own_run, "evidence")[0]
    code, coding = f"{row['family']}/{row['code']}", row["coding_id"]
    closed = ["/", "/queue?order=paper", "/queue?order=disputed", "/missed", "/disagreements", "/papers", "/run"]
    closed += [f"/cell/{code}/cp", f"/cell/{code}/climate", f"/coding/{coding}", f"/paper/{row['document_id']}"]
    still_open = ["/blind", "/coders", "/codebook", f"/codebook/{code}", f"/image/{row['document_id']}/1.png"]
    browser.post("/coders/name", name="Ada")
    browser.post("/decide", action="accept", coding_id=coding, within="")
    browser.post("/coders/sample")
    blind(browser, "Bo", ["taxes"])
    assert browser.client.get("/coding/none").status_code == 403  # nor does it tell what there is
    for address in closed:
        answer = browser.client.get(address)
        assert answer.status_code == 403, address
        assert re.search(r"opens for Bo when your sample is done: \d+ sentences are left", shown(answer.text))
        assert row["quote"] not in answer.text
    for address in still_open:
        assert browser.client.get(address).status_code == 200, address
    assert "It is shown to you when your sample is done" in browser.get("/coders")
    page = browser.get(f"/codebook/{code}?term=tax")
    assert "Terms" in page
    assert "Accepted by people" not in page
    assert "would gain" not in page
    taken = len(read(own_run.log))
    for address in ("/decide", "/add", "/undo", "/missed/seen", "/settle", "/papers/exclude"):
        assert browser.post(address, action="accept", coding_id=coding, within="").status_code == 403, address
    assert len(read(own_run.log)) == taken
    browser.post("/coders/name", name="Ada")  # has looked openly all along
    assert all(browser.client.get(address).status_code == 200 for address in closed)
    assert "Accepted by people" in browser.get(f"/codebook/{code}")
    browser.post("/coders/name", name="Bo")
    while "left ·" in (page := browser.get("/blind")):
        place = dict(re.findall(r'name="(document_id|start|end)" value="(\w+)"', page))
        browser.post("/blind/seen", **place, domain="cp")
    assert all(browser.client.get(address).status_code == 200 for address in closed)


def test_who_takes_back_their_only_blind_step_is_not_blind(browser: Browser) -> None:
    browser.post("/coders/sample")
    blind(browser, "Bo", [""])
    assert browser.client.get("/").status_code == 403
    browser.post("/blind/undo")
    assert browser.client.get("/").status_code == 200


def test_agreement_is_told_on_the_command_line(browser: Browser, own_run: Settings) -> None:
    told = ["agreement", str(own_run.corpus), "--out", str(own_run.out)]
    assert "no two coders" in CliRunner().invoke(cli, told).output
    browser.post("/coders/sample")
    blind(browser, "Ada", ["taxes", "regulation", "", "taxes"])
    blind(browser, "Bo", ["taxes", "subsidies", "", "taxes"])
    said = CliRunner().invoke(cli, told).output
    assert re.search(r"^instrument tax_charge +4 +\d+ +2  1\.00.*Ada and Bo \(n 4\) 1\.00", said, re.MULTILINE)
    assert "disagreements to settle: 1" in said


def test_what_coders_differ_on_comes_first_in_the_disputed_order(browser: Browser, own_run: Settings) -> None:
    last = browser.codings()[-1]
    for name, action in (("Ada", "accept"), ("Bo", "reject")):
        browser.post("/coders/name", name=name)
        browser.post("/decide", action=action, coding_id=last, within="")
    page = browser.get("/queue?order=disputed")
    assert re.findall(r'href="/coding/([0-9a-f]+)\?in=queue', page)[0] == last
    assert "Coders differ here" in browser.get(f"/coding/{last}")
