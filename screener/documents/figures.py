"""Print an evaluation for a terminal: the figures with their intervals, and the mistakes to learn from."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from screener.evaluation import WHO_POINTS, Evaluation, Rate, Score
from screener.learning import Outcome


def print_evaluation(result: Evaluation, console: Console, mistakes: int) -> None:
    """Print overall figures, each indicator, each attribute, and up to ``mistakes`` of each kind of mistake."""
    console.print(
        f"{result.notes} notes, {result.words} words, {result.quiet_notes} with nothing to follow up. "
        "In brackets: 95 % intervals over notes."
    )
    overall = Table("", "recall", "precision", "F1", title="Passages to follow up", title_justify="left")
    overall.add_row("pointed at (any indicator)", *_cells(result.pointed_at))
    overall.add_row("label (the right indicator)", *_cells(result.label))
    console.print(overall)
    each = Table("indicator", "in gold", "lit", "recall", "precision", "F1")
    for name, score in result.per_indicator.items():
        each.add_row(name, str(score.recall.of), str(score.precision.of), *_cells(score))
    console.print(each)
    attributes = Table("attribute", "agreed spans", "right")
    for name, rate in result.attributes.items():
        attributes.add_row(name, str(rate.of), _cell(rate))
    console.print(attributes)
    console.print(
        f"Wrongly lit: {result.false_per_1000_words:.2f} per 1,000 words, "
        f"{result.quiet_false_per_1000_words:.2f} in notes with nothing to follow up. "
        f"Expected calibration error of the match confidence: {result.calibration_error:.3f}."
    )
    for kind in ("missed", "wrong"):
        listed = [m for m in result.mistakes if m.kind == kind]
        for m in listed[:mistakes]:
            line = Text(f"{kind} {m.indicator} ", style="bold") + Text(f"{m.note}: {m.around}")
            if m.evidence:
                line += Text(f" ({', '.join(m.evidence)})", style="dim")
            console.print(line, soft_wrap=True)


def print_comparison(results: dict[str, Evaluation], shares: dict[str, tuple[int, int]], console: Console) -> None:
    """Print systems side by side, and who found what in the joined result."""
    header = ("system", "pointed-at recall", "precision", "label F1", "assertion", "wrong / 1,000 words")
    table = Table(*header, "in quiet notes", "calibration error")
    for name, result in results.items():
        table.add_row(
            name,
            _cell(result.pointed_at.recall),
            _cell(result.pointed_at.precision),
            f"{result.label.f1:.2f} ({result.label.f1_low:.2f}–{result.label.f1_high:.2f})",
            _cell(result.attributes["assertion"]),
            f"{result.false_per_1000_words:.2f}",
            f"{result.quiet_false_per_1000_words:.2f}",
            f"{result.calibration_error:.3f}",
        )
    console.print(table)
    each = Table("indicator", "in gold", *(f"{name} F1" for name in results))
    for indicator in next(iter(results.values())).per_indicator:
        scores = [result.per_indicator[indicator] for result in results.values()]
        each.add_row(indicator, str(scores[0].recall.of), *(f"{score.f1:.2f}" for score in scores))
    console.print(each)
    for who, (right, wrong) in shares.items():
        console.print(f"In full, pointed at by {WHO_POINTS[who]}: {right} right, {wrong} wrong.")


def print_learning(outcome: Outcome, console: Console) -> None:
    """Print what an update learnt from, what it changes, and whether it was kept."""
    console.print(
        f"{outcome.decisions} decisions. Passages to follow up that change in their notes: {len(outcome.changes)}"
    )
    for change in outcome.changes:
        sign = "+" if change.lit else "-"
        console.print(Text(f"  {sign} {change.indicator}: {change.text} ({change.note})"), soft_wrap=True)
    table = Table("on the gold", "before", "after")
    for name, before in outcome.before.items():
        table.add_row(name, f"{before:.3f}", f"{outcome.after[name]:.3f}")
    console.print(table)
    if outcome.folder is not None:
        console.print(f"Kept: {outcome.folder}. Use it with --reader {outcome.folder}", soft_wrap=True)
    else:
        console.print(f"Refused: {', '.join(outcome.fallen)} fell on the gold. Nothing was kept.", soft_wrap=True)


def _cells(score: Score) -> list[str]:
    return [_cell(score.recall), _cell(score.precision), f"{score.f1:.2f} ({score.f1_low:.2f}–{score.f1_high:.2f})"]


def _cell(rate: Rate) -> str:
    return f"{rate.value:.2f} ({rate.low:.2f}–{rate.high:.2f})"
