"""Split folded text into tokens: words with their apostrophes taken off, numbers, and the marks that matter.

A hyphen between letters parts two words, so that "self-harm" and "self harm" are the same two tokens. Slash
abbreviations ("f/c", "n/k") stay whole. Quotation marks, full stops and apostrophes are no tokens; commas, colons,
brackets and question marks are, because a phrase does not run across them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate

_TOKEN = re.compile(
    r"""(
      (?<![A-Za-z0-9/])[A-Za-z]/[A-Za-z](?![A-Za-z0-9/])           # f/c, n/k, w/a
    | [^\W_]+(?:'(?:[sStT]|[nN][oO])(?![^\W_]))?                   # words, with 's or 't
    | '(?:[lL][lL]|[rR][eE]|[vV][eE]|[dDmM])(?![^\W_])             # 'll 're 've 'd 'm
    | [,;:()\[\]{}?!/&+\u2013\u2026\u00a3\u20ac$%=|*\u2610-\u2612\u2713\u2714\u2717\u25a1\u25cb\u25cf\u2022]
    )""",
    re.VERBOSE,
)


class Tokens:
    """Parallel lists over one text: ``words`` (lower case, no apostrophe), ``starts`` and ``ends`` in folded text."""

    __slots__ = ("ends", "raw", "starts", "words")

    def __init__(self, folded_text: str) -> None:
        pieces = _TOKEN.split(folded_text)
        edges = list(accumulate(map(len, pieces), initial=0))
        self.raw = pieces[1::2]
        self.starts = edges[1:-1:2]
        self.ends = edges[2::2]
        lowered = [piece.lower() for piece in self.raw]
        self.words = [w.replace("'", "") if "'" in w else w for w in lowered] if "'" in folded_text else lowered

    def __len__(self) -> int:
        return len(self.words)


@lru_cache(maxsize=50_000)
def words_of(phrase: str) -> tuple[str, ...]:
    """Return the words of a short phrase as the matcher sees them."""
    return tuple(Tokens(phrase).words)
