"""The report in a browser: its filters, its addresses, its keyboard. Needs Playwright and Chromium."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.export import Results, write_report
from tests.export.made import HOSTILE, results

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
if not CHROMIUM:
    pytest.skip("no Chromium is installed", allow_module_level=True)

READY = ".filters:not([hidden])"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="module")
def report(sample: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "report.html"
    write_report(sample, path)
    return path


@pytest.fixture
def page(browser: Any, report: Path) -> Iterator[Any]:
    """The open report; what the console says or the page asks for besides itself fails the test."""
    page, complaints = browser.new_page(viewport={"width": 1440, "height": 1000}), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_selector(READY)
    yield page
    page.close()
    assert not complaints


def cell(page: Any, name: str) -> str:
    text: str = page.locator(f"#quotes-{name} a.cell").inner_text()
    return " ".join(text.split())


def test_the_script_counts_what_the_page_said_without_it(browser: Any, report: Path, page: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(report.as_uri())
    assert plain.locator("a.cell").all_inner_texts() == page.locator("a.cell").all_inner_texts()
    assert not plain.locator(".filters").first.is_visible()
    context.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("family", "motivator"), ("status", "negated"), ("role", "results"), ("cited", "1"), ("confidence", "80")],
)
def test_each_filter_narrows_and_reset_undoes_it(page: Any, name: str, value: str) -> None:
    said = page.locator(".filters output")
    before = said.inner_text()
    field = page.locator(f".filters [name={name}]")
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)
    after = said.inner_text()
    assert int(after.split()[0]) < int(before.split()[0])
    page.click(".filters button")
    sync_api.expect(said).to_have_text(before)


@pytest.mark.parametrize(("by", "stratum"), [("place", "China"), ("sector", "textiles and clothing")])
def test_place_and_sector_count_as_the_strata_do(page: Any, sample: Results, by: str, stratum: str) -> None:
    page.select_option(f".filters [name={by}]", stratum)
    rows = [row for row in sample.strata if (row.by, row.stratum) == (by, stratum)]
    assert any(row.papers for row in rows)
    script = (
        "() => Object.fromEntries([...document.querySelectorAll('td:has(> a.cell)')].map((c) => [c.id, c.innerText]))"
    )
    shown = page.evaluate(script)
    for row in rows:
        assert int(shown[f"quotes-{row.family}-{row.code}-{row.domain}"].split()[0]) == row.papers


def test_a_filtered_view_can_be_sent(page: Any, report: Path) -> None:
    said = page.locator(".filters output")
    page.select_option(".filters [name=status]", "proposed")
    page.fill(".filters [name=from]", "2010")
    before, sent = said.inner_text(), page.url
    assert sent.endswith("#map?status=proposed&from=2010")
    page.goto("about:blank")
    page.goto(sent)
    page.wait_for_selector(READY)
    assert said.inner_text() == before
    sync_api.expect(page.locator("#map")).to_be_in_viewport()
    page.click("#quotes-instrument-subsidy_finance-cp a")
    assert page.url.endswith("#quotes-instrument-subsidy_finance-cp?status=proposed&from=2010")
    page.keyboard.press("Escape")
    page.wait_for_url(sent)


@pytest.mark.parametrize("sent", ["#map?status=nonsense&from=x&place=%", "#%", "#map?&&=", "#coding-none?status="])
def test_an_address_that_says_nothing_known_does_no_harm(page: Any, report: Path, sent: str) -> None:
    page.goto("about:blank")
    page.goto(report.as_uri() + sent)
    page.wait_for_selector(READY)
    assert not page.locator("dialog").is_visible()


def test_review_filters_tell_people_and_machine_apart(browser: Any, sample: Results, tmp_path: Path) -> None:
    ours, disputed, rejected, *rest = sample.codings
    ours = replace(ours, review_status="accepted", reviewer="Ann", decided_by="human")
    disputed = replace(disputed, review_status="disputed", reviewer="Ann; Ben")
    rejected = replace(rejected, review_status="rejected", reviewer="Ann", decided_by="human")
    counted = (ours, disputed, *rest)
    write_report(replace(sample, codings=counted, evidence=(ours, disputed, rejected, *rest)), tmp_path / "r.html")
    page = browser.new_page()
    page.goto((tmp_path / "r.html").as_uri() + f"#coding-{rejected.id}")
    assert "rejected, counts nowhere" in page.locator("blockquote.chosen").inner_text()
    page.keyboard.press("Escape")
    page.select_option(".filters [name=status]", "")
    for asked, n in {"": len(counted), "yes": 1, "no": len(counted) - 1, "disputed": 1}.items():
        page.select_option(".filters [name=reviewed]", asked)
        assert page.locator(".filters output").inner_text().startswith(f"{n} of {len(counted)} ")
    page.close()


def test_strata_choose_columns_and_family(page: Any) -> None:
    table = page.locator("table.strata")
    periods = table.locator("thead th").all_inner_texts()
    page.select_option("[data-strata] [name=by]", "sector")
    assert table.locator("thead th").all_inner_texts() != periods
    rows = table.locator("tbody tr").count()
    page.select_option("[data-strata] [name=of]", "deterrent")
    assert 0 < table.locator("tbody tr").count() < rows
    page.click("table.strata tbody a >> nth=0")
    assert page.locator("blockquote.chosen").count() == 1


def test_years_narrow_the_papers_that_are_counted(page: Any) -> None:
    page.fill(".filters [name=from]", "2020")
    assert cell(page, "instrument-emissions_trading-climate").split()[2] != "9"


def test_a_cell_opens_its_quotes_and_escape_closes_them(page: Any, sample: Results) -> None:
    row = next(row for row in sample.comparisons if row.code == "emissions_trading")
    page.focus("#quotes-instrument-emissions_trading-climate a")
    page.keyboard.press("Enter")
    assert page.locator("dialog").is_visible()
    assert f"{row.right.sentences} sentences of {row.right.papers} papers" in page.locator("dialog .top").inner_text()
    while page.locator("dialog .quotes button").count():  # long lists are built a part at a time
        page.locator("dialog .quotes button").first.click()
    assert page.locator("dialog blockquote").count() == row.right.sentences
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_every_coding_has_an_address_that_can_be_sent(page: Any, report: Path, sample: Results) -> None:
    for coding in (sample.codings[0], next(c for c in sample.codings if c.status == "negated")):
        page.goto("about:blank")
        page.goto(f"{report.as_uri()}#coding-{coding.id}")
        assert " ".join(coding.quote.split()) in " ".join(page.locator("blockquote.chosen").inner_text().split())


def test_every_link_of_the_page_opens_something(page: Any) -> None:
    script = """async () => {
        const drawer = document.querySelector("dialog"), dead = [];
        const links = new Map([...document.querySelectorAll("main a")].map((link) => [link.hash, link]));
        const quoted = [...links.keys()].filter((hash) => hash.startsWith("#coding-")).slice(8);
        for (const hash of quoted) links.delete(hash); // they are many, and one like the other
        for (const link of links.values()) {
            link.click();
            if (!drawer.open && !document.getElementById(link.hash.slice(1))) dead.push(link.hash);
            drawer.close();
            await new Promise((done) => setTimeout(done));
        }
        return dead;
    }"""
    assert page.evaluate(script) == []


def test_a_pair_opens_as_many_papers_as_its_mark_counts(page: Any, sample: Results) -> None:
    link = max(sample.links, key=lambda link: link.left.papers + link.right.papers)
    page.click(f"#pair-{link.code}-{link.with_family}-{link.with_code}")
    said = page.locator("dialog .top p").inner_text()
    assert int(said.split()[0]) <= link.left.sentences + link.right.sentences
    assert int(said.split()[3]) <= link.left.papers + link.right.papers
    assert page.locator("dialog blockquote").count() > 0


def test_a_paper_shows_its_codings_and_pages(page: Any, sample: Results) -> None:
    page.click("details[data-paper='0'] summary")
    paper = page.locator("details[data-paper='0']")
    sync_api.expect(paper.locator(".strip > *")).to_have_count(sample.papers[0].pages)
    assert paper.locator("blockquote").count() > 0


def test_a_quote_leads_to_its_paper(page: Any, sample: Results) -> None:
    coding = sample.codings[-1]
    page.goto(f"{page.url.partition('#')[0]}#coding-{coding.id}")
    page.click("blockquote.chosen .where a >> nth=0")
    page.wait_for_selector(f"#paper-{coding.document_id[:12]}[open] .strip")
    assert not page.locator("dialog").is_visible()


def test_paper_is_light_and_says_what_was_filtered(browser: Any, report: Path) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(report.as_uri() + "#map?status=proposed")
    page.wait_for_selector(READY)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".filters button").is_visible()
    assert page.locator(".filters output").inner_text().endswith("Only: Status proposed.")
    page.close()


def test_nothing_is_wider_than_a_telephone(browser: Any, report: Path) -> None:
    narrow = browser.new_page(viewport={"width": 390, "height": 844})
    narrow.goto(report.as_uri())
    assert narrow.evaluate("document.documentElement.scrollWidth") == 390
    narrow.close()


def test_hostile_text_is_shown_and_never_run(browser: Any, tmp_path: Path) -> None:
    write_report(results(), tmp_path / "report.html")
    page = browser.new_page()
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    page.goto((tmp_path / "report.html").as_uri() + "#coding-bbbbi2")
    assert "</script><script>alert(3)</script>" in HOSTILE[2]
    assert HOSTILE[2].split(" pays")[0] in page.locator("blockquote.chosen").inner_text()
    assert not alerts
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_of_axe(browser: Any, report: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    page.goto(report.as_uri())
    page.add_script_tag(path=Path(axe.__file__).with_name("axe.min.js"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    page.click("#quotes-instrument-tax_charge-climate a")
    found += page.evaluate("axe.run('dialog', {resultTypes: ['violations']})")["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")] == []
    context.close()
