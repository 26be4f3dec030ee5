"""Papers of which only title and abstract are known: coded, told apart everywhere, and gone when the paper comes."""

import csv
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline import abstracts
from pipeline.deliver import deliver
from pipeline.documents import ABSTRACT, Metadata
from pipeline.duplicates import find_duplicates
from pipeline.errors import OtherLanguage, UnreadablePaper
from pipeline.export.flow import flow, flow_svg
from pipeline.export.refi import NAMESPACE
from pipeline.harvest import harvest
from pipeline.records import Card
from pipeline.refresh import finished, refresh
from pipeline.settings import Settings
from tests.conftest import SAMPLE
from tests.harvest.server import Library, Reply, serving

ONE = "2004-wambolin-cp-centre-kenya.pdf"
TAX = (
    "Carbon taxes are the climate policy that this study looks at. The carbon tax moved the firms to cut their "
    "emissions of greenhouse gases. Lack of finance kept small firms from investing in energy efficiency, which is "
    "what the managers of most of them had in mind when the tax was new."
)


def written(path: Path, title: str = "Carbon taxes and firms", doi: str = "10.5555/a", abstract: str = TAX) -> Path:
    path.write_bytes(abstracts.as_file(title, doi, abstract))
    return path


def table(settings: Settings, name: str) -> list[dict[str, str]]:
    with (settings.out / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_an_abstract_becomes_a_document_without_boxes(tmp_path: Path) -> None:
    document = abstracts.read(written(tmp_path / "a.abstract.txt"), "x")
    assert document.text == f"Carbon taxes and firms\n{TAX}"
    assert (document.metadata.doi, document.language, document.reader) == ("10.5555/a", "en", ABSTRACT)
    assert document.boxes(0, len(document.text)) == ()
    assert document.page_at(40).number == 1
    section = document.section_at(40)
    assert section is not None
    assert section.role == "abstract"


@pytest.mark.parametrize(
    "content", [b"", b"\n\n" + TAX.encode(), b"Title\n\nToo short.", b"Title\n\n" + b"word " * 99_999]
)
def test_what_is_no_abstract_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.abstract.txt").write_bytes(content)
    with pytest.raises(UnreadablePaper, match="no title with an abstract"):
        abstracts.read(tmp_path / "a.abstract.txt", "x")


def test_an_abstract_in_another_language_is_set_aside(tmp_path: Path) -> None:
    german = (
        "Die Abgabe auf Abwasser hat die Betriebe dazu gebracht, ihre Verfahren zu ändern und sauberer zu arbeiten. "
        * 3
    )
    with pytest.raises(OtherLanguage, match="German"):
        abstracts.read(written(tmp_path / "a.abstract.txt", "Abgaben", "", german), "x")


def test_the_paper_wins_over_its_abstract() -> None:
    cards = [
        Card("abstract", ABSTRACT, Metadata("A", doi="10.5555/a"), (1, 2), 1, 500),
        Card("paper", "pdfium", Metadata("Misread", doi="10.5555/A"), (3, 4), 9, 50_000),
        Card("other", "pdfium", Metadata("A", doi="10.5555/b"), (5, 6), 9, 50_000),
    ]
    assert set(find_duplicates(cards, ["paper", "other", "abstract"])) == {"abstract"}


@pytest.mark.parametrize(
    ("title", "doi", "same"),
    [
        ("Carbon Taxes and Firms.", "", True),
        ("Carbon taxes and firms", "10.5555/b", False),
        ("Carbon taxes and other firms", "", False),
        ("", "", False),
    ],
)
def test_without_a_doi_the_whole_title_tells(title: str, doi: str, same: bool) -> None:
    abstract = Card("abstract", ABSTRACT, Metadata("Carbon taxes and firms", doi="10.5555/a"), (1, 2), 1, 500)
    paper = Card("paper", "pdfium", Metadata(title, doi=doi), (3, 4), 9, 50_000)
    assert set(find_duplicates([abstract, paper], ["paper", "abstract"])) == ({"abstract"} if same else set())


def test_a_short_title_does_not_tell() -> None:
    cards = [Card(i, reader, Metadata("Editorial"), (), 1, 1) for i, reader in (("a", ABSTRACT), ("b", "pdfium"))]
    assert find_duplicates(cards, ["b", "a"]) == {}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A run over a paper, and what a harvest brought: an abstract alone, and one of a paper that is there."""
    base = tmp_path_factory.mktemp("abstracts")
    (base / "corpus").mkdir()
    shutil.copy(SAMPLE / ONE, base / "corpus")
    with serving() as library:
        _closed(library, 1, "Carbon taxes and firms")
        settings = _settings(base, library)
        harvest(settings, "q")
    refresh(settings)
    return settings


def _closed(library: Library, number: int, title: str) -> None:
    words = TAX.split()
    places = {word: [at for at, other in enumerate(words) if other == word] for word in words}
    library.add(number, title, open_access={"is_oa": False}, abstract_inverted_index=places)


def _settings(base: Path, library: Library) -> Settings:
    out, unpaywall = base / "out", f"{library.url}/unpaywall"
    mail = "ana@example.org"
    return Settings(base / "corpus", out, workers=1, mailto=mail, openalex_url=library.url, unpaywall_url=unpaywall)


def test_it_is_a_paper_of_the_tables_and_told_apart(run: Settings) -> None:
    documents = {row["citation_key"]: row for row in table(run, "documents")}
    alone = documents["ozturk2021carbon"]
    assert (alone["full_text"], alone["reader"], alone["year"]) == ("0", ABSTRACT, "2021")
    assert alone["path"] == "harvest/ozturk2021carbon.abstract.txt"
    assert alone["journal"] == "Journal of Made-up Results"
    assert sorted(row["full_text"] for row in documents.values()) == ["0", "1"]
    mine = [row for row in table(run, "evidence") if row["document_id"] == alone["document_id"]]
    assert {row["code"] for row in mine} >= {"tax_charge"}
    assert all(row["full_text"] == "0" and row["boxes"] == "[]" and row["section"] == "abstract" for row in mine)
    assert all(row["quote"] in TAX and row["note"] == "only the abstract was read" for row in mine)
    assert {row["full_text"] for row in table(run, "evidence")} == {"0", "1"}


def test_the_flow_diagram_counts_abstracts(run: Settings) -> None:
    numbers = flow(finished(run))
    assert (numbers.read, numbers.abstracts) == (2, 1)
    assert "Of these abstracts alone: 1" in flow_svg(numbers)


def test_every_export_copes(run: Settings, tmp_path: Path) -> None:
    formats = ["csv", "report", "parquet", "xlsx", "publication", "taguette", "pdf", "refi-qda"]
    lines = deliver(run, tmp_path / "to", formats)
    name = "harvest/ozturk2021carbon.abstract.txt"
    assert [line for line in lines if "abstract" in line] == [
        f"no highlighted copy of {name}: only its abstract is known"
    ]
    with zipfile.ZipFile(tmp_path / "to" / "precedent.qdpx") as project:
        tree = ElementTree.fromstring(project.read("project.qde"))  # noqa: S314 - our own
        (text,) = tree.iter(f"{{{NAMESPACE}}}TextSource")
        content = project.read(f"sources/{text.attrib['guid']}.txt").decode()
        spans = [
            (int(s.attrib["startPosition"]), int(s.attrib["endPosition"])) for s in text if "startPosition" in s.attrib
        ]
        assert spans
        assert all(content[a:b] in TAX for a, b in spans)
        assert len(list(tree.iter(f"{{{NAMESPACE}}}PDFSource"))) == 1


def test_when_the_paper_comes_the_abstract_goes(tmp_path: Path) -> None:
    with serving() as library:
        _closed(library, 1, "Carbon taxes and firms")
        _closed(library, 2, "Deleted by hand")
        settings = _settings(tmp_path, library)
        harvest(settings, "q")
        folder = settings.corpus / "harvest"
        assert sorted(p.name for p in folder.glob("*.txt")) == [
            *("ozturk2021carbon.abstract.txt", "ozturk2021deleted.abstract.txt")
        ]
        (folder / "ozturk2021deleted.abstract.txt").unlink()
        library.works[0] |= {"open_access": {"is_oa": True}}
        library.pdfs["p1.pdf"] = Reply(body=(SAMPLE / ONE).read_bytes(), type="application/pdf")
        assert [path.name for path in harvest(settings, "q").new] == ["ozturk2021carbon.pdf"]
        assert list(folder.glob("*.txt")) == []
