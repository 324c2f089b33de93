"""Accounts: the people who sign in, and what they are in which team."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.security.passwords import check_new, one_time_password
from service.security.principal import SCOPES_OF_ROLE, Principal, service_principal
from service.security.tokens import new_id
from service.store.records import Account, Member, Membership, TeamSettings
from service.store.tables import AccountRow, MembershipRow, SessionRow, TeamRow
from service.store.unit import NOT_HERE, Core, Unit, check_name, check_version


class Accounts:
    """Accounts: made by an admin; a password is one-time until its owner has changed it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def first_admin(self, name: str, team_name: str) -> str | None:
        """Make the first account, admin and lead of a first team, and return its one-time password.

        None where there are accounts already: it cannot be used to get in later.
        """
        with self._core.unit(service_principal()) as unit:
            if unit.session.scalar(select(func.count()).select_from(AccountRow)):
                return None
            team = TeamRow(
                id=new_id("tm"),
                name=check_name("team_name", team_name),
                settings=TeamSettings().model_dump(mode="json"),
                created_at=unit.now,
                version=1,
            )
            unit.session.add(team)
            unit.session.flush()
            unit.record("team.created", team=team.id, target=team.id)
            _, password = _create(unit, name, name, True, [Membership(team=team.id, role="lead")], None)
            return password

    def create(
        self,
        who: Principal,
        name: str,
        full_name: str,
        *,
        admin: bool = False,
        memberships: Iterable[Membership] = (),
        oidc_subject: str | None = None,
    ) -> tuple[Account, str | None]:
        """Make an account and its one-time password (None for one that signs in by OpenID Connect).

        Raises Forbidden, Invalid, and Conflict where the name is taken.
        """
        who.require("admin")
        with self._core.unit(who) as unit:
            return _create(unit, name, full_name, admin, list(memberships), oidc_subject)

    def list(self, who: Principal) -> tuple[Account, ...]:
        """Return all accounts, by name (admin)."""
        who.require("admin")
        with self._core.unit(who) as unit:
            rows = unit.session.scalars(select(AccountRow).order_by(AccountRow.name_folded)).all()
            unit.record("accounts.listed", count=len(rows))
            return tuple(account_record(unit.session, row) for row in rows)

    def members(self, who: Principal, team: str) -> tuple[Member, ...]:
        """Return the active members of one of the caller's teams, by name: to choose an owner from."""
        with self._core.unit(who) as unit:
            if not who.admin and team not in who.teams:
                raise NotFound(NOT_HERE)
            rows = unit.session.execute(
                select(AccountRow.id, AccountRow.full_name, MembershipRow.role)
                .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
                .where(MembershipRow.team_id == team, AccountRow.active)
                .order_by(AccountRow.full_name, AccountRow.id)
            ).all()
            unit.record("members.listed", team=team, count=len(rows))
            return tuple(
                Member.model_validate({"id": ident, "full_name": full_name, "role": role})
                for ident, full_name, role in rows
            )

    def get(self, who: Principal, account: str) -> Account:
        """Return one's own account, or any for an admin. Raises NotFound."""
        with self._core.unit(who) as unit:
            row = _visible(unit.session, who, account)
            unit.record("account.read", target=account)
            return account_record(unit.session, row)

    def update(
        self,
        who: Principal,
        account: str,
        *,
        full_name: str | None = None,
        admin: bool | None = None,
        memberships: Iterable[Membership] | None = None,
        active: bool | None = None,
        if_match: int | None = None,
    ) -> Account:
        """Change an account (admin). Closing one ends its sessions at once.

        Raises Forbidden, NotFound, Invalid, Changed, and Conflict where no active admin would be left.
        """
        who.require("admin")
        with self._core.unit(who) as unit:
            # All admins are locked, so that two of them cannot close each other at once and leave nobody.
            admins = set(
                unit.session.scalars(
                    select(AccountRow.id)
                    .where(AccountRow.admin, AccountRow.active)
                    .order_by(AccountRow.id)
                    .with_for_update()
                )
            )
            row = _visible(unit.session, who, account, lock=True)
            check_version(row.version, if_match)
            if full_name is not None:
                row.full_name = check_name("full_name", full_name)
            if admin is not None:
                row.admin = admin
            if active is not None:
                row.active = active
            if memberships is not None:
                unit.session.execute(delete(MembershipRow).where(MembershipRow.account_id == row.id))
                _join(unit.session, row.id, list(memberships))
            if not (row.admin and row.active) and admins == {row.id}:
                raise Conflict("this is the last active admin; make another one first")
            if not row.active:
                _end_sessions(unit.session, row.id)
            row.version += 1
            given = {"full_name": full_name, "admin": admin, "memberships": memberships, "active": active}
            unit.record(
                "account.changed",
                target=row.id,
                fields=[field for field, value in given.items() if value is not None],
                admin=row.admin,
                active=row.active,
            )
            return account_record(unit.session, row)

    def reset_password(self, who: Principal, account: str) -> str:
        """Give an account a new one-time password (admin) and end its sessions. Raises Forbidden and NotFound."""
        who.require("admin")
        password = one_time_password()
        hashed = self._core.passwords.hash(password)
        with self._core.unit(who) as unit:
            row = _visible(unit.session, who, account, lock=True)
            row.password_hash, row.must_change_password = hashed, True
            row.version += 1
            _end_sessions(unit.session, row.id)
            unit.record("account.password_reset", target=row.id)
        return password

    def change_password(self, who: Principal, old: str, new: str) -> None:
        """Change one's own password and end all of one's sessions. Raises Forbidden and Invalid."""
        if who.kind != "account":
            raise Forbidden("account")
        with self._core.database.reading() as session:
            name, stored = session.execute(
                select(AccountRow.name, AccountRow.password_hash).where(AccountRow.id == who.id)
            ).one()
        check_new(new, name)
        if old == new:
            raise Invalid("new_password", "is the old one")
        # Hashing is slow on purpose, so it is done before the transaction begins.
        hashed = self._core.passwords.hash(new) if self._core.passwords.fits(stored, old) else None
        with self._core.unit(who) as unit:
            row = _visible(unit.session, who, who.id, lock=True)
            if hashed is None or row.password_hash != stored:
                unit.record("account.password_refused", target=row.id)
                unit.refuse(Invalid("old_password", "is not right"))
            row.password_hash, row.must_change_password = hashed, False
            row.version += 1
            _end_sessions(unit.session, row.id)
            unit.record("account.password_changed", target=row.id)


def principal_of(session: Session, row: AccountRow) -> Principal:
    """Return who an account is, with the scopes of its roles; none before a one-time password is changed."""
    if row.must_change_password:
        return Principal("account", row.id, row.name, must_change_password=True)
    members = session.scalars(select(MembershipRow).where(MembershipRow.account_id == row.id))
    teams = {m.team_id: SCOPES_OF_ROLE["lead" if m.role == "lead" else "practitioner"] for m in members}
    return Principal("account", row.id, row.name, teams, admin=row.admin)


def _create(
    unit: Unit, name: str, full_name: str, admin: bool, memberships: list[Membership], oidc_subject: str | None
) -> tuple[Account, str | None]:
    name = check_name("name", name)
    folded = name.casefold()
    if unit.session.scalar(select(AccountRow.id).where(AccountRow.name_folded == folded)) is not None:
        raise Conflict("there is an account of this name already")
    if oidc_subject is not None:
        taken = select(AccountRow.id).where(AccountRow.oidc_subject == oidc_subject)
        if unit.session.scalar(taken) is not None:
            raise Conflict("there is an account for this OpenID Connect subject already")
    password = None if oidc_subject else one_time_password()
    row = AccountRow(
        id=new_id("ac"),
        name=name,
        name_folded=folded,
        full_name=check_name("full_name", full_name),
        password_hash=unit.core.passwords.hash(password) if password else None,
        oidc_subject=oidc_subject,
        admin=admin,
        active=True,
        must_change_password=password is not None,
        created_at=unit.now,
        last_sign_in=None,
        version=1,
    )
    unit.session.add(row)
    unit.session.flush()
    _join(unit.session, row.id, memberships)
    unit.record("account.created", target=row.id, admin=admin, teams=[m.team for m in memberships])
    return account_record(unit.session, row), password


def _join(session: Session, account: str, memberships: list[Membership]) -> None:
    known = set(session.scalars(select(TeamRow.id)))
    if len({m.team for m in memberships}) < len(memberships):
        raise Invalid("memberships", "name a team twice")
    if any(m.team not in known for m in memberships):
        raise Invalid("memberships", "name a team that is not there")
    session.add_all(MembershipRow(account_id=account, team_id=m.team, role=m.role) for m in memberships)
    session.flush()


def _visible(session: Session, who: Principal, account: str, *, lock: bool = False) -> AccountRow:
    asked = select(AccountRow).where(AccountRow.id == account)
    row = session.scalars(asked.with_for_update() if lock else asked).one_or_none()
    if row is None or not (who.admin or (who.kind == "account" and who.id == account)):
        raise NotFound(NOT_HERE)
    return row


def _end_sessions(session: Session, account: str) -> None:
    session.execute(delete(SessionRow).where(SessionRow.account_id == account))


def account_record(session: Session, row: AccountRow) -> Account:
    """Return an account as it is given out."""
    members = session.scalars(
        select(MembershipRow).where(MembershipRow.account_id == row.id).order_by(MembershipRow.team_id)
    )
    return Account(
        id=row.id,
        name=row.name,
        full_name=row.full_name,
        admin=row.admin,
        memberships=tuple(Membership.model_validate({"team": m.team_id, "role": m.role}) for m in members),
        active=row.active,
        must_change_password=row.must_change_password,
        oidc_subject=row.oidc_subject,
        created_at=row.created_at,
        last_sign_in=row.last_sign_in,
        version=row.version,
    )
