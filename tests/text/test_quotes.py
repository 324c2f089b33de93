"""Quoted speech in folded text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.text.fold import Folded
from screener.text.quotes import Quotes


def quoted(text: str) -> list[str]:
    folded = Folded(text).text
    return [folded[start:end] for start, end in Quotes(folded)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('She said "he hurts me" and left', ['"he hurts me"']),
        ("She said “he hurts me” and left", ['"he hurts me"']),
        ("She said ‘he hurts me’ and left", ["'he hurts me'"]),
        ("He's at his mum's, the boys' room", []),
        ("she said 'don't make me go'.", ["'don't make me go'"]),
        ('one "two\nthree" four', ['"two\nthree"']),
        ('a stray " mark\n\nand "words" later', ['"words"']),
        ("\"he said 'come here' to me\"", ["\"he said 'come here' to me\""]),
        ("'cos he wanted to", []),
    ],
)
def test_speech_is_told_from_apostrophes(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


def test_a_span_inside_knows_its_quotation() -> None:
    text = 'Mum: "he is lovely" she says'
    assert Quotes(text).around(9, 15) == (5, 19)
    assert Quotes(text).around(0, 3) is None


@given(st.text(alphabet="a '\"\n.", max_size=150))
def test_quotations_never_overlap(text: str) -> None:
    last = 0
    for start, end in Quotes(text):
        assert last <= start < end <= len(text)
        last = end
