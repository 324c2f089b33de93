"""One case, put in order once: its notes by date, their sentences and phrases, and the signs to follow up.

Everything at the case level reads a ``Case`` and changes nothing in it. What the notes left open (undated notes, dates
that cannot be, text withheld) is settled here, and said in ``assumed``.

What the parts of the case level expect of one another::

    people.find(case) -> People                     people.of(sign) -> frozenset of person keys; people.adults_of(sign)
    responses.find(case, people) -> Responses       what was done, when, and which signs it answers
    closing.find(case, responses, people)           closings, their reasons, and which signs they look into
    closure.check(case, …) -> Closure               the record of the closure check
    patterns.engine.find(case, …) -> found patterns each part with its signs
    review.review(screenings) -> CaseReview         the only place where these are put together
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from screener.casework.language import CaseLanguage, Hit
from screener.errors import CaseError
from screener.records import Highlight, Screening
from screener.text.parsed import Parsed, Sentence

#: No record of a child in need of help is older than this; an earlier year is a slip of the keyboard.
_EARLIEST = dt.date(1950, 1, 1)
#: Passages less likely than this to be kept by a reviewer make no pattern and close no case: over a long file, chance
#: ones meet. They stay highlights, to be answered like any other. On the development cases, read from plain text with
#: the small reader, pattern precision rose from 0.51 to 0.67, and recall fell from 0.80 to 0.70.
LIKELY = 0.3
#: Words a passage needs to be known as copied by itself; a shorter one must stand in the same sentence again.
_COPY_WORDS = 5


@dataclass(frozen=True, eq=False, slots=True)
class CaseNote:
    """One note in its place: ``order`` counts from 0, dated notes by date and as given, undated ones after them.

    ``day`` is the proleptic ordinal of its date (``None`` where undated), so that days can be subtracted.
    ``hits`` are the phrases of the case language in it, in text order; ``kind_hits`` those in the kind of note it is
    ("closing summary"), ``author_hits`` those in the part its author plays.
    """

    order: int
    screening: Screening
    parsed: Parsed
    hits: tuple[Hit, ...]
    kind_hits: tuple[Hit, ...]
    author_hits: tuple[Hit, ...]
    day: int | None

    @property
    def id(self) -> str:
        """The note's id."""
        return self.screening.note.id

    @property
    def marked_by_hand(self) -> bool:
        """Whether a person marked this note, so that their marks are all there is to read in it."""
        return self.screening.profile == "annotated"

    def hits_in(self, first: int, last: int) -> list[Hit]:
        """Return the hits in the sentences ``first`` to ``last``, both included."""
        return [hit for hit in self.hits if first <= hit.sentence <= last]

    def comes_after(self, other: CaseNote) -> bool:
        """Whether this note is known to be written after another one; never said of undated notes."""
        return self.day is not None and other.day is not None and self.order > other.order

    def comes_before(self, other: CaseNote) -> bool:
        """Whether this note is known to be written before another one; never said of undated notes."""
        return other.comes_after(self)


@dataclass(frozen=True, eq=False, slots=True)
class Sign:
    """One highlight to follow up, counted once however often it was copied forward.

    ``sentence`` to ``last_sentence`` (both included) are the sentences it stands in, ``first`` to ``last`` (exclusive)
    its tokens in the note. ``copies`` are the same words in later notes.
    """

    highlight: Highlight
    note: CaseNote
    sentence: int
    last_sentence: int
    first: int
    last: int
    copies: tuple[tuple[CaseNote, Highlight], ...] = ()

    @property
    def indicator(self) -> str:
        """The highlight's indicator."""
        return self.highlight.indicator

    @property
    def day(self) -> int | None:
        """The day of its note."""
        return self.note.day


@dataclass(frozen=True, eq=False)
class Case:
    """A case in order. ``signs`` are to follow up; ``set_aside`` the other highlights; both by note, then place."""

    id: str | None
    notes: tuple[CaseNote, ...]
    signs: tuple[Sign, ...]
    set_aside: tuple[Sign, ...]
    assumed: tuple[str, ...]

    @property
    def dated(self) -> tuple[CaseNote, ...]:
        """The dated notes, in order."""
        return tuple(note for note in self.notes if note.day is not None)

    def later(self, note: CaseNote) -> tuple[CaseNote, ...]:
        """Return the dated notes known to come after a note (none where it is undated)."""
        if note.day is None:
            return ()
        return tuple(other for other in self.notes[note.order + 1 :] if other.day is not None)


def build(
    screenings: Iterable[Screening], language: CaseLanguage, today: dt.date | None = None, case: str | None = None
) -> Case:
    """Put the screenings of one case in order.

    ``today`` (default: the day it is) bounds the dates that can be. Raises CaseError where the screenings do not make
    one case: none at all, a note id twice, or notes of several cases.
    """
    given = list(screenings)
    name = _one_case(given, case)
    assumed: list[str] = []
    days = [_day(screening, today or dt.datetime.now(tz=dt.UTC).date(), assumed) for screening in given]
    order = sorted(range(len(given)), key=lambda at: (days[at] is None, days[at] or 0, at))
    parsed = [Parsed(given[at].note.text or "") for at in order]
    hits = language.read(parsed)
    labels = _read_labels(given, language)
    notes = tuple(
        CaseNote(
            order=place,
            screening=given[at],
            parsed=text,
            hits=tuple(found),
            kind_hits=labels[given[at].note.kind or ""],
            author_hits=labels[given[at].note.author_role or ""],
            day=days[at],
        )
        for place, (at, text, found) in enumerate(zip(order, parsed, hits, strict=True))
    )
    _say_what_was_open(notes, order, assumed)
    signs, set_aside = _signs(notes)
    return Case(name, notes, signs, set_aside, tuple(assumed))


def _read_labels(given: Sequence[Screening], language: CaseLanguage) -> dict[str, tuple[Hit, ...]]:
    """Return the phrases in the kinds of note and the roles of authors, each read once."""
    labels = list(dict.fromkeys(label or "" for s in given for label in (s.note.kind, s.note.author_role)))
    return {
        label: tuple(hits) for label, hits in zip(labels, language.read([Parsed(each) for each in labels]), strict=True)
    }


def _one_case(given: Sequence[Screening], case: str | None) -> str | None:
    if not given:
        raise CaseError("there is no note to review; give at least one screening of the case")
    seen: set[str] = set()
    for screening in given:
        if screening.note.id in seen:
            raise CaseError(
                f"note id '{screening.note.id}' occurs twice; give each note of the case once, with its own id"
            )
        seen.add(screening.note.id)
    names = sorted({s.note.case for s in given if s.note.case is not None} | ({case} if case is not None else set()))
    if len(names) > 1:
        raise CaseError(f"the notes belong to {len(names)} cases ({', '.join(names[:5])}); review one case at a time")
    return names[0] if names else None


def _day(screening: Screening, today: dt.date, assumed: list[str]) -> int | None:
    note = screening.note
    if note.date is None:
        return None
    # A day's grace: a note written east of here is already dated tomorrow.
    if note.date > today + dt.timedelta(days=1):
        assumed.append(f"Note {note.id} is dated {note.date}, which is in the future; it was read as undated.")
        return None
    if note.date < _EARLIEST:
        assumed.append(f"Note {note.id} is dated {note.date}, which is too early to be right; it was read as undated.")
        return None
    return note.date.toordinal()


def _say_what_was_open(notes: Sequence[CaseNote], order: list[int], assumed: list[str]) -> None:
    undated = [note.id for note in notes if note.screening.note.date is None]
    if undated:
        assumed.append(
            f"{_count(len(undated), 'note')} without a date ({_listed(undated)}): read last, and left out wherever a "
            "rule needs to know what came first."
        )
    dated = [at for at, note in zip(order, notes, strict=True) if note.day is not None]
    if dated != sorted(dated):
        assumed.append("The notes were not in order of date; they were put in order.")
    if len(versions := sorted({note.screening.lexicon_version for note in notes})) > 1:
        assumed.append(f"The notes were screened with {len(versions)} versions of the lexicon ({_listed(versions)}).")
    withheld = [note.id for note in notes if note.screening.note.text is None]
    if withheld:
        assumed.append(
            f"{_count(len(withheld), 'note')} without text ({_listed(withheld)}): only the highlights were read, so "
            "what was done or closed there was not seen."
        )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _listed(ids: list[str]) -> str:
    return ", ".join(ids[:10]) + (f" and {len(ids) - 10} more" if len(ids) > 10 else "")


def _signs(notes: Sequence[CaseNote]) -> tuple[tuple[Sign, ...], tuple[Sign, ...]]:
    first_seen: dict[tuple[str, ...], tuple[Sign, list[tuple[CaseNote, Highlight]]]] = {}
    to_follow_up: list[tuple[Sign, list[tuple[CaseNote, Highlight]]]] = []
    set_aside: list[Sign] = []
    for note in notes:
        for highlight in note.screening.highlights:
            sign = sign_of(note, highlight)
            if not highlight.follow_up:
                set_aside.append(sign)
                continue
            keys = _copy_keys(sign)
            known = next((first_seen[key] for key in keys if key in first_seen), None)
            if known is not None and known[0].note is not note:
                known[1].append((note, highlight))
                continue
            entry: tuple[Sign, list[tuple[CaseNote, Highlight]]] = (sign, [])
            to_follow_up.append(entry)
            for key in keys:
                first_seen.setdefault(key, entry)
    return tuple(_with_copies(sign, copies) for sign, copies in to_follow_up), tuple(set_aside)


def _with_copies(sign: Sign, copies: list[tuple[CaseNote, Highlight]]) -> Sign:
    if not copies:
        return sign
    return Sign(
        sign.highlight, sign.note, sign.sentence, sign.last_sentence, sign.first, sign.last, tuple(copies)
    )  # fmt: skip


def sign_of(note: CaseNote, highlight: Highlight) -> Sign:
    """Return a highlight in its place among the sentences and tokens of a note."""
    parsed = note.parsed
    if not parsed.sentences:
        return Sign(highlight, note, 0, 0, 0, 0)
    start, end = parsed.folded.folded(highlight.start, highlight.end)
    first = bisect_right(parsed.tokens.ends, start)
    last = max(first, bisect_left(parsed.tokens.starts, end))
    opening, closing = parsed.sentence_at(start), parsed.sentence_at(max(start, end - 1))
    return Sign(highlight, note, _index(opening), _index(closing), first, last)


def _index(sentence: Sentence | None) -> int:
    return sentence.index if sentence is not None else 0


def _copy_keys(sign: Sign) -> list[tuple[str, ...]]:
    words = tuple(sign.highlight.text.casefold().split())
    keys: list[tuple[str, ...]] = []
    if len(words) >= _COPY_WORDS:
        keys.append((sign.indicator, *words))
    parsed = sign.note.parsed
    if parsed.sentences:
        sentence = parsed.sentences[sign.sentence]
        around = parsed.words[sentence.first : sentence.last]
        keys.append((sign.indicator, *words, "", *around))
    return keys
