"""Looking after teams, accounts and API keys."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.access import Caller, StoreHere
from service.etags import IfMatchNeeded, tag
from service.security.principal import Scope
from service.store.records import Account, ApiKey, Member, Membership, Name, NewApiKey, Team, TeamSettings

router = APIRouter(prefix="/v1", tags=["teams, accounts and keys"])

Id = Annotated[str, Path(min_length=1, max_length=60)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewTeam(_Body):
    """A team to make."""

    name: Name
    settings: TeamSettings = Field(default_factory=TeamSettings)


class TeamChange(_Body):
    """What may be changed about a team; what is left out stays."""

    name: Name | None = None
    settings: TeamSettings | None = None


class NewAccount(_Body):
    """A person who is to sign in."""

    name: Name = Field(description="The name they sign in with.")
    full_name: Name
    admin: bool = False
    memberships: list[Membership] = Field(default_factory=list, max_length=100)
    oidc_subject: str | None = Field(None, max_length=500, description="`issuer|subject`, for OpenID Connect.")


class AccountChange(_Body):
    """What may be changed about an account; what is left out stays."""

    full_name: Name | None = None
    admin: bool | None = None
    memberships: list[Membership] | None = Field(None, max_length=100)
    active: bool | None = None


class AccountMade(BaseModel):
    """An account, with the one-time password that is shown this once."""

    account: Account
    one_time_password: str | None


class OneTimePassword(BaseModel):
    """A one-time password, shown this once."""

    one_time_password: str


class NewKey(_Body):
    """An API key to make."""

    team: str = Field(min_length=1, max_length=60)
    name: Name
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    expires_at: AwareDatetime | None = None


@router.get("/teams", summary="List teams")
def list_teams(store: StoreHere, caller: Caller) -> tuple[Team, ...]:
    """List your teams; all of them for an admin."""
    return store.teams.list(caller)


@router.post("/teams", status_code=201, summary="Make a team")
def make_team(body: NewTeam, store: StoreHere, caller: Caller, response: Response) -> Team:
    """Make a team (admin)."""
    made = store.teams.create(caller, body.name, body.settings)
    tag(response, made.version)
    return made


@router.get("/teams/{team}", summary="Read a team")
def read_team(team: Id, store: StoreHere, caller: Caller, response: Response) -> Team:
    """Read a team's settings, and its ETag."""
    found = store.teams.get(caller, team)
    tag(response, found.version)
    return found


@router.patch("/teams/{team}", summary="Change a team")
def change_team(
    team: Id, body: TeamChange, store: StoreHere, caller: Caller, if_match: IfMatchNeeded, response: Response
) -> Team:
    """Change a team's settings (its lead) or name (admin)."""
    changed = store.teams.update(caller, team, name=body.name, settings=body.settings, if_match=if_match)
    tag(response, changed.version)
    return changed


@router.get("/teams/{team}/members", summary="List the members of a team")
def list_members(team: Id, store: StoreHere, caller: Caller) -> tuple[Member, ...]:
    """List who a passage can be given to."""
    return store.accounts.members(caller, team)


@router.get("/accounts", summary="List accounts")
def list_accounts(store: StoreHere, caller: Caller) -> tuple[Account, ...]:
    """List every account (admin)."""
    return store.accounts.list(caller)


@router.post("/accounts", status_code=201, summary="Make an account")
def make_account(body: NewAccount, store: StoreHere, caller: Caller, response: Response) -> AccountMade:
    """Make an account (admin). The one-time password in the answer is not shown again."""
    made, password = store.accounts.create(
        caller,
        body.name,
        body.full_name,
        admin=body.admin,
        memberships=tuple(body.memberships),
        oidc_subject=body.oidc_subject,
    )
    tag(response, made.version)
    return AccountMade(account=made, one_time_password=password)


@router.get("/accounts/{account}", summary="Read an account")
def read_account(account: Id, store: StoreHere, caller: Caller, response: Response) -> Account:
    """Read your own account, or any as an admin, and its ETag."""
    found = store.accounts.get(caller, account)
    tag(response, found.version)
    return found


@router.patch("/accounts/{account}", summary="Change an account")
def change_account(
    account: Id, body: AccountChange, store: StoreHere, caller: Caller, if_match: IfMatchNeeded, response: Response
) -> Account:
    """Change memberships, or close an account (admin). Its sessions end where it is closed."""
    changed = store.accounts.update(
        caller,
        account,
        full_name=body.full_name,
        admin=body.admin,
        memberships=None if body.memberships is None else tuple(body.memberships),
        active=body.active,
        if_match=if_match,
    )
    tag(response, changed.version)
    return changed


@router.post("/accounts/{account}/password", summary="Reset a password")
def reset_password(account: Id, store: StoreHere, caller: Caller) -> OneTimePassword:
    """Set a one-time password (admin). The account's sessions end."""
    return OneTimePassword(one_time_password=store.accounts.reset_password(caller, account))


@router.get("/keys", summary="List API keys")
def list_keys(store: StoreHere, caller: Caller) -> tuple[ApiKey, ...]:
    """List every API key, without its secret (admin)."""
    return store.keys.list(caller)


@router.post("/keys", status_code=201, summary="Make an API key")
def make_key(body: NewKey, store: StoreHere, caller: Caller) -> NewApiKey:
    """Make an API key for a team (admin). The secret in the answer is not shown again."""
    return store.keys.create(caller, body.team, body.name, body.scopes, expires_at=body.expires_at)


@router.post("/keys/{key}/rotation", status_code=201, summary="Rotate an API key")
def rotate_key(key: Id, store: StoreHere, caller: Caller) -> NewApiKey:
    """Make a new secret with the same scopes (admin). The old one works for one more day."""
    return store.keys.rotate(caller, key)


@router.delete("/keys/{key}", summary="Revoke an API key")
def revoke_key(key: Id, store: StoreHere, caller: Caller) -> ApiKey:
    """Make a key worthless at once (admin)."""
    return store.keys.revoke(caller, key)
