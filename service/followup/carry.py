"""What an edit of a note does to its passages: which still stand, which changed, which are gone, which are new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from screener import Highlight, Screening


@dataclass(frozen=True)
class Carried:
    """The plan for one edit, by the stored ids of passages.

    ``kept``: same words of the same indicator in the same sentence, read the same way. ``changed``: same words, but
    another sentence or another reading. ``gone``: no longer in the note. ``new``: not in the note before.
    """

    kept: dict[str, Highlight]
    changed: dict[str, Highlight]
    gone: tuple[str, ...]
    new: tuple[Highlight, ...]


def carry(before: Sequence[tuple[str, Highlight, str]], after: Screening) -> Carried:
    """Match stored passages (id, record, text of the sentence it stood in) with those of the edited note.

    Passages are matched in their order, so that the second "Dave" stays the second "Dave".
    """
    waiting = list(before)
    found = list(after.highlights)
    kept = _match(
        waiting,
        found,
        lambda h, sentence: (h.indicator, h.text, " ".join(sentence.split()), h.follow_up),
        after,
    )
    changed = _match(waiting, found, lambda h, _: (h.indicator, h.text), after)
    return Carried(kept, changed, tuple(ident for ident, _, _ in waiting), tuple(found))


def sentence_of(highlight: Highlight, text: str) -> str:
    """Return the sentence that a passage stands in."""
    start, end = highlight.sentence
    return text[start:end]


def _match(
    waiting: list[tuple[str, Highlight, str]],
    found: list[Highlight],
    key: Callable[[Highlight, str], Hashable],
    after: Screening,
) -> dict[str, Highlight]:
    """Pair what has the same key, in order, and take both out of the lists."""
    by_key: defaultdict[Hashable, list[Highlight]] = defaultdict(list)
    for highlight in found:
        by_key[key(highlight, sentence_of(highlight, after.note.text or ""))].append(highlight)
    pairs: dict[str, Highlight] = {}
    for ident, highlight, sentence in list(waiting):
        same = by_key[key(highlight, sentence)]
        if same:
            pairs[ident] = same.pop(0)
    taken = {id(highlight) for highlight in pairs.values()}
    waiting[:] = [entry for entry in waiting if entry[0] not in pairs]
    found[:] = [highlight for highlight in found if id(highlight) not in taken]
    return pairs
