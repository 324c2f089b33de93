"""Opening the case store with the settings of the service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import cast

import screener
from screener import Screener, Screening
from service.followup.patterns import FoundPattern
from service.followup.terms import Tier
from service.settings import Settings
from service.store import Store


def open_store(settings: Settings, reader: Screener | None = None) -> Store:
    """Open the store. ``reader`` is needed where notes are put: it knows the tier of each indicator.

    Raises WrongKey where the encryption keys do not fit what is stored, StoreUnavailable where nothing answers.
    """
    known = reader.lexicon.lexicon.indicators if reader else {}
    # Read now, so that patterns that cannot be used keep the service from starting, and not from taking a note.
    knowledge = reader.knowledge if reader else None

    def find_patterns(screenings: Sequence[Screening]) -> Iterator[FoundPattern]:
        for found in screener.review(screenings, knowledge=knowledge).patterns:
            yield FoundPattern(
                pattern=found.id,
                title=found.title,
                why=found.statement,
                settles=found.settles,
                passages=frozenset((passage.note, passage.highlight) for passage in found.highlights),
                first_seen=found.first_seen,
                last_seen=found.last_seen,
            )

    return Store(
        settings.database,
        settings.note_keys,
        tiers=cast("dict[str, Tier]", {name: info.tier for name, info in known.items()}),
        find_patterns=find_patterns if reader else None,
        session_idle=dt.timedelta(minutes=settings.session_minutes),
        retention_days=settings.retention_days,
    )
