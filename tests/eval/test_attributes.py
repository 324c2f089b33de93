"""Attribute accuracy on gold spans."""

from pathlib import Path

import screener
from eval.attributes import attribute_accuracy
from screener.annotations import read


def test_accuracy_counts_each_attribute_against_the_gold(lexicon_screener: screener.Screener, tmp_path: Path) -> None:
    path = tmp_path / "gold.txt"
    path.write_text(
        "=== NOTE id=n1\n"
        "No ⟦self_harm;assertion=negated;source=professional|self-harm⟧.\n"
        "Used to ⟦self_harm;source=professional|cut her arms⟧ in year 7.\n",
        encoding="utf-8",
    )
    result = attribute_accuracy(lexicon_screener, read(path))
    assert result["spans"] == 2
    assert result["assertion"] == {"accuracy": 1.0, "given": {"affirmed": {"affirmed": 1}, "negated": {"negated": 1}}}
    assert result["temporality"]["accuracy"] == 0.5


def test_no_notes_give_no_accuracy(lexicon_screener: screener.Screener) -> None:
    assert attribute_accuracy(lexicon_screener, [])["spans"] == 0
