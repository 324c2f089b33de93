"""What an answer must say."""

from __future__ import annotations

from service.errors import Invalid
from service.followup.terms import ACTED, SET_ASIDE, AnswerState, State


def check_answer(state: AnswerState, reason: str | None, words: str | None, *, standing: State) -> None:
    """Raise Invalid where an answer does not say enough to be read years later.

    ``acted`` says what was done, ``set_aside`` has a reason of the list, ``other`` and ``open`` are explained in
    words. ``standing`` is the state that stands now.
    """
    if state == "set_aside":
        _listed(reason, SET_ASIDE)
        if reason is None:
            raise Invalid("reason", f"is needed to set a passage aside: one of {', '.join(SET_ASIDE)}")
    elif state == "acted":
        _listed(reason, ACTED)
    elif reason is not None:
        raise Invalid("reason", f"does not go with the state {state}; use words")
    if words is None and (state in ("acted", "open") or reason == "other"):
        raise Invalid("words", "are needed: say what was done or why, in your own words")
    if state == "open" and standing == "open":
        raise Invalid("state", "is open already")


def _listed(reason: str | None, known: dict[str, str]) -> None:
    if reason is not None and reason not in known:
        raise Invalid("reason", f"must be one of {', '.join(known)}")
