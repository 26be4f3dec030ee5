"""Topics of sentences as texts."""

from collections.abc import Mapping, Sequence

from pipeline import topics
from pipeline.tokens import tokens_of
from pipeline.topic_outcomes import TopicMethod, TopicModel

Sentence = tuple[str, str]  # text, domain


def spoken(sentences: Sequence[Sentence]) -> topics.Spoken:
    """A paper's words, and the domain of each sentence."""
    return tokens_of([text for text, _ in sentences]), [domain for _, domain in sentences]


def find_topics(
    texts: Mapping[str, Sequence[Sentence]],
    sides: tuple[str, str],
    count: int = 0,
    seed: int = 1,
    method: TopicMethod = "nmf",
) -> TopicModel:
    """The topics of the sentences of some papers."""
    return topics.find_topics({paper: spoken(text) for paper, text in texts.items()}, sides, count, seed, method)
