"""Who is asking: an API key, a signed-in session, or, with the store switched off, anybody the gateway lets through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from service.context import Service, ServiceHere
from service.problems import Problem
from service.security.principal import Principal, Scope
from service.store import Store

#: The header in which a system says for which person it asks.
ACTING_FOR = "Screener-Acting-For"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_KEY = HTTPBearer(scheme_name="key", description="An API key of a team.", auto_error=False)
#: For the description only: which cookie it is depends on the mode.
_SESSION = APIKeyCookie(
    name="__Host-screener-session", scheme_name="session", description="A signed-in session.", auto_error=False
)


def cookie_name(service: Service) -> str:
    """Return the session cookie's name. The prefix makes browsers insist on https and on this very host."""
    return "screener-session" if service.settings.development else "__Host-screener-session"


def session_token(request: Request, service: ServiceHere) -> str | None:
    """Return the token of the session cookie, if there is one."""
    return request.cookies.get(cookie_name(service))


def _store(service: ServiceHere) -> Store:
    if service.store is None:
        raise Problem(404, "store-off", "The case store is switched off here: nothing is kept.")
    return service.store


def _principal(
    request: Request,
    service: ServiceHere,
    token: Annotated[str | None, Depends(session_token)],
    key: Annotated[HTTPAuthorizationCredentials | None, Security(_KEY)],
    _: Annotated[str | None, Security(_SESSION)],
    acting_for: Annotated[
        str | None,
        Header(alias=ACTING_FOR, max_length=120, description="The person for whom a system asks, with an API key."),
    ] = None,
    csrf: Annotated[
        str | None,
        Header(alias="X-CSRF-Token", max_length=200, description="Needed to change anything with a session cookie."),
    ] = None,
) -> Principal:
    store = _store(service)
    if key is not None:
        found = store.keys.find(key.credentials, acting_for=acting_for)
    elif token is not None:
        found = store.sessions.find(token)
        if found and request.method not in _SAFE and not (csrf and store.sessions.csrf_fits(token, csrf)):
            raise Problem(403, "csrf", "Send the X-CSRF-Token that came with the sign-in.")
    else:
        found = None
    if found is None:
        raise Problem(
            401,
            "not-signed-in",
            "Send an API key as `Authorization: Bearer …`, or sign in.",
            headers={"www-authenticate": "Bearer"},
        )
    return found


def _caller(principal: Annotated[Principal, Depends(_principal)]) -> Principal:
    if principal.must_change_password:
        raise Problem(403, "change-password", "This is a one-time password: set your own at /v1/me/password first.")
    return principal


def may(scope: Scope) -> Callable[[Principal], None]:
    """Return a dependency that lets through who has ``scope`` in any team of theirs.

    Which team it is checked in, on the object, the store decides; this only refuses early.
    """

    def check(caller: Caller) -> None:
        caller.require(scope)

    return check


async def may_screen(
    request: Request,
    service: ServiceHere,
    key: Annotated[HTTPAuthorizationCredentials | None, Security(_KEY)],
    session: Annotated[str | None, Security(_SESSION)],
) -> None:
    """Let anybody screen where the store is off; where it is on, who has the scope for it."""
    if service.store is not None:
        token, csrf = session_token(request, service), request.headers.get("x-csrf-token")
        principal = await run_in_threadpool(_principal, request, service, token, key, session, None, csrf)
        _caller(principal).require("screen")


#: For routes of the store: the store itself, who asks, and who asks even before a one-time password was changed.
StoreHere = Annotated[Store, Depends(_store)]
Caller = Annotated[Principal, Depends(_caller)]
Newcomer = Annotated[Principal, Depends(_principal)]
