"""How well a tagger alone points, while it is being trained: quick figures that pick the best epoch."""

from __future__ import annotations

from collections.abc import Sequence

from screener.annotations import AnnotatedNote, GoldSpan
from screener.reader.labels import POINTS
from screener.reader.spans import Opinion, Sighting
from screener.reader.tagger import Tagger

#: False highlights a thousand words at which recall is read off: what a reviewer bears on notes full of signs.
FALSE_RATE = 6.0
_THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def judge(tagger: Tagger, notes: Sequence[AnnotatedNote]) -> dict[str, float]:
    """Return recall pointed-at at a fixed rate of false highlights, and the best label F1, over unseen notes.

    ``score`` is their mean: the one figure by which epochs and trials are compared.
    """
    read = [(note, Opinion(tagger.tag(note.text))) for note in notes]
    words = sum(len(note.text.split()) for note in notes)
    best_f1 = 0.0
    at_rate: tuple[float, float] = (0.0, 0.0)
    for threshold in _THRESHOLDS:
        pointed = right = gold = lit = same_gold = same_lit = 0
        for note, opinion in read:
            wanted = [span for span in note.spans if span.follow_up]
            given = [s for s in opinion.sightings([threshold] * len(POINTS)) if s.follow_up >= threshold / 2]
            gold += len(wanted)
            lit += len(given)
            pointed += sum(any(_meets(span, s) for s in given) for span in wanted)
            right += sum(any(_meets(span, s) for span in wanted) for s in given)
            same_gold += sum(any(_meets(span, s) and span.indicator == s.indicator for s in given) for span in wanted)
            same_lit += sum(any(_meets(span, s) and span.indicator == s.indicator for span in wanted) for s in given)
        recall, precision = same_gold / max(1, gold), same_lit / max(1, lit)
        best_f1 = max(best_f1, 2 * recall * precision / max(1e-9, recall + precision))
        if 1000 * (lit - right) / max(1, words) <= FALSE_RATE:
            at_rate = max(at_rate, (pointed / max(1, gold), right / max(1, lit)))
    return {
        "recall_at_rate": at_rate[0],
        "precision_at_rate": at_rate[1],
        "label_f1": best_f1,
        "score": (at_rate[0] + best_f1) / 2,
    }


def _meets(span: GoldSpan, sighting: Sighting) -> bool:
    return span.start < sighting.end and sighting.start < span.end
