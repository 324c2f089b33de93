"""Sign-in, with throttling, and the sessions that follow."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from service.errors import SignInRefused, Throttled
from service.security.principal import Principal, service_principal
from service.security.throttle import FORGOTTEN_AFTER, LIMITS, wait_seconds
from service.security.tokens import csrf_of, digest, new_token, same
from service.store.accounts import account_record, principal_of
from service.store.records import NewSession
from service.store.tables import AccountRow, SessionRow, SignInFailureRow
from service.store.unit import Core, Unit

#: A session's last use is written down no more often than this.
_NOTED_EVERY = dt.timedelta(minutes=1)


class Sessions:
    """Sessions of people. Only digests of their tokens are stored."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def sign_in(self, name: str, password: str, address: str) -> NewSession:
        """Begin a session. ``address`` is where the caller comes from, for throttling only.

        Raises SignInRefused, never saying why, and Throttled after too many failures.
        """
        folded = name.strip().casefold()
        kinds = {
            digest(f"{kind}\0{of}"): kind
            for kind, of in (
                ("name-and-address", f"{folded}\0{address}"),
                ("name", folded),
                ("address", address),
            )
        }
        with self._core.database.reading() as session:
            now = self._core.database.clock()
            failures = session.scalars(select(SignInFailureRow).where(SignInFailureRow.digest.in_(kinds)))
            wait = max((wait_seconds(LIMITS[kinds[f.digest]], f.failures, f.last_at, now) for f in failures), default=0)
            stored = session.scalar(
                select(AccountRow.password_hash).where(AccountRow.name_folded == folded, AccountRow.active)
            )
        if wait:
            raise Throttled(wait)
        fits = self._core.passwords.fits(stored, password)
        renewed = (
            self._core.passwords.hash(password) if fits and stored and self._core.passwords.outdated(stored) else None
        )
        with self._core.unit(service_principal("sign-in")) as unit:
            row = unit.session.scalars(
                select(AccountRow).where(AccountRow.name_folded == folded, AccountRow.active).with_for_update()
            ).one_or_none()
            if row is None or not fits or row.password_hash != stored:
                _count_failure(unit, list(kinds))
                unit.record("sign_in.refused", target=row.id if row else None)
                unit.refuse(SignInRefused())
            for kind in kinds:
                if kinds[kind] != "address" and (failed := unit.session.get(SignInFailureRow, kind)):
                    unit.session.delete(failed)
            row.password_hash = renewed or row.password_hash
            return self._begin(unit, row)

    def sign_in_oidc(self, issuer: str, subject: str) -> NewSession:
        """Begin a session for whom an OpenID Connect issuer has signed in. Raises SignInRefused."""
        with self._core.unit(service_principal("sign-in")) as unit:
            row = unit.session.scalars(
                select(AccountRow).where(AccountRow.oidc_subject == f"{issuer}|{subject}", AccountRow.active)
            ).one_or_none()
            if row is None:
                unit.record("sign_in.refused", target=None)
                unit.refuse(SignInRefused())
            return self._begin(unit, row)

    def find(self, token: str) -> Principal | None:
        """Return who a session belongs to, and move its idle limit on; None where it is unknown or has run out."""
        with self._core.database.reading() as session:
            now = self._core.database.clock()
            row = session.get(SessionRow, digest(token))
            if row is None or self._ended(row, now):
                return None
            account = session.get_one(AccountRow, row.account_id)
            who = principal_of(session, account)
            active = account.active
        if not active:
            return None
        if now - row.last_seen_at >= _NOTED_EVERY:
            with self._core.database.writing() as session:
                current = session.get(SessionRow, row.digest)
                if current is None:
                    return None
                current.last_seen_at = now
        return who

    def csrf(self, token: str) -> str:
        """Return the CSRF token of a session, for its forms."""
        return csrf_of(token)

    def csrf_fits(self, token: str, csrf: str) -> bool:
        """Say whether a CSRF token belongs to a session."""
        return same(csrf_of(token), csrf)

    def sign_out(self, token: str) -> None:
        """End a session; unknown ones are no error."""
        with self._core.unit(service_principal("sign-in")) as unit:
            row = unit.session.get(SessionRow, digest(token))
            if row is not None:
                unit.record("signed_out", target=row.account_id)
                unit.session.delete(row)

    def _begin(self, unit: Unit, account: AccountRow) -> NewSession:
        token = new_token()
        unit.session.add(
            SessionRow(digest=digest(token), account_id=account.id, created_at=unit.now, last_seen_at=unit.now)
        )
        account.last_sign_in = unit.now
        unit.record("signed_in", target=account.id)
        return NewSession(
            token=token,
            csrf=csrf_of(token),
            expires_at=unit.now + self._core.options.session_longest,
            account=account_record(unit.session, account),
        )

    def _ended(self, row: SessionRow, now: dt.datetime) -> bool:
        options = self._core.options
        return now - row.last_seen_at >= options.session_idle or now - row.created_at >= options.session_longest


def _count_failure(unit: Unit, digests: list[str]) -> None:
    """Add one failure to each count, beginning anew after a quiet hour. Sorted, so that two callers cannot deadlock."""
    insert = sqlite.insert if unit.core.database.sqlite else postgresql.insert
    for one in sorted(digests):
        unit.session.execute(
            insert(SignInFailureRow).values(digest=one, failures=0, last_at=unit.now).on_conflict_do_nothing()
        )
        row = unit.session.scalars(
            select(SignInFailureRow).where(SignInFailureRow.digest == one).with_for_update()
        ).one()
        row.failures = 1 if unit.now - row.last_at >= FORGOTTEN_AFTER else row.failures + 1
        row.last_at = unit.now
