"""Cases: the list, one case with its timeline, its closing, and its audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from screener import CaseReview, Screening
from screener.documents import case_summary, timeline
from service.errors import Changed, ClosureRefused, Conflict, Invalid
from service.pages.forms import Form, FormHere
from service.pages.route import pages
from service.pages.show import address, at, page
from service.pages.visit import Reading, Sending, Visit, require_team
from service.pages.wording import audit_line
from service.store.records import CaseStatus, ClosureRequest, WrittenReason

router = pages()

_AUDIT_PAGE = 100


@dataclass(frozen=True)
class _NotePlaces:
    """Where a mark of the timeline leads: to the entry of its note in the list below."""

    def mark(self, mark: timeline.Mark) -> str:
        return f"note-{mark.note}"


@router.get("/cases")
def case_list(
    visit: Reading, status: str = "", owner: str = "", team: str = "", cursor: str = "", find: str = ""
) -> Response:
    """List the cases of the person's teams; ``find`` goes straight to the one of that id."""
    require_team(visit)
    if find.strip():
        return RedirectResponse(at(find.strip(), team=team), 303)
    chosen_status = cast("CaseStatus", status) if status in ("open", "closed", "closure_awaits_second_person") else None
    chosen_owner = cast("Literal['me', 'none']", owner) if owner in ("me", "none") else None
    found = visit.store.cases.list(
        visit.who, team=team or None, status=chosen_status, owner=chosen_owner, cursor=cursor or None
    )
    chosen = {"status": status, "owner": owner, "team": team}
    return page(
        "cases",
        visit,
        cases=found.items,
        chosen=chosen,
        more=address("/cases", **chosen, cursor=found.next) if found.next else None,
        teams=visit.store.teams.list(visit.who),
    )


@router.get("/cases/{case}")
def case_page(visit: Reading, case: str, team: str = "") -> HTMLResponse:
    """Show a case: what stands open first, then timeline, patterns, people and notes."""
    kept = visit.store.cases.get(visit.who, case, team=team or None)
    screenings = visit.store.cases.screenings(visit.who, case, team=team or None)
    review = _review(visit, screenings, case)
    indicators = visit.service.screener.lexicon.lexicon.indicators
    return page(
        "case",
        visit,
        case=kept,
        team=team,
        review=review,
        read=case_summary.read_sentence(review) if review else "",
        state=case_summary.STATES[review.closure.state] if review else "",
        timeline=timeline.draw(review.timeline, indicators, review.read.undated) if review else None,
        rows=timeline.ROWS,
        places=_NotePlaces(),
        people=case_summary.people(review) if review else {},
        people_caution=case_summary.PEOPLE_CAUTION,
        no_pattern=case_summary.no_pattern(len(screenings)),
        patterns=visit.store.patterns.list(visit.who, case, team=team or None),
        check=visit.store.closures.check(visit.who, case, team=team or None),
        closures=visit.store.closures.list(visit.who, case, team=team or None),
        members=visit.store.accounts.members(visit.who, kept.team),
        indicators=indicators,
    )


@router.post("/cases/{case}/owner")
def set_owner(visit: Sending, case: str, form: FormHere) -> RedirectResponse:
    """Say who looks after a case."""
    team = form.get("team")
    visit.store.cases.update(
        visit.who, case, team=team or None, owner=form.given("owner"), if_match=form.number("version")
    )
    return RedirectResponse(at(case, team=team), 303)


@router.get("/cases/{case}/close")
def close_form(visit: Reading, case: str, team: str = "") -> HTMLResponse:
    """Show what a closure would meet, and its form."""
    return _close_form(visit, case, team, Form([]))


@router.post("/cases/{case}/close")
def close(visit: Sending, case: str, form: FormHere) -> Response:
    """Record a closure; where something stands open that no reason names, show it and keep what was typed."""
    team = form.get("team")
    try:
        visit.store.closures.record(
            visit.who,
            case,
            _closure(form),
            team=team or None,
            if_match=form.number("version"),
            request_key=form.given("request_key"),
        )
    except ClosureRefused as refused:
        problem = (
            "Nothing was recorded. What is listed below stands open, and no reason names it. Answer it, or choose it "
            "and write the reason."
        )
        left = {item.id for item in refused.open}
        return _close_form(visit, case, team, form, problem, 409, left)
    except Changed:
        problem = "Nothing was recorded. The case changed while you were writing; look at what stands open now."
        return _close_form(visit, case, team, form, problem, 412)
    except Conflict as refused:
        return _close_form(visit, case, team, form, f"Nothing was recorded: {refused}.", 409)
    except Invalid as refused:
        return _close_form(visit, case, team, form, f"Nothing was recorded. {refused.reason}", 422)
    return RedirectResponse(f"{at(case, team=team)}#closing", 303)


@router.post("/closures/{closure}/confirm")
def confirm(visit: Sending, closure: str, form: FormHere) -> RedirectResponse:
    """Confirm a closure as its second person."""
    done = visit.store.closures.confirm(visit.who, closure, if_match=form.number("version"))
    return RedirectResponse(f"{at(done.case, team=form.get('team'))}#closing", 303)


@router.get("/cases/{case}/audit")
def case_audit(visit: Reading, case: str, team: str = "", cursor: str = "") -> HTMLResponse:
    """Show who read and wrote what in a case, newest first."""
    found = visit.store.audit.list(visit.who, team=team or None, case=case, cursor=cursor or None, limit=_AUDIT_PAGE)
    return page(
        "audit",
        visit,
        case=case,
        team=team,
        rows=[(row, audit_line(row)) for row in found.items],
        more=at(case, "audit", team=team, cursor=found.next) if found.next else None,
    )


def _review(visit: Visit, screenings: tuple[Screening, ...], case: str) -> CaseReview | None:
    return visit.service.review(screenings, case) if screenings else None


def _closure(form: Form) -> ClosureRequest:
    """Return the closure that a form asks for. Raises Invalid in words for the person."""
    names, reason, summary = form.all("names"), form.get("reason"), form.get("summary")
    if not summary:
        raise Invalid("summary", "Write a sentence on why the work ends.")
    if bool(names) != bool(reason):
        raise Invalid("reason", "Choose what the written reason is for, and write the reason: each needs the other.")
    try:
        return ClosureRequest(
            kind="step_down" if form.get("kind") == "step_down" else "close",
            summary=summary,
            reasons=(WrittenReason(names=names, reason=reason),) if names else (),
        )
    except ValidationError:
        raise Invalid("reason", "A reason has 10 to 4,000 characters, a summary at most 4,000.") from None


def _close_form(
    visit: Visit,
    case: str,
    team: str,
    form: Form,
    problem: str | None = None,
    status: int = 200,
    left: set[str] | None = None,
) -> HTMLResponse:
    titles = {p.id: p.title for p in visit.store.patterns.list(visit.who, case, team=team or None)}
    return page(
        "close",
        visit,
        status=status,
        case=visit.store.cases.get(visit.who, case, team=team or None),
        check=visit.store.closures.check(visit.who, case, team=team or None),
        titles=titles,
        indicators=visit.service.screener.lexicon.lexicon.indicators,
        typed=form,
        named=set(form.all("names")),
        left=left or set(),
        problem=problem,
        team=team,
    )
