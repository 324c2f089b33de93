"""FHIR R4: documents in, draft proposals out. Nothing is kept."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from service.access import may_screen
from service.context import ServiceHere
from service.problems import Problem
from service.standards.fhir import MEDIA_TYPE
from service.standards.fhir.read import Reading, Unreadable, read
from service.standards.fhir.write import bundle

router = APIRouter(prefix="/v1/fhir", tags=["fhir"], dependencies=[Depends(may_screen)])

_EXAMPLE = {
    "resourceType": "DocumentReference",
    "id": "d1",
    "status": "current",
    "subject": {"reference": "Patient/p1"},
    "date": "2024-05-02T10:00:00Z",
    "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": "VGV4dCBvZiBhIG5vdGUu"}}],
}


@router.post(
    "/screen",
    summary="Screen FHIR documents; nothing is kept",
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {MEDIA_TYPE: {"schema": {"type": "object"}, "example": _EXAMPLE}},
        }
    },
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}},
)
async def screen_fhir(request: Request, service: ServiceHere) -> Response:
    """Take a DocumentReference, a Composition or a Bundle of them, and answer a Bundle.

    It holds an OperationOutcome with what was read and what was not, a draft Task for each passage to follow up, and a
    Provenance for each note. Where nothing at all could be read, the answer is a problem document.
    """
    body = await request.body()
    found = await service.read(lambda: _read(body))
    screenings = await service.screen([one.note for one in found.notes])
    titles = {name: info.title for name, info in service.screener.lexicon.lexicon.indicators.items()}
    made = await run_in_threadpool(
        bundle, list(zip(found.notes, screenings, strict=True)), found.not_read, titles, dt.datetime.now(dt.UTC)
    )
    return Response(json.dumps(made, ensure_ascii=False), media_type=MEDIA_TYPE)


def _read(body: bytes) -> Reading:
    try:
        resource: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(400, "malformed", "The body is not JSON that can be read, in UTF-8.") from None
    try:
        found = read(resource)
    except Unreadable as problem:
        raise _not_screened([problem]) from None
    if found.not_read and not found.notes:
        raise _not_screened(found.not_read)
    return found


def _not_screened(problems: list[Unreadable] | tuple[Unreadable, ...]) -> Problem:
    listed = [{"pointer": problem.pointer, "reason": problem.reason} for problem in problems]
    return Problem(422, "not-screened", "Nothing was screened: no document can be read as it is.", errors=listed)
