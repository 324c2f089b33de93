"""What the store gives out and takes in: typed, immutable, and ready to be sent as JSON."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from screener import Highlight, Note
from service.followup.terms import AnswerState, ErasureBasis, State, Tier
from service.security.principal import Role, Scope

T = TypeVar("T")

#: A case or note id as the case system knows it: opaque, safe in an address. No names in it.
Ref = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\w[\w .:@+=~()-]*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]

CaseStatus = Literal["open", "closure_awaits_second_person", "closed"]


class StoreRecord(BaseModel):
    """Base of what the store gives out: immutable, strict, and silent about its values in errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Page(StoreRecord, Generic[T]):
    """One page of a list; ``next`` is the cursor of the one after it, or null at the end."""

    items: tuple[T, ...]
    next: str | None = None


# --- teams, accounts, keys ---------------------------------------------------------------------------------------


class TeamSettings(StoreRecord):
    """What a team sets for itself.

    ``due_days``: days until an unanswered passage is overdue, by tier. ``second_person``: a closure stands only once
    another person with the lead role has confirmed it. ``retention_days``: days after its closure until a case is
    taken out (null: the service's own setting, or never).
    """

    due_days: dict[Tier, Annotated[int, Field(ge=0, le=3_650)]] = Field(default_factory=dict)
    second_person: bool = False
    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None


class Team(StoreRecord):
    """A team: its cases are seen by its members only."""

    id: str
    name: str
    settings: TeamSettings
    created_at: dt.datetime
    version: int


class Membership(StoreRecord):
    """One person's role in one team."""

    team: str
    role: Role


class Account(StoreRecord):
    """A person who can sign in. ``oidc_subject`` is ``issuer|subject`` where they sign in by OpenID Connect."""

    id: str
    name: str
    full_name: str
    admin: bool
    memberships: tuple[Membership, ...]
    active: bool
    must_change_password: bool
    oidc_subject: str | None
    created_at: dt.datetime
    last_sign_in: dt.datetime | None
    version: int


class Member(StoreRecord):
    """A member of a team, as their colleagues see them."""

    id: str
    full_name: str
    role: Role


class NewSession(StoreRecord):
    """A session just begun. ``token`` goes into the cookie; only its digest is stored."""

    token: str = Field(repr=False)
    csrf: str = Field(repr=False)
    expires_at: dt.datetime
    account: Account


class ApiKey(StoreRecord):
    """An API key of a team, without its secret. ``hint`` is its first characters, to know it by."""

    id: str
    team: str
    name: str
    hint: str
    scopes: tuple[Scope, ...]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None


class NewApiKey(StoreRecord):
    """A key just made. ``secret`` is shown this once."""

    key: ApiKey
    secret: str = Field(repr=False)


# --- cases, notes, highlights ------------------------------------------------------------------------------------


class CaseRecord(StoreRecord):
    """A case as the store keeps it. ``status`` is the screener's own; the case system's status is never touched."""

    id: str
    ref: str
    team: str
    status: CaseStatus
    owner: str | None
    notes: int
    open_highlights: int
    open_patterns: int
    overdue: int
    on_hold: bool
    created_at: dt.datetime
    updated_at: dt.datetime
    closed_at: dt.datetime | None
    version: int


class NoteRecord(StoreRecord):
    """A note as last put, and which rules read it. ``version`` counts its edits and is its ETag."""

    id: str
    case: str
    note: Note
    words: int
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime
    lexicon_version: str
    model_version: str | None
    profile: str
    screener_version: str


class AnswerRecord(StoreRecord):
    """One answer a named person gave. Answers are added and never changed."""

    id: str
    state: AnswerState
    reason: str | None
    words: str | None
    by: str
    role: str
    at: dt.datetime


class HighlightRecord(StoreRecord):
    """A passage with its follow-up. ``highlight`` is the library's record; its offsets are into note version
    ``note_version``.

    ``stands`` is false once an edit has taken the passage out of its note: it still waits for an answer.
    ``reopened_because`` says in plain words why it waits again.
    """

    id: str
    case: str
    note: str
    note_date: dt.date | None
    note_version: int
    highlight: Highlight
    tier: Tier
    state: State
    stands: bool
    reopened_because: str | None
    owner: str | None
    opened_at: dt.datetime
    due_at: dt.datetime | None
    overdue: bool
    first_looked_at: dt.datetime | None
    answers: tuple[AnswerRecord, ...]
    version: int


class PatternRecord(StoreRecord):
    """A pattern over several passages, with its follow-up. It opens again when a passage joins it."""

    id: str
    case: str
    pattern: str
    title: str
    why: str
    settles: str
    highlights: tuple[str, ...]
    first_seen: dt.date | None
    last_seen: dt.date | None
    state: State
    stands: bool
    opened_at: dt.datetime
    answers: tuple[AnswerRecord, ...]
    version: int


class PutResult(StoreRecord):
    """What putting a note did. ``outcome`` is ``unchanged`` where it was there already, word for word.

    ``opened``, ``reopened`` and ``kept`` are ids of highlights: newly open, open again, and still standing as before.
    """

    outcome: Literal["created", "changed", "unchanged"]
    note: NoteRecord
    opened: tuple[str, ...]
    reopened: tuple[str, ...]
    kept: tuple[str, ...]


class QueueCounts(StoreRecord):
    """How many passages wait for the caller themselves, for their teams, and past their due date."""

    mine: int
    team: int
    overdue: int


class AnswerRequest(StoreRecord):
    """An answer: what was done, why it is set aside, or that it goes to supervision.

    ``reason`` is a code of the lists in ``service.followup.terms``; ``words`` are needed with ``acted``, ``open``
    and the reason ``other``.
    """

    state: AnswerState
    reason: Annotated[str, StringConstraints(max_length=60)] | None = None
    words: Words | None = None


# --- closure -----------------------------------------------------------------------------------------------------


class OpenItem(StoreRecord):
    """Something that stands open: a passage or a pattern, by the id with which a reason names it."""

    id: str
    kind: Literal["highlight", "pattern"]
    indicator: str | None = None
    pattern: str | None = None
    note: str | None = None
    note_date: dt.date | None = None
    stands: bool = True
    opened_at: dt.datetime
    overdue: bool = False


class ClosureCheck(StoreRecord):
    """What a closure would meet now. ``closing_prompt`` is the fixed wording; it clears nobody."""

    case: str
    open: tuple[OpenItem, ...]
    second_person: bool
    closing_prompt: str


class WrittenReason(StoreRecord):
    """A reason in a person's own words, and the ids of the open passages and patterns that it is for."""

    names: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=60)], ...], Field(min_length=1, max_length=2_000)
    ]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=4_000)]


class ClosureRequest(StoreRecord):
    """A closure or stepping-down to record."""

    kind: Literal["close", "step_down"] = "close"
    summary: Words
    reasons: Annotated[tuple[WrittenReason, ...], Field(max_length=500)] = ()


class ClosureRecord(StoreRecord):
    """A closure as recorded. ``named`` are the ids that stood open and were named in ``reasons``."""

    id: str
    case: str
    kind: Literal["close", "step_down"]
    state: Literal["recorded", "awaits_second_person", "superseded"]
    summary: str
    reasons: tuple[WrittenReason, ...]
    named: tuple[str, ...]
    by: str
    at: dt.datetime
    confirmed_by: str | None
    confirmed_at: dt.datetime | None
    version: int


# --- what leads look at ------------------------------------------------------------------------------------------


class AgeBand(StoreRecord):
    """How many passages wait unanswered, by how long. ``days_to`` is exclusive; null is open-ended."""

    days_from: int
    days_to: int | None
    unanswered: int
    overdue: int


class SetAside(StoreRecord):
    """How often passages of one indicator were set aside, by reason."""

    indicator: str
    answered: int
    set_aside: int
    reasons: dict[str, int]


class CueUse(StoreRecord):
    """How often a cue's passages were kept, and how often their words were read wrongly. For better lexicons."""

    cue: str
    indicator: str
    kept: int
    misread: int


class FirstLook(StoreRecord):
    """Hours from a passage's opening until a person first looked, for passages opened in one month."""

    month: str
    passages: int
    looked_at: int
    median_hours: float | None
    nine_in_ten_hours: float | None


class LeadView(StoreRecord):
    """What a lead looks at: passages and wording, never a table of workers or children."""

    team: str
    at: dt.datetime
    unanswered_by_age: tuple[AgeBand, ...]
    set_aside: tuple[SetAside, ...]
    cues: tuple[CueUse, ...]
    first_look: tuple[FirstLook, ...]


class LearnRow(StoreRecord):
    """One answered passage for ``screener learn``: was the reading of the words right?

    ``text`` is the sentence that it stands in, ``start`` and ``end`` the passage's offsets into it.
    """

    highlight: str
    indicator: str
    cues: tuple[str, ...]
    kept: bool
    state: AnswerState
    reason: str | None
    text: str
    start: int
    end: int
    lexicon_version: str
    answered_at: dt.datetime


# --- audit, outbox, retention ------------------------------------------------------------------------------------


class AuditRow(StoreRecord):
    """One row of the audit: who did what to which object, with ids and counts only.

    ``words`` are the written reasons of a closure, opened for those entitled and while the case's key exists.
    """

    seq: int
    at: dt.datetime
    actor_kind: Literal["account", "key", "service"]
    actor: str
    actor_name: str
    acting_for: str | None
    team: str | None
    case: str | None
    action: str
    target: str | None
    details: dict[str, str | int | bool | list[str] | None]
    words: str | None
    hash: str


class AuditVerdict(StoreRecord):
    """Whether the audit is as it was written. ``broken_at`` is the first row that does not fit; ``head`` can be
    noted elsewhere and given to a later check."""

    intact: bool
    rows: int
    head: str
    broken_at: int | None = None
    problem: str | None = None


class OutboxEvent(StoreRecord):
    """An event to tell a webhook of: ids and counts only. ``attempt`` is 1 on the first delivery."""

    id: str
    seq: int
    type: Literal[
        "highlight.opened", "followup.overdue", "closure.refused", "closure.recorded", "closure.recorded_with_reason"
    ]
    team: str
    case: str
    subjects: tuple[str, ...]
    count: int
    at: dt.datetime
    attempt: int


class Erasure(StoreRecord):
    """What was taken out for good; the audit keeps this, and nothing of the content."""

    case: str
    basis: ErasureBasis
    notes: int
    highlights: int
    answers: int
    closures: int


class CaseExport(StoreRecord):
    """Everything kept about one case, for a subject access request or a move to another system."""

    case: CaseRecord
    exported_at: dt.datetime
    notes: tuple[NoteRecord, ...]
    earlier_versions: tuple[NoteRecord, ...]
    highlights: tuple[HighlightRecord, ...]
    patterns: tuple[PatternRecord, ...]
    closures: tuple[ClosureRecord, ...]
    audit: tuple[AuditRow, ...]


class BackupInfo(StoreRecord):
    """What a backup holds."""

    path: str
    schema_version: str
    rows: int
    audit_head: str
    sha256: str
