"""Damaged notes: the damage is what it says, the marks keep their words, and the same notes come out each time."""

import random
from pathlib import Path

import pytest

import screener
from eval import results
from eval.robustness import NOISES, Noise, draw, measure, misread, noisy
from eval.systems import Reads
from screener.annotations import AnnotatedNote
from screener.reader.augment import edited
from tests.eval.marked import marked

NOTE = marked(
    "He came on Monday, learning spellings. Mum said Terry "
    "⟦gifts_or_money;source=family|slipped her £20 for her phone⟧. She asked nothing. "
    "⟦secrecy;source=child|“Don't tell your mum about tomorrow”⟧, he had told her by the burning barn."
)
BY_TITLE = {noise.title: noise for noise in NOISES}


@pytest.mark.parametrize("noise", NOISES, ids=lambda noise: noise.title)
def test_every_noise_changes_the_text_and_keeps_the_marks_on_their_words(noise: Noise) -> None:
    (changed,) = noisy([NOTE], noise, noise.levels[-1] if noise.levels[-1] == 1 else 0.9)
    assert changed.text != NOTE.text
    assert [span.indicator for span in changed.spans] == ["gifts_or_money", "secrecy"]
    for span in changed.spans:
        assert changed.text[span.start : span.end] == span.text
    assert changed.spans[0].text.lower().startswith("s")
    assert "her" in changed.spans[0].text.lower()


@pytest.mark.parametrize("noise", NOISES, ids=lambda noise: noise.title)
def test_the_same_damage_each_time(noise: Noise) -> None:
    assert noisy([NOTE], noise, 0.5) == noisy([NOTE], noise, 0.5)


def test_level_nothing_is_the_note_as_written() -> None:
    assert all(noisy([NOTE], noise, 0.0) == [NOTE] for noise in NOISES)


def test_a_scanner_takes_look_alikes_for_one_another_and_breaks_lines() -> None:
    note = edited(NOTE, misread(NOTE, random.Random(1), 1.0))
    assert "\n" in note.text
    assert "-\n" in note.text
    undone = note.text.replace("-\n", "").replace("\n", " ")
    assert undone != NOTE.text
    assert undone.translate(str.maketrans("01", "ol")).replace("m", "rn") == NOTE.text.translate(
        str.maketrans("01", "ol")
    ).replace("m", "rn")


def test_case_is_all_that_lower_case_and_capitals_change() -> None:
    (small,) = noisy([NOTE], BY_TITLE["all lower case"], 1.0)
    (large,) = noisy([NOTE], BY_TITLE["ALL CAPITALS"], 1.0)
    assert (small.text, large.text) == (NOTE.text.lower(), NOTE.text.upper())


def test_each_system_is_measured_at_every_level_and_drawn(lexicon_screener: screener.Screener, tmp_path: Path) -> None:
    notes: list[AnnotatedNote] = [NOTE, marked("Fish fingers for tea.", "quiet")]
    findings = measure({"lexicon": Reads(lexicon_screener)}, notes)
    assert [(f.noise, f.level) for f in findings] == [(n.title, level) for n in NOISES for level in (0.0, *n.levels)]
    as_written = [f.result for f in findings if f.level == 0]
    assert all(result == as_written[0] for result in as_written)
    assert as_written[0].pointed_at.recall.value > 0
    draw(findings, tmp_path / "robustness.png")
    assert (tmp_path / "robustness.png").stat().st_size > 1000
    section = results.robustness(findings)
    assert "| damage | level | lexicon |" in section
    assert section.count("\n| typing errors |") == 4
