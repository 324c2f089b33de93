"""What CDS Hooks 2.0 sends and is answered, typed. Fields that a newer version or a client adds are not read."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from service.standards.names import DOMAIN

NOTE_SIGN, CASE_CLOSE = f"{DOMAIN}.note-sign", f"{DOMAIN}.case-close"

FhirId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]
UserId = Annotated[
    str, StringConstraints(pattern=r"^(Practitioner|PractitionerRole|RelatedPerson|Patient)/[A-Za-z0-9\-.]{1,64}$")
]


class _Sent(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True, extra="ignore", hide_input_in_errors=True)


class _Given(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")


# --- discovery ---------------------------------------------------------------------------------------------------


class Service(_Given):
    """One service, as discovery lists it."""

    hook: str
    title: str
    description: str
    id: str
    prefetch: dict[str, str]
    usage_requirements: str


class Discovery(_Given):
    """The services there are."""

    services: tuple[Service, ...]


# --- requests ----------------------------------------------------------------------------------------------------


class NoteSignContext(_Sent):
    """Who signs which document about whom. ``documentId`` is the id of its DocumentReference."""

    user_id: UserId
    patient_id: FhirId
    document_id: FhirId
    encounter_id: FhirId | None = None


class CaseCloseContext(_Sent):
    """Who is about to close the case of whom."""

    user_id: UserId
    patient_id: FhirId
    encounter_id: FhirId | None = None


class _Request(_Sent):
    hook_instance: UUID
    #: Kept as sent: FHIR is read by ``service.standards.fhir``. What else is sent, such as an access token to the
    #: client's own FHIR server, is not read at all: this service calls nobody.
    prefetch: dict[str, Any] = Field(default_factory=dict)


class NoteSignRequest(_Request):
    """A note is being signed."""

    hook: Literal["org.case-note-screener.note-sign"]
    context: NoteSignContext


class CaseCloseRequest(_Request):
    """A case is being closed or stepped down."""

    hook: Literal["org.case-note-screener.case-close"]
    context: CaseCloseContext


# --- cards -------------------------------------------------------------------------------------------------------


class Coding(_Given):
    """A code with its system."""

    code: str
    system: str
    display: str | None = None


class Source(_Given):
    """Where a card comes from."""

    label: str
    url: str | None = None
    topic: Coding | None = None


class Link(_Given):
    """A link to the review page."""

    label: str
    url: str
    type: Literal["absolute"] = "absolute"


class Card(_Given):
    """A card for information. Nothing here is ever a warning, a suggestion or an action."""

    uuid: UUID
    summary: Annotated[str, StringConstraints(min_length=1, max_length=140)]
    indicator: Literal["info"] = "info"
    detail: str
    source: Source
    override_reasons: tuple[Coding, ...] | None = None
    links: tuple[Link, ...] | None = None


class Cards(_Given):
    """The answer to a hook. ``extension`` says what was read: no cards never means that a child is safe."""

    cards: tuple[Card, ...]
    extension: dict[str, dict[str, Any]]


# --- feedback ----------------------------------------------------------------------------------------------------


class ReasonCode(_Sent):
    """The reason that was chosen; a client may offer its own beside ours."""

    code: Annotated[str, StringConstraints(max_length=200)]
    system: Annotated[str, StringConstraints(max_length=500)] | None = None
    display: Annotated[str, StringConstraints(max_length=500)] | None = None


class OverrideReason(_Sent):
    """Why a card was dismissed."""

    reason: ReasonCode | None = None
    user_comment: Annotated[str, StringConstraints(max_length=4_000, strip_whitespace=True)] | None = None


class CardFeedback(_Sent):
    """What a person did with one card."""

    card: UUID
    outcome: Literal["accepted", "overridden"]
    override_reason: OverrideReason | None = None
    outcome_timestamp: AwareDatetime


class Feedback(_Sent):
    """What people did with cards that they were shown."""

    feedback: Annotated[tuple[CardFeedback, ...], Field(min_length=1, max_length=200)]
