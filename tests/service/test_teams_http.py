"""What belongs to another team is not there: every route of the route table, asked by everybody who is not entitled.

The routes are read from the running application, so that a new one cannot be forgotten: where this test does not know
what a parameter of a new route stands for, it fails and says so.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

import screener
from service.security.principal import KEY_SCOPES, Role, service_principal
from service.store.records import AnswerRequest, ClosureRequest, Membership, TeamSettings, WrittenReason
from tests.service.serving import Served

LIT = "Terry bought her a new phone and told her not to tell mum. zanzibarquince"
#: What stands in a list or a document of another team only where it leaks.
SECRETS = ("zanzibarquince", "Terry bought her", "secret-case", "secret-note", "Secret team")

#: Routes that show nothing of any team: what they do is another test's.
OPEN = {
    "/health/live",
    "/health/ready",
    "/metrics",
    "/openapi.json",
    "/v1/sessions",
    "/v1/sessions/current",
    "/v1/answer-choices",
}

#: Parameters that name something of one team.
OWNED = {"case", "note", "highlight", "pattern", "closure", "team", "account", "key"}

BODIES: dict[tuple[str, str], Any] = {
    ("PUT", "/v1/cases/{case}/notes/{note}"): {"text": "Anything."},
    ("PATCH", "/v1/cases/{case}"): {"on_hold": True},
    ("PATCH", "/v1/highlights/{highlight}"): {"owner": None},
    ("POST", "/v1/highlights/{highlight}/answers"): {"state": "with_supervision"},
    ("POST", "/v1/patterns/{pattern}/answers"): {"state": "with_supervision"},
    ("POST", "/v1/cases/{case}/closures"): {"summary": "Work complete."},
    ("PATCH", "/v1/teams/{team}"): {"settings": {}},
    ("PATCH", "/v1/accounts/{account}"): {"full_name": "Somebody Else"},
    ("POST", "/v1/accounts"): {"name": "x", "full_name": "X"},
    ("POST", "/v1/teams"): {"name": "x"},
}


@dataclass
class Theirs:
    """A team's things, as somebody else might name them in an address."""

    ids: dict[str, str]


@pytest.fixture(scope="module")
def theirs(served: Served) -> Theirs:
    """A team with a case, an open and an answered passage, a closure, an account and a key."""
    store, root = served.store, service_principal()
    team = store.teams.create(root, "Secret team", TeamSettings(second_person=True))
    account, _ = store.accounts.create(
        root, "secret lead", "Secret Lead", memberships=(Membership(team=team.id, role="lead"),)
    )
    made = store.keys.create(root, team.id, "secret key", sorted(KEY_SCOPES))
    system = store.keys.find(made.secret, acting_for="Secret Person")
    assert system is not None
    note = screener.Note(id="secret-note", text=LIT, case="secret-case", date=dt.date(2024, 5, 2))
    put = store.notes.put(system, "secret-case", served.service.screener.screen(note))
    store.highlights.answer(system, put.opened[0], AnswerRequest(state="with_supervision"))
    left = tuple(item.id for item in store.closures.check(system, "secret-case").open)
    reason = WrittenReason(names=left, reason="zanzibarquince weighed")
    closure = store.closures.record(system, "secret-case", ClosureRequest(summary="zanzibarquince", reasons=(reason,)))
    return Theirs(
        {
            "case": "secret-case",
            "note": "secret-note",
            "highlight": put.opened[0],
            "pattern": next((p.id for p in store.patterns.list(system, "secret-case")), "none"),
            "closure": closure.id,
            "team": team.id,
            "account": account.id,
            "key": made.key.id,
            "indicator": "secrecy",
            "form": "jsonl",
            "event": "none",
        }
    )


@pytest.fixture(params=["nobody", "unknown key", "practitioner", "lead", "key", "admin"])
def stranger(request: pytest.FixtureRequest, served: Served) -> Iterator[httpx.Client]:
    """Everybody who is not of that team."""
    store, root = served.store, service_principal()
    with served.without_key() as client:
        if request.param == "unknown key":
            client.headers["authorization"] = "Bearer cns_unknown"
        elif request.param == "key":
            team = store.teams.create(root, f"Other team {request.node.callspec.id}")
            made = store.keys.create(root, team.id, "k", sorted(KEY_SCOPES))
            client.headers.update({"authorization": f"Bearer {made.secret}", "screener-acting-for": "A. Stranger"})
        elif request.param != "nobody":
            name = f"stranger {request.node.callspec.id}"
            role: Role = "lead" if request.param == "lead" else "practitioner"
            memberships = ()
            if request.param != "admin":
                team = store.teams.create(root, f"Other team {request.node.callspec.id}")
                memberships = (Membership(team=team.id, role=role),)
            _, one_time = store.accounts.create(
                root, name, "A Stranger", admin=request.param == "admin", memberships=memberships
            )
            assert one_time
            principal = store.sessions.find(store.sessions.sign_in(name, one_time, "test").token)
            assert principal is not None
            store.accounts.change_password(principal, one_time, "plum-tractor-window")
            session = store.sessions.sign_in(name, "plum-tractor-window", "test")
            cookie = f"__Host-screener-session={session.token}"
            client.headers.update({"cookie": cookie, "x-csrf-token": session.csrf})
        client.headers["x-stranger"] = request.param
        yield client


def test_no_route_gives_or_takes_anything_of_another_team(
    served: Served, theirs: Theirs, stranger: httpx.Client
) -> None:
    kind = stranger.headers["x-stranger"]
    before = _audit_rows_by_others(served, theirs)
    asked = 0
    for path, operations in served.http.get("/openapi.json").json()["paths"].items():
        if path in OPEN or path.startswith(("/v1/screen", "/v1/sign-in", "/v1/me", "/cds-services", "/v1/fhir/screen")):
            continue
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        assert set(names) <= set(theirs.ids), f"say in this test what {names} of {path} stand for"
        # An admin looks after teams, accounts and keys: there they are entitled, and only there.
        looked_after = kind == "admin" and path.startswith(("/v1/teams", "/v1/accounts", "/v1/keys", "/v1/audit"))
        for method in operations:
            if looked_after and method != "get":
                continue
            answer = stranger.request(
                method.upper(),
                path.format(**theirs.ids),
                json=BODIES.get((method.upper(), path)),
                params=_parameters(operations[method], theirs),
                headers={"if-match": "*"},
            )
            asked += 1
            where = f"{kind}: {method} {path} → {answer.status_code}"
            assert answer.status_code != 500, where
            shown = SECRETS[:3] if looked_after else SECRETS
            assert not [s for s in shown if s in answer.text], where
            if kind in ("nobody", "unknown key"):
                assert answer.status_code == 401, where
            elif OWNED & set(names) and not looked_after:
                assert answer.status_code in (404, 403), where
                if answer.status_code == 403:
                    # Only ever for a scope that they have nowhere, which says nothing of what is there.
                    assert answer.json()["scope"], where
    assert asked > 30
    assert _audit_rows_by_others(served, theirs) == before


def _parameters(operation: dict[str, Any], theirs: Theirs) -> dict[str, str]:
    """Name their team, case and note in every query parameter that can."""
    known = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
    given = {name: theirs.ids[name] for name in ("team", "case", "note") if name in known}
    return given | ({"basis": "erasure_request"} if "basis" in known else {})


def _audit_rows_by_others(served: Served, theirs: Theirs) -> int:
    """Count what was recorded as done to their things."""
    rows = served.store.audit.list(service_principal(), team=theirs.ids["team"], limit=200).items
    return sum(row.action.split(".")[0] in ("note", "case", "highlight", "pattern", "closure") for row in rows)
