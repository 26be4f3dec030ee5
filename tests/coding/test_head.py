"""Coding as a whole, with the head that ships and without, and heads that are trained on the spot."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codebook import load_codebook
from pipeline.coding import code_document
from pipeline.coding.document import DOUBTFUL, MODEL, shipped_head
from pipeline.coding.examples import examples
from pipeline.coding.head import load_head, save_head
from pipeline.coding.labels import Label, lay_out, read_labels
from pipeline.coding.train import train
from pipeline.documents import Document
from pipeline.errors import PrecedentError
from pipeline.records import CodedPaper

BOOK = load_codebook()
OWN = Path(__file__).parents[2] / "models" / "constructed.jsonl"


def paper(*sentences: str, title: str = "Cleaner production in dye works") -> tuple[Document, CodedPaper]:
    labels = [Label("paper", title, at, text, "", "", {}, {}) for at, text in enumerate(sentences)]
    document, passages = lay_out(labels)
    return document, code_document(document, passages, BOOK)


def test_the_head_that_ships_was_trained_on_the_codebook_that_ships() -> None:
    assert shipped_head(BOOK.fingerprint) is not None
    assert MODEL.stat().st_size < 5_000_000


def test_a_sentence_carries_its_codes_names_and_reasons() -> None:
    document, coded = paper(
        "The Cleaner Production Promotion Law obliges state-owned enterprises in Shandong to order CP audits.",
        "Lower cost and customer pressure were the main drivers, while lack of capital was a barrier.",
    )
    codes = {(c.family, c.code) for c in coded.codings}
    assert {("instrument", "regulation"), ("motivator", "cost_saving"), ("motivator", "market_demand")} <= codes
    assert ("deterrent", "finance_access") in codes
    law = next(c for c in coded.codings if c.code == "regulation")
    assert (law.named_instrument, law.actor) == ("Cleaner Production Promotion Law", "state-owned enterprises")
    assert law.place == "Shandong, China"
    assert law.method == "terms+head"
    assert all(document.text[a:b] for c in coded.codings for a, b in c.evidence)


def test_what_is_nearly_surely_wrong_is_not_given() -> None:
    """Price volatility as such moves nobody; as a barrier it may be one."""
    _, coded = paper("Price volatility in the markets for scrap steel was high.")
    assert {c.code for c in coded.codings} == {"policy_uncertainty"}
    assert all(c.confidence >= DOUBTFUL for c in coded.codings)


def test_a_codebook_of_ones_own_is_coded_by_its_terms_alone() -> None:
    document, passages = lay_out([Label("paper", "", 0, "A carbon tax was levied.", "", "", {}, {})])
    coded = code_document(document, passages, replace(BOOK, fingerprint="my own"))
    assert [(c.code, c.method) for c in coded.codings] == [("tax_charge", "terms (uncalibrated)")]


def test_a_paper_without_sentences_is_on_neither_side() -> None:
    document, _ = lay_out([Label("paper", "", 0, "Nothing.", "", "", {}, {})])
    coded = code_document(document, (), BOOK)
    assert (coded.codings, coded.domain) == ((), "other")


WORDS = st.sampled_from(
    "tax law subsidy barrier driver cost firms lack of the was not carbon 5 % audit % é ; .".split()
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=3, max_size=25).map(" ".join), min_size=1, max_size=5))
def test_offsets_hold_and_one_code_stands_once_in_a_sentence(sentences: list[str]) -> None:
    document, coded = paper(*sentences)
    keys = [(c.start, c.family, c.code) for c in coded.codings]
    assert len(keys) == len(set(keys))
    for c in coded.codings:
        assert document.text[c.start : c.end] == c.quote
        assert DOUBTFUL <= c.confidence <= 1
        assert all(c.start <= a < b <= c.end for a, b in c.evidence)
    assert coded == paper(*sentences)[1]


@pytest.fixture(scope="module")
def own_labels() -> list[Label]:
    """The constructed sentences, five to a document."""
    labels = read_labels(OWN, [family.id for family in BOOK.families])
    return [replace(label, document=f"doc {at // 5}", position=at % 5) for at, label in enumerate(labels)]


def test_training_is_without_chance_and_survives_the_disk(own_labels: list[Label], tmp_path: Path) -> None:
    seen = examples(own_labels, BOOK)
    head = replace(train(seen, BOOK), about={"codebook": BOOK.fingerprint})
    save_head(head, tmp_path / "a.npz")
    save_head(replace(train(seen, BOOK), about=head.about), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = load_head(tmp_path / "a.npz")
    for e in seen[:20]:
        assert np.allclose(head.scores(e.label.text, e.features), again.scores(e.label.text, e.features), atol=0.02)


def test_a_head_of_few_sentences_still_codes(own_labels: list[Label]) -> None:
    head = train(examples(own_labels[:40], BOOK), BOOK)
    document, passages = lay_out([Label("paper", "", 0, "High cost was the main barrier.", "", "", {}, {})])
    assert all(0 <= c.confidence <= 1 for c in code_document(document, passages, BOOK, head).codings)


def test_a_damaged_head_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "head.npz").write_bytes(b"nothing of use")
    with pytest.raises(PrecedentError) as error:
        load_head(tmp_path / "head.npz")
    assert "train anew: precedent train" in error.value.remedy
