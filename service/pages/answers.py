"""The answer that a page's form gives, and what to show again where it was not taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from pydantic import ValidationError

from service.errors import Changed, Conflict, Invalid
from service.followup.terms import AnswerState
from service.pages.forms import Form
from service.store.records import AnswerRequest

#: What a page shows again, with the words as typed, instead of losing them.
Retry = Changed | Conflict | Invalid


@dataclass(frozen=True)
class Draft:
    """What a person had typed into an answer, and why it was not recorded."""

    words: str = ""
    reason: str = ""
    problem: str | None = None
    status: int = 200


def answer_of(form: Form) -> AnswerRequest:
    """Return the answer that a form gives by the button that was pressed. Raises Invalid."""
    state, _, reason = form.get("decision").partition(":")
    if state == "acted":
        reason = form.get("acted_reason")
    if state not in ("acted", "set_aside", "with_supervision", "open"):
        raise Invalid("decision", "is missing: press one of the buttons")
    try:
        return AnswerRequest(state=cast("AnswerState", state), reason=reason or None, words=form.given("words"))
    except ValidationError:
        raise Invalid("words", "must have at most 4,000 characters") from None


def draft_of(form: Form, refused: Retry) -> Draft:
    """Return what was typed, with the reason why nothing was recorded."""
    if isinstance(refused, Changed):
        said = "Someone answered this while you were writing. Read their answer, then send yours if it is needed."
        status = 412
    elif isinstance(refused, Conflict):
        said, status = f"{refused}.", 409
    else:
        said, status = f"{refused.field.capitalize()} {refused.reason}.", 422
    return Draft(form.get("words"), form.get("acted_reason"), f"Nothing was recorded. {said}", status)


def request_key(form: Form) -> str | None:
    """Return the key that makes pressing twice the same as pressing once."""
    return form.given("request_key")
