"""Tokens: words without their apostrophes, marks that part phrases, and always the way back to the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.text.tokens import Tokens, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't tell Mum", ["dont", "tell", "mum"]),
        ("DON'T", ["dont"]),
        ("Terry's van", ["terrys", "van"]),
        ("the girls' room", ["the", "girls", "room"]),
        ("they'll, I'm, we've", ["they", "ll", ",", "i", "m", ",", "we", "ve"]),
        ("self-harm", ["self", "harm"]),
        ("a f/c visit, n/k", ["a", "f/c", "visit", ",", "n/k"]),
        ("mother/father", ["mother", "/", "father"]),
        ("07/03/2023", ["07", "/", "03", "/", "2023"]),
        ("£20 (cash)", ["£", "20", "(", "cash", ")"]),
        ('He said "shh."', ["he", "said", "shh"]),
        ("?UTI", ["?", "uti"]),
        ("☐ gifts ☒ older", ["☐", "gifts", "☒", "older"]),
        ("one_two", ["one", "two"]),
        ("3.30pm", ["3", "30pm"]),
        ("мама 漢字", ["мама", "漢字"]),
        ("😀 ok 👍", ["ok"]),
        ("", []),
        (" \n\0 ", []),
    ],
)
def test_words_are_parted_as_people_read_them(text: str, words: list[str]) -> None:
    assert Tokens(text).words == words


@given(st.text(alphabet="aZ9'’/-.,:;()?!£&_ \n☐é漢😀", max_size=120))
def test_every_token_stands_where_it_says_and_none_overlap(text: str) -> None:
    tokens = Tokens(text)
    assert len(tokens) == len(tokens.words) == len(tokens.raw) == len(tokens.starts) == len(tokens.ends)
    last = 0
    for word, raw, start, end in zip(tokens.words, tokens.raw, tokens.starts, tokens.ends, strict=True):
        assert last <= start < end
        assert text[start:end] == raw
        assert word == raw.lower().replace("'", "")
        assert not any(char.isalnum() for char in text[last:start])
        last = end
    assert not any(char.isalnum() for char in text[last:])


@given(st.lists(st.sampled_from(["don't", "self-harm", "f/c", "£20", "Terry's"]), max_size=5))
def test_a_phrase_has_the_same_words_alone_as_in_a_text(phrases: list[str]) -> None:
    text = " ".join(phrases)
    assert tuple(Tokens(text).words) == words_of(text) == tuple(w for p in phrases for w in words_of(p))
