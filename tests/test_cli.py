"""The command, run as people run it."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MARKER = "zanzibarquince"
NOTE = f"Has her own mug at his. Terry bought her a new phone and told her not to tell mum. {MARKER}"


#: The lexicon alone, which starts at once; what the readers add has its own tests.
QUICK = ("--profile", "lexicon")


def run(*args: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "screener", *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "COLUMNS": "120", **env},
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    notes = tmp_path / "case-1"
    notes.mkdir()
    (notes / "2024-01-02 teacher.txt").write_text(NOTE, encoding="utf-8")
    (notes / "2024-02-03 nurse.txt").write_text("Height and weight fine. Next visit in May.", encoding="utf-8")
    return notes


def test_scan_prints_passages_with_reason_question_and_banner(folder: Path) -> None:
    result = run("scan", str(folder), *QUICK)
    assert result.returncode == 0
    assert "Passages for a practitioner to look at." in result.stdout
    assert "Gifts or money" in result.stdout
    assert "Where did it come from" in result.stdout
    assert "Read: 2 notes" in result.stdout
    assert "\x1b[" not in result.stdout


def test_nothing_found_is_never_worded_as_no_risk(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("Height and weight fine.", encoding="utf-8")
    result = run("scan", str(tmp_path), *QUICK)
    assert result.returncode == 0
    assert "This says nothing about whether the child is safe." in " ".join(result.stdout.split())


def test_jsonl_holds_one_screening_a_line(folder: Path) -> None:
    result = run("scan", str(folder), *QUICK, "--format", "jsonl")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["note"]["id"] for line in lines] == ["2024-01-02 teacher.txt", "2024-02-03 nurse.txt"]
    for line in lines:
        for h in line["highlights"]:
            assert line["note"]["text"][h["start"] : h["end"]] == h["text"]


def test_json_says_what_was_read_and_what_was_not(folder: Path) -> None:
    (folder / "x.png").write_bytes(b"\x89PNG")
    result = run("scan", str(folder), *QUICK, "--format", "json")
    document = json.loads(result.stdout)
    assert document["read"]["notes"] == 2
    assert [p["where"] for p in document["not_read"]] == ["x.png"]
    assert result.returncode == 1
    assert "Not read: x.png" in result.stderr


def test_csv_is_safe_to_open_in_a_spreadsheet(tmp_path: Path) -> None:
    (tmp_path / "=cmd.txt").write_text("Terry bought her a new phone.", encoding="utf-8")
    result = run("scan", str(tmp_path), *QUICK, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert rows
    assert rows[0]["note"] == "'=cmd.txt"


def test_html_is_written_to_a_file(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    result = run("scan", str(folder), *QUICK, "--format", "html", "--out", str(out))
    assert result.returncode == 0
    assert "<mark" in out.read_text(encoding="utf-8")


def test_scripts_can_ask_for_an_exit_code(folder: Path, tmp_path: Path) -> None:
    assert run("scan", str(folder), *QUICK, "--fail-on-follow-up").returncode == 3
    quiet = tmp_path / "quiet.txt"
    quiet.write_text("Height and weight fine.", encoding="utf-8")
    assert run("scan", str(quiet), *QUICK, "--fail-on-follow-up").returncode == 0


def test_what_was_set_aside_can_be_shown_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("No self-harm.", encoding="utf-8")
    assert "Not lit because: negated" not in run("scan", str(tmp_path), *QUICK).stdout
    assert "Not lit because: negated" in run("scan", str(tmp_path), *QUICK, "--show", "all").stdout


def test_a_lexicon_that_cannot_be_used_is_one_clear_line(folder: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours" / "cues"
    ours.mkdir(parents=True)
    (ours / "secrecy.yaml").write_text("indicator: secretcy\ncues: []\n", encoding="utf-8")
    result = run("scan", str(folder), *QUICK, "--lexicons", str(ours.parent))
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "did you mean 'secrecy'" in result.stderr


def test_notes_never_reach_stderr(folder: Path) -> None:
    (folder / "broken.jsonl").write_text(f'{{"text": "{MARKER}\n', encoding="utf-8")
    for form in ("table", "json", "jsonl", "csv", "html"):
        assert MARKER not in run("scan", str(folder), *QUICK, "--format", form).stderr


def test_indicators_explain_and_stats_teach() -> None:
    assert "sexualised_behaviour" in run("indicators").stdout
    shown = run("explain", "gifts_or_money").stdout
    assert "Question:" in shown
    cue = shown.split("cues: ")[1].split(",")[0].strip()
    assert "Finds:" in run("explain", cue).stdout
    wrong = run("explain", "gift_or_money")
    assert wrong.returncode == 2
    assert "did you mean 'gifts_or_money'" in wrong.stderr
    assert "gifts_or_money" in run("lexicon", "stats").stdout


def test_lexicon_diff_names_what_changed(tmp_path: Path) -> None:
    import shutil

    from screener.lexicon.read import shipped

    before, after = shipped(), tmp_path / "after"
    shutil.copytree(before, after)
    path = after / "cues" / "secrecy.yaml"
    text = path.read_text(encoding="utf-8")
    first = text.split("- id: ")[1].split("\n")[0].strip()
    path.write_text(text.replace(f"- id: {first}\n", f"- id: {first}.renamed\n", 1), encoding="utf-8")
    assert run("lexicon", "diff", str(before), str(after)).stdout.splitlines() == [f"+ {first}.renamed", f"- {first}"]


def test_evaluate_measures_annotated_notes(tmp_path: Path) -> None:
    (tmp_path / "gold.txt").write_text(
        "=== NOTE id=n1\n⟦gifts_or_money;source=professional|Terry bought her a new phone⟧. Tea.\n", encoding="utf-8"
    )
    result = run("evaluate", str(tmp_path), *QUICK, "--json")
    figures = json.loads(result.stdout)
    assert figures["pointed_at"]["recall"]["value"] == 1.0
    assert "pointed at" in run("evaluate", str(tmp_path), *QUICK).stdout
    assert run("evaluate", str(tmp_path / "none"), *QUICK).returncode == 2


def test_the_help_teaches_with_examples() -> None:
    assert "screener scan notes/" in run("scan", "--help").stdout
