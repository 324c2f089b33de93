"""When an unanswered passage is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from service.followup.terms import DUE_DAYS, Tier


def due_at(opened_at: dt.datetime, tier: Tier, team_days: Mapping[Tier, int]) -> dt.datetime:
    """Return when a passage opened at ``opened_at`` is due, by its tier: the team's days, else the defaults."""
    return opened_at + dt.timedelta(days=team_days.get(tier, DUE_DAYS[tier]))
