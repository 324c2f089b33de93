"""Signing in at the issuer of the settings (OpenID Connect) instead of with a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.access import StoreHere
from service.context import Service, ServiceHere
from service.oidc import WINDOW, Issuer, IssuerFailed
from service.problems import Problem, not_found
from service.routes.sessions import SignedIn, set_session_cookie

CALLBACK = "/v1/sign-in/oidc/callback"
_COOKIE = "screener-sign-in"

router = APIRouter(prefix="/v1/sign-in/oidc", tags=["sign-in"])


@router.get("", status_code=303, response_class=RedirectResponse, summary="Sign in by OpenID Connect")
def set_out(service: ServiceHere) -> RedirectResponse:
    """Send the browser to the issuer."""
    try:
        address, cookie = _issuer(service).set_out()
    except IssuerFailed as error:
        raise Problem(502, "issuer-failed", f"No one was signed in: {error}.") from None
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        _COOKIE,
        cookie,
        max_age=WINDOW,
        httponly=True,
        secure=not service.settings.development,
        samesite="lax",
        path=CALLBACK,
    )
    return answer


@router.get("/callback", response_model=SignedIn, summary="Come back from the issuer")
def come_back(
    request: Request,
    response: Response,
    service: ServiceHere,
    store: StoreHere,
    code: Annotated[str, Query(max_length=4_000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response | SignedIn:
    """Begin a session for the account whose `oidc_subject` the issuer has signed in; a browser goes on to the pages."""
    issuer = _issuer(service)
    try:
        subject = issuer.come_back(request.cookies.get(_COOKIE, ""), state, code)
    except IssuerFailed as error:
        raise Problem(401, "sign-in-refused", f"No one was signed in: {error}.") from None
    session = store.sessions.sign_in_oidc(issuer.issuer, subject)
    in_browser = "text/html" in request.headers.get("accept", "")
    answer = RedirectResponse("/", 303) if in_browser else response
    set_session_cookie(answer, service, session)
    answer.delete_cookie(_COOKIE, path=CALLBACK)
    if in_browser:
        return answer
    return SignedIn(account=session.account, csrf=session.csrf, expires_at=session.expires_at)


def _issuer(service: Service) -> Issuer:
    if service.issuer is None:
        raise not_found()
    return service.issuer
