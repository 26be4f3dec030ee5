"""Quality of topics on real abstracts, beside gensim LDA on the same words, and time up to 100,000 papers.

    .venv/bin/python -m tests.bench.topics_quality [ABSTRACTS.jsonl]

prints a Markdown table. NPMI (window 10) and c_v (window 110) are gensim's defaults over one fixed reference,
all abstracts of the file, for every model. Diversity is the share of distinct words among all top-ten words.
Stability is the mean overlap of top-ten words after the best matching of topics, averaged over pairs of runs:
over three seeds on the same abstracts (the default takes none, and so has 1), over three draws of 80 % of them,
and with one paper less. `gensim LDA, plain` has the library's own priors and ten passes; `Precedent, LDA` starts
from the default's topics, learns the priors, and has its terms and its order of words. Larger corpora are resampled
from the abstracts, every paper with its own words left out at random, so that no two are alike; `find_topics` is
timed alone, in seconds of one processor, with its peak of memory.
"""

import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np

from pipeline.blocks import telling_words
from pipeline.topic_outcomes import TopicMethod
from tests.texts import find_topics

ABSTRACTS = Path(__file__).parents[3] / "shared" / "corpus" / "abstracts.jsonl"
SIDES = ("cp", "climate")
PAPERS, TOPICS, SEEDS = 1500, 20, (1, 2, 3)
ALL_TOPICS = 30  # of the timing

Texts = dict[str, list[tuple[str, str]]]
Tops = list[list[str]]


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ABSTRACTS
    if not path.exists():
        sys.exit(f"{path} is not here: give a JSON-lines file with id, title, abstract, domain_by_regex")
    everything = _read(path)
    texts = dict(list(everything.items())[:PAPERS])
    reference = [_words(text) for text in everything.values()]
    lines = [
        f"{len(texts)} abstracts, k = {TOPICS}, seeds {SEEDS}",
        "",
        "| model | NPMI | c_v | diversity | stable over seeds | over 80 % of papers | over one paper less | seconds |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(name, fit, texts, reference) for name, fit in _MODELS.items()),
        "",
        f"| papers, k = {ALL_TOPICS} | seconds | ms a paper | peak, MB |",
        "|---|---|---|---|",
        *(_time(_resampled(everything, size)) for size in (len(everything), 10_000, 100_000)),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _read(path: Path) -> Texts:
    """All abstracts in an order that is shuffled once and for all."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    random.Random(0).shuffle(rows)
    return {r["id"]: [(f"{r['title']}. {r['abstract']}", r["domain_by_regex"])] for r in rows}


def _words(sentences: Sequence[tuple[str, str]]) -> list[str]:
    return [word for text, _ in sentences for word in telling_words(text)]


def _ours(texts: Texts, seed: int, method: TopicMethod = "nmf") -> Tops:
    return [[word for word, _ in t.words] for t in find_topics(texts, SIDES, TOPICS, seed, method).topics]


def _lda(texts: Texts, seed: int) -> Tops:
    """Plain gensim LDA: its own defaults, but for ten passes."""
    from gensim.corpora import Dictionary
    from gensim.models import LdaModel

    words = [_words(text) for text in texts.values()]
    dictionary = Dictionary(words)
    dictionary.filter_extremes(no_below=max(3, len(texts) // 100), no_above=0.5)
    bags = [dictionary.doc2bow(text) for text in words]
    model = LdaModel(bags, num_topics=TOPICS, id2word=dictionary, passes=10, random_state=seed)
    return [[word for word, _ in model.show_topic(k, 10)] for k in range(TOPICS)]


_MODELS: dict[str, Callable[[Texts, int], Tops]] = {
    "Precedent (NMF, default)": _ours,
    "Precedent, LDA": partial(_ours, method="lda"),
    "gensim LDA, plain": _lda,
}


def _row(name: str, fit: Callable[[Texts, int], Tops], texts: Texts, reference: list[list[str]]) -> str:
    started = time.process_time()
    by_seed = [fit(texts, seed) for seed in SEEDS]
    seconds = (time.process_time() - started) / len(SEEDS)
    by_draw = [fit(draw, SEEDS[0]) for draw in _draws(texts)]
    one_less = [fit(dict(list(texts.items())[n:]), SEEDS[0]) for n in (0, 1)]
    npmi, c_v = (np.mean([_coherence(tops, reference, m) for tops in by_seed]) for m in ("c_npmi", "c_v"))
    diversity = np.mean([len({w for top in tops for w in top}) / (10 * len(tops)) for tops in by_seed])
    stable = f"{_stability(by_seed):.2f} | {_stability(by_draw):.2f} | {_stability(one_less):.2f}"
    return f"| {name} | {npmi:.3f} | {c_v:.3f} | {diversity:.2f} | {stable} | {seconds:.1f} |"


def _draws(texts: Texts) -> Iterator[Texts]:
    for seed in SEEDS:
        kept = set(random.Random(seed).sample(sorted(texts), len(texts) * 4 // 5))
        yield {paper: text for paper, text in texts.items() if paper in kept}


def _coherence(tops: Tops, reference: list[list[str]], measure: str) -> float:
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    dictionary = Dictionary(reference)
    model = CoherenceModel(topics=tops, texts=reference, dictionary=dictionary, coherence=measure, processes=1)
    return float(model.get_coherence())


def _stability(runs: Sequence[Tops]) -> float:
    from scipy.optimize import linear_sum_assignment

    overlaps = []
    for first, second in combinations(runs, 2):
        shared = np.array([[len(set(a) & set(b)) / 10 for b in second] for a in first])
        overlaps.append(shared[linear_sum_assignment(-shared)].mean())
    return float(np.mean(overlaps))


def _resampled(texts: Texts, size: int) -> Texts:
    """So many papers: the abstracts themselves, then draws of them with a tenth of the words left out."""
    rng = random.Random(0)
    papers = dict(list(texts.items())[:size])
    originals = list(texts.values())
    while len(papers) < size:
        (text, side), *_ = rng.choice(originals)
        kept = " ".join(word for word in text.split() if rng.random() < 0.9)
        papers[f"resampled-{len(papers)}"] = [(kept, side)]
    return papers


def _time(texts: Texts) -> str:
    started = time.process_time()
    find_topics(texts, SIDES, ALL_TOPICS)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return f"| {len(texts)} | {seconds:.1f} | {1000 * seconds / len(texts):.2f} | {peak:.0f} |"


if __name__ == "__main__":
    main()
