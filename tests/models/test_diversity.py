"""How unlike one another texts are."""

import numpy as np
import pytest

from models.sentence_reader.diversity import (
    distinct_per_thousand,
    near_duplicates,
    nearest,
    ngrams,
    vectors,
    words_of,
)


def test_words_are_lower_case_and_keep_their_apostrophes() -> None:
    assert words_of("She’s 9, isn't she? He doesn't-know") == ["she's", "9", "isn't", "she", "he", "doesn't", "know"]


def test_runs_of_words() -> None:
    assert list(ngrams(["a", "b", "c"], 2)) == [("a", "b"), ("b", "c")]
    assert list(ngrams(["a"], 2)) == []


def test_repeating_oneself_lowers_the_distinct_runs() -> None:
    assert distinct_per_thousand([["a", "b", "c", "d"]], 1) == 1000
    assert distinct_per_thousand([["a", "b"], ["a", "b"]], 1) == 500


def test_stretches_make_collections_of_different_size_comparable() -> None:
    words = ["a", "b", "c", "d", "e"] * 20
    assert distinct_per_thousand([words], 1) == 50
    assert distinct_per_thousand([words], 1, stretch=5) == distinct_per_thousand([words * 3], 1, stretch=5) == 1000


TEXTS = [
    ["the", "dog", "ate", "the", "blue", "sock", "again"],
    ["the", "dog", "ate", "the", "blue", "sock", "again", "today"],
    ["swimming", "gala", "on", "friday", "with", "her", "dog"],
    ["her", "class", "has", "a", "swimming", "lesson", "today"],
]


def test_the_nearest_neighbour_is_the_text_with_the_same_words() -> None:
    made = vectors(TEXTS)
    assert np.allclose(np.linalg.norm(made, axis=1), 1)
    within = nearest(made, ["x", "x", "y", "y"], within=True)
    across = nearest(made, ["x", "x", "y", "y"], within=False)
    assert within[0] == pytest.approx(0, abs=0.1)
    assert within[2] > within[0]
    assert min(across) > max(within)


def test_texts_without_a_neighbour_in_their_group_are_left_out() -> None:
    assert len(nearest(vectors(TEXTS), ["x", "x", "y", "z"], within=True)) == 2


def test_near_duplicates_are_named_once_and_only_where_they_count() -> None:
    (pair,) = near_duplicates(vectors(TEXTS), 0.9, lambda *_: True)
    assert (pair.first, pair.second) == (0, 1)
    assert near_duplicates(vectors(TEXTS), 0.9, lambda *_: False) == []
