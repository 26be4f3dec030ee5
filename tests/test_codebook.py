"""Codebooks: mistakes are refused with their line; a user's own codebook is followed to the last table."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.codebook import load_codebook
from pipeline.errors import CodebookError
from pipeline.export import read_table
from pipeline.refresh import refresh
from pipeline.settings import Settings
from tests.pdf.made import column, paper

OWN = """\
name = "Rivers and roads"
version = "3"

[[domain]]
id = "rivers"
label = "Rivers"
definition = "Freight on water."
terms = ["barge", "lock keeper", "canal"]

[[domain]]
id = "roads"
label = "Roads"
definition = "Freight on roads."
terms = ["lorry|lorries", "motorway"]

[[family]]
id = "worry"
label = "Worry"
definition = "What carriers complain of."

[[family.code]]
id = "delay"
label = "Delay"
covers = "Waiting, late arrival."
terms = ["delay*", "queue"]

[[family.code]]
id = "damage"
label = "Damage"
covers = "Broken goods."
terms = ["damage*"]
unless = ["damage waiver"]
"""


def own(tmp_path: Path, text: str = OWN) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('label = "Roads"', 'lable = "Roads"', 12, 'unknown key "lable"'),
        ('id = "roads"', 'id = "rivers"', 11, 'id "rivers" is taken, see line 5'),
        ('id = "roads"', 'id = "both"', 11, "both sides"),
        ('id = "damage"', 'id = "delay"', 28, 'id "delay" is taken'),
        ('id = "damage"', 'id = "Damage!"', 28, "is no id"),
        ('terms = ["damage*"]', "terms = []", 27, "has no terms"),
        ('terms = ["damage*"]', "terms = 5", 31, "wrong type"),
        ('terms = ["damage*"]', 'terms = ["damage*", "delay"]', 31, "can claim the same words"),
        ('"delay*", "queue"', '"delay*", "queue", "delays"', 25, "can claim the same words"),
        ('"delay*", "queue"', '"delay*", ".. queue"', 25, "between two words"),
        ('covers = "Waiting, late arrival."\n', "", 21, '"covers" is missing'),
        ('version = "3"', 'version = "3', 2, "not valid TOML"),
        ("[[domain]]\n", "[[dominion]]\n", 4, "dominion"),
    ],
)
def test_a_mistake_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    path = own(tmp_path, OWN.replace(old, new, 1))
    with pytest.raises(CodebookError) as refused:
        load_codebook(path)
    assert refused.value.where == f"{path}:{line}"
    assert what in str(refused.value)
    assert refused.value.remedy


def test_a_third_domain_or_no_family_is_refused(tmp_path: Path) -> None:
    third = OWN.replace(
        "[[family]]", '[[domain]]\nid = "rails"\nlabel = "r"\ndefinition = "r"\nterms = ["rail"]\n[[family]]'
    )
    with pytest.raises(CodebookError, match="exactly two domains"):
        load_codebook(own(tmp_path, third))
    with pytest.raises(CodebookError, match="no family"):
        load_codebook(own(tmp_path, OWN[: OWN.index("[[family]]")]))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"name = 1"])
def test_a_file_that_is_no_codebook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "own.toml").write_bytes(content)
    with pytest.raises(CodebookError):
        load_codebook(tmp_path / "own.toml")
    with pytest.raises(CodebookError, match="cannot be read"):
        load_codebook(tmp_path / "missing.toml")


def test_comments_and_layout_do_not_change_the_fingerprint_but_a_term_does(tmp_path: Path) -> None:
    first = load_codebook(own(tmp_path)).fingerprint
    assert load_codebook(own(tmp_path, "# mine\n" + OWN.replace('", "', '",   "'))).fingerprint == first
    assert load_codebook(own(tmp_path, OWN.replace('"queue"', '"queuing"'))).fingerprint != first


RIVER = (
    "The barge fleet grew on the old canal in the years of peace between the two towns.",
    "Delays at the upper lock were the first thing that skippers named to us in the survey.",
    "The lock keeper noted no damage to the goods on any barge in those nine years.",
    "On the canal the queue at night was longer than the one by day, the skippers said.",
)
ROAD = (
    "The motorway was opened to every lorry with more than three axles in that same year.",
    "Damage to goods on a lorry was common where the motorway had not been mended in time.",
    "A damage waiver was signed by each lorry driver before the motorway toll was paid.",
    "Lorries that came by the motorway had no roof and so the grain was often damaged by rain.",
)


def test_an_own_codebook_with_other_families_and_sides_is_followed_downstream(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, lines in (("river", RIVER), ("road", ROAD)):
        paper(corpus / f"{name}.pdf", [column(lines)])
    settings = Settings(corpus=corpus, out=tmp_path / "out", codebook=own(tmp_path), workers=1)
    summary = refresh(settings)
    assert set(summary.codings) == {("worry", "rivers"), ("worry", "roads")}
    rows = read_table(settings.out / "tables" / "comparison.csv")
    counts = {r["code"]: (r["rivers_papers"], r["roads_papers"], r["rivers_negated"]) for r in rows}
    assert counts == {"delay": ("1", "0", "0"), "damage": ("0", "1", "1")}
    evidence = read_table(settings.out / "tables" / "evidence.csv")
    assert not [row for row in evidence if "waiver" in row["quote"]]
    assert {row["method"] for row in evidence} == {"terms (uncalibrated)"}
    report = (settings.out / "report.html").read_text(encoding="utf-8")
    assert "Rivers" in report
    assert not re.search(r"leaner production", report)
    assert refresh(replace(settings)).unchanged
