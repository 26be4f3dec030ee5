"""Word vectors: learnt without labels, the same every time, and of use to tell what is alike."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from pipeline.coding.words import Vectors, learn, load_vectors, save_vectors, shipped_vectors
from pipeline.errors import PrecedentError


def alike(vectors: Vectors, a: str, b: str) -> float:
    """The cosine of the means of two texts."""
    x, y = vectors.mean(a), vectors.mean(b)
    return float(x @ y / (np.linalg.norm(x) * np.linalg.norm(y)))


@pytest.fixture(scope="module")
def made() -> Vectors:
    """From sixty subjects with company of their own; in each, a word in -x and one in -z stand in the same places."""
    subjects = [f"{a}{b}" for a, b in product("bdfghklmnr", "aeiouy")]
    return learn([f"{s}{end} {s}one {s}two {s}three" for s in subjects for end in "xz"] * 5)


def test_words_of_the_same_company_are_alike(made: Vectors) -> None:
    assert alike(made, "bax", "baz") > 0.9
    assert alike(made, "bax", "bez") < 0.5


def test_the_mean_has_a_spread_of_one_and_is_nothing_without_known_words(made: Vectors) -> None:
    assert not made.mean("Zzz qqq!").any()
    assert not made.mean("").any()
    assert np.array_equal(made.mean("bax qqq"), made.mean("Bax"))


def test_vectors_survive_the_disk(made: Vectors, tmp_path: Path) -> None:
    save_vectors(made, tmp_path / "a.npz")
    again = load_vectors(tmp_path / "a.npz")
    assert np.allclose(again.mean("bax two keone"), made.mean("bax two keone"), rtol=0.01, atol=0.05)
    (tmp_path / "a.npz").write_bytes(b"nothing of use")
    with pytest.raises(PrecedentError) as error:
        load_vectors(tmp_path / "a.npz")
    assert "pipeline.coding.words" in error.value.remedy


@pytest.mark.parametrize(
    ("word", "kin", "stranger"),
    [
        ("barriers", "obstacles", "temperatures"),
        ("subsidies", "incentives", "catalysts"),
        ("tax", "tariff", "membrane"),
        ("customers", "suppliers", "nitrogen"),
        ("lack", "absence", "simulation"),
    ],
)
def test_the_vectors_that_ship_know_the_field(word: str, kin: str, stranger: str) -> None:
    vectors = shipped_vectors()
    assert alike(vectors, word, kin) > alike(vectors, word, stranger) + 0.2
