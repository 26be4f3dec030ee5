"""How soon the queue finds what a corpus holds, and how far its stopping hint can be trusted.

    .venv/bin/python -m tests.bench.queue_simulation

A reader goes through the sentences of the development labels, ten at a time, in the order that
`pipeline.screening.reading_order` gives after each ten, and finds the codings that both coders gave. The head has seen
none of these documents. Rivals, from the same ten sentences drawn by chance: random order; plain uncertainty, the
sentence whose chance of holding a code is nearest to one half first; and the head's first guess, likeliest first,
without learning from what was read. The stopping hint is held against what was truly left, after every ten sentences,
in corpora of half the documents drawn by chance. Sentences whose only codes the coders dispute hold nothing here,
though a reader would not have read them in vain.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from pipeline.coding.chance import expected
from pipeline.coding.examples import examples
from pipeline.coding.labels import Label
from pipeline.records import Chance
from pipeline.screening import reading_order
from pipeline.stopping import still_unread
from tests.bench._unseen import codebook, dev, unseen_head

SEEDS = (1, 2, 3)
STEP = 10  # sentences read before the order is made anew
SHARES = (0.5, 0.8, 0.9, 0.95, 1.0)
CORPORA = 20  # draws of half the documents, for the stopping hint
ENOUGH = 0.95  # recall at which a reader would stop
BAR = 40  # characters

Place = tuple[str, int]
Papers = Mapping[str, Sequence[Chance]]
Order = Callable[[Papers, Mapping[Place, bool], np.random.Generator], list[Place]]


def queue(papers: Papers, read: Mapping[Place, bool], _: np.random.Generator) -> list[Place]:
    return reading_order(papers, read)


def first_guess(papers: Papers, read: Mapping[Place, bool], _: np.random.Generator) -> list[Place]:
    return [place for place in reading_order(papers, {}) if place not in read]


def uncertain(papers: Papers, read: Mapping[Place, bool], _: np.random.Generator) -> list[Place]:
    doubt = {(document, at): abs(c.any - 0.5) for document, of in papers.items() for at, c in enumerate(of)}
    return sorted((place for place in doubt if place not in read), key=lambda place: (doubt[place], place))


def by_chance(papers: Papers, read: Mapping[Place, bool], rng: np.random.Generator) -> list[Place]:
    left = [(document, at) for document, of in papers.items() for at in range(len(of)) if (document, at) not in read]
    return [left[at] for at in rng.permutation(len(left))]


ORDERS: dict[str, Order] = {
    "queue": queue,
    "head's first guess": first_guess,
    "uncertainty": uncertain,
    "random": by_chance,
}


def read_through(papers: Papers, held: Mapping[Place, int], order: Order, seed: int) -> list[Place]:
    """All sentences in the order in which they are read; the first ten are drawn by chance."""
    rng = np.random.default_rng(seed)
    done = by_chance(papers, {}, rng)[:STEP]
    while len(done) < len(held):
        done += order(papers, {place: held[place] > 0 for place in done}, rng)[:STEP]
    return done


def needed(order: Sequence[Place], held: Mapping[Place, int], share: float) -> int:
    """How many sentences are read until this share of the codings is found."""
    found = np.cumsum([held[place] for place in order])
    return int(np.searchsorted(found, share * found[-1] - 1e-9)) + 1


def main() -> None:
    labels = dev()
    papers, held = _laid_out(labels)
    runs = {name: [read_through(papers, held, order, seed) for seed in SEEDS] for name, order in ORDERS.items()}
    lines = [
        f"{len(held)} sentences of {len(papers)} abstracts, {sum(n > 0 for n in held.values())} of them with the "
        f"{sum(held.values())} codings that both coders gave; seeds {', '.join(map(str, SEEDS))}.",
        *_needs(runs, held),
        *_curve(runs, held),
        *_stopping(papers, held),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _laid_out(labels: Sequence[Label]) -> tuple[dict[str, list[Chance]], dict[Place, int]]:
    """What the head expects of every sentence, and how many codings it truly holds."""
    seen = examples(labels, codebook())
    guesses = expected([(e.label.text, e.own, e.features) for e in seen], codebook(), unseen_head())
    papers: dict[str, list[Chance]] = {}
    held = {}
    for example, chance in zip(seen, guesses, strict=True):
        of = papers.setdefault(example.label.document, [])
        held[example.label.document, len(of)] = sum(map(len, example.label.codes.values()))
        of.append(chance)
    return papers, held


def _needs(runs: Mapping[str, list[list[Place]]], held: Mapping[Place, int]) -> Iterator[str]:
    yield "\n### Sentences read until a share of the codings is found\n"
    yield "| order | " + " | ".join(f"{share:.0%}" for share in SHARES) + " | 95 %, of what random order needs |"
    yield "|---|" + "---|" * (len(SHARES) + 1)
    by_random = [needed(run, held, ENOUGH) for run in runs["random"]]
    for name, of in runs.items():
        cells = [" / ".join(str(needed(run, held, share)) for run in of) for share in SHARES]
        ratio = sum(needed(run, held, ENOUGH) for run in of) / sum(by_random)
        yield f"| {name} | {' | '.join(cells)} | {ratio:.3f} |"


def _curve(runs: Mapping[str, list[list[Place]]], held: Mapping[Place, int]) -> Iterator[str]:
    yield "\n### Share of the codings found (mean of the seeds)\n"
    yield "| sentences read | " + " | ".join(runs) + " | queue |"
    yield "|---|" + "---|" * (len(runs) + 1)
    total = sum(held.values())
    for tenth in range(1, 11):
        read = round(len(held) * tenth / 10)
        found = [np.mean([sum(held[p] for p in run[:read]) for run in of]) / total for of in runs.values()]
        yield f"| {read} | {' | '.join(f'{share:.3f}' for share in found)} | {'█' * round(BAR * found[0])} |"


def _stopping(papers: Papers, held: Mapping[Place, int]) -> Iterator[str]:
    yield f"\n### The stopping hint, at 95 %, in {CORPORA} corpora of {len(papers) // 2} abstracts\n"
    yield (
        "| order | hints | limit held | in the worst tenth of the reading | left at most / expected / truly (mean) | "
        "corpora where it came to say 95 % recall | where that was so | sentences then read |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for name in ("queue", "random"):
        hints = [_hints(*_half(papers, held, seed), ORDERS[name], seed) for seed in range(CORPORA)]
        rows = np.array([row for of in hints for row in of])  # columns as in _hints
        tenths = [rows[(rows[:, 0] > a / 10) & (rows[:, 0] <= b / 10)] for a, b in pairwise(range(11))]
        worst = min(float(np.mean(t[:, 1] >= t[:, 2])) for t in tenths if len(t))
        ends = [next((row for row in of if row[3] >= ENOUGH), None) for of in hints]
        stops = np.array([row for row in ends if row is not None])
        yield (
            f"| {name} | {len(rows)} | {np.mean(rows[:, 1] >= rows[:, 2]):.3f} | {worst:.3f} | "
            f"{rows[:, 1].mean():.1f} / {rows[:, 5].mean():.1f} / {rows[:, 2].mean():.1f} | "
            f"{len(stops)} of {CORPORA} | "
            f"{np.mean(stops[:, 4] >= ENOUGH):.3f} | {np.mean(stops[:, 0]):.0%} |"
        )


def _half(papers: Papers, held: Mapping[Place, int], seed: int) -> tuple[dict[str, Sequence[Chance]], dict[Place, int]]:
    rng = np.random.default_rng(seed)
    drawn = set(rng.permutation(sorted(papers))[: len(papers) // 2].tolist())
    return {d: of for d, of in papers.items() if d in drawn}, {p: n for p, n in held.items() if p[0] in drawn}


def _hints(papers: Papers, held: Mapping[Place, int], order: Order, seed: int) -> list[tuple[float, ...]]:
    """After every ten sentences: the share read, the limit, what is left, recall as claimed and true, the expected."""
    read = read_through(papers, held, order, seed)
    flags = [held[place] > 0 for place in read]
    told = [(flag, papers[document][at].any) for flag, (document, at) in zip(flags, read, strict=True)]
    rows: list[tuple[float, ...]] = []
    for at in range(2 * STEP, len(flags), STEP):
        hint = still_unread(told[:at], [chance for _, chance in told[at:]])
        recall = sum(flags[:at]) / sum(flags)
        rows.append((at / len(flags), hint.most, sum(flags[at:]), hint.recall or 0.0, recall, hint.expected))
    return rows


if __name__ == "__main__":
    main()
