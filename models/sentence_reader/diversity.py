"""How unlike one another texts are: distinct n-grams, nearest neighbours, near-duplicates. Plain numpy, no model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: Texts compared at a time with all the others, so that no square matrix of all of them is ever held.
_BLOCK = 512


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, apostrophes inside them kept."""
    return [match.group().lower().replace("’", "'") for match in _WORD.finditer(text)]


def ngrams(words: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    """Yield the runs of ``n`` words."""
    return zip(*(words[at:] for at in range(n)), strict=False)


def distinct_per_thousand(texts: Sequence[Sequence[str]], n: int, stretch: int | None = None) -> float:
    """Return how many different runs of ``n`` words there are in 1,000 words of texts (given as their words).

    Over all the texts together; or, with ``stretch``, the mean over stretches of so many words, which can be compared
    between collections of different sizes (a larger one always repeats itself more).
    """
    every = [word for words in texts for word in words]
    size = stretch or len(every)
    shares = [len(set(ngrams(every[at : at + size], n))) / size for at in range(0, len(every) - size + 1, size)]
    return 1000 * sum(shares) / len(shares) if shares else 0.0


def vectors(texts: Sequence[Sequence[str]]) -> np.ndarray:
    """Return TF-IDF vectors of length one, of shape (texts, words that two texts or more share).

    Weight: (1 + ln count in the text) · ln(texts / texts with the word).
    """
    seen_in = Counter(word for words in texts for word in set(words))
    column = {word: at for at, word in enumerate(sorted(word for word, n in seen_in.items() if n > 1))}
    rarity = {word: np.log(len(texts) / seen_in[word]) for word in column}
    made = np.zeros((len(texts), len(column)), np.float32)
    for row, words in enumerate(texts):
        for word, count in Counter(words).items():
            if word in column:
                made[row, column[word]] = (1 + np.log(count)) * rarity[word]
    made /= np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)
    return made


@dataclass(frozen=True)
class Near:
    """Two texts by their places in the list, and the cosine of their vectors (1: the same words as often)."""

    first: int
    second: int
    cosine: float


def nearest(made: np.ndarray, groups: Sequence[str], within: bool) -> list[float]:
    """Return each text's distance (1 - cosine) to its nearest neighbour of the same group, or of any other group.

    Texts without such a neighbour are left out.
    """
    names = np.array(groups)
    found: list[float] = []
    for start, cosines in _blocks(made):
        for row, line in enumerate(cosines, start):
            may = (names == names[row]) == within
            may[row] = False
            if may.any():
                found.append(float(1 - line[may].max()))
    return found


def near_duplicates(made: np.ndarray, least: float, apart: Callable[[int, int], bool]) -> list[Near]:
    """Return the pairs whose cosine is ``least`` or more, the nearest first; ``apart`` says which pairs count."""
    found = [
        Near(start + int(row), int(other), float(cosines[row, other]))
        for start, cosines in _blocks(made)
        for row, other in zip(*np.nonzero(cosines >= least), strict=True)
        if start + row < other and apart(start + int(row), int(other))
    ]
    return sorted(found, key=lambda pair: -pair.cosine)


def _blocks(made: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    for start in range(0, len(made), _BLOCK):
        yield start, made[start : start + _BLOCK] @ made.T
