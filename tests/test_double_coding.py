"""The sample for double coding: by rule, from all strata, and growing only."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.documents import Passage
from pipeline.double_coding import Stratum, Unit, double_coding_sample, sampling_shares, strata
from pipeline.records import CodedPaper, Coding

SIDES, FAMILIES = ("cp", "climate"), ("", "instrument", "motivator")


def corpus(papers: range, sentences: int = 60) -> dict[Unit, frozenset[Stratum]]:
    """Papers on either side; of twelve sentences nine are uncoded, two name an instrument, one a motivator too."""
    families = [FAMILIES[:1]] * 9 + [FAMILIES[1:2]] * 2 + [FAMILIES[1:]]
    return {
        (f"paper{p}", 100 * s, 100 * s + 80): frozenset((SIDES[p % 2], f) for f in families[s % 12])
        for p in papers
        for s in range(sentences)
    }


def test_every_stratum_is_in_the_sample_uncoded_sentences_too() -> None:
    sentences = corpus(range(20))
    sample = double_coding_sample(sentences, sampling_shares(sentences))
    for stratum in {s for of in sentences.values() for s in of}:
        assert 8 <= sum(stratum in sentences[unit] for unit in sample) <= 60


def test_the_sample_is_the_same_again_and_another_with_another_seed() -> None:
    sentences = corpus(range(6))
    shares = sampling_shares(sentences)
    turned = dict(reversed(sentences.items()))
    assert list(double_coding_sample(turned, shares)) == list(double_coding_sample(sentences, shares))
    assert set(double_coding_sample(sentences, shares, seed=2)) != set(double_coding_sample(sentences, shares))


@given(st.integers(2, 8), st.integers(1, 8), st.integers(1, 30))
def test_a_sentence_once_in_stays_in_when_papers_are_added(first: int, more: int, each: int) -> None:
    before, after = corpus(range(first), 24), corpus(range(first + more), 24)
    shares = sampling_shares(before, each)
    sample = double_coding_sample(before, shares)
    grown = double_coding_sample(after, sampling_shares(after, each, shares))
    assert sample.items() <= grown.items()
    assert {unit for unit in grown if unit in before} == set(sample)


def test_a_side_that_comes_later_gets_its_share() -> None:
    one_sided = {unit: of for unit, of in corpus(range(12)).items() if ("cp", "") in of or ("cp", "instrument") in of}
    both = corpus(range(12))
    sample = double_coding_sample(both, sampling_shares(both, before=sampling_shares(one_sided)))
    assert any(side == "climate" for unit in sample for side, _ in both[unit])


def test_small_strata_are_taken_whole() -> None:
    sentences = corpus(range(2), 12)
    assert set(double_coding_sample(sentences, sampling_shares(sentences))) == set(sentences)


def test_weights_of_the_sample_speak_of_the_whole_corpus() -> None:
    sentences = corpus(range(40))
    shares = sampling_shares(sentences, each=60)
    guesses = [
        sum(1 / chance for chance in double_coding_sample(sentences, shares, seed).values()) for seed in range(40)
    ]
    assert abs(sum(guesses) / len(guesses) / len(sentences) - 1) < 0.05


def test_strata_are_the_domain_with_each_family_or_with_none() -> None:
    coding = Coding(
        "id", "paper", "instrument", "tax_charge", "cp", "asserted", 0, 9, "A tax on", "body", "head", 0.9, (), ()
    )
    paper = CodedPaper("paper", "both", ("cp", "climate"), (coding,))
    assert strata(paper, [Passage(0, 9, "body"), Passage(10, 20, "body")]) == {
        ("paper", 0, 9): {("cp", "instrument")},
        ("paper", 10, 20): {("climate", "")},
    }
