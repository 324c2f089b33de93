"""Commands that read notes: `screener scan` and `screener case`."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

import screener
from screener.cli.options import FOLLOW_UP_FOUND, NOT_ALL_READ, Lexicons, OwnReader, Profile, ProfileChoice
from screener.documents import case_report, case_write, report, write
from screener.documents.read import Problem, read_paths
from screener.documents.tables import Columns
from screener.pipeline.screen import Screener
from screener.records import Note, Screening


class Format(enum.StrEnum):
    """How results are written."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    html = "html"


class CaseFormat(enum.StrEnum):
    """How the review of a case is written."""

    table = "table"
    json = "json"
    html = "html"


class Show(enum.StrEnum):
    """Which highlights are shown."""

    all = "all"
    follow_up = "follow-up"


Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write here instead of to the terminal.")]
Shown = Annotated[Show, typer.Option(help="all: also what was set aside, with the reason.")]
ColumnNames = Annotated[str, typer.Option(help="For tables: which column is what, e.g. text=Body,date=Created.")]
DayFirst = Annotated[bool, typer.Option("--day-first", help="Read 04/05/2023 as 4 May.")]


def scan(
    paths: Annotated[
        list[Path], typer.Argument(help="Files or folders: txt, md, docx, rtf, pdf, html, csv, jsonl, parquet.")
    ],
    format: Annotated[Format, typer.Option("--format", "-f", help="How to write the result.")] = Format.table,
    out: Out = None,
    profile: Profile = ProfileChoice.full,
    reader: OwnReader = None,
    show: Shown = Show.follow_up,
    lexicons: Lexicons = None,
    columns: ColumnNames = "",
    day_first: DayFirst = False,
    fail_on_follow_up: Annotated[
        bool, typer.Option("--fail-on-follow-up", help="For scripts: exit with 3 where anything is to follow up.")
    ] = False,
) -> None:
    """Screen notes and show the passages to look at, each with its reason and a neutral question.

    Examples:

      screener scan notes/

      screener scan notes/ --format html --out report.html

      screener scan export.csv --columns text=Body,date=Created --day-first --format csv --out passages.csv

    Exit code: 0 everything was read, 1 something could not be read (listed at the end), 2 the command could not run.
    """
    screen = screener.load(profile=profile.value, lexicons=lexicons or [], reader=reader)
    problems: list[Problem] = []
    lit = 0

    def counted(screenings: Iterator[Screening]) -> Iterator[Screening]:
        nonlocal lit
        for screening in screenings:
            lit += len(screening.follow_up)
            yield screening

    notes = _notes(paths, Columns.parse(columns), day_first, problems)
    _write(format, out, counted(screen.pipe(notes)), problems, screen, show is Show.all)
    _report(problems)
    if problems:
        raise typer.Exit(NOT_ALL_READ)
    if fail_on_follow_up and lit:
        raise typer.Exit(FOLLOW_UP_FOUND)


def case(
    paths: Annotated[list[Path], typer.Argument(help="The notes of one case: files or folders, as for scan.")],
    format: Annotated[CaseFormat, typer.Option("--format", "-f", help="How to write the result.")] = CaseFormat.table,
    out: Out = None,
    only: Annotated[
        str | None, typer.Option("--case", help="Read only the notes of this case (its folder, or the case column).")
    ] = None,
    profile: Profile = ProfileChoice.full,
    reader: OwnReader = None,
    show: Shown = Show.follow_up,
    lexicons: Lexicons = None,
    columns: ColumnNames = "",
    day_first: DayFirst = False,
) -> None:
    """Read the dated notes of one case together: what stands open, timeline, patterns, people.

    Notes need not be in order. Undated ones are read too, and what was assumed of them is said.

    Examples:

      screener case notes/tilly/

      screener case notes/tilly/ --format html --out case.html

      screener case export.csv --case C-1042 --day-first

    Exit code: 0 everything was read, 1 something could not be read (listed at the end), 2 the command could not run,
    as where the notes are of several cases.
    """
    screen = screener.load(profile=profile.value, lexicons=lexicons or [], reader=reader)
    problems: list[Problem] = []
    notes = _notes(paths, Columns.parse(columns), day_first, problems)
    review = screen.review_case(note for note in notes if only in (None, note.case))
    known = screen.lexicon.lexicon.indicators
    if format is CaseFormat.table and out is None:
        case_write.write_table(review, known, Console(), show is Show.all)
    else:
        with _stream(out) as stream:
            if format is CaseFormat.json:
                case_write.write_json(review, problems, stream, show is Show.all)
            elif format is CaseFormat.html:
                stream.write(case_report.render(review, problems, known))
            else:
                case_write.write_table(review, known, Console(file=stream, width=120), show is Show.all)
    _report(problems)
    if problems:
        raise typer.Exit(NOT_ALL_READ)


def _notes(paths: list[Path], columns: Columns, day_first: bool, problems: list[Problem]) -> Iterator[Note]:
    """Yield the notes and collect the problems, with progress on stderr where that is a terminal."""
    console = Console(stderr=True)
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True,
        disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("Reading notes", total=None)
        count = 0
        for item in read_paths(paths, columns, day_first):
            if isinstance(item, Problem):
                problems.append(item)
                continue
            count += 1
            bar.update(task, description=f"{count} notes read")
            yield item


def _write(
    format: Format,
    out: Path | None,
    screenings: Iterator[Screening],
    problems: list[Problem],
    reader: Screener,
    show_all: bool,
) -> None:
    if format is Format.table and out is None:
        write.write_table(screenings, reader.lexicon.lexicon.indicators, Console(), show_all)
        return
    with _stream(out) as stream:
        _write_to(stream, format, screenings, problems, reader, show_all)


@contextmanager
def _stream(out: Path | None) -> Iterator[IO[str]]:
    """Give what to write to: the file named, or else the terminal."""
    if out is None:
        yield sys.stdout
        return
    with out.open("w", encoding="utf-8", newline="") as stream:
        yield stream
    typer.echo(f"Written to {out}", err=True)


def _write_to(
    stream: IO[str],
    format: Format,
    screenings: Iterator[Screening],
    problems: list[Problem],
    reader: Screener,
    show_all: bool,
) -> None:
    known = reader.lexicon.lexicon.indicators
    if format is Format.jsonl:
        for screening in screenings:
            write.write_jsonl(screening, stream, show_all)
            stream.flush()
    elif format is Format.json:
        write.write_json(list(screenings), problems, stream, show_all)
    elif format is Format.csv:
        write.write_csv(screenings, stream, show_all)
    elif format is Format.html:
        stream.write(report.render(list(screenings), problems, known))
    else:
        write.write_table(screenings, known, Console(file=stream, width=120), show_all)


def _report(problems: list[Problem]) -> None:
    for problem in problems:
        typer.echo(f"Not read: {problem}", err=True)
