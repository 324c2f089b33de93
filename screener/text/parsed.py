"""One note made ready for matching: folded text, corrected words, sentences as token ranges."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from screener.text.fold import Folded
from screener.text.sentences import sentences
from screener.text.tokens import Tokens

#: Tokens after which a text without any sentence end is cut all the same, so that cost stays linear in its length.
LONGEST = 400


class Sentence:
    """One sentence: its characters (folded offsets) and its tokens, both half-open."""

    __slots__ = ("end", "first", "index", "last", "start")

    def __init__(self, index: int, start: int, end: int, first: int, last: int) -> None:
        self.index, self.start, self.end, self.first, self.last = index, start, end, first, last


class Parsed:
    """A note's text, folded and tokenised once; everything downstream reads this and changes nothing."""

    __slots__ = ("folded", "note_text", "sentences", "text", "tokens", "words")

    def __init__(self, note_text: str, correct: Callable[[list[str]], list[str]] | None = None) -> None:
        self.note_text = note_text
        self.folded = Folded(note_text)
        self.text = self.folded.text
        self.tokens = Tokens(self.text)
        self.words = correct(self.tokens.words) if correct else self.tokens.words
        starts = self.tokens.starts
        self.sentences: list[Sentence] = []
        first = 0
        for start, end in sentences(self.text):
            last = bisect_left(starts, end, first)
            while last - first > LONGEST:
                cut = first + LONGEST
                self.sentences.append(Sentence(len(self.sentences), start, self.tokens.ends[cut - 1], first, cut))
                first, start = cut, starts[cut]
            if last > first:
                self.sentences.append(Sentence(len(self.sentences), start, end, first, last))
            first = last

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return folded character offsets of the tokens ``first`` up to, not including, ``last``."""
        return self.tokens.starts[first], self.tokens.ends[last - 1]

    def original(self, first: int, last: int) -> tuple[int, int]:
        """Return offsets into the note exactly as given of the tokens ``first`` up to, not including, ``last``."""
        return self.folded.original(*self.span(first, last))

    def sentence_at(self, offset: int) -> Sentence | None:
        """Return the sentence that holds a folded character offset, or the nearest one before it."""
        low = bisect_left(self.sentences, offset + 1, key=lambda sentence: sentence.end)
        if low < len(self.sentences):
            return self.sentences[low]
        return self.sentences[-1] if self.sentences else None
