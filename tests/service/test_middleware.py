"""Rationing, with a clock that the test moves."""

import asyncio
from typing import Any

from service.middleware import Ration, RationRequests
from service.settings import read_settings


def test_a_ration_is_used_up_and_refilled_steadily() -> None:
    now = 0.0
    ration = Ration(60, clock=lambda: now)
    for _ in range(60):
        assert ration.wait("a") == 0
        ration.take("a")
    assert ration.wait("a") == 1.0
    assert ration.wait("b") == 0
    now = 1.0
    assert ration.wait("a") == 0
    now = 10_000.0
    for _ in range(60):
        ration.take("a")
    assert ration.wait("a") > 0, "no more than one minute is saved up"


def test_the_names_remembered_are_bounded() -> None:
    ration = Ration(1, clock=lambda: 0.0, names=2)
    for name in "abc":
        ration.take(name)
    assert ration.wait("c") > 0
    assert ration.wait("a") == 0


def _ask(middleware: RationRequests, key: str) -> int:
    statuses = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "client": ("10.0.0.1", 1), "headers": [(b"authorization", key.encode())], "path": "/"}
    asyncio.run(middleware(scope, receive, send))
    return statuses[0]


def test_who_was_let_in_is_not_held_up_by_who_guesses_keys_from_the_same_address() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        right = dict(scope["headers"])[b"authorization"] == b"right"
        await send({"type": "http.response.start", "status": 200 if right else 401, "headers": []})

    rationed = RationRequests(app, read_settings(failures_per_minute=3))
    assert _ask(rationed, "right") == 200
    assert [_ask(rationed, f"wrong {n}") for n in range(5)] == [401, 401, 401, 429, 429]
    assert _ask(rationed, "right") == 200
    assert _ask(rationed, "not seen before") == 429
