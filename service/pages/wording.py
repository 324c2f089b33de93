"""The audit's actions in plain words."""

from __future__ import annotations

import json

from service.pages.show import of_answer
from service.store.records import AuditRow

_ACTIONS = {
    "answers.exported": "Answers given out for better lexicons",
    "audit.read": "Audit read",
    "card.feedback": "Answer to a card in the case system",
    "card.shown": "Card shown in the case system",
    "case.changed": "Case changed",
    "case.created": "Case made",
    "case.erased": "Case erased",
    "case.exported": "Whole case given out",
    "case.read": "Case read",
    "case.reopened": "Case opened again",
    "case.reviewed": "Notes read together",
    "cases.listed": "Cases listed",
    "closure.checked": "Looked at what a closure would meet",
    "closure.proposed": "Closure recorded; waits for a second person",
    "closure.recorded": "Closure recorded",
    "closure.refused": "Closure refused: something stood open that no reason named",
    "closures.listed": "Closures read",
    "followup.overdue": "Passages past their due date",
    "highlight.answered": "Passage answered",
    "highlight.assigned": "Passage given to someone",
    "highlight.read": "Passage read",
    "highlights.listed": "Passages listed",
    "note.put": "Note taken in",
    "note.read": "Note read",
    "notes.listed": "Notes listed",
    "pattern.answered": "Pattern answered",
    "pattern.read": "Pattern read",
    "patterns.listed": "Patterns listed",
}


def audit_line(row: AuditRow) -> dict[str, object]:
    """Return one row as the page shows it: what was done, the answer given, and the written reasons of a closure."""
    state, reason = row.details.get("state"), row.details.get("reason")
    answer = of_answer(state, reason if isinstance(reason, str) else None) if isinstance(state, str) else None
    return {
        "what": _ACTIONS.get(row.action, row.action),
        "answer": answer,
        "who": f"{row.actor_name}, for {row.acting_for}" if row.acting_for else row.actor_name,
        "counts": [
            f"{name.replace('_', ' ')}: {_count(value)}" for name, value in row.details.items() if _shows(value)
        ],
        "closure": json.loads(row.words) if row.words else None,
    }


def _shows(value: object) -> bool:
    return value not in (None, [], "")


def _count(value: object) -> str:
    return str(len(value)) if isinstance(value, list) else str(value)
