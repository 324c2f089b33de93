"""What leads look at, and answers for better lexicons: passages and wording, never a table of workers or children."""

from __future__ import annotations

from itertools import chain, islice
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from service.access import Caller, StoreHere
from service.middleware import LINES
from service.store.records import LeadView, LearnRow

router = APIRouter(prefix="/v1/teams/{team}", tags=["reports"])

TeamPath = Annotated[str, Path(min_length=1, max_length=60)]


@router.get("/report", summary="Read what a lead looks at")
def report(team: TeamPath, store: StoreHere, caller: Caller) -> LeadView:
    """Read unanswered passages by age, what was set aside by indicator, how cues did, and the time to a first look."""
    return store.reports.lead_view(caller, team)


@router.get(
    "/answered-passages",
    summary="Export answered passages for `screener learn`",
    response_model=LearnRow,
    response_class=StreamingResponse,
    responses={200: {"content": {LINES: {"schema": {"type": "string"}}}}},
)
def answered_passages(team: TeamPath, store: StoreHere, caller: Caller) -> StreamingResponse:
    """Give out one line (NDJSON) for each answered passage: was the reading of its words right?"""
    rows = store.reports.learn_rows(caller, team)
    # The first row is read before the answer begins, so that who may not read them is told so.
    first = list(islice(rows, 1))
    return StreamingResponse((row.model_dump_json() + "\n" for row in chain(first, rows)), media_type=LINES)
