"""Cursors of lists: where the page before ended. They name a place in an order, and give no right to what is there."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence

from service.errors import Invalid

LONGEST_PAGE = 200


def limit_of(limit: int) -> int:
    """Return a page length. Raises Invalid outside 1 to 200."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise Invalid("limit", f"must be from 1 to {LONGEST_PAGE}")
    return limit


def cursor_of(*place: str) -> str:
    """Return the cursor of a place."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(cursor: str, parts: int) -> Sequence[str]:
    """Return the place of a cursor. Raises Invalid where it is not one of ours."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        place = None
    if (
        not isinstance(place, list)
        or len(place) != parts
        or not all(isinstance(p, str) and "\0" not in p for p in place)
    ):
        raise Invalid("cursor", "is not one that this list gave out")
    return place


def number_of(part: str) -> int:
    """Return the whole number in a cursor. Raises Invalid."""
    if not (part.isascii() and part.isdecimal() and len(part) <= 15):
        raise Invalid("cursor", "is not one that this list gave out")
    return int(part)


def moment_of(part: str) -> dt.datetime:
    """Return the moment in a cursor. Raises Invalid."""
    try:
        moment = dt.datetime.fromisoformat(part)
    except ValueError:
        raise Invalid("cursor", "is not one that this list gave out") from None
    if moment.tzinfo is None:
        raise Invalid("cursor", "is not one that this list gave out")
    return moment
