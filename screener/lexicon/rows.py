"""Sentences of one or many notes laid one after the other, as the matchers read them: a row is a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from screener.lexicon.symbols import Ints, Symbols
from screener.text.parsed import Parsed


class Rows:
    """Tokens of a run of sentences, with the symbols found among them.

    ``words`` and ``raw`` are flat; row ``r`` holds the tokens ``firsts[r]`` to ``lasts[r]`` (exclusive). ``bases``
    gives for each row the flat position of its note's first token, ``first_rows`` the first row of each note.
    """

    def __init__(self, notes: Sequence[Parsed], symbols: Symbols) -> None:
        self.words: list[str] = []
        self.raw: list[str] = []
        self.firsts: list[int] = []
        self.lasts: list[int] = []
        self.bases: list[int] = []
        self.notes = notes
        self.first_rows: list[int] = []
        for parsed in notes:
            base = len(self.words)
            self.first_rows.append(len(self.firsts))
            self.words += parsed.words
            self.raw += parsed.tokens.raw
            for sentence in parsed.sentences:
                self.firsts.append(base + sentence.first)
                self.lasts.append(base + sentence.last)
                self.bases.append(base)
        row_of = np.full(len(self.words), -1, np.int64)
        for row, (first, last) in enumerate(zip(self.firsts, self.lasts, strict=True)):
            row_of[first:last] = row
        positions, found = symbols.encode(self.words, row_of)
        inside = row_of[positions] >= 0
        self.positions: Ints = positions[inside]
        self.symbols: Ints = found[inside]
        self.row_of: Ints = row_of[self.positions]

    def __len__(self) -> int:
        return len(self.firsts)
