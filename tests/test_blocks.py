"""Blocks of terms: words and phrases in columns are those that the usual way finds, text by text."""

import re
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, Phrases
from hypothesis import given
from hypothesis import strategies as st

from pipeline.blocks import Prose, blocks_of, prose_of
from pipeline.documents import Passage
from pipeline.phrases import CONNECTORS, phrases_in
from pipeline.store import load_passages, load_tokens, save_passages
from pipeline.tokens import BREAK, tokens_of, words_of

SIDES = ("cp", "climate")
PARTS = st.sampled_from(
    ["tax", "Green", "of", "the", "and", "CO2-free", "x_y", "(", "),", "—", "2010", "é\u0301", "\u00a0", "-"]
)
TEXTS = st.lists(PARTS | st.text(max_size=6), max_size=12).map(" ".join)


def _runs(text: str) -> list[list[str]]:
    runs = (re.findall(r"[^\W\d_][^\W_]*(?:-[^\W_]+)*", run) for run in re.split(r"[^\w\s-]+", text.lower()))
    return [run for run in runs if run]


SENTENCES = st.lists(st.tuples(TEXTS, st.sampled_from(["cp", "climate", "both", "other"])), max_size=4)


def _prose(papers: list[list[tuple[str, str]]]) -> Prose:
    tokens = [tokens_of([text for text, _ in sentences]) for sentences in papers]
    return prose_of(tokens, [[domain for _, domain in sentences] for sentences in papers], SIDES)


@given(st.lists(SENTENCES, max_size=4))
def test_prose_holds_every_run_of_words_with_its_paper_and_sides(papers: list[list[tuple[str, str]]]) -> None:
    prose = _prose(papers)
    told = [
        ([prose.words[w] for w in words.tolist()], int(paper), on.tolist())
        for words, paper, on in zip(np.split(prose.word, prose.ends)[:-1], prose.paper, prose.on, strict=True)
    ]
    holding = Counter(text for sentences in papers for text in {text for text, _ in sentences})
    assert told == [
        (run, at, [domain in (side, "both") for side in SIDES])
        for at, sentences in enumerate(papers)
        for text, domain in sentences
        for run in _runs(text)
        if holding[text] < 3
    ]


@given(st.lists(TEXTS, max_size=6))
def test_the_words_of_sentences_are_kept_as_they_are(texts: list[str]) -> None:
    passages = [Passage(at, at + 1, "body", cited=at % 2 == 0) for at in range(len(texts))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.parquet"
        save_passages(path, passages, tokens_of(texts))
        tokens = load_tokens(path)
        assert load_passages(path) == tuple(passages)
    assert [tokens.sentence(at) for at in range(len(texts))] == [words_of(text) for text in texts]
    breaks = np.flatnonzero(tokens.token == BREAK)
    runs = [[tokens.words[w] for w in run.tolist() if w != BREAK] for run in np.split(tokens.token, breaks)]
    assert [run for run in runs if run] == [run for text in texts for run in _runs(text)]
    assert len(set(tokens.marks.tolist())) == len(set(texts))


WORDS = ("policy", "carbon", "tax", "of", "the", "energy")


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), min_size=1, max_size=5), st.integers(1, 20))
def test_phrases_are_those_of_gensim(some: list[list[str]], times: int) -> None:
    runs = [*some * times, *([f"word{i}"] for i in range(200))]
    found = Phrases(runs, min_count=10, threshold=0.5, scoring="npmi", connector_words=ENGLISH_CONNECTOR_WORDS)
    theirs = [[word for word in found[run] if "_" in word] for run in runs]
    words = sorted({word for run in runs for word in run})
    text = np.array([words.index(word) for run in runs for word in run])
    ends = np.cumsum([len(run) for run in runs])
    names, start, end, which = phrases_in(words, text, ends)
    ours: list[list[str]] = [[] for _ in runs]
    for first, last, phrase in zip(start, end, which, strict=True):
        assert names[phrase] == "_".join(words[i] for i in text[first : last + 1])
        ours[int(np.searchsorted(ends, first, side="right"))].append(names[phrase])
    assert ours == theirs


def test_the_connectors_are_those_of_gensim() -> None:
    assert CONNECTORS == ENGLISH_CONNECTOR_WORDS


def test_blocks_are_of_even_length_and_hold_no_term_of_few_papers() -> None:
    paper = [(" ".join(f"shared{i} common" for i in range(250)), "cp")]
    own = [(f"{text} alone{n} alone{n}", side) for n, (text, side) in enumerate(paper * 2)]
    blocks = blocks_of(_prose([paper, *([sentence] for sentence in own)]))
    assert blocks.words[:, 0].tolist() == [500, 502, 502]  # a sentence is not cut
    assert not [term for term in blocks.terms if term.startswith("alone")]
    assert np.all(blocks.words[:, 1] == blocks.words[:, 0])
    assert not blocks.words[:, 2].any()
