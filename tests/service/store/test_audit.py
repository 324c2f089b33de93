"""The audit: append-only, and changed or shortened ones are found out."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from screener import Screening
from service.store import Store

from .conftest import People


@pytest.fixture
def written(store: Store, people: People, screened: Callable[..., Screening]) -> Store:
    store.notes.put(people.practitioner, "case-1", screened("n1", "Terry slipped her £20 for her phone."))
    store.cases.get(people.lead, "case-1")
    return store


def run(store: Store, *statements: str) -> None:
    with store.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def without_guard(store: Store, *statements: str) -> None:
    """Do what only somebody with the rights of the database's owner can."""
    if store.database.sqlite:
        run(store, "DROP TRIGGER audit_no_UPDATE", "DROP TRIGGER audit_no_DELETE", *statements)
    else:
        run(store, "ALTER TABLE audit DISABLE TRIGGER ALL", *statements)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor_name = 'x'", "DELETE FROM audit WHERE seq = 2"])
def test_rows_cannot_be_changed_or_deleted(written: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        run(written, statement)
    assert written.audit.verify().intact


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("UPDATE audit SET actor_name = 'somebody else' WHERE seq = 3", 3),
        ("UPDATE audit SET details = '{}' WHERE seq = 3", 3),
        ("UPDATE audit SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET seq = 1000 WHERE seq = 2", 2),
    ],
)
def test_a_changed_audit_is_found_out(written: Store, statement: str, at: int) -> None:
    without_guard(written, statement)
    verdict = written.audit.verify()
    assert (verdict.intact, verdict.broken_at) == (False, at)


def test_rows_taken_off_the_end_are_missed(written: Store) -> None:
    without_guard(written, "DELETE FROM audit WHERE seq > 4")
    verdict = written.audit.verify()
    assert (verdict.intact, verdict.broken_at) == (False, 5)


def test_an_audit_put_back_to_an_earlier_day_is_found_by_the_head_noted_elsewhere(written: Store) -> None:
    noted = written.audit.verify().head
    assert written.audit.verify(expected_head=noted).intact
    rows = written.audit.verify().rows
    without_guard(
        written,
        f"DELETE FROM audit WHERE seq = {rows}",
        f"UPDATE audit_head SET seq = {rows - 1}, hash = (SELECT hash FROM audit WHERE seq = {rows - 1})",
    )
    assert written.audit.verify().intact, "by itself it cannot be told"
    assert not written.audit.verify(expected_head=noted).intact


def test_reads_and_writes_are_both_on_record(written: Store, people: People) -> None:
    rows = written.audit.list(people.lead, case="case-1").items
    assert [(row.action, row.actor_name) for row in rows] == [
        ("case.read", "lead"),
        ("note.put", "practitioner"),
        ("case.created", "practitioner"),
    ]
    assert written.audit.list(people.lead, limit=1).items[0].action == "audit.read"


def test_the_audit_is_read_page_by_page(written: Store, people: People) -> None:
    first = written.audit.list(people.admin, limit=2)
    second = written.audit.list(people.admin, limit=2, cursor=first.next)
    seqs = [row.seq for row in (*first.items, *second.items)]
    assert seqs == sorted(seqs, reverse=True)
    assert len(set(seqs)) == 4


def test_many_writers_make_one_chain(written: Store, people: People) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: written.cases.get(people.lead, "case-1"), range(40)))
    verdict = written.audit.verify()
    assert verdict.intact
    assert (
        len([r for r in written.audit.list(people.lead, case="case-1", limit=200).items if r.action == "case.read"])
        == 41
    )
