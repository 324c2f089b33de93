"""Quality on the gold test half may not fall below what was reached: the floors in ``eval/floors.json``."""

import pytest

import screener
from eval import gold
from screener.evaluation import Evaluation, evaluate


@pytest.fixture(scope="module")
def result(lexicon_screener: screener.Screener) -> Evaluation:
    return evaluate(gold.notes("test"), lambda note: lexicon_screener.screen(note.note()))


def test_the_gold_is_what_it_says(result: Evaluation) -> None:
    notes = gold.notes("dev") + gold.notes("test")
    assert len(notes) >= 200
    assert sum(not any(s.follow_up for s in n.spans) for n in notes) >= len(notes) / 3.5
    assert len({n.author_role for n in notes}) >= 10
    assert result.notes == len(gold.notes("test"))


def test_passages_are_pointed_at_no_worse_than_before(result: Evaluation) -> None:
    assert result.pointed_at.recall.value >= gold.FLOORS["pointed_at_recall"]
    assert result.pointed_at.precision.value >= gold.FLOORS["pointed_at_precision"]


def test_the_indicator_is_right_no_less_often_than_before(result: Evaluation) -> None:
    assert result.label.f1 >= gold.FLOORS["label_f1"]


def test_assertion_is_right_no_less_often_than_before(result: Evaluation) -> None:
    assert result.attributes["assertion"].value >= gold.FLOORS["assertion"]


def test_match_confidence_is_calibrated(result: Evaluation) -> None:
    assert result.calibration_error <= 0.05
