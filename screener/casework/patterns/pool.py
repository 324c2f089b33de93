"""The signs that patterns are made of: those to follow up, with the closings as the case level reads them.

A passage lit as a closed concern is none where the same note gives an account of everything before it. A closing that
only the case level recognised (its words are in ``casework.yaml``) stands in as a sign of the same kind.
"""

from __future__ import annotations

from screener.casework.case import LIKELY, Case, Sign, sign_of
from screener.casework.closing import Closing, Closings
from screener.records import GROUP_OF, Evidence, Highlight, highlight_id, text_digest

_KIND = "concern_closed"


def signs(case: Case, closings: Closings) -> tuple[Sign, ...]:
    """Return the signs of a case for its patterns, by note and place.

    Where a person marked the notes, their marks are all there is.
    """
    closing_signs = {sign for closing in closings.all if not closing.covers_all for sign in closing.marked}
    found = [
        sign
        for sign in case.signs
        if sign.highlight.match_confidence >= LIKELY and (sign.indicator != _KIND or sign in closing_signs)
    ]
    for closing in closings.all:
        by_hand = closing.note.marked_by_hand
        if not (by_hand or closing.marked or closing.covers_all) and closing.end > closing.start:
            found.append(_stand_in(closing))
    return tuple(sorted(found, key=lambda sign: (sign.note.order, sign.highlight.start, sign.highlight.end)))


def _stand_in(closing: Closing) -> Sign:
    start, end, text = closing.start, closing.end, closing.text
    evidence = Evidence(
        by="cue", id="casework.closings", start=start, end=end, text=text, why="Words that close, step down or shelve."
    )
    highlight = Highlight(
        id=highlight_id(text_digest(closing.note.parsed.note_text), _KIND, start, end),
        start=start,
        end=end,
        text=text,
        indicator=_KIND,
        group=GROUP_OF[_KIND],
        source="professional",
        follow_up=True,
        match_confidence=0.5,
        evidence=(evidence,),
        prompt="",
        sentence=(start, end),
    )
    return sign_of(closing.note, highlight)
