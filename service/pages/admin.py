"""For admins: people, teams and the keys of systems. An admin opens no case by being one."""

from __future__ import annotations

import datetime as dt
from typing import cast

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from service.errors import Changed, Conflict, Invalid
from service.pages.forms import Form, FormHere
from service.pages.route import pages
from service.pages.show import page
from service.pages.visit import Reading, Sending, Visit
from service.security.principal import KEY_SCOPES, Role, Scope
from service.store.records import Membership

router = pages()

_REFUSALS = (Changed, Conflict, Invalid)


@router.get("/admin/people")
def people(visit: Reading) -> HTMLResponse:
    """List the accounts, with the form for a new one."""
    return _people(visit)


@router.post("/admin/people")
def make_account(visit: Sending, form: FormHere) -> Response:
    """Make an account. Its one-time password is shown on the page that answers, and nowhere again."""
    try:
        made, password = visit.store.accounts.create(
            visit.who,
            form.get("name"),
            form.get("full_name"),
            admin=form.get("admin") == "yes",
            memberships=_memberships(form),
            oidc_subject=form.given("oidc_subject"),
        )
    except _REFUSALS as refused:
        return _people(visit, problem=str(refused), typed=form, status=422)
    return _people(visit, secret=(f"One-time password of {made.name}", password) if password else None)


@router.get("/admin/people/{account}")
def account_page(visit: Reading, account: str) -> HTMLResponse:
    """Show one account."""
    return _account(visit, account)


@router.post("/admin/people/{account}")
def change_account(visit: Sending, account: str, form: FormHere) -> Response:
    """Change an account: its name, its teams, whether it is an admin's, whether it is closed."""
    try:
        visit.store.accounts.update(
            visit.who,
            account,
            full_name=form.get("full_name"),
            admin=form.get("admin") == "yes",
            memberships=_memberships(form),
            active=form.get("active") == "yes",
            if_match=form.number("version"),
        )
    except _REFUSALS as refused:
        return _account(visit, account, problem=str(refused), status=422)
    return RedirectResponse(f"/admin/people/{account}", 303)


@router.post("/admin/people/{account}/password")
def reset_password(visit: Sending, account: str) -> HTMLResponse:
    """Give an account a one-time password. It is shown on the page that answers, and nowhere again."""
    password = visit.store.accounts.reset_password(visit.who, account)
    return _account(visit, account, secret=("One-time password", password))


@router.get("/admin/teams")
def team_list(visit: Reading) -> HTMLResponse:
    """List the teams, with the form for a new one."""
    return _teams(visit)


@router.post("/admin/teams")
def make_team(visit: Sending, form: FormHere) -> Response:
    """Make a team."""
    try:
        visit.store.teams.create(visit.who, form.get("name"))
    except _REFUSALS as refused:
        return _teams(visit, str(refused), 422)
    return RedirectResponse("/admin/teams", 303)


@router.get("/admin/keys")
def key_list(visit: Reading) -> HTMLResponse:
    """List the keys of systems, with the form for a new one."""
    return _keys(visit)


@router.post("/admin/keys")
def make_key(visit: Sending, form: FormHere) -> Response:
    """Make a key. Its secret is shown on the page that answers, and nowhere again."""
    days = form.number("days")
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=min(days, 3_650)) if days else None
    try:
        made = visit.store.keys.create(
            visit.who,
            form.get("team"),
            form.get("name"),
            cast("tuple[Scope, ...]", form.all("scopes")),
            expires_at=ends,
        )
    except _REFUSALS as refused:
        return _keys(visit, problem=str(refused), status=422)
    return _keys(visit, secret=(f"Secret of the key {made.key.name}", made.secret))


@router.post("/admin/keys/{key}/rotate")
def rotate_key(visit: Sending, key: str) -> Response:
    """Make a new secret for a key; the old one works for one more day."""
    try:
        made = visit.store.keys.rotate(visit.who, key)
    except _REFUSALS as refused:
        return _keys(visit, problem=str(refused), status=409)
    return _keys(visit, secret=(f"New secret of the key {made.key.name}", made.secret))


@router.post("/admin/keys/{key}/revoke")
def revoke_key(visit: Sending, key: str) -> RedirectResponse:
    """End a key now."""
    visit.store.keys.revoke(visit.who, key)
    return RedirectResponse("/admin/keys", 303)


def _memberships(form: Form) -> list[Membership]:
    """Return the teams chosen in a form, one field a team: ``role.TEAM``."""
    chosen = ((key.removeprefix("role."), value) for key, value in form.typed() if key.startswith("role."))
    return [Membership(team=team, role=cast("Role", role)) for team, role in chosen if role in ("practitioner", "lead")]


def _people(
    visit: Visit,
    *,
    problem: str | None = None,
    secret: tuple[str, str] | None = None,
    typed: Form | None = None,
    status: int = 200,
) -> HTMLResponse:
    return page(
        "people",
        visit,
        status=status,
        accounts=visit.store.accounts.list(visit.who),
        teams=visit.store.teams.list(visit.who),
        problem=problem,
        secret=secret,
        typed=typed or Form([]),
    )


def _account(
    visit: Visit,
    account: str,
    *,
    problem: str | None = None,
    secret: tuple[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    visit.who.require("admin")
    found = visit.store.accounts.get(visit.who, account)
    return page(
        "account",
        visit,
        status=status,
        account=found,
        roles={membership.team: membership.role for membership in found.memberships},
        teams=visit.store.teams.list(visit.who),
        problem=problem,
        secret=secret,
    )


def _teams(visit: Visit, problem: str | None = None, status: int = 200) -> HTMLResponse:
    visit.who.require("admin")
    return page("teams", visit, status=status, teams=visit.store.teams.list(visit.who), problem=problem)


def _keys(
    visit: Visit, *, problem: str | None = None, secret: tuple[str, str] | None = None, status: int = 200
) -> HTMLResponse:
    return page(
        "keys",
        visit,
        status=status,
        keys=visit.store.keys.list(visit.who),
        teams=visit.store.teams.list(visit.who),
        scopes=sorted(KEY_SCOPES),
        now=dt.datetime.now(dt.UTC),
        problem=problem,
        secret=secret,
    )
