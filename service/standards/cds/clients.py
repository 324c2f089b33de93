"""CDS clients that are trusted, and the check of the JWT with which each of them signs its calls (CDS Hooks 2.0).

Keys stand in a file, because this service calls nobody: `jku` in a token is not followed.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeGuard

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from service.security.principal import Principal, Scope
from service.settings import SettingsError

ALGORITHMS = ("ES384", "RS384", "ES256", "ES512", "RS256", "RS512", "PS256", "PS384", "PS512")
#: What a CDS client may do for its team: no more than the hooks and their feedback need.
SCOPES: frozenset[Scope] = frozenset(("screen", "cases:read", "notes:write", "answers:write"))
#: How far clocks may be apart, and how long a token may live, in seconds.
_SKEW, _LONGEST_LIFE = 60, 600


class Refused(Exception):  # noqa: N818 - what happened to the caller
    """A token that is not taken. The reason names no part of it."""


class Client(BaseModel):
    """A trusted CDS client. ``team``: the team whose cases it works in; needed where the case store is on."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=r"^[\w-]{1,30}$")
    issuer: str = Field(min_length=1, max_length=500)
    jwks: dict[str, list[dict[str, str | list[str]]]]
    team: str | None = Field(None, max_length=40)

    @field_validator("jwks")
    @classmethod
    def _public(cls, jwks: dict[str, list[dict[str, str | list[str]]]]) -> dict[str, list[dict[str, str | list[str]]]]:
        if not jwks.get("keys"):
            raise ValueError("holds no keys")
        for key in jwks["keys"]:
            if key.get("kty") not in ("EC", "RSA") or "d" in key or "kid" not in key:
                raise ValueError("must hold public EC or RSA keys, each with its kid")
        return jwks

    def principal(self) -> Principal:
        """Return the caller that this client is."""
        return Principal("key", f"cds:{self.name}", self.name, teams={self.team: SCOPES} if self.team else {})


class Clients:
    """The trusted clients. Tokens are taken once: a second call with one is refused while it could still be valid."""

    def __init__(self, clients: list[Client], public_url: str, clock: Callable[[], float] = time.time) -> None:
        self._by_issuer = {client.issuer: (client, KeySet.import_key_set(client.jwks)) for client in clients}  # type: ignore[arg-type]
        self._public_url, self._clock = public_url.rstrip("/"), clock
        self._used: dict[tuple[str, str], float] = {}
        self._turn = threading.Lock()

    @classmethod
    def read(cls, path: Path, public_url: str, clock: Callable[[], float] = time.time) -> Clients:
        """Read the file of clients: a JSON list. Raises SettingsError, without repeating what is in it."""
        try:
            listed = json.loads(path.read_text(encoding="utf-8"))
            clients = TypeAdapter(list[Client]).validate_python(listed)
            made = cls(clients, public_url, clock)
        except OSError:
            raise SettingsError(f"cds_clients: {path} cannot be read") from None
        except (ValueError, TypeError, ValidationError, JoseError):
            raise SettingsError(
                f"cds_clients: {path} is not a JSON list of clients, each with name, issuer, jwks (public keys with "
                "their kid) and, with the store, team; see docs/integration.md"
            ) from None
        if len(made._by_issuer) != len(clients) or len({client.name for client in clients}) != len(clients):
            raise SettingsError(f"cds_clients: {path} names a client or an issuer twice")
        return made

    def check(self, token: str, path: str) -> Principal:
        """Return the client that signed a token for a call of ``path``. Raises Refused."""
        client, claims = self._signed_claims(token)
        now = self._clock()
        expires, issued, ident = claims.get("exp"), claims.get("iat"), claims.get("jti")
        if not (_is_time(expires) and _is_time(issued) and isinstance(ident, str) and 1 <= len(ident) <= 500):
            raise Refused("exp, iat or jti is missing")
        if now > expires + _SKEW or issued > now + _SKEW or expires - now > _LONGEST_LIFE + _SKEW:
            raise Refused("it is expired, not yet valid, or valid for more than ten minutes")
        audience = claims.get("aud")
        if f"{self._public_url}{path}" not in (audience if isinstance(audience, list) else [audience]):
            raise Refused("it is for another address")
        self._take_once(client.issuer, ident, expires, now)
        return client.principal()

    def _signed_claims(self, token: str) -> tuple[Client, dict[str, object]]:
        try:
            known = self._by_issuer.get(_issuer_of(token))
            if known is None:
                raise Refused("its issuer is not known here")
            client, keys = known
            decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, TypeError, KeyError):
            raise Refused("it was not signed with a key that is known here") from None
        return client, decoded.claims

    def _take_once(self, issuer: str, ident: str, expires: float, now: float) -> None:
        with self._turn:
            self._used = {key: until for key, until in self._used.items() if until >= now}
            if (issuer, ident) in self._used:
                raise Refused("it was used before")
            self._used[issuer, ident] = expires + _SKEW


def _issuer_of(token: str) -> str:
    """Return who a token says it is from, to choose the keys to check it with. Nothing else is believed of it yet."""
    part = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return str(claims["iss"])


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
