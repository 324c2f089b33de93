"""Quoted speech: where somebody's own words stand in the folded text, in double or single quotation marks.

Folding has made curly marks straight, so opening and closing are told apart by what stands next to them; an
apostrophe is not a quotation mark.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

_DOUBLE = re.compile(r'"[^"\n]*(?:\n(?!\s*\n)[^"\n]*)*"')
#: Bounded, so that a line full of stray apostrophes costs no more than another.
_SINGLE = re.compile(r"(?<![\w'])'(?=\w)[^'\"\n]{0,200}(?:'(?=\w)[^'\"\n]{0,200}){0,6}(?<=[\w.,!?\u2026])'(?!\w)")


class Quotes:
    """The quoted spans of one text, half-open, marks included, in order and never nested."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, folded_text: str) -> None:
        spans = [m.span() for m in _DOUBLE.finditer(folded_text)] if '"' in folded_text else []
        if "'" in folded_text:
            spans = _without_nested(spans, [m.span() for m in _SINGLE.finditer(folded_text)])
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def around(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the quotation that holds the span, or nearly all of it, else ``None``."""
        at = bisect_right(self._starts, (start + end) // 2) - 1
        return (self._starts[at], self._ends[at]) if at >= 0 and (start + end) // 2 < self._ends[at] else None

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self._starts, self._ends, strict=True))


def _without_nested(outer: list[tuple[int, int]], inner: list[tuple[int, int]]) -> list[tuple[int, int]]:
    starts = [start for start, _ in outer]
    apart = []
    for start, end in inner:
        at = bisect_right(starts, end) - 1
        if at < 0 or outer[at][1] <= start:
            apart.append((start, end))
    return sorted(outer + apart)
