"""Topics over refreshes: who is who, who was born and who died, and which papers went elsewhere."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drift import DRIFTED, align, from_json, remember, to_json
from pipeline.topic_outcomes import RememberedTopics, Topic, TopicModel
from tests.texts import Sentence, find_topics

SIDES = ("cp", "climate")
THEMES = ("dye", "heat", "smelt", "paddy")
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"


def _theme(name: str) -> list[str]:
    """Invented words of one theme, so that no stop list knows them."""
    rng = random.Random(name)
    return ["".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(4)) for _ in range(40)]


def _papers(theme: str, numbers: range) -> dict[str, list[Sentence]]:
    return {f"{theme}{n:02}": _paper(theme, n) for n in numbers}


def _paper(theme: str, seed: int) -> list[Sentence]:
    rng = random.Random(f"{theme} {seed}")
    return [(" ".join(rng.choices(_theme(theme), k=12)) + ".", SIDES[seed % 2]) for _ in range(12)]


def _corpus(*themes: str, papers: int = 8) -> dict[str, list[Sentence]]:
    return {key: text for theme in themes for key, text in _papers(theme, range(papers)).items()}


@pytest.fixture(scope="module")
def first() -> TopicModel:
    return find_topics(_corpus("dye", "heat", "smelt"), SIDES, count=3)


def _theme_of(topic: Topic) -> str:
    words = {word for word, _ in topic.words}
    return next(theme for theme in THEMES if words <= set(_theme(theme)))


def _ids(model: TopicModel) -> dict[str, int]:
    return {_theme_of(topic): topic.id for topic in model.topics}


# ---- refits of a corpus that changes ----


def test_nothing_new_changes_nothing(first: TopicModel) -> None:
    again, changes = align(first, remember(first))
    assert again == first
    assert not changes.born
    assert not changes.died
    assert not changes.moved
    assert [(topic.drift, topic.drifted) for topic in changes.kept] == [(0, False)] * 3


def test_a_first_model_is_all_new(first: TopicModel) -> None:
    model, changes = align(first, None)
    assert model == first
    assert [born for born, _ in changes.born] == [1, 2, 3]
    assert (changes.died, changes.kept, changes.moved) == ((), (), ())


def test_more_papers_keep_ids_and_names_though_the_order_of_topics_turns(first: TopicModel) -> None:
    before = remember(first)
    last = next(theme for theme, at in _ids(first).items() if at == 3)
    refit = find_topics(_corpus("dye", "heat", "smelt") | _papers(last, range(8, 14)), SIDES, count=3)
    assert _ids(refit) != _ids(first)  # what was the last is the first now
    model, changes = align(refit, before)
    assert _ids(model) == _ids(first)
    assert {t.id: t.name for t in model.topics} == {t.id: t.name for t in first.topics}
    assert [t.number for t in model.topics] == [1, 2, 3]
    assert (changes.born, changes.died, changes.moved) == ((), (), ())


def test_a_theme_that_comes_is_born_and_one_that_goes_dies_and_its_id_is_never_given_again(first: TopicModel) -> None:
    ids = _ids(first)
    model, changes = align(find_topics(_corpus("dye", "heat", "paddy"), SIDES, count=3), remember(first))
    assert _ids(model) == {"dye": ids["dye"], "heat": ids["heat"], "paddy": 4}
    assert [gone for gone, _ in changes.died] == [ids["smelt"]]
    assert [new for new, _ in changes.born] == [4]
    assert {topic.id for topic in changes.kept} == {ids["dye"], ids["heat"]}
    assert changes.moved == ()  # no paper of both runs went elsewhere
    without, _ = align(find_topics(_corpus("dye", "heat"), SIDES, count=2), remember(model))
    later, _ = align(find_topics(_corpus("dye", "heat", "smelt"), SIDES, count=3), remember(without))
    assert _ids(later) == {"dye": ids["dye"], "heat": ids["heat"], "smelt": 5}


def test_a_paper_whose_text_turned_has_moved(first: TopicModel) -> None:
    turned = _corpus("dye", "heat", "smelt") | {"dye00": _paper("heat", 50), "new": _paper("heat", 51)}
    model, changes = align(find_topics(turned, SIDES, count=3), remember(first))
    ids = _ids(model)
    assert [(m.document_id, m.before, m.now) for m in changes.moved] == [("dye00", ids["dye"], ids["heat"])]


def test_a_corpus_without_topics_forgets_no_id(first: TopicModel) -> None:
    none, changes = align(find_topics({}, SIDES), remember(first))
    assert len(changes.died) == 3
    again, _ = align(first, remember(none))
    assert sorted(topic.id for topic in again.topics) == [4, 5, 6]


# ---- drift ----


def _topic(number: int, name: str, **terms: float) -> Topic:
    return Topic(number, name, (), 0.0, 0, {}, id=number, terms=tuple(terms.items()))


def _model(*topics: Topic) -> TopicModel:
    return TopicModel(topics, {}, "", next_id=len(topics) + 1)


def test_a_topic_that_drifts_says_by_how_much_and_takes_its_new_name() -> None:
    before = remember(_model(_topic(1, "dye, effluent", dye=0.6, effluent=0.8)))
    near, changes = align(_model(_topic(1, "effluent, dye", dye=0.8, effluent=0.6)), before)
    assert [(t.name, t.drift, t.drifted) for t in changes.kept] == [("dye, effluent", 0.04, False)]
    assert near.topics[0].name == "dye, effluent"
    far, changes = align(_model(_topic(1, "dye, wool", dye=0.96, wool=0.28)), before)
    assert [(t.name, t.before, t.drift, t.drifted) for t in changes.kept] == [
        ("dye, wool", "dye, effluent", 0.424, True)
    ]
    assert far.topics[0].name == "dye, wool"


def test_topics_with_little_in_common_are_not_the_same() -> None:
    _, changes = align(_model(_topic(1, "wool", dye=0.4, wool=1)), remember(_model(_topic(1, "dye", dye=1))))
    assert (changes.born, changes.died) == (((2, "wool"),), ((1, "dye"),))


def test_a_drift_in_small_steps_adds_up() -> None:
    """Each step is below what is told, and so a comparison with the last refresh alone would never tell."""
    model = _model(_topic(1, "dye", dye=1.0, wool=0.0))
    told = []
    for step in range(1, 11):
        refit = _model(_topic(1, "wool", dye=1 - step / 10, wool=step / 10))
        model, changes = align(refit, remember(model))
        told += [step for topic in changes.kept if topic.drifted]
    assert told
    assert told[0] > 1
    assert model.topics[0].id == 1
    assert model.topics[0].name == "wool"


def test_no_two_topics_have_one_name() -> None:
    before = remember(_model(_topic(1, "dye", dye=1)))
    model, _ = align(_model(_topic(1, "heat, dye", dye=1), _topic(2, "dye", heat=1)), before)
    assert [(t.id, t.name) for t in model.topics] == [(1, "heat, dye"), (2, "dye")]


# ---- of any topics ----

TERMS = ("dye", "heat", "wool", "smelt", "paddy", "levy")


@st.composite
def models(draw: st.DrawFn) -> TopicModel:
    vectors = draw(st.lists(st.dictionaries(st.sampled_from(TERMS), st.integers(1, 9), min_size=1), max_size=6))
    topics = [_topic(i, ", ".join([*terms, str(i)]), **terms) for i, terms in enumerate(vectors, 1)]
    papers = draw(st.sets(st.integers(0, 9))) if topics else set()
    weights = {f"p{p}": tuple(draw(st.permutations([1.0, *[0.0] * (len(topics) - 1)]))) for p in papers}
    return TopicModel(tuple(topics), weights, "", next_id=len(topics) + 1)


@settings(max_examples=40, deadline=None)
@given(models(), models())
def test_topics_and_papers_are_all_accounted_for(old: TopicModel, new: TopicModel) -> None:
    before = remember(old)
    model, changes = align(new, before)
    kept = {topic.id for topic in changes.kept}
    born, died = {i for i, _ in changes.born}, {i for i, _ in changes.died}
    assert born | kept == {topic.id for topic in model.topics}
    assert died | kept == {topic.id for topic in before.topics}
    assert len(born) + len(kept) == len(model.topics)
    assert len(died) + len(kept) == len(before.topics)
    assert not born & (died | kept)
    assert all(topic.drifted == (topic.drift >= DRIFTED) for topic in changes.kept)
    assert len({topic.name for topic in model.topics}) == len(model.topics)
    assert {move.document_id for move in changes.moved} <= set(old.weights) & set(new.weights)
    now = remember(model).main
    assert {m.document_id: (m.before, m.now) for m in changes.moved} == {
        paper: (before.main[paper], now[paper])
        for paper in before.main
        if now.get(paper, before.main[paper]) != before.main[paper]
    }
    assert model.next_id > max([*born, *died, *kept], default=0)


@settings(max_examples=40, deadline=None)
@given(models(), models(), st.randoms())
def test_the_order_of_topics_changes_nothing(old: TopicModel, new: TopicModel, rng: random.Random) -> None:
    before = remember(old)
    shuffled_before = replace(before, topics=tuple(rng.sample(before.topics, len(before.topics))))
    order = rng.sample(range(len(new.topics)), len(new.topics))
    turned = replace(
        new,
        topics=tuple(new.topics[i] for i in order),
        weights={paper: tuple(row[i] for i in order) for paper, row in new.weights.items()},
    )
    model, changes = align(new, before)
    again, same = align(turned, shuffled_before)
    assert same == changes
    assert sorted(again.topics, key=lambda t: t.number) == list(model.topics)


@settings(max_examples=40, deadline=None)
@given(models(), models())
def test_aligning_twice_is_aligning_once(old: TopicModel, new: TopicModel) -> None:
    model, _ = align(new, remember(old))
    again, changes = align(model, remember(model))
    assert again == model
    assert not changes.born
    assert not changes.died
    assert not changes.moved


# ---- kept between runs ----


@settings(max_examples=40, deadline=None)
@given(models())
def test_what_is_remembered_comes_back_from_json(model: TopicModel) -> None:
    assert from_json(to_json(remember(model))) == remember(model)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"topics": [{"id": 1}], "main": {}, "next_id": 2}', '{"topics": 3}'])
def test_what_is_no_memory_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"remembered topics|Expecting"):
        from_json(text)


def test_nothing_to_remember_is_remembered() -> None:
    assert remember(TopicModel((), {}, "too few papers")) == RememberedTopics((), {}, 1)
