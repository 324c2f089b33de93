"""Across cases: only on an explicit call with role and lawful basis, full names only, never an identity."""

import pytest

import screener
from screener import CaseError
from screener.annotations import read_text
from screener.casework.knowledge import CaseKnowledge

WHY = {"role": "designated lead", "lawful_basis": "UK GDPR Art. 6(1)(e); DPA 2018 Sch. 1 para 18"}


def _case(text: str) -> list[screener.Screening]:
    return [note.screening() for note in read_text(f"=== NOTE id=1; date=2023-03-01\n{text}", "case")]


def test_the_same_full_name_in_two_cases_is_shown_as_the_same_words(knowledge: CaseKnowledge) -> None:
    found = screener.same_adult_across_children(
        {
            "a": _case("On Friday ⟦access_or_isolation|Dave Pike took her out alone⟧."),
            "b": _case("Again ⟦gifts_or_money|Dave Pike bought him boots⟧."),
        },
        knowledge=knowledge,
        **WHY,
    )
    (shared,) = found.shared
    assert (shared.words, shared.cases) == ("Dave Pike", ("a", "b"))
    assert "same words" in shared.statement
    assert (found.role, found.lawful_basis) == (WHY["role"], WHY["lawful_basis"])


@pytest.mark.parametrize("words", ["the lodger", "her boyfriend", "Dave"])
def test_role_words_and_first_names_never_pair(knowledge: CaseKnowledge, words: str) -> None:
    cases = {name: _case(f"On Friday ⟦access_or_isolation|{words} took her out alone⟧.") for name in "ab"}
    assert screener.same_adult_across_children(cases, knowledge=knowledge, **WHY).shared == ()


def test_it_takes_two_cases_a_role_and_a_lawful_basis(knowledge: CaseKnowledge) -> None:
    one = _case("Tea.")
    with pytest.raises(CaseError, match="at least two"):
        screener.same_adult_across_children({"a": one}, knowledge=knowledge, **WHY)
    with pytest.raises(CaseError, match="lawful basis"):
        screener.same_adult_across_children({"a": one, "b": one}, knowledge=knowledge, role="lead", lawful_basis=" ")


def test_a_review_never_looks_across_cases(knowledge: CaseKnowledge) -> None:
    assert all(pattern.id != "same_adult_across_children" for pattern in knowledge.patterns.patterns)
