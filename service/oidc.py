"""Sign-in by OpenID Connect: the authorisation code flow with PKCE, against the one issuer of the settings."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import httpx
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from screener import ScreenerError

_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
#: How long a person has to sign in at the issuer, and how far its clock may be off, in seconds.
WINDOW, _LEEWAY = 600, 60


class IssuerFailed(ScreenerError):  # noqa: N818 - named for what happened
    """The issuer does not answer as OpenID Connect says, or what came back is not what was sent out."""


@dataclass(frozen=True)
class Journey:
    """One person on the way to the issuer and back."""

    state: str
    nonce: str
    verifier: str


class Issuer:
    """The issuer of the settings. Holds what it published; ask it once and share it between threads."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, redirect_uri: str, secret: str) -> None:
        self.issuer = issuer
        self._client_id, self._client_secret, self._redirect_uri = client_id, client_secret, redirect_uri
        self._signer = URLSafeTimedSerializer(secret, salt="oidc")
        self._http = httpx.Client(timeout=10, trust_env=False)

    def set_out(self) -> tuple[str, str]:
        """Return the address to send a person to, and the signed cookie to know them by when they come back."""
        journey = Journey(*(secrets.token_urlsafe(32) for _ in range(3)))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(journey.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid",
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._published['authorization_endpoint']}?{urlencode(asked)}", self._signer.dumps(asdict(journey))

    def come_back(self, cookie: str, state: str, code: str) -> str:
        """Return the subject whom the issuer has signed in. Raises IssuerFailed."""
        try:
            journey = Journey(**self._signer.loads(cookie, max_age=WINDOW))
        except BadSignature:
            raise IssuerFailed("the sign-in took too long, or was not begun here; begin again") from None
        if not secrets.compare_digest(journey.state.encode(), state.encode()):
            raise IssuerFailed("this is the answer to another sign-in; begin again")
        answer = self._ask(
            "POST",
            self._published["token_endpoint"],
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": journey.verifier,
            },
            auth=(self._client_id, self._client_secret),
        )
        return self._subject(str(answer.get("id_token", "")), journey.nonce)

    def close(self) -> None:
        """Close the connections to the issuer."""
        self._http.close()

    def _subject(self, id_token: str, nonce: str) -> str:
        claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            # The keys are asked for anew each time: issuers change them, and people sign in seldom.
            keys = KeySet.import_key_set(self._ask("GET", self._published["jwks_uri"]))  # type: ignore[arg-type]
            token = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
            claims.validate(token.claims)
        except (JoseError, ValueError, KeyError) as error:
            raise IssuerFailed("the issuer's answer cannot be trusted") from error
        return str(token.claims["sub"])

    @cached_property
    def _published(self) -> dict[str, Any]:
        found = self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self.issuer or not all(isinstance(found.get(name), str) for name in needed):
            raise IssuerFailed("the issuer's description is not that of the issuer in the settings")
        return found

    def _ask(self, method: str, url: str, **given: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, url, **given).raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            raise IssuerFailed("the issuer does not answer as it should; try again later") from None
        if not isinstance(answer, dict):
            raise IssuerFailed("the issuer does not answer as it should; try again later")
        return answer
