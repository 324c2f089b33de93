"""What words of a text stand for, as numbers, so that whole batches of notes are read at once.

A symbol is what a term can ask for: a word in its forms, a phrase, a word class, or a shape such as a name. Phrases are
a tree whose edges are sets of words, so that "{near_role} of {theirs}" is three edges however many words each holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from screener.lexicon.shapes import SHAPE_TESTS, shapes_of

Ints = NDArray[np.int64]
Phrase = tuple[frozenset[str], ...]

#: No gap reaches over these: they part list items and clauses typed on one line.
BARRIERS = ";|\u2022\u25cf\u25cb\u25a1\u2610\u2611\u2612*"


class Spots(NamedTuple):
    """Where symbols stand in a run of tokens, in text order; ``end`` is exclusive.

    ``shaped`` says of each whether it is known by its shape and not by its words.
    """

    start: Ints
    end: Ints
    symbol: Ints
    shaped: NDArray[np.bool_]


class Lists:
    """Many short lists of numbers, one for each index, laid out so that many of them are read at once."""

    def __init__(self, size: int, entries: Iterable[tuple[int, Collection[int]]]) -> None:
        """Lay out lists for the indices below ``size``; each entry adds items to the list of one index."""
        pairs = [(index, items) for index, items in entries if items]
        counts = np.fromiter((len(items) for _, items in pairs), np.int64, len(pairs))
        indices = np.repeat(np.fromiter((index for index, _ in pairs), np.int64, len(pairs)), counts)
        flat = np.fromiter((item for _, items in pairs for item in items), np.int64, len(indices))
        self._items: Ints = flat[np.argsort(indices, kind="stable")]
        self._starts = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(indices, minlength=size), out=self._starts[1:])

    def of(self, indices: Ints) -> tuple[Ints, Ints]:
        """Return (which, item): every item of every index asked for, and the place in ``indices`` it belongs to."""
        which, at = spread(self._starts[indices], self._starts[indices + 1])
        return which, self._items[at]


def spread(lows: Ints, highs: Ints) -> tuple[Ints, Ints]:
    """Return (which, number): every number of every range, and the place of the range it belongs to."""
    counts = highs - lows
    which = np.repeat(np.arange(len(lows)), counts)
    return which, np.arange(len(which)) + np.repeat(lows - (np.cumsum(counts) - counts), counts)


class Symbols:
    """Says where each symbol stands among words. Built once from all terms of a lexicon."""

    def __init__(
        self,
        phrases: Mapping[Phrase, Collection[int]],
        shapes: Mapping[str, Collection[int]],
        terms: Sequence[Collection[int]],
        count: int,
    ) -> None:
        """``phrases`` and ``shapes`` say which symbols they announce, ``terms`` which symbols each term accepts."""
        self.count = count
        self._phrases, self._shapes, self._terms = phrases, shapes, terms

    def settle(self) -> None:
        """Lay everything out for looking up, and let go of what only served to enter it."""
        phrases, shapes, terms = self._phrases, self._shapes, self._terms
        self._phrases, self._shapes, self._terms = {}, {}, ()
        self.of_term = Lists(len(terms), enumerate(terms))
        self._of_shapes = Lists(
            1 << len(SHAPE_TESTS),
            [
                (
                    mask,
                    sorted(
                        {s for bit, name in enumerate(SHAPE_TESTS) if mask >> bit & 1 for s in shapes.get(name, ())}
                    ),
                )
                for mask in range(1 << len(SHAPE_TESTS))
            ],
        )
        single: dict[str, list[int]] = {}
        parts: dict[frozenset[str], int] = {}
        branches: dict[tuple[int, int], int] = {}
        ends: dict[int, list[int]] = {}
        for phrase, announced in phrases.items():
            if len(phrase) == 1:
                for word in phrase[0]:
                    single.setdefault(word, []).extend(announced)
                continue
            node = 0
            for part in phrase:
                node = branches.setdefault((node, parts.setdefault(part, len(parts))), len(branches) + 1)
            ends.setdefault(node, []).extend(announced)
        parts_of: dict[str, list[int]] = {}
        for part, number in parts.items():
            for word in part:
                parts_of.setdefault(word, []).append(number)
        vocabulary = dict.fromkeys([*BARRIERS, *single, *parts_of])
        self._words = {word: number for number, word in enumerate(vocabulary, start=1)}
        size = len(self._words) + 1
        self._of_word = Lists(size, [(self._words[word], set(found)) for word, found in single.items()])
        self._parts_of_word = Lists(size, [(self._words[word], found) for word, found in parts_of.items()])
        keys = np.fromiter((node << 32 | part for node, part in branches), np.int64, len(branches))
        order = np.argsort(keys)
        self._branches, self._branch_to = keys[order], order + 1
        self._goes_on = np.zeros(len(branches) + 1, np.bool_)
        self._goes_on[[node for node, _ in branches]] = True
        self._of_end = Lists(len(branches) + 1, ends.items())

    def spots(self, words: Sequence[str], raw: Sequence[str]) -> tuple[Spots, Ints]:
        """Return where each symbol stands, and before each token how many barriers there were."""
        numbers = np.fromiter(map(self._words.get, words, repeat(0)), np.int64, len(words))
        start, symbol = self._of_word.of(numbers)
        found = [(start, start + 1, symbol)]
        shaped, symbol_of_shape = self._of_shapes.of(np.fromiter(map(shapes_of, raw), np.int64, len(raw)))
        start = end = np.arange(len(words))
        node = np.zeros(len(words), np.int64)
        while len(start):
            which, part = self._parts_of_word.of(numbers[end])
            keys = node[which] << 32 | part
            place = np.searchsorted(self._branches, keys)
            place[place == len(self._branches)] = 0
            hit = self._branches[place] == keys if len(self._branches) else np.zeros(0, np.bool_)
            which = which[hit]
            start, end, node = start[which], end[which] + 1, self._branch_to[place[hit]]
            which, symbol = self._of_end.of(node)
            found.append((start[which], end[which], symbol))
            on = self._goes_on[node] & (end < len(words))
            start, end, node = start[on], end[on], node[on]
        found.append((shaped, shaped + 1, symbol_of_shape))
        starts, ends, symbols = map(np.concatenate, zip(*found, strict=True))
        by_shape = np.arange(len(starts)) >= len(starts) - len(shaped)
        order = np.argsort(starts, kind="stable")
        barriers = np.zeros(len(words) + 1, np.int64)
        np.cumsum((numbers > 0) & (numbers <= len(BARRIERS)), out=barriers[1:])
        return Spots(starts[order], ends[order], symbols[order], by_shape[order]), barriers
