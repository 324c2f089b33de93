"""Problem documents (RFC 9457): what is wrong and what to do, field by field, and never a word of what was sent."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from screener import CaseError, NoteError
from service import errors, telemetry
from service.followup.gate import closing_prompt

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:case-note-screener:problem:"

#: Kind of a validation error → what to tell the caller. Kinds not named here get the last resort below: pydantic's
#: own sentences are not used, because some of them repeat what was sent.
_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "holds a field that is not known here",
    "json_invalid": "is not JSON that can be read",
    "string_type": "must be text",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "has characters that are not allowed here",
    "string_unicode": "holds broken characters (half of a surrogate pair)",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "too_short": "has too few entries",
    "too_long": "has too many entries",
    "dict_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than": "is too large",
    "less_than_equal": "is too large",
    "date_type": "must be a date, YYYY-MM-DD",
    "date_parsing": "must be a date, YYYY-MM-DD",
    "date_from_datetime_parsing": "must be a date, YYYY-MM-DD",
    "date_from_datetime_inexact": "must be a date, YYYY-MM-DD",
}
_LAST_RESORT = "cannot be read as given; see the OpenAPI description"
_LITERAL = {"literal_error", "enum"}


class FieldError(BaseModel):
    """One field that cannot be taken, by JSON pointer, and why."""

    pointer: str = Field(description="JSON pointer into the body, or the name of a query, path or header parameter.")
    reason: str


class ProblemDocument(BaseModel):
    """An RFC 9457 problem document. Some kinds add members, such as the list of what stands open."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[TYPE_PREFIX + "not-found"])
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None


class Problem(Exception):  # noqa: N818 - an answer to the caller, named as RFC 9457 names it
    """A request that cannot be answered as asked. ``more`` are members added to the document."""

    def __init__(
        self, status: int, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(kind)
        self.status, self.kind, self.detail, self.headers, self.more = status, kind, detail, headers, more

    def document(self) -> dict[str, Any]:
        """Return the document as it is sent."""
        return {
            "type": TYPE_PREFIX + self.kind,
            "title": _title(self.status),
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }

    def response(self) -> JSONResponse:
        """Return the answer to send."""
        return JSONResponse(self.document(), self.status, dict(self.headers or {}), MEDIA_TYPE)


def not_found() -> Problem:
    """Return the answer for what is not there, and for what the caller may not know of."""
    return Problem(404, "not-found", "There is nothing here for you under this address.")


def malformed() -> Problem:
    """Return the answer for a body that is no JSON."""
    return Problem(400, "malformed", "The body is not JSON that can be read, in UTF-8.")


def install(app: FastAPI) -> None:
    """Make every refusal of the application a problem document."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, problem: Problem) -> JSONResponse:
        return problem.response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return invalid(error.errors()).response()

    @app.exception_handler(NoteError)
    async def _note(_: Request, __: NoteError) -> JSONResponse:
        return Problem(422, "not-screened", "A note has no text that can be read, so it was not screened.").response()

    @app.exception_handler(CaseError)
    async def _case(_: Request, __: CaseError) -> JSONResponse:
        return Problem(
            422,
            "not-one-case",
            "These notes cannot be read as one case: each needs an id of its own.",
        ).response()

    @app.exception_handler(errors.ServiceError)
    async def _refused(_: Request, error: errors.ServiceError) -> JSONResponse:
        return of_service(error).response()

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return not_found().response()
        if error.status_code == 405:
            return Problem(
                405, "method-not-allowed", "This address does not take this method.", headers=error.headers
            ).response()
        # What is left is a body that could not even be taken for JSON, such as bytes that are no UTF-8.
        return malformed().response()


def of_service(error: errors.ServiceError) -> Problem:
    """Turn a refusal of the store into the problem that its caller is sent."""
    match error:
        case errors.NotFound():
            return not_found()
        case errors.Forbidden():
            return Problem(403, "forbidden", f"You may not do this: {error}.", scope=error.scope)
        case errors.Invalid():
            listed = [{"pointer": f"/{error.field}", "reason": error.reason}]
            return Problem(422, "invalid", "Some fields cannot be taken as they are.", errors=listed)
        case errors.Changed():
            return Problem(
                412,
                "changed",
                "Someone changed this since you read it. Nothing was recorded; read it again.",
                headers={"etag": f'"{error.version}"'},
            )
        case errors.ClosureRefused():
            standing = [item.model_dump(mode="json") for item in error.open]
            return Problem(
                409,
                "closure-refused",
                "Nothing was recorded. Answer what stands open, or name each of these ids in a written reason.",
                open=standing,
                prompt=closing_prompt(sum(item.kind == "highlight" for item in error.open)),
            )
        case errors.Conflict():
            return Problem(409, "conflict", f"This does not fit what is stored: {error}.")
        case errors.SignInRefused():
            return Problem(401, "sign-in-refused", f"No one was signed in: {error}.")
        case errors.Throttled():
            return Problem(
                429, "too-many-sign-ins", f"No one was signed in: {error}.", headers={"retry-after": str(error.seconds)}
            )
        case errors.StoreUnavailable():
            return Problem(503, "store-unavailable", f"Not done: {error}.", headers={"retry-after": "5"})
        case _:
            telemetry.log("store-unreadable", logging.ERROR, error)
            return Problem(500, "store-unreadable", "What is stored cannot be read. Tell those who run this service.")


def invalid(found: Iterable[Mapping[str, Any]]) -> Problem:
    """Turn validation errors into a problem that names fields and reasons only."""
    listed = []
    broken = False
    for error in found:
        broken = broken or error["type"] == "json_invalid"
        listed.append({"pointer": _pointer(error), "reason": _reason(error)})
    if broken:
        return malformed()
    return Problem(422, "invalid", "Some fields cannot be taken as they are.", errors=listed)


def _reason(error: Mapping[str, Any]) -> str:
    if error["type"] in _LITERAL:
        # What is allowed comes from the description, not from the request.
        return f"must be {error['ctx']['expected']}"
    return _REASONS.get(error["type"], _LAST_RESORT)


def _pointer(error: Mapping[str, Any]) -> str:
    where, *path = error["loc"]
    if error["type"] == "extra_forbidden":
        # The name of a field that is not known is the caller's own words.
        path = path[:-1]
    if where == "body":
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    return f"{where}: {path[0]}" if path else str(where)


def _title(status: int) -> str:
    return HTTPStatus(status).phrase
