"""The fixed wording of every output, so that it stands in one place and is used as it stands.

Nothing here clears anyone, scores anyone or says that something happened (product rules R1, R2, R5 and R13).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from screener.records import Evidence, Screening

BANNER = (
    "Passages for a practitioner to look at. Not a finding, not a score, not a substitute for child-protection "
    "procedures."
)
IMMEDIATE = "If a child may be at risk now, follow your local procedures. Do not wait."
GROUP_TITLES = {
    "child_signs": "Child signs",
    "child_says": "What the child says",
    "adult_behaviour": "Adult behaviour",
    "context": "Context",
    "system_response": "System response",
}


def empty_result(notes: int) -> str:
    """Return the sentence for a result without passages: it never says that a child is safe."""
    return (
        f"No passages matching these rules were found in the {notes} notes supplied. "
        "This says nothing about whether the child is safe."
    )


def read_summary(screenings: Sequence[Screening]) -> dict[str, Any]:
    """Return what was read: notes, words, dates and versions, with one plain sentence saying so (rule R3)."""
    dates = sorted(s.note.date for s in screenings if s.note.date)
    words = sum(s.words for s in screenings)
    undated = len(screenings) - len(dates)
    first = screenings[0] if screenings else None
    count = "1 note" if len(screenings) == 1 else f"{len(screenings)} notes"
    when = f", dated {dates[0]} to {dates[-1]}" if dates else ""
    when += f", {undated} undated" if undated and dates else ""
    reader = f", sentence reader {first.model_version}" if first and first.model_version else ""
    versions = (
        f" Lexicon {first.lexicon_version}{reader}, screener {first.screener_version}, profile {first.profile}."
        if first
        else ""
    )
    return {
        "notes": len(screenings),
        "words": words,
        "first_date": dates[0].isoformat() if dates else None,
        "last_date": dates[-1].isoformat() if dates else None,
        "undated": undated,
        "lexicon_version": first.lexicon_version if first else None,
        "model_version": first.model_version if first else None,
        "profile": first.profile if first else None,
        "sentence": f"Read: {count}, {words} words{when}.{versions}",
    }


def lit_by(evidence: Evidence, note_text: str | None) -> str:
    """Return why a passage is lit by one piece of evidence, with the words that weighed most where the reader knows."""
    why = evidence.why.rstrip(".")
    if note_text is None or not evidence.weighed:
        return why
    words = ", ".join(f"“{note_text[start:end]}”" for start, end in sorted(evidence.weighed))
    return f"{why}. Words that weighed most: {words}"
