"""A note with its passages in place, and the answer to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from screener import Highlight
from screener.documents.pages import Piece, cut
from service.errors import Changed, Conflict, Invalid
from service.pages.answers import Draft, answer_of, draft_of, request_key
from service.pages.forms import FormHere
from service.pages.route import pages
from service.pages.show import at, page
from service.pages.visit import Reading, Sending, Visit
from service.store.records import HighlightRecord, NoteRecord

router = pages()

_BATCH = 200


@dataclass(frozen=True)
class Passage:
    """A passage and its number on the page; what is not lit has none."""

    record: HighlightRecord
    number: int | None


@dataclass(frozen=True)
class NotePassages:
    """The passages of a note: lit ones in the order of the text, those edited out of it, those not lit."""

    lit: tuple[Passage, ...]
    taken_out: tuple[Passage, ...]
    not_lit: tuple[Passage, ...]

    @property
    def all(self) -> tuple[Passage, ...]:
        """Every passage, in the order in which the page shows them."""
        return (*self.lit, *self.taken_out, *self.not_lit)

    def by_id(self, ident: str) -> Passage | None:
        """Return one passage, or None where it is not of this note."""
        return next((passage for passage in self.all if passage.record.id == ident), None)

    def open(self) -> list[Passage]:
        """Return those that wait for an answer."""
        return [passage for passage in self.all if passage.record.state == "open"]

    def open_after(self, passage: Passage | None) -> Passage | None:
        """Return the next one that waits, in the order of the page, from the top again at its end."""
        others = [other for other in self.open() if other is not passage]
        after = passage.number or 0 if passage else 0
        return next((other for other in others if (other.number or 0) > after), others[0] if others else None)


@router.get("/cases/{case}/notes/{note}")
def note_page(
    visit: Reading, case: str, note: str, team: str = "", passage: str = "", shown: str = "", done: str = ""
) -> HTMLResponse:
    """Show a note. Its words are folded until the reader opens them."""
    return _page(visit, case, note, team, passage, shown=bool(shown), done=done)


@router.post("/passages/{passage}/answer")
def answer(visit: Sending, passage: str, form: FormHere) -> Response:
    """Record an answer and go on to the next passage of the note that waits."""
    team = form.get("team")
    try:
        recorded = visit.store.highlights.answer(
            visit.who, passage, answer_of(form), if_match=form.number("version"), request_key=request_key(form)
        )
    except (Changed, Conflict, Invalid) as refused:
        found = visit.store.highlights.get(visit.who, passage)
        draft = draft_of(form, refused)
        return _page(visit, found.case, found.note, team, passage, shown=True, draft=draft)
    passages = _passages(visit, recorded.case, recorded.note, team)
    following = passages.open_after(passages.by_id(passage))
    onward = following.record.id if following else passage
    back = at(recorded.case, "notes", recorded.note, team=team, passage=onward, shown="yes", done=passage)
    return RedirectResponse(f"{back}#passage", 303)


def _page(
    visit: Visit,
    case: str,
    note: str,
    team: str,
    chosen: str,
    *,
    shown: bool,
    done: str = "",
    draft: Draft | None = None,
) -> HTMLResponse:
    kept = visit.store.notes.get(visit.who, case, note, team=team or None)
    passages = _passages(visit, case, note, team)
    current = passages.by_id(chosen) or next(iter(passages.open() or passages.lit), None)
    draft = draft or Draft()
    return page(
        "note",
        visit,
        status=draft.status,
        note=kept,
        pieces=_pieces(kept, passages, current),
        passages=passages,
        numbers={passage.record.highlight.id: passage for passage in passages.lit},
        current=current,
        following=passages.open_after(current),
        done=passages.by_id(done),
        shown=shown,
        draft=draft,
        team=team,
        indicators=visit.service.screener.lexicon.lexicon.indicators,
    )


def _passages(visit: Visit, case: str, note: str, team: str) -> NotePassages:
    found: list[HighlightRecord] = []
    cursor = None
    while True:
        part = visit.store.highlights.list(
            visit.who, team=team or None, case=case, note=note, include_not_lit=True, cursor=cursor, limit=_BATCH
        )
        found += part.items
        cursor = part.next
        if cursor is None:
            break
    found.sort(key=lambda h: (h.highlight.start, h.highlight.end, h.id))
    lit = [h for h in found if h.state != "not_lit"]
    standing = [h for h in lit if h.stands]
    gone = [h for h in lit if not h.stands]
    return NotePassages(
        lit=tuple(Passage(h, number) for number, h in enumerate(standing, 1)),
        taken_out=tuple(Passage(h, number) for number, h in enumerate(gone, len(standing) + 1)),
        not_lit=tuple(Passage(h, None) for h in found if h.state == "not_lit" and h.stands),
    )


def _pieces(kept: NoteRecord, passages: NotePassages, current: Passage | None) -> Sequence[Piece]:
    """Cut the note's text round its lit passages, and round the chosen one where it is not lit."""
    marked: list[tuple[int, Highlight]] = [(p.number or 0, p.record.highlight) for p in passages.lit]
    if current in passages.not_lit and current is not None:
        marked.append((0, current.record.highlight))
    return cut(kept.note.text or "", marked)
