"""The store: its parts put together over one database and one keyring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from argon2 import PasswordHasher
from sqlalchemy import select, text

from service.errors import Conflict, Damaged, WrongKey
from service.followup.patterns import PatternFinder
from service.followup.terms import Tier
from service.security.chain import START
from service.security.keyring import Keyring, Wrapped
from service.security.passwords import Passwords
from service.security.principal import service_principal
from service.store.accounts import Accounts
from service.store.audit import Audit
from service.store.cards import Cards
from service.store.cases import Cases
from service.store.closures import Closures
from service.store.database import Clock, Database, utc_now
from service.store.highlights import Highlights, Patterns
from service.store.keys import Keys
from service.store.notes import Notes
from service.store.outbox import Outbox
from service.store.reports import Reports
from service.store.retention import Retention
from service.store.schema import current, newest, refuse_newer
from service.store.sessions import Sessions
from service.store.tables import AuditHead, CaseRow, SecretRow
from service.store.teams import Teams
from service.store.unit import Core, Options

_AUDIT_KEY = "audit"
_BATCH = 200


class Store:
    """The case store.

    ``url`` is the database, brought to the newest tables by ``migrate`` before. ``keys`` are master keys of 32 bytes:
    the first encrypts, the others still decrypt. ``tiers`` gives the tier of each indicator (others count as B),
    ``find_patterns`` finds the patterns of a case (none: patterns are not followed up), ``retention_days`` holds where
    a team has not set its own. ``clock`` and ``hasher`` are for tests.

    Raises WrongKey where the keys do not open what is stored, Conflict where the tables are not of this release, and
    StoreUnavailable. Safe to share between threads, and between processes that each make their own.
    """

    def __init__(
        self,
        url: str,
        keys: Sequence[bytes],
        *,
        tiers: Mapping[str, Tier] | None = None,
        find_patterns: PatternFinder | None = None,
        session_idle: dt.timedelta = dt.timedelta(minutes=60),
        retention_days: int | None = None,
        clock: Clock = utc_now,
        hasher: PasswordHasher | None = None,
    ) -> None:
        keyring = Keyring(keys)
        self.database = Database(url, clock)
        try:
            version = current(self.database.engine)
            refuse_newer(version)
            if version != newest():
                raise Conflict("the tables are not of this release; run `screener migrate`")
            options = Options(
                session_idle=session_idle,
                retention_days=retention_days,
                tiers=tiers or {},
                find_patterns=find_patterns,
            )
            core = Core(self.database, keyring, _audit_key(self.database, keyring), Passwords(hasher), options)
        except BaseException:
            self.database.close()
            raise
        self._core = core
        self.teams = Teams(core)
        self.accounts = Accounts(core)
        self.sessions = Sessions(core)
        self.keys = Keys(core)
        self.cases = Cases(core)
        self.notes = Notes(core)
        self.highlights = Highlights(core)
        self.patterns = Patterns(core)
        self.closures = Closures(core)
        self.reports = Reports(core)
        self.audit = Audit(core)
        self.outbox = Outbox(core)
        self.cards = Cards(core)
        self.retention = Retention(core)

    def ping(self) -> None:
        """Raise StoreUnavailable where the database does not answer."""
        with self.database.reading() as session:
            session.execute(text("SELECT 1"))

    def rotate_keys(self) -> int:
        """Wrap every stored key anew with the first master key, and return how many were not wrapped with it before.

        What they encrypt stays as it is. Older master keys can be dropped afterwards.
        """
        keyring = self._core.keyring
        rotated = 0
        with self._core.unit(service_principal("keys")) as unit:
            for secret in unit.session.scalars(select(SecretRow).with_for_update()):
                if secret.key_id != keyring.active:
                    wrapped = keyring.wrap(
                        secret.name, keyring.unwrap(secret.name, Wrapped(secret.key_id, secret.wrapped))
                    )
                    secret.key_id, secret.wrapped = wrapped.key_id, wrapped.blob
                    rotated += 1
        while True:
            with self._core.unit(service_principal("keys")) as unit:
                cases = unit.session.scalars(
                    select(CaseRow)
                    .where(CaseRow.key_id != keyring.active)
                    .order_by(CaseRow.id)
                    .limit(_BATCH)
                    .with_for_update()
                ).all()
                for case in cases:
                    wrapped = keyring.wrap(case.id, keyring.unwrap(case.id, Wrapped(case.key_id, case.wrapped)))
                    case.key_id, case.wrapped = wrapped.key_id, wrapped.blob
                rotated += len(cases)
                if not cases:
                    unit.record("keys.rotated", keys=rotated, key_id=keyring.active)
                    return rotated

    def close(self) -> None:
        """Close every connection. What was acknowledged is stored."""
        self.database.close()


def _audit_key(database: Database, keyring: Keyring) -> bytes:
    """Return the key of the audit's chain, made when the store is first used; it also proves the master keys right."""
    with database.writing() as session:
        row = session.get(SecretRow, _AUDIT_KEY)
        if row is not None:
            try:
                return keyring.unwrap(_AUDIT_KEY, Wrapped(row.key_id, row.wrapped))
            except Damaged:
                raise WrongKey("the key of the audit does not open; is this the right database?") from None
        if session.get(AuditHead, 1) is not None:
            raise Damaged("the key of the audit is missing from the database")
        raw, wrapped = keyring.new_key(_AUDIT_KEY)
        session.add(SecretRow(name=_AUDIT_KEY, key_id=wrapped.key_id, wrapped=wrapped.blob))
        session.add(AuditHead(id=1, seq=0, hash=START))
        return raw
