"""Marked text: what is read, and what is refused with the line that is wrong."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.annotations import parse_marked, read, read_cases
from screener.errors import AnnotationError
from screener.records import INDICATORS

NOTE = "=== NOTE id=n1; date=2024-05-02; author_role=therapist; kind=session\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "notes.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_marks_become_spans_with_offsets_into_the_text_without_marks(tmp_path: Path) -> None:
    text = (
        NOTE
        + "Calm. ⟦gifts_or_money;source=child|He ⟦secrecy|says shh⟧ and pays⟧.\n⟦self_harm;assertion=negated|No cuts⟧\n"
    )
    (note,) = read(written(tmp_path, text))
    assert note.text == "Calm. He says shh and pays.\nNo cuts"
    assert (note.id, note.date, note.author_role, note.kind) == ("n1", dt.date(2024, 5, 2), "therapist", "session")
    assert [(s.indicator, note.text[s.start : s.end], s.follow_up) for s in note.spans] == [
        ("gifts_or_money", "He says shh and pays", True),
        ("secrecy", "says shh", True),
        ("self_harm", "No cuts", False),
    ]
    assert note.spans[0].source == "child"
    assert note.spans[2].reason_not == "negated"


def test_several_indicators_on_the_same_words(tmp_path: Path) -> None:
    (note,) = read(written(tmp_path, NOTE + "⟦gifts_or_money,substance_use|buys her vapes⟧"))
    assert {s.indicator for s in note.spans} == {"gifts_or_money", "substance_use"}


def test_marks_serve_as_a_screening(tmp_path: Path) -> None:
    (note,) = read(written(tmp_path, NOTE + "Seen. ⟦secrecy|our little thing⟧"))
    screening = note.screening()
    assert [h.text for h in screening.follow_up] == ["our little thing"]
    assert screening.note.text == note.text


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("one ⟦secrecy|two", 2, "never closed"),
        ("one two⟧", 2, "without an opening"),
        ("fine\n⟦secrecy two⟧", 3, "without '|'"),
        ("⟦secrecy|  ⟧", 2, "empty span"),
        ("⟦secretcy|two⟧", 2, "unknown indicator 'secretcy'"),
        ("⟦secrecy;mood=low|two⟧", 2, "unknown attribute 'mood'"),
        ("⟦secrecy;assertion=maybe|two⟧", 2, "cannot be 'maybe'"),
        ("⟦secrecy|one ⟦secrecy|two⟧⟧", 1, "overlapping"),
        ("=== NTE id=x", 2, "must be NOTE or CASE"),
        ("=== NOTE ident=x", 2, "cannot read 'ident'"),
        ("=== NOTE date=2024-01-01", 2, "no id="),
        ("=== NOTE id=n1", 2, "occurs twice"),
    ],
)
def test_what_breaks_the_format_is_refused_with_its_line(tmp_path: Path, body: str, line: int, says: str) -> None:
    with pytest.raises(AnnotationError) as error:
        read(written(tmp_path, NOTE + body + "\n"))
    assert f"notes.txt:{line}:" in str(error.value)
    assert says in str(error.value)


def test_an_impossible_date_and_stray_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="YYYY-MM-DD"):
        read(written(tmp_path, "=== NOTE id=n; date=2024-02-30\ntext"))
    with pytest.raises(AnnotationError, match="before the first"):
        read(written(tmp_path, "stray words\n" + NOTE))


def test_cases_hold_their_notes_and_their_truth(tmp_path: Path) -> None:
    text = (
        "=== CASE id=c1; closure=silent; patterns=hint_not_revisited, grooming_pair\n"
        + NOTE
        + "one\n=== NOTE id=n2\ntwo\n=== CASE id=c2; closure=none\n"
        + NOTE
        + "three\n"
    )
    first, second = read_cases(written(tmp_path, text))
    assert (first.closure, first.patterns) == ("silent", ("hint_not_revisited", "grooming_pair"))
    assert [n.text for n in first.notes] == ["one", "two"]
    assert [n.case for n in second.notes] == ["c2"]
    with pytest.raises(AnnotationError, match="closure is one of"):
        read_cases(written(tmp_path, "=== CASE id=c; closure=quiet\n"))


@given(st.text(alphabet=st.characters(exclude_characters="⟦⟧", exclude_categories=["Cs"]), max_size=80))
def test_text_without_marks_is_left_as_it_is(text: str) -> None:
    plain, spans = parse_marked(text)
    assert plain == text
    assert spans == ()


@given(
    before=st.text(alphabet="ab \n", max_size=9),
    inside=st.text(alphabet="cde", min_size=1, max_size=9),
    indicator=st.sampled_from(INDICATORS),
)
def test_offsets_always_fit(before: str, inside: str, indicator: str) -> None:
    plain, (span,) = parse_marked(f"{before}⟦{indicator}|{inside}⟧!")
    assert plain[span.start : span.end] == span.text == inside
