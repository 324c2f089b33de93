"""Bars for numbers that people would rather see than read. Only lengths are worked out; the template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH = 340


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, its value, the part of it to set off, and the value in words."""

    label: str
    value: float
    part: float
    says: str


@dataclass(frozen=True)
class Drawn:
    """A bar with its length and the length of its part, in the drawing's units."""

    bar: Bar
    length: float
    part: float


def bars(given: Sequence[Bar]) -> list[Drawn]:
    """Return bars drawn to one scale, the longest across the whole width."""
    most = max((bar.value for bar in given), default=0) or 1
    return [Drawn(bar, round(bar.value / most * _WIDTH, 1), round(bar.part / most * _WIDTH, 1)) for bar in given]
