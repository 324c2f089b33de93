"""Closures: refused while something stands open that no written reason names."""

from __future__ import annotations

import json

from sqlalchemy import select

from service.errors import ClosureRefused, Conflict, Forbidden, Invalid, NotFound
from service.followup.gate import closing_prompt, unnamed
from service.security.keyring import DataKey
from service.security.principal import Principal
from service.security.tokens import digest, new_id
from service.store.followed import open_items
from service.store.paging import LONGEST_PAGE
from service.store.records import ClosureCheck, ClosureRecord, ClosureRequest, OpenItem
from service.store.tables import CaseRow, ClosureRow, HighlightRow, PatternRow
from service.store.unit import NOT_HERE, Core, Unit, check_version


class Closures:
    """Closures of the caller's cases. They are the screener's own record: a case system's status is never touched."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def check(self, who: Principal, ref: str, *, team: str | None = None) -> ClosureCheck:
        """Return what a closure would meet now. Raises NotFound and Forbidden."""
        with self._core.unit(who) as unit:
            case = unit.find_case(ref, team, "cases:read")
            items = open_items(unit, case)
            unit.record("closure.checked", case=case, target=case.id, open=len(items))
            return ClosureCheck(
                case=case.ref,
                open=items,
                second_person=unit.settings_of(case.team_id).second_person,
                closing_prompt=closing_prompt(sum(item.kind == "highlight" for item in items)),
            )

    def record(
        self,
        who: Principal,
        ref: str,
        request: ClosureRequest,
        *,
        team: str | None = None,
        if_match: int | None = None,
        request_key: str | None = None,
    ) -> ClosureRecord:
        """Record a closure; where the team asks for a second person, it waits for their confirmation.

        Raises ClosureRefused with what stands open and is not named, NotFound, Forbidden, Invalid, Changed, and
        Conflict where the case is closed already or ``request_key`` was used for another closure.
        """
        with self._core.unit(who) as unit:
            case = unit.find_case(ref, team, "closures:write", lock=True)
            by, _ = who.named_person(case.team_id)
            key = unit.key_of(case)
            stored_key = digest(f"closure\0{who.id}\0{request_key}") if request_key is not None else None
            if stored_key is not None:
                before = unit.session.scalars(
                    select(ClosureRow).where(ClosureRow.request_key == stored_key)
                ).one_or_none()
                if before is not None:
                    if before.case_id != case.id or _said(key, before) != _words(request):
                        raise Conflict("this request key was used for another closure")
                    return closure_record(key, case, before)
            check_version(case.version, if_match)
            if case.status == "closed":
                raise Conflict("a closure of this case is recorded already, and nothing has opened it since")
            named = {ident for reason in request.reasons for ident in reason.names}
            _check_names(unit, case, named)
            items = open_items(unit, case)
            _gate(unit, case, items, named)
            second = unit.settings_of(case.team_id).second_person
            for earlier in unit.session.scalars(
                select(ClosureRow).where(ClosureRow.case_id == case.id, ClosureRow.state == "awaits_second_person")
            ):
                earlier.state = "superseded"
                earlier.version += 1
            ident = new_id("cl")
            row = ClosureRow(
                id=ident,
                case_id=case.id,
                kind=request.kind,
                state="awaits_second_person" if second else "recorded",
                named=[item.id for item in items],
                sealed=key.seal(f"closure:{ident}", _words(request)),
                by=by,
                by_id=who.id,
                at=unit.now,
                confirmed_by=None,
                confirmed_at=None,
                version=1,
                request_key=stored_key,
            )
            unit.session.add(row)
            case.status = "closure_awaits_second_person" if second else "closed"
            case.closed_at = None if second else unit.now
            case.version += 1
            case.updated_at = unit.now
            _record_closure(unit, case, row, "closure.proposed" if second else "closure.recorded", _words(request))
            return closure_record(key, case, row)

    def confirm(self, who: Principal, closure: str, *, if_match: int | None = None) -> ClosureRecord:
        """Confirm a closure as its second person: a lead of the team who did not record it.

        Raises NotFound, Forbidden, Changed, ClosureRefused where something opened since, and Conflict where the
        closure does not wait for anyone or the caller recorded it themselves.
        """
        with self._core.unit(who) as unit:
            owner = unit.session.scalar(select(ClosureRow.case_id).where(ClosureRow.id == closure))
            case = unit.case_of(owner, "closures:confirm", lock=True)
            row = unit.session.get(ClosureRow, closure)
            if row is None:
                raise NotFound(NOT_HERE)
            if who.kind != "account":
                raise Forbidden("closures:confirm")
            check_version(row.version, if_match)
            if row.state != "awaits_second_person" or case.status != "closure_awaits_second_person":
                raise Conflict("this closure waits for nobody: it is confirmed, or something has opened the case since")
            if row.by_id == who.id or row.by == who.name:
                raise Conflict("a second person confirms a closure, not the one who recorded it")
            items = open_items(unit, case)
            _gate(unit, case, items, set(row.named))
            row.state, row.confirmed_by, row.confirmed_at = "recorded", who.name, unit.now
            row.version += 1
            case.status, case.closed_at, case.updated_at = "closed", unit.now, unit.now
            case.version += 1
            key = unit.key_of(case)
            _record_closure(unit, case, row, "closure.recorded", _said(key, row))
            return closure_record(key, case, row)

    def list(self, who: Principal, ref: str, *, team: str | None = None) -> tuple[ClosureRecord, ...]:
        """Return the closures of a case, newest first, the last 200 of them. Raises NotFound and Forbidden."""
        with self._core.unit(who) as unit:
            case = unit.find_case(ref, team, "cases:read")
            rows = unit.session.scalars(
                select(ClosureRow)
                .where(ClosureRow.case_id == case.id)
                .order_by(ClosureRow.at.desc(), ClosureRow.id)
                .limit(LONGEST_PAGE)
            ).all()
            unit.record("closures.listed", case=case, closures=[row.id for row in rows])
            key = unit.key_of(case)
            return tuple(closure_record(key, case, row) for row in rows)


def _gate(unit: Unit, case: CaseRow, items: tuple[OpenItem, ...], named: set[str]) -> None:
    """Refuse, on record, a closure over something open that no written reason names."""
    left = set(unnamed((item.id for item in items), named))
    if left:
        unit.record("closure.refused", case=case, target=case.id, open=len(items), unnamed=sorted(left))
        unit.tell(case, "closure.refused", sorted(left))
        unit.refuse(ClosureRefused(tuple(item for item in items if item.id in left)))


def _check_names(unit: Unit, case: CaseRow, named: set[str]) -> None:
    known = set(unit.session.scalars(select(HighlightRow.id).where(HighlightRow.case_id == case.id)))
    known |= set(unit.session.scalars(select(PatternRow.id).where(PatternRow.case_id == case.id)))
    if not named <= known:
        raise Invalid("reasons", "name something that is not a passage or pattern of this case")


def _record_closure(unit: Unit, case: CaseRow, row: ClosureRow, action: str, words: str) -> None:
    unit.record(action, case=case, target=row.id, kind=row.kind, named=list(row.named), words=words)
    if row.state == "recorded":
        unit.tell(case, "closure.recorded_with_reason" if row.named else "closure.recorded", [row.id])


def _words(request: ClosureRequest) -> str:
    return json.dumps(request.model_dump(mode="json"), sort_keys=True)


def _said(key: DataKey, row: ClosureRow) -> str:
    return key.open(f"closure:{row.id}", row.sealed)


def closure_record(key: DataKey, case: CaseRow, row: ClosureRow) -> ClosureRecord:
    """Return a closure as it is given out."""
    said = json.loads(_said(key, row))
    return ClosureRecord.model_validate(
        {
            "id": row.id,
            "case": case.ref,
            "kind": row.kind,
            "state": row.state,
            "summary": said["summary"],
            "reasons": said["reasons"],
            "named": row.named,
            "by": row.by,
            "at": row.at,
            "confirmed_by": row.confirmed_by,
            "confirmed_at": row.confirmed_at,
            "version": row.version,
        }
    )
