"""Read files and folders as notes, going on past whatever cannot be read and saying so.

A text document (txt, md, docx, rtf, pdf, html) is one note; a table (csv, jsonl, parquet) holds one note a row. A file
name such as ``2023-05-04 school nurse.txt`` gives the note its date and author role; its folder names the case.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from screener.documents import tables, texts
from screener.documents.tables import Columns
from screener.errors import DocumentError
from screener.records import Note

_NAMED = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[ _-]+(.+))?$")
_READERS = {**dict.fromkeys(texts.READERS, "text"), **dict.fromkeys(tables.READERS, "table")}
KINDS = tuple(sorted(suffix.lstrip(".") for suffix in _READERS))


@dataclass(frozen=True)
class Problem:
    """Something that was not read, or read with a reservation: where it is and what is the matter (never note text)."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def read_paths(
    paths: Iterable[str | Path], columns: Columns | None = None, day_first: bool = False
) -> Iterator[Note | Problem]:
    """Read every note under the given files and folders, in path order; a file that cannot be read gives a Problem.

    ``columns`` maps the columns of tables to note fields; ``day_first`` reads dates such as 04/05/2023 as 4 May.
    """
    for given in map(Path, paths):
        if not given.exists():
            yield Problem(_printable(str(given)), "no such file or folder")
        elif given.is_dir():
            files = [p for p in sorted(given.rglob("*")) if p.is_file() and not p.name.startswith(".")]
            if not files:
                yield Problem(_printable(str(given)), "the folder holds no files")
            for path in files:
                yield from _read_file(path, str(path.relative_to(given)), columns, day_first)
        else:
            yield from _read_file(given, given.name, columns, day_first)


def _read_file(path: Path, shown: str, columns: Columns | None, day_first: bool) -> Iterator[Note | Problem]:
    shown = _printable(shown)
    suffix = path.suffix.lower()
    kind = _READERS.get(suffix)
    if kind is None:
        yield Problem(shown, f"'{suffix or 'no ending'}' is not a kind that can be read ({', '.join(KINDS)})")
        return
    try:
        if path.stat().st_size == 0:
            raise DocumentError("the file is empty")
        if kind == "text":
            yield _document(path, shown)
            return
        for row in tables.read(path, columns or Columns(), day_first):
            yield Problem(f"{shown}, {row.where}", row.what) if isinstance(row, tables.Trouble) else row
    except DocumentError as error:
        yield Problem(shown, str(error))
    except OSError as error:
        yield Problem(shown, f"cannot be opened ({error.strerror or 'input or output error'})")


def _document(path: Path, shown: str) -> Note:
    text = texts.read(path)
    if not text.strip():
        raise DocumentError("holds no text (a scanned document needs its text layer first)")
    named = _NAMED.match(_printable(path.stem))
    date = None
    role = None
    if named:
        try:
            date = dt.date.fromisoformat(named[1])
            role = named[2].replace("-", " ").replace("_", " ") if named[2] else None
        except ValueError:
            date = None
    return Note(id=shown, text=text, date=date, author_role=role, case=_printable(path.parent.name) or None)


def _printable(name: str) -> str:
    # Bytes of a file name that are no characters would break whatever the name is written to.
    return name.encode("utf-8", "replace").decode("utf-8")
