"""The report on labelled sentences: figures that can be checked by hand, and files that can't be read."""

import json
from pathlib import Path

import pytest

from pipeline.codebook import load_codebook
from pipeline.coding.evaluate import evaluate, report
from pipeline.coding.labels import read_labels
from pipeline.coding.scoring import measure, score
from pipeline.documents import Document, Passage
from pipeline.errors import PrecedentError
from pipeline.records import CodedPaper, Coding

BOOK = load_codebook()


def label(document: str, position: int, text: str, **more: object) -> dict[str, object]:
    return {"document": document, "position": position, "text": text, "domain": "cp", "status": "asserted", **more}


ROWS = [
    label("a", 0, "A tax was levied.", instrument=["tax_charge"]),
    label("a", 1, "A law was passed.", instrument=["regulation"]),
    label("b", 0, "Nothing was done.", status=None),
    label("b", 1, "A fee, some say.", disputed={"instrument": ["tax_charge"]}, status=None),
]


def always_tax(document: Document, passages: list[Passage], codebook: object) -> CodedPaper:
    """A coder that finds a tax in every sentence, half sure."""
    codings = tuple(
        Coding(f"{document.id}{p.start}", document.id, "instrument", "tax_charge", "cp", "asserted", p.start, p.end,
               document.text[p.start : p.end], p.role, "test", 0.5, ("tax",), ())
        for p in passages
    )  # fmt: skip
    return CodedPaper(document.id, "cp", tuple("cp" for _ in passages), codings)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return path


def test_figures_by_hand(labels: Path) -> None:
    scored = score(read_labels(labels, [f.id for f in BOOK.families]), BOOK, always_tax)  # type: ignore[arg-type]  # takes any codebook
    found = {m.name: m for m in measure(scored, BOOK)}
    # present in both sentences of a, wrong in b's first; b's second is disputed
    assert found["family: policy instrument"].value == pytest.approx(4 / 5)
    # one right, two wrong (the law, the nothing), one missed (the law)
    assert found["code, micro"].value == pytest.approx(2 / 5)
    assert found["domain, macro"].value == 1
    # half sure of three that can be scored, one of them right
    assert found["expected calibration error of confidence"].value == pytest.approx(0.5 - 1 / 3)
    assert all(m.low <= m.high for m in found.values())


def test_the_report_quotes_errors_and_warns_of_nothing_it_need_not(labels: Path) -> None:
    report = evaluate(labels, BOOK, always_tax)  # type: ignore[arg-type]  # as above
    assert "“A law was passed.”" in report
    assert "instrument | regulation | tax_charge | 1" in report
    assert "flatter" not in report


def test_a_report_without_quotes_cites_no_sentence(labels: Path) -> None:
    scored = score(read_labels(labels, [f.id for f in BOOK.families]), BOOK, always_tax)  # type: ignore[arg-type]  # as above
    text = report(scored, BOOK, "Held against labels", quotes=False)
    assert "| instrument | tax_charge |" in text
    assert not any(str(row["text"]) in text for row in ROWS)


@pytest.mark.parametrize("line", ["{", '{"text": "x"}', "[]", '{"document": "a", "position": "no", "text": "x"}'])
def test_a_line_that_is_no_label_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps(ROWS[0]) + "\n" + line, encoding="utf-8")
    with pytest.raises(PrecedentError) as error:
        evaluate(path)
    assert error.value.where.endswith("labels.jsonl:2")


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PrecedentError):
        evaluate(path)
