"""From the outputs of tokens to passages: runs of tokens above a threshold, one indicator at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from screener.reader.labels import CHOICES, FOLLOW_UP, POINTS
from screener.reader.windows import Tokens
from screener.records import ATTRIBUTES, INDICATORS, reason_not_followed_up

#: Tokens below the threshold that a passage may run over, so that one odd word does not cut it in two.
_GAP = 2
#: A passage is as long as its tokens reach this share of the threshold that its best token must reach.
_EDGE = 0.6


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tokens of a text, and their logits of shape (tokens, OUTPUTS)."""

    tokens: Tokens
    logits: np.ndarray


@dataclass(frozen=True, slots=True)
class Sighting:
    """A passage the reader points at: characters ``start`` to ``end`` (exclusive), and what it says of it.

    ``probability`` is the highest of its tokens for the indicator, before calibration; ``follow_up`` the mean of its
    tokens for "to follow up, whatever the indicator"; ``attributes`` the likeliest value of each attribute.
    """

    indicator: str
    start: int
    end: int
    probability: float
    follow_up: float
    attributes: dict[str, str]

    @property
    def set_aside(self) -> bool:
        """Whether the attributes that the reader gives set the passage aside (annotation guidelines, section 5)."""
        said = self.attributes
        reason = reason_not_followed_up(
            self.indicator,
            assertion=said["assertion"],
            temporality=said["temporality"],
            subject=said["subject"],
            template=said["template"] == "true",
            resolved=said["resolved"] == "true",
        )
        return reason is not None


class Opinion:
    """What the reader says of one text. ``starts`` are the character offsets at which its tokens begin."""

    def __init__(self, tagged: Tagged) -> None:
        self._tagged = tagged
        self._chances = 1 / (1 + np.exp(-tagged.logits[:, : len(POINTS)]))
        self.starts = [start for start, _ in tagged.tokens.offsets]
        self._ends = [end for _, end in tagged.tokens.offsets]

    def of(self, indicator: str, start: int, end: int) -> Sighting | None:
        """Return what the reader says of the characters ``start`` to ``end``; ``None`` where it read none of them."""
        first, last = bisect_right(self._ends, start), bisect_left(self.starts, end)
        return self._sighting(INDICATORS.index(indicator), first, last) if first < last else None

    def chances(self, offsets: Sequence[tuple[int, int]]) -> np.ndarray:
        """Return the probabilities of each of the text's tokens, of shape (tokens, POINTS).

        ``offsets`` are the tokens of a stretch of the text by any tokeniser; each gets those of the token that it
        begins in, or the nearest before.
        """
        at = [max(0, bisect_right(self.starts, start) - 1) for start, _ in offsets]
        found: np.ndarray = self._chances[at]
        return found

    def sightings(self, thresholds: Sequence[float], sentences: Sequence[tuple[int, int]] = ()) -> list[Sighting]:
        """Return the passages whose best token reaches the threshold of its indicator (in the order of INDICATORS).

        Where ``sentences`` are given (character offsets, in text order), no passage runs on from one into the next.
        """
        cuts = self._cuts(sentences)
        found = [
            self._sighting(column, first, last)
            for column, threshold in enumerate(thresholds[: len(INDICATORS)])
            for first, last in self._passages(column, threshold, cuts)
        ]
        return sorted(found, key=lambda sighting: (sighting.start, sighting.end, sighting.indicator))

    def unnamed(
        self, threshold: float, named: Sequence[Sighting], sentences: Sequence[tuple[int, int]] = ()
    ) -> list[Sighting]:
        """Return the passages whose best token reaches ``threshold`` for "to follow up" and which no sighting of
        ``named`` touches, each under the indicator that is likeliest for it.
        """
        passages = [
            self._sighting(int(self._chances[first:last, : len(INDICATORS)].max(0).argmax()), first, last)
            for first, last in self._passages(FOLLOW_UP, threshold, self._cuts(sentences))
        ]
        return [s for s in passages if not any(s.start < n.end and n.start < s.end for n in named)]

    def _cuts(self, sentences: Sequence[tuple[int, int]]) -> set[int]:
        """Return the tokens that sentences begin with."""
        return {bisect_left(self.starts, start) for start, _ in sentences}

    def _passages(self, column: int, threshold: float, cuts: Set[int]) -> list[tuple[int, int]]:
        chances = self._chances[:, column]
        return [run for run in _runs(chances >= threshold * _EDGE, cuts) if chances[slice(*run)].max() >= threshold]

    def _sighting(self, column: int, first: int, last: int) -> Sighting:
        inside = slice(first, last)
        return Sighting(
            indicator=INDICATORS[column],
            start=self.starts[first],
            end=self._ends[last - 1],
            probability=float(self._chances[inside, column].max()),
            follow_up=float(self._chances[inside, FOLLOW_UP].mean()),
            attributes={
                name: ATTRIBUTES[name][int(self._tagged.logits[inside, part].mean(0).argmax())]
                for name, part in CHOICES.items()
            },
        )


def _runs(on: np.ndarray, cuts: Set[int]) -> list[tuple[int, int]]:
    """Return the runs of true values as (first, last exclusive), those no more than the gap apart joined.

    A run ends before each position of ``cuts``.
    """
    runs: list[tuple[int, int]] = []
    for at in np.flatnonzero(on).tolist():
        if runs and at - runs[-1][1] <= _GAP and cuts.isdisjoint(range(runs[-1][1], at + 1)):
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs
