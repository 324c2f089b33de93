"""CDS Hooks over a real socket: cards point, feedback answers, nothing is blocked, and nobody's words leak."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

import screener
from service.followup.terms import SET_ASIDE
from service.security.principal import service_principal
from service.settings import read_settings
from service.standards.cds import cards
from service.standards.cds.markdown import literal
from tests.service.serving import Served, serving
from tests.service.standards.cds import (
    CASE_SERVICE,
    NOTE_SERVICE,
    case_closing,
    conform,
    document,
    note_signed,
)

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
LIT = "Terry bought her a new phone and told her not to tell mum."
PLAIN = "Height and weight fine."
MARKER = "zanzibarquince"
PUBLIC = "https://screener.example.org"


@pytest.fixture(scope="module")
def stateless(lexicon_screener: screener.Screener) -> Iterator[Served]:
    with serving(read_settings(port=0, public_url=PUBLIC), lexicon_screener) as running:
        yield running


@pytest.fixture(scope="module")
def keeping(lexicon_screener: screener.Screener, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    database = f"sqlite:///{tmp_path_factory.mktemp('cds') / 'screener.db'}"
    settings = read_settings(
        port=0, store=True, database_url=database, secret_key="s" * 32, encryption_keys=KEY, public_url=PUBLIC
    )
    with serving(settings, lexicon_screener) as running:
        yield running


@pytest.fixture
def system(keeping: Served, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A case system of a team of its own."""
    assert keeping.service.store
    team = keeping.service.store.teams.create(service_principal(), request.node.name)
    scopes = ("screen", "cases:read", "notes:write", "answers:write")
    key = keeping.service.store.keys.create(service_principal(), team.id, "case system", scopes).secret
    with keeping.with_key(key) as client:
        yield client


def cards_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = conform("cards", answer.json())["cards"]
    assert all(card["indicator"] == "info" and "suggestions" not in card for card in found)
    return found


def give_feedback(client: httpx.Client, card: str, reason: dict[str, Any] | None, **more: Any) -> httpx.Response:
    given = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2024-05-02T10:05:00Z", **more}
    body = {"feedback": [{**given, **({"overrideReason": reason} if reason else {})}]}
    return client.post(f"{NOTE_SERVICE}/feedback", json=conform("feedback", body))


def test_discovery_lists_both_services_without_a_key(keeping: Served) -> None:
    found = conform("discovery", keeping.http.get("/cds-services").json())["services"]
    assert [service["id"] for service in found] == ["note-passages", "case-close-passages"]
    assert found[0]["prefetch"] == {"document": "DocumentReference/{{context.documentId}}"}


def test_a_note_gets_one_card_an_indicator_with_its_passages_in_the_detail_only(stateless: Served) -> None:
    answer = stateless.http.post(NOTE_SERVICE, json=conform("request", note_signed(LIT)))
    found = cards_of(answer)
    expected = {h.indicator for h in stateless.service.screener.screen(LIT).follow_up}
    assert {card["source"]["topic"]["code"] for card in found} == expected
    for card in found:
        assert not any(word in card["summary"].lower() for word in ("terry", "phone", "mum"))
        assert screener.BANNER in card["detail"]
        assert screener.IMMEDIATE in card["detail"]
        # Nothing is kept, so there is neither a page to open nor anything that an answer could be given to.
        assert "links" not in card
        assert "overrideReasons" not in card
    assert any("Terry" in card["detail"] for card in found)


def test_no_card_is_never_worded_as_no_risk(stateless: Served) -> None:
    answer = stateless.http.post(NOTE_SERVICE, json=note_signed(PLAIN))
    assert cards_of(answer) == []
    said = answer.json()["extension"]["org.case-note-screener"]
    assert said["message"] == screener.empty_result(1)
    assert said["read"].startswith("Read: 1 note")


def test_every_indicator_has_a_summary_short_enough_whatever_the_number(
    lexicon_screener: screener.Screener,
) -> None:
    (example,) = lexicon_screener.screen(LIT).follow_up[:1]
    for name, info in lexicon_screener.lexicon.lexicon.indicators.items():
        one = example.model_copy(update={"indicator": name})
        shown = cards.of_note(
            [cards.Passage(str(n), one) for n in range(10_000)],
            {name: info},
            source_url=None,
            link=None,
            answerable=True,
        )
        assert "10000 passages" in shown[0].card.summary
        assert "(10000 times)" in shown[0].card.detail


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("What, then, was said?", "What, then, was said?"),
        ("<b>\n& co", "&lt;b&gt; &amp; co"),
        ("- one", "\\- one"),
        ("# one", "\\# one"),
        ("12. one", "12\\. one"),
        ("see www.x.org, http://x.org", "see www\\.x.org, http\\://x.org"),
        ("*a* _b_ `c` [d](e) ![f](g)", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\!\\[f\\](g)"),
    ],
)
def test_words_of_a_note_mean_nothing_to_markdown(words: str, shown: str) -> None:
    assert literal(words) == shown


def test_a_passage_that_is_a_script_is_shown_as_the_words_it_is(stateless: Served) -> None:
    text = "Terry bought her <script>alert(1)</script> [a new](javascript:x) **phone** http://x.example"
    for card in cards_of(stateless.http.post(NOTE_SERVICE, json=note_signed(text))):
        quoted = "\n".join(line for line in card["detail"].splitlines() if line.startswith(">"))
        assert not re.search(r"<\w|(?<!\\)[\[\]*:]", quoted), quoted


def test_what_a_person_answers_to_a_card_is_the_answer_to_its_passages(keeping: Served, system: httpx.Client) -> None:
    found = cards_of(system.post(NOTE_SERVICE, json=note_signed(LIT)))
    waiting = system.get("/v1/highlights", params={"case": "p1"}).json()["items"]
    assert len(waiting) >= 2
    card = next(c for c in found if c["source"]["topic"]["code"] == waiting[0]["highlight"]["indicator"])
    assert {reason["code"] for reason in card["overrideReasons"]} == set(SET_ASIDE)
    assert card["links"][0]["url"] == f"{PUBLIC}/cases/p1/notes/d1"

    reason = {"reason": {"code": "checked_and_explained", "system": card["overrideReasons"][0]["system"]}}
    for _ in range(2):  # Sent again, it adds nothing.
        assert give_feedback(system, card["uuid"], reason).status_code == 200
    answered = system.get(f"/v1/highlights/{waiting[0]['id']}").json()
    assert (answered["state"], len(answered["answers"])) == ("set_aside", 1)
    assert answered["answers"][0]["by"] == "Practitioner/ann"
    assert answered["answers"][0]["reason"] == "checked_and_explained"

    again = cards_of(system.post(NOTE_SERVICE, json=note_signed(LIT)))
    assert card["source"]["topic"] not in [c["source"]["topic"] for c in again]
    assert len(again) == len(found) - 1


@pytest.mark.parametrize(
    ("reason", "more", "state", "words"),
    [
        (None, {}, "open", None),
        ({"reason": {"code": "other", "system": "urn:x"}}, {}, "open", None),
        ({"userComment": "Talked through with mum."}, {}, "set_aside", "Talked through with mum."),
        ({"reason": {"code": "local-7", "system": "urn:x", "display": "Known"}}, {}, "set_aside", "Known"),
        (None, {"outcome": "accepted", "acceptedSuggestions": []}, "open", None),
    ],
)
def test_a_card_dismissed_without_a_reason_leaves_its_passages_open(
    system: httpx.Client, reason: dict[str, Any] | None, more: dict[str, Any], state: str, words: str | None
) -> None:
    (card, *_) = cards_of(system.post(NOTE_SERVICE, json=note_signed(LIT)))
    assert give_feedback(system, card["uuid"], reason, **more).status_code == 200
    found = system.get("/v1/highlights", params={"case": "p1"}).json()["items"]
    (mine, *_) = [h for h in found if h["highlight"]["indicator"] == card["source"]["topic"]["code"]]
    assert mine["state"] == state
    assert [a["words"] for a in mine["answers"]] == ([words] if words else [])


def test_an_answer_given_meanwhile_is_not_overwritten(system: httpx.Client) -> None:
    (card, *_) = cards_of(system.post(NOTE_SERVICE, json=note_signed(LIT)))
    waiting = system.get("/v1/highlights", params={"case": "p1"}).json()["items"]
    for one in waiting:
        headers = {"if-match": f'"{one["version"]}"', "screener-acting-for": "A Lead"}
        answer = {"state": "acted", "words": "Strategy discussion held."}
        assert system.post(f"/v1/highlights/{one['id']}/answers", json=answer, headers=headers).status_code == 201
    assert give_feedback(system, card["uuid"], {"userComment": "Not needed."}).status_code == 200
    states = {h["state"] for h in system.get("/v1/highlights", params={"case": "p1"}).json()["items"]}
    assert states == {"acted"}


def test_cards_of_another_team_are_not_there(keeping: Served, system: httpx.Client) -> None:
    (card, *_) = cards_of(system.post(NOTE_SERVICE, json=note_signed(LIT)))
    assert keeping.service.store
    team = keeping.service.store.teams.create(service_principal(), "strangers")
    key = keeping.service.store.keys.create(service_principal(), team.id, "theirs", ("screen", "answers:write")).secret
    with keeping.with_key(key) as stranger:
        answer = give_feedback(stranger, card["uuid"], {"userComment": "Not needed."})
        unknown = give_feedback(stranger, "00000000-0000-4000-8000-000000000000", {"userComment": "x"})
    assert (answer.status_code, unknown.status_code) == (404, 404)
    assert answer.json() == unknown.json()


def test_before_closing_what_stands_unanswered_is_listed_and_nothing_is_blocked(system: httpx.Client) -> None:
    cards_of(system.post(NOTE_SERVICE, json=note_signed(LIT)))
    waiting = system.get("/v1/highlights", params={"case": "p1"}).json()["items"]
    (card,) = cards_of(system.post(CASE_SERVICE, json=case_closing(None)))
    assert card["summary"].startswith(f"{len(waiting)} passages")
    assert "What else was weighed" in card["detail"]
    assert "phone" not in card["detail"]
    assert "overrideReasons" not in card
    assert card["links"][0]["url"] == f"{PUBLIC}/cases/p1"
    assert system.get("/v1/cases/p1").json()["status"] == "open"


def test_a_case_that_is_not_kept_is_read_from_what_is_prefetched(stateless: Served) -> None:
    unreadable = document("x", "d2", contentType="image/png")
    answer = stateless.http.post(CASE_SERVICE, json=case_closing([document(LIT), unreadable]))
    standing, unread = cards_of(answer)
    assert "in this case have no answer on record" in standing["summary"]
    assert unread["summary"] == "1 document of this case could not be read: not screened"
    assert answer.json()["extension"]["org.case-note-screener"]["read"].startswith("Read: 1 note")


def test_a_case_that_is_not_kept_lists_what_its_own_notes_leave_open(stateless: Served) -> None:
    closing = {**document("Case closed. No further action.", "d2"), "date": "2024-06-02T10:00:00Z"}
    reader = stateless.service.screener
    notes = [
        screener.Note(id="d1", text=LIT, date="2024-05-02", case="p1"),
        screener.Note(id="d2", text="Case closed. No further action.", date="2024-06-02", case="p1"),
    ]
    found = screener.review([reader.screen(note) for note in notes], knowledge=reader.knowledge)
    assert found.closure.state == "silent"
    (card,) = cards_of(stateless.http.post(CASE_SERVICE, json=case_closing([document(LIT), closing])))
    assert card["summary"].startswith(f"{len(found.closure.unanswered)} passages")
    assert all(pattern.title.split()[0] in card["detail"] for pattern in found.patterns)
    assert "links" not in card


def test_nothing_prefetched_is_not_taken_for_nothing_there(stateless: Served) -> None:
    for service, request in ((CASE_SERVICE, case_closing(None)), (NOTE_SERVICE, {**note_signed(LIT), "prefetch": {}})):
        answer = stateless.http.post(service, json=request)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (412, "prefetch-needed")


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda request: request.pop(name)


def _put(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(request: dict[str, Any]) -> None:
        for name in path[:-1]:
            request = request[name]
        request[path[-1]] = value

    return change


def _sending(resource: Any) -> Callable[[dict[str, Any]], None]:
    return _put("prefetch", "document", value=resource)


DOCUMENT = "/prefetch/document"
ATTACHMENT = f"{DOCUMENT}/content/0/attachment"


@pytest.mark.parametrize(
    ("spoil", "pointer"),
    [
        (_without("context"), "/context"),
        (_without("hookInstance"), "/hookInstance"),
        (_put("hook", value="patient-view"), "/hook"),
        (_put("hookInstance", value=MARKER), "/hookInstance"),
        (_put("context", "patientId", value=f"<script>{MARKER}</script>"), "/context/patientId"),
        (_put("context", "documentId", value="../" + MARKER), "/context/documentId"),
        (_put("context", "userId", value=MARKER), "/context/userId"),
        (_put("context", "documentId", value="another"), f"{DOCUMENT}/id"),
        (_put("prefetch", value=[MARKER]), "/prefetch"),
        (_sending(MARKER), f"{DOCUMENT}/resourceType"),
        (_sending({"resourceType": "Patient", "id": MARKER}), f"{DOCUMENT}/resourceType"),
        (_sending(document(MARKER, patient="another")), DOCUMENT),
        (_sending(document(b"\xff" + MARKER.encode())), f"{ATTACHMENT}/data"),
        (_sending(document(MARKER, contentType="image/png")), f"{ATTACHMENT}/contentType"),
        (_sending(document(MARKER, data=f"!{MARKER}!")), f"{ATTACHMENT}/data"),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_by_field_and_not_repeated(
    stateless: Served, log_lines: Callable[[], list[dict[str, Any]]], spoil: Callable[[Any], None], pointer: str
) -> None:
    request = note_signed(MARKER)
    spoil(request)
    answer = stateless.http.post(NOTE_SERVICE, json=request)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert MARKER not in answer.text
    assert MARKER not in json.dumps(log_lines())


@pytest.mark.parametrize("path", [NOTE_SERVICE, CASE_SERVICE, f"{NOTE_SERVICE}/feedback"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer cns_unknown"}, {"authorization": "Bearer a.b.c"}])
def test_where_notes_are_kept_a_stranger_is_turned_away(keeping: Served, path: str, headers: dict[str, str]) -> None:
    assert keeping.http.post(path, json={}, headers=headers).status_code == 401
