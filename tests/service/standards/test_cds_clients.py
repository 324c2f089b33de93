"""Tokens of CDS clients: signed with a known key, for this address, now, and once."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

import screener
from service.security.principal import service_principal
from service.settings import SettingsError, read_settings
from service.standards.cds.clients import SCOPES, Clients, Refused
from service.store import migrate
from tests.service.serving import serving
from tests.service.standards.cds import NOTE_SERVICE, note_signed

PUBLIC, ISSUER, NOW = "https://screener.example.org", "https://ehr.example.org", 1_700_000_000
KEY = ECKey.generate_key("P-384", {"kid": "k1"}, private=True)
OTHER = ECKey.generate_key("P-384", {"kid": "k1"}, private=True)
LIT = "Terry bought her a new phone and told her not to tell mum."


def listed(**changes: Any) -> dict[str, Any]:
    keys = {"keys": [KEY.as_dict(private=False)]}
    return {"name": "ehr", "issuer": ISSUER, "jwks": keys, "team": "tm_1", **changes}


def claims(now: float = NOW, **changes: Any) -> dict[str, Any]:
    made = {"iss": ISSUER, "aud": f"{PUBLIC}{NOTE_SERVICE}", "iat": int(now), "exp": int(now) + 300}
    return {**made, "jti": uuid.uuid4().hex, **changes}


def token(key: Any = KEY, algorithm: str = "ES384", **changes: Any) -> str:
    given = {name: value for name, value in claims(**changes).items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": "k1", "typ": "JWT"}, given, key, algorithms=[algorithm])


@pytest.fixture
def clients(tmp_path: Path) -> Clients:
    file = tmp_path / "clients.json"
    file.write_text(json.dumps([listed()]), encoding="utf-8")
    return Clients.read(file, PUBLIC + "/", clock=lambda: NOW)


def test_a_token_is_who_signed_it_in_its_team_with_the_scopes_of_the_hooks(clients: Clients) -> None:
    found = clients.check(token(aud=[f"{PUBLIC}{NOTE_SERVICE}"]), NOTE_SERVICE)
    assert (found.kind, found.name, found.teams) == ("key", "ehr", {"tm_1": SCOPES})


def test_a_token_is_taken_once(clients: Clients) -> None:
    once = token()
    clients.check(once, NOTE_SERVICE)
    with pytest.raises(Refused, match="used before"):
        clients.check(once, NOTE_SERVICE)


@pytest.mark.parametrize(
    "forged",
    [
        {"iss": "https://elsewhere.example.org"},
        {"iss": None},
        {"aud": f"{PUBLIC}/cds-services/other"},
        {"aud": None},
        {"exp": NOW - 120},
        {"exp": NOW + 3_600},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"iat": NOW + 120},
        {"jti": None},
        {"jti": ""},
        {"key": OTHER},
        {"key": OctKey.import_key("a shared secret that is no key for anyone to trust"), "algorithm": "HS256"},
    ],
)
def test_any_other_token_is_refused(clients: Clients, forged: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        clients.check(token(**forged), NOTE_SERVICE)


@pytest.mark.parametrize("rubbish", ["..", "a.b.c", "e30.e30.", "e30.bnVsbA.e30", "e30.WzFd.e30", "é.é.é"])
def test_rubbish_is_refused(clients: Clients, rubbish: str) -> None:
    with pytest.raises(Refused):
        clients.check(rubbish, NOTE_SERVICE)


@pytest.mark.parametrize(
    "content",
    [
        "{broken",
        "{}",
        json.dumps([listed(issuer="")]),
        json.dumps([listed(jwks={"keys": []})]),
        json.dumps([listed(jwks={"keys": [KEY.as_dict(private=True)]})]),
        json.dumps([listed(jwks={"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}]})]),
        json.dumps([listed(jwks={"keys": [{"kty": "EC", "kid": "k"}]})]),
        json.dumps([listed(), listed(name="again")]),
    ],
)
def test_a_file_that_names_nobody_to_trust_does_not_start(tmp_path: Path, content: str) -> None:
    file = tmp_path / "clients.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="cds_clients") as refused:
        Clients.read(file, PUBLIC)
    assert "c2VjcmV0" not in str(refused.value)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    return {"port": 0, "public_url": PUBLIC, "cds_clients": str(tmp_path / "clients.json")}


def test_with_clients_named_only_they_are_answered(
    tmp_path: Path, settings: dict[str, Any], lexicon_screener: screener.Screener
) -> None:
    (tmp_path / "clients.json").write_text(json.dumps([listed(team=None)]), encoding="utf-8")
    with serving(read_settings(**settings), lexicon_screener) as running:
        assert running.http.post(NOTE_SERVICE, json=note_signed(LIT)).status_code == 401


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'screener.db'}"
    migrate(url)
    return url


def test_a_token_opens_its_own_team_and_the_case_is_kept_there(
    tmp_path: Path, settings: dict[str, Any], database: str, lexicon_screener: screener.Screener
) -> None:
    import time

    from service.opening import open_store

    kept = {**settings, "store": True, "database_url": database, "mode": "development"}
    store = open_store(read_settings(**{**kept, "cds_clients": None}), lexicon_screener)
    team = store.teams.create(service_principal(), "Ours").id
    store.close()
    (tmp_path / "clients.json").write_text(json.dumps([listed(team=team)]), encoding="utf-8")
    with serving(read_settings(**kept), lexicon_screener) as running:
        headers = {"authorization": f"Bearer {token(now=time.time())}"}
        answer = running.http.post(NOTE_SERVICE, json=note_signed(LIT), headers=headers)
        assert answer.status_code == 200
        assert answer.json()["cards"]
        repeated = running.http.post(NOTE_SERVICE, json=note_signed(LIT), headers=headers)
        assert (repeated.status_code, repeated.json()["detail"]) == (401, "The token is not taken: it was used before.")
