"""Print an evaluation for a terminal: the figures with their intervals, and the mistakes to learn from."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from screener.evaluation import Evaluation, Rate, Score


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


def _cells(score: Score) -> list[str]:
    return [_cell(score.recall), _cell(score.precision), f"{score.f1:.2f} ({score.f1_low:.2f}–{score.f1_high:.2f})"]


def _cell(rate: Rate) -> str:
    return f"{rate.value:.2f} ({rate.low:.2f}–{rate.high:.2f})"
