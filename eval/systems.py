"""The systems that are measured. Each reads a text once in a run, however many measures ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import get_args

import screener
from screener.annotations import AnnotatedNote
from screener.errors import ModelError
from screener.evaluation import by_reader
from screener.pipeline.screen import ReadingProfile
from screener.records import Screening

Screen = Callable[[AnnotatedNote], Screening]

#: From the weakest to the strongest.
PROFILES: tuple[ReadingProfile, ...] = get_args(ReadingProfile)


class Reads:
    """A screener that remembers what it read."""

    def __init__(self, own: screener.Screener) -> None:
        self.screener = own
        self._known: dict[str, Screening] = {}

    def __call__(self, note: AnnotatedNote) -> Screening:
        """Return the screening of a note."""
        return self.all([note])[0]

    def all(self, notes: Iterable[AnnotatedNote]) -> list[Screening]:
        """Return the screenings of notes, in order; those not read yet are read together."""
        listed = list(notes)
        new = {note.text: note.note() for note in listed if note.text not in self._known}
        self._known.update(zip(new, self.screener.pipe(new.values()), strict=True))
        return [self._known[note.text] for note in listed]


def load(profiles: Sequence[ReadingProfile]) -> tuple[dict[str, Reads], dict[str, ModelError]]:
    """Load each profile; those that cannot be loaded here are given back with the reason."""
    loaded: dict[str, Reads] = {}
    missing: dict[str, ModelError] = {}
    for profile in profiles:
        try:
            loaded[profile] = Reads(screener.load(profile=profile))
        except ModelError as error:
            missing[profile] = error
    return loaded, missing


def best(loaded: Mapping[str, Reads]) -> str:
    """Return the strongest profile that is there."""
    return next(profile for profile in PROFILES[::-1] if profile in loaded)


def screens(loaded: Mapping[str, Reads]) -> dict[str, Screen]:
    """Return the systems by name: each profile, and ``reader``: what the strongest sentence reader points at."""
    named: dict[str, Screen] = {profile: loaded[profile] for profile in PROFILES if profile in loaded}
    strongest = best(loaded)
    if strongest != "lexicon":
        reads = loaded[strongest]
        named["reader"] = lambda note: by_reader(reads(note))
    return {name: named[name] for name in ("lexicon", "reader", "full", "fast") if name in named}
