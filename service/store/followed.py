"""Passages, patterns and their answers, from rows to what is given out: opened with the key of their case."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import select

from screener import Highlight, Screening
from service.errors import Conflict
from service.followup.answers import check_answer
from service.followup.terms import AnswerState, State, Tier
from service.security.keyring import DataKey
from service.security.tokens import digest, new_id
from service.store.records import AnswerRecord, AnswerRequest, HighlightRecord, NoteRecord, OpenItem, PatternRecord
from service.store.tables import AnswerRow, CaseRow, HighlightRow, NoteRow, NoteVersionRow, PatternRow
from service.store.unit import Unit


def seal_screening(key: DataKey, note: NoteRow, version: int, screening: Screening) -> bytes:
    """Seal one version of a note."""
    return key.seal(f"note:{note.id}:{version}", screening.model_dump_json())


def open_screening(key: DataKey, row: NoteVersionRow) -> Screening:
    """Open one version of a note."""
    return Screening.model_validate_json(key.open(f"note:{row.note_id}:{row.version}", row.sealed))


def seal_highlight(key: DataKey, ident: str, highlight: Highlight, sentence: str) -> bytes:
    """Seal a passage and the sentence that it stands in."""
    return key.seal(
        f"highlight:{ident}", json.dumps({"highlight": highlight.model_dump(mode="json"), "sentence": sentence})
    )


def open_highlight(key: DataKey, row: HighlightRow) -> tuple[Highlight, str]:
    """Open a passage and the sentence that it stands in."""
    held = json.loads(key.open(f"highlight:{row.id}", row.sealed))
    return Highlight.model_validate(held["highlight"]), held["sentence"]


def seal_pattern(key: DataKey, ident: str, title: str, why: str, settles: str) -> bytes:
    """Seal the wording of a pattern, which may name people."""
    return key.seal(f"pattern:{ident}", json.dumps({"title": title, "why": why, "settles": settles}))


def current_version(unit: Unit, note: NoteRow) -> NoteVersionRow:
    """Return the version of a note that stands."""
    return unit.session.get_one(NoteVersionRow, (note.id, note.version))


def screenings_of(unit: Unit, case: CaseRow) -> tuple[Screening, ...]:
    """Return the screenings of a case's notes as they stand, by date and then by id; undated ones last."""
    key = unit.key_of(case)
    rows = unit.session.execute(
        select(NoteRow, NoteVersionRow)
        .join(NoteVersionRow, (NoteVersionRow.note_id == NoteRow.id) & (NoteVersionRow.version == NoteRow.version))
        .where(NoteRow.case_id == case.id)
        .order_by(NoteRow.date.is_(None), NoteRow.date, NoteRow.ref)
    )
    return tuple(open_screening(key, version) for _, version in rows)


def note_record(key: DataKey, case: CaseRow, note: NoteRow, version: NoteVersionRow) -> NoteRecord:
    """Return one version of a note as it is given out."""
    screening = open_screening(key, version)
    return NoteRecord(
        id=note.ref,
        case=case.ref,
        note=screening.note,
        words=screening.words,
        version=version.version,
        created_at=note.created_at,
        updated_at=version.at,
        lexicon_version=screening.lexicon_version,
        model_version=screening.model_version,
        profile=screening.profile,
        screener_version=screening.screener_version,
    )


def highlight_records(unit: Unit, rows: Sequence[HighlightRow]) -> tuple[HighlightRecord, ...]:
    """Return passages as they are given out, in the order given. The caller has checked that they may be."""
    cases = {c.id: c for c in unit.session.scalars(select(CaseRow).where(CaseRow.id.in_({r.case_id for r in rows})))}
    notes = {n.id: n for n in unit.session.scalars(select(NoteRow).where(NoteRow.id.in_({r.note_id for r in rows})))}
    keys = {ident: unit.key_of(case) for ident, case in cases.items()}
    answered = unit.session.scalars(
        select(AnswerRow).where(AnswerRow.highlight_id.in_([r.id for r in rows])).order_by(AnswerRow.number)
    ).all()
    answers = _answers_by_subject(answered, keys)
    return tuple(
        HighlightRecord(
            id=row.id,
            case=cases[row.case_id].ref,
            note=notes[row.note_id].ref,
            note_date=notes[row.note_id].date,
            note_version=row.note_version,
            highlight=open_highlight(keys[row.case_id], row)[0],
            tier=cast("Tier", row.tier),
            state=cast("State", row.state),
            stands=row.stands,
            reopened_because=row.reopened_because,
            owner=row.owner_id,
            opened_at=row.opened_at,
            due_at=row.due_at,
            overdue=is_overdue(unit, row, cases[row.case_id]),
            first_looked_at=row.first_looked_at,
            answers=answers[row.id],
            version=row.version,
        )
        for row in rows
    )


def pattern_records(unit: Unit, case: CaseRow, rows: Sequence[PatternRow]) -> tuple[PatternRecord, ...]:
    """Return patterns of one case as they are given out, in the order given."""
    key = unit.key_of(case)
    answered = unit.session.scalars(
        select(AnswerRow).where(AnswerRow.pattern_id.in_([r.id for r in rows])).order_by(AnswerRow.number)
    ).all()
    answers = _answers_by_subject(answered, {case.id: key})
    return tuple(
        PatternRecord(
            id=row.id,
            case=case.ref,
            pattern=row.pattern,
            **json.loads(key.open(f"pattern:{row.id}", row.sealed)),
            highlights=tuple(row.members),
            first_seen=row.first_seen,
            last_seen=row.last_seen,
            state=cast("State", row.state),
            stands=row.stands,
            opened_at=row.opened_at,
            answers=answers[row.id],
            version=row.version,
        )
        for row in rows
    )


def is_overdue(unit: Unit, row: HighlightRow, case: CaseRow) -> bool:
    """Say whether a passage waits past its due date, in a case that is not closed."""
    return row.state == "open" and case.status != "closed" and row.due_at is not None and row.due_at < unit.now


def open_items(unit: Unit, case: CaseRow) -> tuple[OpenItem, ...]:
    """Return all that stands open in a case: passages, also those edited out of their note, then patterns."""
    passages = unit.session.execute(
        select(HighlightRow, NoteRow)
        .join(NoteRow, NoteRow.id == HighlightRow.note_id)
        .where(HighlightRow.case_id == case.id, HighlightRow.state == "open")
        .order_by(HighlightRow.opened_at, HighlightRow.start, HighlightRow.id)
    )
    patterns = unit.session.scalars(
        select(PatternRow)
        .where(PatternRow.case_id == case.id, PatternRow.state == "open", PatternRow.stands)
        .order_by(PatternRow.opened_at, PatternRow.id)
    )
    return (
        *(
            OpenItem(
                id=row.id,
                kind="highlight",
                indicator=row.indicator,
                note=note.ref,
                note_date=note.date,
                stands=row.stands,
                opened_at=row.opened_at,
                overdue=is_overdue(unit, row, case),
            )
            for row, note in passages
        ),
        *(OpenItem(id=row.id, kind="pattern", pattern=row.pattern, opened_at=row.opened_at) for row in patterns),
    )


def add_answer(
    unit: Unit, case: CaseRow, subject: HighlightRow | PatternRow, answer: AnswerRequest, request_key: str | None
) -> bool:
    """Add an answer to a locked case, and say whether it is new: the same request again changes nothing.

    Raises Invalid where the answer does not say enough or nobody is named, Conflict where the request key was used
    for something else.
    """
    by, role = unit.who.named_person(case.team_id)
    key = unit.key_of(case)
    stored_key = digest(f"answer\0{unit.who.id}\0{request_key}") if request_key is not None else None
    highlight_id = subject.id if isinstance(subject, HighlightRow) else None
    pattern_id = subject.id if isinstance(subject, PatternRow) else None
    if stored_key is not None:
        before = unit.session.scalars(select(AnswerRow).where(AnswerRow.request_key == stored_key)).one_or_none()
        if before is not None:
            same_subject = (before.highlight_id, before.pattern_id) == (highlight_id, pattern_id)
            if not same_subject or _said(key, before) != (answer.state, answer.reason, answer.words):
                raise Conflict("this request key was used for another answer")
            return False
    check_answer(answer.state, answer.reason, answer.words, standing=cast("State", subject.state))
    ident = new_id("an")
    case.answers += 1
    unit.session.add(
        AnswerRow(
            id=ident,
            case_id=case.id,
            number=case.answers,
            highlight_id=highlight_id,
            pattern_id=pattern_id,
            state=answer.state,
            reason=answer.reason,
            sealed=key.seal(f"answer:{ident}", answer.words) if answer.words is not None else None,
            by=by,
            role=role,
            at=unit.now,
            request_key=stored_key,
        )
    )
    subject.state = answer.state
    subject.version += 1
    case.updated_at = unit.now
    return True


def reopen_case(unit: Unit, case: CaseRow) -> None:
    """Open a closed case again, because something in it waits for an answer; a closure under way lapses."""
    if case.status == "open":
        return
    unit.record("case.reopened", case=case, target=case.id, was=case.status)
    case.status, case.closed_at = "open", None
    case.version += 1


def _answers_by_subject(
    rows: Iterable[AnswerRow], keys: dict[str, DataKey]
) -> defaultdict[str, tuple[AnswerRecord, ...]]:
    answers: defaultdict[str, tuple[AnswerRecord, ...]] = defaultdict(tuple)
    for row in rows:
        state, reason, words = _said(keys[row.case_id], row)
        answers[row.highlight_id or row.pattern_id or ""] += (
            AnswerRecord(id=row.id, state=state, reason=reason, words=words, by=row.by, role=row.role, at=row.at),
        )
    return answers


def _said(key: DataKey, row: AnswerRow) -> tuple[AnswerState, str | None, str | None]:
    words = key.open(f"answer:{row.id}", row.sealed) if row.sealed is not None else None
    return cast("AnswerState", row.state), row.reason, words
