"""Notes of a case: put, read, list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from screener import BANNER, IMMEDIATE, Screening, empty_result
from service.access import Caller, StoreHere, may
from service.context import ServiceHere
from service.etags import IfMatch, tag
from service.routes.cases import CaseRef, Cursor, Limit, TeamId
from service.routes.screen import NoteToScreen
from service.store.records import NoteRecord, Page, PutResult, Ref

router = APIRouter(prefix="/v1/cases/{case}/notes", tags=["notes"])

NoteRef = Annotated[Ref, Path(description="The note's id as your case system knows it; no names in it.")]


class NoteToKeep(BaseModel):
    """A note to keep in a case."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "date": "2024-05-02",
                    "author_role": "therapist",
                    "text": "Has her own mug at his now, and Terry slipped her £20 for her phone.",
                }
            ]
        },
    )

    text: str = Field(description="The note's text. Kept encrypted.")
    date: str | None = Field(None, max_length=40, description="Day it was written, or a time stamp.")
    author_role: str | None = Field(None, max_length=200)
    kind: str | None = Field(None, max_length=200)


class PutAnswer(PutResult):
    """What putting the note did, with the standing words of every answer."""

    banner: str = Field(examples=[BANNER])
    immediate: str = Field(examples=[IMMEDIATE])
    message: str | None = Field(description="Said where no passage of the note is for follow-up.")


@router.put(
    "/{note}",
    summary="Put a note into its case",
    response_model=PutAnswer,
    responses={201: {"model": PutAnswer, "description": "The note is new here."}},
    dependencies=[Depends(may("notes:write"))],
)
async def put_note(
    case: CaseRef,
    note: NoteRef,
    body: NoteToKeep,
    service: ServiceHere,
    store: StoreHere,
    caller: Caller,
    if_match: IfMatch,
    response: Response,
    team: TeamId = None,
) -> PutAnswer:
    """Screen a note and keep it. Safe to repeat: the same note changes nothing.

    An edited note keeps the answers whose passage still stands, and opens the others again.
    """
    given = NoteToScreen(id=note, case=case, **body.model_dump()).note()
    (screening,) = await service.screen([given])
    done = await run_in_threadpool(store.notes.put, caller, case, screening, team=team, if_match=if_match)
    response.status_code = 201 if done.outcome == "created" else 200
    tag(response, done.note.version)
    message = None if screening.follow_up else empty_result(1)
    # The text is the caller's own: it is not sent back.
    kept = done.note.model_copy(update={"note": done.note.note.model_copy(update={"text": None})})
    return PutAnswer.model_construct(
        **{**dict(done), "note": kept}, banner=BANNER, immediate=IMMEDIATE, message=message
    )


@router.get("", summary="List the notes of a case")
def list_notes(
    case: CaseRef, store: StoreHere, caller: Caller, team: TeamId = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[NoteRecord]:
    """List the notes of a case, without their text."""
    page = store.notes.list(caller, case, team=team, cursor=cursor, limit=limit)
    bare = tuple(n.model_copy(update={"note": n.note.model_copy(update={"text": None})}) for n in page.items)
    return Page[NoteRecord].model_construct(items=bare, next=page.next)


@router.get("/{note}", summary="Read a note")
def read_note(
    case: CaseRef, note: NoteRef, store: StoreHere, caller: Caller, response: Response, team: TeamId = None
) -> NoteRecord:
    """Read a note as it was last put, and its ETag."""
    found = store.notes.get(caller, case, note, team=team)
    tag(response, found.version)
    return found


@router.get("/{note}/screening", summary="Read how a note was read")
def read_screening(case: CaseRef, note: NoteRef, store: StoreHere, caller: Caller, team: TeamId = None) -> Screening:
    """Read the screening of a note: every passage with its evidence, and the versions that read it."""
    return store.notes.screening(caller, case, note, team=team)
