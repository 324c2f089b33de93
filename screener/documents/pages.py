"""What the HTML pages share: their templates, and a note cut into pieces round its numbered passages."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader

from screener.documents.words import BANNER, GROUP_TITLES, IMMEDIATE, lit_by
from screener.records import Highlight, Note

PAGES = Environment(
    loader=PackageLoader("screener.documents"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.globals.update(banner=BANNER, immediate=IMMEDIATE, groups=GROUP_TITLES, lit_by=lit_by)


@dataclass(frozen=True)
class Piece:
    """A run of a note's text under the same highlights; ``opens`` are the numbers of those that begin here."""

    text: str
    highlights: tuple[Highlight, ...]
    opens: tuple[int, ...]


@dataclass(frozen=True)
class NotePage:
    """One note as a page shows it: its text in pieces, and its numbered passages."""

    note: Note
    anchor: str
    pieces: tuple[Piece, ...]
    lit: tuple[tuple[int, Highlight], ...]
    set_aside: tuple[Highlight, ...]


def note_pages(notes: Iterable[tuple[Note, Sequence[Highlight]]]) -> list[NotePage]:
    """Return notes with their highlights as pages show them; passages are numbered through all of them, from 1."""
    pages: list[NotePage] = []
    number = itertools.count(1)
    for index, (note, highlights) in enumerate(notes, 1):
        lit = tuple((next(number), h) for h in highlights if h.follow_up)
        pages.append(
            NotePage(
                note=note,
                anchor=f"note-{index}",
                pieces=tuple(cut(note.text or "", lit)),
                lit=lit,
                set_aside=tuple(h for h in highlights if not h.follow_up),
            )
        )
    return pages


def cut(text: str, lit: Sequence[tuple[int, Highlight]]) -> list[Piece]:
    """Cut the text wherever a numbered highlight begins or ends; a piece under several highlights lists them all."""
    starts: dict[int, list[tuple[int, Highlight]]] = {}
    ends: dict[int, list[Highlight]] = {}
    for number, highlight in lit:
        starts.setdefault(highlight.start, []).append((number, highlight))
        ends.setdefault(highlight.end, []).append(highlight)
    cuts = sorted({0, len(text), *starts, *ends})
    running: list[Highlight] = []
    pieces = []
    for at, following in itertools.pairwise(cuts):
        running = [h for h in running if h.end != at] + [h for _, h in starts.get(at, ())]
        opens = tuple(number for number, _ in starts.get(at, ()))
        pieces.append(Piece(text[at:following], tuple(running), opens))
    return pieces
