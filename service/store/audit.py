"""The audit as it is read and verified; ``unit`` writes it."""

from __future__ import annotations

import hmac
import json

from sqlalchemy import or_, select

from service.errors import NotFound
from service.security.chain import START, link
from service.security.principal import Principal
from service.store.paging import cursor_of, limit_of, number_of, place_of
from service.store.records import AuditRow, AuditVerdict, Page
from service.store.tables import AuditHead, AuditLine, CaseRow
from service.store.unit import Core, Detail, Unit, audited

_BATCH = 1_000


class Audit:
    """The audit: append-only, chained, and itself read on record."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def list(
        self,
        who: Principal,
        *,
        team: str | None = None,
        case: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[AuditRow]:
        """Return a page of the audit of the caller's teams, newest first; an admin sees every row, without words.

        ``case`` is a case's id in the case system, or its own id in the store, which also finds what is left of an
        erased case. Raises NotFound, Forbidden and Invalid.
        """
        who.require("audit:read" if not who.admin else "admin")
        with self._core.unit(who) as unit:
            asked = select(AuditLine)
            readable = [t for t in who.teams if "audit:read" in who.scopes_in(t)]
            if team is not None and team not in readable and not who.admin:
                who.require_in(team, "audit:read")
            if team is not None:
                asked = asked.where(AuditLine.team_id == team)
            elif not who.admin:
                asked = asked.where(AuditLine.team_id.in_(readable))
            if case is not None:
                named = select(CaseRow.id).where(CaseRow.ref == case, CaseRow.team_id.in_(readable))
                asked = asked.where(or_(AuditLine.case_id == case, AuditLine.case_id.in_(named)))
            if cursor is not None:
                asked = asked.where(AuditLine.seq < number_of(place_of(cursor, 1)[0]))
            lines = unit.session.scalars(asked.order_by(AuditLine.seq.desc()).limit(limit_of(limit) + 1)).all()
            if case is not None and not lines and cursor is None:
                raise NotFound("no row of the audit that you may read names this case")
            page = lines[:limit]
            opened = set(readable)
            rows = tuple(audit_row(unit, line, line.team_id in opened) for line in page)
            for one in sorted({line.team_id or "" for line in page}):
                unit.record("audit.read", team=one or None, rows=sum((line.team_id or "") == one for line in page))
            return Page(items=rows, next=cursor_of(str(page[-1].seq)) if len(lines) > limit else None)

    def note(
        self,
        who: Principal,
        action: str,
        *,
        team: str | None = None,
        target: str | None = None,
        details: dict[str, Detail] | None = None,
    ) -> None:
        """Add a row for something done outside the store. Ids and counts only: no words of a note, ever."""
        with self._core.unit(who) as unit:
            unit.add_line(action, team=team, target=target, details=details or {})

    def verify(self, *, expected_head: str | None = None) -> AuditVerdict:
        """Check every row against the chain.

        ``expected_head`` is the head that an earlier check printed, as ``seq:hash``: then it is also checked that
        the audit still holds what it held at that time.
        """
        seq, before = 0, START
        expected_seq, _, expected_hash = (expected_head or "0:").partition(":")
        with self._core.database.reading() as session:
            while lines := session.scalars(
                select(AuditLine).where(AuditLine.seq > seq).order_by(AuditLine.seq).limit(_BATCH)
            ).all():
                for line in lines:
                    if line.seq != seq + 1:
                        return _broken(seq, before, seq + 1, "a row is missing")
                    made = link(self._core.audit_key, before, audited(line))
                    if not hmac.compare_digest(made, line.hash):
                        return _broken(seq, before, line.seq, "a row is not as it was written")
                    seq, before = line.seq, line.hash
                    if expected_head is not None and str(seq) == expected_seq and before != expected_hash:
                        return _broken(seq, before, seq, "it is not the audit that the expected head was taken from")
                session.expunge_all()
            head = session.get_one(AuditHead, 1)
            # Others may have gone on writing since the last row was read, so the head may be further on.
            if head.seq < seq or (head.seq == seq and head.hash != before):
                return _broken(seq, before, seq, "the head does not fit the last row")
            if head.seq > seq and session.get(AuditLine, head.seq) is None:
                return _broken(seq, before, seq + 1, "rows are missing at the end")
        if expected_head is not None and (not expected_seq.isdigit() or int(expected_seq) > seq):
            return _broken(seq, before, seq + 1, "it ends before the expected head")
        return AuditVerdict(intact=True, rows=seq, head=f"{seq}:{before}")


def audit_row(unit: Unit, line: AuditLine, with_words: bool) -> AuditRow:
    """Return a row as it is given out; its words, where the caller may read them and the case still has its key."""
    words = None
    if with_words and line.sealed is not None:
        case = unit.session.get(CaseRow, line.case_id)
        words = unit.key_of(case).open(f"audit:{case.id}", line.sealed) if case else None
    return AuditRow.model_validate(
        {
            "seq": line.seq,
            "at": line.at,
            "actor_kind": line.actor_kind,
            "actor": line.actor,
            "actor_name": line.actor_name,
            "acting_for": line.acting_for,
            "team": line.team_id,
            "case": line.case_id,
            "action": line.action,
            "target": line.target,
            "details": json.loads(line.details),
            "words": words,
            "hash": line.hash,
        }
    )


def _broken(rows: int, head: str, at: int, problem: str) -> AuditVerdict:
    return AuditVerdict(intact=False, rows=rows, head=f"{rows}:{head}", broken_at=at, problem=problem)
