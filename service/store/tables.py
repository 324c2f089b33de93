"""The tables. What people wrote is in columns named ``sealed``, encrypted with the key of its case; everything else is
ids, dates, states and counts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Text,
)
from sqlalchemy import String as Str
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[dt.datetime]):
    """A moment, always aware and in UTC; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, _: Dialect) -> dt.datetime | None:
        """Turn a moment into UTC on its way in."""
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, _: Dialect) -> dt.datetime | None:
        """Give it its zone back on its way out."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Table(DeclarativeBase):
    """Base of all tables, with names for constraints so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dt.datetime: Utc, dict[str, Any]: JSON, list[str]: JSON, str: Text, bytes: LargeBinary}  # noqa: RUF012


_ID = Str(40)


class SecretRow(Table):
    """Keys of the service itself, wrapped by the master key."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(Str(40), primary_key=True)
    key_id: Mapped[str] = mapped_column(Str(8))
    wrapped: Mapped[bytes]


class TeamRow(Table):
    """A team and its settings."""

    __tablename__ = "teams"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    settings: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    version: Mapped[int]


class AccountRow(Table):
    """A person. ``name_folded`` keeps names apart whatever their case."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    name: Mapped[str]
    name_folded: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    password_hash: Mapped[str | None]
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    admin: Mapped[bool]
    active: Mapped[bool]
    must_change_password: Mapped[bool]
    created_at: Mapped[dt.datetime]
    last_sign_in: Mapped[dt.datetime | None]
    version: Mapped[int]


class MembershipRow(Table):
    """A person's role in a team."""

    __tablename__ = "memberships"

    account_id: Mapped[str] = mapped_column(_ID, ForeignKey("accounts.id"), primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(Str(20))


class SessionRow(Table):
    """A session, by the digest of its token."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(Str(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(_ID, ForeignKey("accounts.id"), index=True)
    created_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]


class ApiKeyRow(Table):
    """An API key, by the digest of its secret."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id"), index=True)
    name: Mapped[str]
    hint: Mapped[str] = mapped_column(Str(16))
    digest: Mapped[str] = mapped_column(Str(64), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class SignInFailureRow(Table):
    """Failed sign-ins of one name, address or both, by digest: a password typed as a name is not kept."""

    __tablename__ = "sign_in_failures"

    digest: Mapped[str] = mapped_column(Str(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[dt.datetime]


class CaseRow(Table):
    """A case. ``answers`` and ``events`` count what was added, to number it in order."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("uq_cases_team_id_ref", "team_id", "ref", unique=True),
        CheckConstraint("status IN ('open', 'closure_awaits_second_person', 'closed')", name="status"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id"))
    ref: Mapped[str]
    key_id: Mapped[str] = mapped_column(Str(8))
    wrapped: Mapped[bytes]
    status: Mapped[str] = mapped_column(Str(40))
    owner_id: Mapped[str | None] = mapped_column(_ID, ForeignKey("accounts.id"))
    on_hold: Mapped[bool]
    answers: Mapped[int]
    events: Mapped[int]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    version: Mapped[int]


class NoteRow(Table):
    """A note; its words are in its versions."""

    __tablename__ = "notes"
    __table_args__ = (Index("uq_notes_case_id_ref", "case_id", "ref", unique=True),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(_ID, ForeignKey("cases.id"))
    ref: Mapped[str]
    date: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    version: Mapped[int]


class NoteVersionRow(Table):
    """One version of a note as screened. Sealed: the whole screening."""

    __tablename__ = "note_versions"

    note_id: Mapped[str] = mapped_column(_ID, ForeignKey("notes.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    sealed: Mapped[bytes]


class HighlightRow(Table):
    """A passage and its follow-up. Sealed: the library's record and the sentence around it."""

    __tablename__ = "highlights"
    __table_args__ = (
        Index("ix_highlights_case_id_opened_at", "case_id", "opened_at", "start", "id"),
        CheckConstraint("state IN ('open', 'acted', 'set_aside', 'with_supervision', 'not_lit')", name="state"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(_ID, ForeignKey("cases.id"))
    note_id: Mapped[str] = mapped_column(_ID, ForeignKey("notes.id"), index=True)
    note_version: Mapped[int]
    indicator: Mapped[str] = mapped_column(Str(60))
    tier: Mapped[str] = mapped_column(Str(1))
    start: Mapped[int]
    cues: Mapped[list[str]]
    lexicon_version: Mapped[str]
    state: Mapped[str] = mapped_column(Str(20))
    stands: Mapped[bool]
    reopened_because: Mapped[str | None]
    owner_id: Mapped[str | None] = mapped_column(_ID, ForeignKey("accounts.id"))
    created_at: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    reminded_at: Mapped[dt.datetime | None]
    first_looked_at: Mapped[dt.datetime | None]
    sealed: Mapped[bytes]
    version: Mapped[int]


class PatternRow(Table):
    """A pattern over passages of a case and its follow-up. Sealed: its wording."""

    __tablename__ = "patterns"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(_ID, ForeignKey("cases.id"), index=True)
    pattern: Mapped[str] = mapped_column(Str(80))
    members: Mapped[list[str]]
    first_seen: Mapped[dt.date | None]
    last_seen: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(Str(20))
    stands: Mapped[bool]
    opened_at: Mapped[dt.datetime]
    sealed: Mapped[bytes]
    version: Mapped[int]


class AnswerRow(Table):
    """One answer to a passage or a pattern; rows are only ever added. ``number`` is its place in the case."""

    __tablename__ = "answers"
    __table_args__ = (
        Index("uq_answers_case_id_number", "case_id", "number", unique=True),
        CheckConstraint("(highlight_id IS NULL) <> (pattern_id IS NULL)", name="one_subject"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(_ID, ForeignKey("cases.id"))
    number: Mapped[int]
    highlight_id: Mapped[str | None] = mapped_column(_ID, ForeignKey("highlights.id"), index=True)
    pattern_id: Mapped[str | None] = mapped_column(_ID, ForeignKey("patterns.id"), index=True)
    state: Mapped[str] = mapped_column(Str(20))
    reason: Mapped[str | None] = mapped_column(Str(60))
    sealed: Mapped[bytes | None]
    by: Mapped[str]
    role: Mapped[str] = mapped_column(Str(20))
    at: Mapped[dt.datetime]
    request_key: Mapped[str | None] = mapped_column(Str(64), unique=True)


class ClosureRow(Table):
    """A closure as recorded. Sealed: its summary and written reasons."""

    __tablename__ = "closures"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(_ID, ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(Str(20))
    state: Mapped[str] = mapped_column(Str(40))
    named: Mapped[list[str]]
    sealed: Mapped[bytes]
    by: Mapped[str]
    by_id: Mapped[str] = mapped_column(_ID)
    at: Mapped[dt.datetime]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[dt.datetime | None]
    version: Mapped[int]
    request_key: Mapped[str | None] = mapped_column(Str(64), unique=True)


class AuditLine(Table):
    """One row of the audit. Triggers refuse to change or delete it. No foreign keys: it outlives what it names."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_team_id_seq", "team_id", "seq"), Index("ix_audit_case_id_seq", "case_id", "seq"))

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(Str(40))
    actor_kind: Mapped[str] = mapped_column(Str(10))
    actor: Mapped[str] = mapped_column(_ID)
    actor_name: Mapped[str]
    acting_for: Mapped[str | None]
    team_id: Mapped[str | None] = mapped_column(_ID)
    case_id: Mapped[str | None] = mapped_column(_ID)
    action: Mapped[str] = mapped_column(Str(60))
    target: Mapped[str | None]
    details: Mapped[str]
    sealed: Mapped[bytes | None]
    hash: Mapped[str] = mapped_column(Str(64))


class AuditHead(Table):
    """The last row of the audit, so that rows taken off its end are missed."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(Str(64))


class OutboxRow(Table):
    """An event on its way to a webhook. ``number`` is its place among the events of its case."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("uq_outbox_case_id_number", "case_id", "number", unique=True),
        Index("ix_outbox_next_at", "next_at"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(_ID, ForeignKey("cases.id"))
    number: Mapped[int]
    type: Mapped[str] = mapped_column(Str(40))
    team_id: Mapped[str] = mapped_column(_ID, ForeignKey("teams.id"))
    subjects: Mapped[list[str]]
    count: Mapped[int]
    at: Mapped[dt.datetime]
    attempts: Mapped[int]
    #: When it may be tried next; null once it was delivered, or given up on.
    next_at: Mapped[dt.datetime | None]
    delivered_at: Mapped[dt.datetime | None]
