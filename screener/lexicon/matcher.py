"""Find sequences of terms in sentences, however many sequences there are.

Which symbols stand where is read off for a whole batch of sentences at once, and each sequence waits under its rarest
term. Where all its other terms stand in the same sentence, all such sequences are followed together, one term after
the other. Most words of a note wake nothing, so cost follows the text and not the size of the lexicon.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import zip_longest
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from screener.lexicon import language
from screener.lexicon.rows import Part, Rows
from screener.lexicon.symbols import Ints, Lists
from screener.lexicon.terms import Terms

Key = TypeVar("Key")


class Found(NamedTuple, Generic[Key]):
    """A sequence found: its key, and its first and last token (exclusive) in the note."""

    key: Key
    first: int
    last: int


#: Rows looked at together; bounds memory, and keeps the tables in the processor's cache.
_ROWS_AT_ONCE = 256
_NONE = -1


class Matcher(Generic[Key]):
    """Matches many sequences at once; each is known by the key it was added under."""

    def __init__(self, terms: Terms) -> None:
        self._all_terms = terms
        self._keys: list[Key] = []
        self._number_of: dict[Key, int] = {}
        self._sequences: list[tuple[list[int], list[int]]] = []

    def add(self, key: Key, sequence: language.Sequence) -> None:
        """Add one plain sequence of the cue language."""
        terms: list[int] = []
        gaps: list[int] = []
        gap = 0
        for item in sequence:
            if isinstance(item, language.Gap):
                gap = item.most
            else:
                terms.append(self._all_terms.term(item))
                gaps.append(gap)
                gap = 0
        self._number_of.setdefault(key, len(self._number_of))
        self._keys.append(key)
        self._sequences.append((terms, gaps))

    def never_wakes(self, sequence: language.Sequence) -> bool:
        """Whether a sequence has no word of its own to look for (only shapes), so that it could never fire."""
        terms = self._all_terms
        return all(terms.is_open(terms.term(item)) for item in sequence if not isinstance(item, language.Gap))

    def enter_symbols(self) -> None:
        """Lay out what each sequence asks for, by number; once, when all sequences are there."""
        terms = self._all_terms
        #: The terms that must stand in a sentence, the rarest first.
        self._needs = _table(
            [
                sorted({term for term in sequence if not terms.is_open(term)}, key=terms.cost)
                for sequence, _ in self._sequences
            ]
        )
        self._terms = _table([sequence for sequence, _ in self._sequences])
        self._gaps = _table([gaps for _, gaps in self._sequences])
        self._lengths = np.array([len(sequence) for sequence, _ in self._sequences], np.int64)
        self._of_key = Lists(len(self._number_of), [(self._number_of[key], [at]) for at, key in enumerate(self._keys)])
        self._sequences = []

    def build(self) -> None:
        """Let each sequence wait for its rarest term; once, after all matchers that share terms have entered theirs."""
        terms = self._all_terms
        waiting: dict[int, list[int]] = {}
        for chain, rarest in enumerate(self._needs[:, 0].tolist()):
            for symbol in terms.accepts(rarest):
                waiting.setdefault(symbol, []).append(chain)
        self._waiting = Lists(terms.symbols.count, waiting.items())

    def find_in(
        self,
        rows: Rows,
        only: NDArray[np.bool_] | None = None,
        wanted: Mapping[int, Collection[Key]] | None = None,
    ) -> dict[int, list[Found[Key]]]:
        """Return, by row, (key, first token, last token exclusive) of every match; positions count in their note.

        ``only`` limits the search to some rows, ``wanted`` to some rows and some keys in each.
        """
        if wanted is not None:
            chosen = np.array(sorted(wanted), np.int64)
        else:
            chosen = np.arange(len(rows)) if only is None else np.flatnonzero(only)
        bases = rows.bases.tolist()
        found: dict[int, list[Found[Key]]] = {}
        for begin in range(0, len(chosen), _ROWS_AT_ONCE):
            part = Part(rows, chosen[begin : begin + _ROWS_AT_ONCE])
            row, chain = self._woken(part) if wanted is None else self._asked_for(part, wanted)
            for at, sequence, start, end in _apart(*self._follow(part, row, chain)):
                base = bases[at]
                found.setdefault(at, []).append(Found(self._keys[sequence], start - base, end - base))
        return found

    def _woken(self, part: Part) -> tuple[Ints, Ints]:
        """Return (row, sequence) for every sequence whose terms all stand in a row."""
        which, chain = self._waiting.of(part.symbol)
        row, chain = self._complete(part, part.row[which], chain, self._needs[:, 1:])
        return np.divmod(np.unique(row * len(self._keys) + chain), max(1, len(self._keys)))

    def _asked_for(self, part: Part, wanted: Mapping[int, Collection[Key]]) -> tuple[Ints, Ints]:
        """Return (row, sequence) for the sequences of the keys wanted in a row whose terms all stand there."""
        asked = [
            (at, self._number_of[key])
            for at, row in enumerate(part.chosen.tolist())
            for key in wanted[row]
            if key in self._number_of
        ]
        row, number = np.array(asked, np.int64).reshape(-1, 2).T
        which, chain = self._of_key.of(number)
        return self._complete(part, row[which], chain, self._needs)

    def _complete(self, part: Part, row: Ints, chain: Ints, needs: Ints) -> tuple[Ints, Ints]:
        for needed in needs.T:
            term = needed[chain]
            there = term == _NONE
            there[~there] = part.has(row[~there], term[~there])
            row, chain = row[there], chain[there]
        return row, chain

    def _follow(self, part: Part, row: Ints, chain: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """Return (row, sequence, start, end) of what the candidates come to, each followed term by term.

        Of several ways to reach one token the one that started last is kept: the shortest.
        """
        stride = part.stride
        which, start, end = part.spots(row, self._terms[chain, 0])
        reached, begun = _latest(which * stride + end, start)
        whole = []
        for step in range(1, self._terms.shape[1] + 1):
            candidate = reached // stride
            whole_now = self._lengths[chain[candidate]] == step
            whole.append((candidate[whole_now], begun[whole_now], reached[whole_now]))
            going = np.unique(candidate[~whole_now])
            if not len(going):
                break
            which, start, end = part.spots(row[going], self._terms[chain[going], step])
            candidate = going[which]
            # The nearest place reached before it, if the gap is wide enough and no barrier stands between.
            at = np.searchsorted(reached, candidate * stride + start, side="right") - 1
            before = reached[at] - candidate * stride
            near = (at >= 0) & (before >= np.maximum(start - self._gaps[chain[candidate], step], 0))
            near[near] = part.open_way(before[near], start[near])
            reached, begun = _latest((candidate * stride + end)[near], begun[at[near]])
        candidate, begun, reached = map(np.concatenate, zip(*whole, strict=True))
        order = np.argsort(reached)
        candidate, end = candidate[order], reached[order] - candidate[order] * stride
        return part.chosen[row[candidate]], chain[candidate], begun[order], end


def _table(lists: list[list[int]]) -> Ints:
    """Return lists of different lengths as one table, filled up with ``_NONE``."""
    columns = list(zip_longest(*lists, fillvalue=_NONE))
    return np.array(columns, np.int64).T if columns else np.zeros((0, 1), np.int64)


def _latest(reached: Ints, begun: Ints) -> tuple[Ints, Ints]:
    """Return each place reached once, in order, with the latest start."""
    order = np.lexsort((begun, reached))
    reached, begun = reached[order], begun[order]
    last = np.append(reached[1:] != reached[:-1], True)[: len(reached)]
    return reached[last], begun[last]


def _apart(rows: Ints, chains: Ints, starts: Ints, ends: Ints) -> Iterator[tuple[int, int, int, int]]:
    # Matches of one sequence do not overlap: the one that ends first is kept, which is also a shortest one.
    before, reached = (_NONE, _NONE), _NONE
    for row, chain, start, end in zip(rows.tolist(), chains.tolist(), starts.tolist(), ends.tolist(), strict=True):
        if (row, chain) != before or start >= reached:
            before, reached = (row, chain), end
            yield row, chain, start, end
