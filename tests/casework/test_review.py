"""A case reviewed as a whole: a pure function of typed records, with everything pointing back into the notes."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

import screener
from screener import CaseReview, Note, Screener
from screener.annotations import read_text
from screener.casework.knowledge import CaseKnowledge
from screener.casework.review import review

CASE = """=== NOTE id=1; date=2023-03-01; author_role=teacher
Ellie (9) was quiet. Mum says ⟦trusted_adult;source=family|Dave Pike is like an uncle to her⟧.
=== NOTE id=2; date=2023-03-20
She asked ⟦partial_disclosure;source=child|"what if somebody's friend does a thing?"⟧. We tidied.
=== NOTE id=3; date=2023-04-10
⟦gifts_or_money|Dave bought her a phone⟧. ⟦secrecy;source=child|"Dave says it is our secret"⟧.
=== NOTE id=4; date=2023-06-01
⟦concern_closed|⟦disclosure;assertion=negated|She has said nothing⟧, so we end our work here⟧.
=== NOTE id=5
Swimming kit sent home.
"""


def _screenings(text: str = CASE) -> list[screener.Screening]:
    return [note.screening() for note in read_text(text, "case")]


def test_the_review_holds_timeline_people_patterns_and_closure(knowledge: CaseKnowledge) -> None:
    found = review(_screenings(), knowledge=knowledge)
    assert [entry.note.id for entry in found.timeline] == ["1", "2", "3", "4", "5"]
    assert {"grooming_cluster", "hint_not_revisited", "closed_on_absence_of_disclosure"} <= {
        p.id for p in found.patterns
    }
    assert (found.closure.state, found.closure.closing_note) == ("silent", "4")
    assert {person.name for person in found.people if person.role == "other adult"} >= {"Dave"}


def test_what_was_read_is_always_said(knowledge: CaseKnowledge) -> None:
    read = review(_screenings(), knowledge=knowledge).read
    assert (read.notes, read.undated, str(read.first_date), str(read.last_date)) == (5, 1, "2023-03-01", "2023-06-01")
    assert read.statement.startswith("Only the 5 notes supplied were read.")
    assert read.profiles == ("annotated",)


def test_every_passage_points_to_its_words(knowledge: CaseKnowledge) -> None:
    found = review(_screenings(), knowledge=knowledge)
    texts = {entry.note.id: entry.note.text or "" for entry in found.timeline}
    passages = [h for p in found.patterns for h in p.highlights] + list(found.closure.unanswered)
    assert passages
    for passage in passages:
        assert texts[passage.note][passage.start : passage.end] == passage.text
    for person in found.people:
        for mention in person.mentions:
            assert texts[mention.note][mention.start : mention.end] == mention.text


def test_the_child_and_professionals_are_not_offered_as_adults_of_concern(knowledge: CaseKnowledge) -> None:
    found = review(_screenings(), knowledge=knowledge)
    assert all(not person.passages for person in found.people if person.role in ("child", "professional"))


def test_it_goes_to_json_and_back_without_loss(knowledge: CaseKnowledge) -> None:
    found = review(_screenings(), knowledge=knowledge)
    assert CaseReview.model_validate_json(found.model_dump_json()) == found
    assert not {"score", "risk", "probability"} & set(json.loads(found.model_dump_json()))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_in_which_notes_are_given_changes_nothing(knowledge: CaseKnowledge, seed: int) -> None:
    given_order = _screenings()
    shuffled = given_order.copy()
    random.Random(seed).shuffle(shuffled)
    first, second = review(given_order, knowledge=knowledge), review(shuffled, knowledge=knowledge)
    assert first.model_copy(update={"read": None}) == second.model_copy(update={"read": None})


def test_the_screener_reviews_notes_as_they_are_written(lexicon_screener: Screener) -> None:
    notes = [
        Note(id="1", date="2023-03-01", text="Dave bought her a new phone and told her not to tell mum.", case="c1"),
        Note(id="2", date="2023-05-01", text="No disclosure made, case closed.", case="c1"),
    ]
    found = lexicon_screener.review_case(notes)
    assert found.case == "c1"
    assert found == screener.review(lexicon_screener.pipe(notes), knowledge=lexicon_screener.knowledge)
    assert found.closure.state == "silent"


def test_a_quiet_case_is_never_worded_as_safe(knowledge: CaseKnowledge) -> None:
    found = review(_screenings("=== NOTE id=1; date=2023-03-01\nFish for tea.\n"), knowledge=knowledge)
    said = found.model_dump_json().lower()
    assert found.patterns == ()
    assert found.closure.state == "not_closing"
    assert not [
        word
        for word in ("no risk", "is safe.", "no concerns", "all clear")
        if word in said.replace("whether the child is safe", "")
    ]
