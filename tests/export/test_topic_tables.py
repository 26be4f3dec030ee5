"""Tables of topics: over years, by sentence, and how many; and what the report shows of them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.export import read_table, write_report, write_tables
from pipeline.export.curve import curve_svg
from pipeline.topic_outcomes import TopicCount
from tests.export.made import HOSTILE, PLAIN, results

CURVE = (TopicCount(4, 0.1, 0.9), TopicCount(6, 0.3, 0.8), TopicCount(8, 0.2, 0.6))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(results(), folder)
    return folder


def test_a_typical_sentence_leads_to_its_place_in_the_text(tables: Path) -> None:
    rows = read_table(tables / "topic_sentences.csv")
    assert [(row["topic"], row["id"], row["number"], row["page"]) for row in rows] == [
        ("1", "1", "1", "1"),
        ("1", "1", "2", "1"),
    ]
    assert [row["quote"] for row in rows] == [HOSTILE[0], PLAIN[0]]
    for row in rows:
        text = results().document(row["document_id"]).text
        assert text[int(row["char_start"]) : int(row["char_end"])] == row["quote"]


def test_topics_stand_in_their_years(tables: Path) -> None:
    rows = read_table(tables / "topic_years.csv")
    seen = [(row["topic"], row["period"], row["papers"], row["mean_weight"], row["main"]) for row in rows]
    assert seen == [("1", "2000-2004", "1", "1", "1"), ("1", "2020-2024", "1", "1", "1")]


def test_papers_without_a_year_are_told_apart(tmp_path: Path) -> None:
    made = results()
    undated = tuple(replace(row, years=None) for row in made.topic_periods[:1])
    mixed = replace(made, topic_periods=(*made.topic_periods[1:], *undated))
    write_tables(mixed, tmp_path)
    last = read_table(tmp_path / "topic_years.csv")[-1]
    assert (last["period"], last["first_year"], last["last_year"]) == ("undated", "", "")
    write_report(mixed, tmp_path / "report.html")
    assert "without the 1 paper of no known year" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_every_topic_of_the_table_has_the_id_that_stays(tables: Path) -> None:
    assert [(row["topic"], row["id"]) for row in read_table(tables / "topics.csv")] == [("1", "1")]


def test_the_report_quotes_a_topic_by_its_sentences_as_text(tmp_path: Path) -> None:
    write_report(results(), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    quotes = re.findall(r"<blockquote><p>(.*?)</p>", page)
    assert len(quotes) == 2
    assert "&lt;script&gt;" in quotes[0]
    assert quotes[1] == PLAIN[0]


def test_the_curve_marks_the_number_that_was_taken(tmp_path: Path) -> None:
    svg = curve_svg(CURVE, 6)
    assert svg.count('class="taken"') == 2  # coherence, stability
    assert svg.count('class="tried"') == 4
    assert "6 topics: coherence 0.30, stability 0.80" in svg
    made = results()
    write_report(replace(made, topics=replace(made.topics, curve=CURVE)), tmp_path / "report.html")
    assert 'class="curve"' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_number_that_the_user_gave_has_no_curve(tmp_path: Path) -> None:
    write_report(results(), tmp_path / "report.html")
    assert 'class="curve"' not in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("points", [CURVE[:1], (CURVE[0], replace(CURVE[0], topics=5))])
def test_a_curve_of_one_point_or_one_value_is_drawn(points: tuple[TopicCount, ...]) -> None:
    assert "nan" not in curve_svg(points, 4)
