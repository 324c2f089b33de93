"""Put the case level together: screenings in, one `CaseReview` out. A pure function of typed records."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from screener.case_records import (
    CasePerson,
    CaseRead,
    CaseReview,
    ClosureReason,
    ClosureReview,
    FoundPattern,
    Passage,
    PatternPart,
    PersonMention,
    PossiblySame,
    RecordedClosing,
    RecordedResponse,
    TimelineEntry,
)
from screener.casework import closing, closure, people, responses
from screener.casework.case import Case, CaseNote, Sign, build
from screener.casework.closing import Closing, Closings
from screener.casework.closure import ClosureCheck
from screener.casework.knowledge import CaseKnowledge, shipped_knowledge
from screener.casework.patterns import engine, pool
from screener.casework.patterns.engine import Found
from screener.casework.people import People
from screener.casework.responses import Response, Responses
from screener.records import Screening
from screener.version import __version__


def review(
    screenings: Iterable[Screening],
    *,
    case: str | None = None,
    knowledge: CaseKnowledge | None = None,
    today: dt.date | None = None,
) -> CaseReview:
    """Read the screenings of one case as a whole.

    ``case`` names it where the notes do not. ``knowledge`` is a team's own case language and patterns (default: those
    shipped); ``today`` bounds the dates that can be (default: the day it is). Raises CaseError where the screenings do
    not make one case.
    """
    known = knowledge or shipped_knowledge()
    read = build(screenings, known.language, today, case)
    persons = people.find(read)
    done = responses.find(read, persons)
    closings = closing.find(read, done, persons)
    found = engine.find(known.patterns, read, pool.signs(read, closings), persons, done)
    check = closure.check(read, closings, {each.pattern.id: each.signs for each in found})
    return CaseReview(
        case=read.id,
        read=_read(read),
        timeline=_timeline(read, done, closings),
        people=_people(read, persons),
        patterns=tuple(_pattern(each, read) for each in found),
        closure=_closure(check),
    )


def passage(sign: Sign) -> Passage:
    """Return where a sign stands."""
    highlight = sign.highlight
    return Passage(
        note=sign.note.id,
        date=_date(sign.note),
        highlight=highlight.id,
        indicator=highlight.indicator,
        start=highlight.start,
        end=highlight.end,
        text=highlight.text,
    )


def _passages(signs: Iterable[Sign]) -> tuple[Passage, ...]:
    return tuple(passage(sign) for sign in signs)


def _date(note: CaseNote) -> dt.date | None:
    return dt.date.fromordinal(note.day) if note.day is not None else None


def _read(case: Case) -> CaseRead:
    dates = [date for note in case.notes if (date := _date(note)) is not None]
    screenings = [note.screening for note in case.notes]
    count = len(case.notes)
    return CaseRead(
        notes=count,
        words=sum(screening.words for screening in screenings),
        first_date=min(dates, default=None),
        last_date=max(dates, default=None),
        undated=count - len(dates),
        lexicon_versions=tuple(sorted({s.lexicon_version for s in screenings})),
        model_versions=tuple(sorted({s.model_version for s in screenings if s.model_version is not None})),
        profiles=tuple(sorted({s.profile for s in screenings})),
        screener_version=__version__,
        assumed=case.assumed,
        statement=(
            f"Only the {_notes(count)} supplied {'was' if count == 1 else 'were'} read. "
            "Dates are days in UK local time."
        ),
    )


def _notes(count: int) -> str:
    return "1 note" if count == 1 else f"{count} notes"


def _timeline(case: Case, done: Responses, closings: Closings) -> tuple[TimelineEntry, ...]:
    answered: dict[Response, list[Sign]] = defaultdict(list)
    copied: dict[int, list[str]] = defaultdict(list)
    for sign in case.signs:
        for response in done.to(sign):
            answered[response].append(sign)
        for note, highlight in sign.copies:
            copied[note.order].append(highlight.id)
    closes = {each.note.order: each for each in closings.all}
    return tuple(
        TimelineEntry(
            note=note.screening.note,
            highlights=note.screening.highlights,
            copied=tuple(copied.get(note.order, ())),
            responses=tuple(
                RecordedResponse(
                    kind=response.kind,
                    finding=response.finding,
                    start=response.start,
                    end=response.end,
                    text=response.text,
                    answers=_passages(answered.get(response, ())),
                )
                for response in done.in_note(note)
            ),
            closing=_recorded(closes.get(note.order)),
        )
        for note in case.notes
    )


def _recorded(found: Closing | None) -> RecordedClosing | None:
    if found is None:
        return None
    return RecordedClosing(
        start=found.start,
        end=found.end,
        text=found.text,
        says=tuple(sorted(found.says)),
        rests_on=tuple(sorted(found.reasons)),
    )


def _people(case: Case, persons: People) -> tuple[CasePerson, ...]:
    about: dict[str, list[Sign]] = defaultdict(list)
    for sign in case.signs:
        for group in persons.adults_of(sign):
            about[group].append(sign)
    names = {person.key: person.name for person in persons.persons}
    return tuple(
        CasePerson(
            name=person.name,
            role=person.role,
            mentions=tuple(
                PersonMention(note=m.note.id, start=m.start, end=m.end, text=m.text) for m in person.mentions
            ),
            possibly=tuple(
                PossiblySame(name=names.get(like.other, like.other), evidence=like.evidence) for like in person.possibly
            ),
            passages=_passages(about.get(person.group, ())) if person.role not in ("child", "professional") else (),
        )
        for person in persons.persons
    )


def _pattern(found: Found, case: Case) -> FoundPattern:
    pattern, signs = found.pattern, found.signs
    dates = [date for sign in signs if (date := _date(sign.note)) is not None]
    parts = [(says, part) for says, part in found.parts if part]
    count = len({sign.note for sign in signs})
    because = "; ".join(says for says, _ in parts)
    return FoundPattern(
        id=pattern.id,
        section=pattern.section,
        title=pattern.title,
        why=pattern.why,
        source=pattern.source,
        statement=(
            f"These passages, from {_notes(count)}, may belong together because the notes record: {because}. "
            f"What is recorded that settles it? Only the {_notes(len(case.notes))} supplied were read."
        ),
        settles=pattern.settles,
        question=pattern.question,
        parts=tuple(PatternPart(says=says, highlights=_passages(part)) for says, part in parts),
        highlights=_passages(signs),
        first_seen=min(dates, default=None),
        last_seen=max(dates, default=None),
    )


def _closure(check: ClosureCheck) -> ClosureReview:
    return ClosureReview(
        state=check.state,
        closing_note=check.note.id if check.note is not None else None,
        closing_date=_date(check.note) if check.note is not None else None,
        unanswered=_passages(check.unanswered),
        reasons=tuple(
            ClosureReason(text=reason.text, highlights=_passages(reason.signs), patterns=reason.patterns)
            for reason in check.reasons
        ),
    )
