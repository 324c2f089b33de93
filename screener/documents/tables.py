"""Notes out of tables: csv, jsonl and parquet exports of case systems, one note a row, read as a stream."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from screener.documents.texts import decode
from screener.errors import DocumentError
from screener.records import Note

_UK = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})(?:\D.*)?$")
_USUAL = {
    "id": ("id", "note_id", "noteid", "entry_id", "reference"),
    "text": ("text", "note", "body", "note_text", "content", "narrative", "entry", "details", "case_note"),
    "date": ("date", "note_date", "created", "entry_date", "date_of_event", "recorded"),
    "author_role": ("author_role", "role", "author", "worker_role"),
    "case": ("case", "case_id", "caseid", "child_id", "person_id"),
    "kind": ("kind", "type", "note_type", "category"),
}


@dataclass(frozen=True)
class Columns:
    """Which column of a table holds which field of a note; ``None`` looks for the usual names."""

    id: str | None = None
    text: str | None = None
    date: str | None = None
    author_role: str | None = None
    case: str | None = None
    kind: str | None = None

    @classmethod
    def parse(cls, setting: str) -> Columns:
        """Read a mapping such as ``text=Body,date=Created``. Raises DocumentError where a field is unknown."""
        known = [f.name for f in fields(cls)]
        chosen: dict[str, str] = {}
        for part in filter(None, setting.split(",")):
            name, equals, column = part.partition("=")
            if not equals or name.strip() not in known:
                raise DocumentError(f"cannot read the column mapping '{part}'; write field=column, fields: {known}")
            chosen[name.strip()] = column.strip()
        return cls(**chosen)


@dataclass(frozen=True)
class Trouble:
    """A row that was left out, or read with a reservation."""

    where: str
    what: str


def read(path: Path, columns: Columns, day_first: bool) -> Iterator[Note | Trouble]:
    """Stream the notes of a table. Raises DocumentError where the table cannot be read as one."""
    chosen: dict[str, str] | None = None
    each_row = READERS[path.suffix.lower()] is _jsonl
    number = 0
    for number, row in READERS[path.suffix.lower()](path):
        where = f"row {number}"
        if isinstance(row, str):
            yield Trouble(where, row)
            continue
        if chosen is None or each_row:
            try:
                chosen = _choose(columns, list(row))
            except DocumentError as error:
                if not each_row:
                    raise
                yield Trouble(where, f"left out: {error}")
                continue
        yield from _note(row, chosen, f"{path.stem}-{number}", where, day_first)
    if not number:
        raise DocumentError("has no rows below its header")


def _choose(columns: Columns, header: list[str]) -> dict[str, str]:
    by_lower = {name.strip().lower().replace(" ", "_"): name for name in header if name}
    chosen: dict[str, str] = {}
    for field, usual in _USUAL.items():
        wanted = getattr(columns, field)
        if wanted is not None:
            if wanted not in header:
                raise DocumentError(f"has no column '{wanted}'; check the names in its first row")
            chosen[field] = wanted
        else:
            found = next((by_lower[name] for name in usual if name in by_lower), None)
            if found:
                chosen[field] = found
    if "text" not in chosen:
        # The names found are not repeated: where a table has no header they are words of a note.
        raise DocumentError(f"has no text column among its {len(header)}; say which it is with --columns text=NAME")
    return chosen


def _note(
    row: Mapping[str, Any], chosen: dict[str, str], fallback_id: str, where: str, day_first: bool
) -> Iterator[Note | Trouble]:
    values = {field: _whole(row.get(column)) for field, column in chosen.items()}
    text = values.pop("text")
    if text is None or not str(text).strip():
        yield Trouble(where, "left out: no text")
        return
    date = values.pop("date", None)
    day = None
    if date not in (None, ""):
        day = parse_date(date, day_first)
        if day is None:
            yield Trouble(where, "read as undated: its date is not YYYY-MM-DD (or use --day-first for 31/12/2024)")
    given = {field: str(value).strip() for field, value in values.items() if value not in (None, "")}
    try:
        yield Note.model_validate({"id": fallback_id, **given, "text": str(text), "date": day})
    except ValidationError:
        yield Trouble(where, "left out: a field is not what a note can hold (an id of 1 to 512 characters)")


def _whole(value: Any) -> Any:
    """Return text with halves of characters, which JSON can smuggle in as escapes, put together or replaced."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def parse_date(value: Any, day_first: bool) -> dt.date | dt.datetime | None:
    """Read an ISO date or time stamp, or with ``day_first`` a UK one; ``None`` where it is neither."""
    if isinstance(value, dt.date):
        return value
    text = str(value).strip()
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    uk = _UK.match(text) if day_first else None
    if uk is None:
        return None
    year = int(uk[3]) + (2000 if len(uk[3]) == 2 else 0)
    try:
        return dt.date(year, int(uk[2]), int(uk[1]))
    except ValueError:
        return None


def _csv(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    with path.open("rb") as stream:
        head = decode(stream.read(65536).rsplit(b"\n", 1)[0])
        encoding = "utf-8-sig"
        stream.seek(0)
        try:
            for line in stream:
                line.decode(encoding)
        except UnicodeDecodeError:
            encoding = "utf-16" if head.startswith("\ufeff") else "cp1252"
    delimiter = max(",;\t|", key=head.split("\n", 1)[0].count)
    csv.field_size_limit(50_000_000)
    with io.TextIOWrapper(path.open("rb"), encoding=encoding, errors="replace", newline="") as text:
        try:
            rows = csv.DictReader(text, delimiter=delimiter, strict=True)
            if not rows.fieldnames:
                raise DocumentError("has no header row")
            yield from ((rows.line_num, row) for row in rows)
        except csv.Error as error:
            raise DocumentError(
                f"cannot be read as csv from line {rows.line_num} on (a quote is never closed?)"
            ) from error


def _jsonl(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig"))
            except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
                yield number, "left out: not a line of JSON in UTF-8"
                continue
            yield number, row if isinstance(row, dict) else "left out: not a JSON object"


def _parquet(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(batch_size=1024):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise DocumentError("is damaged or not really a parquet file") from error


READERS: dict[str, Callable[[Path], Iterator[tuple[int, Mapping[str, Any] | str]]]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".parquet": _parquet,
}
