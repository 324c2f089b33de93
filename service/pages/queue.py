"""The queue: what waits for an answer, the longest waiting first. No word of a note stands in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from fastapi.responses import HTMLResponse, RedirectResponse

from service.pages.route import pages
from service.pages.show import address, at, page
from service.pages.visit import Reading, Visit, require_team
from service.store.records import HighlightRecord, Page

router = pages()

View = Literal["team", "mine", "overdue"]
Shown = Literal["open", "with_supervision", "set_aside", "acted"]
_LONGEST = 200


@dataclass(frozen=True)
class Waiting:
    """Passages of one note that wait together: the first of them, and how many of which indicator."""

    first: HighlightRecord
    indicators: tuple[tuple[str, int], ...]
    overdue: int


@router.get("/")
def first_page(visit: Reading) -> RedirectResponse:
    """Go to the queue; an admin in no team, to the accounts."""
    return RedirectResponse("/queue" if visit.who.teams else "/admin/people", 303)


@router.get("/queue")
def queue(
    visit: Reading,
    view: View = "team",
    state: Shown = "open",
    indicator: str = "",
    team: str = "",
    cursor: str = "",
) -> HTMLResponse:
    """Show what waits: for the team, for the person, or past its due date."""
    require_team(visit)
    found = _list(visit, view, state, indicator, team, cursor, 50)
    chosen = {"view": view, "state": state, "indicator": indicator, "team": team}
    return page(
        "queue",
        visit,
        counts=visit.store.highlights.counts(visit.who),
        rows=_together(found.items),
        chosen=chosen,
        more=address("/queue", **chosen, cursor=found.next) if found.next else None,
        indicators=visit.service.screener.lexicon.lexicon.indicators,
        teams=visit.store.teams.list(visit.who),
    )


@router.get("/queue/next")
def next_in_queue(visit: Reading, after: str = "", team: str = "") -> RedirectResponse:
    """Go to the passage that has waited longest, or to the one that stands after a given one."""
    require_team(visit)
    found = _list(visit, "team", "open", "", team, "", _LONGEST).items
    place = next((number + 1 for number, h in enumerate(found) if h.id == after), 0)
    if place >= len(found):
        return RedirectResponse(address("/queue", team=team), 303)
    return RedirectResponse(at(found[place].case, "notes", found[place].note, team=team, passage=found[place].id), 303)


def _list(
    visit: Visit,
    view: View,
    state: Shown,
    indicator: str,
    team: str,
    cursor: str,
    limit: int,
) -> Page[HighlightRecord]:
    return visit.store.highlights.list(
        visit.who,
        team=team or None,
        state=state,
        indicator=indicator or None,
        owner="me" if view == "mine" else None,
        overdue=True if view == "overdue" else None,
        # What was answered is looked at in supervision also after its case was closed.
        in_closed_cases=state != "open",
        cursor=cursor or None,
        limit=limit,
    )


def _together(found: tuple[HighlightRecord, ...]) -> list[Waiting]:
    """Fold passages of one note that stand beside one another in the queue (rule R11)."""
    rows = []
    for _, together in groupby(found, key=lambda h: (h.case, h.note)):
        passages = list(together)
        rows.append(
            Waiting(
                first=passages[0],
                indicators=tuple(Counter(p.highlight.indicator for p in passages).items()),
                overdue=sum(p.overdue for p in passages),
            )
        )
    return rows
