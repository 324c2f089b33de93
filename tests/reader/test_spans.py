"""From what is said of tokens to passages: where they begin and end, and what is lit though nothing names it."""

import numpy as np
import pytest

from screener.reader.labels import CHOICES, FOLLOW_UP, OUTPUTS
from screener.reader.spans import Opinion, Tagged
from screener.reader.windows import Tokens
from screener.records import INDICATORS

TEXT = "He waits by the gate. She goes home with him. Tea was late."
WORDS = [(at, at + len(word)) for word in TEXT.split() for at in [TEXT.index(word)]]
SENTENCES = [(0, 21), (22, 45), (46, len(TEXT))]
ACCESS, SECRECY = INDICATORS.index("access_or_isolation"), INDICATORS.index("secrecy")


def opinion(**said: tuple[range, float]) -> Opinion:
    """What a reader says that gives words of the text a probability, and every other word next to none."""
    columns = {"access": ACCESS, "secrecy": SECRECY, "follow_up": FOLLOW_UP}
    logits = np.full((len(WORDS), OUTPUTS), -6.0, np.float32)
    for part in CHOICES.values():
        logits[:, part.start] = 6.0
    for name, (words, probability) in said.items():
        logits[words, columns[name]] = np.log(probability / (1 - probability))
    return Opinion(Tagged(Tokens([0] * len(WORDS), WORDS), logits))


def words(opinion: Opinion, sentences: list[tuple[int, int]] | None = None) -> list[str]:
    return [TEXT[s.start : s.end] for s in opinion.sightings([0.5] * len(INDICATORS), sentences or [])]


def test_words_that_reach_the_threshold_together_are_one_passage() -> None:
    assert words(opinion(access=(range(5, 9), 0.8))) == ["She goes home with"]


def test_a_weaker_word_or_two_do_not_cut_a_passage_in_two() -> None:
    assert words(opinion(access=(range(5, 10, 3), 0.8))) == ["She goes home with"]


def test_no_passage_runs_on_from_one_sentence_into_the_next() -> None:
    said = opinion(access=(range(3, 10), 0.8))
    assert words(said) == ["the gate. She goes home with him."]
    assert words(said, SENTENCES) == ["the gate.", "She goes home with him."]


def test_each_sentence_must_reach_the_threshold_by_itself() -> None:
    logits = np.full((len(WORDS), OUTPUTS), -6.0, np.float32)
    logits[3:5, ACCESS] = np.log(0.4 / 0.6)
    logits[5:10, ACCESS] = np.log(0.9 / 0.1)
    said = Opinion(Tagged(Tokens([0] * len(WORDS), WORDS), logits))
    assert words(said, SENTENCES) == ["She goes home with him."]


def test_what_is_surely_to_follow_up_is_lit_under_the_likeliest_indicator_though_none_reaches_its_threshold() -> None:
    said = opinion(access=(range(5, 10), 0.3), secrecy=(range(5, 10), 0.2), follow_up=(range(5, 10), 0.9))
    (lit,) = said.unnamed(0.8, [], SENTENCES)
    assert (lit.indicator, TEXT[lit.start : lit.end]) == ("access_or_isolation", "She goes home with him.")
    assert lit.probability == pytest.approx(0.3, abs=0.01)


def test_what_a_named_passage_touches_is_not_lit_again() -> None:
    said = opinion(access=(range(5, 7), 0.9), follow_up=(range(5, 10), 0.9))
    named = said.sightings([0.5] * len(INDICATORS), SENTENCES)
    assert [s.indicator for s in named] == ["access_or_isolation"]
    assert said.unnamed(0.8, named, SENTENCES) == []
