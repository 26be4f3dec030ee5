"""What ties a motivator or deterrent to an instrument: the same sentence, else the next one in its paragraph."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codebook import Codebook, load_codebook
from pipeline.coding import code_document
from pipeline.coding.labels import Label, lay_out
from pipeline.coding.tied import tie
from pipeline.documents import Passage
from pipeline.records import Coding

TAX, COST, IDLE = "A carbon tax was levied.", "High costs were a barrier.", "The river runs north here."


def coding(text: str, at: int, family: str, code: str, sentence: str, word: str, named: str = "") -> Coding:
    """A coding of the sentence that begins at `at`, with its evidence on a word."""
    start = text.index(word, at)
    quote = (at, at + len(sentence), sentence)
    spans = ((start, start + len(word)),)
    about = ("cp", "asserted", *quote, "results", "terms", 0.5, (word,), spans, named)
    return Coding(f"{family}-{code}-{at}", "d", family, code, *about)  # type: ignore[arg-type]  # a literal status


@cache  # reading the codebook takes a second
def _book() -> Codebook:
    return load_codebook()


def coded(sentences: Sequence[str]) -> tuple[tuple[Passage, ...], tuple[Coding, ...]]:
    """The sentences as one paragraph of a paper, and its codings."""
    document, passages = lay_out([Label("d", "", at, text, "", "", {}, {}) for at, text in enumerate(sentences)])
    return passages, code_document(document, passages, _book()).codings


def tied(text: str, sentences: tuple[str, ...], named: str = "") -> list[tuple[int, str]]:
    """(place of the sentence, place of that which it is tied to) of every barrier in the text."""
    starts = [text.index(s, sum(map(len, sentences[:at]))) for at, s in enumerate(sentences)]
    passages = [Passage(at, at + len(s), "results") for at, s in zip(starts, sentences, strict=True)]
    codings = [
        coding(text, at, "instrument", "tax", s, "tax", named)
        if "tax" in s
        else coding(text, at, "deterrent", "cost", s, "costs")
        for at, s in zip(starts, sentences, strict=True)
        if "tax" in s or "costs" in s
    ]
    return [(starts.index(c.start), c.tied_to) for c in tie(text, passages, codings) if c.family == "deterrent"]


def test_the_sentence_before_and_the_one_after_count() -> None:
    for pair, at, to in (((TAX, COST), 1, 0), ((COST, TAX), 0, len(COST) + 1)):
        assert tied(" ".join(pair), pair) == [(at, f"instrument-tax-{to}")]


def test_what_is_further_off_does_not() -> None:
    assert tied(" ".join((TAX, IDLE, COST)), (TAX, IDLE, COST)) == [(2, "")]


def test_another_paragraph_or_section_does_not() -> None:
    for between in ("\n", " 4.2 Findings ", "\nFindings\n"):
        assert tied(between.join((TAX, COST)), (TAX, COST)) == [(1, "")]


def test_the_nearest_of_a_sentence_counts_unless_another_has_a_name() -> None:
    sentence = "A levy by the Clean Air Act and a tax raise costs."
    passages = [Passage(0, len(sentence), "results")]
    levy = coding(sentence, 0, "instrument", "levy", sentence, "levy")
    tax = coding(sentence, 0, "instrument", "tax", sentence, "tax")
    cost = coding(sentence, 0, "motivator", "cost", sentence, "costs")
    assert tie(sentence, passages, [levy, tax, cost])[2].tied_to == tax.id
    named = replace(levy, named_instrument="Clean Air Act")
    assert tie(sentence, passages, [named, tax, cost])[2].tied_to == named.id


def test_its_own_sentence_goes_before_a_named_neighbour() -> None:
    text = "The Clean Air Act set a tax. A levy raised costs."
    first, second = text[:28], text[29:]
    passages = [Passage(0, 28, "results"), Passage(29, len(text), "results")]
    act = coding(text, 0, "instrument", "tax", first, "tax", "Clean Air Act")
    levy = coding(text, 29, "instrument", "levy", second, "levy")
    cost = coding(text, 29, "deterrent", "cost", second, "costs")
    assert tie(text, passages, [act, levy, cost])[2].tied_to == levy.id


def test_a_paper_is_tied_when_it_is_coded() -> None:
    sentences = (
        "The EU ETS is a policy instrument that puts a price on emissions.",
        "High investment costs were the main barrier to cleaner technology for small firms.",
        "The river runs north here.",
        "High investment costs were the main barrier to cleaner technology for large firms.",
    )
    passages, codings = coded(sentences)
    known = {c.id: c for c in codings}
    barriers = {c.start: c.tied_to for c in codings if c.family == "deterrent"}
    assert known[barriers[passages[1].start]].named_instrument == "EU Emissions Trading System"
    assert barriers[passages[3].start] == ""
    assert not any(c.tied_to for c in codings if c.family == "instrument")


@settings(deadline=None)  # the first example reads the codebook and the head
@given(st.lists(st.sampled_from([TAX, COST, IDLE]), min_size=1, max_size=6))
def test_a_tie_leads_to_an_instrument_at_most_one_sentence_away(sentences: list[str]) -> None:
    passages, codings = coded(sentences)
    known = {c.id: c for c in codings}
    places = {p.start: at for at, p in enumerate(passages)}
    for c in codings:
        near = [k for k in codings if k.family == "instrument" and abs(places[k.start] - places[c.start]) <= 1]
        assert bool(c.tied_to) == (c.family != "instrument" and bool(near))
        if c.tied_to:
            assert known[c.tied_to] in near
