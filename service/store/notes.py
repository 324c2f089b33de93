"""Notes: put into a case once, edited later, and what each edit does to the answers given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from screener import Highlight, Screening
from service.errors import Changed, Forbidden, Invalid, NotFound
from service.followup.carry import carry, sentence_of
from service.followup.due import due_at
from service.followup.patterns import FoundPattern, linked, match
from service.security.principal import Principal
from service.security.tokens import new_id
from service.store.followed import (
    current_version,
    note_record,
    open_highlight,
    open_screening,
    reopen_case,
    screenings_of,
    seal_highlight,
    seal_pattern,
    seal_screening,
)
from service.store.paging import cursor_of, limit_of, place_of
from service.store.records import NoteRecord, Page, PutResult, TeamSettings
from service.store.tables import CaseRow, HighlightRow, NoteRow, NoteVersionRow, PatternRow
from service.store.unit import NOT_HERE, Core, Unit, check_ref, check_version

CHANGED = "its passage changed when the note was edited"
TAKEN_OUT = "its passage was taken out when the note was edited"
READ_ANEW = "it is read differently since the note was edited or the rules changed"
LINKED = "a new passage that is linked to it was found"


class Notes:
    """Notes of the caller's cases."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def put(
        self,
        who: Principal,
        ref: str,
        screening: Screening,
        *,
        team: str | None = None,
        if_match: int | None = None,
    ) -> PutResult:
        """Put a screened note into a case, making the case where it is new. Safe to repeat.

        An edited note keeps the answers whose passage still stands and opens the others again; passages edited out
        still wait for an answer, so that an edit never closes anything silently. The note's id is in
        ``screening.note``. Raises NotFound, Forbidden, Invalid, and Changed where the note is not of the version
        ``if_match`` (0: there must be none yet).
        """
        check_ref("case", ref)
        check_ref("note", screening.note.id)
        if screening.note.text is None:
            raise Invalid("text", "is needed")
        if screening.note.case not in (None, ref):
            raise Invalid("case", "must be the case that the note is put into")
        screening = screening.model_copy(update={"note": screening.note.model_copy(update={"case": ref})})
        with self._core.unit(who) as unit:
            case = _case_to_put_into(unit, ref, team)
            note = unit.session.scalars(
                select(NoteRow).where(NoteRow.case_id == case.id, NoteRow.ref == screening.note.id)
            ).one_or_none()
            return _Putting(unit, case).put(note, screening, if_match)

    def get(self, who: Principal, ref: str, note: str, *, team: str | None = None) -> NoteRecord:
        """Return a note as it stands. A person who opens it has looked at its passages. Raises NotFound, Forbidden."""
        with self._core.unit(who) as unit:
            case, row = _find(unit, ref, note, team)
            look(unit, list(unit.session.scalars(select(HighlightRow).where(HighlightRow.note_id == row.id))))
            unit.record("note.read", case=case, target=row.id)
            return note_record(unit.key_of(case), case, row, current_version(unit, row))

    def list(
        self, who: Principal, ref: str, *, team: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[NoteRecord]:
        """Return a page of the notes of a case as they stand, by id. Raises NotFound, Forbidden and Invalid."""
        with self._core.unit(who) as unit:
            case = unit.find_case(ref, team, "cases:read")
            asked = (
                select(NoteRow, NoteVersionRow)
                .join(
                    NoteVersionRow, (NoteVersionRow.note_id == NoteRow.id) & (NoteVersionRow.version == NoteRow.version)
                )
                .where(NoteRow.case_id == case.id)
            )
            if cursor is not None:
                after = place_of(cursor, 2)
                asked = asked.where(tuple_(NoteRow.ref, NoteRow.id) > tuple(after))
            rows = unit.session.execute(asked.order_by(NoteRow.ref, NoteRow.id).limit(limit_of(limit) + 1)).all()
            page = rows[:limit]
            unit.record("notes.listed", case=case, notes=[note.id for note, _ in page])
            key = unit.key_of(case)
            return Page(
                items=tuple(note_record(key, case, note, version) for note, version in page),
                next=cursor_of(page[-1][0].ref, page[-1][0].id) if len(rows) > limit else None,
            )

    def screening(self, who: Principal, ref: str, note: str, *, team: str | None = None) -> Screening:
        """Return a note's screening as it stands. Raises NotFound and Forbidden."""
        with self._core.unit(who) as unit:
            case, row = _find(unit, ref, note, team)
            unit.record("note.read", case=case, target=row.id)
            return open_screening(unit.key_of(case), current_version(unit, row))


def look(unit: Unit, rows: Sequence[HighlightRow]) -> None:
    """Note when a person first looked at passages; a system's reading is no look."""
    if unit.who.kind == "account":
        for row in rows:
            row.first_looked_at = row.first_looked_at or unit.now


class _Putting:
    """Putting one screened note into one locked case."""

    def __init__(self, unit: Unit, case: CaseRow) -> None:
        self.unit, self.case = unit, case
        self.key = unit.key_of(case)
        self.settings: TeamSettings = unit.settings_of(case.team_id)
        self.opened: list[str] = []
        self.reopened: list[str] = []
        self.kept: list[str] = []

    def put(self, note: NoteRow | None, screening: Screening, if_match: int | None) -> PutResult:
        """Store the note and carry its follow-up over."""
        if note is None:
            if if_match:
                raise Changed(0)
            note = self._new_note(screening)
        else:
            check_version(note.version, if_match)
            before = open_screening(self.key, current_version(self.unit, note))
            if before == screening:
                self.unit.record("note.put", case=self.case, target=note.id, outcome="unchanged", version=note.version)
                return self._result("unchanged", note)
            note.version += 1
            note.date, note.updated_at = screening.note.date, self.unit.now
        self.unit.session.add(
            NoteVersionRow(
                note_id=note.id,
                version=note.version,
                at=self.unit.now,
                sealed=seal_screening(self.key, note, note.version, screening),
            )
        )
        self._carry(note, screening)
        self.unit.session.flush()
        self._follow_patterns()
        self.case.updated_at = self.unit.now
        if self.opened or self.reopened:
            reopen_case(self.unit, self.case)
            self.unit.tell(self.case, "highlight.opened", [*self.opened, *self.reopened])
        outcome = "created" if note.version == 1 else "changed"
        self.unit.record(
            "note.put",
            case=self.case,
            target=note.id,
            outcome=outcome,
            version=note.version,
            opened=self.opened,
            reopened=self.reopened,
            kept=len(self.kept),
            lexicon_version=screening.lexicon_version,
        )
        return self._result(outcome, note)

    def _new_note(self, screening: Screening) -> NoteRow:
        note = NoteRow(
            id=new_id("nt"),
            case_id=self.case.id,
            ref=screening.note.id,
            date=screening.note.date,
            created_at=self.unit.now,
            updated_at=self.unit.now,
            version=1,
        )
        self.unit.session.add(note)
        self.unit.session.flush()
        return note

    def _carry(self, note: NoteRow, screening: Screening) -> None:
        rows = {
            row.id: row
            for row in self.unit.session.scalars(
                select(HighlightRow)
                .where(HighlightRow.note_id == note.id)
                .order_by(HighlightRow.created_at, HighlightRow.id)
            )
        }
        opened = {ident: open_highlight(self.key, row) for ident, row in rows.items()}
        # In the order of the text, so that repeated words are matched one with one.
        before = sorted(((ident, *held) for ident, held in opened.items()), key=lambda entry: entry[1].start)
        plan = carry(before, screening)
        text = screening.note.text or ""
        for ident, highlight in {**plan.kept, **plan.changed}.items():
            row = rows[ident]
            row.stands, row.note_version = True, note.version
            row.start, row.cues, row.lexicon_version = highlight.start, _cues(highlight), screening.lexicon_version
            row.sealed = seal_highlight(self.key, ident, highlight, sentence_of(highlight, text))
            if ident in plan.kept:
                self.kept.append(ident)
            elif row.state == "not_lit":
                if highlight.follow_up:
                    self._open(row, READ_ANEW)
            else:
                self._open(row, CHANGED)
        for ident in plan.gone:
            row = rows[ident]
            if row.stands and row.state != "not_lit":
                self._open(row, TAKEN_OUT)
            row.stands = False
        for highlight in plan.new:
            self._add(note, highlight, screening)

    def _add(self, note: NoteRow, highlight: Highlight, screening: Screening) -> None:
        ident = new_id("hl")
        tier = self.unit.core.options.tiers.get(highlight.indicator, "B")
        if highlight.follow_up:
            self.opened.append(ident)
        self.unit.session.add(
            HighlightRow(
                id=ident,
                case_id=self.case.id,
                note_id=note.id,
                note_version=note.version,
                indicator=highlight.indicator,
                tier=tier,
                start=highlight.start,
                cues=_cues(highlight),
                lexicon_version=screening.lexicon_version,
                state="open" if highlight.follow_up else "not_lit",
                stands=True,
                reopened_because=None,
                owner_id=self.case.owner_id if highlight.follow_up else None,
                created_at=self.unit.now,
                opened_at=self.unit.now,
                due_at=due_at(self.unit.now, tier, self.settings.due_days) if highlight.follow_up else None,
                reminded_at=None,
                first_looked_at=None,
                sealed=seal_highlight(self.key, ident, highlight, sentence_of(highlight, screening.note.text or "")),
                version=1,
            )
        )

    def _open(self, row: HighlightRow, because: str) -> None:
        """Open a passage again; one that is open already goes on waiting since when it did."""
        row.version += 1
        row.reopened_because = because
        if row.state != "open":
            open_again(row, self.unit, self.settings)
            self.reopened.append(row.id)

    def _follow_patterns(self) -> None:
        finder = self.unit.core.options.find_patterns
        if finder is None:
            return
        passages = self.unit.session.execute(
            select(HighlightRow, NoteRow.ref)
            .join(NoteRow, NoteRow.id == HighlightRow.note_id)
            .where(HighlightRow.case_id == self.case.id, HighlightRow.stands)
        ).all()
        by_library_id = {(ref, open_highlight(self.key, row)[0].id): row for row, ref in passages}
        # A review also points at closings that are no highlights; what is followed up are the passages beside them.
        placed = (
            replace(one, members=frozenset(by_library_id[pair].id for pair in one.passages if pair in by_library_id))
            for one in finder(screenings_of(self.unit, self.case))
        )
        found = [one for one in placed if one.members]
        stored = {
            row.id: row
            for row in self.unit.session.scalars(select(PatternRow).where(PatternRow.case_id == self.case.id))
        }
        matched = match({ident: (row.pattern, frozenset(row.members)) for ident, row in stored.items()}, found)
        for ident, one in matched.again.items():
            self._renew(stored[ident], one)
        for one in matched.new:
            self._add_pattern(one)
        for ident in matched.gone:
            stored[ident].stands = False
        by_id = {row.id: row for row, _ in passages}
        for ident in sorted(linked(found, frozenset(self.opened))):
            if by_id[ident].state not in ("open", "not_lit"):
                self._open(by_id[ident], LINKED)

    def _renew(self, row: PatternRow, one: FoundPattern) -> None:
        joined = one.members - set(row.members)
        if (joined or not row.stands) and row.state != "open":
            row.state, row.opened_at = "open", self.unit.now
            reopen_case(self.unit, self.case)
        row.stands, row.members = True, sorted(one.members)
        row.first_seen, row.last_seen = one.first_seen, one.last_seen
        row.sealed = seal_pattern(self.key, row.id, one.title, one.why, one.settles)
        row.version += 1

    def _add_pattern(self, one: FoundPattern) -> None:
        ident = new_id("pt")
        reopen_case(self.unit, self.case)
        self.unit.session.add(
            PatternRow(
                id=ident,
                case_id=self.case.id,
                pattern=one.pattern,
                members=sorted(one.members),
                first_seen=one.first_seen,
                last_seen=one.last_seen,
                state="open",
                stands=True,
                opened_at=self.unit.now,
                sealed=seal_pattern(self.key, ident, one.title, one.why, one.settles),
                version=1,
            )
        )

    def _result(self, outcome: str, note: NoteRow) -> PutResult:
        return PutResult.model_validate(
            {
                "outcome": outcome,
                "note": note_record(self.key, self.case, note, current_version(self.unit, note)),
                "opened": self.opened,
                "reopened": self.reopened,
                "kept": self.kept,
            }
        )


def open_again(row: HighlightRow, unit: Unit, settings: TeamSettings) -> None:
    """Open a passage as from now: it waits, and is due, anew."""
    row.state, row.opened_at, row.reminded_at = "open", unit.now, None
    row.due_at = due_at(unit.now, "A" if row.tier == "A" else "B" if row.tier == "B" else "C", settings.due_days)


def _case_to_put_into(unit: Unit, ref: str, team: str | None) -> CaseRow:
    """Return the case, locked; make it where it is new, in the one team of the caller that may be meant."""
    try:
        return unit.find_case(ref, team, "notes:write", lock=True)
    except NotFound:
        allowed = [t for t in unit.teams(team) if "notes:write" in unit.who.scopes_in(t)]
    if not allowed:
        raise Forbidden("notes:write")
    if len(allowed) > 1:
        raise Invalid("team", "you are in several teams; name the one that the new case belongs to")
    ident = new_id("cs")
    _, wrapped = unit.core.keyring.new_key(ident)
    insert = sqlite.insert if unit.core.database.sqlite else postgresql.insert
    # Another process may be making the same case at this moment: then theirs is taken.
    made = unit.session.execute(
        insert(CaseRow)
        .values(
            id=ident,
            team_id=allowed[0],
            ref=ref,
            key_id=wrapped.key_id,
            wrapped=wrapped.blob,
            status="open",
            owner_id=None,
            on_hold=False,
            answers=0,
            events=0,
            created_at=unit.now,
            updated_at=unit.now,
            closed_at=None,
            version=1,
        )
        .on_conflict_do_nothing()
        .returning(CaseRow.id)
    ).scalar_one_or_none()
    case = unit.find_case(ref, allowed[0], "notes:write", lock=True)
    if made is not None:
        unit.record("case.created", case=case, target=case.id)
    return case


def _find(unit: Unit, ref: str, note: str, team: str | None) -> tuple[CaseRow, NoteRow]:
    case = unit.find_case(ref, team, "cases:read")
    row = unit.session.scalars(select(NoteRow).where(NoteRow.case_id == case.id, NoteRow.ref == note)).one_or_none()
    if row is None:
        raise NotFound(NOT_HERE)
    return case, row


def _cues(highlight: Highlight) -> list[str]:
    return sorted({evidence.id for evidence in highlight.evidence if evidence.by in ("cue", "reader")})
