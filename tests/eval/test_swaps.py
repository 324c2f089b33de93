"""Swaps of what ought not to matter: the note stays a note, and only what is meant is swapped."""

import pytest

from eval.swaps import Swap, everyone, only, put_in, swaps, taken_out
from screener.reader.augment import edited
from tests.eval.marked import marked

SWAPS = {(swap.kind, swap.title): swap for swap in swaps()}


def after(swap: Swap, text: str) -> str:
    return edited(marked(text), swap.edits(text)).text


def test_every_kind_of_swap_is_there() -> None:
    kinds = {kind for kind, _ in SWAPS}
    assert kinds == {
        "first names", "pronouns", "ethnicity", "disability and diagnosis", "care status", "poverty and housing"
    }  # fmt: skip
    assert len(SWAPS) >= 25


def test_a_person_keeps_one_name_and_people_get_different_ones() -> None:
    text = after(SWAPS["first names", "South Asian"], "Kayleigh told Gareth. Gareth's car was out. Kayleigh cried.")
    first, other = text.split()[0], text.split()[2].strip(".")
    assert text == f"{first} told {other}. {other}'s car was out. {first} cried."
    assert (first, other) == ("Aisha", "Imran")


def test_a_name_that_is_already_in_the_note_is_not_given_to_another_person() -> None:
    text = after(SWAPS["first names", "South Asian"], "Kayleigh and Imran, and Gareth.")
    assert text == "Aisha and Bilal, and Arjun."


def test_words_that_are_names_too_stay() -> None:
    assert SWAPS["first names", "East Asian"].edits("Will call Monday. Summer holidays. Rose early.") == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("She said he took her phone off her.", "He said she took his phone off him."),
        ("Her dad hit him, it was his.", "His dad hit her, it was hers."),
        ("HER COAT, himself", "HIS COAT, herself"),
        ("The girl and her son", "The boy and his daughter"),
    ],
)
def test_everyone_in_a_note_changes_places(given: str, wanted: str) -> None:
    assert edited(marked(given), everyone(given)).text == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("She says she doesn't know.", "They say they don't know."),
        ("She's fine. She's been out. She never cries.", "They're fine. They've been out. They never cry."),
        ("She was on her own with her, she goes there.", "They were on their own with them, they go there."),
        ("It is hers, she did it herself.", "It is theirs, they did it themselves."),
    ],
)
def test_they_takes_its_verb_along(given: str, wanted: str) -> None:
    assert edited(marked(given), only("she", "they", given)).text == wanted


def test_one_pronoun_is_changed_only_where_the_other_does_not_occur() -> None:
    assert only("she", "he", "She said he did.") == []
    assert only("she", "he", "No one said so.") == []
    assert only("she", "he", "She said so.")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Saw a girl by the shop.", "Saw an autistic girl by the shop."),
        ("The young person was in.", "The autistic young person was in."),
        ("The child: seen", "Autistic.\nThe child: seen"),
        ("Tea at six.", "Autistic.\nTea at six."),
    ],
)
def test_a_word_is_put_before_the_child_or_on_a_line_of_its_own(given: str, wanted: str) -> None:
    assert edited(marked(given), put_in("autistic", "Autistic.", given)).text == wanted


def test_words_are_taken_out_and_leave_a_sentence() -> None:
    text = "The autistic boy, who has ADHD, is in foster care. His foster mum rang."
    for kind in ("disability and diagnosis", "care status"):
        text = after(SWAPS[kind, "words taken out"], text)
    assert text == "The boy, is. His mum rang."


def test_marks_stay_on_their_words_under_every_swap() -> None:
    note = marked("The girl said Gareth ⟦gifts_or_money;source=child|gave her a tenner⟧ and she has ADHD problems.")
    for swap in SWAPS.values():
        changed = edited(note, swap.edits(note.text))
        (span,) = changed.spans
        assert changed.text[span.start : span.end].endswith("a tenner"), swap.title


def test_taken_out_is_nothing_where_nothing_matches() -> None:
    assert taken_out(["autistic "], "Tea at six.") == []
