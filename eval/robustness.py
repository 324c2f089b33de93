"""What is still found when the same notes come badly typed, in one case, or out of a scanner.

The marks of the development half move with every change of the text, so that the same passages are asked for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl

from eval.systems import Reads
from screener.annotations import AnnotatedNote
from screener.evaluation import Evaluation, evaluate
from screener.reader.augment import Edit, edited, lost_stops, lost_subjects, typing_errors

mpl.use("Agg")
from matplotlib import pyplot as plt

SEED = 20261123
_WORD = re.compile(r"[^\W_]+")
#: What a scanner takes for what (Unicode look-alikes in common fonts).
_MISREAD = (("rn", "m"), ("m", "rn"), ("l", "1"), ("1", "l"), ("o", "0"), ("0", "o"), ("I", "l"))
#: Letters from which a word may be broken at a line end.
_BREAKABLE = 7


@dataclass(frozen=True)
class Noise:
    """One way in which notes come out differently. ``levels`` are shares, of what ``of`` says."""

    title: str
    of: str
    levels: tuple[float, ...]
    edits: Callable[[AnnotatedNote, random.Random, float], list[Edit]]


@dataclass(frozen=True)
class Finding:
    """What one system finds in the notes at one level of a noise."""

    system: str
    noise: str
    level: float
    result: Evaluation


def misread(note: AnnotatedNote, chance: random.Random, share: float) -> list[Edit]:
    """Edits that put look-alikes into a share of the words, and break as many lines after and within words."""
    edits: list[Edit] = []
    for match in _WORD.finditer(note.text):
        word, start, end = match.group(), match.start(), match.end()
        likely = [(at, old, new) for old, new in _MISREAD if (at := word.find(old)) >= 0]
        if likely and chance.random() < share:
            at, old, new = chance.choice(likely)
            edits.append((start + at, start + at + len(old), new))
        if len(word) >= _BREAKABLE and chance.random() < share:
            edits.append((start + len(word) // 2, start + len(word) // 2, "-\n"))
        if note.text[end : end + 1] == " " and chance.random() < share:
            edits.append((end, end + 1, "\n"))
    return edits


def recased(change: Callable[[str], str]) -> Callable[[AnnotatedNote, random.Random, float], list[Edit]]:
    """Return a noise that writes a share of the words in another case."""

    def edits(note: AnnotatedNote, chance: random.Random, share: float) -> list[Edit]:
        words = (match for match in _WORD.finditer(note.text) if chance.random() < share)
        return [(match.start(), match.end(), change(match.group())) for match in words]

    return edits


NOISES = (
    Noise("typing errors", "words of five letters or more", (0.02, 0.05, 0.1), typing_errors),
    Noise("scanner errors", "words misread, and lines broken", (0.02, 0.05, 0.1), misread),
    Noise("lost punctuation", "full stops, commas and colons", (0.5, 1.0), lost_stops),
    Noise("dropped subjects", "short subjects that open sentences", (0.5, 1.0), lost_subjects),
    Noise("all lower case", "words", (1.0,), recased(str.lower)),
    Noise("ALL CAPITALS", "words", (1.0,), recased(str.upper)),
)


def noisy(notes: Sequence[AnnotatedNote], noise: Noise, level: float) -> list[AnnotatedNote]:
    """Return the notes with the noise; the same ones whenever asked."""
    return [
        edited(note, noise.edits(note, random.Random(f"{SEED} {noise.title} {level} {note.id}"), level))
        for note in notes
    ]


def measure(
    systems: Mapping[str, Reads], notes: Sequence[AnnotatedNote], say: Callable[[str], None] = lambda _: None
) -> list[Finding]:
    """Measure each system on the notes as written (level 0) and at every level of every noise."""
    variants = [
        (noise.title, level, noisy(notes, noise, level) if level else list(notes))
        for noise in NOISES
        for level in (0.0, *noise.levels)
    ]
    findings = []
    for name, reads in systems.items():
        for title, level, changed in variants:
            reads.all(changed)
            findings.append(Finding(name, title, level, evaluate(changed, reads)))
        say(f"robustness: {name}, {len(variants)} readings of {len(notes)} notes")
    return findings


def draw(findings: Sequence[Finding], path: Path) -> None:
    """Draw recall, precision and label F1 against the level of each noise, a line a system."""
    rows: dict[str, Callable[[Evaluation], float]] = {
        "pointed-at recall": lambda result: result.pointed_at.recall.value,
        "pointed-at precision": lambda result: result.pointed_at.precision.value,
        "label F1": lambda result: result.label.f1,
    }
    figure, axes = plt.subplots(len(rows), len(NOISES), figsize=(15, 7), sharex="col", sharey="row", squeeze=False)
    systems = list(dict.fromkeys(finding.system for finding in findings))
    for line, (measured, value) in zip(axes, rows.items(), strict=True):
        for axis, noise in zip(line, NOISES, strict=True):
            for system in systems:
                own = [f for f in findings if f.system == system and f.noise == noise.title]
                axis.plot([100 * f.level for f in own], [value(f.result) for f in own], marker=".", label=system)
            axis.set_ylim(0, 1)
            axis.grid(color="#dddddd")
        line[0].set_ylabel(measured)
    for top, bottom, noise in zip(axes[0], axes[-1], NOISES, strict=True):
        top.set_title(noise.title, fontsize=10)
        bottom.set_xlabel(f"% of {noise.of}", fontsize=8)
    axes[0][-1].legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)
