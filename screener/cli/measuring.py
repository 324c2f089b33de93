"""Commands that need annotated notes: `screener evaluate` and `screener learn`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import screener
from screener.annotations import AnnotatedNote
from screener.cli.options import NOT_ALL_READ, Lexicons, OwnReader, Profile, ProfileChoice
from screener.pipeline.screen import Screener
from screener.records import Screening


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
