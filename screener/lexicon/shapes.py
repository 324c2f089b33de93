"""Shapes: tokens that are recognised by how they are written, such as names, instead of by a list."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from screener.lexicon.inflect import frequencies

_MONTHS_AND_DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january
    february march april may june july august september october november december jan feb mar apr jun jul aug sept oct
    nov dec""".split()  # noqa: SIM905 - a list of forty quoted words is harder to read
)
#: Capitalised words that are commoner than this in English are sentence openers rather than names.
_AS_COMMON_AS_NAMES = 5e-5
_NOT_INITIALS = frozenset(("I", "A", "OK", "TV", "UK", "GP", "SW", "TA"))


def _is_name(raw: str) -> bool:
    if not raw[0].isupper() or len(raw) < 3 or raw.isupper() or not raw.replace("'", "").isalpha():
        return False
    lowered = raw.lower().removesuffix("'s")
    if lowered in _MONTHS_AND_DAYS or (len(lowered) > 4 and lowered.endswith(("ed", "ing"))):
        return False
    return frequencies().get(lowered, 0.0) < _AS_COMMON_AS_NAMES


def _is_initial(raw: str) -> bool:
    return len(raw) <= 2 and raw.isalpha() and raw.isupper() and raw not in _NOT_INITIALS


def _is_number(raw: str) -> bool:
    return raw[0].isdigit()


#: Name in the cue language → test of a token as it was typed.
SHAPE_TESTS: dict[str, Callable[[str], bool]] = {"name": _is_name, "initial": _is_initial, "number": _is_number}


@lru_cache(maxsize=20_000)
def shapes_of(raw: str) -> int:
    """Return the shapes of a token as one number: bit ``n`` is set for the ``n``-th of `SHAPE_TESTS`."""
    return sum(test(raw) << bit for bit, test in enumerate(SHAPE_TESTS.values()))
