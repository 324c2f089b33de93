"""How long a sign-in has to wait after failures: a rule, without a clock or a table of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: Failures are forgotten after this long without another.
FORGOTTEN_AFTER = dt.timedelta(hours=1)
_LONGEST = 900


@dataclass(frozen=True)
class Limit:
    """How many failures pass without a wait, for one kind of caller."""

    free: int


#: One name from one address; one name from anywhere (so that a stranger cannot easily lock a colleague out); one
#: address trying many names.
LIMITS = {"name-and-address": Limit(5), "name": Limit(50), "address": Limit(30)}


def wait_seconds(limit: Limit, failures: int, last: dt.datetime, now: dt.datetime) -> int:
    """Return the seconds still to wait: double after each failure over the free ones, at most a quarter of an hour."""
    over = failures - limit.free
    if over < 0 or now - last >= FORGOTTEN_AFTER:
        return 0
    wait: int = min(_LONGEST, 5 * 2 ** min(over, 10))
    return max(0, wait - max(0, int((now - last).total_seconds())))
