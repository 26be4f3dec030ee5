"""Attacks on every way in but the PDF itself (tests/pdf/attacks.py has those): each costs itself, within limits."""

import csv
import io
import json
import os
import re
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline import workers
from pipeline.bibliography import read as bibliography
from pipeline.bibliography.read import LARGE
from pipeline.codebook import MOST_TERMS, Codebook, load_codebook
from pipeline.coding.head import load_head
from pipeline.corpus import scan
from pipeline.decisions import log
from pipeline.decisions.imported import read_decisions
from pipeline.errors import CodebookError, DecisionError, PrecedentError, SettingsError, UnreadablePaper
from pipeline.refresh import refresh
from pipeline.review.images import page_image
from pipeline.settings import Settings, resolve
from pipeline.terms import pattern
from tests.conftest import SAMPLE

QUICK = 5.0  # seconds of CPU that an attack may take; the ones below took minutes to hours, or all memory


@pytest.fixture
def book() -> Codebook:
    return load_codebook()


def seconds(function: Callable[[], object]) -> float:
    before = time.process_time()
    function()
    return time.process_time() - before


# ---- bibliographies ----


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tag.json", '[{"type":"a","title":"<' + "a" * 500_000 + '","DOI":"x"}]'),
        ("deep.json", '[{"type":"a","title":"x","DOI":"x","a":' + "[" * 500_000),
        ("number.json", '[{"type":"a","DOI":"x","title":' + "9" * 500_000 + "}]"),
        ("braces.bib", "@article{a, title={" + "{" * 500_000),
        ("marks.bib", "@" * 500_000),
        ("unended.bib", "@a{k,title={x\n" * 5_000),
        ("accents.bib", "@a{k,title={" + "\\'{" * 100_000 + "}" * 100_000 + "}}"),
        ("lines.ris", "TY  - A\nTI  - x\n" + "a\n" * 250_000),
    ],
    ids=lambda given: given if len(given) < 20 else "",
)
def test_a_hostile_bibliography_costs_little(name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert seconds(lambda: bibliography(path, name, "")) < QUICK


def test_a_large_bibliography_is_read_in_a_child_and_all_the_same(tmp_path: Path) -> None:
    entry = "@article{key%d, title={A levy on sludge}, note={%s}}\n"
    path = tmp_path / "large.bib"
    path.write_text("".join(entry % (n, "x" * 10_000) for n in range(LARGE // 10_000 + 1)), encoding="utf-8")
    found = bibliography(path, "large.bib", "")
    assert found
    assert (len(found[0]), found[1]) == (LARGE // 10_000 + 1, ())


def test_more_entries_than_a_person_has_are_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["pipeline.bibliography.read"], "MOST", 50)
    path = tmp_path / "many.json"
    path.write_text("[" + '{"type":"a","DOI":"x","title":"t"},' * 51 + "]", encoding="utf-8")
    found = bibliography(path, "many.json", "")
    assert found
    assert len(found[0]) == 50
    assert any("more than 50 entries" in rejection.reason for rejection in found[1])


# ---- codebook and settings ----

HEAD = """name = "x"
version = "1"
[[domain]]
id = "a"
label = "a"
definition = "a"
terms = ["zza"]
[[domain]]
id = "b"
label = "b"
definition = "b"
terms = ["zzb"]
[[family]]
id = "f"
label = "f"
definition = "f"
[[family.code]]
id = "c"
label = "c"
covers = "c"
"""


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("terms = " + "[" * 100_000, "nested too deep"),
        ("terms = " + "{a=" * 100_000, "nested too deep"),
        (".".join(["a"] * 200_000) + " = 1", "a key of too many parts"),
        ('terms = ["aa .. ab .. ac .. ad .. ae .. af"]', "times"),
        (f"terms = {json.dumps([' '.join(['|'.join(f'a{n}-b' for n in range(20))] * 10)])}", "too many ways"),
        (f"terms = {json.dumps([f't{n}' for n in range(MOST_TERMS + 1)])}", "terms"),
    ],
    ids=["lists", "tables", "key", "gaps", "ways", "terms"],
)
def test_a_hostile_codebook_is_refused_with_its_line(line: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "codebook.toml"
    path.write_text(HEAD + line + "\n", encoding="utf-8")
    before = time.process_time()
    with pytest.raises(CodebookError, match=what) as refused:
        load_codebook(path)
    assert time.process_time() - before < QUICK
    assert re.match(rf"{re.escape(str(path))}:\d+", refused.value.where)


@pytest.mark.parametrize(
    "term", ["aa .. aa .. aa .. zz", "aaa* aaa* aaa* zz", "a-a|a-a-a a-a|a-a-a zz", "aaa* .. aaa*"]
)
@pytest.mark.parametrize("text", ["aa " * 500, "aaa" * 500, "a-" * 750, "aaa" + " " * 1497, "aa.a," * 300])
def test_no_term_makes_a_sentence_slow(term: str, text: str) -> None:
    found = re.compile(pattern(term), re.IGNORECASE)
    assert seconds(lambda: found.findall(text)) < 0.5


def test_settings_nested_too_deep_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "precedent.toml"
    path.write_text("a = " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(SettingsError, match="not valid TOML"):
        resolve(path)


# ---- decisions ----


def test_a_line_of_decisions_nested_too_deep_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text("[" * 100_000 + "\n", encoding="utf-8")
    with pytest.raises(DecisionError, match="not JSON"):
        log.read(path)
    path.write_text("[" * 100_000, encoding="utf-8")
    assert log.read(path) == ()  # a torn end, as a kill leaves it


def test_a_cell_beyond_measure_is_refused(tmp_path: Path, book: Codebook) -> None:
    csv.field_size_limit(131_072)  # Python's own, which another library may have raised in this process
    path = tmp_path / "evidence.csv"
    path.write_text('coding_id\n"' + "x" * 200_000 + '"\n', encoding="utf-8")
    with pytest.raises(DecisionError, match="cannot be read"):
        read_decisions(path, "Ann", book, ())


def workbook(path: Path, cells: str, prolog: str = "") -> Path:
    space = "http://schemas.openxmlformats.org"
    main = f"{space}/spreadsheetml/2006/main"
    office = f"{space}/officeDocument/2006/relationships"
    package = f"{space}/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="evidence" '
        'sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{prolog}<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


CORNER = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
ENTITY = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'


@pytest.mark.parametrize("cells", [CORNER, ENTITY], ids=["corner", "entity"])
def test_a_hostile_workbook_costs_its_own_child_only(cells: str, tmp_path: Path, book: Codebook) -> None:
    secret = tmp_path / "secret"
    secret.write_text("coding_id", encoding="utf-8")
    prolog = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}">]>' if cells == ENTITY else ""
    with pytest.raises(DecisionError) as refused:
        read_decisions(workbook(tmp_path / "e.xlsx", cells, prolog), "Ann", book, ())
    assert str(tmp_path / "e.xlsx") in refused.value.where


# ---- weights ----


class Evil:
    """What pickle would run on loading."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("pwned",)


def test_weights_are_read_without_pickle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "head.npz", texts=np.array([Evil()], dtype=object))
    with pytest.raises(PrecedentError, match="head can't be read"):
        load_head(tmp_path / "head.npz")
    assert not (tmp_path / "pwned").exists()


def test_a_head_that_is_none_is_refused(tmp_path: Path) -> None:
    shape = io.BytesIO()
    np.lib.format.write_array_header_1_0(shape, {"descr": "<f2", "fortran_order": False, "shape": (10**12,)})
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("texts.npy", shape.getvalue())
    for content in (b"", b"junk", b"PK\x03\x04junk", archive.getvalue()):
        (tmp_path / "head.npz").write_bytes(content)
        with pytest.raises(PrecedentError, match="head can't be read"):
            load_head(tmp_path / "head.npz")


# ---- children, files ----


def talkative(size: int) -> bytes:
    return bytes(size)


def test_what_a_child_gives_back_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.workers.MOST_OUTPUT", 1_000)
    assert workers.sized(talkative, 900) == bytes(900)
    with pytest.raises(workers.TooMuchOutput) as refused:
        workers.sized(talkative, 1_100)
    assert workers.explain(refused.value, 60, 4096)[0] == "output"


def test_the_picture_of_a_page_is_of_the_paper_that_was_read(tmp_path: Path) -> None:
    from pipeline.files import sha256_of

    first, second = sorted(SAMPLE.glob("20*.pdf"))[:2]
    paper = tmp_path / "a.pdf"
    paper.write_bytes(first.read_bytes())
    document_id = sha256_of(paper)
    kept = page_image(paper, 1, tmp_path, document_id, 2048)
    whole = kept.read_bytes()
    kept.write_bytes(whole[:500] + bytes([whole[500] ^ 4]) + whole[501:])
    assert page_image(paper, 1, tmp_path, document_id, 2048).read_bytes() == whole  # drawn again
    kept.unlink()
    paper.write_bytes(second.read_bytes())
    with pytest.raises(UnreadablePaper, match="not the one that was read"):
        page_image(paper, 1, tmp_path, document_id, 2048)
    assert not kept.exists()


def test_names_of_files_that_are_no_text_or_look_like_something_else(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    paper = sorted(SAMPLE.glob("20*.pdf"))[0].read_bytes()
    for name in (b"=cmd|' calc'!A0.pdf", b"<img src=x onerror=alert(1)>.pdf", b"{{7*7}}%s%n.pdf", b"a\nb\xff.pdf"):
        Path(os.fsdecode(os.path.join(os.fsencode(corpus), name))).write_bytes(paper)  # noqa: PTH118 - bytes
    os.mkfifo(corpus / "pipe.pdf")
    (corpus / "link.pdf").symlink_to("/etc/hostname")
    (corpus / "loop").symlink_to(corpus)
    settings = Settings(corpus=corpus, out=tmp_path / "out", workers=1)
    assert sum(len(names) for names in scan(corpus).papers.values()) >= 4
    assert refresh(settings).papers == 1
    report = (settings.out / "report.html").read_text(encoding="utf-8")
    assert "<img src=x" not in report
    assert not re.search(r"(?m)(?:^|,)\"?=cmd", (settings.out / "tables" / "rejected.csv").read_text(encoding="utf-8"))
