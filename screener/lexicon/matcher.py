"""Find sequences of terms in sentences, however many sequences there are.

Which terms stand where is read off for a whole batch of sentences at once, and each sequence waits under its rarest
term. Only where its other terms stand in the same sentence is it followed word by word. Most words of a note wake
nothing, so cost follows the text and not the size of the lexicon.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from screener.lexicon import language
from screener.lexicon.rows import Rows
from screener.lexicon.symbols import Ints, Lists, Symbols
from screener.lexicon.terms import Span, Term, Terms, TokenIndex

Key = TypeVar("Key")
Found = tuple[Key, int, int]

#: No gap reaches over these: they part list items and clauses typed on one line.
_BARRIERS = frozenset(";|\u2022\u25cf\u25cb\u25a1\u2610\u2611\u2612*")
#: Rows looked at together; bounds memory, and keeps the tables in the processor's cache.
_ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True, eq=False)
class _Chain(Generic[Key]):
    """One sequence: its terms and the gaps before them, in order.

    ``tightest`` names the two neighbouring closed terms that bind most closely, and how many tokens may lie between.
    """

    key: Key
    terms: tuple[Term, ...]
    gaps: tuple[int, ...]
    tightest: tuple[Term, Term, int] | None


@dataclass(frozen=True)
class _Tables:
    """The matcher's sequences as arrays: who waits for a symbol, and which two other terms each one needs.

    Term 0 is always there, and stands for "no further condition".
    """

    chains_of_symbol: Lists
    needs_of_symbol: Lists
    needs: Ints
    size: int


class Matcher(Generic[Key]):
    """Matches many sequences at once; each is known by the key it was added under."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._chains: list[_Chain[Key]] = []
        self._by_key: dict[Key, list[_Chain[Key]]] = {}
        self._tables: _Tables
        self._waiting: dict[str, list[_Chain[Key]]] = {}

    @property
    def symbols(self) -> Symbols:
        """The numbers of words that rows must be encoded with."""
        return self._terms.symbols

    def add(self, key: Key, sequence: language.Sequence) -> None:
        """Add one plain sequence of the cue language."""
        terms: list[Term] = []
        gaps: list[int] = []
        gap = 0
        for item in sequence:
            if isinstance(item, language.Gap):
                gap = item.most
            else:
                terms.append(self._terms.term(item))
                gaps.append(gap)
                gap = 0
        chain = _Chain(key, tuple(terms), tuple(gaps), _tightest(terms, gaps))
        self._chains.append(chain)
        self._by_key.setdefault(key, []).append(chain)
        self._waiting = {}

    def never_wakes(self, sequence: language.Sequence) -> bool:
        """Whether a sequence has no word of its own to look for (only shapes), so that it could never fire."""
        return all(self._terms.term(i).open for i in sequence if not isinstance(i, language.Gap))

    def find(self, words: list[str], raw: list[str], first: int, last: int) -> list[Found[Key]]:
        """Return (key, first token, last token exclusive) of every match in one sentence, looked up by itself."""
        waiting = self._waiting or self._wait()
        present = set(words[first:last])
        ready = dict.fromkeys(
            chain
            for word in present
            if word in waiting
            for chain in waiting[word]
            if not any(present.isdisjoint(term.begins) for term in chain.terms if not term.open)
        )
        sentence = TokenIndex(words, raw, first, last)
        return [(chain.key, start, end) for chain in ready for start, end in _follow(chain, sentence)]

    def find_these(self, keys: Iterable[Key], words: list[str], raw: list[str]) -> set[Key]:
        """Return which of some keys have a match among a few tokens."""
        sentence = TokenIndex(words, raw, 0, len(words))
        return {key for key in keys if any(_follow(chain, sentence) for chain in self._by_key[key])}

    def find_in(
        self,
        rows: Rows,
        only: NDArray[np.bool_] | None = None,
        wanted: Mapping[int, Collection[Key]] | None = None,
    ) -> dict[int, list[Found[Key]]]:
        """Return, by row, (key, first token, last token exclusive) of every match; positions count in their note.

        ``only`` limits the search to some rows, ``wanted`` to some keys in each row.
        """
        tables = self._tables
        found: dict[int, list[Found[Key]]] = {}
        for begin in range(0, len(rows), _ROWS_AT_ONCE):
            for row, chains in self._candidates(rows, begin, tables, only).items():
                sentence = TokenIndex(rows.words, rows.raw, rows.firsts[row], rows.lasts[row])
                base = rows.bases[row]
                hits = [
                    (chain.key, start - base, end - base)
                    for chain in chains
                    if wanted is None or chain.key in wanted[row]
                    for start, end in _follow(chain, sentence)
                ]
                if hits:
                    found[row] = hits
        return found

    def _candidates(
        self, rows: Rows, begin: int, tables: _Tables, only: NDArray[np.bool_] | None
    ) -> dict[int, dict[_Chain[Key], None]]:
        """Return, by row, the sequences whose rarest terms all stand there."""
        end = min(begin + _ROWS_AT_ONCE, len(rows))
        chosen = (rows.row_of >= begin) & (rows.row_of < end)
        if only is not None:
            chosen &= only[rows.row_of]
        row_of, symbols = rows.row_of[chosen] - begin, rows.symbols[chosen]
        which, chain = tables.chains_of_symbol.of(symbols)
        if not len(which):
            return {}
        row = row_of[which]
        stands, term = tables.needs_of_symbol.of(symbols)
        there = np.zeros((end - begin, tables.size), np.bool_)
        there[row_of[stands], term] = True
        there[:, 0] = True
        for need in tables.needs:
            keep = there[row, need[chain]]
            row, chain = row[keep], chain[keep]
        result: dict[int, dict[_Chain[Key], None]] = {}
        for r, c in zip((row + begin).tolist(), chain.tolist(), strict=True):
            result.setdefault(r, {})[self._chains[c]] = None
        return result

    def _wait(self) -> dict[str, list[_Chain[Key]]]:
        for chain in self._chains:
            rarest = min((t for t in chain.terms if not t.open), key=lambda term: term.cost)
            for word in rarest.begins:
                self._waiting.setdefault(word, []).append(chain)
        return self._waiting

    def enter_symbols(self) -> None:
        """Give numbers to all words of all sequences."""
        for term in {t: None for chain in self._chains for t in chain.terms if not t.open}:
            term.symbols(self._terms.symbols)

    def build(self) -> None:
        """Lay the sequences out for ``find_in``; once, after all matchers that share symbols have entered theirs."""
        symbols = self._terms.symbols
        number: dict[Term, int] = {}
        waiting = []
        needs = np.zeros((2, len(self._chains)), np.int64)
        for at, chain in enumerate(self._chains):
            rarest = sorted({t: None for t in chain.terms if not t.open}, key=lambda term: term.cost)
            waiting.append((rarest[0].symbols(symbols), at))
            for which, term in enumerate(rarest[1:3]):
                needs[which, at] = number.setdefault(term, len(number) + 1)
        needed = [(term.symbols(symbols), at) for term, at in number.items()]
        self._tables = _Tables(Lists(symbols.size, waiting), Lists(symbols.size, needed), needs, len(number) + 1)


def _tightest(terms: list[Term], gaps: list[int]) -> tuple[Term, Term, int] | None:
    best: tuple[Term, Term, int] | None = None
    before: Term | None = None
    reach = 0
    for term, gap in zip(terms, gaps, strict=True):
        reach += gap
        if term.open:
            reach += 1
            continue
        if before is not None and (best is None or reach < best[2]):
            best = before, term, reach
        before, reach = term, 0
    return best


def _could_fit(chain: _Chain[Key], sentence: TokenIndex) -> bool:
    """Whether the two closest terms stand in order and near enough: cheap, and false for most candidates."""
    if chain.tightest is None:
        return True
    left, right, reach = chain.tightest
    before, after = sentence.spots(left), sentence.spots(right)
    return bool(before and after) and before[0][1] <= after[-1][0] and after[0][0] - before[-1][1] <= reach


def _follow(chain: _Chain[Key], sentence: TokenIndex) -> list[Span]:
    if not _could_fit(chain, sentence):
        return []
    best = _latest_starts(sentence.spots(chain.terms[0]))
    for term, gap in zip(chain.terms[1:], chain.gaps[1:], strict=True):
        if not best:
            return []
        following: dict[int, int] = {}
        for start, end in sentence.spots(term):
            for before in range(start, start - gap - 1, -1):
                if before in best and (before == start or _open_way(sentence.words, before, start)):
                    if best[before] > following.get(end, -1):
                        following[end] = best[before]
                    break
        best = following
    return _apart(best)


def _latest_starts(spots: list[Span]) -> dict[int, int]:
    latest: dict[int, int] = {}
    for start, end in spots:
        latest[end] = max(start, latest.get(end, -1))
    return latest


def _open_way(words: list[str], first: int, last: int) -> bool:
    return _BARRIERS.isdisjoint(words[first:last])


def _apart(best: dict[int, int]) -> list[Span]:
    # Matches of one sequence do not overlap: the one that ends first is kept, which is also a shortest one.
    kept: list[Span] = []
    reached = -1
    for end in sorted(best):
        if best[end] >= reached:
            kept.append((best[end], end))
            reached = end
    return kept
