"""Whether what ought not to matter moves the outcome: the same notes with other names, pronouns and words about people.

After counterfactual token fairness (Garg et al. 2019): the note as written and the note with the swap ought to give the
same highlights, passage for passage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from eval.swaps import Swap
from eval.systems import Reads
from screener.annotations import AnnotatedNote, GoldSpan
from screener.reader.augment import edited
from screener.records import Highlight, Screening


@dataclass(frozen=True)
class Outcome:
    """What one swap moved. ``notes``: those it changed; ``same``: those in which every highlight stayed as it was.

    ``highlights`` counts those of the changed notes as written; ``lost`` and ``gained`` count by indicator and whether
    to follow up. One that changes sides between follow-up and set aside is both lost and gained.
    """

    swap: Swap
    notes: int
    same: int
    highlights: int
    lost: Counter[tuple[str, bool]]
    gained: Counter[tuple[str, bool]]


def measure(
    reads: Reads,
    notes: Sequence[AnnotatedNote],
    swapped: Sequence[Swap],
    say: Callable[[str], None] = lambda _: None,
) -> list[Outcome]:
    """Return what each swap moves in the reading of the notes."""
    outcomes = []
    for swap in swapped:
        outcomes.append(_outcome(reads, notes, swap))
        say(f"fairness: {swap.kind}, {swap.title}: {outcomes[-1].same} of {outcomes[-1].notes} notes the same")
    return outcomes


def _outcome(reads: Reads, notes: Sequence[AnnotatedNote], swap: Swap) -> Outcome:
    changes = [(note, edits) for note in notes if (edits := swap.edits(note.text))]
    expected = [
        edited(_as_marked(note, screening), edits)
        for (note, edits), screening in zip(changes, reads.all(note for note, _ in changes), strict=True)
    ]
    lost: Counter[tuple[str, bool]] = Counter()
    gained: Counter[tuple[str, bool]] = Counter()
    same = 0
    for was, screening in zip(expected, reads.all(expected), strict=True):
        gone = [s for s in was.spans if not any(_same(s, h) for h in screening.highlights)]
        new = [h for h in screening.highlights if not any(_same(s, h) for s in was.spans)]
        lost.update((s.indicator, s.follow_up) for s in gone)
        gained.update((h.indicator, h.follow_up) for h in new)
        same += not gone and not new
    return Outcome(swap, len(expected), same, sum(len(note.spans) for note in expected), lost, gained)


def _as_marked(note: AnnotatedNote, screening: Screening) -> AnnotatedNote:
    """Return a note marked with its highlights, so that they move with the text as marks do."""
    fields = (
        "start",
        "end",
        "text",
        "indicator",
        "assertion",
        "temporality",
        "subject",
        "source",
        "template",
        "resolved",
    )
    spans = (GoldSpan(**{name: getattr(highlight, name) for name in fields}) for highlight in screening.highlights)
    return replace(note, spans=tuple(spans))


def _same(span: GoldSpan, highlight: Highlight) -> bool:
    return (
        span.indicator == highlight.indicator
        and span.follow_up == highlight.follow_up
        and span.start < highlight.end
        and highlight.start < span.end
    )
