"""Correct single slips of the keyboard against the lexicon's own words, one token at a time.

A token that is neither a word of the lexicon nor an ordinary English word, and that is one letter away (left out,
added, changed or two swapped) from a lexicon word of six letters or more, is read as that word. Known
misspellings are data (``lexicons/spellings.yaml``).
"""

from __future__ import annotations

from screener.lexicon.inflect import frequencies

MIN_LETTERS = 6
_MAX_REMEMBERED = 50_000


class Speller:
    """Reads misspelt words as one of ``vocabulary``; ``known`` are further word forms that are right as they stand."""

    def __init__(self, vocabulary: set[str], known: set[str], spellings: dict[str, str]) -> None:
        self._vocabulary = vocabulary
        self._known_forms = known
        self._spellings = spellings
        self._longest = max(map(len, vocabulary), default=0)
        self._near: dict[str, list[str]] = {}
        for word in vocabulary:
            if len(word) >= MIN_LETTERS and word.isalpha():
                for shorter in _deletions(word):
                    self._near.setdefault(shorter, []).append(word)
        self._read_as: dict[str, str] = {}

    def correct(self, words: list[str]) -> list[str]:
        """Return the words as the matcher should read them; same length, same order."""
        known = self._read_as
        if len(known) > _MAX_REMEMBERED:
            # Another dict, not an emptied one: other threads may be reading this one.
            known = self._read_as = {}
        return [known[word] if word in known else self._look(word) for word in words]

    def _look(self, word: str) -> str:
        read = self._spellings.get(word) or self._nearest(word)
        self._read_as[word] = read
        return read

    def _nearest(self, word: str) -> str:
        if not MIN_LETTERS - 1 <= len(word) <= self._longest + 1 or not word.isalpha():
            return word
        if word in self._known_forms or word in frequencies():
            return word
        candidates = set(self._near.get(word, ()))
        for shorter in _deletions(word):
            if shorter in self._vocabulary and len(shorter) >= MIN_LETTERS:
                candidates.add(shorter)
            candidates.update(c for c in self._near.get(shorter, ()) if _one_slip(word, c))
        if not candidates:
            return word
        common = frequencies()
        return max(sorted(candidates), key=lambda c: common.get(c, 0.0))


def _deletions(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _one_slip(typed: str, meant: str) -> bool:
    if len(typed) != len(meant):
        return False
    differing = [i for i, (a, b) in enumerate(zip(typed, meant, strict=True)) if a != b]
    if len(differing) == 1:
        return True
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and typed[differing[0]] == meant[differing[1]]
        and typed[differing[1]] == meant[differing[0]]
    )
