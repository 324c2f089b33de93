"""The `screener` command."""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

import screener
from screener.annotations import AnnotatedNote
from screener.documents import case_report, case_write, report, write
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


class CaseFormat(enum.StrEnum):
    """How the review of a case is written."""

    table = "table"
    json = "json"
    html = "html"


class Show(enum.StrEnum):
    """Which highlights are shown."""

    all = "all"
    follow_up = "follow-up"


class ProfileChoice(enum.StrEnum):
    """Which readers run."""

    full = "full"
    fast = "fast"
    lexicon = "lexicon"


Lexicons = Annotated[
    list[Path] | None,
    typer.Option("--lexicons", help="A folder of your own, layered over the shipped ones. Repeatable."),
]
Profile = Annotated[
    ProfileChoice,
    typer.Option(
        help="full: word lists and sentence reader. fast: with a smaller reader, for archives. lexicon: the word lists "
        "alone, no model."
    ),
]
OwnReader = Annotated[
    Path | None, typer.Option("--reader", help="The folder of your own sentence reader (see: screener learn).")
]


def main() -> None:
    """Run the command; every foreseen error is one clear line and exit code 2.

    Other packages add commands through the entry point ``screener.commands``: a function that is given the app.
    """
    try:
        for more in entry_points(group="screener.commands"):
            more.load()(app)
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
    profile: Profile = ProfileChoice.full,
    reader: OwnReader = None,
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


@app.command()
def case(
    paths: Annotated[list[Path], typer.Argument(help="The notes of one case: files or folders, as for scan.")],
    format: Annotated[CaseFormat, typer.Option("--format", "-f", help="How to write the result.")] = CaseFormat.table,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write here instead of to the terminal.")] = None,
    only: Annotated[
        str | None, typer.Option("--case", help="Read only the notes of this case (its folder, or the case column).")
    ] = None,
    profile: Profile = ProfileChoice.full,
    reader: OwnReader = None,
    show: Annotated[Show, typer.Option(help="all: also what was set aside, with the reason.")] = Show.follow_up,
    lexicons: Lexicons = None,
    columns: Annotated[str, typer.Option(help="For tables: which column is what, e.g. text=Body,date=Created.")] = "",
    day_first: Annotated[bool, typer.Option("--day-first", help="Read 04/05/2023 as 4 May.")] = False,
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
        from screener.lexicon.entries import did_you_mean

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
    profile: Profile = ProfileChoice.full,
    reader: OwnReader = None,
    compare: Annotated[
        str, typer.Option(help="Compare systems instead: some of lexicon, reader, full, fast, with commas between.")
    ] = "",
    lexicons: Lexicons = None,
    mistakes: Annotated[int, typer.Option(help="List so many missed and so many wrongly lit passages.")] = 0,
    charts: Annotated[Path | None, typer.Option(help="Draw charts into this folder (needs matplotlib).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write every figure as JSON instead.")] = False,
    cases: Annotated[
        bool,
        typer.Option("--cases", help="Measure case reviews on annotated cases: from the marks, and from the text."),
    ] = False,
) -> None:
    """Measure the screener on annotated notes: your own, or this project's gold.

    Examples:

      screener evaluate eval/gold/oblique/test --mistakes 20

      screener evaluate our-marked-notes/ --charts charts/

      screener evaluate --cases eval/gold/cases/dev --profile lexicon --mistakes 10
    """
    if cases:
        if compare:
            raise typer.BadParameter("--compare is for notes; measure cases with one --profile at a time")
        screen = screener.load(profile=profile.value, lexicons=lexicons or [], reader=reader)
        _evaluate_cases(paths, screen, mistakes, charts, as_json)
        return
    from screener.documents.figures import print_comparison, print_evaluation
    from screener.evaluation import contributions
    from screener.evaluation import evaluate as measure

    notes = _annotated(paths)
    systems = compare.split(",") if compare else [profile.value]
    screens = _systems(systems, lexicons or [], reader)
    results = {name: measure(notes, screen) for name, screen in screens.items()}
    shares = contributions(notes, screens["full"]) if compare and "full" in screens else {}
    if as_json:
        figures = {name: result.model_dump(mode="json") for name, result in results.items()}
        typer.echo(
            json.dumps({"systems": figures, "full_by_reader": shares} if compare else figures[systems[0]], indent=2)
        )
    elif compare:
        print_comparison(results, shares, Console())
    else:
        print_evaluation(results[systems[0]], Console(), mistakes)
    if charts is not None:
        from screener.documents import charts as draw

        last = results[systems[-1]]
        draw.indicators(last, charts / "indicators.png")
        draw.reliability(last, charts / "reliability.png")
        draw.trade_off(results, charts / "precision-recall.png")
        draw.systems(results, charts / "overall.png")
        typer.echo(f"Charts written to {charts}", err=True)


def _evaluate_cases(
    paths: list[Path], screen: screener.Screener, mistakes: int, charts: Path | None, as_json: bool
) -> None:
    """Measure case reviews from the marks of annotated cases, and from their text alone."""
    from screener.annotations import read_cases
    from screener.case_evaluation import evaluate_cases, from_marks, from_text
    from screener.documents.case_figures import print_cases

    marked = [case for file in _annotated_files(paths) for case in read_cases(file)]
    known = [pattern.id for pattern in screen.knowledge.patterns.patterns]
    ways = {"from marks": from_marks(screen.knowledge), f"from text, {screen.profile}": from_text(screen)}
    results = {name: evaluate_cases(marked, way, known) for name, way in ways.items()}
    if as_json:
        typer.echo(json.dumps({name: result.model_dump(mode="json") for name, result in results.items()}, indent=2))
    else:
        print_cases(results, Console(), mistakes)
    if charts is not None:
        from screener.documents import charts as draw

        draw.cases(results, charts / "cases.png")
        draw.patterns(results, charts / "patterns.png")
        typer.echo(f"Charts written to {charts}", err=True)


@app.command()
def learn(
    decisions: Annotated[Path, typer.Argument(help="Decisions exported from use: lines of JSON (docs/user-guide.md).")],
    gold: Annotated[list[Path], typer.Option("--gold", help="Annotated notes that must read no worse. Repeatable.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for your own reader; must not be there yet.")],
    profile: Profile = ProfileChoice.full,
    reader: OwnReader = None,
    lexicons: Lexicons = None,
    epochs: Annotated[int, typer.Option(min=1, help="Times the decisions are gone through.")] = 4,
) -> None:
    """Learn from reviewers' decisions: train a local update of the sentence reader, kept only where the gold holds.

    Example:

      screener learn decisions.jsonl --gold our-marked-notes/ --out our-reader/

      screener scan notes/ --reader our-reader/

    Exit code: 0 the update was kept, 1 it was refused (the figures say why), 2 the command could not run.
    """
    from screener.documents.figures import print_learning
    from screener.learning import learn as update
    from screener.learning import read_decisions

    if out.exists():
        raise screener.ModelError(f"{out} is there already; name a folder that is not, so that nothing is overwritten")
    taught, marked = read_decisions(decisions), _annotated(gold)
    screen = screener.load(profile=profile.value, lexicons=lexicons or [], reader=reader)
    outcome = update(taught, marked, screen, out, epochs=epochs, say=lambda line: typer.echo(line, err=True))
    print_learning(outcome, Console())
    if outcome.folder is None:
        raise typer.Exit(NOT_ALL_READ)


def _annotated(paths: list[Path]) -> list[AnnotatedNote]:
    """Read annotated notes from files and folders. Raises AnnotationError where there are none."""
    from screener.annotations import read

    return [note for file in _annotated_files(paths) for note in read(file)]


def _annotated_files(paths: list[Path]) -> list[Path]:
    files = [f for p in paths for f in (sorted(p.rglob("*.txt")) if p.is_dir() else [p])]
    missing = [str(f) for f in files if not f.is_file()]
    if missing or not files:
        raise screener.AnnotationError(f"no annotated notes at {', '.join(missing or map(str, paths))}")
    return files


def _systems(
    names: list[str], lexicons: list[Path], reader: Path | None
) -> dict[str, Callable[[AnnotatedNote], Screening]]:
    """Return what each named system makes of a note; ``reader`` is what the sentence reader points at, cues or not."""
    known = {*ProfileChoice.__members__, "reader"}
    screens: dict[str, Callable[[AnnotatedNote], Screening]] = {}
    loaded: dict[ProfileChoice, Screener] = {}
    for name in names:
        if name not in known:
            raise screener.ModelError(
                f"there is no system '{name}' to compare; choose some of {', '.join(sorted(known))}"
            )
        profile = ProfileChoice("full" if name == "reader" else name)
        if profile not in loaded:
            own = None if profile is ProfileChoice.lexicon else reader
            loaded[profile] = screener.load(profile=profile.value, lexicons=lexicons, reader=own)
        screens[name] = _by_reader(loaded[profile]) if name == "reader" else _whole(loaded[profile])
    return screens


def _whole(screen: Screener) -> Callable[[AnnotatedNote], Screening]:
    return lambda note: screen.screen(note.note())


def _by_reader(screen: Screener) -> Callable[[AnnotatedNote], Screening]:
    from screener.evaluation import by_reader

    return lambda note: by_reader(screen.screen(note.note()))


@lexicon_app.command()
def check(lexicons: Lexicons = None) -> None:
    """Prove every cue, phrase and pattern: each must find its own examples and leave its near misses alone."""
    from screener.casework.language import check as prove_phrases
    from screener.casework.patterns.proof import check as prove_patterns
    from screener.pipeline.proof import check as prove

    reader = screener.load(profile="lexicon", lexicons=lexicons or [])
    known = reader.knowledge
    failures = [*prove(reader), *prove_phrases(known.language), *prove_patterns(known)]
    for failure in failures:
        typer.echo(str(failure), err=True)
    cues, phrases, patterns = reader.lexicon.lexicon.cues, known.language.phrases, known.patterns.patterns
    proofs = [(entry.finds, entry.leaves) for group in (cues, phrases, patterns) for entry in group]
    examples = sum(len(finds) + len(leaves) for finds, leaves in proofs)
    typer.echo(
        f"{len(cues)} cues, {len(phrases)} phrases, {len(patterns)} patterns, {examples} examples, "
        f"{len(failures)} that do not hold. Version {reader.lexicon.version}."
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
