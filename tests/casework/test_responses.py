"""Recorded responses: somebody acted and it is done; and which sign it answers."""

import datetime as dt

import pytest

from screener.annotations import AnnotatedNote, parse_marked
from screener.casework import people, responses
from screener.casework.case import Case, build
from screener.casework.knowledge import shipped_knowledge
from screener.casework.responses import Responses

START = dt.date(2023, 1, 2)


def case_of(*dated: tuple[int, str]) -> Case:
    notes = []
    for number, (day, text) in enumerate(dated):
        plain, spans = parse_marked(text)
        notes.append(
            AnnotatedNote(id=f"n{number}", text=plain, spans=spans, date=START + dt.timedelta(day)).screening()
        )
    return build(notes, shipped_knowledge().language)


def read(case: Case) -> Responses:
    return responses.find(case, people.find(case))


def kinds(text: str) -> set[str]:
    return {response.kind for response in read(case_of((0, text))).done}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Referred to MASH the same day.", "referral"),
        ("MARF sent at 14.05.", "referral"),
        ("I rang the safeguarding hub at ten.", "referral"),
        ("Strategy discussion held with police and health.", "strategy"),
        ("Checked with police, who know nobody of that name.", "police_check"),
        ("Seen by the GP, who took a swab.", "medical"),
        ("Discussed in supervision with Anita.", "supervision"),
        ("LADO informed before four.", "lado"),
        ("I went back to what she said about the shed.", "spoke_with_child"),
        ("Both weans seen by me in school, one at a time.", "spoke_with_child"),
        ("Unannounced visit at seven, nobody else there.", "agreement_check"),
        ("Return interview held on Tuesday.", "return_interview"),
        ("Both siblings seen at school.", "siblings"),
        ("The case was reopened on this.", "reopened"),
    ],
)
def test_what_was_done_is_a_response(text: str, kind: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "To discuss in supervision.",
        "Will refer to MASH if it happens again.",
        "A referral should be made.",
        "Asked whether MASH had been told.",
        "No referral was made.",
        "Not referred to CSC.",
        "Parent aware.",
        "Dealt with by school.",
        "NFA.",
        "Work complete, goals met.",
        "Police checks not requested on the lodger.",
        "Strategy discussion not held.",
        "Not seen alone at any visit.",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert kinds(text) == set()


def test_a_general_response_answers_what_was_told_just_before() -> None:
    case = case_of((0, '⟦partial_disclosure|"he has rules"⟧'), (5, "Discussed in supervision with Anita."))
    assert [r.kind for r in read(case).to(case.signs[0])] == ["supervision"]


def test_and_not_what_stands_long_before() -> None:
    routine = [(40 + day, "Maths went well.") for day in range(4)]
    case = case_of((0, '⟦partial_disclosure|"he has rules"⟧'), *routine, (90, "Discussed in supervision with Anita."))
    assert read(case).to(case.signs[0]) == ()


def test_a_response_answers_nothing_that_was_written_after_it() -> None:
    case = case_of((0, "Referred to MASH."), (5, '⟦partial_disclosure|"he has rules"⟧'))
    assert read(case).to(case.signs[0]) == ()


def test_a_finding_comes_back_to_its_subject_whenever_it_is_written() -> None:
    case = case_of(
        (0, "⟦physical_sign|red and cracked in front⟧"), (200, "Soreness: lichen sclerosus, diagnosed by Dr Anand.")
    )
    assert any(response.finding for response in read(case).to(case.signs[0]))


def test_a_telling_is_not_answered_by_the_talk_in_which_it_was_told() -> None:
    case = case_of((0, 'Seen alone at school. ⟦partial_disclosure|"he has rules"⟧'))
    assert read(case).to(case.signs[0]) == ()


def test_only_the_first_response_of_each_kind_in_a_later_note_answers() -> None:
    case = case_of(
        (0, "⟦physical_sign|red and cracked in front⟧"),
        *((day, "Seen by the GP about the soreness.") for day in range(1, 30)),
    )
    answers = read(case).to(case.signs[0])
    assert [(answer.kind, answer.note.id) for answer in answers if answer.kind == "medical"] == [("medical", "n1")]
