"""What words mean by the company they keep, learnt from abstracts that nobody labelled.

Labels are few: of two words that are used alike, one may never stand in a labelled sentence. Vectors that lie close
for such words let the head carry over what it learnt of the one to the other.

`python -m pipeline.coding.words ABSTRACTS.jsonl` writes models/words.npz.
"""

import io
import json
import sys
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipeline.coding.features import tokens
from pipeline.errors import PrecedentError

MODEL = Path(__file__).parents[2] / "models" / "words.npz"
# what a damaged or foreign npz can raise on being read
UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile, zlib.error, MemoryError, RecursionError)
DIMENSIONS = 100
WINDOW = 5  # words to either side that are company; near ones count more
OFTEN = 5  # times that a word must stand in the abstracts to get a vector
SMOOTHED = 0.75  # exponent of the company's counts, which keeps rare company from counting too much
RARE = 1e-3  # share of all words from which a word counts for half or less in the mean of a sentence

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Words as `features.tokens` has them -> row; table (V, D): a vector each; weight (V,): its part in a mean."""

    rows: Mapping[str, int]
    table: Array
    weight: Array

    def mean(self, sentence: str) -> Array:
        """The weighted mean of a sentence's words, shape (D,), of a spread of about 1 over sentences; 0 without
        known words (Arora et al. 2017, ICLR, without the removal of the common direction)."""
        rows = [row for word, _ in tokens(sentence) if (row := self.rows.get(word)) is not None]
        if not rows:
            return np.zeros(self.table.shape[1])
        weight = self.weight[rows]
        out: Array = weight @ self.table[rows] / weight.sum()
        return out


@cache
def shipped_vectors() -> Vectors:
    """The vectors that ship. Raises PrecedentError where the file is missing or damaged."""
    return load_vectors(MODEL)


def learn(sentences: Sequence[str]) -> Vectors:
    """Word vectors from plain sentences: positive pointwise mutual information with smoothed company, reduced by
    singular values (Levy, Goldberg & Dagan 2015, TACL 3:211). Without chance."""
    texts = [[word for word, _ in tokens(sentence)] for sentence in sentences]
    counts = Counter(word for text in texts for word in text)
    rows = {word: at for at, word in enumerate(sorted(w for w, n in counts.items() if n >= OFTEN))}
    share = np.array([counts[word] for word in rows]) / counts.total()
    raw = Vectors(rows, _reduced(texts, rows), RARE / (RARE + share))
    means = np.array([raw.mean(sentence) for sentence in sentences])
    return Vectors(rows, (raw.table - means.mean(axis=0)) / means.std(axis=0), raw.weight)


def _reduced(texts: Sequence[Sequence[str]], rows: Mapping[str, int]) -> Array:
    """A vector of length 1 for each word, shape (V, DIMENSIONS)."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import svds

    gap = [-1] * WINDOW
    line = np.array([row for text in texts for row in (*(rows[w] for w in text if w in rows), *gap)])
    pairs, size = csr_matrix((len(rows), len(rows))), len(rows)
    for step in range(1, WINDOW + 1):
        left, right = line[:-step], line[step:]
        both = (left >= 0) & (right >= 0)
        near = np.full(int(both.sum()), (WINDOW - step + 1) / WINDOW)
        found = csr_matrix((near, (left[both], right[both])), (size, size))
        pairs = pairs + found + found.T
    pairs = pairs.tocoo()
    total = np.asarray(pairs.sum(axis=1)).ravel()
    company = total**SMOOTHED / (total**SMOOTHED).sum()
    information = np.maximum(np.log(pairs.data / (total[pairs.row] * company[pairs.col])), 0)
    left, size_of, _ = svds(
        csr_matrix((information, (pairs.row, pairs.col)), (size, size)), k=DIMENSIONS, v0=np.full(size, size**-0.5)
    )
    table = left * np.sqrt(size_of)
    out: Array = table / np.linalg.norm(table, axis=1, keepdims=True)
    return out


def save_vectors(vectors: Vectors, path: Path) -> None:
    """Write vectors as npz without pickle."""
    texts = np.frombuffer(json.dumps(list(vectors.rows)).encode(), np.uint8)
    table, weight = vectors.table.astype(np.float16), vectors.weight.astype(np.float16)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, texts=texts, table=table, weight=weight)
    path.write_bytes(buffer.getvalue())


def load_vectors(path: Path) -> Vectors:
    """Read what save_vectors wrote. Raises PrecedentError where the file is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            words = json.loads(bytes(file["texts"]))
            table, weight = (file[name].astype(float) for name in ("table", "weight"))
        return Vectors({word: at for at, word in enumerate(words)}, table, weight)
    except UNREADABLE as error:
        remedy = "install Precedent anew, or learn them: python -m pipeline.coding.words ABSTRACTS.jsonl"
        raise PrecedentError(f"the word vectors can't be read: {error}", str(path), remedy) from error


def main(path: Path) -> None:
    """Learn vectors from the abstracts of a JSON-lines file and write models/words.npz."""
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    abstracts = [json.loads(line)["abstract"] or "" for line in path.read_text(encoding="utf-8").splitlines()]
    save_vectors(learn([sentence.text for abstract in abstracts for sentence in nlp(abstract).sents]), MODEL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
