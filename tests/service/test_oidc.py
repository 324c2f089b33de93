"""Sign-in by OpenID Connect against an issuer of this test's own, honest and lying."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

import screener
from service.security.principal import service_principal
from service.settings import read_settings
from service.store.records import Membership
from tests.service.serving import Served, serving


class IssuerHere(ThreadingHTTPServer):
    """An issuer that signs in whoever comes. ``lie`` says in which claim it lies."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key, self.strange_key = (RSAKey.generate_key(2048, {"kid": "k"}) for _ in range(2))
        self.asked: dict[str, str] = {}
        self.lie: dict[str, Any] = {}
        self.forge = False

    def id_token(self) -> str:
        claims = {
            "iss": self.url,
            "aud": "screener",
            "sub": "person-1",
            "exp": int(time.time()) + 60,
            "nonce": self.asked["nonce"],
        } | self.lie
        return jwt.encode({"alg": "RS256", "kid": "k"}, claims, self.strange_key if self.forge else self.key)


class _Answers(BaseHTTPRequestHandler):
    server: IssuerHere

    def do_GET(self) -> None:
        issuer = self.server
        if self.path == "/.well-known/openid-configuration":
            self._send(
                {
                    "issuer": issuer.url,
                    "authorization_endpoint": f"{issuer.url}/authorize",
                    "token_endpoint": f"{issuer.url}/token",
                    "jwks_uri": f"{issuer.url}/keys",
                }
            )
        else:
            self._send({"keys": [issuer.key.as_dict(private=False)]})

    def do_POST(self) -> None:
        issuer = self.server
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).rstrip(b"=")
        known = base64.b64encode(b"screener:client secret").decode() in self.headers["authorization"]
        if known and form["code"] == ["the-code"] and challenge.decode() == issuer.asked["code_challenge"]:
            self._send({"id_token": issuer.id_token(), "access_token": "x", "token_type": "Bearer"})
        else:
            self.send_error(400)

    def _send(self, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def issuer() -> Iterator[IssuerHere]:
    with IssuerHere() as here:
        thread = threading.Thread(target=here.serve_forever, daemon=True)
        thread.start()
        yield here
        here.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def served(
    issuer: IssuerHere, tmp_path_factory: pytest.TempPathFactory, lexicon_screener: screener.Screener
) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("oidc")
    settings = read_settings(
        port=0,
        mode="development",
        store=True,
        database_url=f"sqlite:///{folder / 'screener.db'}",
        public_url="http://127.0.0.1:8080",
        oidc_issuer=issuer.url,
        oidc_client_id="screener",
        oidc_client_secret="client secret",
    )
    with serving(settings, lexicon_screener) as running:
        team = running.store.teams.create(service_principal(), "Team")
        running.store.accounts.create(
            service_principal(),
            "ann",
            "Ann",
            memberships=(Membership(team=team.id, role="practitioner"),),
            oidc_subject=f"{issuer.url}|person-1",
        )
        yield running


@pytest.fixture
def browser(served: Served) -> Iterator[httpx.Client]:
    with served.without_key() as client:
        yield client


def go(browser: httpx.Client, issuer: IssuerHere) -> None:
    """Follow the way to the issuer, as a browser does."""
    sent = browser.get("/v1/sign-in/oidc")
    assert sent.status_code == 303
    issuer.asked = {name: value for name, (value,) in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    issuer.lie, issuer.forge = {}, False
    cookie = sent.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert issuer.asked["redirect_uri"] == "http://127.0.0.1:8080/v1/sign-in/oidc/callback"


def back(browser: httpx.Client, **query: str) -> httpx.Response:
    return browser.get("/v1/sign-in/oidc/callback", params={"code": "the-code", **query})


def test_whom_the_issuer_signs_in_has_a_session(browser: httpx.Client, issuer: IssuerHere) -> None:
    go(browser, issuer)
    answer = back(browser, state=issuer.asked["state"])
    assert (answer.status_code, answer.json()["account"]["name"]) == (200, "ann")
    assert browser.get("/v1/me").json()["kind"] == "account"
    assert browser.get("/v1/cases").status_code == 200


def test_a_person_in_a_browser_goes_on_to_the_review_pages(browser: httpx.Client, issuer: IssuerHere) -> None:
    browser.headers["accept"] = "text/html,application/xhtml+xml"
    go(browser, issuer)
    answer = back(browser, state=issuer.asked["state"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/queue").status_code == 200


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"sub": "person-2"},
        {"sub": None},
    ],
)
def test_an_answer_that_is_not_for_this_sign_in_opens_nothing(
    browser: httpx.Client, issuer: IssuerHere, lie: dict[str, Any]
) -> None:
    go(browser, issuer)
    issuer.lie = lie
    answer = back(browser, state=issuer.asked["state"])
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (401, "sign-in-refused")
    assert browser.get("/v1/me").status_code == 401


def test_a_token_that_somebody_else_signed_opens_nothing(browser: httpx.Client, issuer: IssuerHere) -> None:
    go(browser, issuer)
    issuer.forge = True
    assert back(browser, state=issuer.asked["state"]).status_code == 401


def test_neither_does_a_wrong_state_a_wrong_code_or_no_cookie(browser: httpx.Client, issuer: IssuerHere) -> None:
    go(browser, issuer)
    assert back(browser, state="another").status_code == 401
    assert back(browser, state=issuer.asked["state"], code="stolen").status_code == 401
    browser.cookies.clear()
    assert back(browser, state=issuer.asked["state"]).status_code == 401
    assert browser.get("/v1/sign-in/oidc/callback").status_code == 401
