"""One case in order: dates, copies, and what is refused or assumed where the notes leave something open."""

import datetime as dt
from collections.abc import Callable

import pytest

import screener
from screener import CaseError, Note, Screening
from screener.annotations import read_text
from screener.casework.case import Case, build
from screener.casework.language import CaseLanguage

TODAY = dt.date(2024, 6, 1)


@pytest.fixture
def case(case_language: CaseLanguage) -> Callable[[str], Case]:
    return lambda text: build((note.screening() for note in read_text(text, "case")), case_language, TODAY)


def _screening(ident: str, case: str | None = "c", date: dt.date | None = None) -> Screening:
    return Screening(
        note=Note(id=ident, text="Tea.", case=case, date=date),
        highlights=(),
        words=1,
        lexicon_version="v",
        model_version=None,
        profile="lexicon",
        screener_version="0",
    )


def test_notes_stand_in_order_of_date_and_undated_ones_last(case: Callable[[str], Case]) -> None:
    read = case(
        "=== NOTE id=b; date=2024-02-01\nTea.\n=== NOTE id=u\nTea.\n=== NOTE id=a; date=2024-01-01\nTea.\n"
        "=== NOTE id=b2; date=2024-02-01\nTea.\n"
    )
    assert [note.id for note in read.notes] == ["a", "b", "b2", "u"]
    assert any("without a date (u)" in said for said in read.assumed)
    assert any("put in order" in said for said in read.assumed)


def test_nothing_is_assumed_of_dated_notes_in_order(case: Callable[[str], Case]) -> None:
    assert case("=== NOTE id=a; date=2024-01-01\nTea.\n=== NOTE id=b; date=2024-02-01\nTea.\n").assumed == ()


def test_what_comes_after_is_never_said_of_undated_notes(case: Callable[[str], Case]) -> None:
    read = case("=== NOTE id=a; date=2024-01-01\nTea.\n=== NOTE id=b; date=2024-02-01\nTea.\n=== NOTE id=u\nTea.\n")
    first, second, undated = read.notes
    assert second.comes_after(first)
    assert not first.comes_after(second)
    assert not undated.comes_after(second)
    assert not second.comes_after(undated)
    assert read.later(first) == (second,)


def test_copied_text_counts_once_and_keeps_its_first_date(case: Callable[[str], Case]) -> None:
    passage = "⟦gifts_or_money|Dave has bought her a new phone⟧"
    read = case(
        f"=== NOTE id=late; date=2024-03-01\nSummary: {passage}.\n=== NOTE id=early; date=2024-01-01\n{passage}.\n"
    )
    (sign,) = read.signs
    assert sign.note.id == "early"
    assert [note.id for note, _ in sign.copies] == ["late"]


def test_short_words_said_again_elsewhere_are_not_a_copy(case: Callable[[str], Case]) -> None:
    read = case(
        "=== NOTE id=1; date=2024-01-01\nVisit at home, ⟦information_gap|not seen alone⟧.\n"
        "=== NOTE id=2; date=2024-02-01\nAt school today but ⟦information_gap|not seen alone⟧.\n"
    )
    assert len(read.signs) == 2


def test_the_same_words_under_another_indicator_are_another_sign(case: Callable[[str], Case]) -> None:
    read = case(
        "=== NOTE id=1; date=2024-01-01\n⟦gifts_or_money|Dave bought her a phone with data⟧.\n"
        "=== NOTE id=2; date=2024-02-01\n⟦secrecy|Dave bought her a phone with data⟧.\n"
    )
    assert len(read.signs) == 2


def test_no_notes_are_no_case(case_language: CaseLanguage) -> None:
    with pytest.raises(CaseError, match="no note"):
        build([], case_language)


def test_a_note_id_may_stand_once(case_language: CaseLanguage) -> None:
    with pytest.raises(CaseError, match="'a' occurs twice"):
        build([_screening("a"), _screening("a")], case_language)


def test_notes_of_two_cases_are_refused(case_language: CaseLanguage) -> None:
    with pytest.raises(CaseError, match="2 cases"):
        build([_screening("a", "c1"), _screening("b", "c2")], case_language)
    with pytest.raises(CaseError, match="2 cases"):
        build([_screening("a", "c1")], case_language, case="c2")


def test_notes_without_a_case_join_the_one_that_is_named(case_language: CaseLanguage) -> None:
    assert build([_screening("a", None), _screening("b", "c1")], case_language).id == "c1"
    assert build([_screening("a", None)], case_language, case="c9").id == "c9"
    assert build([_screening("a", None)], case_language).id is None


@pytest.mark.parametrize(("date", "why"), [(dt.date(2031, 1, 1), "in the future"), (dt.date(24, 1, 5), "too early")])
def test_a_date_that_cannot_be_is_read_as_none_and_said(case_language: CaseLanguage, date: dt.date, why: str) -> None:
    read = build([_screening("a", date=date), _screening("b", date=dt.date(2024, 1, 1))], case_language, TODAY)
    assert [note.id for note in read.notes] == ["b", "a"]
    assert any(why in said and "note a" in said.lower() for said in read.assumed)


def test_time_stamps_of_several_zones_are_days_in_london(case_language: CaseLanguage) -> None:
    late = Note.model_validate({"id": "a", "text": "Tea.", "date": "2024-01-01T23:30:00-05:00"})
    early = Note.model_validate({"id": "b", "text": "Tea.", "date": "2024-01-02T00:30:00+02:00"})
    screenings = [_screening(note.id).model_copy(update={"note": note}) for note in (late, early)]
    read = build(screenings, case_language, TODAY)
    assert [(note.id, dt.date.fromordinal(note.day or 0)) for note in read.notes] == [
        ("b", dt.date(2024, 1, 1)),
        ("a", dt.date(2024, 1, 2)),
    ]


def test_withheld_text_is_said(case_language: CaseLanguage) -> None:
    read = build([_screening("a").without_text(), _screening("b")], case_language, TODAY)
    assert any("without text (a)" in said for said in read.assumed)


def test_messages_hold_no_words_of_notes(lexicon_screener: screener.Screener) -> None:
    notes = [Note(id="n", text="Terry bought her a phone."), Note(id="n", text="Terry bought her a phone.")]
    with pytest.raises(CaseError) as raised:
        lexicon_screener.review_case(notes)
    assert "Terry" not in str(raised.value)
