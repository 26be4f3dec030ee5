"""The review as a researcher uses it: look, decide, take back, add, put papers right."""

import errno
import re
import tempfile
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.codebook import load_codebook
from pipeline.decisions.log import read
from pipeline.refresh import refresh
from pipeline.review import papers
from pipeline.review.pages import code_named
from pipeline.review.papers import file_name
from pipeline.settings import Settings
from tests.review.conftest import HERE, TOKEN, Browser, table


def shown(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_matrix_says_what_the_comparison_says(browser: Browser, own_run: Settings) -> None:
    page = browser.get("/")
    for row in table(own_run, "comparison"):
        for side in ("cp", "climate"):
            papers, of = row[f"{side}_papers"], row[f"{side}_of_papers"]
            found = re.search(rf'href="/cell/{row["family"]}/{row["code"]}/{side}"><b>(\d+)</b> of (\d+)', page)
            assert (found.groups() if found else ("0", of)) == (papers, of)


def test_every_quote_of_a_cell_opens_the_page_it_stands_on(browser: Browser, own_run: Settings) -> None:
    rows = [r for r in table(own_run, "evidence") if (r["code"], r["domain"]) == ("tax_charge", "climate")]
    pages = {r["coding_id"]: (r["document_id"], r["page"]) for r in rows}
    first = browser.get("/cell/instrument/tax_charge/climate")
    links = re.findall(r'href="(\?from=1&amp;beside=(\w+)#q(\w+))"', first)
    chosen = re.findall(r'<li id="q(\w+)" aria-current="true">', first)
    assert {coding for _, coding, _ in links} | set(chosen) == set(pages)
    assert len(set(pages.values())) > 2
    for address, coding, anchor in links:
        page = browser.get("/cell/instrument/tax_charge/climate" + address.replace("&amp;", "&").partition("#")[0])
        assert re.findall(r'src="/image/(\w+)/(\d+)\.png"', page) == [pages[coding]]
        assert re.findall(r'<li id="q(\w+)" aria-current="true">', page) == [coding] == [anchor]
        assert page.count(" chosen") >= 1
    for nothing in ("none", "<b>", next(r["coding_id"] for r in table(own_run, "evidence") if r not in rows)):
        assert chosen[0] in re.findall(
            r'<li id="q(\w+)" aria-current="true">',
            browser.get(f"/cell/instrument/tax_charge/climate?beside={nothing}"),
        )


def test_a_decision_is_on_the_log_before_the_page_shows_it(browser: Browser, own_run: Settings) -> None:
    first, second = browser.codings()[:2]
    page = browser.post("/decide", action="accept", coding_id=first, within="queue:paper:")
    assert str(page.url).startswith(f"{HERE}/coding/{second}")  # the next one that nobody decided
    (decision,) = read(own_run.log)
    assert (decision.action, decision.coding_id) == ("accept", first)
    assert "accepted" in browser.get(f"/coding/{first}")
    assert "1 of" in shown(browser.get("/"))


def test_a_rejected_coding_leaves_the_count_and_undo_brings_it_back(browser: Browser) -> None:
    before = browser.get("/")
    for coding in browser.codings()[:6]:
        browser.post("/decide", action="reject", coding_id=coding, within="queue:paper:")
    counts = [re.findall(r"<b>(\d+)</b>|(\d+) sentence", page) for page in (before, browser.get("/"))]
    assert counts[0] != counts[1]
    for _ in range(6):
        browser.post("/undo", coding_id="", within="")
    assert re.findall(r"<b>(\d+)</b>|(\d+) sentence", browser.get("/")) == counts[0]
    assert "nothing of yours" in browser.post("/undo", coding_id=browser.codings()[0], within="").text


def test_recoding_takes_part_of_a_name_and_says_where_it_fits_several(browser: Browser, own_run: Settings) -> None:
    coding = browser.codings()[0]
    told = {"action": "recode", "coding_id": coding, "within": "", "domain": "cp", "status": "proposed"}
    assert browser.post("/decide", code="taxes", **told).status_code == 200
    (decision,) = read(own_run.log)
    assert (decision.family, decision.code, decision.status) == ("instrument", "tax_charge", "proposed")
    answer = browser.post("/decide", code="in", **told)
    assert answer.status_code == 409
    assert "until one is left" in answer.text
    assert len(read(own_run.log)) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Taxes", ("instrument", "tax_charge")),
        ("  taxes AND charges ", ("instrument", "tax_charge")),
        ("deterrent: Market demand", None),
        ("tax_charge", ("instrument", "tax_charge")),
        ("", None),
        ("x", None),
    ],
)
def test_a_code_by_its_name(text: str, code: tuple[str, str] | None) -> None:
    assert code_named(text, load_codebook()) == code


def test_every_offered_name_of_a_code_is_that_code() -> None:
    book = load_codebook()
    for family in book.families:
        for code in family.codes:
            assert code_named(f"{family.id}: {code.label}", book) == (family.id, code.id)


def test_words_of_a_page_become_a_coding_that_the_next_run_keeps(browser: Browser, own_run: Settings) -> None:
    document = table(own_run, "documents")[0]["document_id"]
    page = browser.get(f"/paper/{document}?page=2")
    words = re.findall(r'class="word" data-start="(\d+)" data-end="(\d+)" data-word="([^"]+)"', page)
    start, end = words[30][0], words[36][1]
    form = {"document_id": document, "start": start, "end": end, "code": "deterrent: cost", "status": "asserted"}
    answer = browser.post("/add", **form)
    assert answer.status_code == 200
    refresh(own_run)
    (row,) = [row for row in table(own_run, "evidence") if row["review_status"] == "added"]
    assert (row["char_start"], row["char_end"], row["code"], row["method"]) == (start, end, "cost", "human")
    assert row["boxes"].startswith("[[2")
    assert row["quote"].split()[0] == words[30][2]


@pytest.mark.parametrize(("start", "end"), [("5", "5"), ("", ""), ("-1", "9"), ("0", "99999999"), ("9", "3")])
def test_no_words_make_no_coding(browser: Browser, own_run: Settings, start: str, end: str) -> None:
    document = table(own_run, "documents")[0]["document_id"]
    answer = browser.post("/add", document_id=document, start=start, end=end, code="deterrent: cost")
    assert answer.status_code == 409
    assert not own_run.log.exists()


def test_text_of_people_and_papers_stays_text(browser: Browser, own_run: Settings) -> None:
    script = "<script>alert(1)</script>\"' onclick='x"
    coding = browser.codings()[0]
    browser.post("/decide", action="note", coding_id=coding, note=script)
    document = table(own_run, "documents")[0]["document_id"]
    browser.post("/papers/metadata", document_id=document, field="title", value=script)
    pages = [browser.get(a) for a in ("/papers", f"/coding/{coding}", f"/paper/{document}", "/?said=" + script)]
    assert not [page for page in pages if "<script>alert" in page]
    assert all("&lt;script&gt;" in page for page in pages)


def test_two_people_at_once_lose_nothing(own_run: Settings) -> None:
    first, second = Browser(own_run), Browser(own_run)
    codings = first.codings()[:24]

    def work(browser: Browser, mine: list[str]) -> None:
        for coding in mine:
            browser.post("/decide", action="accept", coding_id=coding, within="queue:paper:")

    threads = [threading.Thread(target=work, args=args) for args in ((first, codings[::2]), (second, codings[1::2]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {d.coding_id for d in read(own_run.log)} == set(codings)
    for browser in (first, second):
        assert "24 of" in shown(browser.get("/"))


def test_a_paper_that_is_excluded_leaves_and_comes_back(browser: Browser, own_run: Settings) -> None:
    paper = table(own_run, "documents")[0]
    page = browser.post("/papers/exclude", document_id=paper["document_id"], note="not about firms").text
    assert re.search(r"excluded by \S+, [0-9-]+: not about firms", shown(page))
    assert paper["document_id"] not in re.findall(r'href="/paper/(\w+)"', page)
    page = browser.post("/papers/include", document_id=paper["document_id"]).text
    assert paper["document_id"] in re.findall(r'href="/paper/(\w+)"', page)


def test_papers_are_taken_by_drag_and_drop(browser: Browser, own_run: Settings, tmp_path: Path) -> None:
    pdf = (own_run.corpus / table(own_run, "documents")[0]["path"]).read_bytes()

    def sent(name: str, content: bytes) -> str:
        headers = {"Origin": HERE, "x-precedent-token": TOKEN, "Content-Type": "application/octet-stream"}
        return str(browser.client.post("/papers/upload", params={"name": name}, content=content, headers=headers).text)

    before = set(own_run.corpus.iterdir())
    assert "already there" in sent("copy.pdf", pdf)
    assert "not added" in sent("letter.pdf", b"Dear colleague")
    assert set(own_run.corpus.iterdir()) == before
    assert "pages" in sent("../../../up and away.pdf", pdf + b"\n% another printing\n")
    assert {p.name for p in set(own_run.corpus.iterdir()) - before} == {"up and away.pdf"}
    assert not list((own_run.out / "state").glob(".aside-*"))


@pytest.mark.parametrize("says", [True, False])
def test_a_file_beyond_the_limit_is_left_and_said_so(
    says: bool, browser: Browser, own_run: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "LARGEST", 2_000_000)
    assert "files of up to 2 MB" in browser.get("/papers")
    before = set(own_run.corpus.iterdir())
    headers = {"Origin": HERE, "x-precedent-token": TOKEN}
    content = b"%PDF-" + bytes(2_000_000)
    pieces = content if says else (content[at : at + 65_536] for at in range(0, len(content), 65_536))
    answer = browser.client.post("/papers/upload?name=a.pdf", content=pieces, headers=headers)
    assert answer.status_code == 413
    assert re.search(
        r"a\.pdf: not added: it is larger than 2 MB; copy it into the folder .*corpus yourself", answer.text
    )
    assert set(own_run.corpus.iterdir()) == before
    assert not list((own_run.out / "state").glob(".aside-*"))


def test_a_full_disk_while_a_file_is_sent_is_said(
    browser: Browser, own_run: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    headers = {"Origin": HERE, "x-precedent-token": TOKEN}
    answer = browser.client.post("/papers/upload?name=a.pdf", content=b"%PDF-", headers=headers)
    assert answer.text == "a.pdf: not added: No space left on device"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Lin 2010.pdf", "Lin 2010.pdf"),
        ("..\\..\\boot.PDF", "boot.PDF"),
        ("/etc/passwd", "passwd.pdf"),
        (".hidden.pdf", "hidden.pdf"),
        ("a\x00b\n.pdf", "a_b_.pdf"),
        ("", "paper.pdf"),
        ("Ökonomie.pdf", "Ökonomie.pdf"),
    ],
)
def test_a_file_name_stays_a_file_name(name: str, kept: str) -> None:
    assert file_name(name) == kept


def test_a_term_is_tried_before_it_is_kept(browser: Browser) -> None:
    page = shown(browser.get("/codebook/instrument/tax_charge?term=effluent&change=terms"))
    assert re.search(r"would gain [1-9]\d* and lose 0 sentences", page)
    page = shown(browser.get("/codebook/instrument/tax_charge?term=tax&change=unless"))
    assert re.search(r"would gain 0 and lose [1-9]\d* sentences", page)
    assert "must stand between two words" in browser.get("/codebook/instrument/tax_charge?term=..")


def test_what_training_gained_is_shown_with_its_command(browser: Browser, own_run: Settings) -> None:
    assert "/training" in browser.get("/codebook")
    page = shown(browser.get("/training"))
    assert "Nothing was trained yet" in page
    assert f"precedent train {own_run.corpus} --out {own_run.out}" in page
    for action, rows in (("accept", browser.codings()[:8]), ("reject", browser.codings()[-8:])):
        for coding in rows:
            browser.post("/decide", action=action, coding_id=coding, within="")
    refresh(own_run)
    result = CliRunner().invoke(cli, ["train", str(own_run.corpus), "--out", str(own_run.out)])
    now, new, gain, cases = re.findall(r"^all codes +([\d.]+) +([\d.]+) +([+-][\d.]+) +(\d+)$", result.output, re.M)[0]
    page = shown(browser.get("/training"))
    assert f"All codes {now} {new} {gain} {cases} " in page
    assert ("was put in place" in page) == own_run.own_head.exists()
    assert ("it was not put in place" in page) != own_run.own_head.exists()
    kept = own_run.out / "state" / "training.json"
    kept.write_bytes(kept.read_bytes().replace(b"before", b"bevore", 1))
    assert "Nothing was trained yet" in browser.get("/training")


def test_the_picture_of_a_page_is_made_once(browser: Browser, own_run: Settings) -> None:
    document = table(own_run, "documents")[0]["document_id"]
    answer = browser.client.get(f"/image/{document}/1.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert browser.client.get(f"/image/{document}/1.png").content == answer.content
    assert browser.client.get(f"/image/{document}/999.png").status_code == 404
    assert browser.client.get("/image/..%2F..%2Fetc/1.png").status_code == 404
