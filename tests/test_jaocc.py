"""The reference case: the conference abstract that the system is named for, set as a PDF."""

from pathlib import Path

import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from pipeline.codebook import load_codebook
from pipeline.coding import code_document
from pipeline.passages import split
from pipeline.pdf import read
from tests.conftest import SHARED

ABSTRACT = SHARED / "reference" / "jaocc_abstract.txt"

EXPECTED = [
    ("instrument", "regulation", "Cleaner Production Law", "cp"),
    ("instrument", "audit_assessment", "CP audits in the environmental impacts statements", "cp"),
    ("instrument", "demonstration", "demonstration projects", "cp"),
    ("instrument", "information_training", "training courses", "cp"),
    ("instrument", "label_disclosure", "environmental labelling program", "cp"),
    ("instrument", "international", "Montreal Protocol", "cp"),
    ("instrument", "target_strategy", "20% reduction of energy consumption", "climate"),
    ("instrument", "target_strategy", "mandated key state-owned enterprises", "climate"),
    ("motivator", "market_demand", "supply chain pressure", "cp"),
]


@pytest.mark.skipif(not ABSTRACT.is_file(), reason="needs ../shared/reference/jaocc_abstract.txt")
def test_what_the_abstract_says_is_found(tmp_path: Path) -> None:
    title, *paragraphs = ABSTRACT.read_text(encoding="utf-8").strip().splitlines()
    styles = getSampleStyleSheet()
    story = [Paragraph(title, styles["Title"]), Paragraph("Abstract", styles["Heading1"])]
    story += [Paragraph(line.strip(" •"), styles["BodyText"]) for line in paragraphs if line.strip()]
    SimpleDocTemplate(str(tmp_path / "jaocc.pdf")).build(story)
    document = read(tmp_path / "jaocc.pdf", "0" * 64)
    codings = code_document(document, split(document), load_codebook()).codings
    found = {(c.family, c.code, phrase, c.domain) for c in codings for _, _, phrase, _ in EXPECTED if phrase in c.quote}
    assert [case for case in EXPECTED if case not in found] == []
