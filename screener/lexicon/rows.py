"""Sentences of one or many notes laid one after the other, as the matchers read them: a row is a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from screener.lexicon.symbols import Ints, Symbols, spread
from screener.text.parsed import Parsed


class Rows:
    """Runs of tokens, each read by itself, with the symbols found among them.

    The tokens of all notes are counted through; row ``r`` holds the tokens ``firsts[r]`` to ``lasts[r]`` (exclusive).
    ``bases`` gives for each row the place of its note's first token, ``first_rows`` the first row of each note.
    """

    def __init__(self, notes: Sequence[Parsed], symbols: Symbols) -> None:
        self.notes = notes
        self.symbols = symbols
        words: list[str] = []
        raw: list[str] = []
        ranges: list[tuple[int, int, int]] = []
        self.note_bases: list[int] = []
        self.first_rows: list[int] = []
        for parsed in notes:
            base = len(words)
            self.note_bases.append(base)
            self.first_rows.append(len(ranges))
            ranges += [(base + sentence.first, base + sentence.last, base) for sentence in parsed.sentences]
            words += parsed.words
            raw += parsed.tokens.raw
        self.firsts, self.lasts, self.bases = np.array(ranges, np.int64).reshape(-1, 3).T
        self._without: tuple[Ints, Ints] | None = None
        self.spots, self.barriers = symbols.spots(words, raw)
        self.stride = len(words) + 1
        keys = self.spots.symbol * self.stride + self.spots.start
        self.by_symbol = np.argsort(keys, kind="stable")
        self.keys = keys[self.by_symbol]

    def __len__(self) -> int:
        return len(self.firsts)

    def runs(self, runs: Sequence[tuple[int, int, int]], without: Sequence[tuple[int, int]] = ()) -> Rows:
        """Return other runs of the same tokens as rows: (note, first token, last token exclusive), each in its note.

        ``without`` says for each run which of its tokens are passed over, as if other words stood there.
        """
        other = copy(self)
        note, first, last = np.array(runs, np.int64).reshape(-1, 3).T
        other.bases = np.array(self.note_bases, np.int64)[note]
        other.firsts, other.lasts = first + other.bases, last + other.bases
        if without:
            hidden = np.array(without, np.int64).reshape(-1, 2).T + other.bases
            other._without = hidden[0], hidden[1]
        return other

    def holds(self, row: Ints, spot: Ints) -> NDArray[np.bool_]:
        """Whether spots that start in a row are wholly its own. A name stays one where its words are passed over."""
        start, end = self.spots.start[spot], self.spots.end[spot]
        own = end <= self.lasts[row]
        if self._without is not None:
            first, last = self._without
            own &= (end <= first[row]) | (start >= last[row]) | self.spots.shaped[spot]
        return own


class Part:
    """Some of the rows, in a table that says at once which symbols stand in which."""

    def __init__(self, rows: Rows, chosen: Ints) -> None:
        self._rows = rows
        self.stride = rows.stride
        self.chosen = chosen
        starts = rows.spots.start
        number, at = spread(np.searchsorted(starts, rows.firsts[chosen]), np.searchsorted(starts, rows.lasts[chosen]))
        own = rows.holds(chosen[number], at)
        self.row, self.symbol = number[own], rows.spots.symbol[at[own]]
        self._there = np.zeros((len(chosen), rows.symbols.count), np.bool_)
        self._there[self.row, self.symbol] = True

    def has(self, row: Ints, term: Ints) -> NDArray[np.bool_]:
        """Whether any symbol of a term stands in a row; for many pairs at once."""
        which, symbol = self._rows.symbols.of_term.of(term)
        found = np.zeros(len(term), np.bool_)
        found[which[self._there[row[which], symbol]]] = True
        return found

    def spots(self, row: Ints, term: Ints) -> tuple[Ints, Ints, Ints]:
        """Return (which, start, end) of every spot of a term in a row; for many pairs at once."""
        rows = self._rows
        which, symbol = rows.symbols.of_term.of(term)
        there = self._there[row[which], symbol]
        which, key = which[there], symbol[there] * rows.stride
        at_row = self.chosen[row[which]]
        found, at = spread(
            np.searchsorted(rows.keys, key + rows.firsts[at_row]), np.searchsorted(rows.keys, key + rows.lasts[at_row])
        )
        spot = rows.by_symbol[at]
        own = rows.holds(at_row[found], spot)
        spot = spot[own]
        return which[found[own]], rows.spots.start[spot], rows.spots.end[spot]

    def open_way(self, first: Ints, last: Ints) -> NDArray[np.bool_]:
        """Whether no barrier stands among some tokens."""
        barriers = self._rows.barriers
        clear: NDArray[np.bool_] = barriers[first] == barriers[last]
        return clear
