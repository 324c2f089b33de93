"""Trained readers as teachers of a smaller one (distillation, after Hinton, Vinyals and Dean 2015)."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np

from screener.annotations import AnnotatedNote
from screener.reader.reading import SentenceReader
from screener.reader.windows import Tokens


class Teachers:
    """What teachers say of texts, mixed into what their marks say.

    They read each text once, as it was written; a text retyped "by another hand" is learnt from its marks alone.
    ``share`` is the teachers' part in the mixture.
    """

    def __init__(self, readers: Sequence[SentenceReader], notes: Iterable[AnnotatedNote], share: float) -> None:
        self._share = share
        self._said: dict[str, tuple[list[int], np.ndarray]] = {}
        for number, note in enumerate(notes, 1):
            opinions = [reader.read(note.text) for reader in readers]
            starts = opinions[0].starts
            chances = [opinion.chances([(start, start + 1) for start in starts]) for opinion in opinions]
            self._said[note.text] = starts, np.mean(chances, axis=0).astype(np.float32)
            if number % 500 == 0:
                print(f"  the teachers have read {number} texts", file=sys.stderr, flush=True)

    def __call__(self, note: AnnotatedNote, tokens: Tokens, points: np.ndarray) -> np.ndarray:
        """Return what is to be learnt of each token, of shape (tokens, POINTS)."""
        if note.text not in self._said:
            return points
        starts, chances = self._said[note.text]
        at = [max(0, bisect_right(starts, start) - 1) for start, _ in tokens.offsets]
        return (1 - self._share) * points + self._share * chances[at]
