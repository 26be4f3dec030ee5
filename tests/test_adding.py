"""Papers, folders and exports of reference managers into the corpus: what is taken, and what leads nowhere."""

import hashlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from pipeline import adding
from pipeline.bibliography import match, merge
from pipeline.cli import cli, guarded
from pipeline.corpus import scan
from pipeline.documents import Metadata
from pipeline.records import Card
from pipeline.settings import Settings
from tests.conftest import SAMPLE
from tests.harvest.server import Library, Reply, serving

ONE = SAMPLE / "2004-wambolin-cp-centre-kenya.pdf"
TWO = SAMPLE / "2019-valdeira-ems-brazil.pdf"
BIB = """@article{wambolin2004,
  title = {One},
  file = {Full Text:files/11/Full Text.pdf:application/pdf},
}

@article{valdeira2019,
  title = {Two},
  file = {Full Text:files/12/Full Text.pdf:application/pdf;Snapshot:files/12/page.html:text/html},
}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(corpus=tmp_path / "corpus", out=tmp_path / "out", workers=2)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """What Zotero writes with "Export Files": the bibliography, and a folder for the files of each item."""
    base = tmp_path / "My Library"
    for number, paper in ((11, ONE), (12, TWO)):
        (base / "files" / str(number)).mkdir(parents=True)
        shutil.copy(paper, base / "files" / str(number) / "Full Text.pdf")
    (base / "My Library.bib").write_text(BIB, encoding="utf-8")
    return base


def added(source: Path, settings: Settings) -> tuple[list[str], list[str]]:
    """What was taken and what was not, in words."""
    lines = list(adding.add(source, settings))
    return [line.words for line in lines if line.taken], [line.words for line in lines if not line.taken]


def papers(settings: Settings) -> list[str]:
    found = (p for p in settings.corpus.rglob("*") if p.suffix.lower() == ".pdf")
    return sorted(p.relative_to(settings.corpus).as_posix() for p in found)


@pytest.mark.parametrize("what", ["My Library/My Library.bib", "My Library"])
def test_an_export_brings_its_files_and_each_entry_finds_its_own(
    what: str, export: Path, settings: Settings, tmp_path: Path
) -> None:
    taken, left = added(tmp_path / what, settings)
    assert left == []
    assert "bibliography of 2 entries" in taken[0]
    assert ["tea, leather and sugar in Kenya" in words for words in taken] == [False, True, False]
    assert papers(settings) == ["My Library/files/11/Full Text.pdf", "My Library/files/12/Full Text.pdf"]
    found = scan(settings.corpus)
    paths = {sha: names[0] for sha, names in found.papers.items()}
    cards = [Card(sha, "", Metadata(), (), 1, 1) for sha in paths]
    keys = {paths[sha]: entry.key for sha, entry in match(cards, paths, found.entries).items()}
    assert keys == dict(zip(papers(settings), ["wambolin2004", "valdeira2019"], strict=True))
    again, left = added(tmp_path / what, settings)
    assert left == []
    assert "0 new entries of 2" in again[0]
    assert all("already there" in words for words in again[1:])
    assert len(papers(settings)) == 2


def test_a_later_export_is_joined_and_writes_over_nothing(export: Path, settings: Settings) -> None:
    added(export, settings)
    copy = settings.corpus / "My Library" / "My Library.bib"
    copy.write_text(BIB.replace("{One}", "{One, put right}").replace("wambolin2004,", "wambolin2004, doi={10.5555/a},"))
    before = copy.read_text(encoding="utf-8")
    later = BIB.replace("wambolin2004,", "wambolin2004, doi = {10.5555/a},") + "@book{li2024, title = {Three}}\n"
    (export / "My Library.bib").write_text(later, encoding="utf-8")
    taken, _ = added(export, settings)
    assert "1 new entries of 3; 1 say otherwise there, and stay as they are there" in taken[0]
    assert copy.read_text(encoding="utf-8") == before + "\n@book{li2024, title = {Three}}\n"
    (export / "My Library.bib").write_text(BIB.replace("{Two}", "{Quite another work}"), encoding="utf-8")
    added(export, settings)  # one key for two works: they cannot stand in one file
    assert len(list(copy.parent.glob("*.bib"))) == 2
    assert [entry.metadata.title for entry in scan(settings.corpus).entries].count("Quite another work") == 1


@pytest.mark.parametrize(
    "named",
    [
        *(
            "../../secret.pdf",
            "../secret.pdf",
            "{absolute}",
            "files/11/../../../secret.pdf",
            "link.pdf",
            "dir/secret.pdf",
        ),
        *("files\\\\..\\\\..\\\\secret.pdf", "nowhere.pdf", "file://{absolute}"),
    ],
)
def test_a_bibliography_leads_to_nothing_outside_its_folder(named: str, export: Path, settings: Settings) -> None:
    secret = export.parent / "secret.pdf"
    shutil.copy(TWO, secret)
    (export / "link.pdf").symlink_to(secret)
    (export / "dir").symlink_to(export.parent)
    file = named.replace("{absolute}", str(secret)).replace(":", r"\:")
    text = f"@article{{a, title = {{One}}, file = {{x:{file}:application/pdf}}}}\n"
    (export / "My Library.bib").write_text(text, encoding="utf-8")
    taken, left = added(export / "My Library.bib", settings)
    assert len(taken) == len(left) == 1
    assert "not added: it is not in" in left[0]
    assert papers(settings) == []


def test_a_place_on_another_machine_is_found_beside_the_bibliography(export: Path, settings: Settings) -> None:
    shutil.copy(ONE, export / "files" / "11" / "Wambolin 2004.pdf")
    ris = "TY  - JOUR\nTI  - One\nL1  - C:\\Users\\ana\\Zotero\\storage\\AB12\\Wambolin 2004.pdf\nER  - \n"
    (export / "one.ris").write_text(ris, encoding="utf-8")
    assert added(export / "one.ris", settings)[1] == []
    assert papers(settings) == ["one/files/11/Wambolin 2004.pdf"]


def test_csl_names_no_files_so_those_beside_it_are_taken(export: Path, settings: Settings) -> None:
    (export / "papers.json").write_text('[{"id": "a", "type": "book", "title": "One", "DOI": "10.5555/a"}]')
    shutil.copy(TWO, export / "unrelated.pdf")
    assert added(export / "papers.json", settings)[1] == []
    assert papers(settings) == ["papers/files/11/Full Text.pdf", "papers/files/12/Full Text.pdf"]


def test_a_folder_is_taken_with_what_is_in_it(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "mine"
    (folder / "deep" / "er").mkdir(parents=True)
    shutil.copy(ONE, folder / "A.PDF")
    shutil.copy(ONE, folder / "deep" / "same.pdf")
    shutil.copy(SAMPLE / "download-interrupted.pdf", folder / "deep" / "er" / "bad.pdf")
    (folder / "link.pdf").symlink_to(TWO)
    (folder / "elsewhere").symlink_to(SAMPLE)
    (folder / "notes.txt").write_text("x")
    (folder / "package.json").write_text("{}")
    (folder / "empty.bib").write_text("")
    taken, left = added(folder, settings)
    assert papers(settings) == ["mine/A.PDF"]
    assert len(taken) == 2
    assert "already there as" in taken[1]
    assert [words.split(": ")[0].removeprefix(f"{folder}/") for words in left] == [
        *("empty.bib", "link.pdf", "deep/er/bad.pdf")
    ]
    assert "What to do" in left[-1]
    (tmp_path / "bare").mkdir()
    assert "no PDF files" in added(tmp_path / "bare", settings)[1][0]


def test_a_paper_is_what_a_run_takes_for_one_whatever_its_name(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(ONE, folder / "download")
    shutil.copy(TWO, folder / "thesis.docx")
    (folder / "notes.docx").write_bytes(b"PK not a paper")
    (folder / "secret.docx").symlink_to(TWO)
    taken, left = added(folder, settings)
    assert left == []
    assert [words.split(": ")[0] for words in taken] == [
        str(settings.corpus / "mine" / name) for name in ("download", "thesis.docx")
    ]
    again, left = added(ONE, settings)
    assert "already there as" in again[0]
    assert "download" in again[0]
    assert sorted(map(list, scan(settings.corpus).papers.values())) == [["mine/download"], ["mine/thesis.docx"]]


def test_what_a_run_would_not_look_at_holds_no_paper_back(tmp_path: Path, settings: Settings) -> None:
    settings = replace(settings, out=settings.corpus / "outputs")
    for place in (settings.corpus / ".trash", settings.out):
        place.mkdir(parents=True)
        shutil.copy(ONE, place / "old.pdf")
    assert "tea, leather and sugar in Kenya" in added(ONE, settings)[0][0]
    (tmp_path / "a.bin").write_bytes(b"\0" * 2000 + ONE.read_bytes())  # a run would pass it over under this name
    taken, left = added(tmp_path / "a.bin", settings)
    assert taken == []
    assert "What to do" in left[0]


def test_a_folder_costs_one_walk_of_the_corpus_and_one_hash_of_each_file(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    settings.corpus.mkdir()
    shutil.copy(TWO, settings.corpus / "two.pdf")
    for paper in (ONE, TWO, SAMPLE / "download-interrupted.pdf"):
        shutil.copy(paper, folder)
    walk, digest = Mock(wraps=os.walk), Mock(wraps=hashlib.file_digest)
    monkeypatch.setattr(os, "walk", walk)
    monkeypatch.setattr(hashlib, "file_digest", digest)
    added(folder, settings)
    assert [call.args[0] for call in walk.call_args_list].count(settings.corpus) == 1
    hashed = sorted(Path(call.args[0].name) for call in digest.call_args_list)
    assert hashed == sorted([*folder.iterdir(), settings.corpus / "two.pdf"])


def test_the_corpus_added_to_itself_stays_as_it_is(settings: Settings) -> None:
    settings.corpus.mkdir()
    shutil.copy(ONE, settings.corpus / "a.pdf")
    added(settings.corpus, settings)
    added(settings.corpus.parent, settings)
    assert papers(settings) == ["a.pdf"]


@pytest.mark.parametrize("ending", [".bib", ".ris", ".json"])
def test_bibliographies_join_in_every_form(ending: str) -> None:
    def written(*titles: str) -> bytes:
        if ending == ".bib":
            return "".join(f"@book{{k{t},\n title = {{{t}}}}}\n" for t in titles).encode()
        if ending == ".ris":
            return "".join(f"TY  - BOOK\nTI  - {t}\nER  - \n" for t in titles).encode()
        return json.dumps([{"id": f"k{t}", "type": "book", "title": t} for t in titles]).encode()

    joined = merge(written("One", "Two"), written("Two", "Three"), ending)
    assert joined is not None
    assert (joined.added, joined.differing) == (1, 0)
    all_three = merge(joined.content, written("One", "Two", "Three"), ending)
    assert all_three == (joined.content, 0, 0)
    assert all(title in joined.content.decode() for title in ("One", "Two", "Three"))


@pytest.mark.parametrize(
    ("old", "new", "ending"),
    [
        (b"@book{a, title={One}}", b"@book{a, title={Other}}", ".bib"),
        (b"@book{a, title={One}}", b'@string{x = "X"}\n@book{b, title=x}', ".bib"),
        (b"[", b'[{"id": "a", "title": "One"}]', ".json"),
    ],
)
def test_what_cannot_be_joined_without_harm_is_not(old: bytes, new: bytes, ending: str) -> None:
    assert merge(old, new, ending) is None


def test_large_bibliographies_join_within_limits() -> None:
    old = "".join(f"@book{{k{n},\n title = {{Work number {n}}},\n note = {{{'x' * 400}}}}}\n" for n in range(2_500))
    joined = merge(old.encode(), (old + "@book{last, title = {Last}}\n").encode(), ".bib")
    assert joined is not None
    assert joined.added == 1


def test_a_doi_is_looked_up_only_with_a_mail_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def add(*what: str) -> int:
        return guarded(cli, ["add", *what, "--corpus", str(tmp_path / "corpus")])

    with serving() as library:
        _known(library)
        monkeypatch.setenv("PRECEDENT_OPENALEX_URL", library.url)
        monkeypatch.setenv("PRECEDENT_UNPAYWALL_URL", f"{library.url}/unpaywall")
        assert add("10.5555/work.1") == 1
        assert "mailto" in capsys.readouterr().err
        assert library.asked == []
        monkeypatch.setenv("PRECEDENT_MAILTO", "ana@example.org")
        assert add("https://doi.org/10.5555/WORK.1") == 0
        assert "harvest/ozturk2021eleven.pdf: Eleven (2021), licence cc-by" in capsys.readouterr().out
        assert add("10.5555/work.1", "doi:10.5555/work.2", "10.5555/nowhere") == 1
        shown = capsys.readouterr()
        assert "ozturk2021eleven.pdf" in shown.out
        assert "Twelve (2021): no open copy: closed access" in shown.err
        assert "10.5555/nowhere: not added" in shown.err
        assert len(library.paths("/pdf")) == 1


def _known(library: Library) -> None:
    library.add(1, "Eleven")
    library.pdfs["p1.pdf"] = Reply(body=ONE.read_bytes(), type="application/pdf")
    library.add(2, "Twelve", open_access={"is_oa": False})
