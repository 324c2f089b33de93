"""How well the context of a passage is read, apart from whether the passage is found.

The gold spans are given to the context reader with their indicator, and its six attributes are compared with the gold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from screener.annotations import AnnotatedNote, GoldSpan
from screener.pipeline.context import Attributes, ContextReader, target_of
from screener.pipeline.screen import Screener

ATTRIBUTES = ("assertion", "temporality", "subject", "source", "template", "resolved")


def read_gold(screener: Screener, note: AnnotatedNote) -> list[tuple[GoldSpan, Attributes]]:
    """Return each gold span of a note with the attributes that the context reader gives it."""
    parsed = screener.lexicon.parse(note.text)
    targets = [target_of(parsed, span.start, span.end, span.indicator) for span in note.spans]
    return list(zip(note.spans, ContextReader(screener.lexicon).read(parsed, targets), strict=True))


def attribute_accuracy(screener: Screener, notes: Iterable[AnnotatedNote]) -> dict[str, Any]:
    """Compare the attributes given to gold spans with the gold.

    Returns ``spans`` (how many), and for each attribute ``accuracy`` (0–1) and ``given`` (gold value → value given →
    count); ``follow_up`` holds the accuracy of the computed rule on these spans.
    """
    given: dict[str, defaultdict[str, Counter[str]]] = {name: defaultdict(Counter) for name in ATTRIBUTES}
    spans = 0
    for note in notes:
        for gold, found in read_gold(screener, note):
            spans += 1
            for name in ATTRIBUTES:
                given[name][_text(getattr(gold, name))][_text(getattr(found, name))] += 1
    return {
        "spans": spans,
        **{
            name: {
                "accuracy": sum(counts[value] for value, counts in table.items()) / spans if spans else 0.0,
                "given": {value: dict(counts) for value, counts in sorted(table.items())},
            }
            for name, table in given.items()
        },
    }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
