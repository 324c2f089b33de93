"""Signing in and out, and one's own password."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from service.access import Newcomer, StoreHere, cookie_name, session_token
from service.context import Service, ServiceHere
from service.problems import Problem
from service.store.records import Account, NewSession

router = APIRouter(prefix="/v1", tags=["sign-in"])

Token = Annotated[str | None, Depends(session_token)]


class SignIn(BaseModel):
    """Name and password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=120)
    password: str = Field(min_length=1, max_length=1_000, repr=False)


class SignedIn(BaseModel):
    """A session begun. Its token is in the cookie."""

    account: Account
    csrf: str = Field(description="Send it as X-CSRF-Token with every change.")
    expires_at: dt.datetime


class PasswordChange(BaseModel):
    """An old password for a new one."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    old: str = Field(min_length=1, max_length=1_000, repr=False)
    new: str = Field(min_length=1, max_length=1_000, repr=False)


class Me(BaseModel):
    """Who is asking, as the service sees it."""

    kind: str
    id: str
    name: str
    admin: bool
    teams: dict[str, list[str]] = Field(description="Scopes by team.")
    must_change_password: bool
    csrf: str | None = Field(description="For a session: send it as X-CSRF-Token with every change.")


def set_session_cookie(response: Response, service: Service, session: NewSession) -> None:
    """Put a session's token into its cookie: out of reach of scripts and of other sites' forms."""
    response.set_cookie(
        cookie_name(service),
        session.token,
        httponly=True,
        secure=not service.settings.development,
        samesite="lax",
        path="/",
    )


@router.post("/sessions", status_code=201, summary="Sign in")
def sign_in(body: SignIn, request: Request, response: Response, service: ServiceHere, store: StoreHere) -> SignedIn:
    """Begin a session. After failed tries the answer is 429 with the seconds to wait."""
    address = request.client.host if request.client else "unknown"
    session = store.sessions.sign_in(body.name, body.password, address)
    set_session_cookie(response, service, session)
    return SignedIn(account=session.account, csrf=session.csrf, expires_at=session.expires_at)


@router.delete("/sessions/current", status_code=204, summary="Sign out")
def sign_out(_: Newcomer, token: Token, service: ServiceHere, store: StoreHere, response: Response) -> None:
    """End this session."""
    if token is None:
        raise Problem(409, "no-session", "An API key has no session to end.")
    store.sessions.sign_out(token)
    response.delete_cookie(cookie_name(service), path="/")


@router.get("/me", summary="Who am I?")
def me(caller: Newcomer, token: Token, store: StoreHere) -> Me:
    """Read who is asking, and with which scopes in which team."""
    return Me(
        kind=caller.kind,
        id=caller.id,
        name=caller.name,
        admin=caller.admin,
        teams={team: sorted(scopes) for team, scopes in caller.teams.items()},
        must_change_password=caller.must_change_password,
        csrf=store.sessions.csrf(token) if token and caller.kind == "account" else None,
    )


@router.post("/me/password", status_code=204, summary="Change one's own password")
def change_password(body: PasswordChange, caller: Newcomer, store: StoreHere) -> None:
    """Set a new password. Every other session of the account ends."""
    store.accounts.change_password(caller, body.old, body.new)
