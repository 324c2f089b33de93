"""The typed records of a case review: what several dated notes make together, each statement with its passages.

Everything points back into the notes: a `Passage` names note, highlight and character offsets. Nothing here is a score
or a finding about a person, and every text says that only the notes supplied were read.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from screener.records import Highlight, Indicator, Note, Record

CaseRole = Literal["child", "sibling", "parent", "carer", "professional", "other adult"]
ClosureState = Literal["not_closing", "silent", "answered"]


class Passage(Record):
    """A highlight in its place: the note's id and date, the highlight's id, and the words (offsets into the note)."""

    note: str
    date: dt.date | None
    highlight: str
    indicator: Indicator
    start: int = Field(ge=0)
    end: int
    text: str


class CaseRead(Record):
    """What was read: counts, dates, versions, and what was assumed where the notes left something open."""

    notes: int
    words: int
    first_date: dt.date | None
    last_date: dt.date | None
    undated: int
    lexicon_versions: tuple[str, ...]
    model_versions: tuple[str, ...]
    profiles: tuple[str, ...]
    screener_version: str
    assumed: tuple[str, ...]
    statement: str


class RecordedResponse(Record):
    """Words that record that somebody acted or what was found (``finding``), and the passages they come back to."""

    kind: str
    finding: bool
    start: int
    end: int
    text: str
    answers: tuple[Passage, ...]


class RecordedClosing(Record):
    """Words that close or step down, how they do it, and what stands beside them as the reason."""

    start: int
    end: int
    text: str
    says: tuple[str, ...]
    rests_on: tuple[str, ...]


class TimelineEntry(Record):
    """One note in its place. ``copied`` are the ids of highlights whose words were carried forward from earlier notes.

    Entries are in order of date, undated notes last.
    """

    note: Note
    highlights: tuple[Highlight, ...]
    copied: tuple[str, ...]
    responses: tuple[RecordedResponse, ...]
    closing: RecordedClosing | None


class PersonMention(Record):
    """One place where a person is named: note, offsets and words."""

    note: str
    start: int
    end: int
    text: str


class PossiblySame(Record):
    """Another way of naming that may mean the same person, and the evidence for it. Never an identity."""

    name: str
    evidence: str


class CasePerson(Record):
    """A person by the words used for them, their part in the case, and the passages to follow up that are about them.

    The child and professionals have no ``passages``: they are not offered as adults of concern.
    """

    name: str
    role: CaseRole
    mentions: tuple[PersonMention, ...]
    possibly: tuple[PossiblySame, ...]
    passages: tuple[Passage, ...]


class PatternPart(Record):
    """One part of a pattern's rule in plain words, and the passages that satisfy it."""

    says: str
    highlights: tuple[Passage, ...]


class FoundPattern(Record):
    """Passages that may belong together, why, what would settle it, and a neutral question."""

    id: str
    section: Literal["A", "B", "C", "D"]
    title: str
    why: str
    source: str
    statement: str
    settles: str
    question: str
    parts: tuple[PatternPart, ...]
    highlights: tuple[Passage, ...]
    first_seen: dt.date | None
    last_seen: dt.date | None


class ClosureReason(Record):
    """A plain sentence, and the passages or patterns (by id) behind it."""

    text: str
    highlights: tuple[Passage, ...]
    patterns: tuple[str, ...]


class ClosureReview(Record):
    """The closure check.

    ``not_closing``: no note supplied closes or steps down a concern. ``silent``: one does while passages stand
    unanswered. ``answered``: each passage was looked into on the record. It says nothing about whether the child is
    safe.
    """

    state: ClosureState
    closing_note: str | None
    closing_date: dt.date | None
    unanswered: tuple[Passage, ...]
    reasons: tuple[ClosureReason, ...]


class CaseReview(Record):
    """One case read as a whole."""

    case: str | None
    read: CaseRead
    timeline: tuple[TimelineEntry, ...]
    people: tuple[CasePerson, ...]
    patterns: tuple[FoundPattern, ...]
    closure: ClosureReview


class SharedWords(Record):
    """The same words for an adult in several cases: never an identity. ``passages`` are by case id."""

    words: str
    cases: tuple[str, ...]
    passages: dict[str, tuple[Passage, ...]]
    statement: str


class AcrossCases(Record):
    """What an explicit look across cases found: who asked, on which lawful basis, in which cases."""

    role: str
    lawful_basis: str
    cases: tuple[str, ...]
    shared: tuple[SharedWords, ...]
    statement: str
