"""One self-contained HTML page: the notes with their highlights in place, reasons and questions in the margin."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader

from screener.documents.read import Problem
from screener.documents.words import BANNER, IMMEDIATE, empty_result, read_summary
from screener.lexicon.model import IndicatorInfo
from screener.records import Highlight, Screening

GROUP_TITLES = {
    "child_signs": "Child signs",
    "child_says": "What the child says",
    "adult_behaviour": "Adult behaviour",
    "context": "Context",
    "system_response": "System response",
}
_PAGES = Environment(loader=PackageLoader("screener.documents"), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True)
class Piece:
    """A run of a note's text under the same highlights; ``opens`` are the numbers of those that begin here."""

    text: str
    highlights: tuple[Highlight, ...]
    opens: tuple[int, ...]


@dataclass(frozen=True)
class NotePage:
    """One note as the page shows it: its text in pieces, and its numbered passages."""

    screening: Screening
    anchor: str
    pieces: tuple[Piece, ...]
    lit: tuple[tuple[int, Highlight], ...]
    set_aside: tuple[Highlight, ...]


def render(screenings: Sequence[Screening], problems: Sequence[Problem], indicators: dict[str, IndicatorInfo]) -> str:
    """Return the whole page as text. Nothing in it is loaded from elsewhere."""
    notes: list[NotePage] = []
    number = 0
    for index, screening in enumerate(screenings, 1):
        page = _note_page(screening, f"note-{index}", number)
        number += len(page.lit)
        notes.append(page)
    counts: Counter[str] = Counter(h.indicator for page in notes for _, h in page.lit)
    return _PAGES.get_template("report.html.j2").render(
        banner=BANNER,
        immediate=IMMEDIATE,
        empty=empty_result(len(screenings)),
        read=read_summary(screenings),
        notes=notes,
        problems=problems,
        indicators=indicators,
        groups=GROUP_TITLES,
        present=[(indicators[name], counts[name]) for name in indicators if counts[name]],
        lit=number,
        set_aside=sum(len(page.set_aside) for page in notes),
    )


def _note_page(screening: Screening, anchor: str, before: int) -> NotePage:
    lit = tuple((before + i, h) for i, h in enumerate(screening.follow_up, 1))
    return NotePage(
        screening=screening,
        anchor=anchor,
        pieces=tuple(_pieces(screening.note.text or "", lit)),
        lit=lit,
        set_aside=tuple(h for h in screening.highlights if not h.follow_up),
    )


def _pieces(text: str, lit: Sequence[tuple[int, Highlight]]) -> list[Piece]:
    """Cut the text wherever a highlight begins or ends; a piece under several highlights lists them all."""
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
