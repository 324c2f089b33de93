"""The results file: one part is replaced and the others stay; what is not there is said."""

from pathlib import Path

import pytest

import screener
from eval import results
from eval.systems import Reads
from screener.evaluation import Evaluation, evaluate
from tests.eval.marked import marked

NOTES = [
    marked("Mum said Terry ⟦gifts_or_money;source=family|slipped her £20 for her phone⟧.", "a"),
    marked("Fish fingers for tea.", "b"),
]


@pytest.fixture(scope="module")
def result(lexicon_screener: screener.Screener) -> Evaluation:
    return evaluate(NOTES, lambda note: lexicon_screener.screen(note.note()))


def test_one_part_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    results.write(path, "quality", ["first quality"])
    results.write(path, "speed", ["speed"])
    results.write(path, "quality", [r"second \1 quality"])
    text = path.read_text(encoding="utf-8")
    assert "first quality" not in text
    assert r"second \1 quality" in text
    assert text.count("speed: begin") == 1


def test_the_heading_names_versions_and_what_is_missing(lexicon_screener: screener.Screener) -> None:
    text = results.heading({"lexicon": Reads(lexicon_screener)}, ["profile 'full', whose sentence reader is not there"])
    assert lexicon_screener.lexicon.version in text
    assert "Not measured here: profile 'full', whose sentence reader is not there." in text


def test_each_indicator_is_shown_for_every_system(result: Evaluation) -> None:
    text = results.per_indicator({"lexicon": result, "reader": result, "full": result})
    assert "| indicator | in gold | lexicon | reader | full |" in text
    row = next(line for line in text.splitlines() if line.startswith("| gifts_or_money"))
    assert row == "| gifts_or_money | 1 | 1.00 / 1.00 / 1.00 | 1.00 / 1.00 / 1.00 | 1.00 / 1.00 / 1.00 |"


def test_briefs_left_out_stand_beside_the_gold(result: Evaluation) -> None:
    text = results.briefs_left_out({"full": result}, {"full": result}, ["t1-07"])
    assert "1 briefs (t1-07), 2 notes" in text
    assert text.index("| full | gold test half") < text.index("| full | briefs left out")


def test_who_found_what_is_listed_or_said_to_be_missing() -> None:
    text = results.contributions({"full": {"reader": (8, 2), "cue": (0, 0), "both": (5, 0)}})
    assert "| full | the sentence reader alone | 8 | 2 | 0.80 |" in text
    assert "no sentence reader is there" in results.contributions({})


def test_ordinary_text_is_counted_by_system() -> None:
    text = results.ordinary([results.Lit("consultations", "full", 3, 2000, ())])
    assert "| consultations | full | 3 | 2000 | 0 | 0.00 |  |" in text
    assert "not given" in results.ordinary([])
