"""Who is asking, and what they may do in which team."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from service.errors import Forbidden, Invalid, NotFound

Role = Literal["practitioner", "lead"]
Scope = Literal[
    "screen",
    "cases:read",
    "notes:write",
    "answers:write",
    "closures:write",
    "closures:confirm",
    "reports:read",
    "audit:read",
    "export",
    "erase",
    "team:write",
    "admin",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_PRACTITIONER: frozenset[Scope] = frozenset(("screen", "cases:read", "notes:write", "answers:write", "closures:write"))
_LEAD: frozenset[Scope] = _PRACTITIONER | {
    "closures:confirm",
    "reports:read",
    "audit:read",
    "export",
    "erase",
    "team:write",
}
SCOPES_OF_ROLE: dict[Role, frozenset[Scope]] = {"practitioner": _PRACTITIONER, "lead": _LEAD}

#: What an API key can be given. Confirming a closure, erasing and looking after people stay with people.
KEY_SCOPES: frozenset[Scope] = frozenset(SCOPES) - {"closures:confirm", "erase", "team:write", "admin"}


@dataclass(frozen=True)
class Principal:
    """Who is asking: a person signed in, an API key, or the service itself (commands run on its machine).

    ``teams`` maps the id of each team they belong to to their scopes there. ``admin`` looks after accounts, teams
    and keys; it opens no case. ``acting_for`` names the person for whom a system asks: an answer or a closure
    needs a named person, so a key without it may not give one. Who has to change a one-time password first is in no
    team until then.
    """

    kind: Literal["account", "key", "service"]
    id: str
    name: str
    teams: dict[str, frozenset[Scope]] = field(default_factory=dict)
    admin: bool = False
    acting_for: str | None = None
    must_change_password: bool = False

    def scopes_in(self, team: str) -> frozenset[Scope]:
        """Return the scopes in a team; none where the caller is not in it."""
        return self.teams.get(team, frozenset())

    def may(self, scope: Scope) -> bool:
        """Say whether the caller has a scope in any team of theirs."""
        return (self.admin and scope in ("admin", "screen")) or any(scope in held for held in self.teams.values())

    def require(self, scope: Scope) -> None:
        """Raise Forbidden where the caller has the scope in no team."""
        if not self.may(scope):
            raise Forbidden(scope)

    def require_in(self, team: str, scope: Scope) -> None:
        """Raise NotFound for a team that is not the caller's, Forbidden where the scope is missing in it."""
        if team not in self.teams:
            raise NotFound("there is nothing here for you under this address")
        if scope not in self.teams[team]:
            raise Forbidden(scope)

    def named_person(self, team: str) -> tuple[str, str]:
        """Return who answers, and in what role: answers and closures are given by a named person (rule R27).

        Raises Invalid for a key that names nobody, Forbidden for the service itself.
        """
        if self.kind == "account":
            return self.name, "lead" if "closures:confirm" in self.scopes_in(team) else "practitioner"
        if self.kind == "service":
            raise Forbidden("answers:write")
        if self.acting_for is None:
            raise Invalid("acting_for", "is needed: a named person answers, so say for whom your system asks")
        return self.acting_for, "through a system"


def service_principal(name: str = "service") -> Principal:
    """Return the service itself: for commands run on its machine and for its own timed work."""
    return Principal("service", "service", name, admin=True)
