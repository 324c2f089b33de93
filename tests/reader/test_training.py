"""Training: the command trains, saves, goes on where it stopped, and what it made reads better than chance."""

import json
import random
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import screener
from models.sentence_reader import train
from models.sentence_reader.data import HERE, held_out, names, notes_in
from screener.annotations import AnnotatedNote, read
from screener.reader.augment import as_another_hand, edited, typing_errors
from screener.reader.training import Material, Plan, batches, epoch_windows
from tests.reader.conftest import command


def test_the_training_command_learns_the_telltale_word(trained: Path) -> None:
    log = json.loads((trained / "log.json").read_text())
    losses = [epoch["loss"] for epoch in log["epochs"]]
    assert losses[-1] < losses[0] / 2
    best = max(epoch["label_f1"] for epoch in log["epochs"])
    assert best > 0.8, "chance is a few in a hundred: one note in two holds one passage of four words"


def test_the_same_seed_gives_the_same_reader(tiny_base: Path, tiny_data: Path, trained: Path, tmp_path: Path) -> None:
    train.main(command(tiny_base, tiny_data, tmp_path))
    first, second = (torch.load(folder / "best.pt", weights_only=True) for folder in (trained, tmp_path))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_finished_run_is_not_trained_again(tiny_base: Path, tiny_data: Path, trained: Path) -> None:
    before = (trained / "best.pt").stat().st_mtime_ns
    train.main(command(tiny_base, tiny_data, trained))
    assert (trained / "best.pt").stat().st_mtime_ns == before


def test_going_on_under_another_plan_is_refused(tiny_base: Path, tiny_data: Path, trained: Path) -> None:
    with pytest.raises(ValueError, match="another plan"):
        train.main([*command(tiny_base, tiny_data, trained), "--seed", "2"])


def test_what_was_trained_points_at_what_no_cue_knows(tiny_reader: Path, tiny_data: Path) -> None:
    reader = screener.load(profile="full", reader=tiny_reader)
    unseen = [note for note in notes_in("notes", keep=["b5"], data=tiny_data) if note.spans]
    pointed = [any("lantern" in h.text for h in reader.screen(note.note()).highlights) for note in unseen]
    assert sum(pointed) > len(unseen) / 2


def test_held_out_briefs_are_never_trained_on() -> None:
    left = {note.id for note in notes_in("notes", leave=held_out())}
    kept = {note.id for note in notes_in("notes", keep=held_out())}
    assert kept
    assert not left & kept
    assert len(left | kept) == len(notes_in("notes"))
    lanes = {f.stem.split("-")[0] for f in (HERE / "notes").iterdir()}
    assert len({name.split("-")[0] for name in held_out()}) >= len(lanes) / 2


def test_every_step_keeps_to_its_tokens(tiny_data: Path, tiny_base: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tiny_base / "tokenizer.json"))
    plan = Plan(window=48, overlap=8, tokens_per_step=256)
    material = Material(notes_in("notes", data=tiny_data))
    made = epoch_windows(material, tokenizer, plan, random.Random(1))
    grouped = batches(made, plan.tokens_per_step, random.Random(1))
    assert sum(map(len, grouped)) == len(made)
    assert all(len(batch) * max(len(w.ids) + 2 for w in batch) <= 256 for batch in grouped)


MARKED = (
    "=== NOTE id=a\nShe told me ⟦secrecy;source=child|it is their special Tuesday thing⟧ and Ellie laughed. "
    "He ⟦gifts_or_money|bought her trainers⟧.\n"
)


@given(st.integers(0, 10_000))
def test_retyping_keeps_marks_on_their_words(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    path = tmp_path_factory.getbasetemp() / "marked.txt"
    path.write_text(MARKED, encoding="utf-8")
    (note,) = read(path)
    other = as_another_hand(note, random.Random(seed), names(), noise=1.0)
    assert [s.indicator for s in other.spans] == [s.indicator for s in note.spans]
    assert all(other.text[s.start : s.end] == s.text for s in other.spans)
    assert other.spans[0].text.startswith("it is") or "it" in other.spans[0].text.lower()


def test_edits_move_the_marks_that_come_after_them() -> None:
    note = AnnotatedNote("n", "abc def ghi", ())
    assert edited(note, [(0, 3, "x"), (4, 7, "longer")]).text == "x longer ghi"
    assert typing_errors(note, random.Random(1), 1.0) == [], "words of fewer than five letters are left alone"
