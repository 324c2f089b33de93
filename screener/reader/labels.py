"""What the reader says of each token: which indicators it belongs to, whether to follow up, and its attributes."""

from __future__ import annotations

from itertools import accumulate

from screener.records import ATTRIBUTES, INDICATORS

#: Yes-or-no outputs: one an indicator, and one for "some passage to follow up", whichever indicator it bears on.
POINTS: tuple[str, ...] = (*INDICATORS, "follow_up")
FOLLOW_UP = POINTS.index("follow_up")

_starts = accumulate(map(len, ATTRIBUTES.values()), initial=len(POINTS))
#: One-of-several outputs: attribute → the slice of the output vector that holds its values, in the order of ATTRIBUTES.
CHOICES: dict[str, slice] = {
    name: slice(start, start + len(ATTRIBUTES[name])) for name, start in zip(ATTRIBUTES, _starts, strict=False)
}
#: Length of the output vector of a token.
OUTPUTS = len(POINTS) + sum(map(len, ATTRIBUTES.values()))
