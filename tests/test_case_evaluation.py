"""The measures of case reviews: patterns counted once a case, closings by state, and a gold that is checked."""

from collections.abc import Callable
from pathlib import Path

import pytest

import screener
from screener.annotations import AnnotatedCase, read_cases
from screener.case_evaluation import evaluate_cases, from_marks, from_text
from screener.case_records import CaseReview
from screener.documents.case_figures import confusion, in_words, overall, per_pattern

KNOWN = ("grooming_pair", "hint_not_revisited", "protection_lapsed")
GOLD = """\
=== CASE id=c1; closure=silent; patterns=grooming_pair, hint_not_revisited
=== NOTE id=n1; date=2024-01-02
Terry ⟦gifts_or_money|bought her a new phone⟧.
=== NOTE id=n2; date=2024-02-02
⟦concern_closed;source=professional|No disclosure, so no further action. Case closed⟧.
=== CASE id=c2; closure=none
=== NOTE id=n1; date=2024-01-02
Height and weight fine.
"""


@pytest.fixture
def cases(tmp_path: Path) -> list[AnnotatedCase]:
    path = tmp_path / "gold.txt"
    path.write_text(GOLD, encoding="utf-8")
    return read_cases(path)


def saying(state: str, *patterns: str) -> Callable[[AnnotatedCase], CaseReview]:
    """Return a way of reviewing that says the same of every case."""

    def read(case: AnnotatedCase) -> CaseReview:
        honest = from_marks()(case)
        closure = honest.closure.model_copy(update={"state": state})
        found = [honest.patterns[0].model_copy(update={"id": id}) for id in patterns] if honest.patterns else []
        return honest.model_copy(update={"closure": closure, "patterns": tuple(found)})

    return read


def test_patterns_are_counted_once_a_case(cases: list[AnnotatedCase]) -> None:
    result = evaluate_cases(cases, saying("silent", "grooming_pair", "grooming_pair", "protection_lapsed"), KNOWN)
    assert (result.patterns.recall.right, result.patterns.recall.of) == (1, 2)
    assert (result.patterns.precision.right, result.patterns.precision.of) == (1, 2)
    assert result.per_pattern["hint_not_revisited"].recall.value == 0
    assert result.per_pattern["grooming_pair"].f1 == 1


def test_closings_are_counted_by_state(cases: list[AnnotatedCase]) -> None:
    result = evaluate_cases(cases, saying("silent"), KNOWN)
    assert result.confusion["not_closing"] == {"not_closing": 0, "silent": 1, "answered": 0}
    assert result.confusion["silent"]["silent"] == 1
    assert (result.closure.recall.right, result.closure.recall.of) == (1, 2)
    assert result.closures["silent"].recall.value == 1
    assert result.closures["silent"].precision.value == 0.5


def test_a_case_got_wrong_is_listed_with_what_was_wrong(cases: list[AnnotatedCase]) -> None:
    result = evaluate_cases(cases, saying("answered", "protection_lapsed"), KNOWN)
    words = {mistake.case: in_words(mistake) for mistake in result.mistakes}
    assert words["c1"] == (
        "missed grooming_pair, hint_not_revisited; not there protection_lapsed; closing silent, said answered"
    )
    assert words["c2"] == "closing no closing, said answered"


def test_nothing_wrong_is_no_mistake(cases: list[AnnotatedCase]) -> None:
    assert evaluate_cases(cases[1:], from_marks(), KNOWN).mistakes == []


def test_the_marks_can_be_reviewed_and_so_can_the_text(
    cases: list[AnnotatedCase], lexicon_screener: screener.Screener
) -> None:
    for way in (from_marks(), from_text(lexicon_screener)):
        result = evaluate_cases(cases, way, [p.id for p in lexicon_screener.knowledge.patterns.patterns])
        assert result.confusion["silent"]["silent"] == 1
        assert result.confusion["not_closing"]["not_closing"] == 1


def test_the_same_cases_give_the_same_figures(cases: list[AnnotatedCase]) -> None:
    assert evaluate_cases(cases, from_marks(), KNOWN) == evaluate_cases(cases, from_marks(), KNOWN)


def test_a_gold_case_with_an_unknown_pattern_is_refused(cases: list[AnnotatedCase]) -> None:
    with pytest.raises(screener.AnnotationError, match="case 'c1' names patterns that are not known: grooming_pair"):
        evaluate_cases(cases, from_marks(), ["hint_not_revisited"])


def test_the_tables_say_what_was_not_there_to_count(cases: list[AnnotatedCase]) -> None:
    result = evaluate_cases(cases, saying("silent", "grooming_pair"), KNOWN)
    header, rows = overall({"some way": result})
    assert dict(zip(header, rows[0], strict=True))["answered recognised"] == "–"
    assert [row[0] for row in per_pattern({"some way": result})[1]] == ["grooming_pair", "hint_not_revisited"]
    assert confusion(result)[1][0] == ["no closing", "0", "1", "0"]
