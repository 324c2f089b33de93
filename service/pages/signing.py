"""Signing in and out, and choosing a password of one's own."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from service.access import StoreHere, cookie_name
from service.context import ServiceHere
from service.errors import Invalid, SignInRefused, Throttled
from service.pages.entrance import KEPT, RESUME, check_sent_from_here, local, sign_in_page
from service.pages.forms import FormHere
from service.pages.route import pages
from service.pages.show import page
from service.pages.visit import NewcomerReading, NewcomerSending, client_address
from service.routes.sessions import set_session_cookie

router = pages()


@router.get("/sign-in")
def sign_in_form(request: Request, next: str = "/") -> HTMLResponse:
    """Show the sign-in form."""
    return sign_in_page(request, onward=local(next))


@router.post("/sign-in")
def sign_in(request: Request, form: FormHere, service: ServiceHere, store: StoreHere) -> Response:
    """Begin a session, and go where the person was going; what they had typed is shown again, to be sent."""
    check_sent_from_here(request, form)
    typed = [(key.removeprefix(KEPT), value) for key, value in form.typed() if key.startswith(KEPT)]
    onward, resume = local(form.get("next")), form.get(RESUME)
    # A password is taken as typed, spaces and all.
    password = next(iter(form.all("password")), "")
    try:
        session = store.sessions.sign_in(form.get("name"), password, client_address(request))
    except (SignInRefused, Throttled) as refused:
        return sign_in_page(
            request,
            onward=onward,
            resume=resume,
            typed=typed,
            name=form.get("name"),
            problem=f"No one was signed in: {refused}.",
            status=429 if isinstance(refused, Throttled) else 401,
        )
    answer: Response
    if resume and typed and not session.account.must_change_password:
        words = next((value for key, value in typed if key in ("words", "summary") and value.strip()), "")
        answer = page("resume", csrf=session.csrf, action=local(resume), typed=typed, words=words)
    else:
        answer = RedirectResponse(onward, 303)
    set_session_cookie(answer, service, session)
    return answer


@router.post("/sign-out")
def sign_out(visit: NewcomerSending) -> RedirectResponse:
    """End the session."""
    visit.store.sessions.sign_out(visit.token)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(cookie_name(visit.service), path="/")
    return answer


@router.get("/password")
def password_form(visit: NewcomerReading) -> HTMLResponse:
    """Show the form for a new password."""
    return page("password", visit, problem=None)


@router.post("/password")
def change_password(request: Request, visit: NewcomerSending, form: FormHere) -> Response:
    """Set a new password. It ends every session, so a new one is begun here."""
    old, new = (next(iter(form.all(name)), "") for name in ("old", "new"))
    try:
        visit.store.accounts.change_password(visit.who, old, new)
    except Invalid as wrong:
        which = "The new password" if wrong.field == "new_password" else "The old password"
        return page("password", visit, problem=f"{which} {wrong.reason}.", status=422)
    session = visit.store.sessions.sign_in(visit.who.name, new, client_address(request))
    answer = RedirectResponse("/", 303)
    set_session_cookie(answer, visit.service, session)
    return answer
