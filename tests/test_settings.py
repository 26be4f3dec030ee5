"""Settings: the last of defaults, file, environment and command line wins; mistakes name their place."""

from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import resolve


def test_the_last_wins(tmp_path: Path) -> None:
    file = tmp_path / "precedent.toml"
    file.write_text('topics = 3\nworkers = 1\nbatch = 7\ncorpus = "papers"\n', encoding="utf-8")
    got = resolve(file, {"batch": 9, "out": None}, {"PRECEDENT_WORKERS": "2", "PRECEDENT_BATCH": "8", "OTHER": "1"})
    assert (got.topics, got.workers, got.batch) == (3, 2, 9)
    assert got.corpus == tmp_path / "papers"  # a path in a file is relative to that file
    assert got.out == Path.cwd() / "outputs"


def test_decisions_lie_beside_the_papers_unless_said_otherwise(tmp_path: Path) -> None:
    assert resolve(None, {"corpus": tmp_path}, {}).log == tmp_path / "decisions.jsonl"
    file = tmp_path / "precedent.toml"
    file.write_text('decisions = "shared/ours.jsonl"\n', encoding="utf-8")
    assert resolve(file, {}, {}).log == tmp_path / "shared" / "ours.jsonl"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("topic = 3", "did you mean"),
        ("topics = -1", "cannot be -1"),
        ("topics = true", "cannot be True"),
        ('topics = "many"', "cannot be 'many'"),
        ('topic_method = "lsa"', "topic_method cannot be 'lsa'"),
        ("topic_method = 1", "topic_method cannot be 1"),
        ("corpus = 5", "must be a path"),
        ("topics = ", "not valid TOML"),
        ('mailto = "nobody"', "mailto cannot be 'nobody'"),
        ("mailto = 1", "mailto cannot be 1"),
        ('openalex_url = "file:///etc"', "an address in the web"),
        ('harvest_since = "last year"', "a day such as"),
    ],
)
def test_a_mistake_in_a_file_names_the_file(tmp_path: Path, text: str, what: str) -> None:
    file = tmp_path / "precedent.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=what) as refused:
        resolve(file, environ={})
    assert str(file) in str(refused.value)


def test_topics_can_be_made_by_allocation_instead(tmp_path: Path) -> None:
    file = tmp_path / "precedent.toml"
    file.write_text('topic_method = "lda"\n', encoding="utf-8")
    assert resolve(environ={}).topic_method == "nmf"
    assert resolve(file, environ={}).topic_method == "lda"
    with pytest.raises(SettingsError, match="nmf, lda"):
        resolve(environ={"PRECEDENT_TOPIC_METHOD": "LDA"})


def test_mistakes_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="environment"):
        resolve(environ={"PRECEDENT_SEED": "x"})
    with pytest.raises(SettingsError, match="cannot be read"):
        resolve(tmp_path / "missing.toml", environ={})
