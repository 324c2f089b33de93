"""Pages without a browser: who may see what, forms from elsewhere, and words that no page may hold."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest

from service.security.principal import service_principal
from tests.service.pages.conftest import PASSWORD, Office, account
from tests.service.serving import Served

LIT = "Terry bought her a new phone and told her not to tell mum."
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Visitor:
    """Somebody with a browser that runs no script and follows no redirect."""

    def __init__(self, served: Served) -> None:
        self.http = served.without_key()

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def post(self, path: str, fields: dict[str, str], of: str | None = None) -> httpx.Response:
        """Send a form with the token of the page ``of`` which it stands on; without one where that is None."""
        token = {"csrf": _CSRF.findall(self.http.get(of).text)[-1]} if of else {}
        return self.http.post(path, data=token | fields)


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(served: Served) -> Iterator[Visit]:
    """Opens browsers that close after the test; with a name, of somebody signed in."""
    made: list[Visitor] = []

    def open_one(name: str | None = None) -> Visitor:
        made.append(Visitor(served))
        if name is not None:
            answer = made[-1].post("/sign-in", {"name": name, "password": PASSWORD}, of="/sign-in")
            assert answer.status_code == 303, answer.text
        return made[-1]

    yield open_one
    for one in made:
        one.http.close()


@pytest.fixture
def lead(visit: Visit, office: Office) -> Visitor:
    return visit(office.name)


def test_every_page_asks_for_sign_in_and_leads_back(visit: Visit) -> None:
    visitor = visit()
    for path in ("/", "/queue?view=mine", "/cases", "/cases/c", "/cases/c/notes/n", "/lexicon", "/admin/people"):
        answer = visitor.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    assert visitor.get("/queue?view=mine").headers["location"] == "/sign-in?next=%2Fqueue%3Fview%3Dmine"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"]
)
def test_sign_in_never_leads_elsewhere(office: Office, elsewhere: str, visit: Visit) -> None:
    visitor = visit()
    answer = visitor.post("/sign-in", {"name": office.name, "password": PASSWORD, "next": elsewhere}, of="/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_sign_in_form_from_elsewhere_signs_nobody_in(office: Office, visit: Visit) -> None:
    answer = visit().post("/sign-in", {"name": office.name, "password": PASSWORD})
    assert answer.status_code == 403
    assert "session" not in answer.headers.get("set-cookie", "")


def test_a_form_without_the_token_of_its_session_changes_nothing(office: Office, lead: Visitor) -> None:
    office.put(LIT)
    highlight = office.served.store.highlights.list(office.system).items[0]
    answer = lead.post(f"/passages/{highlight.id}/answer", {"decision": "with_supervision", "csrf": "guessed"})
    assert answer.status_code == 401
    assert office.served.store.highlights.get(office.system, highlight.id).state == "open"


def test_pressing_twice_answers_once(office: Office, lead: Visitor) -> None:
    office.put(LIT)
    highlight = office.served.store.highlights.list(office.system).items[0]
    fields = {"decision": "with_supervision", "version": str(highlight.version), "request_key": "the-same-key"}
    for _ in range(2):
        answer = lead.post(f"/passages/{highlight.id}/answer", fields, of="/queue")
        assert answer.status_code == 303
    assert len(office.served.store.highlights.get(office.system, highlight.id).answers) == 1


def test_what_was_set_aside_stays_in_sight_of_a_supervisor(office: Office, lead: Visitor) -> None:
    office.put(LIT)
    passage = office.served.store.highlights.list(office.system).items[0]
    row = f"passage={passage.id}"
    assert row in lead.get("/queue").text
    lead.post(f"/passages/{passage.id}/answer", {"decision": "set_aside:copied_text"}, of="/queue")
    assert row not in lead.get("/queue").text
    assert row in lead.get("/queue?state=set_aside").text


def test_another_teams_case_looks_like_none(served: Served, office: Office, visit: Visit) -> None:
    office.put(LIT)
    highlight = office.served.store.highlights.list(office.system).items[0]
    other = served.store.teams.create(service_principal(), f"Other than {office.team.name}")
    stranger = visit(account(served, other, "lead"))
    paths = ("/cases/case-1", "/cases/case-1/notes/note-1", "/cases/case-1/audit", f"/teams/{office.team.id}")
    for path in paths:
        answer = stranger.get(path)
        assert answer.status_code == 404
        assert "Terry" not in answer.text
    answer = stranger.post(f"/passages/{highlight.id}/answer", {"decision": "with_supervision"}, of="/queue")
    assert answer.status_code == 404
    assert "Look at the one" not in stranger.get("/queue").text


def test_a_practitioner_sees_no_team_report_no_audit_and_no_accounts(office: Office, visit: Visit) -> None:
    office.put(LIT)
    visitor = visit(office.colleague("practitioner"))
    assert visitor.get("/cases/case-1/notes/note-1?shown=yes").status_code == 200
    assert "No answered passage yet" not in visitor.get("/lexicon/secrecy").text
    for path in (f"/teams/{office.team.id}", "/cases/case-1/audit", "/admin/people", "/admin/teams", "/admin/keys"):
        assert visitor.get(path).status_code in (403, 404), path


def test_a_case_id_of_two_teams_is_asked_about(served: Served, office: Office, lead: Visitor) -> None:
    office.put(LIT)
    other = served.store.teams.create(service_principal(), f"Also {office.team.name}")
    found = next(a for a in served.store.accounts.list(service_principal()) if a.name == office.name)
    served.store.accounts.update(
        service_principal(),
        found.id,
        memberships=(*found.memberships, found.memberships[0].model_copy(update={"team": other.id})),
    )
    key = served.store.keys.create(service_principal(), other.id, "k", ["notes:write", "cases:read"]).secret
    with served.with_key(key) as system:
        assert system.put("/v1/cases/case-1/notes/note-1", json={"text": LIT}).status_code == 201
    page = lead.get("/cases/case-1")
    assert page.status_code == 422
    (path,) = re.findall(rf'href="(/cases/case-1\?team={other.id})"', page.text)
    assert lead.get(path).status_code == 200


def test_a_one_time_password_is_changed_before_anything_else(served: Served, office: Office, visit: Visit) -> None:
    name = f"{office.name} new"
    _, one_time = served.store.accounts.create(service_principal(), name, "New Colleague")
    visitor = visit()
    visitor.post("/sign-in", {"name": name, "password": one_time or ""}, of="/sign-in")
    assert visitor.get("/lexicon").headers["location"] == "/password"
    refused = visitor.post("/password", {"old": one_time or "", "new": "short"}, of="/password")
    assert (refused.status_code, "must have 12" in refused.text) == (422, True)
    assert visitor.post("/password", {"old": one_time or "", "new": PASSWORD}, of="/password").status_code == 303
    assert visitor.get("/lexicon").status_code == 200


def test_an_admin_makes_teams_people_and_keys_on_the_pages(office: Office, lead: Visitor) -> None:
    assert lead.post("/admin/teams", {"name": f"{office.team.name} 2"}, of="/admin/teams").status_code == 303
    assert lead.post("/admin/teams", {"name": office.team.name}, of="/admin/teams").status_code == 422
    name = f"{office.name} bob"
    fields = {"name": name, "full_name": "Bob <b>", f"role.{office.team.id}": "practitioner"}
    made = lead.post("/admin/people", fields, of="/admin/people")
    (one_time,) = re.findall(r"<code>([^<]+)</code>", made.text)
    assert "Bob &lt;b&gt;" in made.text
    assert one_time not in lead.get("/admin/people").text
    assert lead.post("/admin/people", fields, of="/admin/people").status_code == 422
    bob = next(a for a in office.served.store.accounts.list(service_principal()) if a.name == name)
    closing = {"full_name": "Bob", "version": str(bob.version)}
    assert lead.post(f"/admin/people/{bob.id}", closing, of="/admin/people").status_code == 303
    assert not office.served.store.accounts.get(service_principal(), bob.id).active
    key = lead.post("/admin/keys", {"team": office.team.id, "name": "k", "scopes": "cases:read"}, of="/admin/keys")
    (secret,) = re.findall(r"<code>(cns_[^<]+)</code>", key.text)
    with office.served.with_key(secret) as reading:
        assert reading.get("/v1/cases").status_code == 200
        ident = next(k.id for k in office.served.store.keys.list(service_principal()) if secret.startswith(k.hint))
        assert lead.post(f"/admin/keys/{ident}/revoke", {}, of="/admin/keys").status_code == 303
        assert reading.get("/v1/cases").status_code == 401


def test_no_page_runs_or_styles_inline_and_none_scores_or_clears_anyone(office: Office, lead: Visitor) -> None:
    case = office.put_example()
    pattern = office.served.store.patterns.list(office.system, case)[0].id
    note = f"/cases/{case}/notes/2021-03-09-class-teacher?shown=yes"
    paths = ("/queue", f"/cases/{case}", f"/cases/{case}/close", note, f"/patterns/{pattern}", "/lexicon")
    for path in (*paths, f"/teams/{office.team.id}", f"/cases/{case}/audit"):
        answer = lead.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<style|\sstyle=|<script>|\son[a-z]+=", answer.text), path
        assert not re.search(r"\d\s?%|✓|✔|no risk|low risk|high risk|\bscored?:", answer.text), path
        assert "Passages for a practitioner to look at. Not a finding, not a score" in answer.text


def test_nothing_typed_or_written_in_a_note_gets_into_the_log(
    office: Office, lead: Visitor, log_lines: Callable[[], list[dict[str, object]]]
) -> None:
    office.put(f"{LIT} Canary in the note.")
    passage = office.served.store.highlights.list(office.system).items[0]
    answer = f"/passages/{passage.id}/answer"
    typed = {"words": "Canary in the answer.", "request_key": "Canary-key"}
    assert lead.post(answer, typed | {"decision": "Canary"}, of="/queue").status_code == 422
    assert lead.post(answer, typed | {"decision": "acted", "csrf": "Canary"}).status_code == 401
    assert lead.post(answer, typed | {"decision": "acted", "acted_reason": "Canary"}, of="/queue").status_code == 422
    recorded = lead.post(answer, typed | {"decision": "acted"}, of="/queue")
    assert recorded.status_code == 303
    assert "anary" not in recorded.headers["location"]
    lines = log_lines()
    assert any(line.get("route") == "/passages/{passage}/answer" for line in lines)
    assert "anary" not in str(lines)


def test_static_files_are_kept_by_browsers_and_only_those_that_are_there(lead: Visitor) -> None:
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', lead.get("/lexicon").text):
        answer = lead.get(path)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
    assert lead.get("/static/0/../../settings.py").status_code == 404


@pytest.mark.parametrize("body", [b"decision=%ff", b"words=a%00b", b"\xff", b"&".join([b"a=1"] * 6_000)])
def test_a_form_that_cannot_be_read_is_refused(office: Office, lead: Visitor, body: bytes) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert lead.http.post("/passages/x/answer", content=body, headers=kind).status_code == 400


def test_a_form_of_another_kind_is_refused(lead: Visitor) -> None:
    assert lead.http.post("/sign-out", json={}).status_code == 415
    assert lead.http.post("/v1/sessions", data={"name": "a"}).status_code == 415
