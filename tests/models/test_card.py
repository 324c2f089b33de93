"""The model card, from runs and readers made up on the spot."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.sentence_reader.card import Run, add, card, runs_in, shipped
from screener.reader.labels import POINTS
from screener.reader.weights import Settings
from screener.records import ATTRIBUTES, INDICATORS

PLAN = {"seed": 1, "epochs": 3, "window": 256}
FIGURES = {"pointed-at recall": 0.91, "pointed-at precision": 0.8, "label F1": 0.7}
CALIBRATION = {
    "levels": {"0.4": FIGURES | {"pointed-at recall": 0.93}, "0.5": FIGURES},
    "level": 0.5,
    "attributes (passages, defaults right, reader right)": {"temporality": [40, 0.8, 0.9]},
    "decides": ["temporality"],
    "held-out briefs": FIGURES,
}


def epoch(recall: float, f1: float) -> dict[str, float]:
    score = (recall + f1) / 2
    return {
        "loss": 1.0,
        "seconds": 90.0,
        "recall_at_rate": recall,
        "precision_at_rate": 0.8,
        "label_f1": f1,
        "score": score,
    }


def log(folder: Path, *epochs: dict[str, float], **more: Any) -> Path:
    folder.mkdir()
    (folder / "log.json").write_text(json.dumps({"plan": PLAN, "epochs": epochs}), encoding="utf-8")
    for name, content in more.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    kept = tmp_path / "runs"
    tagger = log(tmp_path / "a", epoch(0.8, 0.5), epoch(0.9, 0.6), epoch(0.85, 0.6), calibration=CALIBRATION)
    other = log(tmp_path / "b", epoch(0.5, 0.3))
    add(tagger, kept, "mpnet-plain", "token tagger", "mpnet", "plain")
    add(other, kept, "minilm-sentences", "sentence classifier", "minilm", "plain")
    return runs_in(kept)


def settings(base: str, epochs: int) -> Settings:
    return Settings(
        name="reader", version="1", base=base, licence="Apache-2.0",
        encoder={"num_hidden_layers": 12, "hidden_size": 768}, points=POINTS, attributes=ATTRIBUTES, window=256,
        overlap=64,
        thresholds=dict.fromkeys(INDICATORS, 0.37), follow_up=0.35, unnamed=0.8,
        confidence={"base": 0.1}, decides=("temporality",),
        trained_on={"plan": PLAN, "epochs": epochs}, sha256={"weights-1.safetensors": "0"},
    )  # fmt: skip


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "weights-1.safetensors").write_bytes(b"0" * 2_000_000)
    return tmp_path


def line(text: str, begins: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {begins}"))


def test_the_epoch_with_the_highest_score_is_the_one_kept(runs: list[Run]) -> None:
    tagger = next(run for run in runs if run.name == "mpnet-plain")
    assert (tagger.best, tagger.figures["recall_at_rate"]) == (2, 0.9)


def test_runs_are_compared_best_recall_first_and_the_shipped_one_is_named(runs: list[Run], models: Path) -> None:
    text = card(runs, {"full": settings("mpnet", 3)}, models)
    assert line(text, "mpnet-plain") == (
        "| mpnet-plain (ships as `full`) | token tagger | mpnet | plain | 2 of 3 | 4 "
        "| 0.90 / 0.80 | 0.60 | 0.91 / 0.80 | 0.70 |"
    )
    assert line(text, "minilm-sentences").endswith("| 0.50 / 0.80 | 0.30 | – | – |")
    assert text.index("| mpnet-plain") < text.index("| minilm-sentences")


def test_a_reader_of_another_run_is_not_taken_for_this_one(runs: list[Run], models: Path) -> None:
    text = card(runs, {"full": settings("mpnet", 7)}, models)
    assert "ships as" not in text


def test_the_shipped_readers_course_thresholds_and_calibration_are_shown(runs: list[Run], models: Path) -> None:
    text = card(runs, {"full": settings("mpnet", 3)}, models)
    assert "### How `full` was trained: mpnet-plain\n\nseed 1, epochs 3, window 256." in text
    assert line(text, "secrecy") == "| secrecy | 0.37 |"
    assert "Attributes that `full` decides where no context cue speaks: temporality." in text
    assert line(text, "as shipped") == "| as shipped | 0.91 | 0.8 | 0.7 |"
    assert line(text, "temporality") == "| temporality | 40 | 0.80 | 0.90 |"
    assert "2 MB in 1 files" in line(text, "`full`")


def test_the_card_says_what_is_not_there(tmp_path: Path) -> None:
    text = card([], {}, tmp_path)
    assert "Profile `full`: no reader is there yet." in text
    assert "No run is kept yet." in text
    assert shipped(tmp_path) == {}


def test_the_card_states_use_limits_licence_and_how_to_train_again(tmp_path: Path) -> None:
    text = card([], {}, tmp_path)
    for wanted in (
        "## What it is for",
        "it is never a risk",
        "blind spots",
        "Apache-2.0",
        "models.sentence_reader.train",
    ):
        assert wanted in text
