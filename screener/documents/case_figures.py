"""Print how well case reviews agree with annotated cases, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from screener.case_evaluation import CaseEvaluation, CaseMistake
from screener.evaluation import Rate

#: Closure states as the tables name them.
STATES = {"not_closing": "no closing", "silent": "silent", "answered": "answered"}


def print_cases(results: Mapping[str, CaseEvaluation], console: Console, mistakes: int) -> None:
    """Print the ways of reviewing side by side, each pattern, and up to ``mistakes`` cases got wrong of each way."""
    first = next(iter(results.values()))
    console.print(f"{first.cases} cases, {first.notes} notes. In brackets: 95 % intervals over cases.")
    console.print(_table(*overall(results)))
    for name, result in results.items():
        console.print(_table(*confusion(result), title=f"Closing, {name}: rows as marked, columns as said"))
    console.print(_table(*per_pattern(results)))
    for name, result in results.items():
        for mistake in result.mistakes[:mistakes]:
            console.print(Text(f"{name}, {mistake.case}: ", style="bold") + Text(in_words(mistake)), soft_wrap=True)


def overall(results: Mapping[str, CaseEvaluation]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the overall figures: patterns, and what is said of closings."""
    header = ["", "pattern recall", "precision", "F1", "closure right", *_CLOSURE_COLUMNS]
    rows = []
    for name, result in results.items():
        score = result.patterns
        f1 = f"{score.f1:.2f} ({score.f1_low:.2f}–{score.f1_high:.2f})"
        states = [rate(result.closures[state].recall) for state in ("silent", "answered", "not_closing")]
        rows.append([name, rate(score.recall), rate(score.precision), f1, rate(result.closure.recall), *states])
    return header, rows


def confusion(result: CaseEvaluation) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of the closing states: as marked down, as said across."""
    rows = [[STATES[gold], *(str(said[state]) for state in STATES)] for gold, said in result.confusion.items()]
    return ["marked \\ said", *STATES.values()], rows


def per_pattern(results: Mapping[str, CaseEvaluation]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of each pattern that is marked or found: in how many cases, and recall, precision, F1."""
    first = next(iter(results.values()))
    rows = []
    for pattern in first.per_pattern:
        scores = [result.per_pattern[pattern] for result in results.values()]
        if any(score.recall.of or score.precision.of for score in scores):
            cells = [f"{s.recall.value:.2f} / {s.precision.value:.2f} / {s.f1:.2f}" for s in scores]
            rows.append([pattern, str(scores[0].recall.of), *cells])
    return ["pattern", "in gold", *(f"{name}: recall / precision / F1" for name in results)], rows


def in_words(mistake: CaseMistake) -> str:
    """Return what was got wrong in one case."""
    return "; ".join(_wrong(mistake))


def rate(rate: Rate) -> str:
    """Return a share with its interval, or a dash where nothing was there to count."""
    return f"{rate.value:.2f} ({rate.low:.2f}–{rate.high:.2f})" if rate.of else "–"


_CLOSURE_COLUMNS = ("silent found", "answered recognised", "no closing kept")


def _wrong(mistake: CaseMistake) -> Iterator[str]:
    if mistake.missed:
        yield f"missed {', '.join(mistake.missed)}"
    if mistake.wrong:
        yield f"not there {', '.join(mistake.wrong)}"
    if mistake.closure != mistake.said:
        yield f"closing {STATES[mistake.closure]}, said {STATES[mistake.said]}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> Table:
    table = Table(*header, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    return table
