"""Exports in a folder of the user's: put in place together, nothing of the user's lost."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import deliver as module
from pipeline.cli import cli
from pipeline.deliver import deliver
from pipeline.errors import AlreadyRunning, CorpusError, PrecedentError, StoreError
from pipeline.export import Results, exports, read_table
from pipeline.files import lock
from pipeline.settings import Settings
from tests.export.made import results

Export = Callable[..., list[str]]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Export the made results, or those given, to the folder `to`."""

    def write(*formats: str, made: Results | None = None, to: str = "to", out: str = "out") -> list[str]:
        monkeypatch.setattr(module, "finished", lambda _: made or results())
        return deliver(Settings(corpus=tmp_path / "papers", out=tmp_path / out), tmp_path / to, formats)

    (tmp_path / "papers").mkdir()
    return write


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_formats_come_to_lie_beside_each_other(export: Export, tmp_path: Path) -> None:
    assert export("csv") == export("taguette", "parquet") == []
    names = {name.split("/")[0] for name in files(tmp_path / "to")}
    assert names == {"tables", "taguette", "parquet", "export.json"}


def test_a_report_leads_to_the_copies_that_were_made_with_it(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy_one(_made: Results, folder: Path, _settings: Settings) -> None:
        (folder / "highlighted").mkdir()
        (folder / "highlighted" / "good.pdf").touch()

    monkeypatch.setitem(exports.FORMATS, "pdf", copy_one)
    export("report", "pdf")
    text = (tmp_path / "to" / "report.html").read_text(encoding="utf-8")
    assert set(re.findall(r'href="(highlighted/[^"]*)"', text)) == {"highlighted/good.pdf"}
    assert (tmp_path / "to" / "highlighted" / "good.pdf").is_file()
    export("report", to="alone")
    assert 'href="highlighted/' not in (tmp_path / "alone" / "report.html").read_text(encoding="utf-8")


def test_a_second_export_is_the_same_and_says_nothing(export: Export, tmp_path: Path) -> None:
    export("csv", "publication")
    before = files(tmp_path / "to")
    assert export("csv", "publication", "csv") == []
    assert files(tmp_path / "to") == before


def test_what_is_no_more_is_gone_after_the_next_export(export: Export, tmp_path: Path) -> None:
    export("csv", "publication")
    made = results()
    export("publication", made=replace(made, codings=made.codings[1:]))
    held = files(tmp_path / "to")
    assert "publication/bibtex/instrument-tax_charge-cp.bib" not in held
    assert "publication/bibtex/instrument-tax_charge-climate.bib" in held
    assert "tables/evidence.csv" in held


def test_a_file_of_the_users_is_kept(export: Export, tmp_path: Path) -> None:
    mine = tmp_path / "to" / "tables" / "evidence.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("years of work", encoding="utf-8")
    (line,) = export("csv")
    (kept,) = mine.parent.glob("evidence.yours-*.csv")
    assert str(kept) in line
    assert kept.read_text(encoding="utf-8") == "years of work"
    assert len(read_table(mine)) == len(results().codings)


def test_a_change_to_an_export_is_kept(export: Export, tmp_path: Path) -> None:
    export("taguette")
    codebook = tmp_path / "to" / "taguette" / "codebook.csv"
    codebook.write_text("path,description\nmine,my own\n", encoding="utf-8")
    (line,) = export("taguette")
    assert "codebook.yours-" in line
    assert len(list(codebook.parent.iterdir())) == 2


def test_a_failure_leaves_the_last_export_as_it_was(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export("csv")
    before = files(tmp_path / "to")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(exports.FORMATS, "parquet", full)
    made = results()
    with pytest.raises(StoreError, match="No space left on device") as caught:
        export("csv", "parquet", made=replace(made, codings=made.codings[1:]))
    assert "name another folder" in caught.value.remedy
    assert files(tmp_path / "to") == before


def test_a_format_that_is_not_known_is_refused_before_any_work(export: Export, tmp_path: Path) -> None:
    with pytest.raises(PrecedentError, match="refi-qda"):
        export("csv", "excel")
    assert not (tmp_path / "to").exists()


def test_a_folder_that_is_a_file_is_refused(export: Export, tmp_path: Path) -> None:
    (tmp_path / "to").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot write"):
        export("csv")
    assert (tmp_path / "to").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("to", "out", "taken"),
    [
        ("papers", "out", False),
        ("papers/copies", "out", False),
        ("papers/../papers", "out", False),
        ("papers/copies", ".", False),
        ("papers/out/copies", "papers/out", True),
        ("papers 2", "out", True),
        (".", "out", True),
    ],
)
def test_nothing_is_exported_among_the_papers(export: Export, to: str, out: str, taken: bool) -> None:
    if taken:
        assert export("taguette", to=to, out=out) == []
    else:
        with pytest.raises(CorpusError, match="TO_FOLDER"):
            export("taguette", to=to, out=out)


def test_a_record_from_elsewhere_leads_nowhere(export: Export, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("mine", encoding="utf-8")
    (tmp_path / "to").mkdir()
    for record in ('{"files": {"csv": {"../other.txt": ""}}}', '{"files": {"csv": 1}}', '{"files": 1}', "[", "1"):
        (tmp_path / "to" / "export.json").write_text(record, encoding="utf-8")
        export("csv")
        assert [p.name for p in tmp_path.glob("other*")] == ["other.txt"]


def test_the_page_on_exports_and_the_help_name_every_format() -> None:
    page = (Path(__file__).parents[1] / "docs" / "exports.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE) != []
    assert set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)) == set(exports.FORMATS)
    assert all(re.search(rf"\b{name}\b", cli.commands["export"].help or "") for name in exports.FORMATS)


def test_the_page_on_exports_says_what_lies_where(export: Export, tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "exports.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([\w-]+)` \| `([^`/]+)", page, re.MULTILINE))
    for name in ("csv", "report", "xlsx", "parquet", "taguette", "publication"):
        export(name, to=name)
        beside = {"narrative.md"} if name == "report" else set()
        assert {path.split("/")[0] for path in files(tmp_path / name)} == {told[name], "export.json"} | beside


def test_an_export_and_a_run_keep_out_of_each_others_way(export: Export, tmp_path: Path) -> None:
    with lock(tmp_path / "out"), pytest.raises(AlreadyRunning, match="another run is at work"):
        export("csv")
    assert not (tmp_path / "to").exists()

    def beside(made: Results, folder: Path, settings: Settings) -> None:
        with pytest.raises(AlreadyRunning, match="or an export"), lock(settings.out):
            pass
        assert deliver(settings, tmp_path / "other", ("csv",)) == []  # another export may read as well
        seen.append(made)

    seen: list[Results] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(exports.FORMATS, "xlsx", beside)
        export("xlsx")
    assert seen
    with lock(tmp_path / "out"):
        pass


def test_a_colleagues_results_are_exported_though_nothing_can_be_written_there(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lock(tmp_path / "out"):
        pass
    plain = Path.open

    def guarded(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        assert mode in ("r", "rb") or not path.is_relative_to(tmp_path / "out")
        return plain(path, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", guarded)
    export("taguette")
