"""Patterns over several passages of one case, as the store follows them up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from screener import Screening


@dataclass(frozen=True)
class FoundPattern:
    """A pattern that a case review found.

    ``passages`` are pairs of note id and highlight id as the library gives them; ``members`` the same passages by
    their stored ids, once they have been looked up.
    """

    pattern: str
    title: str
    why: str
    settles: str
    passages: frozenset[tuple[str, str]]
    first_seen: dt.date | None
    last_seen: dt.date | None
    members: frozenset[str] = frozenset()


#: Finds the patterns of a case in the screenings of its notes.
PatternFinder = Callable[[Sequence[Screening]], Iterable[FoundPattern]]


@dataclass(frozen=True)
class Matched:
    """Which stored patterns were found again, which are new, and which are no longer found."""

    again: dict[str, FoundPattern]
    new: tuple[FoundPattern, ...]
    gone: tuple[str, ...]


def match(stored: Mapping[str, tuple[str, frozenset[str]]], found: Iterable[FoundPattern]) -> Matched:
    """Match found patterns with stored ones (id → pattern, members): the same pattern that shares most passages."""
    left = dict(stored)
    again: dict[str, FoundPattern] = {}
    new: list[FoundPattern] = []
    for one in sorted(found, key=lambda f: (f.pattern, sorted(f.members))):
        shared = {
            ident: len(members & one.members)
            for ident, (pattern, members) in left.items()
            if pattern == one.pattern and members & one.members
        }
        if shared:
            best = max(sorted(shared), key=lambda ident: shared[ident])
            again[best] = one
            del left[best]
        else:
            new.append(one)
    return Matched(again, tuple(new), tuple(left))


def linked(found: Iterable[FoundPattern], opened: frozenset[str]) -> frozenset[str]:
    """Return the passages that a newly opened passage joins in some pattern: they are looked at again."""
    return frozenset(member for one in found if one.members & opened for member in one.members - opened)
