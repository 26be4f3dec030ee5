"""What marks each side's sentences under one code: log-odds of words with an informative Dirichlet prior."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.blocks import telling_words
from pipeline.codebook import Codebook, Domain
from pipeline.evidence import best, by_side, codes_of, sentence_of, sides_of
from pipeline.inference import rounded
from pipeline.outcomes import Marker
from pipeline.records import Coding, Paper
from pipeline.terms import parse_term, pattern

MIN_PAPERS = 3  # papers of the side that a word marks, so that no paper's habit is a side's
PRIOR = 500.0  # strength of the prior: so many words, a word of a paper counting once
TOP = 10  # words a side and code, of those that tell the domain and of the others
Z95 = 1.959963984540054  # of the standard normal distribution

Floats = NDArray[np.float64]
Sentence = tuple[str, int, int]
Cells = Sequence[Sequence[Coding]]  # left side, right side
Told = Mapping[Sentence, frozenset[str]]  # the words of every sentence


def markers(papers: Sequence[Paper], codings: Sequence[Coding], codebook: Codebook) -> tuple[Marker, ...]:
    """The words that mark a side's asserted sentences under a code, in codebook order, left side first, surest first.

    Sides are as in `compare.compare`. A word counts once for each paper of a side that says it in a sentence which
    asserts the code: papers are the unit, and a paper that says it forty times weighs no more than one that says it
    once. Words are lower-case, without stop words and words of academic prose (`blocks.telling_words`).

    A word's mark is its log-odds ratio, left side over right, under a Dirichlet prior, with the normal
    approximation's z and 95 % interval (Monroe, Colaresi & Quinn 2008, Political Analysis 16:372). The prior is
    informative: it has the proportions of the words in all coded sentences of the corpus, whatever their code, side
    and status, a word again once a paper, and weighs as much as PRIOR words.

    Given are the words whose interval excludes 0 and that MIN_PAPERS papers of their side say, at most TOP a side and
    code of those that stand in a term of the side's domain (`of_domain`: by such words sentences were put on their
    side, so that they mark it by definition) and TOP of the others.
    """
    left, right = sides_of(codebook)
    told = _told(codings)
    asserted = [coding for coding in codings if coding.status == "asserted"]
    held = by_side(papers, asserted, (left, right))
    prior = _by_paper(codings, told)
    found: list[Marker] = []
    for pair in codes_of(codebook):
        cells = [held.get((side, *pair), []) for side in (left, right)]
        if all(cells):
            found += _of_code(pair, cells, prior, told, codebook.domains)
    return tuple(found)


def log_odds(left: Floats, right: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Log-odds ratio of each word, left over right, and its standard error, from counts and prior counts of all words.

    Source: Monroe, Colaresi & Quinn 2008, Political Analysis 16:372.
    """
    y, x = left + prior, right + prior
    delta = np.log(y / (y.sum() - y)) - np.log(x / (x.sum() - x))
    return delta, np.sqrt(1 / y + 1 / x)


def _of_code(
    pair: tuple[str, str], cells: Cells, prior: Counter[str], told: Told, domains: tuple[Domain, Domain]
) -> Iterator[Marker]:
    """The markers of one code, whose asserted codings on either side are `cells`."""
    words = sorted(prior)
    left, right, background = (_array(counts, words) for counts in (*(_by_paper(c, told) for c in cells), prior))
    delta, error = log_odds(left, right, PRIOR * background / background.sum())
    for at, (domain, papers, sign) in enumerate(zip(domains, (left, right), (1, -1), strict=True)):
        toward = sign * delta / error
        ranked = [int(i) for i in np.argsort(-toward, kind="stable") if toward[i] > Z95 and papers[i] >= MIN_PAPERS]
        for i in _top(ranked, words, domain):
            holding = [[c for c in cell if words[i] in told[sentence_of(c)]] for cell in cells]
            yield Marker(
                *pair,
                domain=domain.id,
                word=words[i],
                of_domain=_in_terms(words[i], domain),
                papers=(int(left[i]), int(right[i])),
                sentences=(_sentences(holding[0]), _sentences(holding[1])),
                log_odds=rounded(delta[i]),
                low=rounded(delta[i] - Z95 * error[i]),
                high=rounded(delta[i] + Z95 * error[i]),
                z=rounded(delta[i] / error[i]),
                quotes=tuple(coding.id for coding in best(holding[at])),
            )


def _told(codings: Iterable[Coding]) -> Told:
    """The words of every sentence that was coded."""
    told: dict[Sentence, frozenset[str]] = {}
    for coding in codings:
        if (sentence := sentence_of(coding)) not in told:
            told[sentence] = telling_words(coding.quote)
    return told


def _by_paper(codings: Iterable[Coding], told: Told) -> Counter[str]:
    """In how many papers each word stands in a sentence of these codings."""
    of_paper: defaultdict[str, set[str]] = defaultdict(set)
    for coding in codings:
        of_paper[coding.document_id] |= told[sentence_of(coding)]
    counts: Counter[str] = Counter()
    for words in of_paper.values():
        counts.update(words)
    return counts


def _array(counts: Counter[str], words: Sequence[str]) -> Floats:
    return np.array([counts[word] for word in words], dtype=float)


def _top(ranked: Sequence[int], words: Sequence[str], domain: Domain) -> list[int]:
    """The first TOP words that stand in a term of the domain and the first TOP of the others, in their order."""
    seen: Counter[bool] = Counter()
    kept = []
    for i in ranked:
        known = _in_terms(words[i], domain)
        seen[known] += 1
        if seen[known] <= TOP:
            kept.append(i)
    return kept


def _in_terms(word: str, domain: Domain) -> bool:
    """Whether a word is one of those that the domain's terms are made of."""
    return any(part and _words_of(domain)(part) is not None for part in (word, *word.split("-")))


@cache
def _words_of(domain: Domain) -> Callable[[str], object]:
    """What tells the words of a domain's terms."""
    words = {w for term in domain.terms for slot in parse_term(term) for alternative in slot for w in alternative}
    return re.compile("|".join(pattern(word) for word in sorted(words)), re.IGNORECASE).fullmatch


def _sentences(codings: Iterable[Coding]) -> int:
    return len({sentence_of(coding) for coding in codings})
