"""`screener case` and `screener evaluate --cases`, run as people run them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NOTES = {
    "2024-03-01 social-worker.txt": "CLOSING SUMMARY\nNo disclosure was made, therefore no further action. Closed.",
    "2024-01-02 teacher.txt": "Terry bought her a new phone and told her not to tell mum. Zanzibarquince.",
}


def run(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "screener", *map(str, args)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "120"},
        check=False,
    )


def case(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return run("case", *args, "--profile", "lexicon")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    notes = tmp_path / "tilly"
    notes.mkdir()
    for name, text in NOTES.items():
        (notes / name).write_text(text, encoding="utf-8")
    return notes


def test_the_terminal_shows_what_stands_open_first(folder: Path) -> None:
    result = case(folder)
    assert result.returncode == 0
    parts = ["WHAT STANDS OPEN", "TIMELINE", "PASSAGES THAT MAY BELONG TOGETHER", "PEOPLE NAMED", "READ"]
    assert sorted(parts, key=result.stdout.index) == parts
    assert "A note closes or steps down while passages before it stand unanswered." in result.stdout
    assert "Passages for a practitioner to look at." in result.stdout
    assert "What else was weighed?" in result.stdout
    assert "Not lit because" not in result.stdout


def test_json_holds_the_review_in_order_of_date_and_what_was_not_read(folder: Path) -> None:
    (folder / "x.png").write_bytes(b"\x89PNG")
    result = case(folder, "--format", "json")
    document = json.loads(result.stdout)
    assert document["review"]["closure"]["state"] == "silent"
    assert [entry["note"]["id"] for entry in document["review"]["timeline"]] == sorted(NOTES)
    assert [problem["where"] for problem in document["not_read"]] == ["x.png"]
    assert result.returncode == 1
    assert "Not read: x.png" in result.stderr


def test_html_is_one_page_in_a_file(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "case.html"
    assert case(folder, "--format", "html", "--out", out).returncode == 0
    assert "Case report: tilly" in out.read_text(encoding="utf-8")


def test_undated_notes_and_what_was_set_aside_are_said(folder: Path) -> None:
    (folder / "supervision.txt").write_text("No self-harm.", encoding="utf-8")
    result = case(folder, "--show", "all")
    assert "1 note without a date (supervision.txt): read last" in result.stdout
    assert "Not lit because: negated" in result.stdout


def test_notes_of_two_cases_are_refused_in_one_line_and_one_of_them_can_be_chosen(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "ben"
    other.mkdir()
    (other / "2024-01-05 nurse.txt").write_text("Height fine.", encoding="utf-8")
    refused = case(folder, other)
    assert refused.returncode == 2
    assert refused.stderr == "screener: the notes belong to 2 cases (ben, tilly); review one case at a time\n"
    chosen = case(folder, other, "--case", "ben")
    assert chosen.returncode == 0
    assert "Read: 1 note," in chosen.stdout


@pytest.mark.parametrize("wrong", ["the same note twice", "no notes of that case"])
def test_what_is_no_case_is_one_clear_line(folder: Path, wrong: str) -> None:
    result = case(folder, folder) if wrong == "the same note twice" else case(folder, "--case", "ben")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "Zanzibarquince" not in result.stderr


def test_cases_are_measured_from_their_marks_and_from_their_text(tmp_path: Path) -> None:
    gold = tmp_path / "gold.txt"
    gold.write_text(
        "=== CASE id=c1; closure=none\n=== NOTE id=n1; date=2024-01-02\nHeight and weight fine.\n", encoding="utf-8"
    )
    figures = json.loads(run("evaluate", "--cases", gold, "--profile", "lexicon", "--json").stdout)
    assert set(figures) == {"from marks", "from text, lexicon"}
    assert figures["from marks"]["closures"]["not_closing"]["recall"]["value"] == 1.0
    shown = run("evaluate", "--cases", gold, "--profile", "lexicon", "--charts", tmp_path / "charts")
    assert "1 cases, 1 notes" in shown.stdout
    assert (tmp_path / "charts" / "patterns.png").stat().st_size > 1000
