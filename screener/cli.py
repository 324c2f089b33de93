"""The `screener` command."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

import screener
from screener.documents import report, write
from screener.documents.read import Problem, read_paths
from screener.documents.tables import Columns
from screener.documents.words import BANNER
from screener.errors import ScreenerError
from screener.pipeline.screen import Screener
from screener.records import Note, Screening

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Point at passages in case notes that a careful colleague would want someone to come back to.\n\n" + BANNER,
)
lexicon_app = typer.Typer(no_args_is_help=True, help="Look after lexicons: check, count, compare.")
app.add_typer(lexicon_app, name="lexicon")

#: Exit codes: everything read / something was not read / the command could not run / passages to follow up were found.
OK, NOT_ALL_READ, CANNOT_RUN, FOLLOW_UP_FOUND = 0, 1, 2, 3


class Format(enum.StrEnum):
    """How results are written."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    html = "html"


class Show(enum.StrEnum):
    """Which highlights are shown."""

    all = "all"
    follow_up = "follow-up"


class ProfileChoice(enum.StrEnum):
    """Which readers run."""

    lexicon = "lexicon"


Lexicons = Annotated[
    list[Path] | None,
    typer.Option("--lexicons", help="A folder of your own, layered over the shipped ones. Repeatable."),
]
Profile = Annotated[ProfileChoice, typer.Option(help="lexicon: the word lists alone, no model.")]


def main() -> None:
    """Run the command; every foreseen error is one clear line and exit code 2."""
    try:
        app()
    except ScreenerError as error:
        Console(stderr=True, soft_wrap=True).print(Text(f"screener: {error}"))
        sys.exit(CANNOT_RUN)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(OK)
    except OSError as error:
        Console(stderr=True, soft_wrap=True).print(Text(f"screener: {error.filename}: {error.strerror}"))
        sys.exit(CANNOT_RUN)


@app.command()
def scan(
    paths: Annotated[
        list[Path], typer.Argument(help="Files or folders: txt, md, docx, rtf, pdf, html, csv, jsonl, parquet.")
    ],
    format: Annotated[Format, typer.Option("--format", "-f", help="How to write the result.")] = Format.table,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write here instead of to the terminal.")] = None,
    profile: Profile = ProfileChoice.lexicon,
    show: Annotated[Show, typer.Option(help="all: also what was set aside, with the reason.")] = Show.follow_up,
    lexicons: Lexicons = None,
    columns: Annotated[str, typer.Option(help="For tables: which column is what, e.g. text=Body,date=Created.")] = "",
    day_first: Annotated[bool, typer.Option("--day-first", help="Read 04/05/2023 as 4 May.")] = False,
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
    reader = screener.load(profile=profile.value, lexicons=lexicons or [])
    problems: list[Problem] = []
    lit = 0

    def counted(screenings: Iterator[Screening]) -> Iterator[Screening]:
        nonlocal lit
        for screening in screenings:
            lit += len(screening.follow_up)
            yield screening

    notes = _notes(paths, Columns.parse(columns), day_first, problems)
    _write(format, out, counted(reader.pipe(notes)), problems, reader, show is Show.all)
    _report(problems)
    if problems:
        raise typer.Exit(NOT_ALL_READ)
    if fail_on_follow_up and lit:
        raise typer.Exit(FOLLOW_UP_FOUND)


@app.command()
def indicators() -> None:
    """List the 25 indicators: what each means and the neutral question it leads to."""
    known = screener.load(profile="lexicon").lexicon.lexicon
    table = Table("Indicator", "Group", "Meaning", "Question", "Cues", show_lines=True)
    for info in known.indicators.values():
        count = sum(cue.indicator == info.id for cue in known.cues)
        name = Text(info.title + "\n") + Text(info.id, style="dim")
        table.add_row(name, info.group.replace("_", " "), info.definition, info.prompt, str(count))
    Console().print(table)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="An indicator or a cue id, as shown beside a highlight.")],
    lexicons: Lexicons = None,
) -> None:
    """Say what an indicator or a cue looks for, why, on whose guidance, and with which examples."""
    known = screener.load(profile="lexicon", lexicons=lexicons or []).lexicon.lexicon
    console = Console(soft_wrap=True)
    if name in known.indicators:
        info = known.indicators[name]
        console.print(Text(info.title, style="bold"))
        for label, text in (
            ("Means", info.definition),
            ("Why it matters", info.why),
            ("Question", info.prompt),
            ("Guidance", info.source),
        ):
            console.print(Text(f"{label}: ", style="bold") + Text(text))
        ids = [cue.id for cue in known.cues if cue.indicator == name]
        console.print(Text(f"{len(ids)} cues: ", style="bold") + Text(", ".join(ids)))
        return
    cue = next((cue for cue in known.cues if cue.id == name), None)
    if cue is None:
        from screener.lexicon.read import did_you_mean

        hint = did_you_mean(name, [*known.indicators, *(c.id for c in known.cues)])
        raise screener.LexiconError(f"no indicator or cue is called '{name}'{hint}")
    console.print(Text(cue.id, style="bold") + Text(f"  ({cue.indicator}, {cue.strength}; {cue.place})"))
    for label, text in (
        ("Looks for", "\n  ".join(("", *cue.match))),
        ("Why", cue.why),
        ("Guidance", cue.source),
        ("Not where", "; ".join(cue.unless) or "–"),
        ("Finds", "\n  ".join(("", *cue.finds))),
        ("Leaves alone", "\n  ".join(("", *cue.leaves))),
    ):
        console.print(Text(f"{label}: ", style="bold") + Text(text))


@app.command()
def evaluate(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of annotated notes (docs/annotating.md).")],
    profile: Profile = ProfileChoice.lexicon,
    lexicons: Lexicons = None,
    mistakes: Annotated[int, typer.Option(help="List so many missed and so many wrongly lit passages.")] = 0,
    charts: Annotated[Path | None, typer.Option(help="Draw charts into this folder (needs matplotlib).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write every figure as JSON instead.")] = False,
) -> None:
    """Measure the screener on annotated notes: your own, or this project's gold.

    Examples:

      screener evaluate eval/gold/test --mistakes 20

      screener evaluate our-marked-notes/ --charts charts/
    """
    from screener.annotations import read
    from screener.documents.figures import print_evaluation
    from screener.evaluation import evaluate as measure

    files = [f for p in paths for f in (sorted(p.rglob("*.txt")) if p.is_dir() else [p])]
    missing = [str(f) for f in files if not f.is_file()]
    if missing or not files:
        raise screener.AnnotationError(f"no annotated notes at {', '.join(missing or map(str, paths))}")
    reader = screener.load(profile=profile.value, lexicons=lexicons or [])
    result = measure([note for file in files for note in read(file)], lambda note: reader.screen(note.note()))
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
    else:
        print_evaluation(result, Console(), mistakes)
    if charts is not None:
        from screener.documents import charts as draw

        draw.indicators(result, charts / "indicators.png")
        draw.reliability(result, charts / "reliability.png")
        draw.systems({profile.value: result}, charts / "overall.png")
        typer.echo(f"Charts written to {charts}", err=True)


@lexicon_app.command()
def check(lexicons: Lexicons = None) -> None:
    """Prove every cue: each must find its own examples and leave its near misses alone."""
    from screener.pipeline.proof import check as prove

    reader = screener.load(profile="lexicon", lexicons=lexicons or [])
    failures = list(prove(reader))
    for failure in failures:
        typer.echo(str(failure), err=True)
    cues = reader.lexicon.lexicon.cues
    examples = sum(len(cue.finds) + len(cue.leaves) for cue in cues)
    typer.echo(
        f"{len(cues)} cues, {examples} examples, {len(failures)} that do not hold. Version {reader.lexicon.version}."
    )
    if failures:
        raise typer.Exit(NOT_ALL_READ)


@lexicon_app.command()
def stats(lexicons: Lexicons = None) -> None:
    """Count cues, strengths and examples for each indicator."""
    known = screener.load(profile="lexicon", lexicons=lexicons or []).lexicon.lexicon
    table = Table("Indicator", "Cues", "Strong", "Moderate", "Weak", "Match lines", "Finds", "Leaves")
    for name in known.indicators:
        cues = [cue for cue in known.cues if cue.indicator == name]
        strengths = [str(sum(c.strength == s for c in cues)) for s in ("strong", "moderate", "weak")]
        lengths = [sum(map(len, (getattr(c, field) for c in cues))) for field in ("match", "finds", "leaves")]
        table.add_row(name, str(len(cues)), *strengths, *map(str, lengths))
    Console().print(table)
    typer.echo(f"{len(known.classes)} word classes, {len(known.context)} context cues. Version {known.version}.")


@lexicon_app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A lexicon folder.")],
    after: Annotated[Path, typer.Argument(help="Another one.")],
) -> None:
    """Say which cues were added, taken out or changed between two lexicon folders."""
    from screener.lexicon.read import read

    old = {cue.id: cue for cue in read([before]).cues}
    new = {cue.id: cue for cue in read([after]).cues}
    for sign, ids in (("+", new.keys() - old.keys()), ("-", old.keys() - new.keys())):
        for ident in sorted(ids):
            typer.echo(f"{sign} {ident}")
    for ident in sorted(old.keys() & new.keys()):
        first, second = old[ident], new[ident]
        changed = [
            f for f in ("match", "unless", "strength", "where", "sets") if getattr(first, f) != getattr(second, f)
        ]
        if changed:
            typer.echo(f"~ {ident} ({', '.join(changed)})")


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
    if out is None:
        _write_to(sys.stdout, format, screenings, problems, reader, show_all)
        return
    with out.open("w", encoding="utf-8", newline="") as stream:
        _write_to(stream, format, screenings, problems, reader, show_all)
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
