"""Every cue proves itself: its own examples are run through the whole pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from screener.lexicon.model import Cue, Place
from screener.pipeline.screen import Screener


@dataclass(frozen=True)
class Failure:
    """One example that does not hold: where the cue stands, which example, and what is wrong."""

    place: Place
    cue: str
    example: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: cue {self.cue}: {self.problem}: {self.example!r}"


def check(screener: Screener, only: Iterable[str] = ()) -> Iterator[Failure]:
    """Run the examples of every cue (or of the indicators in ``only``) and yield those that fail.

    A ``finds`` example must make its cue fire; a ``leaves`` example must not lead its cue to follow-up. A sentence
    reader has no say in it.
    """
    alone = Screener(screener.lexicon)
    wanted = set(only)
    written: dict[tuple[str, str], Cue] = {}
    for cue in screener.lexicon.lexicon.cues:
        if wanted and cue.indicator not in wanted:
            continue
        for match in cue.match:
            first = written.setdefault((cue.indicator, " ".join(match.split())), cue)
            if first is not cue:
                yield Failure(cue.place, cue.id, match, f"the same match stands in cue {first.id} ({first.place})")
        for example in cue.finds:
            if not _fires(alone, cue, example, follow_up_only=False):
                yield Failure(cue.place, cue.id, example, "does not find its own example")
        for example in cue.leaves:
            if _fires(alone, cue, example, follow_up_only=True):
                yield Failure(cue.place, cue.id, example, "must leave this alone, but points at it")


def _fires(screener: Screener, cue: Cue, text: str, *, follow_up_only: bool) -> bool:
    return any(
        evidence.by == "cue" and evidence.id == cue.id
        for highlight in screener.screen(text).highlights
        if highlight.follow_up or not follow_up_only
        for evidence in highlight.evidence
    )
