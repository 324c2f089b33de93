"""Fold a note to one way of writing before anything is matched, and keep the way back to its own offsets.

Curly quotes, no-break spaces and hyphens, full-width letters, accents (joined or separate) and zero-width characters
are how notes are really typed; matching sees none of that, reports see all of it.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left

from screener.errors import NoteError

_SAME_AS = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011", "-"),
    **dict.fromkeys("\u2012\u2013\u2014\u2015\u2212", "\u2013"),
    **dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    ),
    **dict.fromkeys("\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n"),
    "\t": " ",
    "\0": " ",
}
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u034f\u180e")


class _FoldTable(dict[int, str | None]):
    """Code point → the one character it folds to, or ``None`` where it folds away. Fills itself as it is used."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        if unicodedata.category(char) == "Cs":
            raise NoteError(
                "the note's text holds half of a character (a lone surrogate), which no file can hold; "
                "decode it again with errors='replace'"
            )
        folded: str | None
        if char in _SAME_AS:
            folded = _SAME_AS[char]
        elif char in _INVISIBLE or unicodedata.category(char) == "Mn":
            folded = None
        else:
            folded = unicodedata.normalize("NFKD", char)[:1] if char.isalnum() else char
        self[code] = folded
        return folded


_TABLE = _FoldTable()
_ASCII_ODD = str.maketrans({"\t": " ", "\0": " ", "\v": "\n", "\f": "\n", "`": "'"})


def _line_feeds(text: str) -> str:
    # Same length on purpose: CRLF becomes blank and line feed, a lone CR a line feed.
    return text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text


class Folded:
    """A note's folded text and the way back: ``original(i)`` is the offset in the note of folded character ``i``."""

    __slots__ = ("_back", "text")

    def __init__(self, note_text: str) -> None:
        if not isinstance(note_text, str):
            raise NoteError(f"a note's text must be a string, not {type(note_text).__name__}; decode bytes first")
        self._back: list[int] | None = None
        if note_text.isascii():
            self.text = _line_feeds(note_text.translate(_ASCII_ODD))
            return
        self.text = _line_feeds(note_text.translate(_TABLE))
        if len(self.text) != len(note_text):
            self._back = [i for i, char in enumerate(note_text) if _TABLE[ord(char)] is not None]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Turn a folded span into offsets of the note as given."""
        back = self._back
        if back is None:
            return start, end
        return back[start], back[end - 1] + 1

    def folded(self, start: int, end: int) -> tuple[int, int]:
        """Turn offsets of the note as given into the folded span that covers them."""
        back = self._back
        if back is None:
            return start, end
        return bisect_left(back, start), bisect_left(back, end)
