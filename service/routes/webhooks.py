"""Webhooks that were given up on, for those who look after the service: by event, without a case or a passage."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from service.access import Caller, StoreHere
from service.problems import not_found

router = APIRouter(prefix="/v1/webhooks", tags=["operations"])

_LISTED = 1_000


class DeadLetter(BaseModel):
    """An event that the receiver never took, after all its tries."""

    id: str
    type: str
    team: str
    count: int
    at: dt.datetime
    attempts: int


@router.get("/dead-letters", summary="List the events that were given up on")
def list_dead_letters(store: StoreHere, caller: Caller) -> list[DeadLetter]:
    """List events that no try delivered, oldest first, at most 1,000. Needs the scope `admin`."""
    caller.require("admin")
    return [
        DeadLetter(id=e.id, type=e.type, team=e.team, count=e.count, at=e.at, attempts=e.attempt)
        for e in store.outbox.dead(_LISTED)
    ]


@router.post("/dead-letters/{event}/replay", status_code=202, response_class=Response, summary="Try an event again")
def replay(event: Annotated[str, Path(max_length=60)], store: StoreHere, caller: Caller) -> Response:
    """Put an event back, with all its tries. Its `sequence` tells the receiver where it belongs. Needs `admin`."""
    caller.require("admin")
    if all(event != e.id for e in store.outbox.dead(_LISTED)):
        raise not_found()
    store.outbox.replay(event)
    return Response(status_code=202)
