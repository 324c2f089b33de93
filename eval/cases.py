"""How well cases are read as a whole: patterns and closings on the gold cases, from the marks and from plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from eval import gold, results
from eval.systems import Reads
from screener.annotations import AnnotatedCase, read_cases
from screener.case_evaluation import CaseEvaluation, evaluate_cases, from_marks, from_text
from screener.documents import charts
from screener.documents.case_figures import confusion, in_words, overall, per_pattern

_HALVES = {
    "dev": "Development half: patterns and case language were written with these cases in sight, so they flatter",
    "test": "Test half: by the same writers and another, not read while patterns and case language were written",
}


def cases(half: str) -> list[AnnotatedCase]:
    """Return the gold cases of one half, in file order."""
    folder = gold.HERE / "gold" / "cases" / half
    return [case for path in sorted(folder.glob("*.txt")) for case in read_cases(path)]


def section(loaded: Mapping[str, Reads], pictures: Path, say: Callable[[str], None]) -> list[str]:
    """Measure case reviews with each profile on both halves, draw the charts, and return the sections."""
    sections = [
        "## How well cases are read\n\n"
        "A pattern counts once a case. *From marks*: the reasoning on what people marked. *From text*: all of it, from "
        "plain text. Intervals are 95 % bootstrap intervals over cases. No case here is real.\n"
    ]
    for half, about in _HALVES.items():
        measured = _measured(loaded, cases(half))
        say(f"cases, {half}: {', '.join(measured)}")
        charts.cases(measured, pictures / f"cases-{half}.png")
        charts.patterns(measured, pictures / f"patterns-{half}.png")
        sections.append(_half(half, about, measured))
    return sections


def _measured(loaded: Mapping[str, Reads], marked: list[AnnotatedCase]) -> dict[str, CaseEvaluation]:
    screeners = {profile: reads.screener for profile, reads in loaded.items()}
    knowledge = next(iter(screeners.values())).knowledge
    known = [pattern.id for pattern in knowledge.patterns.patterns]
    ways = {"from marks": from_marks(knowledge)}
    ways |= {f"from text, {profile}": from_text(screener) for profile, screener in screeners.items()}
    return {name: evaluate_cases(marked, way, known) for name, way in ways.items()}


def _half(half: str, about: str, measured: Mapping[str, CaseEvaluation]) -> str:
    first = next(iter(measured.values()))
    text = f"### Cases, {half} half ({first.cases} cases, {first.notes} notes)\n\n{about}.\n\n"
    text += results.table(*overall(measured))
    for name, result in measured.items():
        text += f"\nClosing, {name} (as marked down, as said across):\n\n" + results.table(*confusion(result))
    text += f"\n![What is said of closings](charts/cases-{half}.png)\n\n" + results.table(*per_pattern(measured))
    text += f"\n![Patterns](charts/patterns-{half}.png)\n"
    # What is wrong on the test half is counted, never read, so that it stays unseen by those who mend it.
    if half == "dev":
        for name, result in measured.items():
            lines = [f"- {mistake.case}: {in_words(mistake)}" for mistake in result.mistakes] or ["- nothing"]
            text += f"\nGot wrong, {name}:\n\n" + "\n".join(lines) + "\n"
    return text
