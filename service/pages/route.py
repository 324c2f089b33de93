"""Routes of pages: what is refused becomes a page that says so, and who is signed out is asked to sign in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from screener import CaseError
from service import problems
from service.access import session_token
from service.errors import ServiceError
from service.pages.entrance import sign_in_page
from service.pages.show import address, page
from service.pages.visit import OneTimePassword, SignedOut
from service.problems import Problem

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> _Handler:
        """Return the handler, with its refusals turned into pages."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except SignedOut as gone:
                return _ask_to_sign_in(request, gone)
            except OneTimePassword:
                return RedirectResponse("/password", 303)
            except ServiceError as error:
                problem = problems.of_service(error)
            except CaseError:
                problem = Problem(422, "not-one-case", "The notes kept here cannot be read together as one case.")
            except RequestValidationError as error:
                problem = problems.invalid(error.errors())
            except Problem as raised:
                problem = raised
            return await run_in_threadpool(_refusal, request, problem)

        return answer


def pages() -> APIRouter:
    """Return a router for pages. They are no part of the API's description."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)


def _ask_to_sign_in(request: Request, gone: SignedOut) -> Response:
    here = request.url.path
    if request.method == "POST":
        # A form is read before its sender is known, so that what was typed can be kept.
        return sign_in_page(request, resume=here, typed=gone.typed, status=401)
    if request.url.query:
        here = f"{here}?{request.url.query}"
    return RedirectResponse(address("/sign-in", next=here if here != "/" else None), 303)


def _refusal(request: Request, problem: Problem) -> Response:
    errors = problem.more.get("errors", ())
    reasons = [error["reason"] for error in errors if error["pointer"] != "/team"]
    teams = _teams(request) if any(error["pointer"] == "/team" for error in errors) else []
    return page("refused", status=problem.status, detail=problem.document()["detail"], reasons=reasons, teams=teams)


def _teams(request: Request) -> list[tuple[str, str]]:
    """Return the names of the person's teams, with this address for each: several know a case of this id."""
    service = request.app.state.service
    who = service.store.sessions.find(session_token(request, service) or "")
    if who is None:
        return []
    return [
        (team.name, str(request.url.include_query_params(team=team.id).replace(scheme="", netloc="")))
        for team in service.store.teams.list(who)
        if team.id in who.teams
    ]
