"""The report: hostile text stays text, every link leads somewhere, nothing is asked of a network."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.export import Results, write_report
from tests.export.made import results


class Page(HTMLParser):
    """The elements of a page: (tag, attributes), ids and links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.ids = [a["id"] for _, a in self.elements if "id" in a]
        self.links = [a.get("href") or "" for tag, a in self.elements if tag == "a"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def sample_page(sample: Results, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return written(sample, tmp_path_factory.mktemp("report"))


def written(made: Results, folder: Path) -> Page:
    write_report(made, folder / "report.html")
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_hostile_text_stays_text(tmp_path: Path, sample_page: Page) -> None:
    page = written(results(), tmp_path)
    ours = [attributes for tag, attributes in sample_page.elements if tag == "script"]
    assert [attributes for tag, attributes in page.elements if tag == "script"] == ours
    assert not [tag for tag, _ in page.elements if tag in ("img", "iframe", "object", "embed", "link", "base", "form")]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not [link for link in page.links if not link.startswith(("#", "https://doi.org/"))]


def test_every_link_inside_the_page_leads_somewhere(sample_page: Page) -> None:
    inside = {link[1:] for link in sample_page.links if link.startswith("#")}
    assert inside
    assert inside <= set(sample_page.ids)
    assert len(sample_page.ids) == len(set(sample_page.ids))


def test_the_page_may_not_reach_a_network(sample_page: Page) -> None:
    policies = [a["content"] or "" for _, a in sample_page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies[0].startswith("default-src 'none'")
    assert "http" not in policies[0]
    assert not [a for _, a in sample_page.elements if "src" in a]


def test_two_reports_are_the_same_bytes(sample: Results, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        write_report(sample, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
