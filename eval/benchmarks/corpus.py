"""Notes of a wanted length, put together from the sentences of our own invented notes. Same seed, same notes."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

from screener.annotations import read
from screener.text.parsed import Parsed

SEED = 20261123
WORDS = 205
_NOTES = Path(__file__).resolve().parents[2] / "models" / "sentence_reader" / "data" / "notes"


@lru_cache(maxsize=1)
def _sentences() -> list[str]:
    found = []
    for path in sorted(_NOTES.glob("*.txt")):
        for note in read(path):
            parsed = Parsed(note.text)
            found += [parsed.text[s.start : s.end] for s in parsed.sentences]
    return found


def notes(count: int, words: int = WORDS, seed: int = SEED) -> list[str]:
    """Return ``count`` notes of about ``words`` words."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        lines: list[str] = []
        length = 0
        while length < words:
            sentence = chance.choice(_sentences())
            lines.append(sentence)
            length += len(sentence.split())
        made.append("\n".join(lines))
    return made
