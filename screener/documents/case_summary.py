"""What a case report shows first, in the order in which it is read: what stands open, the patterns, the people.

The page and the terminal show the same; here stands what they share, and the fixed words for it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from screener.case_records import CasePerson, CaseReview, FoundPattern, Passage

STATES = {
    "silent": "A note closes or steps down while passages before it stand unanswered.",
    "answered": "A note closes or steps down; the notes supplied record that the passages before it were looked into.",
    "not_closing": "No note supplied closes or steps down a concern.",
}
OPEN_TITLES = {
    "silent": "Passages with no later response in these notes that says what was found",
    "answered": "Passages dated after the closing, with no recorded response tied to them",
    "not_closing": "Passages with no recorded response tied to them",
}
SECTIONS = {
    "A": "Adults close to the child",
    "B": "The child",
    "C": "Known risk and worries from others",
    "D": "Decisions and protection",
}
KINDS_OF_PEOPLE = {
    "Other adults": ("other adult",),
    "Parents and carers": ("parent", "carer"),
    "Children": ("child", "sibling"),
    "Professionals": ("professional",),
}
PEOPLE_CAUTION = (
    "Words used for people, as the notes have them. “Possibly the same” is about words, never an identity; a passage "
    "stands beside a person because the words stand near each other."
)
#: Passages quoted in full for one part of a pattern or one person; the others are named by their numbers.
QUOTED = 4


def no_pattern(notes: int) -> str:
    """Return the sentence for a case without patterns; it clears nobody."""
    read = "1 note was" if notes == 1 else f"{notes} notes were"
    return f"The notes supplied contain no passage of this kind; {read} read."


def day(date: dt.date | None) -> str:
    """Return a date as people write it: ``4 May 2023``."""
    return f"{date.day} {date:%b %Y}" if date else "undated"


def span(first: dt.date | None, last: dt.date | None) -> str:
    """Return two dates as a stretch of time, or one where they are the same."""
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def read_sentence(review: CaseReview) -> str:
    """Return what was read, in one plain sentence with the versions (rule R3)."""
    read = review.read
    count = "1 note" if read.notes == 1 else f"{read.notes} notes"
    when = f", dated {span(read.first_date, read.last_date)}" if read.first_date else ""
    undated = f", {read.undated} undated" if read.undated else ""
    reader = f", sentence reader {', '.join(read.model_versions)}" if read.model_versions else ""
    return (
        f"Read: {count}, {read.words} words{when}{undated}. Lexicon {', '.join(read.lexicon_versions)}{reader}, "
        f"screener {read.screener_version}, profile {', '.join(read.profiles)}."
    )


def standing_open(review: CaseReview) -> tuple[Passage, ...]:
    """Return the passages that stand open, in order.

    After a silent closing, those that the closure check names. Else those that no recorded response is tied to: all
    of them where nothing closes, and where a closing was answered those of later notes.
    """
    closure = review.closure
    if closure.state == "silent":
        return closure.unanswered
    entries = review.timeline
    answered = {
        (passage.note, passage.highlight)
        for entry in entries
        for response in entry.responses
        for passage in response.answers
    }
    if closure.state == "answered":
        closing = next(at for at, entry in enumerate(entries) if entry.note.id == closure.closing_note)
        entries = entries[closing + 1 : len(entries) - review.read.undated]
    return tuple(
        Passage(
            note=entry.note.id,
            date=entry.note.date,
            highlight=h.id,
            indicator=h.indicator,
            start=h.start,
            end=h.end,
            text=h.text,
        )
        for entry in entries
        for h in entry.highlights
        if h.follow_up and h.id not in entry.copied and (entry.note.id, h.id) not in answered
    )


def by_note(passages: Iterable[Passage]) -> list[tuple[str, list[Passage]]]:
    """Return passages under the ids of their notes, in the order given."""
    return [(note, list(part)) for note, part in groupby(passages, key=lambda passage: passage.note)]


def quoted(passages: Sequence[Passage]) -> tuple[list[Passage], list[Passage]]:
    """Split passages into a few to quote, each from another note where that can be, and the others."""
    first_of_note: dict[str, Passage] = {}
    for passage in passages:
        first_of_note.setdefault(passage.note, passage)
    firsts = list(first_of_note.values())
    chosen = (firsts + [p for p in passages if p is not first_of_note[p.note]])[:QUOTED]
    return [p for p in passages if p in chosen], [p for p in passages if p not in chosen]


def one_line(text: str, most: int = 160) -> str:
    """Return a quotation on one line, cut at a word where it is long."""
    words = " ".join(text.split())
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


@dataclass(frozen=True)
class PatternGroup:
    """The findings of one pattern: it may be made more than once, by other passages."""

    id: str
    title: str
    section: str
    found: tuple[FoundPattern, ...]

    @property
    def when(self) -> str:
        """The stretch of time that its passages lie in."""
        firsts = [each.first_seen for each in self.found if each.first_seen]
        lasts = [each.last_seen for each in self.found if each.last_seen]
        return span(min(firsts, default=None), max(lasts, default=None))

    @property
    def notes(self) -> int:
        """How many notes its passages lie in."""
        return len({passage.note for each in self.found for passage in each.highlights})


def patterns(review: CaseReview) -> list[PatternGroup]:
    """Return the patterns of a review, each named once, in its order."""
    groups: dict[str, list[FoundPattern]] = {}
    for each in review.patterns:
        groups.setdefault(each.id, []).append(each)
    return [PatternGroup(id, found[0].title, found[0].section, tuple(found)) for id, found in groups.items()]


@dataclass(frozen=True)
class Person:
    """People whom the words may mean as one: the names, the most used first, why, where, and the passages."""

    names: tuple[str, ...]
    evidence: tuple[str, ...]
    notes: int
    passages: tuple[Passage, ...]


def people(review: CaseReview) -> dict[str, list[Person]]:
    """Return the people named in the notes by their part in the case, in order of first mention."""
    return {
        title: persons
        for title, roles in KINDS_OF_PEOPLE.items()
        if (persons := _joined([person for person in review.people if person.role in roles]))
    }


def _joined(persons: Sequence[CasePerson]) -> list[Person]:
    """Put those together that are possibly the same, by way of others too."""
    place = {person.name: at for at, person in enumerate(persons)}
    group = list(range(len(persons)))
    for at, person in enumerate(persons):
        for like in person.possibly:
            if (other := place.get(like.name)) is not None:
                old, new = sorted((group[at], group[other]), reverse=True)
                group = [new if each == old else each for each in group]
    members: dict[int, list[CasePerson]] = {}
    for person, number in zip(persons, group, strict=True):
        members.setdefault(number, []).append(person)
    return [_person(together) for together in members.values()]


def _person(together: Sequence[CasePerson]) -> Person:
    uses: Counter[str] = Counter()
    for person in together:
        uses[one_line(person.name)] += len(person.mentions)
    passages = dict.fromkeys(passage for person in together for passage in person.passages)
    return Person(
        names=tuple(name for name, _ in uses.most_common()),
        evidence=tuple(dict.fromkeys(like.evidence for person in together for like in person.possibly)),
        notes=len({mention.note for person in together for mention in person.mentions}),
        passages=tuple(passages),
    )
