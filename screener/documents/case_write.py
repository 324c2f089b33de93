"""Write a case review for the terminal (what stands open first) or as JSON. The page is in ``case_report.py``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO

from rich.console import Console
from rich.text import Text

from screener.case_records import CaseReview
from screener.documents import case_summary
from screener.documents.case_summary import day, one_line
from screener.documents.read import Problem
from screener.documents.timeline import ROWS, draw
from screener.documents.words import BANNER, IMMEDIATE, empty_result
from screener.lexicon.model import IndicatorInfo


def write_json(review: CaseReview, problems: Iterable[Problem], out: IO[str], show_all: bool) -> None:
    """Write one JSON document: the review, and what was not read; with ``show_all`` also highlights set aside."""
    if not show_all:
        followed_up = tuple(
            entry.model_copy(update={"highlights": tuple(h for h in entry.highlights if h.follow_up)})
            for entry in review.timeline
        )
        review = review.model_copy(update={"timeline": followed_up})
    document = {
        "banner": BANNER,
        "review": review.model_dump(mode="json"),
        "not_read": [{"where": p.where, "what": p.what} for p in problems],
    }
    json.dump(document, out, ensure_ascii=False, indent=2)
    out.write("\n")


def write_table(review: CaseReview, indicators: dict[str, IndicatorInfo], console: Console, show_all: bool) -> None:
    """Print a case review; with ``show_all`` also what was set aside, with the reason."""
    _Printer(indicators, console).print(review, show_all)


class _Printer:
    def __init__(self, indicators: dict[str, IndicatorInfo], console: Console) -> None:
        self._indicators = indicators
        self._console = console

    def print(self, review: CaseReview, show_all: bool) -> None:
        self._line(BANNER, "bold")
        if not any(h.follow_up for entry in review.timeline for h in entry.highlights):
            self._line(empty_result(review.read.notes))
        self._closure(review)
        self._timeline(review)
        self._patterns(review)
        self._people(review)
        if show_all:
            self._set_aside(review)
        self._heading("Read")
        self._line(f"{case_summary.read_sentence(review)} {review.read.statement}", "dim")
        for assumed in review.read.assumed:
            self._line(assumed, "dim")
        self._line(IMMEDIATE)

    def _closure(self, review: CaseReview) -> None:
        closure = review.closure
        self._heading("What stands open")
        self._line(case_summary.STATES[closure.state], "bold")
        for reason in closure.reasons:
            if not reason.patterns:
                self._line(f"- {reason.text}")
        standing = case_summary.standing_open(review)
        if standing:
            self._line(f"\n{case_summary.OPEN_TITLES[closure.state]}:")
        for note, passages in case_summary.by_note(standing):
            self._line(note, "underline")
            for passage in passages:
                self._line(f"    {self._indicators[passage.indicator].title}: “{one_line(passage.text)}”")

    def _timeline(self, review: CaseReview) -> None:
        self._heading("Timeline")
        for line in draw(review.timeline, self._indicators, review.read.undated).lines:
            about = ", ".join(part for part in (line.date, line.author) if part)
            marks = "; ".join(title for row, title in ROWS.items() if row in line.cells)
            self._console.print(Text(f"{line.note:>3}. {about}: ", "bold") + Text(marks or "–"), soft_wrap=True)

    def _patterns(self, review: CaseReview) -> None:
        self._heading("Passages that may belong together")
        groups = case_summary.patterns(review)
        if not groups:
            self._line(case_summary.no_pattern(review.read.notes))
        for group in groups:
            first = group.found[0]
            when = f"  {group.when}, {_count(group.notes, 'note')} ({group.id})"
            self._console.print(Text(group.title, style="bold") + Text(when, "dim"), soft_wrap=True)
            self._line(f"  {first.statement}")
            self._line(f"  {first.question}", "italic")
            for part in first.parts:
                quoted, others = case_summary.quoted(part.highlights)
                words = "; ".join(f"“{one_line(passage.text)}” ({day(passage.date)})" for passage in quoted)
                more = f"; and {len(others)} more" if others else ""
                self._line(f"  - {part.says}: {words}{more}")
            self._line(f"  What would settle it: {first.settles}", "dim")

    def _people(self, review: CaseReview) -> None:
        self._heading("People named in these notes")
        for title, persons in case_summary.people(review).items():
            self._line(title, "bold")
            for person in persons:
                near = f", near {_count(len(person.passages), 'passage')}" if person.passages else ""
                self._line(f"  {', possibly '.join(person.names)}: in {_count(person.notes, 'note')}{near}")
        self._line(case_summary.PEOPLE_CAUTION, "dim")

    def _set_aside(self, review: CaseReview) -> None:
        self._heading("Not lit")
        for entry in review.timeline:
            for h in entry.highlights:
                if not h.follow_up:
                    self._line(
                        f"{entry.note.id}: {self._indicators[h.indicator].title}: “{one_line(h.text)}” – "
                        f"Not lit because: {h.reason_not}"
                    )

    def _heading(self, text: str) -> None:
        self._line(f"\n{text.upper()}", "bold")

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
