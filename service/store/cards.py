"""Cards that a case system was sent: which passages each showed, and to whom, so that its feedback can be recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.errors import NotFound
from service.security.principal import Principal
from service.store.records import StoreRecord
from service.store.tables import Table
from service.store.unit import NOT_HERE, Core


class CardRow(Table):
    """A card, by the id that it was sent with. It goes with its case."""

    __tablename__ = "cards"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(40), ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    person: Mapped[str | None]
    highlights: Mapped[list[str]]
    at: Mapped[dt.datetime]


class CardRecord(StoreRecord):
    """A card that was sent: the passages it showed, and to whom."""

    id: str
    case: str
    person: str | None
    highlights: tuple[str, ...]
    at: dt.datetime


class Cards:
    """Cards about the caller's cases."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def add(self, who: Principal, ref: str, cards: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        """Keep which passages cards show (id, ids of passages) to the person for whom the caller asks.

        Raises NotFound and Forbidden.
        """
        with self._core.unit(who) as unit:
            case = unit.find_case(ref, None, "cases:read")
            for ident, highlights in cards:
                unit.session.add(
                    CardRow(id=ident, case_id=case.id, person=who.acting_for, highlights=list(highlights), at=unit.now)
                )
                unit.record("card.shown", case=case, target=ident, highlights=list(highlights))

    def get(self, who: Principal, card: str) -> CardRecord:
        """Return a card that was sent. Raises NotFound and Forbidden."""
        with self._core.unit(who) as unit:
            row = unit.session.get(CardRow, card)
            if row is None:
                raise NotFound(NOT_HERE)
            case = unit.case_of(row.case_id, "answers:write")
            return CardRecord(id=row.id, case=case.ref, person=row.person, highlights=tuple(row.highlights), at=row.at)

    def note_feedback(self, who: Principal, card: str, outcome: str, *, recorded: int, left: int) -> None:
        """Put into the audit what feedback to a card did: how many passages it answered, and how many it left open.

        Raises NotFound and Forbidden.
        """
        with self._core.unit(who) as unit:
            row = unit.session.get(CardRow, card)
            case = unit.case_of(row.case_id if row else None, "answers:write")
            unit.record("card.feedback", case=case, target=card, outcome=outcome, recorded=recorded, left=left)
