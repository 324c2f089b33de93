"""A pattern: passages that may belong together, and the answer to it."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from service.errors import Changed, Conflict, Invalid, NotFound
from service.pages.answers import Draft, answer_of, draft_of, request_key
from service.pages.forms import FormHere
from service.pages.route import pages
from service.pages.show import address, page
from service.pages.visit import Reading, Sending, Visit
from service.store.records import HighlightRecord

router = pages()


@router.get("/patterns/{pattern}")
def pattern_page(visit: Reading, pattern: str, team: str = "", shown: str = "") -> HTMLResponse:
    """Show a pattern with its passages. Their words are folded until the reader opens them."""
    return _page(visit, pattern, team, shown=bool(shown), draft=Draft())


@router.post("/patterns/{pattern}/answer")
def answer(visit: Sending, pattern: str, form: FormHere) -> Response:
    """Record an answer to a pattern."""
    team = form.get("team")
    try:
        visit.store.patterns.answer(
            visit.who, pattern, answer_of(form), if_match=form.number("version"), request_key=request_key(form)
        )
    except (Changed, Conflict, Invalid) as refused:
        return _page(visit, pattern, team, shown=True, draft=draft_of(form, refused))
    return RedirectResponse(address(f"/patterns/{pattern}", team=team, shown="yes"), 303)


def _page(visit: Visit, pattern: str, team: str, *, shown: bool, draft: Draft) -> HTMLResponse:
    found = visit.store.patterns.get(visit.who, pattern)
    return page(
        "pattern",
        visit,
        status=draft.status,
        pattern=found,
        passages=list(_members(visit, found.highlights)),
        shown=shown,
        draft=draft,
        team=team,
        indicators=visit.service.screener.lexicon.lexicon.indicators,
    )


def _members(visit: Visit, ids: tuple[str, ...]) -> list[HighlightRecord]:
    found = []
    for ident in ids:
        try:
            found.append(visit.store.highlights.get(visit.who, ident))
        except NotFound:
            continue  # Erased with its note.
    return sorted(found, key=lambda h: (h.note_date is None, str(h.note_date), h.note, h.highlight.start))
