"""Passages and patterns: the queue of what waits, and the answers that people give."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from service.errors import Invalid, NotFound
from service.followup.terms import State, Tier
from service.security.principal import Principal, Scope
from service.store.cases import UNSET, Unset, check_owner
from service.store.followed import add_answer, highlight_records, pattern_records, reopen_case
from service.store.notes import look, open_again
from service.store.paging import cursor_of, limit_of, moment_of, number_of, place_of
from service.store.records import AnswerRequest, HighlightRecord, Page, PatternRecord, QueueCounts
from service.store.tables import CaseRow, HighlightRow, NoteRow, PatternRow
from service.store.unit import NOT_HERE, Core, Unit, check_version

#: The longest waiting first; what was opened together, in the order of the text.
_ORDER = (HighlightRow.opened_at, HighlightRow.start, HighlightRow.id)


class Highlights:
    """Passages of the caller's cases."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def list(
        self,
        who: Principal,
        *,
        team: str | None = None,
        case: str | None = None,
        note: str | None = None,
        state: State | None = None,
        indicator: str | None = None,
        tier: Tier | None = None,
        owner: Literal["me", "none"] | None = None,
        overdue: bool | None = None,
        include_not_lit: bool = False,
        in_closed_cases: bool = True,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[HighlightRecord]:
        """Return a page of passages, the longest waiting first.

        What the screener set aside itself (``not_lit``) is left out unless asked for. ``in_closed_cases=False`` leaves
        out what a written reason named when its case was closed. A person who lists the passages of one ``note`` has
        looked at them. Raises NotFound, Forbidden and Invalid.
        """
        who.require("cases:read")
        with self._core.unit(who) as unit:
            asked = _readable(unit, team)
            if case is not None:
                asked = asked.where(HighlightRow.case_id == unit.find_case(case, team, "cases:read").id)
            if note is not None:
                if case is None:
                    raise Invalid("note", "needs the case beside it")
                asked = asked.where(NoteRow.ref == note)
            if state is not None:
                asked = asked.where(HighlightRow.state == state)
            elif not include_not_lit:
                asked = asked.where(HighlightRow.state != "not_lit")
            if indicator is not None:
                asked = asked.where(HighlightRow.indicator == indicator)
            if tier is not None:
                asked = asked.where(HighlightRow.tier == tier)
            if owner is not None:
                asked = asked.where(
                    HighlightRow.owner_id == who.id if owner == "me" else HighlightRow.owner_id.is_(None)
                )
            if overdue is not None:
                late = _late(unit.now)
                asked = asked.where(late if overdue else ~late)
            if not in_closed_cases:
                asked = asked.where(CaseRow.status != "closed")
            if cursor is not None:
                moment, start, ident = place_of(cursor, 3)
                asked = asked.where(tuple_(*_ORDER) > (moment_of(moment), number_of(start), ident))
            rows = unit.session.scalars(asked.order_by(*_ORDER).limit(limit_of(limit) + 1)).all()
            page = list(rows[:limit])
            if note is not None:
                look(unit, page)
            _record_list(unit, page)
            return Page(
                items=highlight_records(unit, page),
                next=_cursor(page[-1]) if len(rows) > limit else None,
            )

    def get(self, who: Principal, highlight: str) -> HighlightRecord:
        """Return a passage; a person who opens it has looked at it. Raises NotFound and Forbidden."""
        with self._core.unit(who) as unit:
            case, row = _found(unit, highlight, "cases:read")
            look(unit, [row])
            unit.record("highlight.read", case=case, target=row.id)
            return highlight_records(unit, [row])[0]

    def assign(
        self,
        who: Principal,
        highlight: str,
        *,
        owner: str | Unset | None = UNSET,
        due_at: dt.datetime | None = None,
        if_match: int | None = None,
    ) -> HighlightRecord:
        """Give a passage an owner or another due date. Raises NotFound, Forbidden, Invalid and Changed."""
        with self._core.unit(who) as unit:
            case, row = _found(unit, highlight, "answers:write", lock=True)
            check_version(row.version, if_match)
            if owner is not UNSET:
                check_owner(unit, case.team_id, owner)
                row.owner_id = owner
            if due_at is not None:
                if due_at.tzinfo is None:
                    raise Invalid("due_at", "needs its time zone")
                if row.state != "open":
                    raise Invalid("due_at", "can be set only while the passage is open")
                row.due_at, row.reminded_at = due_at, None
            row.version += 1
            unit.record(
                "highlight.assigned",
                case=case,
                target=row.id,
                owner=row.owner_id,
                due_at=row.due_at.isoformat() if row.due_at else None,
            )
            return highlight_records(unit, [row])[0]

    def answer(
        self,
        who: Principal,
        highlight: str,
        answer: AnswerRequest,
        *,
        if_match: int | None = None,
        request_key: str | None = None,
    ) -> HighlightRecord:
        """Add an answer to a passage. Earlier answers stay.

        Raises NotFound, Forbidden, Invalid, Changed, and Conflict where ``request_key`` was used for another answer.
        """
        with self._core.unit(who) as unit:
            case, row = _found(unit, highlight, "answers:write", lock=True)
            version, before = row.version, row.state
            if add_answer(unit, case, row, answer, request_key):
                check_version(version, if_match)
                if answer.state == "open":
                    open_again(row, unit, unit.settings_of(case.team_id))
                    row.reopened_because = "a person opened it again"
                    reopen_case(unit, case)
                look(unit, [row])
                unit.record(
                    "highlight.answered",
                    case=case,
                    target=row.id,
                    state=answer.state,
                    was=before,
                    reason=answer.reason,
                    answer_number=case.answers,
                )
            unit.session.flush()
            return highlight_records(unit, [row])[0]

    def counts(self, who: Principal) -> QueueCounts:
        """Return how many passages wait: for the caller, for their teams, and past their due date."""
        who.require("cases:read")
        with self._core.unit(who) as unit:
            waiting = _readable(unit, None).where(HighlightRow.state == "open", CaseRow.status != "closed")
            unit.record("queue.counted")
            return QueueCounts(
                mine=_count(unit.session, waiting.where(HighlightRow.owner_id == who.id)),
                team=_count(unit.session, waiting),
                overdue=_count(unit.session, waiting.where(_late(unit.now))),
            )


class Patterns:
    """Patterns over passages of the caller's cases."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def list(
        self, who: Principal, ref: str, *, team: str | None = None, state: State | None = None
    ) -> tuple[PatternRecord, ...]:
        """Return the patterns of a case, first seen first; those no longer found say so. Raises NotFound, Forbidden."""
        with self._core.unit(who) as unit:
            case = unit.find_case(ref, team, "cases:read")
            asked = select(PatternRow).where(PatternRow.case_id == case.id)
            if state is not None:
                asked = asked.where(PatternRow.state == state)
            rows = unit.session.scalars(asked.order_by(PatternRow.opened_at, PatternRow.id)).all()
            unit.record("patterns.listed", case=case, patterns=[row.id for row in rows])
            return pattern_records(unit, case, rows)

    def get(self, who: Principal, pattern: str) -> PatternRecord:
        """Return a pattern. Raises NotFound and Forbidden."""
        with self._core.unit(who) as unit:
            case, row = _found_pattern(unit, pattern, "cases:read")
            unit.record("pattern.read", case=case, target=row.id)
            return pattern_records(unit, case, [row])[0]

    def answer(
        self,
        who: Principal,
        pattern: str,
        answer: AnswerRequest,
        *,
        if_match: int | None = None,
        request_key: str | None = None,
    ) -> PatternRecord:
        """Add an answer to a pattern. Raises as for a passage."""
        with self._core.unit(who) as unit:
            case, row = _found_pattern(unit, pattern, "answers:write", lock=True)
            version, before = row.version, row.state
            if add_answer(unit, case, row, answer, request_key):
                check_version(version, if_match)
                if answer.state == "open":
                    row.opened_at = unit.now
                    reopen_case(unit, case)
                unit.record(
                    "pattern.answered",
                    case=case,
                    target=row.id,
                    state=answer.state,
                    was=before,
                    reason=answer.reason,
                    answer_number=case.answers,
                )
            unit.session.flush()
            return pattern_records(unit, case, [row])[0]


def _readable(unit: Unit, team: str | None) -> Select[HighlightRow]:
    teams = [t for t in unit.teams(team) if "cases:read" in unit.who.scopes_in(t)]
    return (
        select(HighlightRow)
        .join(CaseRow, CaseRow.id == HighlightRow.case_id)
        .join(NoteRow, NoteRow.id == HighlightRow.note_id)
        .where(CaseRow.team_id.in_(teams))
    )


def _late(now: dt.datetime) -> ColumnElement[bool]:
    return (HighlightRow.state == "open") & (HighlightRow.due_at < now) & (CaseRow.status != "closed")


def _cursor(row: HighlightRow) -> str:
    return cursor_of(row.opened_at.isoformat(), str(row.start), row.id)


def _count(session: Session, asked: Select[HighlightRow]) -> int:
    return session.scalar(asked.with_only_columns(func.count())) or 0


def _record_list(unit: Unit, page: list[HighlightRow]) -> None:
    """Record which passages were given out, one row of the audit for each case."""
    shown: dict[str, list[str]] = {}
    for row in page:
        shown.setdefault(row.case_id, []).append(row.id)
    for case in unit.session.scalars(select(CaseRow).where(CaseRow.id.in_(shown)).order_by(CaseRow.id)):
        unit.record("highlights.listed", case=case, highlights=shown[case.id])


def _found(unit: Unit, highlight: str, scope: Scope, *, lock: bool = False) -> tuple[CaseRow, HighlightRow]:
    owner = unit.session.scalar(select(HighlightRow.case_id).where(HighlightRow.id == highlight))
    case = unit.case_of(owner, scope, lock=lock)
    row = unit.session.get(HighlightRow, highlight)
    if row is None:
        raise NotFound(NOT_HERE)
    return case, row


def _found_pattern(unit: Unit, pattern: str, scope: Scope, *, lock: bool = False) -> tuple[CaseRow, PatternRow]:
    owner = unit.session.scalar(select(PatternRow.case_id).where(PatternRow.id == pattern))
    case = unit.case_of(owner, scope, lock=lock)
    row = unit.session.get(PatternRow, pattern)
    if row is None:
        raise NotFound(NOT_HERE)
    return case, row
