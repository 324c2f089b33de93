"""Which version the tables have, and how they get to the newest."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from service.errors import Conflict
from service.store.database import create_engine, unavailable_as_such

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Any number, the same in every process: who holds it may migrate.
_MIGRATION_LOCK = 7_301_944_150_238_110_519


def newest() -> str:
    """Return the version of the tables that this code works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def current(engine: Engine) -> str | None:
    """Return the version of the tables in a database, or None where there are none."""
    with unavailable_as_such(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(url: str, to: str = "head") -> str:
    """Bring a database to a version of the tables, the newest by default, and return which one that is.

    Several processes may ask at once: one does it, the others wait. A failed step leaves the database as it was.
    Raises StoreUnavailable, and Conflict where the database is newer than this code.
    """
    engine = create_engine(url).execution_options(sqlite_begin="BEGIN IMMEDIATE")
    try:
        with unavailable_as_such(), engine.connect() as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            refuse_newer(MigrationContext.configure(connection).get_current_revision())
            command.upgrade(_config(connection), to)
    finally:
        engine.dispose()
    return newest() if to == "head" else to


def refuse_newer(found: str | None) -> None:
    """Raise Conflict where a version is not known here: the database was used by a newer release."""
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise Conflict(f"the database has tables of version {found}, newer than this release; install the newer one")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
