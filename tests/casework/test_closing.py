"""Closings, however they are put, and the closure check over them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.annotations import AnnotatedNote, parse_marked
from screener.casework import closing, closure, people, responses
from screener.casework.case import Case, build
from screener.casework.closing import Closing
from screener.casework.closure import ClosureCheck
from screener.casework.knowledge import shipped_knowledge
from screener.records import Screening

START = dt.date(2022, 3, 1)


def found(case: Case) -> closing.Closings:
    persons = people.find(case)
    return closing.find(case, responses.find(case, persons), persons)


def read_from_text(case_notes: list[Screening], likely: float) -> Case:
    """The case as though the screener had lit what is marked, with so much confidence."""
    screenings = [
        each.model_copy(
            update={
                "profile": "full",
                "highlights": tuple(h.model_copy(update={"match_confidence": likely}) for h in each.highlights),
            }
        )
        for each in case_notes
    ]
    return build(screenings, shipped_knowledge().language)


def case_of(*marked: str) -> Case:
    notes = []
    for number, text in enumerate(marked):
        plain, spans = parse_marked(text)
        day = START + dt.timedelta(14 * number)
        notes.append(AnnotatedNote(id=f"n{number}", text=plain, spans=spans, date=day).screening())
    return build(notes, shipped_knowledge().language)


def closings_of(*marked: str) -> tuple[Closing, ...]:
    case = case_of(*marked)
    return found(case).all


def check(*marked: str) -> ClosureCheck:
    case = case_of(*marked)
    return closure.check(case, found(case))


@pytest.mark.parametrize(
    "text",
    [
        "Case closed to this team.",
        "Case to sleep.",
        "Closed.",
        "We will not be offering any more appointments.",
        "Step down to Early Help with effect from today.",
        "DNA x3, discharged to GP.",
        "The family have been removed from my list.",
        "Our work has come to a natural end and we said goodbye.",
        "Family moved to Kent, file closed and sent on.",
        "The plan goes in the drawer.",
        "October review cancelled, no worker required.",
        "He comes off the exploitation list from today.",
        "The police have filed it, which brings our part to an end too.",
        "I see no need for us to stay.",
        "Signed off by TM.",
        "The matter was taken no further.",
        "Screened out at MASH.",
        "Threshold not met, no role for us.",
        "As he said nothing, this stops with us here.",
        "I do not propose to carry the matter beyond this sheet.",
        "I see no reason to prolong this.",
        "I've taken her off my Tuesdays.",
        "With all that answered we take our leave.",
        "SW, LADO and police have all signed off and I'm putting my sheet in the file.",
        "s47 outcome: concerns not substantiated.",
        "File to admin by the 23rd.",
        "S47 finished with, ordinary reviews from the team go on.",
        "TM read the file and agrees, assessment complete, ending here.",
        "Closed as she said nothing.",
        "We have stood down and it returns to school pastoral.",
    ],
)
def test_closings_are_put_in_many_ways(text: str) -> None:
    assert closings_of("Came in.", text)


@pytest.mark.parametrize(
    "text",
    [
        "We are not closing this.",
        "Will close if no further concerns by June.",
        "Hope to step down by the summer.",
        "Case was closed in 2019 and reopened.",
        "Mum asked if we were going to close the case.",
        "The school is closed for snow.",
        "Closed the session with breathing.",
        "She has a close bond with her nan.",
        "Discharged from hospital after her tonsils.",
        "Dad NFA since May, sofa surfing.",
        "Contact ended at twelve and he waved.",
        "She stepped down off the bus.",
        "Strategy discussion held, weekly visits go on.",
        "Session closed with the putty race.",
        "Her block of six sessions ends on Friday, another is booked.",
        "Discharged from physio today with a home sheet.",
        "Orthodontist has signed him off, retainer at night.",
        "Her extra spelling plan has ended, with a certificate.",
        "Bathroom adaptation signed off by building control.",
        "Case transferred to Mr Oduya for Y6.",
        "Her case transferred to Kent's team, who joined for the second half by video.",
        "Records transferred to the secondary school, list signed.",
        "This is my last week here.",
        "This is my last visit before maternity leave, Tess takes over.",
        "Missing report closed, found at his aunt's.",
        "Vaccination record complete, no further action.",
        "Finished the block and signed off, form to SENCo.",
        "We ended with a plan on one side of A4.",
        "Log closed on his return.",
        "Incident log closed as she was home safe.",
        "Counselling came to its planned end, six out of six.",
        "Young carers' summer scheme wound up with a barbecue.",
        "Contact centre sessions have ended because dad now has a flat.",
        "Attendance plan closed as she is at 97%.",
        "Episode closed on the system after the sixth physio visit.",
    ],
)
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    assert closings_of("Came in.", text) == ()


def test_what_a_closing_of_lessons_says_of_a_concern_counts() -> None:
    assert closings_of("Came in.", "With her swimming lessons over, the safeguarding concern is closed to this team.")


def test_what_somebody_who_treats_ends_is_none_of_a_concern() -> None:
    summary = AnnotatedNote(
        id="n0",
        text="Finished. File to store in June. Discharged.",
        spans=(),
        date=START,
        author_role="paediatric physiotherapist",
        kind="discharge summary",
    ).screening()
    assert found(build([summary], shipped_knowledge().language)).all == ()


@pytest.mark.parametrize("ends", ["The CIN plan ended today.", "Discharged from CAMHS back to GP."])
def test_what_ends_with_nothing_of_concern_before_it_closes_none(ends: str) -> None:
    result = check("Swimming.", ends)
    assert result.state == "not_closing"
    assert "says nothing about whether the child is safe" in result.reasons[0].text
    assert check("⟦secrecy|must not tell⟧", ends).state == "silent"


def read_by_machine(*marked: str) -> ClosureCheck:
    case = case_of(*marked)
    screenings = [note.screening.model_copy(update={"profile": "lexicon"}) for note in case.notes]
    case = build(screenings, shipped_knowledge().language)
    return closure.check(case, found(case))


def test_read_by_machine_findings_over_several_notes_answer_where_the_closing_comes_back_to_them() -> None:
    signs = "⟦access_or_isolation|the turns upstairs⟧ and ⟦gifts_or_money|four pound coins⟧."
    looking = (
        "PNC nil, DBS clear. Treasurer's ledger shows the same £4 for each.",
        "Two mothers confirmed it. The promise was explained by the choirmaster.",
    )
    assert read_by_machine(signs, *looking, "Saw him alone again. Enquiry ended.").state == "answered"
    assert read_by_machine(signs, *looking, "Enquiry ended.").state == "silent"
    assert read_by_machine(signs, "Saw him alone again. Enquiry ended.").state == "silent"


def test_a_closing_decided_on_counts_once_nothing_comes_after_it() -> None:
    assert closings_of("Case to be closed on Friday.")
    assert not closings_of("Case to be closed on Friday.", "Visit today. Weekly visits go on.")


def test_what_a_closing_rests_on_is_said() -> None:
    (found,) = closings_of("He would not talk about R. Case closed.")
    assert "silence" in found.reasons


def test_no_closing_is_not_closing() -> None:
    assert check("⟦secrecy|must not tell⟧", "Maths went well.").state == "not_closing"


def test_a_closing_after_a_sign_that_nobody_looked_into_is_silent() -> None:
    result = check("⟦secrecy|must not tell⟧", "Goals met. Case closed.")
    assert result.state == "silent"
    assert [sign.highlight.text for sign in result.unanswered] == ["must not tell"]
    assert all(reason.text for reason in result.reasons)


def test_a_closing_marked_by_a_person_is_silent_whatever_else_it_says() -> None:
    assert check("Swimming.", "Receipts seen. ⟦concern_closed|Nothing said, file shut⟧.").state == "silent"


def test_a_closing_that_says_what_was_found_of_each_sign_is_answered() -> None:
    result = check(
        "⟦physical_sign|bright red and cracked in front⟧ and ⟦gifts_or_money|new boots from Tam⟧.",
        "Each point on the form has been gone through. Soreness: lichen sclerosus, diagnosed by Dr Anand. "
        "Boots: hardship fund, receipts seen. Enquiry ended.",
    )
    assert (result.state, result.unanswered) == ("answered", ())
    assert "Only the notes supplied were read" in result.reasons[0].text


@pytest.mark.parametrize(
    "account",
    [
        "Behaviour explained by his autism.",
        "Each of these was looked into. Behaviour explained by his autism.",
        "Soreness: lichen sclerosus, diagnosed by Dr Anand.",
        "Each of these was looked into. Boots: hardship fund, receipts seen.",
    ],
)
def test_an_account_of_something_else_answers_no_other_sign(account: str) -> None:
    result = check(
        "⟦physical_sign|bright red and cracked in front⟧ and ⟦gifts_or_money|new boots from Tam⟧.",
        f"{account} Enquiry ended.",
    )
    assert result.state == "silent"
    assert result.unanswered


def test_a_closing_with_nothing_before_it_clears_nobody() -> None:
    result = check("Swimming.", "Goals met. Case closed.")
    assert "says nothing about whether the child is safe" in result.reasons[0].text


SIGNS = (
    "⟦secrecy|must not tell about Fridays⟧",
    "⟦physical_sign|sore when she sits⟧",
    "⟦gifts_or_money|a phone from Ray⟧",
)
ROUTINE = ("Maths went well.", "Shoes bought.", "Dentist on Thursday.", "Mum tired.", "Visit booked for the 8th.")
EMPTY_ANSWERS = ("Dealt with.", "NFA.", "Parent aware.", "Work complete.", "Goals met.", "Mum is happy with this.")
CLOSINGS = ("Case closed.", "Step down to early help.", "Discharged to GP.", "No further action.", "File put away.")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(ROUTINE), max_size=3),
    st.lists(st.sampled_from(SIGNS), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(ROUTINE + EMPTY_ANSWERS), max_size=4),
    st.lists(st.sampled_from(EMPTY_ANSWERS), max_size=3),
    st.sampled_from(CLOSINGS),
)
def test_a_closing_note_after_an_unanswered_passage_is_never_answered(
    before: list[str], signs: list[str], between: list[str], excuses: list[str], closes: str
) -> None:
    result = check(*before, *signs, *between, " ".join((*excuses, closes)))
    assert result.state == "silent"
    assert len(result.unanswered) == len(signs)


ACCOUNTS = (
    "The secret about Fridays was a surprise party, confirmed by her teacher.",
    "Soreness: lichen sclerosus, diagnosed by Dr Anand.",
    "The phone was bought by her nan, receipt seen.",
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(range(len(SIGNS))), min_size=2, max_size=3, unique=True),
    st.lists(st.sampled_from(ROUTINE + EMPTY_ANSWERS), max_size=2),
    st.integers(min_value=0, max_value=2),
    st.sampled_from(CLOSINGS),
)
def test_a_closing_that_accounts_for_some_signs_leaves_the_others_open(
    present: list[int], between: list[str], accounted: int, closes: str
) -> None:
    signs = [SIGNS[at] for at in present]
    result = check(*signs, *between, f"{ACCOUNTS[accounted]} {closes}")
    still_open = {sign for at, sign in zip(present, signs, strict=True) if at != accounted}
    assert result.state == "silent"
    assert {f"⟦{sign.indicator}|{sign.highlight.text}⟧" for sign in result.unanswered} == still_open


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(len(SIGNS))), st.sampled_from(CLOSINGS))
def test_a_closing_with_an_account_of_every_sign_is_answered(order: list[int], closes: str) -> None:
    result = check(*(SIGNS[at] for at in order), " ".join((*ACCOUNTS, closes)))
    assert result.state == "answered"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(ROUTINE + SIGNS), min_size=1, max_size=5),
    st.sampled_from(CLOSINGS),
    st.sampled_from(ROUTINE + EMPTY_ANSWERS + CLOSINGS + SIGNS + ("Behaviour explained by his autism. Case closed.",)),
    st.integers(min_value=0, max_value=6),
)
def test_adding_a_note_never_hides_an_open_passage_unless_it_answers_it(
    notes: list[str], closes: str, added: str, at: int
) -> None:
    given_notes = [*notes, closes]
    before = check(*given_notes)
    at = min(at, len(given_notes))
    after = check(*given_notes[:at], added, *given_notes[at:])
    assert {s.highlight.text for s in before.unanswered} <= {s.highlight.text for s in after.unanswered}


@pytest.mark.parametrize("likely", [0.9, 0.05])
def test_a_passage_nobody_looked_into_makes_a_closing_silent_however_unlikely(likely: float) -> None:
    notes = [note.screening for note in case_of(SIGNS[0], "Case closed to this team.").notes]
    case = read_from_text(notes, likely)
    assert closure.check(case, found(case)).state == "silent"


def test_what_is_read_as_a_closing_in_ordinary_work_is_none_unless_a_person_marked_it() -> None:
    notes = [note.screening for note in case_of("Came in.", "⟦concern_closed|Log closed on his return⟧.").notes]
    assert found(build(notes, shipped_knowledge().language)).all
    assert not found(read_from_text(notes, 0.9)).all
