"""What stands unanswered in a case, in words that hold nothing of a note: for the card before it is closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from screener import CaseReview
from service.standards.cds.cards import Indicator, Standing
from service.store.records import OpenItem, PatternRecord


def of_store(
    items: Iterable[OpenItem], patterns: Iterable[PatternRecord], indicators: Mapping[str, Indicator]
) -> tuple[Standing, ...]:
    """Return what has no answer in the store."""
    titles = {pattern.id: pattern.title for pattern in patterns}
    return tuple(
        _passage(indicators[item.indicator], item.note, item.note_date)
        if item.indicator is not None
        else _pattern(titles.get(item.id, "Pattern"))
        for item in items
    )


def of_review(review: CaseReview, indicators: Mapping[str, Indicator]) -> tuple[Standing, ...]:
    """Return what nothing in the notes themselves comes back to, and the patterns that they may make."""
    passages = tuple(_passage(indicators[name], note, date) for name, note, date in _unanswered(review))
    return (*passages, *(_pattern(pattern.title) for pattern in review.patterns))


def _unanswered(review: CaseReview) -> Iterator[tuple[str, str, dt.date | None]]:
    """Yield indicator, note and date of each passage that no later note comes back to."""
    if review.closure.state == "silent":
        for passage in review.closure.unanswered:
            yield passage.indicator, passage.note, passage.date
    elif review.closure.state == "not_closing":
        # The note that closes is still being written: what stands open before it counts.
        answered = {(p.note, p.highlight) for entry in review.timeline for r in entry.responses for p in r.answers}
        for entry in review.timeline:
            for highlight in entry.highlights:
                known = highlight.id in entry.copied or (entry.note.id, highlight.id) in answered
                if highlight.follow_up and not known:
                    yield highlight.indicator, entry.note.id, entry.note.date


def _passage(indicator: Indicator, note: str | None, date: dt.date | None) -> Standing:
    return Standing("passage", indicator.title, f"note {note} of {date}" if date else f"note {note}")


def _pattern(title: str) -> Standing:
    return Standing("pattern", title, "over several passages")
