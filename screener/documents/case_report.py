"""One self-contained HTML page for a whole case: what stands open first, then timeline, patterns, people and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from screener.case_records import CaseReview, ClosureReason, Passage
from screener.documents import case_summary, timeline
from screener.documents.pages import PAGES, NotePage, note_pages
from screener.documents.read import Problem
from screener.documents.words import empty_result
from screener.lexicon.model import IndicatorInfo


@dataclass(frozen=True)
class Reference:
    """A passage as the page names it: its number (``None`` where its note has no mark for it) and its target."""

    number: int | None
    target: str
    passage: Passage


class _References:
    """Knows the number and the target of every passage, and those of every note."""

    def __init__(self, notes: Sequence[NotePage]) -> None:
        self._ids = [page.note.id for page in notes]
        self._anchors = {page.note.id: page.anchor for page in notes}
        self._numbers = {(page.note.id, h.id): number for page in notes for number, h in page.lit}

    def __call__(self, passage: Passage) -> Reference:
        number = self._numbers.get((passage.note, passage.highlight))
        return Reference(number, f"c{number}" if number else self._anchors[passage.note], passage)

    def all(self, passages: Sequence[Passage]) -> list[Reference]:
        """Return the references of passages."""
        return [self(passage) for passage in passages]

    def quoted(self, passages: Sequence[Passage]) -> tuple[list[Reference], list[Reference]]:
        """Return those to quote, and those to name by number only."""
        quoted, others = case_summary.quoted(passages)
        return self.all(quoted), self.all(others)

    def note(self, note_id: str) -> str:
        """Return the target of a note."""
        return self._anchors[note_id]

    def place(self, note_id: str) -> int:
        """Return the number of a note, as in the timeline."""
        return self._ids.index(note_id) + 1

    def mark(self, mark: timeline.Mark) -> str:
        """Return the target of a mark of the timeline: its first passage, or its note."""
        note = self._ids[mark.note - 1]
        number = self._numbers.get((note, mark.passage or ""))
        return f"c{number}" if number else self._anchors[note]


def render(review: CaseReview, problems: Sequence[Problem], indicators: dict[str, IndicatorInfo]) -> str:
    """Return the whole page as text. Nothing in it is loaded from elsewhere."""
    notes = note_pages((entry.note, entry.highlights) for entry in review.timeline)
    entries = {entry.note.id: entry for entry in review.timeline}
    reasons, of_patterns = _reasons(review.closure.reasons)
    return PAGES.get_template("case.html.j2").render(
        review=review,
        read=case_summary.read_sentence(review),
        empty=None if any(page.lit for page in notes) else empty_result(len(notes)),
        state=case_summary.STATES[review.closure.state],
        reasons=reasons,
        reason_patterns=of_patterns,
        open_title=case_summary.OPEN_TITLES[review.closure.state],
        standing_open=case_summary.by_note(case_summary.standing_open(review)),
        timeline=timeline.draw(review.timeline, indicators, review.read.undated),
        rows=timeline.ROWS,
        patterns=case_summary.patterns(review),
        no_pattern=case_summary.no_pattern(len(notes)),
        sections=case_summary.SECTIONS,
        people=case_summary.people(review),
        people_caution=case_summary.PEOPLE_CAUTION,
        notes=notes,
        entries=entries,
        refer=_References(notes),
        day=case_summary.day,
        span=case_summary.span,
        one_line=case_summary.one_line,
        problems=problems,
        indicators=indicators,
    )


def _reasons(reasons: Sequence[ClosureReason]) -> tuple[list[ClosureReason], list[str]]:
    """Return the reasons that name passages, and the ids of the patterns that the others name."""
    plain = [reason for reason in reasons if not reason.patterns]
    return plain, list(dict.fromkeys(id for reason in reasons for id in reason.patterns))
