"""One unit of work: a transaction, who asked for it, and the rows it will leave in the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.errors import Changed, Invalid, NotFound, ServiceError
from service.followup.patterns import PatternFinder
from service.followup.terms import Tier
from service.security.chain import canonical, link
from service.security.keyring import DataKey, Keyring, Wrapped
from service.security.passwords import Passwords
from service.security.principal import Principal, Scope
from service.security.tokens import new_id
from service.store.database import Database
from service.store.records import Name, Ref, TeamSettings
from service.store.tables import AuditHead, AuditLine, CaseRow, OutboxRow, TeamRow

Detail = str | int | bool | None | list[str]

NOT_HERE = "there is nothing here for you under this address"


@dataclass(frozen=True)
class Options:
    """What the store is told once, by the settings of the service."""

    session_idle: dt.timedelta = dt.timedelta(minutes=60)
    session_longest: dt.timedelta = dt.timedelta(hours=12)
    retention_days: int | None = None
    tiers: Mapping[str, Tier] = field(default_factory=dict)
    find_patterns: PatternFinder | None = None


@dataclass(frozen=True)
class Core:
    """What every part of the store works with."""

    database: Database
    keyring: Keyring
    audit_key: bytes
    passwords: Passwords
    options: Options

    @contextmanager
    def unit(self, who: Principal) -> Iterator[Unit]:
        """Begin a unit of work; at its end changes and audit rows are committed together, or not at all.

        Where the unit refuses (``Unit.refuse``), what it recorded is committed and the refusal is raised after.
        """
        refusal: ServiceError | None = None
        with self.database.writing() as session:
            unit = Unit(self, session, who, self.database.clock())
            try:
                yield unit
            except _RefusedOnRecord as refused:
                refusal = refused.error
            session.flush()
            unit.write_audit()
        if refusal is not None:
            raise refusal


class _RefusedOnRecord(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, error: ServiceError) -> None:
        super().__init__()
        self.error = error


class Unit:
    """One transaction under way."""

    def __init__(self, core: Core, session: Session, who: Principal, now: dt.datetime) -> None:
        self.core, self.session, self.who, self.now = core, session, who, now
        self._lines: list[AuditLine] = []

    def record(
        self,
        action: str,
        *,
        team: str | None = None,
        case: CaseRow | None = None,
        target: str | None = None,
        words: str | None = None,
        **details: Detail,
    ) -> None:
        """Add a row to the audit. ``words`` are sealed with the key of the case; details are ids and counts."""
        self.add_line(action, team=team, case=case, target=target, words=words, details=details)

    def add_line(
        self,
        action: str,
        *,
        team: str | None = None,
        case: CaseRow | None = None,
        target: str | None = None,
        words: str | None = None,
        details: Mapping[str, Detail],
    ) -> None:
        """Add a row to the audit, with its details as a mapping."""
        sealed = None
        if words is not None:
            assert case is not None
            sealed = self.key_of(case).seal(f"audit:{case.id}", words)
        self._lines.append(
            AuditLine(
                at=self.now.isoformat(),
                actor_kind=self.who.kind,
                actor=self.who.id,
                actor_name=self.who.name,
                acting_for=self.who.acting_for,
                team_id=case.team_id if case else team,
                case_id=case.id if case else None,
                action=action,
                target=target,
                details=canonical(details),
                sealed=sealed,
            )
        )

    def refuse(self, error: ServiceError) -> NoReturn:
        """Refuse what was asked, and keep what was recorded about it; any other error would undo that as well."""
        raise _RefusedOnRecord(error)

    def write_audit(self) -> None:
        """Chain the gathered rows to the audit. Last in the transaction, since the head admits one writer at a time."""
        if not self._lines:
            return
        head = self.session.scalars(select(AuditHead).with_for_update()).one()
        for line in self._lines:
            line.seq = head.seq + 1
            line.hash = link(self.core.audit_key, head.hash, audited(line))
            head.seq, head.hash = line.seq, line.hash
            self.session.add(line)
        self.session.flush()

    def tell(self, case: CaseRow, kind: str, subjects: Sequence[str]) -> None:
        """Put an event into the outbox, in the order of its case. The case must be locked."""
        case.events += 1
        self.session.add(
            OutboxRow(
                id=new_id("ev"),
                case_id=case.id,
                number=case.events,
                type=kind,
                team_id=case.team_id,
                subjects=list(subjects),
                count=len(subjects),
                at=self.now,
                attempts=0,
                next_at=self.now,
                delivered_at=None,
            )
        )

    def key_of(self, case: CaseRow) -> DataKey:
        """Return the key of a case."""
        return DataKey(self.core.keyring.unwrap(case.id, Wrapped(case.key_id, case.wrapped)))

    def find_case(self, ref: str, team: str | None, scope: Scope, *, lock: bool = False) -> CaseRow:
        """Return the case that the caller's teams know by ``ref``; ``lock`` keeps others from changing it meanwhile.

        Raises NotFound, Forbidden, and Invalid where several of the caller's teams use the id and none was named.
        """
        teams = self.teams(team)
        asked = select(CaseRow).where(CaseRow.ref == ref, CaseRow.team_id.in_(teams))
        found = self.session.scalars(asked.with_for_update() if lock else asked).all()
        if not found:
            raise NotFound(NOT_HERE)
        if len(found) > 1:
            raise Invalid("team", "several of your teams have a case of this id; name the team")
        self.who.require_in(found[0].team_id, scope)
        return found[0]

    def case_of(self, case_id: str | None, scope: Scope, *, lock: bool = False) -> CaseRow:
        """Return a case by its own id, checked for the caller. Raises NotFound and Forbidden."""
        asked = select(CaseRow).where(CaseRow.id == case_id)
        found = self.session.scalars(asked.with_for_update() if lock else asked).one_or_none()
        if found is None:
            raise NotFound(NOT_HERE)
        self.who.require_in(found.team_id, scope)
        return found

    def teams(self, team: str | None) -> list[str]:
        """Return the teams to look in: the named one, which must be the caller's, or all of theirs."""
        if team is None:
            return list(self.who.teams)
        if team not in self.who.teams:
            raise NotFound(NOT_HERE)
        return [team]

    def settings_of(self, team: str) -> TeamSettings:
        """Return what a team has set for itself."""
        row = self.session.get_one(TeamRow, team)
        return TeamSettings.model_validate(row.settings)


def audited(line: AuditLine) -> dict[str, object]:
    """Return the part of an audit row that its hash covers: everything but the hash."""
    return {
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
        "details": line.details,
        "sealed": line.sealed.hex() if line.sealed is not None else None,
    }


def check_version(version: int, if_match: int | None) -> None:
    """Raise Changed where the caller read another version than the one that stands."""
    if if_match is not None and if_match != version:
        raise Changed(version)


_REF: TypeAdapter[str] = TypeAdapter(Ref)
_NAME: TypeAdapter[str] = TypeAdapter(Name)


def check_ref(field_name: str, ref: str) -> str:
    """Return a case or note id that can be kept. Raises Invalid."""
    try:
        return _REF.validate_python(ref)
    except ValidationError:
        raise Invalid(
            field_name,
            "must have 1 to 200 letters, digits, spaces or . : @ + = ~ ( ) - _, beginning with a letter or digit",
        ) from None


def check_name(field_name: str, name: str) -> str:
    """Return a name of a person, team or key that can be kept, without spaces round it. Raises Invalid."""
    try:
        clean = _NAME.validate_python(name)
    except ValidationError:
        clean = ""
    if not clean or not clean.isprintable():
        raise Invalid(field_name, "must have 1 to 120 printable characters")
    return clean
