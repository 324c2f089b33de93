"""Sentences in notes as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.text.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left.Sleeping rough since May.", ["He left.", "Sleeping rough since May."]),
        ("Seen.\nsleeping rough", ["Seen.", "sleeping rough"]),
        ("no concerns. mum says ok", ["no concerns.", "mum says ok"]),
        ("unexplained\nbruising noted", ["unexplained\nbruising noted"]),
        ("Spoke to R. She was calm.", ["Spoke to R.", "She was calm."]),
        ("R. came round at 3.30 with Dr. Khan", ["R. came round at 3.30 with Dr. Khan"]),
        ("?UTI, red again. Mum thinks bubble bath", ["?UTI, red again.", "Mum thinks bubble bath"]),
        ("Is he safe? Not known", ["Is he safe?", "Not known"]),
        ("Plan:\n- ring school\n- see GP", ["Plan:", "- ring school", "- see GP"]),
        ("☐ gifts\n☒ older friends", ["☐ gifts", "☒ older friends"]),
        ("slept well\n\nate well", ["slept well", "ate well"]),
        ("08.00 woke late\n09.15 Left for school", ["08.00 woke late", "09.15 Left for school"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_a_wrapped_line_of_prose_runs_on() -> None:
    text = "He was waiting at the corner of the road by the shops when she came out with\nAmina and the others."
    assert len(split(text)) == 1


@given(st.text(alphabet="aA. \n?!:-•9\"'", max_size=200))
def test_sentences_are_in_order_trimmed_and_never_overlap(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end
        assert text[start:end] == text[start:end].strip()
        assert not text[last:start].strip()
        last = end
    assert not text[last:].strip()


def test_a_page_without_full_stops_is_taken_in_pieces_at_commas_or_blanks() -> None:
    for joint in (", ", " "):
        pieces = split(joint.join(["he went out and the bus was late again"] * 500))
        assert 5 < len(pieces) < 20
        assert all(
            piece.split()[0] in {"he", "went", "out", "and", "the", "bus", "was", "late", "again"} for piece in pieces
        )
    assert split("a" * 10_000) == ["a" * 10_000]
