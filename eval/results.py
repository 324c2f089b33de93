"""Write figures as Markdown. ``eval/RESULTS.md`` is written by these functions only, never by hand."""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from eval.negex import Agreement
from screener.annotations import AnnotatedNote
from screener.evaluation import Evaluation, Rate
from screener.pipeline.screen import Screener
from screener.records import Highlight
from screener.version import __version__

_LISTED = 25


def write(path: Path, part: str, sections: Sequence[str]) -> None:
    """Replace one part of the results file (quality, speed …), leaving the other parts as they are."""
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    block = "\n".join((begin, *sections, end))
    text = path.read_text(encoding="utf-8") if path.exists() else "# Results\n\nWritten by the harness; do not edit.\n"
    if begin in text:
        text = re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: block, text, flags=re.DOTALL)
    else:
        text = text.rstrip() + "\n\n" + block + "\n"
    path.write_text(text, encoding="utf-8")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def heading(ours: Screener) -> str:
    """Say what was measured, with which versions."""
    known = ours.lexicon.lexicon
    return (
        "## How well\n\n"
        f"Screener {__version__}, lexicon {known.version} ({len(known.cues)} cues), "
        f"Python {platform.python_version()}. "
        "All notes are invented. Intervals are 95 % bootstrap intervals over notes. "
        "*Pointed at*: passages to follow up that any lit passage touches (recall), and lit passages that touch one "
        "(precision). *Label*: the same with the right indicator.\n"
    )


def comparison(
    split: str, notes: Sequence[AnnotatedNote], measured: dict[str, Evaluation], missing: Sequence[str]
) -> str:
    """Compare systems on one split."""
    first = next(iter(measured.values()))
    rows = [
        [
            title,
            _rate(r.pointed_at.recall),
            _rate(r.pointed_at.precision),
            _rate(r.label.recall),
            _rate(r.label.precision),
            f"{r.label.f1:.2f} ({r.label.f1_low:.2f}–{r.label.f1_high:.2f})",
            f"{r.false_per_1000_words:.1f}",
            f"{r.quiet_false_per_1000_words:.1f}",
        ]
        for title, r in measured.items()
    ]
    header = ["system", "pointed-at recall", "precision", "label recall", "precision", "F1", "wrong / 1,000 words"]
    size = f"{len(notes)} notes, {first.words} words, {first.quiet_notes} with nothing to follow up"
    text = f"### Gold, {split} half ({size})\n\n"
    text += table([*header, "in quiet notes"], rows)
    text += "".join(f"\nNot measured here: {what}.\n" for what in missing)
    return text + f"\n![Systems compared](charts/systems-{split}.png)\n"


def per_indicator(result: Evaluation) -> str:
    """Recall, precision and F1 of each indicator."""
    rows = [
        [
            name,
            str(score.recall.of),
            str(score.precision.of),
            _rate(score.recall),
            _rate(score.precision),
            f"{score.f1:.2f}",
        ]
        for name, score in result.per_indicator.items()
    ]
    return (
        "### Each indicator (test half, lexicon)\n\n"
        + table(["indicator", "in gold", "lit", "recall", "precision", "F1"], rows)
        + "\n![Recall and precision of each indicator](charts/indicators.png)\n"
    )


def attributes(result: Evaluation) -> str:
    """Accuracy of each attribute on agreed spans, and calibration."""
    rows = [[name, str(rate.of), _rate(rate)] for name, rate in result.attributes.items()]
    return (
        "### Attributes and confidence (test half, lexicon)\n\n"
        + table(["attribute", "agreed spans", "right"], rows)
        + f"\nExpected calibration error of the match confidence: {result.calibration_error:.3f}.\n"
        + "\n![Reliability](charts/reliability.png)\n"
    )


def mistakes(result: Evaluation) -> str:
    """List missed and wrong passages of the development half (rule R4: known misses beside the figures)."""
    counts = Counter((m.kind, m.indicator) for m in result.mistakes)
    most = ", ".join(f"{kind} {name} {n}" for (kind, name), n in counts.most_common(12))
    lines = [
        f"- {m.kind}, {m.indicator}: {m.around}" + (f" ({', '.join(m.evidence)})" if m.evidence else "")
        for kind in ("missed", "wrong")
        for m in [m for m in result.mistakes if m.kind == kind][:_LISTED]
    ]
    return f"### Misses and wrong passages (development half)\n\nMost often: {most}.\n\n" + "\n".join(lines) + "\n"


def ordinary(rows: Sequence[tuple[str, int, int, list[Highlight]]]) -> str:
    """What is lit on ordinary public text, in which next to nothing should be."""
    text = "### Ordinary clinical and counselling text\n\n"
    if not rows:
        return text + "Not measured here: the public texts were not given (--public).\n"
    return text + table(
        ["set", "texts", "words", "lit for follow-up", "per 1,000 words", "most often lit"],
        [
            [
                name,
                str(texts),
                str(words),
                str(len(lit)),
                f"{1000 * len(lit) / words:.2f}",
                ", ".join(f"{i} {n}" for i, n in Counter(h.indicator for h in lit).most_common(4)),
            ]
            for name, texts, words, lit in rows
        ],
    )


def negex(rows: Sequence[Agreement], sentences: int, missing: Sequence[str]) -> str:
    """Negation and history on the published sentences."""
    text = f"### NegEx/ConText annotated sentences ({sentences} sentences, the half that is open to us)\n\n"
    if rows:
        text += table(
            ["system", "question", "precision", "recall", "F1"],
            [[r.system, r.question, f"{r.precision:.3f}", f"{r.recall:.3f}", f"{r.f1:.3f}"] for r in rows],
        )
    return text + "".join(f"\nNot measured here: {what}.\n" for what in missing)


def _rate(rate: Rate) -> str:
    return f"{rate.value:.2f} ({rate.low:.2f}–{rate.high:.2f})"
