"""Webhooks: signed, without a passage, at least once and in order per case, whatever the receiver and restarts do."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from standardwebhooks import Webhook

import screener
from service.errors import ClosureRefused
from service.security.principal import SCOPES_OF_ROLE, Principal, service_principal
from service.settings import read_settings
from service.standards.webhooks import signing
from service.standards.webhooks.messenger import Messenger
from service.store import Store, migrate
from service.store.outbox import TRIES
from service.store.records import ClosureRequest, Membership, WrittenReason
from tests.service.serving import serving
from tests.service.standards.receiver import PLAIN, Receiver, receiving

SECRET = "a secret that both sides know and nobody else"
LIT = "Terry bought her a new phone and told her not to tell mum."
NOW = dt.datetime(2024, 3, 4, 9, tzinfo=dt.UTC)
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


@dataclass
class World:
    """A store that can be restarted, a clock that can be moved, a lead who works in it, and a receiver."""

    url: str
    receiver: Receiver
    reader: screener.Screener
    now: dt.datetime = NOW

    def __post_init__(self) -> None:
        migrate(self.url)
        self.store = self.opened()
        team = self.store.teams.create(service_principal(), "Ours").id
        account, _ = self.store.accounts.create(
            service_principal(), "lead", "Lead", memberships=[Membership(team=team, role="lead")]
        )
        self.lead = Principal("account", account.id, "lead", {team: SCOPES_OF_ROLE["lead"]})

    def opened(self) -> Store:
        return Store(self.url, [b"k" * 32], clock=lambda: self.now, hasher=PasswordHasher(1, 8, 1))

    def restart(self) -> None:
        self.store.close()
        self.store = self.opened()

    def put(self, case: str, note: str, text: str = LIT) -> None:
        self.store.notes.put(self.lead, case, self.reader.screen(screener.Note(id=note, text=text)))

    def send(self, patience: float = 2.0) -> int:
        messenger = Messenger(
            self.store, self.receiver.url, SECRET, patience=patience, clock=lambda: self.now.timestamp()
        )
        return messenger.send_waiting()

    def send_all(self) -> None:
        while self.send():
            pass

    def move(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@pytest.fixture
def world(tmp_path: Path, lexicon_screener: screener.Screener) -> Iterator[World]:
    with receiving() as receiver:
        made = World(f"sqlite:///{tmp_path / 'screener.db'}", receiver, lexicon_screener)
        yield made
        made.store.close()


@pytest.fixture
def world_of_each_kind(database_url: str, lexicon_screener: screener.Screener) -> Iterator[World]:
    with receiving() as receiver:
        made = World(database_url, receiver, lexicon_screener)
        yield made
        made.store.close()


def test_each_turn_of_follow_up_is_told_with_ids_and_counts_only(world_of_each_kind: World) -> None:
    world = world_of_each_kind
    world.put("case-1", "n1")
    world.move(days=40)
    world.store.outbox.queue_overdue()
    with pytest.raises(ClosureRefused) as refused:
        world.store.closures.record(world.lead, "case-1", ClosureRequest(summary="Done."))
    names = tuple(item.id for item in refused.value.open)
    reason = WrittenReason(names=names, reason="Looked into with the school.")
    world.store.closures.record(world.lead, "case-1", ClosureRequest(summary="Done.", reasons=(reason,)))
    world.send_all()
    told = world.receiver.events
    kinds = ["highlight.opened", "followup.overdue", "closure.refused", "closure.recorded_with_reason"]
    assert [event["type"] for event in told] == [f"org.case-note-screener.{kind}" for kind in kinds]
    assert [event["sequence"] for event in told] == sorted(event["sequence"] for event in told)
    for event in told:
        assert event["specversion"] == "1.0"
        assert {"id", "source", "type", "time", "subject", "datacontenttype", "data"} <= set(event)
        assert set(event["data"]) == {"team", "case", "ids", "count"}
        assert len(event["data"]["ids"]) == event["data"]["count"]
    assert set(told[0]["data"]["ids"]) == set(names)
    sent = b"".join(body for _, body in world.receiver.got)
    assert not any(word in sent for word in (b"Terry", b"phone", b"mum", b"school", b"gifts"))


def test_another_makers_library_takes_the_signature(world: World) -> None:
    world.now = dt.datetime.now(dt.UTC)
    world.put("case-1", "n1")
    world.send_all()
    ((headers, body),) = world.receiver.got
    theirs = Webhook(base64.b64encode(SECRET.encode()).decode())
    assert theirs.verify(body, headers)["type"] == "org.case-note-screener.highlight.opened"


def test_a_forged_changed_or_old_message_is_told_apart(world: World) -> None:
    world.put("case-1", "n1")
    world.send_all()
    ((headers, body),) = world.receiver.got
    now = NOW.timestamp()
    assert signing.verify(SECRET, headers, body, now) == json.loads(body)["id"]
    assert signing.verify(SECRET, {**headers, signing.SIGNATURE: "v1,x v1a,y " + headers[signing.SIGNATURE]}, body, now)
    for secret, changed, text, at in [
        ("another secret", headers, body, now),
        (SECRET, headers, body + b" ", now),
        (SECRET, {**headers, signing.ID: "another"}, body, now),
        (SECRET, {**headers, signing.TIME: str(int(now) + 1)}, body, now),
        (SECRET, {**headers, signing.TIME: "²"}, body, now),
        (SECRET, {**headers, signing.SIGNATURE: ""}, body, now),
        (SECRET, {**headers, signing.SIGNATURE: "v1,é"}, body, now),
        (SECRET, {}, body, now),
        (SECRET, headers, body, now + signing.WINDOW + 1),
        (SECRET, headers, body, now - signing.WINDOW - 1),
    ]:
        with pytest.raises(signing.Forged):
            signing.verify(secret, changed, text, at)


@pytest.mark.parametrize("manner", sorted(set(PLAIN) - {"takes", "claims an endless body"} | {"drips", "sleeps"}))
def test_a_receiver_that_fails_or_lies_is_tried_again_later(world: World, manner: str) -> None:
    world.put("case-1", "n1")
    world.receiver.manner = manner
    assert world.send(patience=0.3) == 0
    world.receiver.manner = "takes"
    assert world.send() == 0, "it backs off first"
    world.move(minutes=1)
    assert world.send() == 1
    first, *_, last = world.receiver.events
    assert first == last
    assert world.store.outbox.waiting() == 0


def test_the_body_of_an_answer_is_not_waited_for(world: World) -> None:
    world.put("case-1", "n1")
    world.receiver.manner = "claims an endless body"
    assert world.send() == 1


def test_a_redirect_is_never_followed(world: World) -> None:
    world.put("case-1", "n1")
    with receiving() as elsewhere:
        world.receiver.manner, world.receiver.elsewhere = "redirects", elsewhere.url
        assert world.send() == 0
        assert (len(world.receiver.got), elsewhere.got) == (1, [])


def test_a_receiver_that_is_down_loses_nothing_and_one_case_does_not_wait_for_another(world: World) -> None:
    world.put("case-1", "n1")
    world.put("case-1", "n2")
    world.put("case-2", "n1")
    up, world.receiver.url = world.receiver.url, "http://127.0.0.1:1/hook"
    assert world.send() == 0
    world.receiver.url = up
    assert world.send() == 0
    world.move(minutes=1)
    world.restart()
    world.send_all()
    by_case: dict[str, list[str]] = {}
    for event in world.receiver.events:
        by_case.setdefault(event["partitionkey"], []).append(event["sequence"])
    assert sorted(by_case.values()) == [["000000000001"], ["000000000001", "000000000002"]]


def test_a_stop_between_sending_and_remembering_sends_again(
    world_of_each_kind: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of_each_kind
    world.put("case-1", "n1")
    world.put("case-1", "n2")

    class Killed(BaseException):
        pass

    def die(event: str) -> None:
        raise Killed

    monkeypatch.setattr(world.store.outbox, "delivered", die)
    with pytest.raises(Killed):
        world.send()
    world.restart()
    assert world.send() == 0, "the claim of the one that was killed still holds"
    world.move(minutes=5)
    world.send_all()
    ids = [event["id"] for event in world.receiver.events]
    assert (len(ids), len(set(ids))) == (3, 2)
    assert ids[0] == ids[1], "in order: the second waits until the first is known to have arrived"


def test_a_dead_letter_is_listed_without_its_case_and_can_be_replayed(
    world: World, lexicon_screener: screener.Screener
) -> None:
    world.put("case-1", "n1")
    world.put("case-1", "n2")
    world.receiver.manner = "refuses"
    for _ in range(TRIES):
        world.send()
        world.move(hours=7)
    (letter,) = world.store.outbox.dead()
    world.receiver.manner = "takes"
    world.send_all()
    assert world.receiver.events[-1]["sequence"] == "000000000002", "what was given up does not hold the others back"

    settings = read_settings(port=0, store=True, database_url=world.url, mode="development", encryption_keys=KEY)
    boss = {"name": "boss", "full_name": "Boss", "admin": True}
    _, once = world.store.accounts.create(service_principal(), **boss)
    with serving(settings, lexicon_screener) as running:
        http = running.http
        assert http.get("/v1/webhooks/dead-letters").status_code == 401
        signed_in = http.post("/v1/sessions", json={"name": "boss", "password": once}).json()
        http.headers["x-csrf-token"] = signed_in["csrf"]
        http.post("/v1/me/password", json={"old": once, "new": "a much longer password"})
        signed_in = http.post("/v1/sessions", json={"name": "boss", "password": "a much longer password"}).json()
        http.headers["x-csrf-token"] = signed_in["csrf"]
        listed = http.get("/v1/webhooks/dead-letters")
        assert [one["id"] for one in listed.json()] == [letter.id]
        assert not any(hidden in listed.text for hidden in ("case-1", letter.case, *letter.subjects))
        assert http.post("/v1/webhooks/dead-letters/ev_none/replay").status_code == 404
        assert http.post(f"/v1/webhooks/dead-letters/{letter.id}/replay").status_code == 202
    world.now = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    world.send_all()
    assert world.receiver.events[-1]["id"] == letter.id
    assert world.store.outbox.dead() == ()


def test_the_log_holds_no_more_than_the_receiver_is_told(
    world: World, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    world.put("case-1", "n1")
    world.receiver.manner = "says garbage"
    world.send()
    written = json.dumps(log_lines())
    assert "webhook-failed" in written
    assert not any(word in written for word in ("Terry", "phone", SECRET))
