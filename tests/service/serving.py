"""A real server on a real socket, in a thread of the test."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import uvicorn

import screener
from service.app import create_app
from service.context import Service
from service.settings import Settings
from service.store import Store


@dataclass
class Served:
    """A running service: where it is, and a plain client without a key."""

    url: str
    port: int
    http: httpx.Client
    service: Service

    @property
    def store(self) -> Store:
        assert self.service.store is not None
        return self.service.store

    def without_key(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def with_key(self, key: str, acting_for: str | None = None) -> httpx.Client:
        headers = {"authorization": f"Bearer {key}"}
        if acting_for:
            headers["screener-acting-for"] = acting_for
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)


@contextmanager
def serving(settings: Settings, reader: screener.Screener) -> Iterator[Served]:
    app = create_app(settings, reader)
    server = uvicorn.Server(
        uvicorn.Config(app, port=settings.port, log_config=None, access_log=False, server_header=False, lifespan="on")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        yield Served(url, port, http, app.state.service)
    server.should_exit = True
    thread.join(30)
    assert not thread.is_alive(), "the server did not stop"
