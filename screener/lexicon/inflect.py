"""The written forms of an English word, so that a cue in its base form finds every form.

Regular forms follow the spelling rules; irregular families are data (``lexicons/inflections.yaml``). A regular
inflected form stands for its family too ("tickled" finds "tickles"), unless the data say that it is a word of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import wordfreq

_VOWELS = "aeiou"
_SPELLINGS = (
    ("isation", "ization"),
    ("ising", "izing"),
    ("ised", "ized"),
    ("ises", "izes"),
    ("ise", "ize"),
    ("our", "or"),
    ("ogue", "og"),
    ("elling", "eling"),
    ("elled", "eled"),
)


@lru_cache(maxsize=1)
def frequencies() -> Mapping[str, float]:
    """Return how common ordinary English words are (share of running text), from wordfreq's small list."""
    words: Mapping[str, float] = wordfreq.get_frequency_dict("en", wordlist="small")
    return words


class Inflector:
    """Gives the forms of words. `irregular` lists families of forms, `fixed` words that are never inflected."""

    def __init__(self, irregular: list[list[str]], fixed: list[str]) -> None:
        self._families: dict[str, frozenset[str]] = {}
        for family in irregular:
            forms = frozenset(family)
            for form in family:
                self._families[form] = self._families.get(form, frozenset()) | forms
        self._fixed = frozenset(fixed)
        self._known: dict[str, frozenset[str]] = {}

    def forms(self, word: str) -> frozenset[str]:
        """Return every form of a lower-case word without apostrophes, British and American spellings included."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = _with_spellings(self._forms(word))
        return known

    def _forms(self, word: str) -> frozenset[str]:
        if word in self._fixed or not word.isalpha():
            return frozenset((word,))
        if word in self._families:
            return self._families[word] | {word}
        if len(word) < 3:
            return frozenset((word, word + "s"))
        base = self._base(word)
        return frozenset(_regular(base)) | {word}

    def _base(self, word: str) -> str:
        if len(word) < 5:
            return word
        common = frequencies()
        candidates: list[str] = []
        if word.endswith("ing"):
            candidates = [word[:-3], word[:-3] + "e", *_undoubled(word[:-3])]
        elif word.endswith("ied"):
            candidates = [word[:-3] + "y"]
        elif word.endswith("ed"):
            candidates = [word[:-2], word[:-1], *_undoubled(word[:-2])]
        elif word.endswith("ies"):
            candidates = [word[:-3] + "y"]
        elif word.endswith("s") and not word.endswith("ss"):
            candidates = [word[:-1], *([word[:-2]] if word.endswith("es") else [])]
        known = [c for c in candidates if len(c) >= 3 and c in common]
        return max(known, key=lambda c: common[c]) if known else word


def _undoubled(stem: str) -> list[str]:
    return [stem[:-1]] if len(stem) > 3 and stem[-1] == stem[-2] else []


def _regular(base: str) -> list[str]:
    last, before = base[-1], base[-2]
    if last == "y" and before not in _VOWELS:
        return [base, base[:-1] + "ies", base[:-1] + "ied", base + "ing", base + "s"]
    if last == "e":
        return [base, base + "s", base + "d", base[:-1] + "ing"]
    if last in "sxz" or base.endswith(("ch", "sh")):
        return [base, base + "es", base + "ed", base + "ing", base + "s"]
    forms = [base, base + "s", base + "ed", base + "ing"]
    if last not in _VOWELS + "wxy" and before in _VOWELS and (len(base) < 3 or base[-3] not in _VOWELS):
        forms += [base + last + "ed", base + last + "ing"]
    return forms


def _with_spellings(forms: frozenset[str]) -> frozenset[str]:
    more = set(forms)
    for form in forms:
        if len(form) < 6:
            continue
        for british, american in _SPELLINGS:
            if form.endswith(british):
                more.add(form[: -len(british)] + american)
            elif form.endswith(american):
                more.add(form[: -len(american)] + british)
        if "our" in form[2:]:
            more.add(form.replace("our", "or"))
    return frozenset(more)
