"""The whole way over a real socket, on both databases: a note in, highlights out, no silent closure, answers, audit."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from screener.learning import read_decisions
from service.client import OPERATIONS, Client, ServiceProblem
from service.security.principal import service_principal
from service.store.records import Membership, Team, WrittenReason
from tests.service.serving import Served

LIT = "Terry bought her a new phone and told her not to tell mum."
PLAIN = "Height and weight fine."
SignIn = Callable[[str, str], httpx.Client]
NEW_PASSWORD = "plum-tractor-window"
PROBLEM = "urn:case-note-screener:problem:"


@pytest.fixture
def system(served: Served, key: str) -> Iterator[Client]:
    with Client(served.url, key=key, acting_for="A. Practitioner") as client:
        yield client


@pytest.fixture
def bare(served: Served, key: str) -> Iterator[httpx.Client]:
    with served.with_key(key, "A. Practitioner") as client:
        yield client


def unique(name: str) -> str:
    return f"{name} {uuid.uuid4().hex[:8]}"


def person_of(served: Served, team: Team) -> tuple[str, str]:
    """Make an account that leads the team, and return its name and one-time password."""
    name = unique("ann")
    membership = Membership(team=team.id, role="lead")
    _, password = served.store.accounts.create(service_principal(), name, "Ann Lead", memberships=(membership,))
    assert password
    return name, password


@pytest.fixture
def sign_in(served: Served) -> Iterator[Callable[[str, str], httpx.Client]]:
    """Signs people in with their one-time passwords, as browsers do."""
    with ExitStack() as browsers:
        yield lambda name, one_time: signed_in(browsers.enter_context(served.without_key()), name, one_time)


def signed_in(browser: httpx.Client, name: str, one_time: str) -> httpx.Client:
    answer = browser.post("/v1/sessions", json={"name": name, "password": one_time})
    assert answer.status_code == 201, answer.text
    # The cookie is for https only; this test speaks http to the same machine.
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("__Host-", "HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    browser.headers["cookie"] = cookie.partition(";")[0]
    browser.headers["x-csrf-token"] = answer.json()["csrf"]
    assert browser.get("/v1/cases").json()["type"] == PROBLEM + "change-password"
    changed = browser.post("/v1/me/password", json={"old": one_time, "new": NEW_PASSWORD})
    assert changed.status_code == 204, changed.text
    if browser.get("/v1/me").status_code == 401:  # Changing it ended every session.
        browser.headers.pop("cookie")
        answer = browser.post("/v1/sessions", json={"name": name, "password": NEW_PASSWORD})
        browser.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        browser.headers["x-csrf-token"] = answer.json()["csrf"]
    browser.cookies.clear()
    return browser


def test_a_case_is_closed_only_once_each_passage_is_answered_or_named(system: Client, served: Served) -> None:
    put = system.put_note("case-1", "note-1", LIT, date="2024-05-02", author_role="teacher")
    assert (put.outcome, len(put.opened) >= 2, put.note.note.text) == ("created", True, None)
    again = system.put_note("case-1", "note-1", LIT, date="2024-05-02", author_role="teacher")
    assert (again.outcome, again.opened) == ("unchanged", ())
    system.put_note("case-1", "note-2", PLAIN)

    waiting = list(system.highlights(case="case-1", limit="1"))
    assert {h.id for h in waiting} == set(put.opened)
    assert all(h.highlight.text in LIT and h.highlight.prompt for h in waiting)

    with pytest.raises(ServiceProblem) as refused:
        system.close_case("case-1", "Work complete.")
    assert (refused.value.status, refused.value.kind) == (409, "closure-refused")
    assert {item["id"] for item in refused.value.document["open"]} >= set(put.opened)
    assert "What else was weighed?" in refused.value.document["prompt"]

    answered = system.answer(waiting[0], "acted", reason="referred", words="Rang the front door, they will visit.")
    assert (answered.state, answered.answers[-1].by) == ("acted", "A. Practitioner")

    left = system.check_closure("case-1").open
    assert waiting[0].id not in {item.id for item in left}
    named = WrittenReason(names=tuple(i.id for i in left), reason="Seen with the family on 3 May; see the visit.")
    closed = system.close_case("case-1", "Family moved, file passed on.", [named])
    assert (closed.state, set(closed.named)) == ("recorded", {item.id for item in left})
    assert system.case("case-1").status == "closed"

    verdict = served.store.audit.verify()
    assert verdict.intact
    assert verdict.rows > 5


def test_an_edited_note_keeps_answers_whose_passage_still_stands(system: Client) -> None:
    put = system.put_note("c", "n", f"{LIT} Nothing else.")
    first = system.highlight(put.opened[0])
    system.answer(first, "set_aside", reason="words_mean_something_else")
    edited = system.put_note("c", "n", f"Added line. {LIT} Nothing else.")
    assert edited.outcome == "changed"
    assert first.id in edited.kept
    assert system.highlight(first.id).state == "set_aside"
    gone = system.put_note("c", "n", PLAIN)
    assert gone.outcome == "changed"
    assert system.case("c").open_highlights > 0


def test_two_people_answering_at_once_overwrite_nothing(system: Client) -> None:
    seen = system.highlight(system.put_note("c", "n", LIT).opened[0])
    system.answer(seen, "with_supervision")
    with pytest.raises(ServiceProblem) as refused:
        system.answer(seen, "set_aside", reason="copied_text")
    assert (refused.value.status, refused.value.kind) == (412, "changed")
    assert [a.state for a in system.highlight(seen.id).answers] == ["with_supervision"]


def test_changes_need_the_etag_that_was_read(bare: httpx.Client) -> None:
    put = bare.put("/v1/cases/c/notes/n", json={"text": LIT})
    assert (put.status_code, put.headers["etag"]) == (201, '"1"')
    highlight = put.json()["opened"][0]
    url = f"/v1/highlights/{highlight}/answers"
    answer = {"state": "with_supervision"}
    assert bare.post(url, json=answer).json()["type"] == PROBLEM + "if-match-needed"
    for wrong in ('"999"', "W/1", "nonsense"):
        assert bare.post(url, json=answer, headers={"if-match": wrong}).status_code == 412
    etag = bare.get(f"/v1/highlights/{highlight}").headers["etag"]
    done = bare.post(url, json=answer, headers={"if-match": etag, "idempotency-key": "once-and-only"})
    assert (done.status_code, done.headers["etag"] != etag) == (201, True)
    repeat = bare.post(url, json=answer, headers={"if-match": etag, "idempotency-key": "once-and-only"})
    assert (repeat.status_code, len(repeat.json()["answers"])) == (201, 1)
    stale = bare.put("/v1/cases/c/notes/n", json={"text": PLAIN}, headers={"if-match": '"7"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')


def test_a_key_without_a_person_may_not_answer_or_close(served: Served, key: str) -> None:
    with served.with_key(key) as nobody:
        highlight = nobody.put("/v1/cases/c/notes/n", json={"text": LIT}).json()["opened"][0]
        answer = {"state": "with_supervision"}
        refused = nobody.post(f"/v1/highlights/{highlight}/answers", json=answer, headers={"if-match": "*"})
        assert refused.status_code == 422
        assert nobody.post("/v1/cases/c/closures", json={"summary": "Done."}).status_code in (409, 422)
        assert nobody.get("/v1/cases/c").json()["status"] == "open"


def test_a_second_person_confirms_where_the_team_asks_for_one(served: Served, team: Team, sign_in: SignIn) -> None:
    first, second = (sign_in(*person_of(served, team)) for _ in range(2))
    settings = {"settings": {"second_person": True}}
    assert first.patch(f"/v1/teams/{team.id}", json=settings, headers={"if-match": "*"}).status_code == 200
    first.put("/v1/cases/c/notes/n", json={"text": PLAIN})
    made = first.post("/v1/cases/c/closures", json={"summary": "Work complete."})
    assert (made.status_code, made.json()["state"]) == (201, "awaits_second_person")
    confirm, tag = f"/v1/closures/{made.json()['id']}/confirmation", {"if-match": made.headers["etag"]}
    assert first.post(confirm, headers=tag).status_code in (403, 409)
    done = second.post(confirm, headers=tag)
    assert (done.status_code, done.json()["state"]) == (200, "recorded")


def test_sessions_need_their_csrf_token_and_end(served: Served, team: Team, sign_in: SignIn) -> None:
    browser = sign_in(*person_of(served, team))
    assert browser.get("/v1/me").json()["teams"][team.id]
    token = browser.headers.pop("x-csrf-token")
    assert browser.put("/v1/cases/c/notes/n", json={"text": PLAIN}).json()["type"] == PROBLEM + "csrf"
    assert browser.get("/v1/cases").status_code == 200
    browser.headers["x-csrf-token"] = token
    assert browser.put("/v1/cases/c/notes/n", json={"text": PLAIN}).status_code == 201
    assert browser.delete("/v1/sessions/current").status_code == 204
    assert browser.get("/v1/cases").status_code == 401


def test_wrong_passwords_are_refused_alike_and_throttled(served: Served, team: Team) -> None:
    name, _ = person_of(served, team)
    wrong = [served.http.post("/v1/sessions", json={"name": n, "password": "wrong"}) for n in (name, unique("nobody"))]
    assert [w.status_code for w in wrong] == [401, 401]
    assert wrong[0].json() == wrong[1].json()
    for _ in range(12):
        last = served.http.post("/v1/sessions", json={"name": name, "password": "wrong"})
    assert last.status_code == 429
    assert int(last.headers["retry-after"]) > 0


def test_an_admin_makes_teams_accounts_and_keys_over_the_api(served: Served, sign_in: SignIn) -> None:
    name = unique("root")
    _, one_time = served.store.accounts.create(service_principal(), name, "Root", admin=True)
    assert one_time
    admin = sign_in(name, one_time)
    team = admin.post("/v1/teams", json={"name": unique("Second team")}).json()
    cat_name = unique("cat")
    made = admin.post(
        "/v1/accounts",
        json={"name": cat_name, "full_name": "Cat", "memberships": [{"team": team["id"], "role": "practitioner"}]},
    ).json()
    cat = sign_in(cat_name, made["one_time_password"])
    assert cat.get("/v1/accounts").status_code == 403
    key = admin.post("/v1/keys", json={"team": team["id"], "name": "k", "scopes": ["screen", "cases:read"]}).json()
    with served.with_key(key["secret"]) as reading:
        assert reading.post("/v1/screen", json={"text": LIT}).status_code == 200
        assert reading.get("/v1/cases").status_code == 200
        assert reading.put("/v1/cases/c/notes/n", json={"text": LIT}).json()["scope"] == "notes:write"
        fresh = admin.post(f"/v1/keys/{key['key']['id']}/rotation").json()
        assert reading.get("/v1/cases").status_code == 200
        admin.delete(f"/v1/keys/{key['key']['id']}")
        assert reading.get("/v1/cases").status_code == 401
        with served.with_key(fresh["secret"]) as renewed:
            assert renewed.get("/v1/cases").status_code == 200
    account = made["account"]["id"]
    closed = admin.patch(f"/v1/accounts/{account}", json={"active": False}, headers={"if-match": "*"})
    assert closed.json()["active"] is False
    assert cat.get("/v1/cases").status_code == 401


def test_with_the_store_on_screening_needs_a_key_too(served: Served, bare: httpx.Client) -> None:
    assert served.http.post("/v1/screen", json={"text": LIT}).status_code == 401
    assert served.http.get("/v1/indicators").status_code == 401
    assert bare.post("/v1/screen", json={"text": LIT}).status_code == 200


def test_a_lead_reads_reports_and_exports_answers_for_learning(
    system: Client, bare: httpx.Client, team: Team, tmp_path: Path
) -> None:
    put = system.put_note("c", "n", LIT)
    system.answer(system.highlight(put.opened[0]), "set_aside", reason="words_mean_something_else")
    report = bare.get(f"/v1/teams/{team.id}/report").json()
    assert sum(band["unanswered"] for band in report["unanswered_by_age"]) == len(put.opened) - 1
    rows = bare.get(f"/v1/teams/{team.id}/answered-passages")
    assert rows.headers["content-type"].startswith("application/x-ndjson")
    file = tmp_path / "decisions.jsonl"
    file.write_text(rows.text, encoding="utf-8")
    (decision,) = read_decisions(file)
    assert decision.kept is False
    assert decision.text[decision.start : decision.end] in LIT
    assert bare.get("/v1/teams/another/answered-passages").status_code == 404


def test_a_case_is_exported_by_a_system_and_erased_by_a_lead_only(
    served: Served, team: Team, system: Client, bare: httpx.Client, sign_in: SignIn
) -> None:
    system.put_note("c", "n", LIT)
    export = bare.get("/v1/cases/c/export").json()
    assert export["notes"][0]["note"]["text"] == LIT
    assert bare.delete("/v1/cases/c", params={"basis": "erasure_request"}).json()["scope"] == "erase"
    lead = sign_in(*person_of(served, team))
    erased = lead.delete("/v1/cases/c", params={"basis": "erasure_request"})
    assert (erased.status_code, erased.json()["notes"]) == (200, 1)
    assert bare.get("/v1/cases/c").status_code == 404
    actions = [row["action"] for row in bare.get("/v1/audit").json()["items"]]
    assert any("erase" in action for action in actions)


def test_a_case_is_reviewed_as_the_library_reviews_it(system: Client, bare: httpx.Client) -> None:
    system.put_note("c", "n1", LIT, date="2024-05-02")
    system.put_note("c", "n2", PLAIN, date="2024-06-02")
    review = bare.get("/v1/cases/c/review").json()
    assert (review["case"], review["read"]["notes"]) == ("c", 2)


def test_every_operation_of_the_client_is_in_the_description(served: Served) -> None:
    paths = served.http.get("/openapi.json").json()["paths"]
    assert [o for o in OPERATIONS.values() if o.method.lower() not in paths.get(o.path, {})] == []
