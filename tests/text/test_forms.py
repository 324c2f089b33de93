"""Form lines: what was ticked, what was answered, and what is only printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.text.forms import form_items


def items(line: str) -> list[tuple[str, str]]:
    return [(line[i.start : i.end].strip(), i.answer) for i in form_items(line, 0, len(line))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("☐ Gifts ☒ Older friends", [("Gifts", "unticked"), ("Older friends", "ticked")]),
        ("[ ] Missing [x] Self-harm", [("Missing", "unticked"), ("Self-harm", "ticked")]),
        ("✓ seen alone", [("seen alone", "ticked")]),
        ("Reason: ☒ physical ☐ neglect", [("physical", "ticked"), ("neglect", "unticked")]),
        ("Tick any that apply ☐ Gifts ☒ Missing", [("Gifts", "unticked"), ("Missing", "ticked")]),
        ("Money or things not accounted for ☐", [("Money or things not accounted for", "unticked")]),
        ("boxes blank (☐ older friends ☐ owes money)", [("older friends", "unticked"), ("owes money)", "unticked")]),
        ("A. [ ] Missing [ ] Gifts", [("Missing", "unticked"), ("Gifts", "unticked")]),
        ("Has hurt self ☒ 2014", [("Has hurt self", "ticked")]),
        ("Missing ☐ Y ☒ N   Gifts ☐ Y ☐ N", [("Missing", "no"), ("Gifts", "open")]),
        ("Seen alone ☒ Yes ☐ No", [("Seen alone", "yes")]),
    ],
)
def test_boxes(line: str, expected: list[tuple[str, str]]) -> None:
    assert items(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Self-harm: N", [("Self-harm", "no")]),
        ("Missing episodes: none", [("Missing episodes", "no")]),
        ("Self-harm - no", [("Self-harm", "no")]),
        ("Self-harm – no", [("Self-harm", "no")]),
        ("Any concerns about self-harm? No.", [("Any concerns about self-harm", "no")]),
        ("Seen alone: Yes, in my car", [("Seen alone", "yes")]),
        ("Alcohol: no, drugs: no", [("Alcohol", "no"), ("drugs", "no")]),
        ("MISSING: NIL. SH: NIL.", [("MISSING", "no"), ("SH", "no")]),
        ("Missing overnight Y/N", [("Missing overnight", "open")]),
        ("Has the child ever been hit? She talked about her cat.", [("Has the child ever been hit?", "open")]),
        ("Disclosures in the year (number):", [("Disclosures in the year", "open")]),
        ("Prompt: Afraid of anyone  Answer: the hoover", [("Afraid of anyone", "open")]),
    ],
)
def test_fields_and_questions(line: str, expected: list[tuple[str, str]]) -> None:
    assert items(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Education: No school since May",
        "He said no. She agreed.",
        "Mum: no idea where he sleeps",
        "Spoke to R at 3.30 re: Northampton.",
        "Why would he do that? She did not know.",
    ],
)
def test_prose_is_not_a_form(line: str) -> None:
    assert items(line) == []


@given(st.text(alphabet='ab N:?☐☒[]x.-–;"', max_size=120))
def test_items_stay_inside_their_line_and_in_order(line: str) -> None:
    found = form_items("x\n" + line, 2, 2 + len(line))
    assert all(2 <= i.start <= i.end <= 2 + len(line) for i in found)
    assert [i.start for i in found] == sorted(i.start for i in found)
