"""The people of a case: how they are named, what part they play, and whom a sign is about."""

import pytest

from screener.annotations import AnnotatedNote, parse_marked
from screener.casework import people
from screener.casework.case import Case, build
from screener.casework.knowledge import shipped_knowledge
from screener.casework.people import People


def case_of(*marked: str) -> Case:
    notes = []
    for number, text in enumerate(marked):
        plain, spans = parse_marked(text)
        notes.append(AnnotatedNote(id=f"n{number}", text=plain, spans=spans).screening())
    return build(notes, shipped_knowledge().language)


def people_of(*marked: str) -> People:
    return people.find(case_of(*marked))


def roles(found: People) -> dict[str, str]:
    return {person.key: person.role for person in found.persons}


def test_every_mention_is_where_it_says() -> None:
    text = "Uncle Ray collected Tilly (7). Mum’s friend Dave waited with R."
    for person in people_of(text).persons:
        for mention in person.mentions:
            assert text[mention.start : mention.end] == mention.text


@pytest.mark.parametrize(
    ("text", "key", "role"),
    [
        ("Mum's friend Dave called in.", "dave", "other adult"),
        ("Uncle Ray was there.", "ray", "other adult"),
        ("The man from the flats gave her a lift.", "man from the flats", "other adult"),
        ("Her coach rang.", "coach", "other adult"),
        ("Seen with Amira (5), who hummed.", "amira", "child"),
        ("Spoke to Dr Okoro by phone.", "okoro", "professional"),
        ("Foster carer reports a good week.", "foster carer", "carer"),
        ("Her little brother came too.", "little brother", "sibling"),
        ("Birth mum did not come.", "birth mum", "parent"),
    ],
)
def test_people_are_named_in_many_ways(text: str, key: str, role: str) -> None:
    assert roles(people_of(text)).get(key) == role


def test_a_first_name_an_initial_and_a_role_may_be_one_person_and_say_why() -> None:
    found = people_of(
        "Mum's friend Ray Sutton called.", "Ray drove her.", "Home with R, she said.", "Mum's friend again."
    )
    groups = {person.group for person in found.persons if person.key in ("ray", "ray sutton", "r", "mums friend")}
    assert len(groups) == 1
    ray = next(person for person in found.persons if person.key == "ray")
    assert any("'ray' is part of 'ray sutton'" in likeness.evidence for likeness in ray.possibly)


def test_two_of_one_first_name_are_not_made_one() -> None:
    found = people_of("Gareth Lewis teaches art.", "Gareth Price is mum's cousin.", "Gareth was in.")
    groups = {person.key: person.group for person in found.persons}
    assert len({groups["gareth lewis"], groups["gareth price"], groups["gareth"]}) == 3


def about(*marked: str) -> frozenset[str]:
    case = case_of(*marked)
    return people.find(case).adults_of(case.signs[0])


def test_a_sign_is_about_the_adult_in_its_words() -> None:
    assert about("Mum says ⟦gifts_or_money|Dave bought her a phone⟧. Pete was out.") == {"dave"}


def test_a_sign_is_about_the_adult_named_before_it() -> None:
    assert about("Dave came at six. Mum made tea. ⟦gifts_or_money|He gave her a phone⟧.") == {"dave"}


def test_the_child_and_professionals_are_no_adults_of_concern() -> None:
    assert about("Tilly (7) told her social worker that ⟦secrecy|she must not say⟧.") == frozenset()


def test_a_parent_only_where_no_other_adult_is_named() -> None:
    assert about("⟦boundary_crossing|Dad gets in the bath with her⟧.") == {"dad"}
    assert about("⟦secrecy|Dave says not to tell dad⟧.") == {"dave"}


def test_another_in_the_same_role_is_somebody_else() -> None:
    assert {"coach", "other coach"} <= roles(people_of("The coach rang.", "The other coach drove him.")).keys()


def test_a_role_is_known_again_in_another_form() -> None:
    assert "grandad" in roles(people_of("Her grandfather was there."))


def test_forms_of_one_first_name_are_possibly_one_person_unless_surnames_differ() -> None:
    found = people_of("Darren W reported on time.", "She goes to Daz on Fridays.")
    assert len({person.group for person in found.persons if person.key in ("darren w", "daz")}) == 1
    apart = people_of("Darren Wills reported. Then Daz Hobbs came in.")
    assert len({p.group for p in apart.persons if p.key in ("darren wills", "daz hobbs")}) == 2


def test_a_known_risk_is_not_the_relative_whom_he_names() -> None:
    case = case_of(
        "Darren W came in. ⟦known_risk_person|Convicted in 2009, and he names his stepsister as the family he sees⟧."
    )
    assert people.find(case).adults_of(case.signs[0]) == {"darren w"}


@pytest.mark.parametrize("text", ["Stank of drink.", "Maths; tutoring begins.", "Mam and Papa came."])
def test_words_that_only_look_like_names_name_nobody(text: str) -> None:
    assert all(person.role != "other adult" for person in people_of(text).persons)


def test_a_crowd_beside_whom_an_act_is_done_is_not_the_adult_who_does_it() -> None:
    case = case_of("Dave helps at home. ⟦protector_role|He walks him past the lads at the flats⟧.")
    found = people.find(case)
    assert found.adults_of(case.signs[0]) == {"dave"}
    alone = case_of("⟦older_associate|Seen with the lads at the flats⟧.")
    assert people.find(alone).adults_of(alone.signs[0]) == {"lads from the flats"}
