"""The closure check: does a note close or step down, and does anything stand before it that nobody looked into?

It gives reasons, not a verdict on the family, and clears nobody: ``answered`` says that the record shows each passage
looked into, and only of the notes supplied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from screener.casework.case import Case, CaseNote, Sign
from screener.casework.closing import Closing, Closings

State = Literal["not_closing", "silent", "answered"]

_REASON_WORDS = {
    "silence": "what the child did not say, or took back",
    "police": "a decision of the police or the courts",
    "threshold": "a threshold that was not met",
    "assurance": "what a parent or carer said or promised",
    "explained": "an explanation",
    "disengaged": "missed appointments or no reply",
    "moved": "a move",
    "time": "the time being up",
    "capacity": "capacity or staffing",
    "complete": "work being complete",
}


@dataclass(frozen=True, eq=False, slots=True)
class Reason:
    """One plain sentence, with the signs and the ids of the patterns behind it."""

    text: str
    signs: tuple[Sign, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class ClosureCheck:
    """What the check found. ``closing`` is the note that closes: the last silent one, else the last."""

    state: State
    closing: Closing | None
    unanswered: tuple[Sign, ...]
    reasons: tuple[Reason, ...]

    @property
    def note(self) -> CaseNote | None:
        """The note that closes or steps down."""
        return self.closing.note if self.closing is not None else None


def check(case: Case, closings: Closings, patterns: Mapping[str, Sequence[Sign]] | None = None) -> ClosureCheck:
    """Check the closings of a case.

    ``patterns`` are the patterns found, by title, each with the signs that make it; they add reasons and change no
    state. A closing is silent where a sign before it was never looked into, or where it rests on too little by itself.
    """
    if not closings.of_a_concern:
        return ClosureCheck("not_closing", None, (), _not_closing(case, closings))
    open_signs = [s for s in case.signs if s.indicator != "concern_closed" and not closings.looked_into(s)]
    # Signs are in order, undated ones last: where a closing stands after any of them, it does after the first or last.
    ends = (*open_signs[:1], *open_signs[-1:])
    silent = [each for each in closings.of_a_concern if each.rests_on_too_little or closings.before(each, ends)]
    if not silent:
        return ClosureCheck("answered", closings.of_a_concern[-1], (), _answered(case, closings))
    closing = silent[-1]
    unanswered = closings.before(closing, open_signs)
    marked = _in_order(case, (sign for one in silent if one.rests_on_too_little for sign in one.marked))
    return ClosureCheck("silent", closing, unanswered or marked, _silent(closing, unanswered, marked, patterns or {}))


def _in_order(case: Case, signs: Iterable[Sign]) -> tuple[Sign, ...]:
    chosen = set(signs)
    return tuple(sign for sign in case.signs if sign in chosen)


def _not_closing(case: Case, closings: Closings) -> tuple[Reason, ...]:
    if closings:
        text = (
            f"Note {closings.all[-1].note.id} ends some work; the {_notes(case)} supplied contain no passage to follow "
            "up before it, so no concern is closed there. This says nothing about whether the child is safe."
        )
    elif len(case.notes) > 1:
        text = f"None of the {len(case.notes)} notes supplied closes or steps down."
    else:
        text = "The note supplied does not close or step down."
    return (Reason(text),)


def _answered(case: Case, closings: Closings) -> tuple[Reason, ...]:
    closing = closings.of_a_concern[-1]
    before = closings.before(closing, case.signs)
    if not before:
        text = (
            f"Note {closing.note.id} closes or steps down; the {_notes(case)} supplied contain no passage to follow up "
            "before it. This says nothing about whether the child is safe."
        )
        return (Reason(text),)
    text = (
        f"Note {closing.note.id} closes or steps down; for each of the {len(before)} passages before it the notes "
        "supplied record that it was looked into. Only the notes supplied were read."
    )
    return (Reason(text, before),)


def _silent(
    closing: Closing, unanswered: tuple[Sign, ...], marked: tuple[Sign, ...], patterns: Mapping[str, Sequence[Sign]]
) -> tuple[Reason, ...]:
    reasons = []
    count = len(unanswered)
    if count:
        passages = "1 passage" if count == 1 else f"{count} passages"
        reasons.append(
            Reason(
                f"Note {closing.note.id} closes or steps down. The record supplied contains {passages} with no later "
                "response in these notes that says what was found. What else was weighed?",
                unanswered,
            )
        )
    rests = [_REASON_WORDS[name] for name in _REASON_WORDS if name in closing.reasons]
    if rests and not closing.covers_all:
        reasons.append(Reason(f"Recorded beside the closing: {_and(rests)}.", marked))
    elif marked:
        reasons.append(
            Reason(
                f"Note {closing.note.id} closes a concern; the notes supplied do not say what was looked into.", marked
            )
        )
    for title, signs in patterns.items():
        together = tuple(sign for sign in signs if sign in unanswered)
        if together:
            reasons.append(Reason(f"Unanswered passages make a pattern: {title}.", together, (title,)))
    return tuple(reasons)


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _notes(case: Case) -> str:
    return "1 note" if len(case.notes) == 1 else f"{len(case.notes)} notes"
