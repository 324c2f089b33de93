"""Closing a case on the record: what stands open, the closure itself, and a second person's confirmation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from service.access import Caller, StoreHere
from service.etags import IfMatch, IfMatchNeeded, RequestKey, tag
from service.problems import ProblemDocument
from service.routes.cases import CaseRef, TeamId
from service.store.records import ClosureCheck, ClosureRecord, ClosureRequest, OpenItem

router = APIRouter(prefix="/v1", tags=["closures"])


class ClosureRefusal(ProblemDocument):
    """The problem document of a refused closure, with all that stands open."""

    open: list[OpenItem]


@router.get("/cases/{case}/closure-check", summary="Ask what a closure would meet")
def check_closure(case: CaseRef, store: StoreHere, caller: Caller, team: TeamId = None) -> ClosureCheck:
    """List the passages and patterns that stand open. An empty list clears nobody."""
    return store.closures.check(caller, case, team=team)


@router.post(
    "/cases/{case}/closures",
    status_code=201,
    summary="Record a closure",
    responses={409: {"model": ClosureRefusal, "description": "Something stands open that no reason names."}},
)
def record_closure(
    case: CaseRef,
    body: ClosureRequest,
    store: StoreHere,
    caller: Caller,
    if_match: IfMatch,
    response: Response,
    team: TeamId = None,
    request_key: RequestKey = None,
) -> ClosureRecord:
    """Record that a person closed the case. A case never closes silently.

    Refused (409) with the list of what stands open, unless each is answered or named in a written reason. The case
    system's own status is not touched.
    """
    done = store.closures.record(caller, case, body, team=team, if_match=if_match, request_key=request_key)
    tag(response, done.version)
    return done


@router.get("/cases/{case}/closures", summary="List the closures of a case")
def list_closures(case: CaseRef, store: StoreHere, caller: Caller, team: TeamId = None) -> tuple[ClosureRecord, ...]:
    """List every closure recorded, with its written reasons."""
    return store.closures.list(caller, case, team=team)


@router.post("/closures/{closure}/confirmation", summary="Confirm a closure as the second person")
def confirm_closure(
    closure: Annotated[str, Path(min_length=1, max_length=60)],
    store: StoreHere,
    caller: Caller,
    if_match: IfMatchNeeded,
    response: Response,
) -> ClosureRecord:
    """Confirm a closure where the team asks for a second person: a lead, and not the one who recorded it."""
    done = store.closures.confirm(caller, closure, if_match=if_match)
    tag(response, done.version)
    return done
