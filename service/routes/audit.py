"""The audit: who read and wrote what, in a chain that shows any later change."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service.access import Caller, StoreHere
from service.routes.cases import Cursor, Limit, TeamId
from service.store.records import AuditRow, Page

router = APIRouter(prefix="/v1/audit", tags=["audit"])


@router.get("", summary="Read the audit")
def list_audit(
    store: StoreHere,
    caller: Caller,
    team: TeamId = None,
    case: Annotated[str | None, Query(max_length=200, description="Of one case, by your id or by the store's.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[AuditRow]:
    """Read the rows of your teams, newest first: ids, counts and written reasons. `screener audit verify` checks it."""
    return store.audit.list(caller, team=team, case=case, cursor=cursor, limit=limit)
