"""Cases: list, read, assign, hold, review together, export and erase."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from screener import CaseReview
from service.access import Caller, StoreHere
from service.context import ServiceHere
from service.etags import IfMatchNeeded, tag
from service.followup.terms import ErasureBasis
from service.store import UNSET
from service.store.records import CaseExport, CaseRecord, CaseStatus, Erasure, Page, Ref

router = APIRouter(prefix="/v1/cases", tags=["cases"])

CaseRef = Annotated[Ref, Path(description="The case's id as your case system knows it; no names in it.")]
TeamId = Annotated[str | None, Query(max_length=60, description="The team, where two of yours know a case of this id.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many a page holds at most.")]


class CaseChange(BaseModel):
    """What may be changed about a case; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    owner: str | None = Field(None, max_length=60, description="Account that looks after its passages; null for none.")
    on_hold: bool | None = Field(None, description="Held cases are never erased, for instance during proceedings.")


@router.get("", summary="List cases")
def list_cases(
    store: StoreHere,
    caller: Caller,
    team: TeamId = None,
    status: CaseStatus | None = None,
    owner: Literal["me", "none"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CaseRecord]:
    """List the cases of your teams, with what waits in each."""
    return store.cases.list(caller, team=team, status=status, owner=owner, cursor=cursor, limit=limit)


@router.get("/{case}", summary="Read a case")
def read_case(case: CaseRef, store: StoreHere, caller: Caller, response: Response, team: TeamId = None) -> CaseRecord:
    """Read what waits in a case, and its ETag."""
    found = store.cases.get(caller, case, team=team)
    tag(response, found.version)
    return found


@router.patch("/{case}", summary="Assign a case or put it on hold")
def change_case(
    case: CaseRef,
    body: CaseChange,
    store: StoreHere,
    caller: Caller,
    if_match: IfMatchNeeded,
    response: Response,
    team: TeamId = None,
) -> CaseRecord:
    """Change who looks after a case, or hold it back from erasure."""
    owner = body.owner if "owner" in body.model_fields_set else UNSET
    found = store.cases.update(caller, case, team=team, owner=owner, on_hold=body.on_hold, if_match=if_match)
    tag(response, found.version)
    return found


@router.get("/{case}/review", response_model=CaseReview, summary="Review the notes of a case together")
def review_case(case: CaseRef, service: ServiceHere, store: StoreHere, caller: Caller, team: TeamId = None) -> Response:
    """Read the kept notes of a case together: timeline, people, patterns, and what a closing would leave unanswered."""
    found = service.review(store.cases.screenings(caller, case, team=team), case)
    return Response(found.model_dump_json(), media_type="application/json")


@router.get("/{case}/export", summary="Export everything kept about a case")
def export_case(case: CaseRef, store: StoreHere, caller: Caller, team: TeamId = None) -> CaseExport:
    """Give out all that is kept, for a subject access request or a move to another system."""
    return store.retention.export_case(caller, case, team=team)


@router.delete("/{case}", summary="Erase a case for good")
def erase_case(
    case: CaseRef,
    store: StoreHere,
    caller: Caller,
    basis: Annotated[ErasureBasis, Query(description="On what basis; it stands in the audit.")],
    team: TeamId = None,
) -> Erasure:
    """Take everything of a case out of the store. The audit keeps counts, the basis and who did it."""
    return store.retention.erase(caller, case, basis, team=team)
