"""Words and pairs of words as numbers, so that whole batches of notes can be looked up at once.

A symbol is a word that some term knows, or the first two words of a phrase. Everything else is symbol 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product, repeat

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Symbols:
    """Gives numbers to words and pairs; shared by all matchers of a lexicon."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._pairs: dict[tuple[int, int], int] = {}
        self._pair_sets: dict[tuple[frozenset[str], frozenset[str]], frozenset[int]] = {}
        self._size = 1
        self._pair_keys: Ints = np.zeros(0, np.int64)
        self._pair_numbers: Ints = np.zeros(0, np.int64)

    @property
    def size(self) -> int:
        """One more than the largest symbol."""
        return self._size

    def word(self, word: str) -> int:
        """Return the symbol of a word, entering it on first use."""
        known = self._words.get(word)
        if known is None:
            known = self._words[word] = self._next()
        return known

    def pairs(self, firsts: frozenset[str], seconds: frozenset[str]) -> frozenset[int]:
        """Return the symbols of any of some words followed by any of others, entering them on first use."""
        known = self._pair_sets.get((firsts, seconds))
        if known is None:
            numbers = []
            for key in product(map(self.word, firsts), map(self.word, seconds)):
                number = self._pairs.get(key)
                if number is None:
                    number = self._pairs[key] = self._next()
                numbers.append(number)
            known = self._pair_sets[firsts, seconds] = frozenset(numbers)
        return known

    def _next(self) -> int:
        self._size += 1
        return self._size - 1

    def encode(self, words: Sequence[str], row_of: Ints) -> tuple[Ints, Ints]:
        """Return (positions, symbols) of every known word and pair, in order; a pair stands at its first word."""
        ids = np.fromiter(map(self._words.get, words, repeat(0)), np.int64, len(words))
        at = np.flatnonzero(ids)
        if len(ids) < 2 or not len(self._pair_keys):
            return at, ids[at]
        keys, numbers = self._pair_keys, self._pair_numbers
        together = np.flatnonzero((ids[:-1] > 0) & (ids[1:] > 0) & (row_of[:-1] == row_of[1:]))
        wanted = (ids[together] << 32) | ids[together + 1]
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        hit = keys[place] == wanted
        positions = np.concatenate((at, together[hit]))
        symbols = np.concatenate((ids[at], numbers[place[hit]]))
        order = np.argsort(positions, kind="stable")
        return positions[order], symbols[order]

    def settle(self) -> None:
        """Put the pairs in order for looking up, and let go of what only served to enter them."""
        keys = np.array([(a << 32) | b for a, b in self._pairs], np.int64)
        numbers = np.fromiter(self._pairs.values(), np.int64, len(self._pairs))
        order = np.argsort(keys)
        self._pair_keys, self._pair_numbers = keys[order], numbers[order]
        self._pairs.clear()
        self._pair_sets.clear()


class Lists:
    """Many short lists of numbers, one for each index, laid out so that many of them are read at once."""

    def __init__(self, size: int, entries: Sequence[tuple[Iterable[int], int]]) -> None:
        """Lay out lists for the indices below ``size``; each entry adds one item to the lists of several indices."""
        indices = [np.fromiter(of, np.int64) for of, _ in entries]
        flat = np.concatenate(indices) if indices else np.zeros(0, np.int64)
        items = np.repeat(np.array([item for _, item in entries], np.int64), [len(part) for part in indices])
        order = np.argsort(flat, kind="stable")
        self._items: Ints = items[order]
        self._starts = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(flat, minlength=size), out=self._starts[1:])

    def of(self, indices: Ints) -> tuple[Ints, Ints]:
        """Return (which, item): every item of every index asked for, and the place in ``indices`` it belongs to."""
        starts = self._starts[indices]
        counts = self._starts[indices + 1] - starts
        which = np.repeat(np.arange(len(indices)), counts)
        within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        return which, self._items[np.repeat(starts, counts) + within]
