"""A session of review in a browser, by keyboard and mouse. Needs Playwright and Chromium."""

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.decisions.log import read
from pipeline.export import read_table
from pipeline.review.server import create_app
from pipeline.settings import Settings
from tests.review.conftest import table

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
if not CHROMIUM:
    pytest.skip("no Chromium is installed", allow_module_level=True)

HOSTILE = (
    "A carbon tax on <script>alert(1)</script> cement was introduced by the government in 2010. "
    'The subsidy "><img src=x onerror=alert(2)> for cleaner production was paid to every firm. '
    "Regulation {{ 7 * 7 }} of emissions &lt;b&gt; and ' onmouseover='alert(3) made the mills comply. "
)


def pdf(title: str, text: str) -> bytes:
    """A short paper of its own."""
    from xml.sax.saxutils import escape

    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles, made = getSampleStyleSheet(), BytesIO()
    parts = [("Title", title), ("Normal", "Ada Writer, Bo Author"), ("Heading2", "Abstract"), ("Normal", text)]
    parts += [("Heading2", "1. Introduction"), *[("Normal", text)] * 3]
    SimpleDocTemplate(made, title=title).build([Paragraph(escape(t), styles[style]) for style, t in parts])
    return made.getvalue()


@pytest.fixture
def server(own_run: Settings) -> Iterator[str]:
    """The address of a server over the sample, and of nothing else on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        serving = uvicorn.Server(uvicorn.Config(create_app(own_run, port), log_level="warning"))
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{port}"
        serving.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture
def page(chromium: Any, server: str) -> Iterator[Any]:
    """An open page; what the console says, or what the page asks of another server, fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000}, base_url=server, bypass_csp=False)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("dialog", lambda dialog: complaints.append(dialog.message))
    context.on("request", lambda r: None if r.url.startswith(f"{server}/") else complaints.append(r.url))
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()
    assert not complaints


def expect(page: Any, selector: str, text: str | re.Pattern[str]) -> None:
    sync_api.expect(page.locator(selector).first).to_contain_text(text, timeout=60_000)


def press(page: Any, *keys: str) -> None:
    """Press keys, one after the other, and wait until what they asked for is shown."""
    for key in keys:
        with page.expect_response(lambda r: "/static/" not in r.url and r.request.resource_type == "fetch" and r.ok):
            page.keyboard.press(key)
        page.wait_for_function("turn.then(() => true)")


def named(page: Any, name: str) -> None:
    page.goto("/coders")
    page.fill("[name=name]", name)
    page.keyboard.press("Enter")
    expect(page, "[role=status]", f"You code as {name}")


def test_thirty_codings_by_keyboard_alone(page: Any, own_run: Settings) -> None:
    named(page, "Ada")
    page.goto("/queue?order=paper")
    press(page, "Enter")
    seen = [page.url]
    for at in range(28):
        press(page, "ar"[at % 2])
        seen.append(page.url)
    assert len(set(seen)) == 29  # the next coding that nobody decided, each time
    page.keyboard.press("c")
    page.keyboard.type("taxes")
    press(page, "Enter")
    expect(page, "h1", "Taxes and charges")
    expect(page, ".tag", "recoded")
    page.keyboard.press("s")
    page.keyboard.type("neg")
    press(page, "Enter")
    expect(page, ".said", "negated")
    page.keyboard.press("n")
    page.keyboard.type("a levy by another name")
    press(page, "Enter")
    expect(page, ".said", "note: a levy by another name")
    press(page, "ArrowRight", "ArrowLeft", "j", "a")
    press(page, "u")
    expect(page, "[role=status]", "Taken back: accept")
    expect(page, ".tag", "unreviewed")
    page.go_back()
    page.wait_for_function("turn.then(() => true)")
    expect(page, "header", re.compile(r"29 of \d+ reviewed"))
    page.keyboard.press("?")
    sync_api.expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    actions = [d.action for d in read(own_run.log)]
    assert actions[:28] == ["accept", "reject"] * 14
    assert actions[28:] == ["recode", "recode", "note", "accept", "undo"]
    assert {d.coder for d in read(own_run.log)} == {"Ada"}


def test_arrow_keys_through_a_list_decide_once(page: Any, own_run: Settings) -> None:
    page.goto("/queue?order=paper")
    press(page, "Enter")
    page.keyboard.press("d")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page, ".tag", "recoded")
    assert len(read(own_run.log)) == 1


def test_words_are_coded_by_drawing_over_them(page: Any, own_run: Settings) -> None:
    document = table(own_run, "documents")[0]["document_id"]
    page.goto(f"/paper/{document}?page=2")
    words = page.locator("rect.word")
    words.nth(20).scroll_into_view_if_needed()
    first, last = words.nth(20).bounding_box(), words.nth(24).bounding_box()
    page.mouse.move(first["x"] + 2, first["y"] + 2)
    page.mouse.down()
    page.mouse.move(last["x"] + 2, last["y"] + 2, steps=8)
    page.mouse.up()
    expect(page, "[data-picked]", words.nth(22).get_attribute("data-word"))
    page.keyboard.type("deterrent: cost")  # the field is ready
    press(page, "Enter")
    expect(page, "[role=status]", "Coded.")
    (decision,) = read(own_run.log)
    assert decision.start == int(words.nth(20).get_attribute("data-start"))
    assert decision.end == int(words.nth(24).get_attribute("data-end"))
    sync_api.expect(page.locator(".tag.added")).to_have_count(1)


def test_a_second_coder_differs_blind_and_it_is_settled(page: Any, own_run: Settings) -> None:
    page.goto("/coders")
    page.click("text=Draw a sample for a second coder")
    expect(page, "[role=status]", "sentences")
    for coder, code in (("Ada", "taxes"), ("Bo", "regulation")):
        named(page, coder)
        page.goto("/blind")
        assert "of 441" not in page.inner_text("header")  # that would tell whether the machine has the code too
        page.keyboard.press("c")
        page.keyboard.type(code)
        press(page, "Enter")
        expect(page, ".said", re.compile("Taxes|Regulation"))
        press(page, "u")
        sync_api.expect(page.locator(".said")).to_have_count(0)
        page.keyboard.press("c")
        page.keyboard.type(code)
        press(page, "Enter", "Enter")  # it is coded, and done
        press(page, "Enter", "Enter")  # the next two say nothing
    named(page, "Cy")
    page.goto("/coders")
    expect(page, "table", "Taxes and charges")
    page.click("text=1 disagreement to settle")
    page.click("button:has-text('Bo: Regulation')")
    expect(page, ".tag", "settled")
    assert {d.code for d in read(own_run.log) if d.settled and d.action != "reject"} >= {"regulation"}


def test_blind_work_needs_no_script(chromium: Any, server: str, own_run: Settings) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=server)
    page = context.new_page()
    page.goto("/coders")
    page.click("text=Draw a sample")
    page.goto("/blind")
    page.fill("[name=code]", "taxes")
    page.click("text=Add")
    expect(page, ".said", "Taxes and charges")
    before = page.inner_text("blockquote")
    page.click("text=Done with this sentence")
    assert page.inner_text("blockquote") != before
    assert [d.action for d in read(own_run.log)] == ["sample", "add", "seen"]
    context.close()


def test_a_hostile_paper_is_uploaded_run_read_and_stays_text(page: Any, own_run: Settings) -> None:
    title = "Carbon taxes <script>alert(0)</script> and 'cleaner production'"
    page.goto("/queue?order=paper")
    press(page, "Enter")
    decided = re.findall(r"/coding/(\w+)", page.url)[0]
    press(page, "a")
    page.goto("/papers")
    page.set_input_files("input[type=file]", {"name": "a'b\"<i>.pdf", "mimeType": "", "buffer": pdf(title, HOSTILE)})
    expect(page, "[data-taken] li", "1 page")
    page.click("text=Run now")
    sync_api.expect(page.locator("h1")).to_have_text("The run is done", timeout=400_000)
    (row,) = [row for row in table(own_run, "documents") if "script" in row["title"]]
    coding = next(r for r in table(own_run, "evidence") if r["document_id"] == row["document_id"])
    places = ["/", "/queue?order=paper", "/papers", f"/paper/{row['document_id']}", f"/coding/{coding['coding_id']}"]
    places += ["/missed", "/coders", f"/cell/{coding['family']}/{coding['code']}/climate", "/run"]
    places += [f"/codebook/{coding['family']}/{coding['code']}?term=introduced"]
    for place in places:
        page.goto(place)
        assert page.locator("main script, main img[onerror], main [onmouseover], header script").count() == 0
    page.goto(f"/paper/{row['document_id']}")
    expect(page, ".passages", "<script>alert(1)</script>")
    expect(page, ".passages", "{{ 7 * 7 }}")
    (kept,) = [r for r in table(own_run, "evidence") if r["coding_id"] == decided]
    assert (kept["review_status"], kept["decided_by"]) == ("accepted", "human")
    exported = own_run.out / "decisions.csv"
    told = ["decisions", "export", str(exported), "--corpus", str(own_run.corpus)]
    assert CliRunner().invoke(cli, told).exit_code == 0
    assert [(d["action"], d["coding_id"]) for d in read_table(exported)] == [("accept", decided)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_of_axe(chromium: Any, server: str, own_run: Settings, scheme: str) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    script = Path(axe.__file__).with_name("axe.min.js")
    context = chromium.new_context(bypass_csp=True, color_scheme=scheme, base_url=server)
    page = context.new_page()
    page.goto("/coders")
    page.click("text=Draw a sample")
    row = table(own_run, "evidence")[0]
    code = f"{row['family']}/{row['code']}"
    places = ["/", "/queue", "/missed", "/papers", "/coders", "/blind", "/disagreements", "/codebook", "/run"]
    places += [f"/codebook/{code}?term=tax", f"/cell/{code}/cp", f"/coding/{row['coding_id']}"]
    places += [f"/paper/{row['document_id']}", "/coding/none"]
    found = []
    for place in places if scheme == "light" else places[::3]:
        page.goto(place)
        if place == "/papers":
            page.locator("details summary").first.click()
        page.add_script_tag(path=script)
        serious = [v for v in page.evaluate("axe.run()")["violations"] if v["impact"] in ("serious", "critical")]
        found += [f"{place} {v['id']}: {v['nodes'][0]['html']}" for v in serious]
    assert found == []
    context.close()


def test_nothing_is_wider_than_a_telephone(chromium: Any, server: str, own_run: Settings) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=server)
    page = context.new_page()
    row = table(own_run, "evidence")[0]
    code = f"{row['family']}/{row['code']}"
    for place in ("/", "/queue", "/papers", f"/coding/{row['coding_id']}", f"/codebook/{code}?term=tax", "/coders"):
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, place
    context.close()
