"""What is kept how long, what is taken out for good, and what is handed over."""

from __future__ import annotations

import datetime as dt
from typing import cast, get_args

from sqlalchemy import delete, func, select, text
from sqlalchemy.engine import CursorResult

from service.errors import Conflict, Invalid
from service.followup.terms import ErasureBasis
from service.security.principal import Principal, service_principal
from service.security.throttle import FORGOTTEN_AFTER
from service.store.audit import audit_row
from service.store.cases import case_records
from service.store.closures import closure_record
from service.store.followed import highlight_records, note_record, pattern_records
from service.store.records import CaseExport, Erasure, TeamSettings
from service.store.tables import (
    AnswerRow,
    AuditLine,
    CaseRow,
    ClosureRow,
    HighlightRow,
    NoteRow,
    NoteVersionRow,
    OutboxRow,
    PatternRow,
    SessionRow,
    SignInFailureRow,
    TeamRow,
)
from service.store.unit import Core, Unit


class Retention:
    """Purging, erasure, export and sweeping."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def purge(self, *, now: dt.datetime | None = None) -> tuple[Erasure, ...]:
        """Take out every case whose retention has run out since its closure, unless it is on hold.

        A team's own days win over the service's; with neither, nothing is taken out.
        """
        moment = now or self._core.database.clock()
        with self._core.database.reading() as session:
            days = {
                team.id: TeamSettings.model_validate(team.settings).retention_days or self._core.options.retention_days
                for team in session.scalars(select(TeamRow))
            }
            closed = session.execute(
                select(CaseRow.id, CaseRow.team_id, CaseRow.closed_at)
                .where(CaseRow.status == "closed", CaseRow.closed_at.is_not(None), ~CaseRow.on_hold)
                .order_by(CaseRow.closed_at, CaseRow.id)
            ).all()
        taken = []
        for ident, team, closed_at in closed:
            kept = days[team]
            if kept is None or closed_at is None or moment - closed_at < dt.timedelta(days=kept):
                continue
            with self._core.unit(service_principal("retention")) as unit:
                case = unit.session.scalars(select(CaseRow).where(CaseRow.id == ident).with_for_update()).one_or_none()
                # It may have been opened, put on hold or taken out since it was listed.
                if case is not None and case.status == "closed" and not case.on_hold and case.closed_at == closed_at:
                    taken.append(_erase(unit, case, "retention"))
        if taken:
            self._fold_log()
        return tuple(taken)

    def erase(self, who: Principal, ref: str, basis: ErasureBasis, *, team: str | None = None) -> Erasure:
        """Take a case out for good: its rows and its key. The audit keeps a tombstone, without content.

        Raises NotFound, Forbidden, Invalid, and Conflict while the case is on hold.
        """
        if basis not in get_args(ErasureBasis):
            raise Invalid("basis", f"must be one of {', '.join(get_args(ErasureBasis))}")
        with self._core.unit(who) as unit:
            case = unit.find_case(ref, team, "erase", lock=True)
            if case.on_hold:
                raise Conflict("the case is on hold; lift the hold first")
            erased = _erase(unit, case, basis)
        self._fold_log()
        return erased

    def export_case(self, who: Principal, ref: str, *, team: str | None = None) -> CaseExport:
        """Return everything kept about a case, for a subject access request. Raises NotFound, Forbidden and Invalid."""
        with self._core.unit(who) as unit:
            case = unit.find_case(ref, team, "export", lock=True)
            key = unit.key_of(case)
            versions = unit.session.execute(
                select(NoteRow, NoteVersionRow)
                .join(NoteVersionRow, NoteVersionRow.note_id == NoteRow.id)
                .where(NoteRow.case_id == case.id)
                .order_by(NoteRow.date.is_(None), NoteRow.date, NoteRow.ref, NoteVersionRow.version)
            ).all()
            highlights = unit.session.scalars(
                select(HighlightRow)
                .where(HighlightRow.case_id == case.id)
                .order_by(HighlightRow.created_at, HighlightRow.start, HighlightRow.id)
            ).all()
            patterns = unit.session.scalars(
                select(PatternRow).where(PatternRow.case_id == case.id).order_by(PatternRow.opened_at, PatternRow.id)
            ).all()
            closures = unit.session.scalars(
                select(ClosureRow).where(ClosureRow.case_id == case.id).order_by(ClosureRow.at, ClosureRow.id)
            ).all()
            lines = unit.session.scalars(
                select(AuditLine).where(AuditLine.case_id == case.id).order_by(AuditLine.seq)
            ).all()
            unit.record("case.exported", case=case, target=case.id, notes=len({note.id for note, _ in versions}))
            return CaseExport(
                case=case_records(unit, [case])[0],
                exported_at=unit.now,
                notes=tuple(note_record(key, case, n, v) for n, v in versions if v.version == n.version),
                earlier_versions=tuple(note_record(key, case, n, v) for n, v in versions if v.version != n.version),
                highlights=highlight_records(unit, highlights),
                patterns=pattern_records(unit, case, patterns),
                closures=tuple(closure_record(key, case, row) for row in closures),
                audit=tuple(audit_row(unit, line, True) for line in lines),
            )

    def sweep(self) -> int:
        """Take out ended sessions, forgotten sign-in failures and events delivered a month ago; how many rows."""
        options = self._core.options
        with self._core.database.writing() as session:
            now = self._core.database.clock()
            gone = [
                delete(SessionRow).where(
                    (SessionRow.last_seen_at < now - options.session_idle)
                    | (SessionRow.created_at < now - options.session_longest)
                ),
                delete(SignInFailureRow).where(SignInFailureRow.last_at < now - FORGOTTEN_AFTER),
                delete(OutboxRow).where(OutboxRow.delivered_at < now - dt.timedelta(days=30)),
            ]
            return sum(cast("CursorResult[None]", session.execute(statement)).rowcount for statement in gone)

    def _fold_log(self) -> None:
        """Leave nothing of what was erased in SQLite's write-ahead log; in the file itself it is overwritten."""
        if self._core.database.sqlite:
            with self._core.database.engine.connect() as connection:
                connection.rollback()
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                    text("PRAGMA wal_checkpoint(TRUNCATE)")
                )


def _erase(unit: Unit, case: CaseRow, basis: ErasureBasis) -> Erasure:
    session = unit.session
    notes = select(NoteRow.id).where(NoteRow.case_id == case.id)

    def count(table: type[NoteRow | HighlightRow | AnswerRow | ClosureRow]) -> int:
        return session.scalar(select(func.count()).where(table.case_id == case.id)) or 0

    erased = Erasure(
        case=case.id,
        basis=basis,
        notes=count(NoteRow),
        highlights=count(HighlightRow),
        answers=count(AnswerRow),
        closures=count(ClosureRow),
    )
    unit.record("case.erased", case=case, target=case.id, **erased.model_dump(exclude={"case"}))
    for table in (OutboxRow, AnswerRow, ClosureRow, PatternRow, HighlightRow):
        session.execute(delete(table).where(table.case_id == case.id))
    session.execute(delete(NoteVersionRow).where(NoteVersionRow.note_id.in_(notes)))
    session.execute(delete(NoteRow).where(NoteRow.case_id == case.id))
    session.delete(case)
    return erased
