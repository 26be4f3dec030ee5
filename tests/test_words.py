"""What marks a side: the method against numbers computed elsewhere, and which words are let through."""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codebook import Code, Codebook, Domain, Family
from pipeline.documents import Metadata
from pipeline.outcomes import Marker
from pipeline.records import Coding, Paper, Status
from pipeline.words import MIN_PAPERS, TOP, log_odds, markers

CODEBOOK = Codebook(
    name="test",
    version="1",
    domains=(
        Domain("cp", "CP", "", ("cleaner production", "recycl*"), ()),
        Domain("climate", "climate", "", ("carbon",), ()),
    ),
    families=(Family("instrument", "Instrument", "", (), (Code("tax", "tax", "", "", (), (), ()),)),),
    fingerprint="",
)
FILLER = [f"word{a}{b}" for a in "abcdefghij" for b in "abcdefghij"]


def _paper(name: str, domain: str) -> Paper:
    return Paper(name, f"{name}.pdf", (), name, Metadata(), "", 1, "test", domain, {})


def _coding(paper: str, domain: str, quote: str, at: int = 0, status: Status = "asserted") -> Coding:
    start = 1000 * at
    name = f"{paper}-{at}"
    end = start + len(quote)
    return Coding(name, paper, "instrument", "tax", domain, status, start, end, quote, "body", "m", 0.5, (), ())


def _two_sides(each: int = 20, seed: int = 1) -> tuple[list[Paper], list[Coding]]:
    """Papers of both sides that speak alike: ten words each, of a hundred."""
    rng = random.Random(seed)
    papers = [_paper(f"{side}{i:03}", side) for side in ("cp", "climate") for i in range(each)]
    return papers, [_coding(p.document_id, p.domain, " ".join(rng.sample(FILLER, 10))) for p in papers]


def _saying(codings: Sequence[Coding], side: str, word: str, papers: int) -> list[Coding]:
    """The codings, the first `papers` of a side with one word more."""
    names = {f"{side}{i:03}" for i in range(papers)}
    return [replace(c, quote=f"{c.quote} {word}.") if c.document_id in names else c for c in codings]


# ---- the method ----


def test_the_numbers_are_those_of_convokit() -> None:
    # z-scores of FightingWords in convokit 5.0.0, with an informative prior of 50 words in these proportions
    words = ["audit", "cost", "filter", "market", "plant", "water"]
    left, right = np.array([9.0, 2, 5, 0, 11, 7]), np.array([4.0, 0, 6, 8, 20, 1])
    seen = np.array([13.0, 12, 11, 18, 31, 8])
    delta, error = log_odds(left, right, 50 * seen / seen.sum())
    theirs = {"audit": 1.3071, "cost": 0.686, "filter": -0.0821, "market": -1.6097, "plant": -1.4109, "water": 1.7056}
    assert dict(zip(words, delta / error, strict=True)) == pytest.approx(theirs, abs=6e-5)


def test_the_numbers_are_those_of_the_formula_done_by_hand() -> None:
    # 12 of 40 words on the left, 3 of 60 on the right, under a prior of 2 in 10
    delta, error = log_odds(np.array([12.0, 28.0]), np.array([3.0, 57.0]), np.array([2.0, 8.0]))
    assert delta[0] == pytest.approx(math.log((14 / 36) / (5 / 65)))
    assert error[0] == pytest.approx(math.sqrt(1 / 14 + 1 / 5))


def test_a_marker_carries_its_counts_and_the_formula_s_interval() -> None:
    papers, codings = _two_sides()
    codings = _saying(_saying(codings, "cp", "filters", 14), "climate", "filters", 1)
    (found,) = [m for m in markers(papers, codings, CODEBOOK) if m.word == "filters"]
    assert (found.domain, found.papers, found.sentences, found.of_domain) == ("cp", (14, 1), (14, 1), False)
    weight = (400 + 15) / 40  # words of an average paper: 40 papers say 400 fillers and 15 filters
    prior = weight * 15 / (400 + 15)
    y, n, x, k = 14 + prior, 200 + 14 + weight, 1 + prior, 200 + 1 + weight
    delta = math.log(y / (n - y)) - math.log(x / (k - x))
    spread = 1.959964 * math.sqrt(1 / y + 1 / x)
    assert (found.log_odds, found.low, found.high) == pytest.approx((delta, delta - spread, delta + spread), abs=2e-6)
    assert found.z == pytest.approx(1.959964 * delta / spread, abs=1e-5)
    quoted = {c.id: c for c in codings}
    assert len(found.quotes) == 5
    assert all("filters" in quoted[i].quote and quoted[i].domain == "cp" for i in found.quotes)


def test_papers_that_speak_alike_are_seldom_told_apart() -> None:
    marked = sum(len(markers(*_two_sides(seed=seed), CODEBOOK)) for seed in range(10))
    assert marked <= 0.05 * 10 * len(FILLER)


# ---- which words are let through ----


def _marked(papers: Sequence[Paper], codings: Sequence[Coding]) -> dict[str, Marker]:
    return {m.word: m for m in markers(papers, codings, CODEBOOK)}


def test_a_word_marks_the_side_that_says_it_more_and_its_log_odds_tell_which() -> None:
    papers, codings = _two_sides()
    found = _marked(papers, _saying(_saying(codings, "cp", "effluent", 15), "climate", "quota", 15))
    assert (found["effluent"].domain, found["quota"].domain) == ("cp", "climate")
    assert found["effluent"].low > 0 > found["quota"].high


def test_a_word_that_one_paper_repeats_marks_nothing() -> None:
    papers, codings = _two_sides()
    habit = [_coding("cp000", "cp", "zeolite zeolite zeolite", at) for at in range(1, 60)]
    assert "zeolite" not in _marked(papers, [*codings, *habit])


def test_forty_sentences_of_a_paper_weigh_no_more_than_one() -> None:
    papers, codings = _two_sides()
    said = _saying(codings, "cp", "filters", 12)
    again = [_coding(f"cp{i:03}", "cp", "filters filters", at) for i in range(12) for at in range(1, 40)]
    once, often = _marked(papers, said)["filters"], _marked(papers, [*said, *again])["filters"]
    assert replace(often, sentences=once.sentences, quotes=once.quotes) == once
    assert often.sentences == (12 * 40, 0)


def test_fewer_papers_than_are_asked_for_mark_nothing() -> None:
    papers = [_paper(f"{side}{i:03}", side) for side in ("cp", "climate") for i in range(4)]
    codings = [_coding(p.document_id, p.domain, "levy") for p in papers]
    dense = [_coding(f"cp{i:03}", "cp", "filters", 1) for i in range(MIN_PAPERS - 1)]
    assert "filters" not in _marked(papers, [*codings, *dense])


def test_stop_words_and_words_of_academic_prose_mark_nothing() -> None:
    papers, codings = _two_sides()
    assert not {"however", "paper", "the"} & set(_marked(papers, _saying(codings, "cp", "The paper, however", 20)))


def test_words_are_told_whatever_their_case_and_punctuation() -> None:
    papers, codings = _two_sides()
    ways = ["(Filters)", "filters;", "FILTERS", "water/filters", "“filters”"]
    codings = [replace(c, quote=f"{c.quote} {ways[i % 5]}") if i < 15 else c for i, c in enumerate(codings)]
    assert _marked(papers, codings)["filters"].papers == (15, 0)


def test_a_word_of_the_domain_s_terms_says_so_and_takes_no_other_s_place() -> None:
    papers, codings = _two_sides(30)
    words = ["recycling", "cleaner", *(f"plain{a}" for a in "abcdefghijkl")]
    found = _marked(papers, _saying(codings, "cp", " ".join(words), 28))
    assert found["recycling"].of_domain
    assert found["cleaner"].of_domain
    assert sum(m.domain == "cp" and not m.of_domain for m in found.values()) == TOP


@pytest.mark.parametrize(
    "change", [{"status": "negated"}, {"status": "proposed"}, {"domain": "climate"}, {"domain": "other"}]
)
def test_sentences_that_assert_nothing_on_their_paper_s_side_mark_nothing(change: dict[str, str]) -> None:
    papers, codings = _two_sides()
    aside = [replace(_coding(f"cp{i:03}", "cp", "filters", 1), **change) for i in range(15)]  # type: ignore[arg-type]
    assert "filters" not in _marked(papers, [*codings, *aside])


def test_nothing_marks_where_a_side_says_nothing() -> None:
    papers, codings = _two_sides()
    assert markers(papers, [c for c in codings if c.domain == "cp"], CODEBOOK) == ()
    assert markers([], [], CODEBOOK) == ()


# ---- properties ----

_texts = st.lists(st.sampled_from(["filters", "quota", "levy", "audits", "the", "Steam-driven", "x1"]), max_size=5).map(
    " ".join
)
_corpora = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["cp", "climate", "both"]), st.sampled_from([0, 1, 2]), _texts),
    max_size=40,
)


@settings(max_examples=50)
@given(_corpora, st.randoms(use_true_random=False))
def test_counts_are_those_of_counting_and_order_changes_nothing(
    drawn: list[tuple[int, str, int, str]], rng: random.Random
) -> None:
    papers, base = _two_sides(8)
    more = {f"both{i}-{at}": _coding(f"both{i}", side, text, at) for i, side, at, text in drawn}
    strong = [_coding(f"cp{i:03}", "cp", "filters quota", 3) for i in range(8)]
    papers, codings = [*papers, *(_paper(f"both{i}", "both") for i in range(6))], [*base, *strong, *more.values()]
    found = markers(papers, codings, CODEBOOK)
    saying: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for coding in codings:
        for side in ("cp", "climate"):
            if coding.domain in (side, "both"):
                for word in coding.quote.lower().split():
                    saying[side, word].add(coding.document_id)
    for marker in found:
        assert marker.papers == (len(saying["cp", marker.word]), len(saying["climate", marker.word]))
        assert marker.low > 0 or marker.high < 0
        assert marker.low <= marker.log_odds <= marker.high
    assert markers(rng.sample(papers, len(papers)), rng.sample(codings, len(codings)), CODEBOOK) == found
