"""Annotated notes as another hand would have typed them: other names, typing errors, lost stops and subjects.

Marks keep their words: every change is an edit of the text, and the offsets of the marks move with it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from screener.annotations import AnnotatedNote

#: Start, end (exclusive) and the new text.
Edit = tuple[int, int, str]

_WORD = re.compile(r"[^\W\d_]{5,}")
_STOPS = re.compile(r"[.,;:](?=\s|$)")
_SUBJECT = re.compile(r"(?:(?<=[.!?] )|(?<=\n)|^)(?:He|She|They|I|We|Mum|Dad|It) (?=[a-z])")
_NAME = re.compile(r"\b[A-Z][a-zé]+\b")


def edited(note: AnnotatedNote, edits: Iterable[Edit]) -> AnnotatedNote:
    """Return the note with the edits made; edits that overlap an earlier one are left out, marks left empty dropped."""
    pieces: list[str] = []
    moves: list[tuple[int, int, int]] = []
    at = length = 0
    for start, end, new in sorted(edits):
        if start < at:
            continue
        pieces += (note.text[at:start], new)
        length += start - at
        moves.append((start, end, length))
        length += len(new)
        at = end
    text = "".join((*pieces, note.text[at:]))
    lengths = [len(new) for new in pieces[1::2]]

    def moved(offset: int) -> int:
        shift = 0
        for (start, end, new_start), new_length in zip(moves, lengths, strict=True):
            if offset < end:
                return new_start + min(offset - start, new_length) if offset > start else offset + shift
            shift = new_start + new_length - end
        return offset + shift

    spans = [(span, moved(span.start), moved(span.end)) for span in note.spans]
    return replace(
        note,
        text=text,
        spans=tuple(replace(span, start=a, end=b, text=text[a:b]) for span, a, b in spans if a < b),
    )


def typing_errors(note: AnnotatedNote, chance: random.Random, share: float) -> list[Edit]:
    """Edits that put one typing error into a share of the words of five letters or more."""
    return [
        (match.start(), match.end(), _mistyped(match.group(), chance))
        for match in _WORD.finditer(note.text)
        if chance.random() < share
    ]


def _mistyped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    left, here, after, right = word[:at], word[at], word[at + 1], word[at + 2 :]
    return left + chance.choice((after + here, here, here + here + after, after)) + right


def lost_stops(note: AnnotatedNote, chance: random.Random, share: float) -> list[Edit]:
    """Edits that leave out a share of the full stops, commas and colons."""
    return [(m.start(), m.end(), "") for m in _STOPS.finditer(note.text) if chance.random() < share]


def lost_subjects(note: AnnotatedNote, chance: random.Random, share: float) -> list[Edit]:
    """Edits that leave out a share of the short subjects that open sentences, as hurried writers do."""
    return [(m.start(), m.end(), "") for m in _SUBJECT.finditer(note.text) if chance.random() < share]


def other_names(note: AnnotatedNote, chance: random.Random, names: Sequence[Sequence[str]]) -> list[Edit]:
    """Edits that give the people of a note other first names, each person one, out of the same list.

    ``names`` holds lists of names that stand for one another (girls and women, boys and men).
    """
    chosen: dict[str, str] = {}
    edits: list[Edit] = []
    for match in _NAME.finditer(note.text):
        name = match.group()
        if name not in chosen:
            own = next((group for group in names if name in group), None)
            chosen[name] = chance.choice(own) if own is not None else name
        if chosen[name] != name:
            edits.append((match.start(), match.end(), chosen[name]))
    return edits


def as_another_hand(
    note: AnnotatedNote, chance: random.Random, names: Sequence[Sequence[str]], noise: float = 0.5
) -> AnnotatedNote:
    """Return the note as given, or changed by one or two of the habits above (each with probability ``noise``)."""
    if chance.random() < noise:
        note = edited(note, other_names(note, chance, names))
    if chance.random() < noise:
        habit: Callable[[AnnotatedNote, random.Random, float], list[Edit]]
        habit, share = chance.choice(((typing_errors, 0.05), (lost_stops, 0.6), (lost_subjects, 0.6)))
        note = edited(note, habit(note, chance, share))
    return note
