"""What stands between the socket and the routes, outermost first: watch, guard the answer, ration, bound the body.

Plain ASGI, because each wraps every request and must cost next to nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import telemetry
from service.problems import Problem
from service.settings import Settings

_SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_CALLERS_REMEMBERED = 20_000
JSON, LINES, FORM = "application/json", "application/x-ndjson", "application/x-www-form-urlencoded"
#: Where systems call; everything else are pages, which send forms.
_API = ("/v1/", "/cds-services")


class Watch:
    """Gives each request an id, counts and times it, and turns what nobody foresaw into a problem document."""

    def __init__(self, app: ASGIApp, metrics: telemetry.Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = uuid.uuid4().hex
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        with self._metrics.under_way.track_inprogress():
            try:
                await self._app(scope, receive, sending)
            except Exception as error:
                telemetry.log("failed", 40, error, request=request_id, route=_route(scope))
                if status:
                    raise  # Part of the answer is out: only breaking the connection tells the client so.
                problem = Problem(500, "failed", f"The service could not answer. Its log knows why: {request_id}.")
                await problem.response()(scope, receive, sending)
        seconds = time.perf_counter() - began
        route = _route(scope)
        self._metrics.requests.labels(_method(scope), route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        telemetry.log(
            "request",
            request=request_id,
            method=_method(scope),
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
        )


class GuardAnswers:
    """Puts the security headers on every answer that did not set its own."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        self._headers = _SECURITY_HEADERS | ({"strict-transport-security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


@dataclass
class _Bucket:
    left: float
    filled: float


class Ration:
    """So many tokens a minute for each name, refilled steadily; remembers the names it saw last."""

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic, names: int = _CALLERS_REMEMBERED
    ) -> None:
        self._full, self._clock, self._names = float(per_minute), clock, names
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str) -> None:
        """Take a token, even where there is none left."""
        self._bucket(name).left -= 1

    def wait(self, name: str) -> float:
        """Return the seconds until there is a token for this name; 0 where there is one."""
        return max(0.0, 1 - self._bucket(name).left) * 60 / self._full

    def _bucket(self, name: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(name, _Bucket(self._full, now))
        bucket.left = max(-self._full, min(self._full, bucket.left + (now - bucket.filled) * self._full / 60))
        bucket.filled = now
        self._buckets.move_to_end(name)
        if len(self._buckets) > self._names:
            self._buckets.popitem(last=False)
        return bucket


class RationRequests:
    """Bounds the requests of one key, session or address, and the unknown keys that one address may try.

    A key or session that was let in lately is not held up by what others try from the same address: behind a proxy,
    that address is everybody's.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._requests = Ration(settings.requests_per_minute)
        self._failures = Ration(settings.failures_per_minute)
        self._let_in: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or say when to come back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else "unknown"
        shown = _caller(scope)
        name = shown or address
        wait = max(self._requests.wait(name), 0 if shown in self._let_in else self._failures.wait(address))
        if wait > 0:
            problem = Problem(
                429,
                "too-many-requests",
                "Too many requests for now. Come back after the seconds that Retry-After names.",
                headers={"retry-after": str(int(wait) + 1)},
            )
            await problem.response()(scope, receive, send)
            return
        self._requests.take(name)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 401:
                    self._failures.take(address)
                    self._let_in.pop(name, None)
                elif shown and message["status"] < 400:
                    self._remember(shown)
            await send(message)

        await self._app(scope, receive, sending)

    def _remember(self, shown: str) -> None:
        self._let_in[shown] = None
        self._let_in.move_to_end(shown)
        if len(self._let_in) > _CALLERS_REMEMBERED:
            self._let_in.popitem(last=False)


class BoundBodies:
    """Takes in the whole body before a route sees it: not too long, not too slow, and of a kind that is read here."""

    def __init__(self, app: ASGIApp, settings: Settings, batches: Mapping[str, str]) -> None:
        """``batches``: the paths that take many notes at once, and the content type that each of them reads."""
        self._app, self._settings, self._batches = app, settings, batches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                body = await self._body(scope, receive)
        except TimeoutError:
            refusal = Problem(408, "too-slow", "The body did not arrive in time.", headers={"connection": "close"})
            await refusal.response()(scope, receive, send)
            return
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        if body is None:
            return  # The client went away.
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        wanted = self._batches.get(scope["path"])
        most = self._settings.max_batch_bytes if wanted else self._settings.max_body_bytes
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > most:
            raise self._too_large(most)
        parts: list[bytes] = []
        length = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            length += len(parts[-1])
            if length > most:
                raise self._too_large(most)
            if not message.get("more_body", False):
                break
        body = b"".join(parts)
        if body:
            kind = JSON if scope["path"].startswith(_API) else FORM
            self._of_a_kind(headers.get("content-type", ""), wanted or kind)
        if _half_a_character(body) or "\0" in scope["path"] or b"%00" in scope["query_string"]:
            raise Problem(400, "malformed", "The request holds half of a character, or a null where none can be.")
        return body

    @staticmethod
    def _of_a_kind(content_type: str, wanted: str) -> None:
        kind, _, parameters = content_type.partition(";")
        charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2]
        if kind.strip().lower() != wanted or charset not in ("", "utf-8"):
            raise Problem(415, "wrong-content-type", f"Send {wanted} in UTF-8.")

    @staticmethod
    def _too_large(most: int) -> Problem:
        # The rest of the body is not read, so the connection cannot serve another request.
        return Problem(413, "too-large", f"The body is longer than {most} bytes.", headers={"connection": "close"})


def _half_a_character(body: bytes) -> bool:
    """Say whether JSON holds half of a surrogate pair, which no text can: it could be neither kept nor sent back."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return False
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        pass  # No JSON: whoever reads it will say so.
    return False


def _caller(scope: Scope) -> str | None:
    headers = Headers(scope=scope)
    shown = headers.get("authorization") or headers.get("cookie")
    return hashlib.sha256(shown.encode()).hexdigest() if shown else None


def _method(scope: Scope) -> str:
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return scope["method"] if scope["method"] in known else "other"


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "unknown"))
