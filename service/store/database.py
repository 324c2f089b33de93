"""One transaction at a time against SQLite or PostgreSQL, each with its own rows of the audit."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from service.errors import Invalid, StoreUnavailable

Clock = Callable[[], dt.datetime]

_BUSY_SECONDS = 30


def utc_now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def create_engine(url: str) -> Engine:
    """Return an engine. Parameters are hidden, so that no error of the database repeats what was stored."""
    sqlite = make_url(url).get_backend_name() == "sqlite"
    engine = sqlalchemy_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=not sqlite,
        pool_size=16,
        max_overflow=16,
        pool_timeout=_BUSY_SECONDS,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False} if sqlite else {"connect_timeout": 5},
    )
    if sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


class Database:
    """Transactions on one database. Safe to share between threads."""

    def __init__(self, url: str, clock: Clock = utc_now) -> None:
        self.engine = create_engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self.clock = clock
        self._writing_engine = self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        self._snapshot_engine = (
            self.engine if self.sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )
        # SQLite takes one writer at a time and lets the others poll; a lock lets them wait their turn.
        self._turn = threading.Lock() if self.sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading without a trace. Raises StoreUnavailable."""
        with unavailable_as_such(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the whole database, however long it reads."""
        with unavailable_as_such(), self._snapshot_engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are committed at the end, or not at all. Raises StoreUnavailable."""
        if self._turn is not None and not self._turn.acquire(timeout=_BUSY_SECONDS):
            raise StoreUnavailable
        try:
            with unavailable_as_such(), Session(self._writing_engine, expire_on_commit=False) as session:
                yield session
                session.commit()
        finally:
            if self._turn is not None:
                self._turn.release()

    def close(self) -> None:
        """Close every connection; SQLite then folds its write-ahead log into the file."""
        self.engine.dispose()


@contextmanager
def unavailable_as_such() -> Iterator[None]:
    """Turn a database that does not answer, is full, or gave up on a deadlock into StoreUnavailable.

    What PostgreSQL cannot look for at all, such as a NUL in an id, becomes Invalid.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout):
        raise StoreUnavailable from None
    except DataError:
        raise Invalid("request", "holds characters or numbers that cannot be stored") from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable from None
        raise


def _set_up_sqlite(connection: DBAPIConnection, _: Any) -> None:
    # The driver's own transactions are switched off: `begin` below says which kind is wanted.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
        f"busy_timeout={_BUSY_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
