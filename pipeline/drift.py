"""Topics of a refit -> the same topics under the ids of the last one, and what became of them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.topic_outcomes import (
    KeptTopic,
    MovedPaper,
    RememberedTopic,
    RememberedTopics,
    Topic,
    TopicChanges,
    TopicModel,
)

# Of 20 topics of 1,500 abstracts, refitted to 80 % of them: cosine of a topic with its like .98 (median; one in ten
# is below .95), with the likest of all others .07 on average and below .17 in nine of ten.
SAME = 0.5  # cosine of terms from which two topics can be the same
DRIFTED = 0.2  # drift from which a topic is said to have drifted: more than a change of papers alone mostly makes
DECIMALS = 6

Terms = tuple[tuple[str, float], ...]


def remember(model: TopicModel) -> RememberedTopics:
    """What the next refresh must know of this model to keep its ids; of an aligned model, as `align` gives it."""
    topics = tuple(RememberedTopic(t.id, t.name, t.terms) for t in sorted(model.topics, key=lambda t: t.id))
    following = max((topic.id for topic in topics), default=0) + 1
    return RememberedTopics(topics, _main(model), max(model.next_id, following))


def align(model: TopicModel, before: RememberedTopics | None) -> tuple[TopicModel, TopicChanges]:
    """The model with the ids and names of the topics that were there before, and what changed.

    Topics are matched one to one so that the cosines of their terms have the highest sum (Kuhn 1955, Nav.
    Res. Logist. Q. 2:83; after Greene et al. 2014, ECML PKDD, LNCS 8724:498); below a cosine of 0.5 no two are
    the same. A topic without a match is born and gets an id that none had before; with nothing remembered,
    all are. A kept topic keeps its name, and the terms that it had when it got that name, until it has drifted
    from them by 0.2; then it takes those of the refit. So a drift over many small refreshes adds up and shows.

    `align(model, remember(model))` gives the model back; the order of topics changes nothing.
    """
    before = before or RememberedTopics((), {}, 1)
    before = replace(before, topics=tuple(sorted(before.topics, key=lambda t: t.id)))
    new = sorted(model.topics, key=lambda t: t.number)
    was = _matched(new, before.topics)
    born = [t.number for t in new if t.number not in was]
    ids = {number: before.next_id + i for i, number in enumerate(born)} | {n: t.id for n, t in was.items()}
    fresh = Counter(t.name for t in new)
    topics = tuple(replace(_named(t, was.get(t.number), fresh), id=ids[t.number]) for t in model.topics)
    aligned = replace(model, topics=topics, next_id=before.next_id + len(born))
    return aligned, _changes(new, aligned, was, before)


def _named(topic: Topic, was: RememberedTopic | None, fresh: Counter[str]) -> Topic:
    """The topic under its old name, with the old terms that go with it, unless another one has that name now."""
    if was is None or _drift(topic, was) >= DRIFTED or (fresh[was.name] and topic.name != was.name):
        return topic
    return replace(topic, name=was.name, terms=was.terms)


def _drift(topic: Topic, was: RememberedTopic) -> float:
    return round(1 - float(_cosines([topic.terms], [was.terms])[0, 0]), DECIMALS)


def _matched(new: Sequence[Topic], old: Sequence[RememberedTopic]) -> dict[int, RememberedTopic]:
    """By number of the new topic, the old one that it is."""
    from scipy.optimize import linear_sum_assignment

    likeness = _cosines([topic.terms for topic in new], [topic.terms for topic in old])
    likeness[likeness < SAME] = 0
    names = np.array([[n.name == o.name for o in old] for n in new]).reshape(likeness.shape)
    likeness += names * (likeness > 0) / 10**DECIMALS  # of equals, the one of the same name
    pairs = zip(*linear_sum_assignment(-likeness), strict=True)
    return {new[i].number: old[j] for i, j in pairs if likeness[i, j]}


def _cosines(first: Sequence[Terms], second: Sequence[Terms]) -> NDArray[np.float64]:
    """Cosine in [0, 1] of each of the first with each of the second; 0 for one without terms."""
    place = {term: i for i, term in enumerate(sorted({term for terms in (*first, *second) for term, _ in terms}))}
    rows = [np.zeros((len(side), len(place))) for side in (first, second)]
    for side, row in zip((first, second), rows, strict=True):
        for at, terms in enumerate(side):
            row[at, [place[term] for term, _ in terms]] = [weight for _, weight in terms]
            row[at] /= np.linalg.norm(row[at]) or 1
    return np.clip((rows[0] @ rows[1].T).round(DECIMALS), 0, 1)


def _main(model: TopicModel) -> dict[str, int]:
    ids = [topic.id for topic in model.topics]
    return {paper: ids[weights.index(max(weights))] for paper, weights in sorted(model.weights.items())}


def _changes(
    new: Sequence[Topic], aligned: TopicModel, was: Mapping[int, RememberedTopic], before: RememberedTopics
) -> TopicChanges:
    fresh = {topic.number: topic for topic in new}
    topics = sorted(aligned.topics, key=lambda t: t.id)
    kept = {topic.id for topic in was.values()}
    drift = {number: _drift(fresh[number], topic) for number, topic in was.items()}
    main = _main(aligned)
    return TopicChanges(
        born=tuple((t.id, t.name) for t in topics if t.number not in was),
        died=tuple((t.id, t.name) for t in before.topics if t.id not in kept),
        kept=tuple(
            KeptTopic(t.id, t.name, was[t.number].name, drift[t.number], drift[t.number] >= DRIFTED)
            for t in topics
            if t.number in was
        ),
        moved=tuple(
            MovedPaper(paper, before.main[paper], now)
            for paper, now in main.items()
            if before.main.get(paper, now) != now
        ),
    )


# ---- kept between runs ----


def to_json(remembered: RememberedTopics) -> str:
    """As JSON; the same topics give the same text."""
    return json.dumps(asdict(remembered), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> RememberedTopics:
    """What `to_json` was given. Raises ValueError where the text is not of that form."""
    try:
        kept = json.loads(text)
        topics = [
            RememberedTopic(int(t["id"]), str(t["name"]), tuple((str(term), float(w)) for term, w in t["terms"]))
            for t in kept["topics"]
        ]
        main = {str(paper): int(topic) for paper, topic in kept["main"].items()}
        return RememberedTopics(tuple(topics), main, int(kept["next_id"]))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"these are no remembered topics: {error!r}") from error
