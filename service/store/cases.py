"""Cases: a list of them, one of them, and its screenings for a review."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Final, Literal, cast

from sqlalchemy import case as case_of_sql
from sqlalchemy import func, select, tuple_

from screener import Screening
from service.errors import Invalid
from service.security.principal import Principal
from service.store.followed import screenings_of
from service.store.paging import cursor_of, limit_of, place_of
from service.store.records import CaseRecord, CaseStatus, Page
from service.store.tables import AccountRow, CaseRow, HighlightRow, MembershipRow, NoteRow, PatternRow
from service.store.unit import Core, Unit, check_version


class Unset(enum.Enum):
    """Says that a field was not given, where null has a meaning of its own."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


class Cases:
    """Cases of the caller's teams."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def list(
        self,
        who: Principal,
        *,
        team: str | None = None,
        status: CaseStatus | None = None,
        owner: Literal["me", "none"] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[CaseRecord]:
        """Return a page of the cases of the caller's teams, by id. Raises NotFound, Forbidden and Invalid."""
        who.require("cases:read")
        with self._core.unit(who) as unit:
            teams = [t for t in unit.teams(team) if "cases:read" in who.scopes_in(t)]
            asked = select(CaseRow).where(CaseRow.team_id.in_(teams))
            if status is not None:
                asked = asked.where(CaseRow.status == status)
            if owner is not None:
                asked = asked.where(CaseRow.owner_id == who.id if owner == "me" else CaseRow.owner_id.is_(None))
            if cursor is not None:
                ref, ident = place_of(cursor, 2)
                asked = asked.where(tuple_(CaseRow.ref, CaseRow.id) > (ref, ident))
            rows = unit.session.scalars(asked.order_by(CaseRow.ref, CaseRow.id).limit(limit_of(limit) + 1)).all()
            page = rows[:limit]
            for one in sorted({row.team_id for row in page}):
                unit.record("cases.listed", team=one, cases=[row.id for row in page if row.team_id == one])
            return Page(
                items=case_records(unit, page),
                next=cursor_of(page[-1].ref, page[-1].id) if len(rows) > limit else None,
            )

    def get(self, who: Principal, ref: str, *, team: str | None = None) -> CaseRecord:
        """Return a case. Raises NotFound, Forbidden, and Invalid where the team must be named."""
        with self._core.unit(who) as unit:
            row = unit.find_case(ref, team, "cases:read")
            unit.record("case.read", case=row, target=row.id)
            return case_records(unit, [row])[0]

    def update(
        self,
        who: Principal,
        ref: str,
        *,
        team: str | None = None,
        owner: str | Unset | None = UNSET,
        on_hold: bool | None = None,
        if_match: int | None = None,
    ) -> CaseRecord:
        """Give a case an owner, who also gets its open passages that have none, or put it on hold.

        On hold (lead) it is neither purged nor erased. Raises NotFound, Forbidden, Invalid and Changed.
        """
        with self._core.unit(who) as unit:
            row = unit.find_case(ref, team, "answers:write", lock=True)
            check_version(row.version, if_match)
            if on_hold is not None:
                who.require_in(row.team_id, "erase")
                row.on_hold = on_hold
            if owner is not UNSET:
                check_owner(unit, row.team_id, owner)
                row.owner_id = owner
                for passage in unit.session.scalars(
                    select(HighlightRow).where(
                        HighlightRow.case_id == row.id,
                        HighlightRow.state == "open",
                        HighlightRow.owner_id.is_(None),
                    )
                ):
                    passage.owner_id = owner
                    passage.version += 1
            row.version += 1
            row.updated_at = unit.now
            unit.record("case.changed", case=row, target=row.id, owner=row.owner_id, on_hold=row.on_hold)
            return case_records(unit, [row])[0]

    def screenings(self, who: Principal, ref: str, *, team: str | None = None) -> tuple[Screening, ...]:
        """Return the screenings of a case's notes as they stand, for a review. Raises as ``get``."""
        with self._core.unit(who) as unit:
            row = unit.find_case(ref, team, "cases:read")
            found = screenings_of(unit, row)
            unit.record("case.reviewed", case=row, target=row.id, notes=len(found))
            return found


def check_owner(unit: Unit, team: str, owner: str | None) -> None:
    """Raise Invalid where an owner is not an active member of the team."""
    if owner is None:
        return
    member = unit.session.scalar(
        select(AccountRow.id)
        .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
        .where(AccountRow.id == owner, AccountRow.active, MembershipRow.team_id == team)
    )
    if member is None:
        raise Invalid("owner", "must be an active member of the team")


def case_records(unit: Unit, rows: Sequence[CaseRow]) -> tuple[CaseRecord, ...]:
    """Return cases as they are given out, in the order given."""
    unit.session.flush()
    ids = [row.id for row in rows]
    late = (HighlightRow.due_at < unit.now) & (CaseRow.status != "closed")
    passages = {
        ident: (waiting, overdue)
        for ident, waiting, overdue in unit.session.execute(
            select(HighlightRow.case_id, func.count(), func.sum(case_of_sql((late, 1), else_=0)))
            .join(CaseRow, CaseRow.id == HighlightRow.case_id)
            .where(HighlightRow.case_id.in_(ids), HighlightRow.state == "open")
            .group_by(HighlightRow.case_id)
        )
    }
    notes = dict(
        unit.session.execute(
            select(NoteRow.case_id, func.count()).where(NoteRow.case_id.in_(ids)).group_by(NoteRow.case_id)
        ).all()
    )
    patterns = dict(
        unit.session.execute(
            select(PatternRow.case_id, func.count())
            .where(PatternRow.case_id.in_(ids), PatternRow.state == "open", PatternRow.stands)
            .group_by(PatternRow.case_id)
        ).all()
    )
    return tuple(
        CaseRecord(
            id=row.id,
            ref=row.ref,
            team=row.team_id,
            status=cast("CaseStatus", row.status),
            owner=row.owner_id,
            notes=notes.get(row.id, 0),
            open_highlights=passages.get(row.id, (0, 0))[0],
            open_patterns=patterns.get(row.id, 0),
            overdue=passages.get(row.id, (0, 0))[1],
            on_hold=row.on_hold,
            created_at=row.created_at,
            updated_at=row.updated_at,
            closed_at=row.closed_at,
            version=row.version,
        )
        for row in rows
    )
