"""Headings and dated entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.text.sections import Sections


def heading(text: str, words: str) -> str | None:
    section = Sections(text).at(text.index(words))
    return None if section is None else text[section.title_start : section.title_end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Previous history:\nmissing overnight", "Previous history"),
        ("Hx: missing overnight", "Hx"),
        ("S (f/c): missing overnight", "S (f/c)"),
        ("PREVIOUS CONCERNS\nmissing overnight", "PREVIOUS CONCERNS"),
        ("## Chronology\nmissing overnight", "Chronology"),
        ("**Chronology**\nmissing overnight", "Chronology"),
        ("Chronology\n----------\nmissing overnight", "Chronology"),
        ("1.2 Background:\nmissing overnight", "Background"),
        ("Seen at home.\n\nWider family\nmissing overnight", "Wider family"),
        ("Seen at home, missing overnight", None),
        ("Chronology:\n2010 moved.\n\n12/03/2019 – missing overnight", None),
        ("Chronology:\nmoved\n[2019-03-12 14:02] Visit: missing overnight", "Visit"),
    ],
)
def test_a_passage_stands_under_its_heading(text: str, expected: str | None) -> None:
    assert heading(text, "missing overnight") == expected


@given(st.text(alphabet="Ab 1:/-\n#*", max_size=150))
def test_every_heading_lies_on_one_line(text: str) -> None:
    sections = Sections(text)
    for offset in range(len(text)):
        section = sections.at(offset)
        if section is not None:
            assert section.start <= section.title_start < section.title_end <= len(text)
            assert "\n" not in text[section.title_start : section.title_end]
