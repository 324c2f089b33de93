"""Passages in the forms that other software reads: JSON lines, CSV for spreadsheets, W3C Web Annotations."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from screener import Screening
from screener.documents.write import write_csv, write_jsonl
from service.access import Caller, StoreHere, may_screen
from service.context import Service, ServiceHere
from service.middleware import LINES
from service.problems import Problem
from service.routes.cases import CaseRef, TeamId
from service.routes.screen import NoteToScreen
from service.standards import annotations as web_annotations

#: For notes that the caller sends.
stateless = APIRouter(prefix="/v1/screen/exports", tags=["exports"], dependencies=[Depends(may_screen)])
#: For the notes of a case that is kept.
kept = APIRouter(prefix="/v1/cases/{case}/passages", tags=["exports"])

Form = Annotated[
    Literal["jsonl", "csv", "annotations"],
    Path(description="JSON lines, CSV with formulas made harmless, or a W3C AnnotationPage."),
]
_MEDIA_TYPES = {
    "jsonl": LINES,
    "csv": "text/csv; charset=utf-8; header=present",
    "annotations": web_annotations.MEDIA_TYPE,
}


class NotesToExport(BaseModel):
    """The notes whose passages are wanted."""

    model_config = ConfigDict(extra="forbid")

    notes: list[NoteToScreen] = Field(min_length=1, max_length=1_000)


@stateless.post("/{form}", summary="Screen notes and export their passages; nothing is kept", response_class=Response)
async def export_notes(form: Form, body: NotesToExport, service: ServiceHere) -> Response:
    """Give the passages of the notes in another form. Each note needs its own id."""
    if len({(note.case, note.id) for note in body.notes}) < len(body.notes):
        listed = [{"pointer": "/notes", "reason": "hold an id twice in one case"}]
        raise Problem(422, "invalid", "Some fields cannot be taken as they are.", errors=listed)
    screenings = await service.screen([note.note() for note in body.notes])
    return await run_in_threadpool(_export, form, screenings, service)


@kept.get("/{form}", summary="Export the passages of a case", response_class=Response)
def export_kept(
    form: Form, case: CaseRef, service: ServiceHere, store: StoreHere, caller: Caller, team: TeamId = None
) -> Response:
    """Give the passages of a case's notes, as they stand, in another form. Needs the scope `export`."""
    owner = store.cases.get(caller, case, team=team).team
    caller.require_in(owner, "export")
    screenings = store.cases.screenings(caller, case, team=owner)
    store.audit.note(caller, "passages.exported", team=owner, details={"form": form, "notes": len(screenings)})
    return _export(form, screenings, service)


def _export(form: str, screenings: Sequence[Screening], service: Service) -> Response:
    out = io.StringIO(newline="")
    if form == "csv":
        write_csv(screenings, out, show_all=False)
    elif form == "jsonl":
        for screening in screenings:
            write_jsonl(screening.without_text(), out, show_all=False)
    else:
        titles = {name: info.title for name, info in service.screener.lexicon.lexicon.indicators.items()}
        json.dump(web_annotations.page(screenings, titles), out, ensure_ascii=False)
    # Surrogates come from broken input and have no UTF-8; in JSON and CSV alike they are shown as replaced.
    return Response(out.getvalue().encode("utf-8", "replace"), media_type=_MEDIA_TYPES[form])
