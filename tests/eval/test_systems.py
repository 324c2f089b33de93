"""The systems that are measured: which are there, and that each text is read once."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

import screener
from eval import systems
from screener.errors import ModelError
from screener.records import Evidence, Highlight, Screening
from tests.eval.marked import marked


class Counting:
    """Counts the notes it hands on to a screener."""

    def __init__(self, own: screener.Screener) -> None:
        self.own = own
        self.read: list[str] = []

    def pipe(self, notes: Iterable[screener.Note]) -> Iterator[Screening]:
        for note in notes:
            self.read.append(note.text or "")
            yield self.own.screen(note)


@pytest.fixture
def counting(lexicon_screener: screener.Screener) -> Counting:
    return Counting(lexicon_screener)


def test_a_text_is_read_once_however_often_it_is_asked_for(counting: Counting) -> None:
    reads = systems.Reads(counting)  # type: ignore[arg-type]
    notes = [marked("Terry slipped her £20."), marked("Fish for tea."), marked("Terry slipped her £20.")]
    found = reads.all(notes)
    assert reads(notes[1]) is found[1]
    assert counting.read == ["Terry slipped her £20.", "Fish for tea."]
    assert [screening.note.text for screening in found] == [note.text for note in notes]


def test_a_profile_that_cannot_be_loaded_is_left_out_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(profile: str) -> Any:
        if profile != "lexicon":
            raise ModelError("no reader there")
        return "the lexicon"

    monkeypatch.setattr(screener, "load", load)
    loaded, missing = systems.load(["lexicon", "full"])
    assert list(loaded) == ["lexicon"]
    assert str(missing["full"]) == "no reader there"
    assert systems.best(loaded) == "lexicon"
    assert list(systems.screens(loaded)) == ["lexicon"]


def joined(note: screener.Note) -> Screening:
    """A screening with one highlight by a cue and one by the reader."""

    def highlight(by: str, start: int) -> Highlight:
        evidence = Evidence.model_validate(
            {"by": by, "id": by, "start": start, "end": start + 3, "text": "x", "why": ""}
        )
        return Highlight(
            id=by, start=start, end=start + 3, text="x", indicator="secrecy", group="adult_behaviour", follow_up=True,
            match_confidence=0.5, evidence=(evidence,), prompt="", sentence=(0, 9),
        )  # fmt: skip

    return Screening(
        note=note, highlights=(highlight("cue", 0), highlight("reader", 4)), words=2, lexicon_version="",
        model_version="", profile="full", screener_version="",
    )  # fmt: skip


class Both:
    def pipe(self, notes: Iterable[screener.Note]) -> Iterator[Screening]:
        return map(joined, notes)


def test_the_reader_is_what_the_strongest_joined_profile_points_at_by_itself_or_with_cues() -> None:
    loaded = {"lexicon": systems.Reads(Both()), "full": systems.Reads(Both())}  # type: ignore[arg-type]
    assert systems.best(loaded) == "full"
    screens = systems.screens(loaded)
    assert list(screens) == ["lexicon", "reader", "full"]
    assert [h.id for h in screens["full"](marked("one two")).highlights] == ["cue", "reader"]
    assert [h.id for h in screens["reader"](marked("one two")).highlights] == ["reader"]
