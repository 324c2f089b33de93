"""A team's own reader: learnt from decisions, kept only where the gold reads no worse."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import screener
from models.sentence_reader.data import notes_in
from screener import learning
from screener.annotations import AnnotatedNote
from screener.cli import app
from screener.learning import Decision, learn, read_decisions


@pytest.fixture
def small_gold(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a gold of 72 passages a single one moves a figure by more than the tolerance that real gold is held to."""
    monkeypatch.setattr(learning, "TOLERANCE", 0.1)


@pytest.fixture(scope="module")
def reader(tiny_reader: Path) -> screener.Screener:
    return screener.load(profile="full", reader=tiny_reader)


@pytest.fixture(scope="module")
def gold(tiny_data: Path) -> list[AnnotatedNote]:
    return notes_in("notes", data=tiny_data)


@pytest.fixture(scope="module")
def kept(tiny_data: Path) -> list[Decision]:
    """Reviewers kept every reading in the notes of one brief."""
    notes = [note for note in notes_in("notes", keep=["b1"], data=tiny_data) if note.spans]
    spans = [(note.text, span) for note in notes for span in note.spans]
    return [Decision(text=text, start=s.start, end=s.end, indicator="secrecy", kept=True) for text, s in spans]


@pytest.mark.usefixtures("small_gold")
def test_decisions_that_agree_are_learnt_and_kept(
    reader: screener.Screener, gold: list[AnnotatedNote], kept: list[Decision], tmp_path: Path
) -> None:
    outcome = learn(kept, gold, reader, tmp_path / "ours", epochs=1, say=lambda _: None)
    assert outcome.fallen == ()
    assert outcome.folder == tmp_path / "ours"
    ours = screener.load(profile="full", reader=tmp_path / "ours")
    assert ours.screen("the lantern is ours mum").model_version == f"tiny-{ours.reader.settings.version}"  # type: ignore[union-attr]
    assert ours.reader.settings.trained_on["decisions"] == len(kept)  # type: ignore[union-attr]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours"]


def test_an_update_that_reads_the_gold_worse_is_refused_and_leaves_nothing(
    reader: screener.Screener, gold: list[AnnotatedNote], kept: list[Decision], tmp_path: Path
) -> None:
    against = [decision.model_copy(update={"kept": False}) for decision in kept]
    outcome = learn(against, gold, reader, tmp_path / "ours", epochs=12, learning_rate=1e-2, say=lambda _: None)
    assert "pointed-at recall" in outcome.fallen
    assert outcome.after["pointed-at recall"] < outcome.before["pointed-at recall"]
    assert outcome.folder is None
    assert any(not change.lit for change in outcome.changes), "what would have gone out is shown all the same"
    assert list(tmp_path.iterdir()) == []


def test_without_a_reader_there_is_nothing_to_learn(
    lexicon_screener: screener.Screener, gold: list[AnnotatedNote], kept: list[Decision], tmp_path: Path
) -> None:
    with pytest.raises(screener.ModelError, match="no sentence reader to update"):
        learn(kept, gold, lexicon_screener, tmp_path / "ours", say=lambda _: None)


LINE = {"text": "PRIVATE words of a note", "start": 0, "end": 7, "indicator": "secrecy", "kept": True}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (json.dumps(LINE | {"indicator": "mood"}), r"line 2: not a decision \(indicator\)"),
        (json.dumps(LINE | {"end": 700}), "line 2: the passage does not lie in the text"),
        ("PRIVATE not JSON", r"line 2: not a decision \(the line\)"),
    ],
)
def test_a_broken_line_is_named_and_its_words_are_not(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text(f"{json.dumps(LINE)}\n{line}\n", encoding="utf-8")
    with pytest.raises(screener.AnnotationError, match=said) as raised:
        read_decisions(path)
    assert "PRIVATE" not in str(raised.value)


def test_a_file_without_decisions_says_so(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(screener.AnnotationError, match="holds no decisions"):
        read_decisions(tmp_path / "none.jsonl")


@pytest.mark.usefixtures("small_gold")
def test_the_command_shows_what_changes_and_where_to_use_it(
    tiny_reader: Path, tiny_data: Path, kept: list[Decision], tmp_path: Path
) -> None:
    decisions, ours = tmp_path / "decisions.jsonl", tmp_path / "ours"
    decisions.write_text("\n".join(decision.model_dump_json() for decision in kept), encoding="utf-8")
    command = ["learn", str(decisions), "--gold", str(tiny_data / "notes"), "--out", str(ours)]
    result = CliRunner().invoke(app, [*command, "--reader", str(tiny_reader), "--epochs", "1"])
    assert result.exit_code == 0, result.output
    assert f"{len(kept)} decisions" in result.output
    assert "Kept:" in result.output
    again = CliRunner().invoke(app, [*command, "--reader", str(tiny_reader)])
    assert again.exit_code != 0
    assert isinstance(again.exception, screener.ModelError)


def test_systems_are_compared_side_by_side(tiny_reader: Path, tiny_data: Path, tmp_path: Path) -> None:
    command = ["evaluate", str(tiny_data / "notes" / "b5.txt"), "--compare", "lexicon,reader,full"]
    result = CliRunner().invoke(app, [*command, "--reader", str(tiny_reader), "--charts", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "In full, pointed at by the sentence reader alone" in result.output
    assert (tmp_path / "precision-recall.png").stat().st_size > 0
