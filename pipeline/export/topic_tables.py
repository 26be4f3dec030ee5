"""Topics as rows: the topics, the curve of their number, weights, years and typical sentences."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.export.results import Results

TOPICS = """
topic integer Number of the topic, by weight over all papers
id integer Number that the topic keeps from run to run; never given to another one
name string Name, from its most specific words
words string Top words
coherence number NPMI of the top words, -1 to 1
papers integer Papers of which it is the main topic
sides object Share of each side's text
axis number Place between the sides: 1 all of the left side, -1 all of the right
axis_low number Lower end of its 95 % interval
axis_high number Upper end of it
typical string Keys of the papers that have most of it
"""
CURVE = """
topics integer Number of topics that was tried
coherence number Mean NPMI of the topics' top words, -1 to 1
stability number Mean share of top words that refits to 80 % of the papers have in common, 0 to 1
taken integer 1 for the number that was taken, else 0
"""
WEIGHTS = """
document_id string sha256 of the paper's file
citation_key string Key of the paper
topic integer Number of the topic
weight number Share of the topic in the paper; a paper's weights sum to 1
"""
YEARS = """
topic integer Number of the topic
id integer Number that the topic keeps from run to run
period string Years of publication, as in 2010-2014; undated for papers without a year
first_year integer First year of the period
last_year integer Last year of it
papers integer Papers of the period that have topics
mean_weight number Mean share of the topic in them, 0 to 1
main integer Those of them whose main topic it is
share number main / papers
low number Lower end of the share's 95 % Wilson interval
high number Upper end of it
"""
SENTENCES = """
topic integer Number of the topic
id integer Number that the topic keeps from run to run
number integer Place of the sentence among those of the topic, the most typical paper first
document_id string sha256 of the paper's file
citation_key string Key of the paper
page integer Page of the file on which the sentence begins, from 1
page_label string Page number as printed, where the file tells it
char_start integer Offset of the sentence in the document's text, from 0, in code points
char_end integer Offset behind its last character
quote string The sentence, verbatim as read
"""


def curve(results: Results) -> Iterator[Mapping[str, Any]]:
    """The rows of topic_curve.csv."""
    for point in results.topics.curve:
        yield {**dataclasses.asdict(point), "taken": int(point.topics == len(results.topics.topics))}


def topics(results: Results) -> Iterator[Mapping[str, Any]]:
    """The rows of topics.csv."""
    keys = {paper.document_id: paper.citation_key for paper in results.papers}
    for topic in results.topics.topics:
        yield {
            "topic": topic.number,
            "id": topic.id,
            "name": topic.name,
            "words": "; ".join(word for word, _ in topic.words),
            "coherence": topic.coherence,
            "papers": topic.papers,
            "sides": json.dumps(topic.sides, sort_keys=True),
            "axis": topic.axis,
            "axis_low": topic.axis_low,
            "axis_high": topic.axis_high,
            "typical": "; ".join(keys[document_id] for document_id in topic.typical),
        }


def weights(results: Results) -> Iterator[Mapping[str, Any]]:
    """The rows of topic_weights.csv."""
    for paper in results.papers:
        for at, weight in enumerate(results.topics.weights.get(paper.document_id, ())):
            yield {
                "document_id": paper.document_id,
                "citation_key": paper.citation_key,
                "topic": results.topics.topics[at].number,
                "weight": weight,
            }


def years(results: Results) -> Iterator[Mapping[str, Any]]:
    """The rows of topic_years.csv."""
    ids = {topic.number: topic.id for topic in results.topics.topics}
    for row in results.topic_periods:
        first, last = row.years or (None, None)
        yield {
            "topic": row.topic,
            "id": ids[row.topic],
            "period": f"{first}-{last}" if row.years else "undated",
            "first_year": first,
            "last_year": last,
            "papers": row.papers,
            "mean_weight": row.weight,
            "main": row.main,
            "share": row.share,
            "low": row.low,
            "high": row.high,
        }


def sentences(results: Results) -> Iterator[Mapping[str, Any]]:
    """The rows of topic_sentences.csv."""
    keys = {paper.document_id: paper.citation_key for paper in results.papers}
    for topic in results.topics.topics:
        spans = results.topic_sentences.get(topic.number, ())
        for number, (document_id, start, end) in enumerate(spans, 1):
            document = results.document(document_id)
            page = document.page_at(start)
            yield {
                "topic": topic.number,
                "id": topic.id,
                "number": number,
                "document_id": document_id,
                "citation_key": keys[document_id],
                "page": page.number,
                "page_label": page.label,
                "char_start": start,
                "char_end": end,
                "quote": document.text[start:end],
            }
