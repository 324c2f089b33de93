"""The sign-in page, and the guard of its form: there is no session yet that a token could belong to."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request
from fastapi.responses import HTMLResponse

from service.context import Service
from service.pages.forms import Form
from service.pages.show import page
from service.problems import Problem
from service.security.tokens import csrf_of, new_token, same

#: Names of the fields that carry what a person had typed when their session ran out.
KEPT, RESUME = "kept.", "resume"


def sign_in_page(
    request: Request,
    *,
    onward: str = "/",
    resume: str = "",
    typed: Sequence[tuple[str, str]] = (),
    name: str = "",
    problem: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return the sign-in page. ``typed`` are fields of a form to ``resume`` afterwards; else it leads ``onward``."""
    service: Service = request.app.state.service
    token = request.cookies.get(_cookie(service)) or new_token()
    answer = page(
        "sign-in",
        status=status,
        csrf=csrf_of(token),
        onward=onward,
        resume=resume,
        kept=[(KEPT + key, value) for key, value in typed],
        name=name,
        problem=problem,
        issuer=service.issuer is not None,
    )
    answer.set_cookie(
        _cookie(service), token, httponly=True, secure=not service.settings.development, samesite="lax", path="/"
    )
    return answer


def check_sent_from_here(request: Request, form: Form) -> None:
    """Raise Problem where a sign-in form does not come from our own page."""
    token = request.cookies.get(_cookie(request.app.state.service), "")
    if not token or not same(csrf_of(token), form.get("csrf")):
        raise Problem(403, "csrf", "This form was not sent from our sign-in page, or cookies are off. Sign in again.")


def local(path: str) -> str:
    """Return a path on this service; the first page for anything that leads elsewhere."""
    fits = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fits else "/"


def _cookie(service: Service) -> str:
    return "screener-form" if service.settings.development else "__Host-screener-form"
