"""Topics: what they say of a corpus, and that they hold still."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from statsmodels.stats.proportion import confint_proportions_2indep

from pipeline.factors import agreement, coherence
from pipeline.topic_outcomes import TopicModel
from tests.texts import Sentence, find_topics

SIDES = ("cp", "climate")
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"


def _lexicon(seed: int, size: int = 40) -> list[str]:
    """Invented words, so that no stop list knows them."""
    rng = random.Random(seed)
    return ["".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(4)) for _ in range(size)]


LEXICA = {"cp": _lexicon(1), "climate": _lexicon(2), "other": _lexicon(3)}


def _paper(seed: int, domain: str, sentences: int = 12) -> list[Sentence]:
    return _speak(LEXICA[domain], seed, domain, sentences)


def _speak(words: list[str], seed: int, domain: str, sentences: int = 12) -> list[Sentence]:
    rng = random.Random(seed)
    return [(" ".join(rng.choices(words, k=12)) + ".", domain) for _ in range(sentences)]


def _corpus(papers: int = 12, sentences: int = 12) -> dict[str, list[Sentence]]:
    return {f"p{i:02}": _paper(i, SIDES[i % 2], sentences) for i in range(papers)}


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return find_topics(_corpus(), SIDES, count=2)


def test_two_vocabularies_become_two_topics_on_their_own_sides(model: TopicModel) -> None:
    assert [topic.number for topic in model.topics] == [1, 2]
    for topic in model.topics:
        words = {word for word, _ in topic.words}
        side = next(side for side in SIDES if words <= set(LEXICA[side]))
        assert topic.sides[side] > 0.95
        assert topic.papers == 6


def test_each_side_is_shared_out_among_the_topics(model: TopicModel) -> None:
    for side in SIDES:
        assert sum(topic.sides[side] for topic in model.topics) == pytest.approx(1, abs=1e-5)


def test_a_side_without_text_has_no_share() -> None:
    corpus = {paper: [(text, "cp") for text, _ in sentences] for paper, sentences in _corpus().items()}
    model = find_topics(corpus, SIDES, count=2)
    assert [topic.sides["climate"] for topic in model.topics] == [0.0, 0.0]


def test_a_sentence_of_both_counts_on_either_side() -> None:
    corpus = {paper: [(text, "both") for text, _ in sentences] for paper, sentences in _corpus().items()}
    for topic in find_topics(corpus, SIDES, count=2).topics:
        assert topic.sides["cp"] == topic.sides["climate"] > 0


def test_top_words_are_ten_single_words_and_coherence_is_in_range(model: TopicModel) -> None:
    for topic in model.topics:
        assert len(topic.words) == len({word for word, _ in topic.words}) == 10
        assert all(0 < weight <= 1 and "_" not in word for word, weight in topic.words)
        assert -1 <= topic.coherence <= 1


def test_order_of_papers_changes_nothing(model: TopicModel) -> None:
    backwards = dict(reversed(_corpus().items()))
    assert find_topics(backwards, SIDES, count=2) == model


def test_a_long_paper_weighs_no_more_than_a_short_one() -> None:
    corpus = _corpus(16)
    corpus["p01"] = _paper(1, "climate", sentences=400)
    first = find_topics(corpus, SIDES, count=2).topics[0]
    assert first.papers == 8
    assert first.sides["cp"] + first.sides["climate"] == pytest.approx(1, abs=0.1)


def test_a_paper_that_turns_from_one_matter_to_the_other_is_of_both() -> None:
    corpus = _corpus() | {f"q{i}": _paper(50 + i, "other") for i in range(6)}
    corpus["mixed"] = _paper(90, "cp", 60) + _paper(91, "climate", 60)
    weights = find_topics(corpus, SIDES, count=3).weights["mixed"]
    assert sorted(weights) == pytest.approx([0, 0.5, 0.5], abs=0.1)


def test_names_are_unique_and_use_phrases() -> None:
    corpus = {
        paper: [(f"The {'zorbic melange' if i % 2 else 'quarny flotter'} {text}", domain) for text, domain in s]
        for i, (paper, s) in enumerate(_corpus(20, 20).items())
    }
    names = [topic.name for topic in find_topics(corpus, SIDES, count=2).topics]
    assert len(set(names)) == 2
    assert any("zorbic melange" in name for name in names)
    assert any("quarny flotter" in name for name in names)


def test_phrases_do_not_reach_over_punctuation() -> None:
    corpus = {
        paper: [(f"{'zorbic (melange)' if i % 2 else 'quarny, flotter'}; {text}", d) for text, d in sentences]
        for i, (paper, sentences) in enumerate(_corpus(20, 20).items())
    }
    names = " | ".join(topic.name for topic in find_topics(corpus, SIDES, count=2).topics)
    assert "zorbic melange" not in names
    assert "quarny flotter" not in names


def test_words_of_publishing_make_no_topic() -> None:
    corpus = {
        paper: [("Copyright Elsevier, all rights reserved; this paper, Fig. 2, et al. " + text, d) for text, d in s]
        if i % 3
        else s
        for i, (paper, s) in enumerate(_corpus(18).items())
    }
    words = {word for topic in find_topics(corpus, SIDES, count=4).topics for word, _ in topic.words}
    assert not words & {"copyright", "elsevier", "rights", "reserved", "paper", "fig", "et", "al"}


@pytest.mark.parametrize("vocabularies", [2, 4])
def test_the_number_of_topics_is_that_of_the_vocabularies_and_its_curve_is_kept(vocabularies: int) -> None:
    words = [_lexicon(200 + i) for i in range(vocabularies)]
    corpus = {f"p{i:02}": _speak(words[i % vocabularies], i, SIDES[i % 2]) for i in range(36)}
    model = find_topics(corpus, SIDES)
    assert len(model.topics) == vocabularies
    assert [point.topics for point in model.curve] == [2, 3, 4, 5, 6]
    assert all(-1 <= point.coherence <= 1 and 0 <= point.stability <= 1 for point in model.curve)
    assert find_topics(corpus, SIDES, count=3).curve == ()


def test_the_seed_changes_nothing_where_the_number_is_given() -> None:
    corpus = _corpus(24)
    assert find_topics(corpus, SIDES, count=5, seed=1) == find_topics(corpus, SIDES, count=5, seed=99)


def test_allocation_finds_the_two_vocabularies_too_and_its_weights_sum_to_one() -> None:
    model = find_topics(_corpus(), SIDES, count=2, method="lda")
    for topic in model.topics:
        words = {word for word, _ in topic.words}
        assert any(words <= set(LEXICA[side]) for side in SIDES)
    assert all(sum(weights) == pytest.approx(1, abs=1e-9) for weights in model.weights.values())


def test_allocation_holds_still_over_seeds() -> None:
    corpus = _corpus(16) | {f"q{i}": _paper(50 + i, "other") for i in range(8)}
    one, other = (find_topics(corpus, SIDES, count=3, seed=seed, method="lda") for seed in (1, 2))
    assert agreement(*([[word for word, _ in t.words] for t in model.topics] for model in (one, other))) > 0.9


def test_coherence_is_that_of_gensim() -> None:
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    texts = [[word for text, _ in _paper(i, SIDES[i % 2], 2) for word in text[:-1].split()] for i in range(30)]
    names = sorted({word for text in texts for word in text})
    counts = csr_matrix([[text.count(name) for name in names] for text in texts])
    top = [[0, 9, 17, 30], [40, 3, 41], [5]]
    theirs = CoherenceModel(
        topics=[[names[i] for i in topic] for topic in top[:2]],
        texts=texts,
        dictionary=Dictionary(texts),
        coherence="c_npmi",
        window_size=99,
        processes=1,
    ).get_coherence_per_topic()
    assert coherence(counts, top) == pytest.approx([*theirs, 0], abs=1e-5)


def test_each_topic_is_placed_between_the_sides_with_an_interval(model: TopicModel) -> None:
    for topic in model.topics:
        left = topic.sides["cp"] > 0.5
        assert topic.axis == pytest.approx(1 if left else -1, abs=0.05)
        low, high = (topic.axis_low, topic.axis_high) if left else (topic.axis_high, topic.axis_low)
        # six papers against six: statsmodels gives the ratio of 6/6 to 0/6, half a paper added
        ends = confint_proportions_2indep(6, 6, 0, 6, compare="ratio", method="log-adjusted")
        expected = [(end - 1) / (end + 1) for end in ends]
        assert low is not None
        assert high is not None
        assert abs(low) == pytest.approx(abs(expected[0]), abs=0.02)
        assert abs(high) == pytest.approx(1, abs=0.05)


def test_a_topic_of_neither_side_has_no_place() -> None:
    corpus = {paper: [(text, "other") for text, _ in sentences] for paper, sentences in _corpus().items()}
    for topic in find_topics(corpus, SIDES, count=2).topics:
        assert (topic.axis, topic.axis_low, topic.axis_high) == (None, None, None)


def test_typical_papers_and_sentences_are_of_the_topic(model: TopicModel) -> None:
    corpus = _corpus()
    for place, topic in enumerate(model.topics):
        assert len(topic.typical) == len(topic.sentences) == 3
        assert all(model.weights[paper][place] > 0.9 for paper in topic.typical)
        for paper, number in topic.sentences:
            assert {word for word, _ in topic.words} & set(corpus[paper][number][0].rstrip(".").split())


def test_topics_of_neither_side_have_no_share_of_either() -> None:
    corpus = _corpus() | {f"q{i}": _paper(50 + i, "other") for i in range(6)}
    model = find_topics(corpus, SIDES, count=3)
    shares = sorted(max(topic.sides.values()) for topic in model.topics)
    assert shares == pytest.approx([0, 1, 1], abs=0.1)


def test_more_topics_than_the_corpus_carries_are_refused_in_words() -> None:
    model = find_topics(_corpus(12), SIDES, count=30)
    assert len(model.topics) <= 6
    assert model.note == "30 topics were asked for; this corpus carries at most 6."


@pytest.mark.parametrize("papers", [0, 1, 7])
def test_too_few_papers_give_no_topics_but_say_what_would_do(papers: int) -> None:
    model = find_topics(_corpus(papers), SIDES)
    assert model.topics == ()
    assert model.weights == {}
    assert model.note.startswith(f"No topics: {papers} paper")
    assert "8" in model.note


def test_papers_with_hardly_any_text_do_not_make_a_corpus() -> None:
    model = find_topics(_corpus(20, sentences=2), SIDES)
    assert model.topics == ()
    assert "50 words" in model.note


def test_papers_with_nothing_in_common_give_no_topics() -> None:
    corpus = {f"p{i}": [(" ".join(_lexicon(100 + i, 80)), "cp")] for i in range(10)}
    model = find_topics(corpus, SIDES)
    assert model.topics == ()
    assert "in common" in model.note


def test_a_paper_without_a_word_of_the_vocabulary_is_given_no_weights() -> None:
    corpus = _corpus() | {"stranger": [(" ".join(_lexicon(77, 80)), "cp")], "empty": []}
    model = find_topics(corpus, SIDES, count=2)
    assert set(model.weights) == set(_corpus())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SIDES), st.integers(5, 40)), min_size=8, max_size=14), st.integers(0, 5))
def test_weights_sum_to_one_and_every_paper_leads_to_one_topic(shape: list[tuple[str, int]], count: int) -> None:
    corpus = {f"p{i}": _paper(i, domain, sentences) for i, (domain, sentences) in enumerate(shape)}
    model = find_topics(corpus, SIDES, count)
    for weights in model.weights.values():
        assert len(weights) == len(model.topics)
        assert sum(weights) == pytest.approx(1, abs=1e-9)
        assert all(0 <= weight <= 1 for weight in weights)
    assert sum(topic.papers for topic in model.topics) == len(model.weights)
    assert len({topic.name for topic in model.topics}) == len(model.topics)


def test_a_notice_that_papers_share_is_no_topic() -> None:
    words = ["This", "notice", *_lexicon(9, 8)]
    notice = (" ".join(words) + ".", "cp")
    corpus = {paper: [*sentences, notice] for paper, sentences in _corpus().items()}
    plain = find_topics(_corpus(), SIDES, count=2)
    assert find_topics(corpus, SIDES, count=2) == plain
    twice = dict(corpus, **{paper: _corpus()[paper] for paper in list(corpus)[2:]})  # two papers may agree
    assert find_topics(twice, SIDES, count=2) != plain
