"""What the reader answers for each token: indicators, whether to follow up, and the attributes."""

from __future__ import annotations

from screener.records import ATTRIBUTES, INDICATORS

#: One yes/no answer a token for each indicator, and one for "part of a passage to follow up".
POINTS: tuple[str, ...] = (*INDICATORS, "follow_up")

#: One choice a token for each attribute.
CHOICES: dict[str, tuple[str, ...]] = dict(ATTRIBUTES)

#: Where each attribute's scores stand among the outputs, after the points.
SLICES: dict[str, slice] = {}
_at = len(POINTS)
for _name, _values in CHOICES.items():
    SLICES[_name] = slice(_at, _at + len(_values))
    _at += len(_values)

OUTPUTS = _at
