"""First step: where the lexicon's cues stand in a note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from screener.lexicon.compiled import CompiledLexicon
from screener.lexicon.model import Cue
from screener.lexicon.rows import Rows
from screener.text.parsed import Parsed, Sentence
from screener.text.quotes import Quotes

#: How many tokens away from a hit the words of ``unless`` can stand and still silence it.
GUARD_REACH = 12


@dataclass(frozen=True, slots=True)
class CueHit:
    """One cue found: the sentence, and its first and last token (exclusive)."""

    cue: Cue
    sentence: Sentence
    first: int
    last: int


def find_cues(rows: Rows, lexicon: CompiledLexicon) -> list[list[CueHit]]:
    """Return every cue found in each note of ``rows``, in text order.

    Left out are guarded cues, weak ones without company, and those for quoted speech outside quotation marks.
    """
    found = lexicon.cues.find_in(rows)
    hit_rows = np.zeros(len(rows), np.bool_)
    hit_rows[list(found)] = True
    ids = {row: {cue.id for cue, _, _ in hits} for row, hits in found.items()}
    guards = lexicon.guards.find_in(rows, only=hit_rows, wanted=ids)
    hits_by_note: list[list[CueHit]] = []
    row = 0
    for parsed in rows.notes:
        in_note: list[CueHit] = []
        for sentence in parsed.sentences:
            if row in found:
                near = guards.get(row, ())
                in_note += [CueHit(cue, sentence, a, b) for cue, a, b in found[row] if not _guarded(cue.id, a, b, near)]
            row += 1
        in_note = _in_their_place(in_note, parsed)
        in_note.sort(key=lambda hit: (hit.first, hit.last, hit.cue.id))
        hits_by_note.append(_accompanied(in_note))
    return hits_by_note


def _guarded(ident: str, first: int, last: int, guards: Iterable[tuple[str, int, int]]) -> bool:
    """Whether a guard of the cue stands in the hit or near it; notes without full stops run on for pages."""
    return any(key == ident and a - last <= GUARD_REACH and first - b <= GUARD_REACH for key, a, b in guards)


def _in_their_place(hits: list[CueHit], parsed: Parsed) -> list[CueHit]:
    if all(hit.cue.where == "anywhere" for hit in hits):
        return hits
    quotes = Quotes(parsed.text)
    return [
        hit
        for hit in hits
        if hit.cue.where == "anywhere" or quotes.around(*parsed.span(hit.first, hit.last)) is not None
    ]


def _accompanied(hits: list[CueHit]) -> list[CueHit]:
    company = {hit.sentence.index for hit in hits if hit.cue.strength != "weak"}
    return [
        hit
        for hit in hits
        if hit.cue.strength != "weak" or not company.isdisjoint(range(hit.sentence.index - 1, hit.sentence.index + 2))
    ]
