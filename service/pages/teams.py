"""A team: what waits by age, how soon someone looked, what was set aside, and the team's own settings."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from service.errors import Changed, NotFound
from service.followup.terms import DUE_DAYS
from service.pages.forms import Form, FormHere
from service.pages.pictures import Bar, bars
from service.pages.route import pages
from service.pages.show import page
from service.pages.visit import Reading, Sending, Visit
from service.store.records import AgeBand, FirstLook, TeamSettings

router = pages()


@router.get("/teams")
def first_team(visit: Reading) -> RedirectResponse:
    """Go to the first team that this person leads."""
    if not visit.leads:
        raise NotFound("you lead no team")
    return RedirectResponse(f"/teams/{visit.leads[0]}", 303)


@router.get("/teams/{team}")
def team_page(visit: Reading, team: str) -> HTMLResponse:
    """Show what a lead looks at: passages and wording, never a table of workers or children (rule R29)."""
    view = visit.store.reports.lead_view(visit.who, team)
    return page(
        "team",
        visit,
        team=visit.store.teams.get(visit.who, team),
        others=[other for other in visit.store.teams.list(visit.who) if other.id in visit.leads and other.id != team],
        view=view,
        by_age=bars([Bar(_age(band), band.unanswered, band.overdue, _waits(band)) for band in view.unanswered_by_age]),
        first_look=bars([Bar(one.month, one.median_hours or 0, 0, _looked(one)) for one in view.first_look[-12:]]),
        indicators=visit.service.screener.lexicon.lexicon.indicators,
    )


@router.get("/teams/{team}/settings")
def settings_form(visit: Reading, team: str) -> HTMLResponse:
    """Show the team's settings: for its leads, and for an admin."""
    return _settings(visit, team)


@router.post("/teams/{team}/settings")
def change_settings(visit: Sending, team: str, form: FormHere) -> Response:
    """Change the team's settings."""
    try:
        visit.store.teams.update(visit.who, team, settings=_read(form), if_match=form.number("version"))
    except Changed:
        return _settings(visit, team, "Nothing was changed: someone changed these settings meanwhile.", 412)
    except ValidationError:
        return _settings(visit, team, "Nothing was changed: days are whole numbers.", 422)
    return RedirectResponse(f"/teams/{team}/settings", 303)


def _settings(visit: Visit, team: str, problem: str | None = None, status: int = 200) -> HTMLResponse:
    found = visit.store.teams.get(visit.who, team)
    return page("team-settings", visit, status=status, team=found, defaults=DUE_DAYS, problem=problem)


def _read(form: Form) -> TeamSettings:
    return TeamSettings.model_validate(
        {
            "due_days": {tier: form.get(f"due_{tier}") for tier in DUE_DAYS if form.get(f"due_{tier}")},
            "second_person": form.get("second_person") == "yes",
            "retention_days": form.given("retention_days"),
        }
    )


def _age(band: AgeBand) -> str:
    if band.days_to is None:
        return f"{band.days_from} days and more"
    return f"{band.days_from} to {band.days_to - 1} days"


def _waits(band: AgeBand) -> str:
    return f"{band.unanswered}" + (f", {band.overdue} past the due date" if band.overdue else "")


def _looked(one: FirstLook) -> str:
    seen = f"{one.looked_at} of {one.passages} looked at"
    return seen if one.median_hours is None else f"{one.median_hours:g} hours, {seen}"
