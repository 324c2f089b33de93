"""API keys: for systems, each of one team, with scopes and an end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import cast

from sqlalchemy import select

from service.errors import Conflict, Invalid, NotFound
from service.security.principal import KEY_SCOPES, Principal, Scope
from service.security.tokens import KEY_PREFIX, digest, new_id, new_token
from service.store.records import ApiKey, NewApiKey
from service.store.tables import ApiKeyRow, TeamRow
from service.store.unit import NOT_HERE, Core, Unit, check_name

_NOTED_EVERY = dt.timedelta(minutes=1)


class Keys:
    """API keys. Only their digests are stored; the secret is shown once."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def create(
        self, who: Principal, team: str, name: str, scopes: Iterable[Scope], *, expires_at: dt.datetime | None = None
    ) -> NewApiKey:
        """Make a key of a team (admin). Raises Forbidden, NotFound and Invalid."""
        who.require("admin")
        wanted = sorted(set(scopes))
        if not wanted or not KEY_SCOPES.issuperset(wanted):
            raise Invalid("scopes", f"must be one or more of {', '.join(sorted(KEY_SCOPES))}")
        with self._core.unit(who) as unit:
            if unit.session.get(TeamRow, team) is None:
                raise NotFound(NOT_HERE)
            if expires_at is not None and (expires_at.tzinfo is None or expires_at <= unit.now):
                raise Invalid("expires_at", "must be a moment to come, with its time zone")
            made = _make(unit, team, check_name("name", name), wanted, expires_at)
            unit.record("key.created", team=team, target=made.key.id, scopes=[str(s) for s in wanted])
            return made

    def list(self, who: Principal) -> tuple[ApiKey, ...]:
        """Return all keys, newest first (admin)."""
        who.require("admin")
        with self._core.unit(who) as unit:
            rows = unit.session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.created_at.desc(), ApiKeyRow.id)).all()
            unit.record("keys.listed", count=len(rows))
            return tuple(_record(row) for row in rows)

    def rotate(self, who: Principal, key: str, *, overlap: dt.timedelta = dt.timedelta(days=1)) -> NewApiKey:
        """Make a key like this one (admin); this one ends after ``overlap``.

        Raises Forbidden, NotFound, Invalid, and Conflict where the key has ended already.
        """
        who.require("admin")
        if not dt.timedelta(0) <= overlap <= dt.timedelta(days=30):
            raise Invalid("overlap", "must be from nothing to 30 days")
        with self._core.unit(who) as unit:
            row = _locked(unit, key)
            if not _lives(row, unit.now):
                raise Conflict("this key has ended; make a new one")
            lifetime = row.expires_at - row.created_at if row.expires_at else None
            made = _make(
                unit, row.team_id, row.name, cast("list[Scope]", row.scopes), unit.now + lifetime if lifetime else None
            )
            ends = unit.now + overlap
            row.expires_at = min(row.expires_at, ends) if row.expires_at else ends
            unit.record("key.rotated", team=row.team_id, target=row.id, replaced_by=made.key.id)
            return made

    def revoke(self, who: Principal, key: str) -> ApiKey:
        """End a key now (admin). Raises Forbidden and NotFound."""
        who.require("admin")
        with self._core.unit(who) as unit:
            row = _locked(unit, key)
            row.revoked_at = row.revoked_at or unit.now
            unit.record("key.revoked", team=row.team_id, target=row.id)
            return _record(row)

    def find(self, secret: str, *, acting_for: str | None = None) -> Principal | None:
        """Return who a key stands for, or None where it is unknown or has ended.

        ``acting_for`` is the person for whom the system asks. Raises Invalid where that is no name.
        """
        with self._core.database.reading() as session:
            now = self._core.database.clock()
            row = session.scalars(select(ApiKeyRow).where(ApiKeyRow.digest == digest(secret))).one_or_none()
        if row is None or not _lives(row, now):
            return None
        if row.last_used_at is None or now - row.last_used_at >= _NOTED_EVERY:
            with self._core.database.writing() as session:
                session.get_one(ApiKeyRow, row.id).last_used_at = now
        name = check_name("acting_for", acting_for) if acting_for is not None else None
        scopes = frozenset(cast("list[Scope]", row.scopes))
        return Principal("key", row.id, row.name, {row.team_id: scopes}, acting_for=name)


def _make(unit: Unit, team: str, name: str, scopes: list[Scope], expires_at: dt.datetime | None) -> NewApiKey:
    secret = KEY_PREFIX + new_token()
    row = ApiKeyRow(
        id=new_id("key"),
        team_id=team,
        name=name,
        hint=secret[: len(KEY_PREFIX) + 6],
        digest=digest(secret),
        scopes=list(scopes),
        created_at=unit.now,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
    )
    unit.session.add(row)
    return NewApiKey(key=_record(row), secret=secret)


def _locked(unit: Unit, key: str) -> ApiKeyRow:
    row = unit.session.scalars(select(ApiKeyRow).where(ApiKeyRow.id == key).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(NOT_HERE)
    return row


def _lives(row: ApiKeyRow, now: dt.datetime) -> bool:
    return row.revoked_at is None and (row.expires_at is None or now < row.expires_at)


def _record(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        team=row.team_id,
        name=row.name,
        hint=row.hint,
        scopes=tuple(cast("list[Scope]", row.scopes)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
