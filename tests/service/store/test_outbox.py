"""Events on their way to a webhook."""

import datetime as dt
from collections.abc import Callable

import pytest

from screener import Screening
from service.errors import ClosureRefused
from service.store import Store
from service.store.outbox import TRIES
from service.store.records import AnswerRequest, ClosureRequest

from .conftest import Clock, People

GIFT = "Dave has bought E a new phone."
Screened = Callable[..., Screening]


@pytest.fixture
def ident(store: Store, people: People, screened: Screened) -> str:
    return store.notes.put(people.practitioner, "case-1", screened("n1", GIFT)).opened[0]


def test_events_carry_ids_and_counts_only(store: Store, ident: str) -> None:
    (event,) = store.outbox.claim()
    assert (event.type, event.subjects, event.count, event.attempt) == ("highlight.opened", (ident,), 1, 1)
    assert "phone" not in event.model_dump_json()


def test_events_of_a_case_are_handed_out_one_after_the_other(store: Store, people: People, ident: str) -> None:
    with pytest.raises(ClosureRefused):
        store.closures.record(people.lead, "case-1", ClosureRequest(summary="Done."))
    (first,) = store.outbox.claim()
    assert store.outbox.claim() == (), "the second waits until the first has arrived"
    store.outbox.delivered(first.id)
    (second,) = store.outbox.claim()
    assert second.type == "closure.refused"
    assert second.seq > first.seq


def test_a_claim_that_is_never_settled_is_handed_out_again(store: Store, ident: str, clock: Clock) -> None:
    (event,) = store.outbox.claim(lease=dt.timedelta(minutes=1))
    clock.move(minutes=1)
    assert [e.id for e in store.outbox.claim()] == [event.id]


def test_failed_events_wait_longer_each_time_and_are_given_up(store: Store, ident: str, clock: Clock) -> None:
    for attempt in range(1, TRIES + 1):
        (event,) = store.outbox.claim()
        assert event.attempt == attempt
        store.outbox.failed(event.id)
        assert store.outbox.claim() == ()
        clock.move(hours=6)
    assert store.outbox.claim() == ()
    assert [e.id for e in store.outbox.dead()] == [event.id]
    store.outbox.replay(event.id)
    assert [e.id for e in store.outbox.claim()] == [event.id]


def test_one_reminder_for_each_due_date(store: Store, people: People, ident: str, clock: Clock) -> None:
    assert store.outbox.queue_overdue() == 0
    clock.move(days=2)
    assert store.outbox.queue_overdue() == 1
    assert store.outbox.queue_overdue() == 0
    store.highlights.assign(people.lead, ident, due_at=clock.now + dt.timedelta(days=1))
    clock.move(days=2)
    assert store.outbox.queue_overdue() == 1
    store.highlights.answer(people.lead, ident, AnswerRequest(state="acted", words="Told the lead."))
    clock.move(days=30)
    assert store.outbox.queue_overdue() == 0
