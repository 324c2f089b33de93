"""Write figures as Markdown. ``eval/RESULTS.md`` is written by these functions only, never by hand."""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.fairness import Outcome
from eval.negex import Agreement
from eval.robustness import NOISES, Finding
from eval.systems import Reads
from screener.annotations import AnnotatedNote
from screener.evaluation import WHO_POINTS, Evaluation, Rate
from screener.records import INDICATORS, Highlight
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


def heading(loaded: Mapping[str, Reads], missing: Sequence[str]) -> str:
    """Say what was measured, with which versions, and what is not there."""
    screeners = {profile: reads.screener for profile, reads in loaded.items()}
    known = next(iter(screeners.values())).lexicon.lexicon
    readers = [f"{name} reads with {own.reader.version}" for name, own in screeners.items() if own.reader is not None]
    return (
        "## How well\n\n"
        f"Screener {__version__}, lexicon {known.version} ({len(known.cues)} cues), "
        f"Python {platform.python_version()}. "
        + "".join(f"{reader}. " for reader in readers)
        + "All notes are invented. Intervals are 95 % bootstrap intervals over notes. "
        "*Pointed at*: passages to follow up that any lit passage touches (recall), and lit passages that touch one "
        "(precision). *Label*: the same with the right indicator. *lexicon*: word lists alone. *reader*: what the "
        "sentence reader points at. *full*: both, joined. *fast*: the word lists with the smaller reader.\n"
        + "".join(f"\nNot measured here: {what}.\n" for what in missing)
    )


def comparison(
    which: str, chart: str, notes: Sequence[AnnotatedNote], measured: dict[str, Evaluation], missing: Sequence[str]
) -> str:
    """Compare systems on one part of the gold."""
    first = next(iter(measured.values()))
    rows = [[title, *_figures(r)] for title, r in measured.items()]
    size = f"{len(notes)} notes, {first.words} words, {first.quiet_notes} with nothing to follow up"
    text = f"### Gold, {which} ({size})\n\n"
    text += table(["system", *_FIGURES], rows)
    text += "".join(f"\nNot measured here: {what}.\n" for what in missing)
    return text + f"\n![Systems compared](charts/{chart})\n"


def briefs_left_out(gold: Mapping[str, Evaluation], unseen: Mapping[str, Evaluation], briefs: Sequence[str]) -> str:
    """The gold test half beside whole briefs that no reader was trained on."""
    rows = [
        [name, where, *_figures(results[name])]
        for name in unseen
        for where, results in (("gold test half", gold), ("briefs left out", unseen))
    ]
    first = next(iter(unseen.values()))
    return (
        "### Whole briefs left out of training, beside the gold test half\n\n"
        f"{len(briefs)} briefs ({', '.join(briefs)}), {first.notes} notes, {first.words} words. No line of them was "
        "trained on, but training stopped early and thresholds and calibration were set on them, and lexicon cues were "
        "written on most of them, so they flatter. The gold test half had no part in anything.\n\n"
        + table(["system", "on", *_FIGURES], rows)
    )


def per_indicator(measured: Mapping[str, Evaluation]) -> str:
    """Recall, precision and F1 of each indicator by each system."""
    rows = []
    for name in INDICATORS:
        scores = [result.per_indicator[name] for result in measured.values()]
        cells = [f"{s.recall.value:.2f} / {s.precision.value:.2f} / {s.f1:.2f}" for s in scores]
        rows.append([name, str(scores[0].recall.of), *cells])
    return (
        "### Each indicator (test half)\n\nRecall / precision / F1, label by label.\n\n"
        + table(["indicator", "in gold", *measured], rows)
        + "\n![Recall and precision of each indicator](charts/indicators.png)\n"
    )


def contributions(shares: Mapping[str, Mapping[str, tuple[int, int]]]) -> str:
    """Who points in the joined results: the reader alone, cues alone, both, right and wrong."""
    text = (
        "### Who found what (test half)\n\nPassages lit for follow-up, and those set aside because the sentence reader "
        "doubts the cues; right where an annotator marked something to follow up.\n\n"
    )
    if not shares:
        return text + "Not measured here: no sentence reader is there.\n"
    rows = []
    for profile, by in shares.items():
        for who, (right, wrong) in by.items():
            rows.append([profile, WHO_POINTS[who], str(right), str(wrong), f"{right / max(1, right + wrong):.2f}"])
    return text + table(["profile", "pointed at by", "right", "wrong", "share right"], rows)


def attributes(measured: Mapping[str, Evaluation]) -> str:
    """Accuracy of each attribute on agreed spans, and calibration, by each system."""
    names = next(iter(measured.values())).attributes
    rows = [
        [name, *(f"{_rate(r.attributes[name])} of {r.attributes[name].of}" for r in measured.values())]
        for name in names
    ]
    errors = ", ".join(f"{name} {result.calibration_error:.3f}" for name, result in measured.items())
    return (
        "### Attributes and confidence (test half)\n\nShare right, of the spans found under their indicator.\n\n"
        + table(["attribute", *measured], rows)
        + f"\nExpected calibration error of the match confidence: {errors}.\n"
        + "".join(f"\n![Reliability, {name}](charts/reliability-{name}.png)\n" for name in measured)
        + "\n![Precision against recall](charts/precision-recall.png)\n"
    )


def mistakes(system: str, result: Evaluation) -> str:
    """List missed and wrong passages of the development half (rule R4: known misses beside the figures)."""
    counts = Counter((m.kind, m.indicator) for m in result.mistakes)
    most = ", ".join(f"{kind} {name} {n}" for (kind, name), n in counts.most_common(12))
    lines = [
        f"- {m.kind}, {m.indicator}: {m.around}" + (f" ({', '.join(m.evidence)})" if m.evidence else "")
        for kind in ("missed", "wrong")
        for m in [m for m in result.mistakes if m.kind == kind][:_LISTED]
    ]
    title = f"### Misses and wrong passages (development half, {system})\n\n"
    return title + f"Most often: {most}.\n\n" + "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Lit:
    """What one system lights for follow-up in one set of ordinary texts."""

    set: str
    system: str
    texts: int
    words: int
    highlights: Sequence[Highlight]


def ordinary(found: Sequence[Lit]) -> str:
    """What is lit on ordinary public text, in which next to nothing should be."""
    text = "### Ordinary clinical and counselling text\n\n"
    if not found:
        return text + "Not measured here: the public texts were not given (--public).\n"
    return text + table(
        ["set", "system", "texts", "words", "lit for follow-up", "per 1,000 words", "most often lit"],
        [
            [
                lit.set,
                lit.system,
                str(lit.texts),
                str(lit.words),
                str(len(lit.highlights)),
                f"{1000 * len(lit.highlights) / lit.words:.2f}",
                _most(Counter(h.indicator for h in lit.highlights)),
            ]
            for lit in found
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


def robustness(findings: Sequence[Finding]) -> str:
    """What is still found in badly typed, oddly cased and badly scanned notes."""
    systems = list(dict.fromkeys(finding.system for finding in findings))
    rows: dict[tuple[str, float], list[str]] = {}
    for f in findings:
        r = f.result
        cells = f"{r.pointed_at.recall.value:.2f} / {r.pointed_at.precision.value:.2f} / {r.label.f1:.2f}"
        rows.setdefault((f.noise, f.level), []).append(cells)
    return (
        "## How well on badly written notes\n\n"
        "The development half with one kind of damage at a time. Pointed-at recall / precision / label F1. The level "
        "is the share of: "
        + "; ".join(f"*{noise.title}*: {noise.of}" for noise in NOISES)
        + ".\n\n"
        + table(
            ["damage", "level", *systems], [[noise, f"{level:.0%}", *cells] for (noise, level), cells in rows.items()]
        )
        + "\n![Robustness](charts/robustness.png)\n"
    )


def fairness(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """What swaps that ought not to matter move."""
    text = (
        "## Whether names, pronouns and words about people move the outcome\n\n"
        "The development half with one swap at a time: does every passage keep its indicator, its place and its side "
        "(follow-up or set aside)? *Lost* and *gained* are shares of the highlights as first read. Any other name is a "
        "new word to a reader of words: what moves under names of the majority says how much that alone moves.\n"
    )
    for system, listed in outcomes.items():
        rows = [
            [
                o.swap.kind,
                o.swap.title,
                str(o.notes),
                f"{o.same / max(1, o.notes):.1%}",
                _moved(o.lost, o.highlights),
                _moved(o.gained, o.highlights),
                f"-{_to_follow_up(o.lost)} +{_to_follow_up(o.gained)}",
            ]
            for o in listed
        ]
        header = ["kind", "swap", "notes", "unchanged", "highlights lost", "gained", "to follow up"]
        text += f"\n### {system}\n\n" + table(header, rows) + "\nWhat moved:\n\n" + "".join(map(_cases, listed))
    return text


def _moved(moved: Counter[tuple[str, bool]], of: int) -> str:
    return f"{moved.total()} ({moved.total() / max(1, of):.2%})"


def _to_follow_up(moved: Counter[tuple[str, bool]]) -> int:
    return sum(n for (_, follow_up), n in moved.items() if follow_up)


def _cases(outcome: Outcome) -> str:
    parts = []
    for word, moved in (("lost", outcome.lost), ("gained", outcome.gained)):
        by_indicator = Counter[str]()
        for (indicator, _), n in moved.items():
            by_indicator[indicator] += n
        if by_indicator:
            parts.append(f"{word} {_most(by_indicator, None)}")
    return f"- {outcome.swap.kind}, {outcome.swap.title}: {'; '.join(parts)}\n" if parts else ""


def _most(counts: Counter[str], listed: int | None = 4) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.most_common(listed))


_FIGURES = (
    "pointed-at recall", "precision", "label recall", "precision", "F1", "wrong / 1,000 words", "in quiet notes",
)  # fmt: skip


def _figures(result: Evaluation) -> list[str]:
    return [
        _rate(result.pointed_at.recall),
        _rate(result.pointed_at.precision),
        _rate(result.label.recall),
        _rate(result.label.precision),
        f"{result.label.f1:.2f} ({result.label.f1_low:.2f}–{result.label.f1_high:.2f})",
        f"{result.false_per_1000_words:.1f}",
        f"{result.quiet_false_per_1000_words:.1f}",
    ]


def _rate(rate: Rate) -> str:
    return f"{rate.value:.2f} ({rate.low:.2f}–{rate.high:.2f})"
