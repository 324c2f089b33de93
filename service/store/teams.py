"""Teams and what each sets for itself."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.errors import Conflict, NotFound
from service.security.principal import Principal
from service.security.tokens import new_id
from service.store.records import Team, TeamSettings
from service.store.tables import TeamRow
from service.store.unit import NOT_HERE, Core, check_name, check_version


class Teams:
    """Teams: made by an admin, with settings that their leads change."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def create(self, who: Principal, name: str, settings: TeamSettings | None = None) -> Team:
        """Make a team. Raises Forbidden, Invalid, and Conflict where the name is taken."""
        who.require("admin")
        with self._core.unit(who) as unit:
            row = TeamRow(
                id=new_id("tm"),
                name=_free_name(unit.session, name),
                settings=(settings or TeamSettings()).model_dump(mode="json"),
                created_at=unit.now,
                version=1,
            )
            unit.session.add(row)
            unit.record("team.created", team=row.id, target=row.id)
            return _team(row)

    def list(self, who: Principal) -> tuple[Team, ...]:
        """Return the caller's teams, or all for an admin, by name."""
        with self._core.unit(who) as unit:
            asked = select(TeamRow).order_by(TeamRow.name)
            rows = unit.session.scalars(asked if who.admin else asked.where(TeamRow.id.in_(who.teams))).all()
            unit.record("teams.listed", count=len(rows))
            return tuple(_team(row) for row in rows)

    def get(self, who: Principal, team: str) -> Team:
        """Return a team. Raises NotFound."""
        with self._core.unit(who) as unit:
            row = _own(unit.session, who, team)
            unit.record("team.read", team=team, target=team)
            return _team(row)

    def update(
        self,
        who: Principal,
        team: str,
        *,
        name: str | None = None,
        settings: TeamSettings | None = None,
        if_match: int | None = None,
    ) -> Team:
        """Change a team's name (admin) or settings (its lead, or an admin).

        Raises NotFound, Forbidden, Invalid, Changed, and Conflict where the name is taken.
        """
        with self._core.unit(who) as unit:
            row = _own(unit.session, who, team, lock=True)
            if name is not None:
                who.require("admin")
            elif not who.admin:
                who.require_in(team, "team:write")
            check_version(row.version, if_match)
            if name is not None and name != row.name:
                row.name = _free_name(unit.session, name)
            if settings is not None:
                row.settings = settings.model_dump(mode="json")
            row.version += 1
            changed = [field for field, given in (("name", name), ("settings", settings)) if given is not None]
            unit.record("team.changed", team=team, target=team, fields=changed)
            return _team(row)


def _own(session: Session, who: Principal, team: str, *, lock: bool = False) -> TeamRow:
    asked = select(TeamRow).where(TeamRow.id == team)
    row = session.scalars(asked.with_for_update() if lock else asked).one_or_none()
    if row is None or not (who.admin or team in who.teams):
        raise NotFound(NOT_HERE)
    return row


def _free_name(session: Session, name: str) -> str:
    clean = check_name("name", name)
    if session.scalar(select(TeamRow.id).where(TeamRow.name == clean)) is not None:
        raise Conflict("there is a team of this name already")
    return clean


def _team(row: TeamRow) -> Team:
    return Team(
        id=row.id,
        name=row.name,
        settings=TeamSettings.model_validate(row.settings),
        created_at=row.created_at,
        version=row.version,
    )
