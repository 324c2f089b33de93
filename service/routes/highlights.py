"""Highlights and their follow-up: what waits, who looks at it, what was answered; and the patterns they make."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.access import Caller, StoreHere
from service.etags import IfMatchNeeded, RequestKey, tag
from service.followup import terms
from service.routes.cases import CaseRef, Cursor, Limit, TeamId
from service.store import UNSET
from service.store.records import AnswerRequest, HighlightRecord, Page, PatternRecord, QueueCounts, Ref

router = APIRouter(prefix="/v1", tags=["highlights"])

Id = Annotated[str, Path(min_length=1, max_length=60)]


class Assignment(BaseModel):
    """Who looks at a passage, and by when; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    owner: str | None = Field(None, max_length=60, description="Account; null for none.")
    due_at: AwareDatetime | None = Field(None, description="Time stamp with its offset.")


class AnswerChoices(BaseModel):
    """The reasons to choose from, by code, and the days until a passage is overdue where a team set none."""

    acted: dict[str, str]
    set_aside: dict[str, str]
    due_days: dict[terms.Tier, int]


@router.get("/highlights", summary="List highlights")
def list_highlights(
    store: StoreHere,
    caller: Caller,
    team: TeamId = None,
    case: Annotated[Ref | None, Query(description="Of one case.")] = None,
    note: Annotated[Ref | None, Query(description="Of one note; with `case`.")] = None,
    state: terms.State | None = None,
    indicator: Annotated[str | None, Query(max_length=60)] = None,
    tier: terms.Tier | None = None,
    owner: Literal["me", "none"] | None = None,
    overdue: bool | None = None,
    include_not_lit: Annotated[bool, Query(description="Also what was set aside by the reading itself.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HighlightRecord]:
    """List passages with their follow-up, the longest open first."""
    return store.highlights.list(
        caller,
        team=team,
        case=case,
        note=note,
        state=state,
        indicator=indicator,
        tier=tier,
        owner=owner,
        overdue=overdue,
        include_not_lit=include_not_lit,
        cursor=cursor,
        limit=limit,
    )


@router.get("/highlights/{highlight}", summary="Read a highlight")
def read_highlight(highlight: Id, store: StoreHere, caller: Caller, response: Response) -> HighlightRecord:
    """Read a passage with its reasons, its question and its answers, and its ETag."""
    found = store.highlights.get(caller, highlight)
    tag(response, found.version)
    return found


@router.patch("/highlights/{highlight}", summary="Assign a highlight")
def assign_highlight(
    highlight: Id, body: Assignment, store: StoreHere, caller: Caller, if_match: IfMatchNeeded, response: Response
) -> HighlightRecord:
    """Say who looks at a passage and by when."""
    owner = body.owner if "owner" in body.model_fields_set else UNSET
    due_at: dt.datetime | None = body.due_at
    found = store.highlights.assign(caller, highlight, owner=owner, due_at=due_at, if_match=if_match)
    tag(response, found.version)
    return found


@router.post("/highlights/{highlight}/answers", status_code=201, summary="Answer a highlight")
def answer_highlight(
    highlight: Id,
    body: AnswerRequest,
    store: StoreHere,
    caller: Caller,
    if_match: IfMatchNeeded,
    response: Response,
    request_key: RequestKey = None,
) -> HighlightRecord:
    """Record what was done about a passage, why it is set aside, or that it goes to supervision.

    Every answer is added; none is changed or taken away. A system says with `Screener-Acting-For` whose answer it is.
    """
    found = store.highlights.answer(caller, highlight, body, if_match=if_match, request_key=request_key)
    tag(response, found.version)
    return found


@router.get("/queue", summary="Count what waits")
def queue(store: StoreHere, caller: Caller) -> QueueCounts:
    """Count the open passages: yours, your teams', and those overdue."""
    return store.highlights.counts(caller)


@router.get("/answer-choices", summary="Read the reasons to choose from")
def answer_choices(_: Caller) -> AnswerChoices:
    """Read the codes that an answer's `reason` can be."""
    return AnswerChoices(acted=terms.ACTED, set_aside=terms.SET_ASIDE, due_days=terms.DUE_DAYS)


@router.get("/cases/{case}/patterns", summary="List the patterns of a case")
def list_patterns(
    case: CaseRef, store: StoreHere, caller: Caller, team: TeamId = None, state: terms.State | None = None
) -> tuple[PatternRecord, ...]:
    """List what several passages of a case may make together."""
    return store.patterns.list(caller, case, team=team, state=state)


@router.get("/patterns/{pattern}", summary="Read a pattern")
def read_pattern(pattern: Id, store: StoreHere, caller: Caller, response: Response) -> PatternRecord:
    """Read a pattern with its passages, what would settle it, and its answers, and its ETag."""
    found = store.patterns.get(caller, pattern)
    tag(response, found.version)
    return found


@router.post("/patterns/{pattern}/answers", status_code=201, summary="Answer a pattern")
def answer_pattern(
    pattern: Id,
    body: AnswerRequest,
    store: StoreHere,
    caller: Caller,
    if_match: IfMatchNeeded,
    response: Response,
    request_key: RequestKey = None,
) -> PatternRecord:
    """Record what was done about a pattern. It opens again when a passage joins it."""
    found = store.patterns.answer(caller, pattern, body, if_match=if_match, request_key=request_key)
    tag(response, found.version)
    return found
