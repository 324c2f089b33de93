"""One self-contained HTML page: the notes with their highlights in place, reasons and questions in the margin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from screener.documents.pages import PAGES, note_pages
from screener.documents.read import Problem
from screener.documents.words import empty_result, read_summary
from screener.lexicon.model import IndicatorInfo
from screener.records import Screening


def render(screenings: Sequence[Screening], problems: Sequence[Problem], indicators: dict[str, IndicatorInfo]) -> str:
    """Return the whole page as text. Nothing in it is loaded from elsewhere."""
    notes = note_pages((screening.note, screening.highlights) for screening in screenings)
    counts: Counter[str] = Counter(h.indicator for page in notes for _, h in page.lit)
    return PAGES.get_template("report.html.j2").render(
        empty=empty_result(len(screenings)),
        read=read_summary(screenings),
        notes=notes,
        problems=problems,
        indicators=indicators,
        present=[(indicators[name], counts[name]) for name in indicators if counts[name]],
        lit=counts.total(),
        set_aside=sum(len(page.set_aside) for page in notes),
    )
