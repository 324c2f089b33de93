"""Lexicons made for measuring: of given phrases, or our own at another size."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from screener.lexicon.compiled import CompiledLexicon
from screener.lexicon.model import Cue, Lexicon, Place
from screener.lexicon.read import read, shipped

_PLACE = Place("benchmark", 1)
_PLAIN_WORD = re.compile(r"(?<![{\w.'\"-])([a-z]{4,})(?![\w}'\"-])")


def of_phrases(phrases: dict[str, list[str]]) -> CompiledLexicon:
    """Return our context and word forms with exactly the given phrases as cues (labels become indicators in turn)."""
    own = read([shipped()])
    indicators = list(own.indicators)
    cues = []
    for at, (label, listed) in enumerate(phrases.items()):
        indicator = label if label in own.indicators else indicators[at % len(indicators)]
        for number, phrase in enumerate(listed):
            cues.append(_cue(f"{label}.{number}", indicator, f'"{phrase}"'))
    return CompiledLexicon(replace(own, cues=tuple(cues)))


def of_size(times: float, seed: int = 1) -> CompiledLexicon:
    """Return our lexicon at half or several times its size.

    A larger one repeats every cue with the plain words of four letters and more replaced by words of its own (word
    classes, short words and gaps stay), as new cues mostly bring new words.
    """
    own = read([shipped()])
    if times < 1:
        kept = random.Random(seed).sample(own.cues, int(times * len(own.cues)))
        return CompiledLexicon(replace(own, cues=tuple(kept)))
    copies = [_renamed(cue, copy) for copy in range(1, int(times)) for cue in own.cues]
    return CompiledLexicon(replace(own, cues=own.cues + tuple(copies)))


def sized(lexicon: Lexicon) -> int:
    """Return how many match lines a lexicon holds."""
    return sum(len(cue.match) for cue in lexicon.cues)


def _renamed(cue: Cue, copy: int) -> Cue:
    def other(match: str) -> str:
        return _PLAIN_WORD.sub(lambda m: f"{m[1]}{'xyzw'[copy % 4]}q", match)

    return replace(cue, id=f"{cue.id}.{copy}", match=tuple(map(other, cue.match)), unless=())


def _cue(ident: str, indicator: str, match: str) -> Cue:
    return Cue(ident, indicator, (match,), "strong", "benchmark", "benchmark", ("-",), ("-",), _PLACE)
