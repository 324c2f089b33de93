"""Backups: one file for either database, of one moment, with everything but the master keys.

A backup is gzipped JSON lines: what it is, every row of every table, and a digest of all that at its end. Words of
notes and answers are in it as they are stored, encrypted. It can be restored into the other kind of database.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, Date, DateTime, LargeBinary, MetaData, Table, select

from service.errors import Conflict, Damaged
from service.security.principal import service_principal
from service.store import tables
from service.store.database import create_engine, unavailable_as_such
from service.store.records import BackupInfo
from service.store.schema import current, migrate, newest, refuse_newer
from service.store.store import Store

_FORMAT = "case-note-screener backup 1"
_BATCH = 500


def backup(store: Store, path: Path) -> BackupInfo:
    """Write a backup, whole or not at all, readable by its owner only; the service may go on meanwhile.

    Raises StoreUnavailable, and OSError where the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    digest = hashlib.sha256()
    rows = 0
    head = ""
    try:
        with (
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw,
            gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as file,
            store.database.snapshot() as connection,
        ):

            def line(value: object) -> None:
                text = (json.dumps(value, separators=(",", ":")) + "\n").encode()
                digest.update(text)
                file.write(text)

            line({"format": _FORMAT, "schema": newest()})
            for table in tables.Table.metadata.sorted_tables:
                for row in connection.execution_options(yield_per=_BATCH).execute(select(table)).mappings():
                    line({"table": table.name, "row": {name: _plain(value) for name, value in row.items()}})
                    rows += 1
                    if table.name == "audit_head":
                        head = f"{row['seq']}:{row['hash']}"
            sha256 = digest.hexdigest()
            file.write((json.dumps({"rows": rows, "sha256": sha256}) + "\n").encode())
            file.close()
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    store.audit.note(service_principal("backup"), "backup.made", details={"rows": rows, "sha256": sha256})
    return BackupInfo(path=str(path), schema_version=newest(), rows=rows, audit_head=head, sha256=sha256)


def restore(url: str, keys: Sequence[bytes], path: Path) -> BackupInfo:
    """Fill an empty database from a backup, bring it to the newest tables, and verify its audit.

    Raises Damaged where the file or its audit is not as it was written, Conflict where the database is not empty or the
    backup is of a newer release, WrongKey where the keys do not open it, StoreUnavailable, and OSError.
    """
    # The whole file is read once before anything is written, so that a broken one leaves the database empty.
    schema, rows, sha256 = _check(path)
    refuse_newer(schema)
    engine = create_engine(url)
    try:
        if current(engine) is not None:
            with unavailable_as_such(), engine.connect() as connection:
                if connection.execute(select(tables.SecretRow.name)).first() is not None:
                    raise Conflict("the database is not empty; restore into a new one")
        migrate(url, schema)
        with (
            unavailable_as_such(),
            engine.execution_options(sqlite_begin="BEGIN IMMEDIATE").connect() as connection,
            connection.begin(),
        ):
            _fill(connection, path)
    finally:
        engine.dispose()
    migrate(url)
    store = Store(url, keys)
    try:
        verdict = store.audit.verify()
        if not verdict.intact:
            raise Damaged(f"the audit in the backup does not hold: {verdict.problem}, at row {verdict.broken_at}")
        store.audit.note(service_principal("backup"), "backup.restored", details={"rows": rows, "sha256": sha256})
    finally:
        store.close()
    return BackupInfo(path=str(path), schema_version=schema, rows=rows, audit_head=verdict.head, sha256=sha256)


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as file:
        try:
            yield from file
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise Damaged("the backup is cut short, or not a backup") from None


def _check(path: Path) -> tuple[str, int, str]:
    """Read a backup through, and return its schema version, its number of rows and its digest."""
    digest = hashlib.sha256()
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    count = -1
    before = b""
    for line in _lines(path):
        if before:
            digest.update(before)
        else:
            first = _object(line)
        before = line
        count += 1
    if before:
        last = _object(before)
    if first.get("format") != _FORMAT:
        raise Damaged("this is not a backup that this release can read")
    if last.get("sha256") != digest.hexdigest() or last.get("rows") != count - 1:
        raise Damaged("the backup is not as it was written")
    return first["schema"], last["rows"], last["sha256"]


def _object(line: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        value = json.loads(line)
        if isinstance(value, dict):
            return value
    return {}


def _fill(connection: Connection, path: Path) -> None:
    known = MetaData()
    known.reflect(connection)
    waiting: list[dict[str, Any]] = []
    of: Table | None = None
    for line in _lines(path):
        value = _object(line)
        if "table" not in value:
            continue
        table = known.tables[value["table"]]
        if of is not None and (table is not of or len(waiting) >= _BATCH):
            connection.execute(of.insert(), waiting)
            waiting = []
        of = table
        waiting.append({name: _typed(table, name, held) for name, held in value["row"].items()})
    if of is not None and waiting:
        connection.execute(of.insert(), waiting)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value


def _typed(table: Table, name: str, value: Any) -> Any:
    kind = table.columns[name].type
    if value is None or isinstance(kind, JSON):
        return value
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, DateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return dt.date.fromisoformat(value)
    return value


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
