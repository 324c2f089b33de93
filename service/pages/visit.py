"""Who looks at a page: a signed-in person. Keys of systems open no page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service.access import StoreHere, session_token
from service.context import Service, ServiceHere
from service.pages.forms import FormHere
from service.problems import Problem
from service.security.principal import Principal
from service.store import Store


class SignedOut(Exception):  # noqa: N818 - named for what happened
    """Nobody is signed in, or the session has run out. ``typed`` is what the person had typed."""

    def __init__(self, typed: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__()
        self.typed = typed


class OneTimePassword(Exception):  # noqa: N818
    """The person has to choose a password of their own first."""


@dataclass(frozen=True)
class Visit:
    """One request by a signed-in person, with all that a page needs to answer it."""

    who: Principal
    csrf: str
    service: Service
    store: Store
    token: str

    @property
    def leads(self) -> list[str]:
        """The teams whose reports this person reads."""
        return [team for team, scopes in self.who.teams.items() if "reports:read" in scopes]


def _newcomer(service: ServiceHere, store: StoreHere, token: Annotated[str | None, Depends(session_token)]) -> Visit:
    who = store.sessions.find(token) if token else None
    if token is None or who is None:
        raise SignedOut
    return Visit(who, store.sessions.csrf(token), service, store, token)


def _visit(visit: Annotated[Visit, Depends(_newcomer)]) -> Visit:
    if visit.who.must_change_password:
        raise OneTimePassword
    return visit


def _newcomer_sending(
    service: ServiceHere, store: StoreHere, token: Annotated[str | None, Depends(session_token)], form: FormHere
) -> Visit:
    try:
        visit = _newcomer(service, store, token)
    except SignedOut:
        raise SignedOut(tuple(form.typed())) from None
    if not store.sessions.csrf_fits(visit.token, form.get("csrf")):
        # A form from before the last sign-in, or from somewhere else: its sender is asked, nothing is recorded.
        raise SignedOut(tuple(form.typed()))
    return visit


def _sending(visit: Annotated[Visit, Depends(_newcomer_sending)]) -> Visit:
    return _visit(visit)


def client_address(request: Request) -> str:
    """Return where a request comes from, for throttling only."""
    return request.client.host if request.client else "unknown"


def require_team(visit: Visit) -> None:
    """Raise Problem for who is in no team: an admin who looks after accounts opens no case."""
    if not visit.who.teams:
        raise Problem(403, "no-team", "You are in no team, so there are no passages for you here.")


#: A visitor who reads; one who sends a form; and both for those who still have a one-time password.
Reading = Annotated[Visit, Depends(_visit)]
Sending = Annotated[Visit, Depends(_sending)]
NewcomerReading = Annotated[Visit, Depends(_newcomer)]
NewcomerSending = Annotated[Visit, Depends(_newcomer_sending)]
