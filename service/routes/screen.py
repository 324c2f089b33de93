"""Screening without keeping: one note, many as a stream of lines, or the notes of one case."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import partial
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from screener import BANNER, IMMEDIATE, CaseReview, Note, Screening, empty_result, read_summary
from service.access import may_screen
from service.context import ServiceHere
from service.middleware import LINES
from service.problems import Problem, invalid

router = APIRouter(prefix="/v1/screen", tags=["screen"], dependencies=[Depends(may_screen)])

_BATCH = 32
_EXAMPLE_TEXT = "Has her own mug at his now, and Terry slipped her £20 for her phone."


class NoteToScreen(BaseModel):
    """A note as the caller has it. Nothing of it is kept."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"id": "n1", "date": "2024-05-02", "author_role": "therapist", "text": _EXAMPLE_TEXT}]
        },
    )

    id: str = Field("note", min_length=1, max_length=200, description="Your id for the note; comes back as it is.")
    text: str = Field(description="The note's text. Offsets in the answer count its characters (code points).")
    date: Annotated[str | None, Field(max_length=40, description="Day it was written, or a time stamp.")] = None
    author_role: str | None = Field(None, max_length=200)
    case: str | None = Field(None, max_length=200)
    kind: str | None = Field(None, max_length=200)

    def note(self) -> Note:
        """Return the library's record. Raises Problem where the date is none."""
        try:
            return Note.model_validate(self.model_dump())
        except ValidationError as error:
            raise invalid([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from None


class Read(BaseModel):
    """What was read, and with which versions."""

    notes: int
    words: int
    first_date: str | None
    last_date: str | None
    undated: int
    lexicon_version: str | None
    model_version: str | None
    profile: str | None
    sentence: str


class ScreenAnswer(BaseModel):
    """What one note holds for a practitioner to look at."""

    banner: str = Field(examples=[BANNER])
    immediate: str = Field(examples=[IMMEDIATE])
    message: str | None = Field(description="Said where no passage is for follow-up.", examples=[empty_result(1)])
    read: Read
    screening: Screening


class LineAnswer(BaseModel):
    """One line of the stream: the screening of a line that was sent, or why it was not screened."""

    line: int
    screening: Screening | None = None
    problem: dict[str, Any] | None = None


class LastLine(BaseModel):
    """The last line of the stream. Where it is missing, the stream broke and the rest was not screened."""

    banner: str
    immediate: str
    message: str | None
    screened: int
    not_screened: int


class CaseToReview(BaseModel):
    """The notes of one case."""

    model_config = ConfigDict(extra="forbid")

    case: str = Field(min_length=1, max_length=200)
    notes: list[NoteToScreen] = Field(min_length=1, max_length=10_000)


@router.post("", response_model=ScreenAnswer, summary="Screen one note; nothing is kept")
async def screen_note(
    body: NoteToScreen,
    service: ServiceHere,
    text: Annotated[bool, Query(description="Send the note's text back in the answer.")] = False,
) -> Response:
    """Point at the passages of one note. Send it again and the answer is the same, ids included."""
    (screening,) = await service.screen([body.note()])
    answer = ScreenAnswer(
        banner=BANNER,
        immediate=IMMEDIATE,
        message=None if screening.follow_up else empty_result(1),
        read=Read.model_construct(**read_summary([screening])),
        screening=screening if text else screening.without_text(),
    )
    return Response(answer.model_dump_json(), media_type="application/json")


@router.post(
    "/batch",
    response_model=LineAnswer,
    summary="Screen many notes; nothing is kept",
    response_class=StreamingResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {LINES: {"schema": {"type": "string"}, "example": json.dumps({"id": "n1", "text": "…"}) + "\n"}},
        }
    },
    responses={200: {"content": {LINES: {"schema": {"type": "string"}}}}},
)
async def screen_batch(request: Request, service: ServiceHere) -> StreamingResponse:
    """Take one note a line (NDJSON) and answer one line each, in order, as they are read.

    A line that cannot be read is answered with a problem, and the others are read all the same. The last line counts
    what was screened and what was not.
    """
    lines = enumerate((await request.body()).split(b"\n"), 1)

    async def answers() -> AsyncIterator[str]:
        screened = failed = lit = 0
        notes = ((number, line) for number, line in lines if line.strip())
        while chunk := list(islice(notes, _BATCH)):
            for answer in await service.read(partial(_answers, chunk, service)):
                screened, failed = screened + (answer.problem is None), failed + (answer.problem is not None)
                lit += len(answer.screening.follow_up) if answer.screening else 0
                yield answer.model_dump_json(exclude_none=answer.screening is None) + "\n"
        message = None if lit or not screened else empty_result(screened)
        last = LastLine(banner=BANNER, immediate=IMMEDIATE, message=message, screened=screened, not_screened=failed)
        yield last.model_dump_json() + "\n"

    return StreamingResponse(answers(), media_type=LINES)


@router.post("/case", response_model=CaseReview, summary="Review the notes of one case; nothing is kept")
async def screen_case(body: CaseToReview, service: ServiceHere) -> Response:
    """Read the notes of one case together: timeline, people, patterns, and what a closing would leave unanswered."""
    if any(given.case not in (None, body.case) for given in body.notes):
        raise Problem(422, "several-cases", "The notes name more than one case. Send each case by itself.")
    notes = [given.note().model_copy(update={"case": body.case}) for given in body.notes]
    found = await service.read(lambda: service.review(service.screen_now(notes), body.case))
    return Response(found.model_dump_json(), media_type="application/json")


def _answers(lines: list[tuple[int, bytes]], service: ServiceHere) -> list[LineAnswer]:
    """Screen the lines that can be read, together, and give every line its answer in order."""
    read: list[tuple[int, Note | Problem]] = []
    for number, line in lines:
        try:
            read.append((number, NoteToScreen.model_validate_json(line).note()))
        except ValidationError as error:
            read.append((number, invalid([{**e, "loc": ("body", *e["loc"])} for e in error.errors()])))
        except Problem as problem:
            read.append((number, problem))
    screenings = iter(service.screen_now([note for _, note in read if isinstance(note, Note)]))
    return [
        LineAnswer(line=number, problem=found.document())
        if isinstance(found, Problem)
        else LineAnswer(line=number, screening=next(screenings).without_text())
        for number, found in read
    ]
