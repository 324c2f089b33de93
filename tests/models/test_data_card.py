"""The data card: what it counts, on a small data folder, and that the one in the repository is of these data."""

from pathlib import Path

import pytest

import screener
from models.sentence_reader.data import HERE, held_out
from models.sentence_reader.data_card import Text, card, cue_free, texts_in

NOTE = """=== NOTE id=t1-01-001
{first} ⟦gifts_or_money;source=child|slipped her £20 for her phone⟧ and went home.

=== NOTE id=t1-01-002
Ordinary day, maths and a spelling test. ⟦self_harm;assertion=negated|No self-harm⟧.
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for kind in ("notes", "contrast", "everyday", "briefs"):
        (tmp_path / kind).mkdir()
    (tmp_path / "notes" / "t1-01.txt").write_text(NOTE.format(first="Terry"), encoding="utf-8")
    (tmp_path / "notes" / "t1-02.txt").write_text(
        "=== NOTE id=t1-02-001\nThe ⟦secrecy|lantern stays under the third plank⟧, and soup was leek.\n",
        encoding="utf-8",
    )
    (tmp_path / "contrast" / "k1.txt").write_text(
        "=== NOTE id=k1-0001a\n⟦secrecy|He said keep it between us⟧.\n\n=== NOTE id=k1-0001b\nShe said keep it up.\n",
        encoding="utf-8",
    )
    (tmp_path / "everyday" / "e1.txt").write_text("=== NOTE id=e1-1\nFish fingers for tea.\n", encoding="utf-8")
    (tmp_path / "briefs" / "t1.yaml").write_text("[{id: t1-01}, {id: t1-02}]\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def texts(data: Path) -> list[Text]:
    return texts_in(data)


def test_texts_know_their_folder_file_and_family(texts: list[Text]) -> None:
    assert [(t.kind, t.file) for t in texts][:3] == [("notes", "t1-01"), ("notes", "t1-01"), ("notes", "t1-02")]
    assert {t.family for t in texts if t.kind == "contrast"} == {"k1-0001"}


def test_marks_that_no_cue_touches_are_counted_of_those_to_follow_up(
    texts: list[Text], lexicon_screener: screener.Screener
) -> None:
    notes = [text for text in texts if text.kind == "notes"]
    assert cue_free(notes, lexicon_screener) == (2, 1, 1)


def test_the_card_counts_notes_briefs_and_quiet_notes(data: Path, lexicon_screener: screener.Screener) -> None:
    text = card(data, lexicon_screener, ["t1-02"])
    assert "| annotated notes | 3 |" in text
    assert "| briefs with notes (briefs written) | 2 (2) |" in text
    assert "| notes with nothing to follow up | 1 (33%) |" in text
    assert "| marks in notes (to follow up) | 3 (2) |" in text
    assert "| notes of briefs held out of training | 1 of 1 briefs (t1-02) |" in text
    assert "| contrast families, texts in each | 1, 2.0 |" in text
    assert "| secrecy | 1 | 1 | 1 | 1 |" in text


def test_a_note_written_twice_shows_as_a_near_duplicate(data: Path, lexicon_screener: screener.Screener) -> None:
    again = NOTE.format(first="Terry").replace("t1-01-", "t1-03-")
    (data / "notes" / "t1-03.txt").write_text(again, encoding="utf-8")
    assert "t1-01-001 / t1-03-001 1.00" in card(data, lexicon_screener, [])


def test_the_card_in_the_repository_counts_the_notes_that_lie_beside_it() -> None:
    texts = texts_in(HERE)
    text = (HERE / "CARD.md").read_text(encoding="utf-8")
    assert f"| annotated notes | {sum(t.kind == 'notes' for t in texts)} |" in text
    assert f"| contrast texts (sentences) | {sum(t.kind == 'contrast' for t in texts)} (" in text
    assert ", ".join(held_out()) in text


def test_the_data_are_as_many_as_were_asked_for() -> None:
    texts = texts_in(HERE)
    notes = [text for text in texts if text.kind == "notes"]
    words = sum(len(text.words) for text in notes)
    largest = max(sum(len(t.words) for t in notes if t.file == file) for file in {t.file for t in notes})
    assert len(notes) >= 900
    assert words >= 150_000
    assert len({text.file for text in notes}) >= 60
    assert largest / words <= 0.03
    assert sum(t.kind == "contrast" for t in texts) >= 6_000
    assert sum(len(text.words) for text in texts if text.kind == "everyday") >= 40_000
    assert not [t for t in texts if t.kind == "everyday" and any(span.follow_up for span in t.note.spans)]


def test_no_line_of_a_brief_is_on_both_sides() -> None:
    texts = [text for text in texts_in(HERE) if text.kind == "notes"]
    unseen = {t.note.text for t in texts if t.file in held_out()}
    assert unseen
    assert not unseen & {t.note.text for t in texts if t.file not in held_out()}
