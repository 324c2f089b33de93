"""The timeline of a case as a drawing: months across, one row a group, one mark a note and group.

Only places and words are worked out here; the template draws them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from screener.case_records import TimelineEntry
from screener.documents.case_summary import day
from screener.documents.words import GROUP_TITLES
from screener.lexicon.model import IndicatorInfo
from screener.records import Highlight

_PROTECTION = ("unenforced_agreement", "management_drift")
#: Rows: key → title. What the system did is drawn in parts, so that protection and closing stand out.
ROWS = {
    **{group: title for group, title in GROUP_TITLES.items() if group != "system_response"},
    "gaps": "Gaps in what is known",
    "protection": "Agreements and measures",
    "closing": "Closing, stepping down",
    "response": "Recorded response",
}
_WIDTH, _LEFT, _RIGHT, _TOP = 1160, 210, 1140, 62
#: Room that one mark takes; also the smallest target that a finger can hit (WCAG 2.5.8).
_MARK = 26
_LANE = 28
_MOST_LANES = 5
_UNDATED = 80
#: Between two ticks at least so much room, in months that divide a year or make up whole ones.
_TICK_ROOM = 46
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True)
class Mark:
    """One mark: its place, the row it stands in, what it is called, and the number of its note (from 1).

    ``passage`` is the highlight to go to, ``None`` where the note itself is the place.
    """

    x: float
    y: float
    row: str
    label: str
    note: int
    passage: str | None


@dataclass(frozen=True)
class Row:
    """One row: its key and title, where it begins and how high it is."""

    key: str
    title: str
    y: float
    height: float


@dataclass(frozen=True)
class Tick:
    """One month on the axis, with the year where it begins or is first seen."""

    x: float
    month: str
    year: str


@dataclass(frozen=True)
class Line:
    """One line of the table that says the same as the drawing: note number, words of the note, words of each row."""

    note: int
    date: str
    author: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Timeline:
    """The whole drawing, and the same as a table."""

    width: int
    height: float
    left: int
    right: int
    top: int
    ticks: tuple[Tick, ...]
    notes: tuple[Mark, ...]
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    closings: tuple[float, ...]
    undated: float | None
    lines: tuple[Line, ...]


def draw(entries: Sequence[TimelineEntry], indicators: dict[str, IndicatorInfo], undated: int) -> Timeline:
    """Return the drawing of a case's timeline.

    ``undated`` is how many notes, the last ones, were read as undated; they are drawn apart, at the right.
    """
    apart = range(len(entries) - undated, len(entries))
    dates = [e.note.date for at, e in enumerate(entries) if at not in apart and e.note.date is not None]
    right = _RIGHT - (_UNDATED if apart else 0)
    across, ticks = _axis(dates, right)

    def place(at: int) -> float:
        date = entries[at].note.date
        return _RIGHT - _UNDATED / 2 + _MARK / 2 if at in apart or date is None else across(date)

    words = [_words(entry, indicators) for entry in entries]
    # A number under another cannot be read: where there is no room it is left to the table.
    notes, lanes = _stack([(place(at), at) for at in range(len(entries))], crowded=False)
    head = _TOP + lanes * _LANE
    rows, marks = [], []
    y: float = head
    for key, title in ROWS.items():
        members = [at for at in range(len(entries)) if key in words[at]]
        placed, lanes = _stack([(place(at), at) for at in members])
        rows.append(Row(key, title, y, lanes * _LANE + 8))
        for at, x, lane in placed:
            text, passage = words[at][key]
            label = f"Note {at + 1}, {_about(entries[at])}: {title}: {text}"
            marks.append(Mark(x, y + 4 + (lane + 0.5) * _LANE, key, label, at + 1, passage))
        y += lanes * _LANE + 8
    return Timeline(
        width=_WIDTH,
        height=y + 6,
        left=_LEFT,
        right=right,
        top=head,
        ticks=ticks,
        notes=tuple(
            Mark(x, _TOP + (lane + 0.5) * _LANE, "note", f"Note {at + 1}, {_about(entries[at])}", at + 1, None)
            for at, x, lane in notes
        ),
        rows=tuple(rows),
        marks=tuple(marks),
        closings=tuple(dict.fromkeys(place(at) for at in range(len(entries)) if "closing" in words[at])),
        undated=right + 14 if apart else None,
        lines=tuple(
            Line(at + 1, day(entry.note.date), entry.note.author_role or "", {k: t for k, (t, _) in words[at].items()})
            for at, entry in enumerate(entries)
        ),
    )


def _about(entry: TimelineEntry) -> str:
    return ", ".join(part for part in (day(entry.note.date), entry.note.author_role) if part)


def _axis(dates: Sequence[dt.date], right: float) -> tuple[Callable[[dt.date], float], tuple[Tick, ...]]:
    """Return where a date lies, and the months marked along the axis."""
    if not dates:
        return lambda _: _LEFT, ()
    first = min(dates).replace(day=1)
    months = (max(dates).year - first.year) * 12 + max(dates).month - first.month + 1
    # So that no mark is cut at either end.
    left, right = _LEFT + _MARK / 2, right - _MARK / 2
    begin, end = first.toordinal(), _month(first, months).toordinal()

    def across(date: dt.date) -> float:
        return round(left + (date.toordinal() - begin) / (end - begin) * (right - left), 1)

    step = next((s for s in _STEPS if (right - left) / months * s >= _TICK_ROOM), _STEPS[-1])
    marked = [_month(first, n) for n in range(0, months, step)]
    years = [date.year for date in marked]
    ticks = (
        Tick(across(date), f"{date:%b}", str(date.year) if date.year != before else "")
        for date, before in zip(marked, [0, *years], strict=False)
    )
    return across, tuple(ticks)


def _month(first: dt.date, later: int) -> dt.date:
    year, month = divmod(first.month - 1 + later, 12)
    return dt.date(first.year + year, month + 1, 1)


def _stack(places: Sequence[tuple[float, int]], crowded: bool = True) -> tuple[list[tuple[int, float, int]], int]:
    """Put marks that would lie on one another into lanes; return (which, x, lane) of each, and the number of lanes.

    Where all lanes are taken, marks overlap if they may be ``crowded``, and are left out if not.
    """
    ends: list[float] = []
    placed = []
    for x, at in sorted(places):
        lane = next((lane for lane, end in enumerate(ends) if end + _MARK <= x), None)
        if lane is None and len(ends) < _MOST_LANES:
            lane = len(ends)
            ends.append(x)
        elif lane is None and not crowded:
            continue
        elif lane is None:
            lane = min(range(len(ends)), key=ends.__getitem__)
        ends[lane] = x
        placed.append((at, x, lane))
    return placed, max(1, len(ends))


def _words(entry: TimelineEntry, indicators: dict[str, IndicatorInfo]) -> dict[str, tuple[str, str | None]]:
    """Return for each row that this note has a mark in: what it says, and the highlight it leads to."""
    lit: dict[str, list[Highlight]] = {}
    for h in entry.highlights:
        if h.follow_up:
            lit.setdefault(_row(h), []).append(h)
    words: dict[str, tuple[str, str | None]] = {
        row: (", ".join(dict.fromkeys(indicators[h.indicator].title for h in found)), found[0].id)
        for row, found in lit.items()
    }
    if entry.closing is not None:
        lit_as, passage = words.get("closing", ("closed", None))
        words["closing"] = (_readable(entry.closing.says) or lit_as, passage)
    if entry.responses:
        words["response"] = (_readable(response.kind for response in entry.responses), None)
    return words


def _row(highlight: Highlight) -> str:
    if highlight.indicator == "concern_closed":
        return "closing"
    if highlight.indicator in _PROTECTION:
        return "protection"
    return "gaps" if highlight.group == "system_response" else highlight.group


def _readable(kinds: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(kind.replace("_", " ") for kind in kinds))
