"""The report: hostile text stays text, every link leads somewhere, nothing is asked of a network."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipeline.carry import carry
from pipeline.compare import compare, link
from pipeline.export import Results, write_report
from pipeline.export.card import figures
from pipeline.export.findings import answer
from pipeline.export.flow import flow
from pipeline.strata import stratify
from pipeline.topic_outcomes import TopicModel
from pipeline.words import markers
from tests.export.made import HOSTILE, results, unpacked


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
    assert not [tag for tag, _ in page.elements if tag in ("img", "iframe", "object", "embed", "link", "base")]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not [link for link in page.links if not link.startswith(("#", "https://doi.org/"))]


def test_every_link_inside_the_page_leads_somewhere(sample_page: Page, sample: Results) -> None:
    inside = {link[1:] for link in sample_page.links if link.startswith("#")}
    assert inside
    assert inside <= {*sample_page.ids, *(f"coding-{coding.id}" for coding in sample.codings)}
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


def island_of(folder: Path) -> Any:
    text = (folder / "report.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="text/plain" id="island">(.*?)</script>', text)
    assert found
    return unpacked(found.group(1))


def test_hostile_quotes_lie_in_the_page_verbatim(tmp_path: Path) -> None:
    written(results(), tmp_path)
    assert set(HOSTILE) <= {sentence[5] for sentence in island_of(tmp_path)["sentences"]}


def test_the_page_carries_every_coding_and_counts_them_as_the_comparison_does(sample: Results, tmp_path: Path) -> None:
    written(sample, tmp_path)
    data = island_of(tmp_path)
    assert [coding[0] for coding in data["codings"]] == [coding.id for coding in sample.codings]
    for number, row in enumerate(sample.comparisons):
        for at, side in enumerate((row.left, row.right)):
            held = [c for c in data["codings"] if (c[2], c[4]) == (number, 0) and c[15 + at]]
            assert len({data["sentences"][c[1]][0] for c in held}) == side.papers
            assert len({c[1] for c in held}) == side.sentences
            assert sum(paper[4 + at] for paper in data["papers"]) == side.of_papers


def test_marked_words_are_those_of_the_codebook(sample: Results, tmp_path: Path) -> None:
    written(sample, tmp_path)
    data = island_of(tmp_path)
    by_id = {coding.id: coding for coding in sample.codings}
    for row in data["codings"]:
        coding, quote = by_id[row[0]], data["sentences"][row[1]][5]
        document = sample.document(coding.document_id)
        assert [quote[a:b] for a, b in row[17]] == [document.text[a:b] for a, b in sorted(coding.evidence)]


def test_five_hundred_papers_fit(sample: Results, tmp_path: Path) -> None:
    many = repeated(sample, 500)
    write_report(many, tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size < 3_000_000
    assert len(island_of(tmp_path)["codings"]) == len(many.codings)


def test_quotes_beyond_the_budget_are_left_out_and_their_codings_count(
    sample: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.export.island.BUDGET", 16_000)
    write_report(sample, tmp_path / "report.html")
    data = island_of(tmp_path)
    assert len(data["codings"]) == len(sample.codings)
    told = {row[0] for row in data["codings"] if len(data["sentences"][row[1]]) > 5}
    named = {quote for row in sample.comparisons for quote in row.quotes}
    assert len(told) < len(sample.codings)
    assert len(named & told) / len(named) > len(told) / len(sample.codings)  # the most wanted stay


def repeated(made: Results, papers: int) -> Results:
    """The papers over and over under new ids, until there are so many."""
    documents, copies, codings, targets = {}, [], [], []
    for n in range(papers):
        paper = made.papers[n % len(made.papers)]
        name = f"{n:04d}{paper.document_id[4:]}"
        documents[name] = made.document(paper.document_id)
        copies.append(replace(paper, document_id=name))
        held = [c for c in made.codings if c.document_id == paper.document_id]
        codings += [replace(c, document_id=name, id=f"{n:04d}{c.id[4:]}") for c in held]
        of = [t for t in made.targets if t.document_id == paper.document_id]
        targets += [replace(t, document_id=name, coding_id=f"{n:04d}{t.coding_id[4:]}") for t in of]
    first = {paper.document_id: copy.document_id for paper, copy in zip(made.papers, copies, strict=False)}
    typical = {
        topic: tuple((first[i], start, end) for i, start, end in of) for topic, of in made.topic_sentences.items()
    }
    again = compare(copies, codings, made.codebook)
    return replace(
        made,
        papers=tuple(copies),
        codings=tuple(codings),
        evidence=(),
        targets=tuple(targets),
        document=documents.__getitem__,
        places=lambda _: {},
        topic_sentences=typical,
        comparisons=again,
        links=link(copies, codings, made.codebook),
        carried=carry(again, copies, codings, made.codebook),
        strata=stratify(copies, codings, made.codebook),
        words=markers(copies, codings, made.codebook),
    )


def test_the_answer_names_the_widest_difference_and_the_most_shared(sample: Results) -> None:
    found = answer(sample.comparisons, sample.codebook)
    assert found.different[0].row.code == "emissions_trading"
    assert "none of 8" in found.different[0].text
    assert all(item.row.verdict == "shared" for item in found.shared)
    assert found.shared[0].row.code == "regulation"  # of no other code that is shared is the lesser share so large
    assert 3 <= len(found.different) + len(found.shared) <= 7


def test_too_few_papers_give_no_answer_but_counts() -> None:
    made = results()
    found = answer(made.comparisons, made.codebook)
    assert not found.different
    assert not found.shared
    assert found.open[0].row.code == "tax_charge"


def test_the_flow_diagram_sums(sample: Results) -> None:
    numbers = flow(sample)
    refused = sum(n for _, n in numbers.rejected)
    assert numbers.found == numbers.duplicates + refused + numbers.read == 19
    assert numbers.read == numbers.coded + numbers.not_coded == sum(n for _, n in numbers.by_domain)
    assert (numbers.duplicates, refused, numbers.read) == (2, 1, 16)


def test_what_people_rejected_is_there_and_counts_nowhere(sample: Results, tmp_path: Path) -> None:
    rejected, disputed, *_ = sample.codings
    rejected = replace(rejected, review_status="rejected", reviewer="Ann", decided_by="human", note=HOSTILE[2])
    disputed = replace(disputed, review_status="disputed", reviewer="Ann; Ben")
    rest = sample.codings[2:]
    page = written(replace(sample, codings=(disputed, *rest), evidence=(rejected, disputed, *rest)), tmp_path)
    data = island_of(tmp_path)
    (row,) = [row for row in data["codings"] if data["reviews"][row[12]] == "rejected"]
    assert row[0] == rejected.id
    assert tuple(row[15:17]) == (0, 0)
    assert HOSTILE[2] in data["words"][row[11]]
    assert {f"#coding-{rejected.id}", f"#coding-{disputed.id}"} <= set(page.links)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Rejected by people: they count nowhere" in text
    assert '<th scope="row">Ann; Ben</th>' in text
    assert HOSTILE[2] not in text


def test_figures_of_the_model_are_those_of_its_card_or_none(sample: Results, tmp_path: Path) -> None:
    version = sample.versions["model_version"]
    known = figures(version)
    assert known
    assert known.overall[0][:3] == ("task", "figure", "95 % interval")
    assert {len(row) for row in known.overall} == {5}
    assert {(row[0], row[1]) for row in known.by_code[1:]} <= {(r.family, r.code) for r in sample.comparisons}
    assert figures(f"own-{version}") is None
    assert figures("head-00000000") is None
    written(replace(sample, versions={**sample.versions, "model_version": "own-head-12345678"}), tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert known.overall[1][1] not in text
    assert "own-head-12345678, for which no figures are kept" in text


def test_strata_in_the_page_are_those_of_the_comparison(sample: Results, tmp_path: Path) -> None:
    written(sample, tmp_path)
    data = island_of(tmp_path)
    periods = data["strata"]["period"]
    rows = {row[0]: row[1:] for row in periods["rows"]}
    for number, row in enumerate(sample.comparisons):
        cells = [cell for cell in rows.get(number, []) if cell]
        assert [sum(cell[at] for cell in cells) for at in (0, 1)] == [row.left.papers, row.right.papers]
    best = {(code, cell[2 + at]) for code, cells in rows.items() for cell in cells if cell for at in (0, 1) if cell[at]}
    assert all(data["codings"][at][2] == code for code, at in best)
    assert len(data["strata"]["sector"]["strata"]) <= 9


def test_highlighted_copies_are_linked_where_they_were_made(sample: Results, tmp_path: Path) -> None:
    made = results()
    bad = next(paper for paper in made.papers if paper.path == "=bad.pdf")
    path = f"javascript:{HOSTILE[1]}/../ü.pdf"
    papers = tuple(replace(paper, path=path) if paper is bad else paper for paper in made.papers)
    page = written(replace(made, papers=papers, highlighted=frozenset({path})), tmp_path)
    (link,) = {link for link in page.links if not link.startswith("#")}
    assert link.startswith("highlighted/javascript%3A")
    assert not set('<>"') & set(link)


def test_a_finding_that_one_paper_could_change_says_so(sample: Results, tmp_path: Path) -> None:
    written(sample, tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    found = answer(sample.comparisons, sample.codebook)
    fragile = [item for item in (*found.different, *found.shared) if item.row.flips_to]
    assert fragile
    assert text.count("<b>Fragile:</b>") == len(fragile)


def test_a_run_without_papers_still_has_a_report(tmp_path: Path) -> None:
    made = results()
    none = replace(made, papers=(), codings=(), comparisons=compare((), (), made.codebook), links=())
    page = written(replace(none, topics=TopicModel((), {}, "too few papers")), tmp_path)
    assert "answer" in page.ids
