"""Folding makes one way of writing out of many, and always finds the way back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from screener.errors import NoteError
from screener.text.fold import Folded
from screener.text.tokens import Tokens


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("can\u2019t", "can't"),
        ("self\u2011harm", "self-harm"),
        ("two\u00a0words", "two words"),
        ("cafe\u0301", "cafe"),
        ("caf\u00e9", "cafe"),
        ("se\u200bcret", "secret"),
        ("\uff53ecret", "secret"),
        ("a\r\nb", "a \nb"),
        ("a\rb", "a\nb"),
        ("a\0b", "a b"),
        ("\u201cquoted\u201d", '"quoted"'),
    ],
)
def test_ways_of_typing_are_read_as_one(typed: str, read: str) -> None:
    assert Folded(typed).text == read


@given(st.text(max_size=200))
@example("e\u0301\u200b😀\r\n\u0130İﬁ")
def test_every_token_leads_back_to_its_own_characters(text: str) -> None:
    folded = Folded(text)
    tokens = Tokens(folded.text)
    last = 0
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        begin, finish = folded.original(start, end)
        assert 0 <= last <= begin < finish <= len(text)
        assert Folded(text[begin:finish]).text.strip() != "" or text[begin:finish]
        assert folded.folded(begin, finish) == (start, end)
        last = finish


def test_only_text_can_be_folded() -> None:
    with pytest.raises(NoteError, match="not bytes"):
        Folded(b"bytes")  # type: ignore[arg-type]
