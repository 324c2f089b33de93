"""The tables, and how they get there."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from service.errors import Conflict, StoreUnavailable
from service.store import Store, migrate
from service.store.database import create_engine
from service.store.schema import current, newest
from service.store.tables import Table

from .conftest import KEY


def test_migrations_make_the_tables_that_the_code_works_with(database_url: str) -> None:
    assert migrate(database_url) == newest()
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
    engine.dispose()


def test_many_processes_may_migrate_at_once(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(migrate, [database_url] * 4)) == {newest()}


def test_a_database_of_a_newer_release_is_left_alone(database_url: str) -> None:
    migrate(database_url)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="newer"):
        migrate(database_url)
    with pytest.raises(Conflict, match="newer"):
        Store(database_url, [KEY])
    assert current(engine) == "9999"
    engine.dispose()


def test_a_store_does_not_open_over_tables_that_are_not_there(database_url: str) -> None:
    with pytest.raises(Conflict, match="migrate"):
        Store(database_url, [KEY])


def test_a_database_that_does_not_answer_is_said_to_be_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        migrate("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable):
        migrate("sqlite:////no-such-folder/a.db")
