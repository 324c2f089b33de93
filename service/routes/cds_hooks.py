"""CDS Hooks 2.0: discovery, a service for a note being signed, one for a case being closed, and feedback."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from screener import BANNER, IMMEDIATE, Screening, empty_result, read_summary, review
from service.context import Service, ServiceHere
from service.errors import NotFound
from service.followup.gate import closing_prompt
from service.problems import Problem
from service.security.principal import Principal
from service.standards import links
from service.standards.cds import cards, catalogue, feedback
from service.standards.cds.clients import Clients, Refused
from service.standards.cds.models import Card, Cards, CaseCloseRequest, Discovery, Feedback, NoteSignRequest
from service.standards.cds.standing import of_review, of_store
from service.standards.fhir import read as fhir
from service.standards.names import DOMAIN
from service.store import Store
from service.store.records import HighlightRecord, Page

router = APIRouter(prefix="/cds-services", tags=["cds hooks"])

_TOKEN = HTTPBearer(
    scheme_name="cds", description="A JWT of a trusted CDS client, or an API key of a team.", auto_error=False
)
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_TOKEN)]
Item = TypeVar("Item")


async def _caller(request: Request, service: ServiceHere, bearer: _Bearer) -> Principal | None:
    """Return the calling system; None where nothing is kept and no client is named, so that the gateway decides."""
    clients: Clients | None = request.app.state.cds_clients
    found: Principal | None = None
    if bearer is not None and clients is not None and bearer.credentials.count(".") == 2:
        try:
            found = await run_in_threadpool(clients.check, bearer.credentials, request.url.path)
        except Refused as refused:
            raise _not_signed_in(f"The token is not taken: {refused}.") from None
    elif bearer is not None and service.store is not None:
        found = await run_in_threadpool(service.store.keys.find, bearer.credentials)
    if found is None and (clients is not None or service.store is not None):
        raise _not_signed_in("Send the token of a CDS client, or an API key, as `Authorization: Bearer …`.")
    return found


_Caller = Annotated[Principal | None, Depends(_caller)]


@router.get("", response_model_exclude_none=True, summary="Discover the CDS services")
async def discover() -> Discovery:
    """List the services, with the hook that each answers and what it wants prefetched."""
    return catalogue.DISCOVERY


@router.post(f"/{catalogue.NOTE_SERVICE}", response_model_exclude_none=True, summary="A note is being signed")
async def note_signed(body: NoteSignRequest, service: ServiceHere, caller: _Caller) -> Cards:
    """Point at the passages of the note that nobody has answered yet: one card for each indicator.

    With the case store on and a caller that may write notes, the note is kept in its case, and feedback to a card
    answers its passages.
    """
    context = body.context
    pointer = f"/prefetch/{catalogue.DOCUMENT}"
    document = _prefetched(body.prefetch, catalogue.DOCUMENT)
    found = await service.read(lambda: _read(pointer, document, context.patient_id))
    if found.not_read or len(found.notes) != 1:
        raise _not_screened(found.not_read or [fhir.Unreadable(pointer, "must be one document")])
    if found.notes[0].note.id != context.document_id:
        raise _not_screened([fhir.Unreadable(f"{pointer}/id", "is not the documentId of the context")])
    note = found.notes[0].note.model_copy(update={"case": context.patient_id})
    who = _acting_for(caller, context.user_id)
    (screening,) = await service.screen([note])
    indicators = service.screener.lexicon.lexicon.indicators
    source_url = service.settings.public_url
    if service.store is None or who is None or not who.may("notes:write"):
        passages = [cards.Passage(h.id, h, note.text) for h in screening.follow_up]
        shown = cards.of_note(passages, indicators, source_url=source_url, link=None, answerable=False)
        return _answer([s.card for s in shown], [screening])
    page = links.note_page(source_url, context.patient_id, note.id) if source_url else None
    open_ones = await run_in_threadpool(_keep, service.store, who, context.patient_id, screening)
    shown = cards.of_note(
        [cards.Passage(r.id, r.highlight, note.text if r.stands else None) for r in open_ones],
        indicators,
        source_url=source_url,
        link=page,
        answerable=True,
    )
    if shown:
        kept = [(str(s.card.uuid), s.passages) for s in shown]
        await run_in_threadpool(service.store.cards.add, who, context.patient_id, kept)
    return _answer([s.card for s in shown], [screening])


@router.post(f"/{catalogue.CASE_SERVICE}", response_model_exclude_none=True, summary="A case is being closed")
async def case_closing(body: CaseCloseRequest, service: ServiceHere, caller: _Caller) -> Cards:
    """List what stands unanswered in the case. It blocks nothing: whoever closes the case decides.

    Where the case is kept here, its follow-up is read; otherwise the prefetched documents are screened.
    """
    case = body.context.patient_id
    who = _acting_for(caller, body.context.user_id)
    if service.store is not None and who is not None and who.may("cases:read"):
        try:
            return await run_in_threadpool(_kept_case, service, service.store, who, case)
        except NotFound:
            pass  # Not kept here: then what is prefetched is all there is to read.
    documents = _prefetched(body.prefetch, catalogue.DOCUMENTS)
    found = await service.read(lambda: _read(f"/prefetch/{catalogue.DOCUMENTS}", documents, case))
    screenings = await service.screen([one.note.model_copy(update={"case": case}) for one in found.notes])
    standing = await service.read(lambda: _standing(service, screenings, case))
    source_url = service.settings.public_url
    passages = sum(item.kind == "passage" for item in standing)
    made = cards.of_case(standing, closing_prompt(passages), source_url=source_url, link=None)
    unread = cards.of_unread([(p.pointer, p.reason) for p in found.not_read], source_url=source_url)
    return _answer([card for card in (made, unread) if card], screenings)


@router.post("/{service_id}/feedback", response_class=Response, summary="Say what people did with cards")
async def give_feedback(
    service_id: catalogue.ServiceId,  # noqa: ARG001 - part of the address
    body: Feedback,
    service: ServiceHere,
    caller: _Caller,
) -> Response:
    """Record a dismissed card as the answer of the person who was shown it, for each passage that is still open.

    Without a reason, and where nothing is kept, the passages stay as they are. Safe to repeat.
    """
    if service.store is not None and caller is not None:
        await run_in_threadpool(feedback.take, service.store, caller, body)
    return Response(status_code=200)


def _keep(store: Store, who: Principal, case: str, screening: Screening) -> list[HighlightRecord]:
    """Put the note into its case, and return its passages that nobody has answered."""
    store.notes.put(who, case, screening)
    note = screening.note.id
    return _all(lambda cursor: store.highlights.list(who, case=case, note=note, state="open", cursor=cursor, limit=200))


def _kept_case(service: Service, store: Store, who: Principal, case: str) -> Cards:
    check = store.closures.check(who, case)
    standing = of_store(
        check.open, store.patterns.list(who, case, state="open"), service.screener.lexicon.lexicon.indicators
    )
    source_url = service.settings.public_url
    page = links.case_page(source_url, case) if source_url else None
    card = cards.of_case(standing, check.closing_prompt, source_url=source_url, link=page)
    return _answer([card] if card else [], store.cases.screenings(who, case))


def _standing(service: Service, screenings: list[Screening], case: str) -> tuple[cards.Standing, ...]:
    if not screenings:
        return ()
    found = review(screenings, case=case, knowledge=service.screener.knowledge)
    return of_review(found, service.screener.lexicon.lexicon.indicators)


def _all(page_after: Callable[[str | None], Page[Item]]) -> list[Item]:
    """Return everything of a list that comes in pages."""
    page = page_after(None)
    found = list(page.items)
    while page.next is not None:
        page = page_after(page.next)
        found += page.items
    return found


def _answer(made: list[Card], screenings: list[Screening] | tuple[Screening, ...]) -> Cards:
    said = {"banner": BANNER, "immediate": IMMEDIATE, "read": read_summary(screenings)["sentence"]}
    if not any(s.follow_up for s in screenings):
        said["message"] = empty_result(len(screenings))
    return Cards(cards=tuple(made), extension={DOMAIN: said})


def _prefetched(prefetch: dict[str, Any], key: str) -> Any:
    if prefetch.get(key) is None:
        # CDS Hooks has 412 for it: this service never fetches from a FHIR server.
        raise Problem(
            412, "prefetch-needed", f"Send the prefetch '{key}' that discovery asks for: nothing is fetched here."
        )
    return prefetch[key]


def _read(pointer: str, resource: Any, patient: str) -> fhir.Reading:
    """Read the notes of one patient. Refuses another's, so that no two children's notes are ever joined."""
    try:
        found = fhir.read(resource)
    except fhir.Unreadable as problem:
        raise _not_screened([fhir.Unreadable(pointer + problem.pointer, problem.reason)]) from None
    if any(one.note.case not in (None, patient) for one in found.notes):
        raise _not_screened([fhir.Unreadable(pointer, "is about another patient than the context")])
    return fhir.Reading(
        found.notes, tuple(fhir.Unreadable(pointer + problem.pointer, problem.reason) for problem in found.not_read)
    )


def _not_screened(problems: Iterable[fhir.Unreadable]) -> Problem:
    listed = [{"pointer": problem.pointer, "reason": problem.reason} for problem in problems]
    return Problem(422, "not-screened", "Nothing was screened: the document cannot be read as it is.", errors=listed)


def _not_signed_in(detail: str) -> Problem:
    return Problem(401, "not-signed-in", detail, headers={"www-authenticate": "Bearer"})


def _acting_for(caller: Principal | None, user_id: str) -> Principal | None:
    """Return the caller as asking for the user of the context. Raises Forbidden where it may not screen."""
    if caller is None:
        return None
    caller.require("screen")
    return replace(caller, acting_for=user_id)
