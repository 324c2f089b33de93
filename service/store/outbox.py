"""Events on their way to a webhook: kept with what they tell of, handed out in order, tried until they arrive."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from service.security.principal import service_principal
from service.store.records import OutboxEvent
from service.store.tables import CaseRow, HighlightRow, OutboxRow
from service.store.unit import Core, Unit

#: Waits between tries: doubled from half a minute to six hours, twelve tries over about a day.
TRIES = 12
_FIRST_WAIT = dt.timedelta(seconds=30)
_LONGEST_WAIT = dt.timedelta(hours=6)


class Outbox:
    """The outbox. At least once, in order per case: an event waits until those before it arrived or were given up."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def queue_overdue(self) -> int:
        """Put a reminder for passages that have become overdue since the last look into the outbox; how many."""
        with self._core.unit(service_principal("reminders")) as unit:
            late = unit.session.scalars(
                select(HighlightRow.case_id)
                .join(CaseRow, CaseRow.id == HighlightRow.case_id)
                .where(*_newly_late(unit))
                .distinct()
                .order_by(HighlightRow.case_id)
            ).all()
            reminded = 0
            for ident in late:
                case = unit.session.scalars(select(CaseRow).where(CaseRow.id == ident).with_for_update()).one()
                rows = unit.session.scalars(
                    select(HighlightRow)
                    .join(CaseRow, CaseRow.id == HighlightRow.case_id)
                    .where(HighlightRow.case_id == ident, *_newly_late(unit))
                    .order_by(HighlightRow.due_at, HighlightRow.id)
                ).all()
                if not rows:
                    continue
                for row in rows:
                    row.reminded_at = unit.now
                unit.tell(case, "followup.overdue", [row.id for row in rows])
                unit.record("followup.overdue", case=case, target=case.id, highlights=[row.id for row in rows])
                reminded += len(rows)
            return reminded

    def claim(self, limit: int = 20, lease: dt.timedelta = dt.timedelta(minutes=2)) -> tuple[OutboxEvent, ...]:
        """Return events to deliver now: of each case the first that has not arrived.

        They are not handed out again before ``lease`` is over, unless ``failed`` says so first.
        """
        earlier = aliased(OutboxRow)
        with self._core.database.writing() as session:
            now = self._core.database.clock()
            blocked = (
                select(earlier.id)
                .where(
                    earlier.case_id == OutboxRow.case_id,
                    earlier.number < OutboxRow.number,
                    earlier.next_at.is_not(None),
                )
                .exists()
            )
            rows = session.scalars(
                select(OutboxRow)
                .where(OutboxRow.next_at <= now, ~blocked)
                .order_by(OutboxRow.next_at, OutboxRow.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            ).all()
            for row in rows:
                row.next_at = now + lease
                row.attempts += 1
            return tuple(_event(row) for row in rows)

    def delivered(self, event: str) -> None:
        """Say that an event has arrived."""
        with self._core.database.writing() as session:
            row = session.get(OutboxRow, event)
            if row is not None:
                row.next_at, row.delivered_at = None, self._core.database.clock()

    def failed(self, event: str) -> None:
        """Say that an event did not arrive: it is tried again later, and given up after the last try."""
        with self._core.database.writing() as session:
            row = session.get(OutboxRow, event)
            if row is not None and row.delivered_at is None:
                wait = min(_FIRST_WAIT * 2 ** (row.attempts - 1), _LONGEST_WAIT)
                row.next_at = self._core.database.clock() + wait if row.attempts < TRIES else None

    def dead(self, limit: int = 100) -> tuple[OutboxEvent, ...]:
        """Return events that were given up, oldest first."""
        with self._core.database.reading() as session:
            rows = session.scalars(
                select(OutboxRow)
                .where(OutboxRow.next_at.is_(None), OutboxRow.delivered_at.is_(None))
                .order_by(OutboxRow.at, OutboxRow.id)
                .limit(limit)
            )
            return tuple(_event(row) for row in rows)

    def replay(self, event: str) -> None:
        """Try an event again from the beginning, whether it arrived or was given up."""
        with self._core.unit(service_principal("outbox")) as unit:
            row = unit.session.get(OutboxRow, event)
            if row is not None:
                row.attempts, row.next_at, row.delivered_at = 0, unit.now, None
                unit.record("event.replayed", team=row.team_id, target=row.id)

    def waiting(self) -> int:
        """Return how many events have not arrived and are still tried."""
        with self._core.database.reading() as session:
            return session.scalar(select(func.count()).where(OutboxRow.next_at.is_not(None))) or 0


def _newly_late(unit: Unit) -> tuple[ColumnElement[bool], ...]:
    return (
        HighlightRow.state == "open",
        HighlightRow.due_at < unit.now,
        HighlightRow.reminded_at.is_(None),
        CaseRow.status != "closed",
    )


def _event(row: OutboxRow) -> OutboxEvent:
    return OutboxEvent.model_validate(
        {
            "id": row.id,
            "seq": row.number,
            "type": row.type,
            "team": row.team_id,
            "case": row.case_id,
            "subjects": row.subjects,
            "count": row.count,
            "at": row.at,
            "attempt": row.attempts,
        }
    )
