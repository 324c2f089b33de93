"""Slips of the keyboard are read as the lexicon's words; ordinary words are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.lexicon.spelling import Speller

VOCABULARY = {"secretive", "bruising", "soreness", "hugs", "massage"}
SPELLER = Speller(VOCABULARY, VOCABULARY | {"secretively"}, {"priv8": "private"})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("secretve", "secretive"),
        ("secrettive", "secretive"),
        ("secretife", "secretive"),
        ("secertive", "secretive"),
        ("unexplianed", "unexplianed"),
        ("brusing", "bruising"),
        ("sorness", "soreness"),
        ("priv8", "private"),
        ("huggs", "huggs"),
        ("message", "message"),
        ("sceretvie", "sceretvie"),
    ],
)
def test_one_slip_is_mended_in_words_of_six_letters_or_more(typed: str, read: str) -> None:
    assert SPELLER.correct([typed]) == [read]


@given(st.sampled_from(sorted(VOCABULARY - {"hugs", "massage"})), st.integers(0, 7), st.sampled_from("qxz"))
def test_any_one_letter_left_out_or_put_in_is_mended(word: str, at: int, extra: str) -> None:
    at %= len(word)
    assert SPELLER.correct([word[:at] + word[at + 1 :]]) == [word]
    assert SPELLER.correct([word[:at] + extra + word[at:]]) == [word]
