"""What a swap moves is counted passage by passage, whichever way it moves."""

from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

import screener
from eval import results
from eval.fairness import Outcome, measure
from eval.swaps import Swap
from eval.systems import Reads
from screener.annotations import AnnotatedNote
from screener.reader.augment import Edit
from screener.records import Screening
from tests.eval.marked import marked

NOTES = [marked("Gareth keeps a secret den. Tea was fish.", "a"), marked("Nothing much today.", "b")]


class Telltale:
    """Lights "secret den" for secrecy, negated where Imran is about, and the name Aisha as a gift."""

    def pipe(self, notes: Iterable[screener.Note]) -> Iterator[Screening]:
        for note in notes:
            text = note.text or ""
            negated = ";assertion=negated" if "Imran" in text else ""
            lit = text.replace("secret den", f"⟦secrecy{negated}|secret den⟧").replace(
                "Aisha", "⟦gifts_or_money|Aisha⟧"
            )
            yield marked(lit, note.id).screening()


def swap(old: str, new: str) -> Swap:
    def edits(text: str) -> list[Edit]:
        at = text.find(old)
        return [(at, at + len(old), new)] if at >= 0 else []

    return Swap("first names", f"{old} for {new}", edits)


def outcome(old: str, new: str, notes: list[AnnotatedNote] = NOTES) -> Outcome:
    (found,) = measure(Reads(Telltale()), notes, [swap(old, new)])  # type: ignore[arg-type]
    return found


def test_a_swap_that_moves_nothing_leaves_every_note_the_same() -> None:
    found = outcome("Gareth", "Bartholomew")
    assert (found.notes, found.same, found.highlights) == (1, 1, 1)
    assert not found.lost
    assert not found.gained


def test_notes_without_anything_to_swap_are_not_counted() -> None:
    assert outcome("Zebedee", "Dylan").notes == 0


def test_a_highlight_that_goes_to_the_side_is_both_lost_for_follow_up_and_gained_as_set_aside() -> None:
    found = outcome("Gareth", "Imran")
    assert found.same == 0
    assert found.lost == Counter({("secrecy", True): 1})
    assert found.gained == Counter({("secrecy", False): 1})


def test_a_highlight_that_the_swap_brings_is_gained() -> None:
    found = outcome("Gareth", "Aisha")
    assert found.lost == Counter()
    assert found.gained == Counter({("gifts_or_money", True): 1})


def test_a_highlight_whose_words_go_is_not_asked_for() -> None:
    found = outcome("secret den", "shed")
    assert found.lost.total() <= 1
    assert found.gained == Counter()


@pytest.fixture
def section() -> str:
    return results.fairness({"full": [outcome("Gareth", "Aisha"), outcome("Gareth", "Bartholomew")]})


def test_the_section_gives_shares_directions_and_cases(section: str) -> None:
    assert "| first names | Gareth for Aisha | 1 | 0.0% | 0 (0.00%) | 1 (100.00%) | -0 +1 |" in section
    assert "- first names, Gareth for Aisha: gained gifts_or_money 1\n" in section
    assert "| first names | Gareth for Bartholomew | 1 | 100.0% | 0 (0.00%) | 0 (0.00%) | -0 +0 |" in section


def test_cases_name_indicator_and_swap_only(section: str) -> None:
    assert "secret den" not in section
