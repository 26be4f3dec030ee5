"""The REFI-QDA project: what a tool that opens it would find. The order of elements is that of QDA-XML 1.0."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents import Box
from pipeline.export import Results, write_exports
from pipeline.export.refi import areas, file_names, plain
from pipeline.records import Coding
from pipeline.settings import Settings
from pipeline.summary import Summary
from tests.export.made import results

Element = ElementTree.Element
N = "{urn:QDA-XML:project:1.0}"
ORDER = {
    "Project": "Users CodeBook Variables Sources",
    "Code": "Description Code",
    "PDFSource": "Description PDFSelection Representation",
    "Representation": "PlainTextSelection VariableValue",
    "PDFSelection": "Description Coding",
    "PlainTextSelection": "Description Coding",
    "VariableValue": "VariableRef TextValue IntegerValue",
}
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def archive(sample: Results, sample_run: tuple[Settings, Summary], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("refi")
    write_exports(sample, folder, ["refi-qda"], sample_run[0])
    return folder / "precedent.qdpx"


@pytest.fixture(scope="module")
def project(archive: Path) -> Element:
    with zipfile.ZipFile(archive) as parts:
        return ElementTree.fromstring(parts.read("project.qde"))  # noqa: S314 - a file of ours


def text_of(archive: Path, representation: Element) -> str:
    with zipfile.ZipFile(archive) as parts:
        return parts.read("sources/" + representation.attrib["plainTextPath"].removeprefix("internal://")).decode()


def test_elements_stand_in_the_order_of_the_schema(project: Element) -> None:
    for element in project.iter():
        order = ORDER.get(element.tag.removeprefix(N))
        if order:
            places = [order.split().index(child.tag.removeprefix(N)) for child in element]
            assert places == sorted(places), element.tag


def test_ids_are_unique_and_every_reference_leads_to_one(project: Element) -> None:
    ids = [element.attrib["guid"] for element in project.iter() if "guid" in element.attrib]
    assert len(set(ids)) == len(ids)
    assert all(GUID.fullmatch(name) for name in ids)
    named = ("targetGUID", "creatingUser", "creatingUserGUID")
    assert {e.attrib[name] for e in project.iter() for name in named if name in e.attrib} <= set(ids)


def test_families_are_not_codable_and_codes_are(project: Element, sample: Results) -> None:
    families = project.findall(f"{N}CodeBook/{N}Codes/{N}Code")
    assert [family.attrib["isCodable"] for family in families] == ["false"] * 3
    codes = [code for family in families for code in family.findall(f"{N}Code")]
    assert {code.attrib["isCodable"] for code in codes} == {"true"}
    names = [code.attrib["name"] for code in codes]
    assert len(names) == sum(len(f.codes) for f in sample.codebook.families) == len({n.casefold() for n in names})


def test_every_coding_selects_its_quote(project: Element, archive: Path, sample: Results) -> None:
    selected = []
    for representation in project.iter(f"{N}Representation"):
        text = text_of(archive, representation)
        for selection in representation.findall(f"{N}PlainTextSelection"):
            a = selection.attrib
            selected.append(text[int(a["startPosition"]) : int(a["endPosition"])])
    assert selected == [plain(coding.quote) for coding in sample.codings]


def test_memos_tell_confidence_domain_and_status(project: Element, sample: Results) -> None:
    memos = [s.findtext(f"{N}Description") or "" for s in project.iter(f"{N}PlainTextSelection")]
    for memo, coding in zip(memos, sample.codings, strict=True):
        assert f"confidence {coding.confidence:.2f}\ndomain {coding.domain}\nstatus {coding.status}" in memo


def test_areas_lie_on_their_pages(project: Element, sample: Results) -> None:
    for source, paper in zip(project.iter(f"{N}PDFSource"), sample.papers, strict=True):
        pages = sample.document(paper.document_id).pages
        for area in source.findall(f"{N}PDFSelection"):
            page = pages[int(area.attrib["page"])]
            x0, y0, x1, y1 = (int(area.attrib[name]) for name in ("firstX", "firstY", "secondX", "secondY"))
            assert 0 <= x0 < x1 <= page.width
            assert 0 <= y0 < y1 <= page.height


def test_the_papers_are_inside_under_names_that_differ(
    project: Element, archive: Path, sample: Results, sample_run: tuple[Settings, Summary]
) -> None:
    names = [source.attrib["name"] for source in project.iter(f"{N}PDFSource")]
    assert len(set(names)) == len(sample.papers)
    with zipfile.ZipFile(archive) as parts:
        for source, paper in zip(project.iter(f"{N}PDFSource"), sample.papers, strict=True):
            inside = parts.read("sources/" + source.attrib["path"].removeprefix("internal://"))
            assert inside == (sample_run[0].corpus / paper.path).read_bytes()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_keeps_its_length_and_reads_alike_everywhere(text: str) -> None:
    told = plain(text)
    assert len(told) == len(text)
    assert len(told.encode("utf-16-le")) == 2 * len(told)  # as a tool that counts UTF-16 units sees it
    assert not set(told) & {"\r", "\ufeff"}
    ElementTree.fromstring(ElementTree.tostring(_with_text(told)))  # noqa: S314 - made here


def _with_text(text: str) -> Element:
    element = Element("t")
    element.text = text
    return element


def test_lines_join_until_a_new_column_or_page() -> None:
    left = [Box(1, 50, 700, 250, 710), Box(1, 50, 712, 250, 722)]
    right = [Box(1, 300, 80, 500, 90)]
    over = [Box(2, 50, 80, 250, 90)]
    assert areas((*left, *right, *over)) == [Box(1, 50, 700, 250, 722), *right, *over]


def test_two_exports_are_the_same_bytes(
    sample: Results, sample_run: tuple[Settings, Summary], archive: Path, tmp_path: Path
) -> None:
    write_exports(sample, tmp_path, ["refi-qda"], sample_run[0])
    assert (tmp_path / "precedent.qdpx").read_bytes() == archive.read_bytes()


def test_another_reader_loads_it(archive: Path, sample: Results, tmp_path: Path) -> None:
    pyrefiqda = pytest.importorskip("pyrefiqda", reason="pyrefiqda is not installed")
    loaded = pyrefiqda.RefiProject.load(archive, str(tmp_path))
    sources = loaded.sources.pdfsource
    assert sum(len(s.representation.plain_text_selection) for s in sources) == len(sample.codings)
    assert [user.name for user in loaded.users.user] == ["Precedent"]


def _by(coding: Coding, name: str | None) -> Coding:
    """A coding of a person, who may be unnamed, or of the machine (None); its method tells which."""
    if name is None:
        return coding
    return replace(coding, method=f"by {name or 'nobody'}", decided_by="human", reviewer=name)


def test_people_are_other_users_than_the_machine(tmp_path: Path) -> None:
    made = results()
    names = (None, None, "Ada", "", "Ada", None)
    codings = tuple(_by(c, name) for c, name in zip(made.codings, names, strict=True))
    for paper in made.papers:
        (tmp_path / paper.path).write_bytes(b"%PDF")
    write_exports(replace(made, codings=codings), tmp_path, ["refi-qda"], Settings(corpus=tmp_path))
    with zipfile.ZipFile(tmp_path / "precedent.qdpx") as parts:
        project = ElementTree.fromstring(parts.read("project.qde"))  # noqa: S314 - a file of ours
    users = {user.attrib["guid"]: user.attrib["name"] for user in project.iter(f"{N}User")}
    assert list(users.values()) == ["Precedent", "Person: Ada", "Person: unnamed"]  # the first is who opens it
    for kind in ("PlainTextSelection", "PDFSelection"):
        for selection in project.iter(f"{N}{kind}"):
            method = re.search("^method (.*)$", selection.findtext(f"{N}Description") or "", re.MULTILINE)
            assert method
            by = {"by Ada": "Person: Ada", "by nobody": "Person: unnamed"}.get(method[1], "Precedent")
            assert {users[element.attrib["creatingUser"]] for element in (selection, selection[1])} == {by}


@hypothesis.settings(deadline=None)  # the first example waits for the codebook
@given(st.lists(st.text(st.sampled_from("aA/_:."), min_size=1), unique=True))
def test_papers_get_names_that_any_system_tells_apart(paths: list[str]) -> None:
    papers = [replace(results().papers[0], path=path, document_id=f"{at:064}"[::-1]) for at, path in enumerate(paths)]
    names = file_names(papers)
    assert len({name.casefold() for name in names.values()}) == len(paths)
    assert not set("/:") & set("".join(names.values()))
