"""Feedback to cards, recorded as answers to the passages that they showed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from service.errors import Changed
from service.followup.terms import SET_ASIDE
from service.security.principal import Principal
from service.standards.cds.models import CardFeedback, Feedback
from service.store import Store
from service.store.cards import CardRecord
from service.store.records import AnswerRequest


def take(store: Store, who: Principal, given: Feedback) -> None:
    """Record what people did with cards, in the name of the person to whom each was shown.

    A passage is answered only while it is open: what someone else answered meanwhile is not overwritten. Raises
    NotFound, before anything is recorded, where a card is none that the caller was sent, and Forbidden.
    """
    known: dict[UUID, CardRecord] = {f.card: store.cards.get(who, str(f.card)) for f in given.feedback}
    for one in given.feedback:
        card = known[one.card]
        answer = _answer_of(one)
        recorded = sum(_record(store, who, card, ident, answer, one) for ident in card.highlights) if answer else 0
        store.cards.note_feedback(who, card.id, one.outcome, recorded=recorded, left=len(card.highlights) - recorded)


def _answer_of(given: CardFeedback) -> AnswerRequest | None:
    """Return the answer that feedback stands for; None where it gives no reason: silence is no answer."""
    why = given.override_reason
    if given.outcome != "overridden" or why is None:
        return None
    code, words = (why.reason.code if why.reason else None), why.user_comment or None
    if code in SET_ASIDE and (code != "other" or words):
        return AnswerRequest(state="set_aside", reason=code, words=words)
    # A reason of the client's own, or none but words.
    words = words or (why.reason.display.strip() if why.reason and why.reason.display and code != "other" else None)
    return AnswerRequest(state="set_aside", reason="other", words=words) if words else None


def _record(
    store: Store, who: Principal, card: CardRecord, highlight: str, answer: AnswerRequest, given: CardFeedback
) -> bool:
    """Answer one passage, and say whether this feedback's answer stands in the record."""
    person = replace(who, acting_for=card.person)
    found = store.highlights.get(person, highlight)
    # Sent again, it is the same request: the store knows it and adds nothing.
    request_key = f"card:{card.id}:{highlight}:{given.outcome_timestamp.isoformat()}"
    if found.state != "open":
        return any(a.by == card.person and a.words == answer.words and a.reason == answer.reason for a in found.answers)
    try:
        store.highlights.answer(person, highlight, answer, if_match=found.version, request_key=request_key)
    except Changed:
        return False
    return True
