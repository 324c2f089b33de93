"""What is kept, how, and for how long: encryption at rest, rotation, retention, erasure, export, backup."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, text

from screener import Screening
from service.errors import Conflict, Damaged, StoreUnavailable, WrongKey
from service.store import Store, backup, restore
from service.store.records import AnswerRequest, ClosureRequest, TeamSettings, WrittenReason

from .conftest import KEY, Clock, People

MARK = "Zyxxy"
NOTE = f"{MARK} has bought E a new phone. {MARK} said it is our secret."
NEW_KEY = b"n" * 32


@pytest.fixture
def filled(store: Store, people: People, screened: Callable[..., Screening]) -> Store:
    """A case with marker words in its note, an answer, a closure and its reason."""
    opened = store.notes.put(people.practitioner, "case-1", screened("n1", NOTE)).opened
    store.highlights.answer(people.lead, opened[0], AnswerRequest(state="acted", words=f"Asked {MARK} about it."))
    reasons = (WrittenReason(names=opened[1:], reason=f"{MARK} has moved away."),)
    store.closures.record(people.lead, "case-1", ClosureRequest(summary=f"{MARK} again.", reasons=reasons))
    return store


def rows_of(store: Store) -> bytes:
    """Every value of every table, as the database gives it out."""
    with store.database.engine.connect() as connection:
        if store.database.sqlite:
            tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        else:
            tables = (
                connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
            )
        return b"".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for table in tables
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
            for value in row
        )


def test_no_word_of_a_note_an_answer_or_a_reason_is_in_the_database(
    filled: Store, people: People, tmp_path: Path
) -> None:
    assert MARK in (filled.notes.get(people.lead, "case-1", "n1").note.text or "")
    held = rows_of(filled)
    assert b"case-1" in held
    assert MARK.encode() not in held
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or MARK.encode() not in file.read_bytes(), file.name


def test_a_backup_holds_no_word_of_a_note(filled: Store, tmp_path: Path) -> None:
    backup(filled, tmp_path / "a.backup")
    assert MARK.encode() not in gzip.decompress((tmp_path / "a.backup").read_bytes())
    assert (tmp_path / "a.backup").stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.part"))


def test_another_key_does_not_open_the_store(filled: Store, make_store: Callable[..., Store]) -> None:
    with pytest.raises(WrongKey):
        make_store(keys=[NEW_KEY])


def test_keys_are_rotated_and_the_old_one_dropped(
    filled: Store, people: People, make_store: Callable[..., Store]
) -> None:
    head = filled.audit.verify().head
    both = make_store(keys=[NEW_KEY, KEY])
    assert both.rotate_keys() == 2
    assert both.rotate_keys() == 0
    with pytest.raises(WrongKey):
        make_store(keys=[KEY])
    only = make_store(keys=[NEW_KEY])
    assert only.notes.get(people.lead, "case-1", "n1").note.text == NOTE
    assert only.audit.verify(expected_head=head).intact


def test_what_is_encrypted_cannot_be_moved_to_another_place(
    filled: Store, people: People, screened: Callable[..., Screening]
) -> None:
    filled.notes.put(people.practitioner, "case-1", screened("n2", "Came on time."))
    with filled.database.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE note_versions SET sealed = (SELECT v.sealed FROM note_versions v"
                " JOIN notes n ON n.id = v.note_id WHERE n.ref = 'n1')"
                " WHERE note_id = (SELECT id FROM notes WHERE ref = 'n2')"
            )
        )
    with pytest.raises(Damaged):
        filled.notes.get(people.lead, "case-1", "n2")


def test_erasure_leaves_a_tombstone_and_no_way_back(filled: Store, people: People) -> None:
    case = filled.cases.get(people.lead, "case-1").id
    filled.cases.update(people.lead, "case-1", on_hold=True)
    with pytest.raises(Conflict):
        filled.retention.erase(people.lead, "case-1", "erasure_request")
    filled.cases.update(people.lead, "case-1", on_hold=False)
    erased = filled.retention.erase(people.lead, "case-1", "erasure_request")
    assert (erased.notes, erased.answers, erased.closures) == (1, 1, 1)
    assert filled.cases.list(people.lead).items == ()
    rows = filled.audit.list(people.lead, case=case).items
    assert rows[0].action == "case.erased"
    assert rows[0].details["basis"] == "erasure_request"
    assert all(row.words is None for row in rows), "the key is gone, and with it the written reasons"
    assert filled.audit.verify().intact


def test_cases_are_purged_when_their_time_has_run_out(filled: Store, people: People, clock: Clock) -> None:
    clock.move(days=400)
    assert filled.retention.purge() == (), "without a period nothing is taken out"
    filled.teams.update(people.lead, people.team, settings=TeamSettings(retention_days=365))
    filled.cases.update(people.lead, "case-1", on_hold=True)
    assert filled.retention.purge() == ()
    filled.cases.update(people.lead, "case-1", on_hold=False)
    assert [e.basis for e in filled.retention.purge()] == ["retention"]
    assert filled.cases.list(people.lead).items == ()


def test_a_subject_access_export_holds_everything(filled: Store, people: People) -> None:
    export = filled.retention.export_case(people.lead, "case-1")
    shown = export.model_dump_json()
    for words in (NOTE.split(".")[0], f"Asked {MARK} about it.", f"{MARK} has moved away.", f"{MARK} again."):
        assert words in shown
    assert [row.action for row in export.audit][:2] == ["case.created", "note.put"]


@pytest.fixture
def empty_url(postgres: Callable[[], str], tmp_path: Path) -> dict[str, str]:
    return {"sqlite": f"sqlite:///{tmp_path / 'restored.db'}", "postgresql": postgres()}


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_backup_is_restored_into_either_database(
    filled: Store, people: People, tmp_path: Path, empty_url: dict[str, str], into: str
) -> None:
    made = backup(filled, tmp_path / "a.backup")
    info = restore(empty_url[into], [KEY], tmp_path / "a.backup")
    assert (info.rows, info.audit_head, info.sha256) == (made.rows, made.audit_head, made.sha256)
    restored = Store(empty_url[into], [KEY])
    try:
        assert restored.notes.get(people.lead, "case-1", "n1").note.text == NOTE
        assert restored.closures.list(people.lead, "case-1") == filled.closures.list(people.lead, "case-1")
        assert restored.audit.verify(expected_head=made.audit_head).intact
    finally:
        restored.close()
    with pytest.raises(Conflict):
        restore(empty_url[into], [KEY], tmp_path / "a.backup")


@pytest.mark.parametrize("harm", ["cut", "flip", "other", "empty"])
def test_a_harmed_backup_is_refused_before_anything_is_written(
    filled: Store, tmp_path: Path, empty_url: dict[str, str], harm: str
) -> None:
    path = tmp_path / "a.backup"
    backup(filled, path)
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    harmed = {
        "cut": path.read_bytes()[:-40],
        "flip": gzip.compress(b"".join([*lines[:2], lines[2].replace(b"1", b"2"), *lines[3:]])),
        "other": b"not a backup",
        "empty": b"",
    }[harm]
    path.write_bytes(harmed)
    with pytest.raises(Damaged):
        restore(empty_url["sqlite"], [KEY], path)
    assert not (tmp_path / "restored.db").exists()


def test_a_backup_that_cannot_be_written_leaves_the_last_one(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.backup"
    backup(filled, path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        backup(filled, path)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.part"))


# A limit of pages is SQLite's; a full disk of PostgreSQL is its own server's.
@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_full_disk_loses_nothing_and_says_try_again(
    filled: Store, people: People, screened: Callable[..., Screening]
) -> None:
    filled.database.engine.dispose()

    def small(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")

    def fill_up() -> None:
        for number in range(200):
            filled.notes.put(people.practitioner, "case-2", screened(f"n{number}", NOTE * 20))

    event.listen(filled.database.engine, "connect", small)
    with pytest.raises(StoreUnavailable):
        fill_up()
    event.remove(filled.database.engine, "connect", small)
    filled.database.engine.dispose()
    assert filled.notes.get(people.lead, "case-1", "n1").note.text == NOTE
    assert filled.audit.verify().intact
