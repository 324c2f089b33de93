"""The words of follow-up: states, reasons to choose from, tiers and their days."""

from __future__ import annotations

from typing import Literal

#: ``not_lit`` is a passage that the screener set aside itself (negated, planned, form text …); it waits for nobody.
State = Literal["open", "acted", "set_aside", "with_supervision", "not_lit"]
#: What a person can answer. ``open`` opens a passage again that was answered, or lights one that was not lit.
AnswerState = Literal["acted", "set_aside", "with_supervision", "open"]
Tier = Literal["A", "B", "C"]

#: Days until an unanswered passage counts as overdue, by tier of its indicator; a team can set its own.
DUE_DAYS: dict[Tier, int] = {"A": 1, "B": 7, "C": 28}

#: What was done, and why a passage is set aside: a list to choose from, beside free text.
ACTED: dict[str, str] = {
    "spoke_with_child": "A trusted adult gave the child time to talk",
    "discussed_with_safeguarding_lead": "Discussed with the safeguarding lead",
    "referred": "Referred to children's social care or the police",
    "checked_with_other_agency": "Checked with another agency",
    "strategy_discussion": "Taken to a strategy discussion",
    "plan_changed": "The plan or the agreement was changed",
    "health_check": "A health check was arranged",
    "other": "Something else, written below",
}
SET_ASIDE: dict[str, str] = {
    "words_mean_something_else": "The words mean something else here",
    "about_someone_else": "The passage is about someone else",
    "checked_and_explained": "Looked into; the record says how it was explained",
    "already_followed_up": "Already followed up; the record says where",
    "copied_text": "Copied from an earlier note that was answered",
    "written_in_error": "Written in error and corrected in the record",
    "other": "Something else, written below",
}
#: Reasons that say the screener read the words wrongly; the others leave its reading standing.
MISREAD = frozenset(("words_mean_something_else", "about_someone_else"))

#: Why a case's data is taken out of the store for good.
ErasureBasis = Literal["retention", "erasure_request", "court_order", "loaded_in_error"]
