"""What a case report shows first, and how long lists are kept short."""

import datetime as dt

import pytest

import screener
from screener.case_records import CasePerson, Passage, PersonMention, PossiblySame
from screener.documents import case_summary
from screener.documents.case_summary import people, quoted, span, standing_open


def passage(note: str, at: int) -> Passage:
    return Passage(note=note, date=None, highlight=f"{note}-{at}", indicator="secrecy", start=at, end=at + 1, text="x")


def person(name: str, *, uses: int, same: str | None = None, role: str = "other adult") -> CasePerson:
    return CasePerson(
        name=name,
        role=role,  # type: ignore[arg-type]
        mentions=tuple(PersonMention(note=f"n{at}", start=0, end=1, text=name) for at in range(uses)),
        possibly=(PossiblySame(name=same, evidence="stands beside it"),) if same else (),
        passages=(passage("n0", 1),) if role == "other adult" else (),
    )


def test_after_a_silent_closing_what_stands_open_is_what_the_check_names(example: screener.CaseReview) -> None:
    assert example.closure.state == "silent"
    assert standing_open(example) == example.closure.unanswered


def test_where_nothing_closes_what_no_response_is_tied_to_stands_open(lexicon_screener: screener.Screener) -> None:
    review = lexicon_screener.review_case(
        [screener.Note(id="n1", text="Terry bought her a new phone. Doing well at school.", date=dt.date(2024, 1, 2))]
    )
    assert review.closure.state == "not_closing"
    lit = [h for h in review.timeline[0].highlights if h.follow_up]
    assert lit
    assert [p.highlight for p in standing_open(review)] == [h.id for h in lit]


def test_a_few_passages_are_quoted_from_as_many_notes_as_can_be_and_none_is_lost() -> None:
    passages = [passage("n1", at) for at in range(6)] + [passage("n2", 1), passage("n3", 1)]
    shown, others = quoted(passages)
    assert [p.note for p in shown] == ["n1", "n1", "n2", "n3"]
    assert sorted(p.highlight for p in shown + others) == sorted(p.highlight for p in passages)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (dt.date(2023, 5, 4), dt.date(2023, 5, 4), "4 May 2023"),
        (dt.date(2023, 5, 4), dt.date(2024, 1, 2), "4 May 2023 to 2 Jan 2024"),
        (None, None, "undated"),
    ],
)
def test_dates_are_written_as_people_write_them(first: dt.date | None, last: dt.date | None, words: str) -> None:
    assert span(first, last) == words


def test_names_that_may_mean_one_person_stand_together_but_never_across_roles(example: screener.CaseReview) -> None:
    named = (
        person("Ray Sutton", uses=1, same="Ray"),
        person("Ray", uses=3, same="mum's friend"),
        person("mum's friend", uses=1),
        person("Kelly", uses=1, same="Ray", role="parent"),
    )
    groups = people(example.model_copy(update={"people": named}))
    assert [p.names for p in groups["Other adults"]] == [("Ray", "Ray Sutton", "mum's friend")]
    assert len(groups["Other adults"][0].passages) == 1
    assert [p.names for p in groups["Parents and carers"]] == [("Kelly",)]


def test_the_order_of_people_is_that_of_the_notes_not_of_their_passages(example: screener.CaseReview) -> None:
    named = (person("Ann", uses=1), person("Bob", uses=9))
    groups = people(example.model_copy(update={"people": named}))
    assert [p.names for p in groups["Other adults"]] == [("Ann",), ("Bob",)]


def test_a_long_quotation_is_cut_at_a_word() -> None:
    assert case_summary.one_line("one  two\nthree", most=9) == "one two …"
