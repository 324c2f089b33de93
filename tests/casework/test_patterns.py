"""The shipped patterns: all there, each proves itself, and what they find is told with its passages."""

from collections.abc import Callable

import pytest

from screener import CaseReview
from screener.annotations import read_text
from screener.casework.knowledge import CaseKnowledge
from screener.casework.patterns.proof import check
from screener.casework.review import review

SECTIONS = {
    "A": """grooming_cluster grooming_pair double_grooming protector_masking_risk exploitation_cluster online_to_offline
        repeat_missing""",
    "B": """signs_without_words hint_not_revisited retraction_taken_as_answer sign_after_contact escalation_over_time
        explained_away sibling_or_household_link""",
    "C": """risk_person_with_access risk_person_minimised independent_concerns repeated_concern_same_source
        discounted_concern""",
    "D": """closed_on_absence_of_disclosure closed_with_open_signs closed_on_criminal_standard new_sign_after_closure
        protection_lapsed lapsed_with_access ownership_unclear agreement_not_tested agreement_breached
        warned_but_not_informed information_not_joined child_not_seen_alone""",
}
SCORING = ("score", "risk level", "high risk", "low risk", "likely abus", "perpetrator", "victim", "grooming detected")


@pytest.fixture
def reviewed(knowledge: CaseKnowledge) -> Callable[[str], CaseReview]:
    return lambda text: review((note.screening() for note in read_text(text, "case")), knowledge=knowledge)


def _ids(found: CaseReview) -> set[str]:
    return {pattern.id for pattern in found.patterns}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_pattern_of_a_section_is_there(knowledge: CaseKnowledge, section: str) -> None:
    shipped = {pattern.id for pattern in knowledge.patterns.patterns if pattern.section == section}
    assert shipped == set(SECTIONS[section].split())


def test_every_pattern_finds_its_small_cases_and_leaves_its_near_misses(knowledge: CaseKnowledge) -> None:
    assert [str(failure) for failure in check(knowledge)] == []


def test_the_wording_points_and_never_decides(knowledge: CaseKnowledge) -> None:
    for pattern in knowledge.patterns.patterns:
        said = " ".join((pattern.title, pattern.settles, pattern.question)).lower()
        assert pattern.question.endswith("?")
        assert not [word for word in SCORING if word in said]


def test_a_pattern_tells_its_parts_passages_and_dates(reviewed: Callable[[str], CaseReview]) -> None:
    found = reviewed(
        "=== NOTE id=a; date=2023-03-01\nMum says ⟦trusted_adult;source=family|Dave is like an uncle to her⟧.\n"
        "=== NOTE id=b; date=2023-04-10\n⟦gifts_or_money|Dave bought her a phone⟧. "
        '⟦secrecy|"Dave says it is our secret"⟧.'
    )
    cluster = next(pattern for pattern in found.patterns if pattern.id == "grooming_cluster")
    assert [[h.text for h in part.highlights] for part in cluster.parts] == [
        ["Dave is like an uncle to her"],
        ["Dave bought her a phone"],
        ['"Dave says it is our secret"'],
    ]
    assert (str(cluster.first_seen), str(cluster.last_seen)) == ("2023-03-01", "2023-04-10")
    assert cluster.statement.startswith("These passages, from 2 notes, may belong together because")
    assert "Only the 2 notes supplied were read." in cluster.statement


def test_windows_are_counted_in_days(reviewed: Callable[[str], CaseReview]) -> None:
    text = (
        "=== NOTE id=a; date=2023-01-01\n⟦gifts_or_money|Dave bought her a phone⟧.\n"
        "=== NOTE id=b; date={}\n⟦access_or_isolation|Dave takes her out alone at night⟧."
    )
    assert "grooming_pair" in _ids(reviewed(text.format("2023-04-01")))
    assert "grooming_pair" not in _ids(reviewed(text.format("2023-04-02")))


def test_patterns_that_need_order_leave_undated_notes_out(reviewed: Callable[[str], CaseReview]) -> None:
    text = (
        "=== NOTE id=a{}\n⟦online_contact|Talks to a man on a game⟧.\n"
        "=== NOTE id=b; date=2023-01-20\n⟦missing_episode|Out all night⟧."
    )
    assert "online_to_offline" in _ids(reviewed(text.format("; date=2023-01-01")))
    assert "online_to_offline" not in _ids(reviewed(text.format("")))


def test_what_is_not_to_follow_up_makes_no_pattern(reviewed: Callable[[str], CaseReview]) -> None:
    found = reviewed(
        "=== NOTE id=a; date=2023-01-01\n⟦gifts_or_money;assertion=negated|No gifts from Dave⟧. "
        "⟦secrecy;template=true;assertion=hypothetical|Secrets with Dave?⟧ ⟦access_or_isolation|Dave takes her out⟧."
    )
    assert found.patterns == ()


def test_copied_text_is_no_second_occurrence(reviewed: Callable[[str], CaseReview]) -> None:
    passage = "⟦missing_episode|Did not come home until four in the morning⟧."
    found = reviewed("".join(f"=== NOTE id=n{i}; date=2023-01-0{i}\n{passage}\n" for i in (1, 2, 3)))
    assert "repeat_missing" not in _ids(found)
    assert sum(len(entry.copied) for entry in found.timeline) == 2


WORRY = "⟦third_party_concern;source=third_party|%s⟧"


@pytest.mark.parametrize(
    ("first", "second", "pattern"),
    [
        ("Mum's neighbour Jean told the nursery %s.", "Jean, the neighbour, rang: %s.", "repeated_concern_same_source"),
        ("Call to school from the neighbour: %s.", "Neighbour stopped me: %s.", "repeated_concern_same_source"),
        ("Paternal gran told the health visitor %s.", "Gran rang me, %s.", "repeated_concern_same_source"),
        ("Nan told me %s.", "The landlord mentioned that %s.", "independent_concerns"),
        ("A parent at the gate said %s.", "Mum's sister phoned: %s.", "independent_concerns"),
    ],
)
def test_a_worry_comes_from_whoever_reports_it(
    reviewed: Callable[[str], CaseReview], first: str, second: str, pattern: str
) -> None:
    found = reviewed(
        f"=== NOTE id=a; date=2023-03-01\n{first % (WORRY % 'he has girls in the flat')}\n"
        f"=== NOTE id=b; date=2023-05-01\n{second % (WORRY % 'she is out there in the dark')}"
    )
    both = {"repeated_concern_same_source", "independent_concerns"}
    assert _ids(found) & both == {pattern}
