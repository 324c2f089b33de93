"""How well screenings agree with annotated notes: the one set of measures behind every figure.

Two questions are asked of the passages to follow up. *Pointed at*: is the reader's eye drawn to the right place,
whatever the indicator? *Label*: is the indicator right too? Spans agree when they overlap by at least one character.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from screener.annotations import AnnotatedNote, GoldSpan
from screener.records import INDICATORS, Highlight, Screening

ATTRIBUTE_NAMES = ("assertion", "temporality", "subject", "source", "template", "resolved")
_RESAMPLES = 1000
_BINS = 10


class Rate(BaseModel):
    """A share with its counts and a 95 % bootstrap interval (notes resampled)."""

    right: int
    of: int
    value: float
    low: float
    high: float


class Score(BaseModel):
    """Recall, precision and their harmonic mean."""

    recall: Rate
    precision: Rate
    f1: float
    f1_low: float
    f1_high: float


class Mistake(BaseModel):
    """One passage missed or wrongly lit. ``around`` is the passage in its words, marked ⟦…⟧."""

    kind: str
    note: str
    indicator: str
    around: str
    evidence: tuple[str, ...] = ()


class Evaluation(BaseModel):
    """All measures of one screener on one set of annotated notes.

    ``reliability``: mean confidence, share kept and count of each tenth. ``trade_off``: for rising least confidence,
    that confidence with pointed-at recall and precision of what is lit from there.
    """

    notes: int
    words: int
    quiet_notes: int
    pointed_at: Score
    label: Score
    per_indicator: dict[str, Score]
    attributes: dict[str, Rate]
    false_per_1000_words: float
    quiet_false_per_1000_words: float
    calibration_error: float
    reliability: list[tuple[float, float, int]]
    trade_off: list[tuple[float, float, float]]
    mistakes: list[Mistake]


@dataclass
class Counts:
    """Counts of one note or case, so that these can be resampled, by what is counted.

    ``gold`` what stands in the gold, ``found`` of it; ``lit`` what the screener says, ``right`` of it.
    """

    found: Counter[str] = field(default_factory=Counter)
    gold: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    lit: Counter[str] = field(default_factory=Counter)
    attribute_right: Counter[str] = field(default_factory=Counter)
    attribute_of: int = 0


def evaluate(
    notes: Sequence[AnnotatedNote], screen: Callable[[AnnotatedNote], Screening], seed: int = 20260501
) -> Evaluation:
    """Measure a screener (any function from a note to its screening) on annotated notes.

    The seed fixes the bootstrap, so that the same notes give the same figures.
    """
    counts: list[Counts] = []
    mistakes: list[Mistake] = []
    kept: list[tuple[float, bool]] = []
    pairs: list[tuple[list[GoldSpan], list[Highlight]]] = []
    words = quiet_words = quiet_false = quiet = 0
    for note in notes:
        screening = screen(note)
        gold = [span for span in note.spans if span.follow_up]
        lit = [highlight for highlight in screening.highlights if highlight.follow_up]
        counts.append(_count(note, screening, gold, lit))
        pairs.append((gold, lit))
        mistakes += _mistakes(note, gold, lit)
        kept += [
            (h.match_confidence, any(_meets(g, h) and g.indicator == h.indicator for g in note.spans))
            for h in screening.highlights
        ]
        words += screening.words
        if not gold:
            quiet += 1
            quiet_words += screening.words
            quiet_false += len(lit)
    total = add_up(counts)
    samples = resample(counts, seed)
    error, reliability = calibration(kept)
    wrong = total.lit["any"] - total.right["any"]
    return Evaluation(
        notes=len(notes),
        words=words,
        quiet_notes=quiet,
        pointed_at=score(total, samples, "any"),
        label=score(total, samples, "all"),
        per_indicator={name: score(total, samples, name) for name in INDICATORS},
        attributes={
            name: _rate(
                total.attribute_right[name],
                total.attribute_of,
                [_share(s.attribute_right[name], s.attribute_of) for s in samples],
            )
            for name in ATTRIBUTE_NAMES
        },
        false_per_1000_words=1000 * _share(wrong, words),
        quiet_false_per_1000_words=1000 * _share(quiet_false, quiet_words),
        calibration_error=error,
        reliability=reliability,
        trade_off=[_at_least(least / 20, pairs) for least in range(20)],
        mistakes=mistakes,
    )


def by_reader(screening: Screening) -> Screening:
    """Return a joined screening with only the highlights that the sentence reader points at, cues or not."""
    pointed = tuple(h for h in screening.highlights if any(e.by == "reader" for e in h.evidence))
    return screening.model_copy(update={"highlights": pointed})


#: Who points at a passage in the joined result, as :func:`contributions` counts it, in plain words.
WHO_POINTS = {
    "reader": "the sentence reader alone",
    "cue": "cues alone",
    "both": "both",
    "doubted": "cues alone, doubted by the reader and so set aside",
}


def contributions(
    notes: Sequence[AnnotatedNote], screen: Callable[[AnnotatedNote], Screening]
) -> dict[str, tuple[int, int]]:
    """Return how many highlights to follow up were right and wrong, by who points: the reader alone, cues alone, both;
    and of those set aside because the reader doubts the cues.

    Right is where the highlight touches a marked passage to follow up, whatever its indicator.
    """
    counts = {who: [0, 0] for who in WHO_POINTS}
    for note in notes:
        gold = [span for span in note.spans if span.follow_up]
        for highlight in screen(note).highlights:
            if not (highlight.follow_up or highlight.doubted):
                continue
            by = {evidence.by for evidence in highlight.evidence} - {"context"}
            who = "doubted" if highlight.doubted else "both" if len(by) > 1 else by.pop()
            counts[who][not any(_meets(span, highlight) for span in gold)] += 1
    return {who: (right, wrong) for who, (right, wrong) in counts.items()}


def calibration(kept: Iterable[tuple[float, bool]]) -> tuple[float, list[tuple[float, float, int]]]:
    """Return the expected calibration error and (mean confidence, share kept, count) of each tenth that holds any."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for confidence, right in kept:
        bins[min(_BINS - 1, int(confidence * _BINS))].append((confidence, right))
    total = sum(map(len, bins))
    rows = [
        (sum(c for c, _ in part) / len(part), sum(right for _, right in part) / len(part), len(part))
        for part in bins
        if part
    ]
    return sum(abs(mean - share) * size for mean, share, size in rows) / total if total else 0.0, rows


def _at_least(least: float, pairs: list[tuple[list[GoldSpan], list[Highlight]]]) -> tuple[float, float, float]:
    """Return the least confidence with pointed-at recall and precision of the highlights that reach it."""
    found = of = right = lit = 0
    for gold, all_lit in pairs:
        sure = [h for h in all_lit if h.match_confidence >= least]
        of += len(gold)
        found += sum(any(_meets(g, h) for h in sure) for g in gold)
        lit += len(sure)
        right += sum(any(_meets(g, h) for g in gold) for h in sure)
    return least, _share(found, of), _share(right, lit)


def _meets(span: GoldSpan | Highlight, other: GoldSpan | Highlight) -> bool:
    return span.start < other.end and other.start < span.end


def _count(note: AnnotatedNote, screening: Screening, gold: list[GoldSpan], lit: list[Highlight]) -> Counts:
    counts = Counts()
    for span in gold:
        touching = [h for h in lit if _meets(span, h)]
        same = any(h.indicator == span.indicator for h in touching)
        for key, hit in (("any", bool(touching)), ("all", same), (span.indicator, same)):
            counts.gold[key] += 1
            counts.found[key] += hit
    for highlight in lit:
        touching_gold = [g for g in gold if _meets(g, highlight)]
        same = any(g.indicator == highlight.indicator for g in touching_gold)
        for key, hit in (("any", bool(touching_gold)), ("all", same), (highlight.indicator, same)):
            counts.lit[key] += 1
            counts.right[key] += hit
    for span in note.spans:
        for highlight in screening.highlights:
            if highlight.indicator == span.indicator and _meets(span, highlight):
                counts.attribute_of += 1
                for name in ATTRIBUTE_NAMES:
                    counts.attribute_right[name] += getattr(span, name) == getattr(highlight, name)
    return counts


def add_up(counts: Iterable[Counts]) -> Counts:
    """Return the sum of counts."""
    total = Counts()
    for part in counts:
        total.found.update(part.found)
        total.gold.update(part.gold)
        total.right.update(part.right)
        total.lit.update(part.lit)
        total.attribute_right.update(part.attribute_right)
        total.attribute_of += part.attribute_of
    return total


def resample(counts: list[Counts], seed: int) -> list[Counts]:
    """Return the sums of bootstrap samples, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a bootstrap, not a secret
    return [add_up(chance.choices(counts, k=len(counts))) for _ in range(_RESAMPLES)] if counts else []


def _share(right: float, of: float) -> float:
    return right / of if of else 0.0


def _f1(recall: float, precision: float) -> float:
    return _share(2 * recall * precision, recall + precision)


def _rate(right: int, of: int, samples: list[float]) -> Rate:
    low, high = _interval(samples)
    return Rate(right=right, of=of, value=_share(right, of), low=low, high=high)


def _interval(samples: list[float]) -> tuple[float, float]:
    if not samples:
        return 0.0, 0.0
    ordered = sorted(samples)
    return ordered[int(0.025 * len(ordered))], ordered[int(0.975 * len(ordered)) - 1]


def score(total: Counts, samples: list[Counts], key: str) -> Score:
    """Return recall, precision and F1 of one thing that was counted, with intervals from the samples."""
    recalls = [_share(s.found[key], s.gold[key]) for s in samples]
    precisions = [_share(s.right[key], s.lit[key]) for s in samples]
    recall = _rate(total.found[key], total.gold[key], recalls)
    precision = _rate(total.right[key], total.lit[key], precisions)
    low, high = _interval([_f1(r, p) for r, p in zip(recalls, precisions, strict=True)])
    return Score(recall=recall, precision=precision, f1=_f1(recall.value, precision.value), f1_low=low, f1_high=high)


def _mistakes(note: AnnotatedNote, gold: list[GoldSpan], lit: list[Highlight]) -> list[Mistake]:
    missed = [
        Mistake(kind="missed", note=note.id, indicator=g.indicator, around=_around(note.text, g.start, g.end))
        for g in gold
        if not any(_meets(g, h) and g.indicator == h.indicator for h in lit)
    ]
    wrong = [
        Mistake(
            kind="wrong",
            note=note.id,
            indicator=h.indicator,
            around=_around(note.text, h.start, h.end),
            evidence=tuple(e.id for e in h.evidence if e.by != "context"),
        )
        for h in lit
        if not any(_meets(g, h) and g.indicator == h.indicator for g in gold)
    ]
    return missed + wrong


def _around(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - 60) : start], text[end : end + 40]
    return " ".join(f"{before}⟦{text[start:end]}⟧{after}".split())
